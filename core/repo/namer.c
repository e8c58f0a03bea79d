#include "core/repo/namer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/fs.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/repo/add/scan.h"
#include "core/repo/glob.h"
#include "core/repo/index.h"
#include "core/store/node.h"

#define FILES ".mlv/files"
#define DIRS ".mlv/dirs/"
#define SETTLE_NAP 1000000L /* ns */
#define SETTLE_NAPS 20

/* A file on its own, as it was when it was named. */
struct file {
	char *path;
	struct mlv_index_stat stat;
	struct mlv_oid oid;
	uint64_t size;
	char kind; /* f x F X */
	bool racy;
	bool seen; /* it is still so, as was looked in this run */
};

/* A directory or pattern that was named in this run. */
struct memo {
	char *path;
	struct mlv_output named;
	bool found;
};

struct mlv_namer {
	struct mlv_repo *repo;
	struct file *files; /* sorted by path */
	size_t count, cap;
	struct memo *memos;
	size_t memo_count, memo_cap;
	bool once;    /* a file is looked at once */
	bool changed; /* files differ from their index */
	dev_t home;
	int64_t now;  /* of the file system's clock, ns: what is not older may change unseen */
};

void mlv_namer_forget(struct mlv_namer *namer)
{
	for (size_t i = 0; i < namer->memo_count; i++)
		free(namer->memos[i].path);
	namer->memo_count = 0;
}

void mlv_namer_freep(struct mlv_namer **slot)
{
	struct mlv_namer *namer = *slot;

	*slot = NULL;
	if (!namer)
		return;
	mlv_namer_forget(namer);
	for (size_t i = 0; i < namer->count; i++)
		free(namer->files[i].path);
	free(namer->files);
	free(namer->memos);
	free(namer);
}

/* Where path is among the files, or would be. */
static size_t place_of(const struct mlv_namer *namer, const char *path, bool *there)
{
	size_t low = 0, high = namer->count;

	*there = false;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(namer->files[mid].path, path);

		if (order == 0) {
			*there = true;
			return mid;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Put what is known of a file into its place. */
static mlv_err put(struct mlv_namer *namer, const char *path, const struct mlv_entry *entry,
		   const struct mlv_index_stat *stat, bool racy)
{
	bool there;
	size_t at = place_of(namer, path, &there);
	struct file made = { .stat = *stat, .oid = entry->oid, .size = entry->size,
			     .kind = entry->kind, .racy = racy };
	mlv_err err;

	if (there) {
		made.path = namer->files[at].path;
	} else {
		if ((err = mlv_array_grow(&namer->files, &namer->cap, namer->count + 1,
					  sizeof(*namer->files))))
			return err;
		if (!(made.path = mlv_sys_strdup(path)))
			return mlv_error_nomem("a path");
		memmove(&namer->files[at + 1], &namer->files[at],
			(namer->count - at) * sizeof(*namer->files));
		namer->count++;
	}
	namer->files[at] = made;
	namer->changed = true;
	return NULL;
}

static mlv_err load(struct mlv_namer *namer)
{
	MLV_SCOPED(mlv_index_freep) struct mlv_index *index = NULL;
	MLV_SCOPED(mlv_index_cursor_freep) struct mlv_index_cursor *cursor = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	const struct mlv_index_item *item;
	mlv_err err;

	if ((err = mlv_index_load(&index, namer->repo, FILES)) ||
	    (err = mlv_index_cursor_new(&cursor, index, "")))
		return err;
	while (!(err = mlv_index_peek(cursor, &item)) && item) {
		mlv_buf_clear(&path);
		if ((err = mlv_buf_add(&path, item->entry.path, item->entry.path_len)) ||
		    (err = put(namer, path.ptr, &item->entry, &item->stat, item->racy)))
			return err;
		mlv_index_next(cursor);
	}
	namer->changed = false;
	return err;
}

/* What time a file has that is changed now. */
static void look_at_clock(struct mlv_namer *namer)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	char name[64];
	struct stat st;

	namer->now = INT64_MIN; /* not known: nothing is believed */
	if (mlv_fs_temp(namer->repo->mlv_fd, "tmp/now-", 0666, name, sizeof(name), &fd))
		return;
	(void)!mlv_sys_unlinkat(namer->repo->mlv_fd, name, 0);
	if (mlv_sys_fstat(fd, &st) == 0)
		namer->now = mlv_index_stat_of(&st, namer->home).mtime;
}

mlv_err mlv_namer_new(struct mlv_namer **out, struct mlv_repo *repo)
{
	MLV_SCOPED(mlv_namer_freep) struct mlv_namer *namer = mlv_sys_alloc(sizeof(*namer));
	struct mlv_store *cache;
	struct stat st;
	mlv_err err;

	if (!namer)
		return mlv_error_nomem("names");
	namer->repo = repo;
	if (mlv_sys_fstat(repo->mlv_fd, &st) < 0)
		return mlv_error_sys(".mlv");
	namer->home = st.st_dev;
	if ((err = mlv_repo_cache(repo, &cache)) || (err = load(namer)))
		return err;
	*out = MLV_TAKE(namer);
	return NULL;
}

static void fill_file(struct mlv_output *named, const struct file *file)
{
	named->type = file->kind == 'F' || file->kind == 'X' ? MLV_ID_LEAVES : MLV_ID_SHA256;
	named->oid = file->oid;
	named->size = file->size;
	named->nfiles = 0;
	named->exec = file->kind == 'x' || file->kind == 'X';
}

void mlv_namer_look_once(struct mlv_namer *namer)
{
	namer->once = true;
}

/* Whether the file was looked at already and need not be once more. */
static bool is_seen(const struct mlv_namer *namer, const char *path, struct mlv_output *named)
{
	bool there = false;
	size_t at = namer->once ? place_of(namer, path, &there) : 0;

	if (there && namer->files[at].seen)
		fill_file(named, &namer->files[at]);
	return there && namer->files[at].seen;
}

void mlv_namer_settle(struct mlv_namer *namer)
{
	struct timespec nap = { 0, SETTLE_NAP };
	int64_t before;

	look_at_clock(namer);
	before = namer->now;
	for (int i = 0; i < SETTLE_NAPS && namer->now == before; i++) {
		nanosleep(&nap, NULL);
		look_at_clock(namer);
	}
}

static bool may_be_racy(const struct mlv_namer *namer, const struct mlv_index_stat *stat)
{
	return stat->away || stat->mtime >= namer->now || stat->ctime >= namer->now;
}

/* Whether the index of an output that is this file knows it; then it is among ours from now on. */
static mlv_err find_in_output(struct mlv_namer *namer, const char *path,
			      const struct mlv_index_stat *now, bool *found)
{
	MLV_SCOPED(mlv_index_freep) struct mlv_index *index = NULL;
	MLV_SCOPED(mlv_index_cursor_freep) struct mlv_index_cursor *cursor = NULL;
	const struct mlv_index_item *item;
	mlv_err err;

	*found = false;
	if ((err = mlv_index_load(&index, namer->repo, path)) ||
	    (err = mlv_index_cursor_new(&cursor, index, "")) ||
	    (err = mlv_index_peek(cursor, &item)))
		return err;
	if (!item || item->entry.path_len || !mlv_index_hits(item, now))
		return NULL;
	*found = true;
	return put(namer, path, &item->entry, now, item->racy);
}

/* Read the file; it is known from now on. */
static mlv_err read_file(struct mlv_namer *namer, const char *path, struct mlv_output *named)
{
	MLV_SCOPED(mlv_scan_release) struct mlv_scan scan = { 0 };
	const struct mlv_scan_options options = { .follow = true, .index_at = FILES "/none" };
	struct mlv_entry entry;
	mlv_err err;

	look_at_clock(namer);
	if ((err = mlv_scan_list(&scan, namer->repo, path, "", &options)) ||
	    (err = mlv_scan_name(&scan, NULL)))
		return err;
	if (scan.count != 1)
		return mlv_error(MLV_E_REFUSED, "%s: it changed while it was read", path);
	entry = mlv_scan_entry(&scan, 0);
	fill_file(named, &(struct file){ .oid = entry.oid, .size = entry.size, .kind = entry.kind });
	if (scan.items[0].through || scan.items[0].in_cache)
		return NULL;
	return put(namer, path, &entry, &scan.items[0].stat,
		   may_be_racy(namer, &scan.items[0].stat));
}

static mlv_err name_file(struct mlv_namer *namer, const char *path, const struct stat *st,
			 struct mlv_output *named)
{
	struct mlv_index_stat now = mlv_index_stat_of(st, namer->home);
	bool there, found = false;
	size_t at = place_of(namer, path, &there);
	mlv_err err = NULL;

	if (there) {
		struct file *file = &namer->files[at];
		struct mlv_index_item item = { .entry = { .kind = file->kind, .oid = file->oid,
							  .size = file->size },
					       .stat = file->stat,
					       .racy = file->racy };

		if (mlv_index_hits(&item, &now)) {
			file->seen = true;
			fill_file(named, file);
			return NULL;
		}
	}
	if (S_ISREG(st->st_mode) && (err = find_in_output(namer, path, &now, &found)))
		return err;
	if (found) {
		fill_file(named, &namer->files[place_of(namer, path, &there)]);
		return NULL;
	}
	return read_file(namer, path, named);
}

/* The tree of a scan that holds everything. */
static mlv_err build(const struct mlv_scan *scan, struct mlv_output *named)
{
	MLV_SCOPED(mlv_tree_builder_freep) struct mlv_tree_builder *builder = NULL;
	struct mlv_tree tree;
	mlv_err err = mlv_tree_builder_new(&builder, NULL);

	for (size_t i = 0; !err && i < scan->count; i++) {
		struct mlv_entry entry = mlv_scan_entry(scan, i);

		if (entry.path_len) /* else an empty directory itself */
			err = mlv_tree_builder_add(builder, &entry);
	}
	if (err || (err = mlv_tree_builder_finish(builder, &tree)))
		return mlv_error_wrap(err, "%s", scan->output);
	named->type = MLV_ID_TREE;
	named->oid = tree.oid;
	named->size = tree.bytes;
	named->nfiles = tree.files;
	named->exec = false;
	return NULL;
}

/* Whether the directory is the tree that was expected, as its index tells. */
static mlv_err is_expected(struct mlv_namer *namer, const char *path, const char *index_at,
			   const struct mlv_oid *tree, struct mlv_output *named, bool *is)
{
	MLV_SCOPED(mlv_scan_release) struct mlv_scan scan = { 0 };
	const struct mlv_scan_options options = { .follow = true, .index_at = index_at,
						  .tree = tree };
	const struct mlv_index_claim *claim;
	mlv_err err = mlv_scan_list(&scan, namer->repo, path, "", &options);

	*is = !err && scan.only_changes && !scan.count && !scan.was_count;
	if (!*is)
		return err;
	claim = mlv_index_claim(scan.index);
	named->type = MLV_ID_TREE;
	named->oid = claim->tree;
	named->size = claim->bytes;
	named->nfiles = claim->nfiles;
	named->exec = false;
	return NULL;
}

static mlv_err read_dir(struct mlv_namer *namer, const char *path, const char *index_at,
			struct mlv_output *named)
{
	MLV_SCOPED(mlv_scan_release) struct mlv_scan scan = { 0 };
	const struct mlv_scan_options options = { .follow = true, .index_at = index_at };
	struct mlv_index_claim claim = { .known = true };
	mlv_err err;

	if ((err = mlv_scan_list(&scan, namer->repo, path, "", &options)) ||
	    (err = mlv_scan_name(&scan, NULL)) || (err = build(&scan, named)))
		return err;
	claim.tree = named->oid;
	claim.bytes = named->size;
	claim.nfiles = named->nfiles;
	return mlv_scan_save_index(&scan, &claim);
}

static mlv_err name_dir(struct mlv_namer *namer, const char *path, const struct mlv_oid *tree,
			struct mlv_output *named)
{
	MLV_SCOPED(mlv_index_freep) struct mlv_index *index = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf own = MLV_BUF_INIT;
	const char *index_at = NULL;
	bool is = false;
	mlv_err err = mlv_index_load(&index, namer->repo, path);

	if (err || (err = mlv_buf_printf(&own, DIRS "%s", path)))
		return err;
	if (mlv_index_is_empty(index))
		index_at = own.ptr;
	if (tree && ((err = is_expected(namer, path, index_at, tree, named, &is)) || is))
		return err;
	return read_dir(namer, path, index_at, named);
}

/* A pattern's files on their way into one tree. */
struct gather {
	struct mlv_namer *namer;
	struct mlv_tree_builder *builder;
};

static mlv_err gather_one(void *arg, const char *path)
{
	struct gather *gather = arg;
	struct mlv_output named = { 0 };
	struct mlv_entry entry = { .path = path, .path_len = strlen(path) };
	bool found;
	mlv_err err = mlv_namer_name(gather->namer, path, NULL, &named, &found);

	if (err || !found || named.type == MLV_ID_TREE)
		return err;
	entry.kind = named.type == MLV_ID_SHA256 ? 'f' : 'F';
	if (named.exec)
		entry.kind = named.type == MLV_ID_SHA256 ? 'x' : 'X';
	entry.oid = named.oid;
	entry.size = named.size;
	return mlv_tree_builder_add(gather->builder, &entry);
}

static mlv_err name_pattern(struct mlv_namer *namer, const char *pattern, struct mlv_output *named,
			    bool *found)
{
	MLV_SCOPED(mlv_tree_builder_freep) struct mlv_tree_builder *builder = NULL;
	struct gather gather = { .namer = namer };
	struct mlv_tree tree;
	mlv_err err;

	if ((err = mlv_tree_builder_new(&builder, NULL)))
		return err;
	gather.builder = builder;
	if ((err = mlv_namer_match(namer->repo, pattern, gather_one, &gather)) ||
	    (err = mlv_tree_builder_finish(builder, &tree)))
		return mlv_error_wrap(err, "%s", pattern);
	*named = (struct mlv_output){ .path = named->path, .type = MLV_ID_TREE, .oid = tree.oid,
				      .size = tree.bytes, .nfiles = tree.files };
	*found = tree.entries > 0;
	return NULL;
}

static mlv_err name_any(struct mlv_namer *namer, const char *path,
			const struct mlv_name_options *options, struct mlv_output *named,
			bool *found)
{
	struct stat st;

	if (options && options->glob)
		return name_pattern(namer, path, named, found);
	*found = mlv_sys_fstatat(namer->repo->root_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (!*found)
		return errno == ENOENT || errno == ENOTDIR ? NULL : mlv_error_sys("%s", path);
	return S_ISDIR(st.st_mode) ? name_dir(namer, path, options ? options->tree : NULL, named)
				   : name_file(namer, path, &st, named);
}

static void fill(struct mlv_output *named, const struct mlv_output *from)
{
	named->type = from->type;
	named->oid = from->oid;
	named->size = from->size;
	named->nfiles = from->nfiles;
	named->exec = from->exec;
}

mlv_err mlv_namer_name(struct mlv_namer *namer, const char *path,
		       const struct mlv_name_options *options, struct mlv_output *named, bool *found)
{
	struct memo made = { 0 };
	mlv_err err;

	if (!(options && options->glob) && is_seen(namer, path, named)) {
		*found = true;
		return NULL;
	}
	for (size_t i = namer->memo_count; i-- > 0;) {
		if (strcmp(namer->memos[i].path, path) != 0)
			continue;
		fill(named, &namer->memos[i].named);
		*found = namer->memos[i].found;
		return NULL;
	}
	if ((err = name_any(namer, path, options, &made.named, &made.found)))
		return err;
	*found = made.found;
	fill(named, &made.named);
	if (!made.found || made.named.type != MLV_ID_TREE)
		return NULL;
	if ((err = mlv_array_grow(&namer->memos, &namer->memo_cap, namer->memo_count + 1,
				  sizeof(*namer->memos))))
		return err;
	if (!(made.path = mlv_sys_strdup(path)))
		return mlv_error_nomem("a path");
	namer->memos[namer->memo_count++] = made;
	return NULL;
}

mlv_err mlv_namer_save(struct mlv_namer *namer)
{
	MLV_SCOPED(mlv_index_builder_freep) struct mlv_index_builder *builder = NULL;
	mlv_err err;

	if (!namer->changed)
		return NULL;
	if ((err = mlv_index_builder_new(&builder, namer->repo, FILES)))
		return err;
	for (size_t i = 0; !err && i < namer->count; i++) {
		const struct file *file = &namer->files[i];
		struct mlv_index_item item = {
			.entry = { .kind = file->kind, .oid = file->oid, .size = file->size,
				   .path = file->path, .path_len = strlen(file->path) },
			.stat = file->stat, .racy = file->racy
		};

		err = mlv_index_builder_keep(builder, &item);
	}
	if (err || (err = mlv_index_builder_save(builder, NULL, NULL)))
		return err;
	namer->changed = false;
	return NULL;
}
