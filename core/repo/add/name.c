/* The second half of add/scan.h: reading, hashing and putting what was listed. */
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/repo/add/scan.h"
#include "core/store/sha256.h"

#define GROUP_ITEMS ((size_t)64)
#define GROUP_BYTES ((uint64_t)4 << 20)
#define TRIES 3

/* A run of items [first, end) that one thread does. */
struct group {
	size_t first, end;
};

struct naming {
	struct mlv_scan *scan;
	struct mlv_batch *batch; /* NULL: only name */
	struct group *groups;
	size_t count, cap;
	struct mlv_buf *scratch; /* of each worker */
};

/* Where a group's bytes lie while they are hashed. */
struct loaded {
	struct mlv_buf *bytes; /* the worker's */
	size_t at[GROUP_ITEMS];  /* in bytes */
	size_t len[GROUP_ITEMS];
	size_t item[GROUP_ITEMS];
	size_t count;
};

static bool is_file(const struct mlv_scan_item *item)
{
	return item->kind != 'l' && item->kind != 'd';
}

static bool same_moment(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static mlv_err stat_fd(const struct naming *naming, const struct mlv_scan_item *item, int fd,
		       struct stat *st)
{
	char shown[512];

	if (mlv_sys_fstat(fd, st) < 0)
		return mlv_error_sys("%s",
				     mlv_scan_shown(naming->scan, item, shown, sizeof(shown)));
	if (!S_ISREG(st->st_mode))
		return mlv_error(MLV_E_REFUSED, "%s: no longer a regular file",
				 mlv_scan_shown(naming->scan, item, shown, sizeof(shown)));
	return NULL;
}

/* What is recorded of a file is what fstat() said when its bytes were read. */
static void settle(const struct naming *naming, struct mlv_scan_item *item, const struct stat *st)
{
	item->size = (uint64_t)st->st_size;
	if (item->in_cache)
		return; /* the link's own stat stays */
	item->kind = st->st_mode & S_IXUSR ? 'x' : 'f';
	item->stat = mlv_index_stat_of(st, naming->scan->home);
}

/* One try to append the file to bytes; *done when it did not change meanwhile. */
static mlv_err load_once(const struct naming *naming, struct mlv_scan_item *item, int fd,
			 struct mlv_buf *bytes, bool *done)
{
	struct stat before, after;
	size_t start = bytes->len;
	mlv_err err;

	if ((err = stat_fd(naming, item, fd, &before)))
		return err;
	settle(naming, item, &before);
	*done = item->size > MLV_SMALL_MAX;
	if (*done)
		return NULL;
	if ((err = mlv_buf_reserve(bytes, (size_t)item->size + 1)))
		return err;
	for (;;) {
		size_t got = bytes->len - start;
		ssize_t n = mlv_sys_pread(fd, bytes->ptr + bytes->len, (size_t)item->size + 1 - got,
					  got);
		char shown[512];

		if (n < 0)
			return mlv_error_sys("%s: reading", mlv_scan_shown(naming->scan, item, shown,
									   sizeof(shown)));
		mlv_buf_advance(bytes, (size_t)n);
		/* A file that goes on there is of another size afterwards. */
		if (n == 0 || bytes->len - start >= item->size)
			break;
	}
	if ((err = stat_fd(naming, item, fd, &after)))
		return err;
	*done = bytes->len - start == item->size && same_moment(&before, &after);
	if (!*done)
		mlv_buf_truncate(bytes, start);
	return NULL;
}

static mlv_err name_large(const struct naming *naming, struct mlv_scan_item *item, int fd)
{
	struct mlv_named named = { 0 };
	struct stat before, after;
	char shown[512];
	mlv_err err = NULL;

	mlv_scan_shown(naming->scan, item, shown, sizeof(shown));
	for (int i = 0; i < TRIES; i++) {
		if ((err = stat_fd(naming, item, fd, &before)) ||
		    (err = naming->batch ? mlv_batch_put_file(naming->batch, fd, shown, &named)
					 : mlv_hash_file(naming->scan->repo->ctx, fd, shown,
							 &named)))
			return err;
		item->oid = named.oid;
		bool whole = named.size == (uint64_t)before.st_size;

		mlv_named_release(&named);
		if ((err = stat_fd(naming, item, fd, &after)))
			return err;
		if (whole && same_moment(&before, &after)) {
			settle(naming, item, &after);
			if (item->size > MLV_SMALL_MAX)
				item->kind = item->kind == 'x' || item->kind == 'X' ? 'X' : 'F';
			return NULL;
		}
	}
	return mlv_error(MLV_E_REFUSED, "%s: keeps changing while it is read", shown);
}

static mlv_err load(const struct naming *naming, struct mlv_scan_item *item,
		    struct loaded *loaded, bool *small)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	char shown[512];
	bool done = false;
	mlv_err err;

	if ((err = mlv_scan_open(naming->scan, item, &fd)))
		return err;
	for (int i = 0; i < TRIES && !done; i++)
		if ((err = load_once(naming, item, fd, loaded->bytes, &done)))
			return err;
	if (!done)
		return mlv_error(MLV_E_REFUSED, "%s: keeps changing while it is read",
				 mlv_scan_shown(naming->scan, item, shown, sizeof(shown)));
	*small = item->size <= MLV_SMALL_MAX;
	/* It grew since it was listed. */
	return *small ? NULL : name_large(naming, item, fd);
}

/* Whether the item needs no reading: what it was named is in the store. */
static mlv_err is_known(const struct naming *naming, struct mlv_scan_item *item, bool *known)
{
	struct mlv_entry entry = { .kind = item->kind, .oid = item->oid, .size = item->size };
	struct mlv_key key;

	*known = item->kind == 'd';
	if (!item->stored || *known)
		return NULL;
	*known = true;
	if (!naming->batch)
		return NULL;
	key = mlv_entry_key(&entry);
	return mlv_store_has(naming->scan->repo->cache, &key, item->size, known);
}

static mlv_err hash_and_put(const struct naming *naming, const struct loaded *loaded)
{
	struct mlv_message messages[GROUP_ITEMS];
	struct mlv_put puts[GROUP_ITEMS];
	struct mlv_scan_item *items = naming->scan->items;
	mlv_err err;

	for (size_t i = 0; i < loaded->count; i++)
		messages[i] = (struct mlv_message){ loaded->bytes->ptr + loaded->at[i],
						    loaded->len[i], &items[loaded->item[i]].oid };
	if (!loaded->count)
		return NULL;
	if ((err = mlv_sha256_many(messages, loaded->count)) || !naming->batch)
		return err;
	for (size_t i = 0; i < loaded->count; i++)
		puts[i] = (struct mlv_put){ { MLV_KIND_OBJECT, *messages[i].oid },
					    messages[i].bytes, messages[i].len };
	return mlv_batch_put_many(naming->batch, puts, loaded->count);
}

static mlv_err name_group(void *arg, size_t index, unsigned worker)
{
	const struct naming *naming = arg;
	const struct group *group = &naming->groups[index];
	struct loaded loaded = { .bytes = &naming->scratch[worker] };
	struct mlv_scan *scan = naming->scan;
	uint64_t bytes = 0;
	mlv_err err;

	mlv_buf_clear(loaded.bytes);
	for (size_t i = group->first; i < group->end; i++) {
		struct mlv_scan_item *item = &scan->items[i];
		size_t start = loaded.bytes->len;
		bool known, small = true;

		if (is_file(item) && item->size > MLV_SMALL_MAX)
			continue; /* done by name_all_large */
		if ((err = is_known(naming, item, &known)))
			return err;
		if (known)
			continue;
		err = item->kind == 'l' ? mlv_buf_add(loaded.bytes, scan->links.ptr + item->link_at,
						      (size_t)item->size)
					: load(naming, item, &loaded, &small);
		if (err)
			return err;
		if (!small)
			continue;
		loaded.at[loaded.count] = start;
		loaded.len[loaded.count] = loaded.bytes->len - start;
		loaded.item[loaded.count++] = i;
		bytes += loaded.bytes->len - start;
	}
	if ((err = hash_and_put(naming, &loaded)))
		return err;
	mlv_tell_advance(scan->repo->ctx, group->end - group->first, bytes);
	return NULL;
}

/* Large files, each on all threads; before the others, so that those fill up the end. */
static mlv_err name_all_large(const struct naming *naming)
{
	struct mlv_scan *scan = naming->scan;
	mlv_err err = NULL;

	for (size_t i = 0; i < scan->count; i++) {
		struct mlv_scan_item *item = &scan->items[i];
		MLV_SCOPED(mlv_fd_close) int fd = -1;
		bool known;

		if (!is_file(item) || item->size <= MLV_SMALL_MAX)
			continue;
		if ((err = mlv_ctx_check_stop(scan->repo->ctx)) ||
		    (err = is_known(naming, item, &known)))
			return err;
		if (known)
			continue;
		if ((err = mlv_scan_open(scan, item, &fd)) || (err = name_large(naming, item, fd)))
			return err;
	}
	return NULL;
}

static mlv_err make_groups(struct naming *naming)
{
	const struct mlv_scan *scan = naming->scan;
	mlv_err err;

	for (size_t i = 0; i < scan->count;) {
		struct group group = { i, i };
		uint64_t bytes = 0;

		for (; i < scan->count && i - group.first < GROUP_ITEMS; i++) {
			const struct mlv_scan_item *item = &scan->items[i];
			uint64_t size = item->size <= MLV_SMALL_MAX && !item->stored ? item->size : 0;

			if (i > group.first && bytes + size > GROUP_BYTES)
				break;
			bytes += size;
		}
		group.end = i;
		if ((err = mlv_array_grow(&naming->groups, &naming->cap, naming->count + 1,
					  sizeof(*naming->groups))))
			return err;
		naming->groups[naming->count++] = group;
	}
	return NULL;
}

static mlv_err make_scratch(struct naming *naming)
{
	const unsigned jobs = naming->scan->repo->ctx->jobs;

	naming->scratch = mlv_sys_alloc_array(jobs, sizeof(*naming->scratch));
	if (!naming->scratch)
		return mlv_error_nomem("threads");
	for (unsigned i = 0; i < jobs; i++)
		naming->scratch[i] = (struct mlv_buf)MLV_BUF_INIT;
	return NULL;
}

static void naming_release(struct naming *naming)
{
	for (unsigned i = 0; naming->scratch && i < naming->scan->repo->ctx->jobs; i++)
		mlv_buf_release(&naming->scratch[i]);
	free(naming->scratch);
	free(naming->groups);
}

mlv_err mlv_scan_name(struct mlv_scan *scan, struct mlv_batch *batch)
{
	MLV_SCOPED(naming_release) struct naming naming = { .scan = scan, .batch = batch };
	struct mlv_ctx *ctx = scan->repo->ctx;
	mlv_err err;

	mlv_tell_begin(ctx, "hashing", scan->count, scan->bytes);
	if (!(err = make_groups(&naming)) && !(err = make_scratch(&naming)) &&
	    !(err = name_all_large(&naming)))
		err = mlv_pool_run(ctx, ctx->jobs, naming.count, name_group, &naming);
	mlv_tell_end(ctx);
	if (err)
		return err;
	scan->bytes = scan->clean_bytes;
	for (size_t i = 0; i < scan->count; i++)
		scan->bytes += is_file(&scan->items[i]) ? scan->items[i].size : 0;
	return NULL;
}
