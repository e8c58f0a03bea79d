#include "core/repo/seen.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/crc32c.h"
#include "core/base/fs.h"
#include "core/base/strs.h"
#include "core/base/sys.h"

#define SEEN_DIR "state"
#define SEEN_FILE SEEN_DIR "/seen"
#define SEEN_MAGIC "mlvseen2"
#define SEEN_ORDER 0x01020304u
#define SEEN_MAX ((size_t)1 << 30) /* bytes */

struct header {
	char magic[8];
	uint32_t order;
	uint32_t root_len; /* of the cache's path, which follows */
	uint64_t count;
};

/* As in the file: numbers in this machine's own order, which the header tells. */
struct record {
	unsigned char oid[MLV_OID_RAW];
	uint64_t inode;
	uint64_t size;
	int64_t mtime; /* nanoseconds since 1970 */
	int64_t ctime;
	uint32_t uid;
	uint32_t kind;
};
_Static_assert(sizeof(struct record) == 72, "records have no padding");

struct mlv_seen {
	struct mlv_repo *repo;
	const char *root; /* of the cache */
	pthread_mutex_t lock;
	struct record *records; /* the first sorted of them by kind and id, later ones as they came */
	size_t count, cap, sorted;
	bool changed;
};

void mlv_seen_freep(struct mlv_seen **slot)
{
	struct mlv_seen *seen = *slot;

	*slot = NULL;
	if (!seen)
		return;
	pthread_mutex_destroy(&seen->lock);
	free(seen->records);
	free(seen);
}

static int compare(const struct record *a, const struct record *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return memcmp(a->oid, b->oid, sizeof(a->oid));
}

static int by_key(const void *a, const void *b)
{
	return compare(a, b);
}

static bool in_order(const struct record *records, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (compare(&records[i - 1], &records[i]) >= 0)
			return false;
	return true;
}

/* Take the records over if the file is whole and of this cache. */
static mlv_err take(struct mlv_seen *seen, const struct mlv_buf *file)
{
	struct header header;
	size_t root_len = strlen(seen->root), records;
	uint32_t sum;

	if (file->len < sizeof(header) + root_len + sizeof(sum))
		return NULL;
	memcpy(&header, file->ptr, sizeof(header));
	memcpy(&sum, file->ptr + file->len - sizeof(sum), sizeof(sum));
	records = file->len - sizeof(header) - root_len - sizeof(sum);
	if (memcmp(header.magic, SEEN_MAGIC, sizeof(header.magic)) != 0 ||
	    header.order != SEEN_ORDER || header.root_len != root_len ||
	    header.count > records / sizeof(struct record) ||
	    header.count * sizeof(struct record) != records ||
	    memcmp(file->ptr + sizeof(header), seen->root, root_len) != 0 ||
	    mlv_crc32c(0, file->ptr, file->len - sizeof(sum)) != sum || !header.count)
		return NULL;
	seen->records = mlv_sys_alloc(records);
	if (!seen->records)
		return mlv_error_nomem("the list of verified objects");
	memcpy(seen->records, file->ptr + sizeof(header) + root_len, records);
	if (in_order(seen->records, (size_t)header.count))
		seen->count = seen->cap = seen->sorted = (size_t)header.count;
	return NULL;
}

mlv_err mlv_seen_load(struct mlv_seen **out, struct mlv_repo *repo)
{
	MLV_SCOPED(mlv_seen_freep) struct mlv_seen *seen = mlv_sys_alloc(sizeof(*seen));
	MLV_SCOPED(mlv_buf_release) struct mlv_buf file = MLV_BUF_LIMIT(SEEN_MAX);
	struct mlv_store *cache;
	mlv_err err;

	if (!seen || pthread_mutex_init(&seen->lock, NULL) != 0)
		return mlv_error_nomem("the list of verified objects");
	seen->repo = repo;
	if ((err = mlv_repo_cache(repo, &cache)))
		return err;
	seen->root = mlv_store_root(cache) ? mlv_store_root(cache) : "";
	if ((err = mlv_fs_read(repo->mlv_fd, SEEN_FILE, &file))) {
		if (err->code == MLV_E_NOMEM)
			return err;
	} else if ((err = take(seen, &file))) {
		return err;
	}
	*out = MLV_TAKE(seen);
	return NULL;
}

static int64_t nanoseconds(struct timespec time)
{
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static struct record record_of(const struct mlv_key *key, const struct stat *st)
{
	struct record record = {
		.inode = (uint64_t)st->st_ino, .size = (uint64_t)st->st_size,
		.mtime = nanoseconds(st->st_mtim), .ctime = nanoseconds(st->st_ctim),
		.uid = (uint32_t)st->st_uid, .kind = (uint32_t)key->kind,
	};

	memcpy(record.oid, key->oid.bytes, sizeof(record.oid));
	return record;
}

static struct record *find(struct mlv_seen *seen, const struct record *record)
{
	/* What came last is right: search from the end. */
	for (size_t i = seen->count; i > seen->sorted; i--)
		if (compare(&seen->records[i - 1], record) == 0)
			return &seen->records[i - 1];
	if (!seen->sorted)
		return NULL;
	return bsearch(record, seen->records, seen->sorted, sizeof(*record), by_key);
}

bool mlv_seen_has(struct mlv_seen *seen, const struct mlv_key *key, const struct stat *st)
{
	struct record record = record_of(key, st);
	const struct record *found;
	bool same;

	if (st->st_uid != geteuid())
		return false;
	pthread_mutex_lock(&seen->lock);
	found = find(seen, &record);
	same = found && found->inode == record.inode && found->size == record.size &&
	       found->mtime == record.mtime && found->ctime == record.ctime &&
	       found->uid == record.uid;
	pthread_mutex_unlock(&seen->lock);
	return same;
}

/* Late additions are few; when there are many they are sorted in. Of equal ones the last stays. */
static void settle(struct mlv_seen *seen)
{
	struct record *records = seen->records;
	size_t kept = 0;

	for (size_t i = seen->sorted; i < seen->count; i++) {
		struct record *old = seen->sorted ? bsearch(&records[i], records, seen->sorted,
							    sizeof(*records), by_key)
						  : NULL;

		if (old)
			*old = records[i];
		else
			records[seen->sorted + kept++] = records[i];
	}
	seen->count = seen->sorted + kept;
	if (seen->count)
		qsort(records, seen->count, sizeof(*records), by_key);
	seen->sorted = seen->count;
}

static mlv_err note(struct mlv_seen *seen, const struct record *record)
{
	struct record *old = find(seen, record);
	mlv_err err;

	seen->changed = true;
	if (old) {
		*old = *record;
		return NULL;
	}
	if ((err = mlv_array_grow(&seen->records, &seen->cap, seen->count + 1, sizeof(*record))))
		return err;
	seen->records[seen->count++] = *record;
	if (seen->count - seen->sorted > 64 + seen->sorted / 64)
		settle(seen);
	return NULL;
}

mlv_err mlv_seen_note(struct mlv_seen *seen, const struct mlv_key *key, const struct stat *st)
{
	struct record record = record_of(key, st);
	mlv_err err;

	if (mlv_fs_is_fresh(st->st_mtim))
		return NULL;
	pthread_mutex_lock(&seen->lock);
	err = note(seen, &record);
	pthread_mutex_unlock(&seen->lock);
	return err;
}

static mlv_err lay_out(struct mlv_seen *seen, struct mlv_buf *file)
{
	struct header header = { .order = SEEN_ORDER, .root_len = (uint32_t)strlen(seen->root) };
	uint32_t sum;
	mlv_err err;

	settle(seen);
	header.count = seen->count;
	memcpy(header.magic, SEEN_MAGIC, sizeof(header.magic));
	if ((err = mlv_buf_add(file, &header, sizeof(header))) ||
	    (err = mlv_buf_add_str(file, seen->root)) ||
	    (err = mlv_buf_add(file, seen->records, seen->count * sizeof(*seen->records))))
		return err;
	sum = mlv_crc32c(0, file->ptr, file->len);
	return mlv_buf_add(file, &sum, sizeof(sum));
}

static mlv_err write_file(const struct mlv_seen *seen, const struct mlv_buf *file)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	int dir = seen->repo->mlv_fd;
	char temp[64];
	mlv_err err;

	if ((err = mlv_fs_mkdirs(dir, SEEN_DIR, 0777)) ||
	    (err = mlv_fs_temp(dir, SEEN_DIR "/tmp-", 0666, temp, sizeof(temp), &fd)))
		return err;
	err = mlv_fs_write_full(fd, temp, file->ptr, file->len);
	if (!err && (mlv_sys_close(&fd) < 0 || mlv_sys_renameat(dir, temp, dir, SEEN_FILE) < 0))
		err = mlv_error_sys(".mlv/" SEEN_FILE);
	if (err)
		(void)!mlv_sys_unlinkat(dir, temp, 0);
	return err;
}

mlv_err mlv_seen_save(struct mlv_seen *seen)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf file = MLV_BUF_LIMIT(SEEN_MAX);
	mlv_err err;

	if (!seen->changed)
		return NULL;
	if (!(err = lay_out(seen, &file)))
		err = write_file(seen, &file);
	if (err && err->code != MLV_E_NOMEM) {
		mlv_tell_detail(seen->repo->ctx, "verified objects are not kept in mind: %s",
				err->msg);
		err = NULL;
	}
	seen->changed = false;
	return err;
}

mlv_err mlv_seen_note_keys(struct mlv_repo *repo, const struct mlv_key *keys,
			   const uint64_t *sizes, size_t count)
{
	MLV_SCOPED(mlv_seen_freep) struct mlv_seen *seen = NULL;
	struct mlv_store *cache;
	mlv_err err;

	if (!count)
		return NULL;
	if ((err = mlv_repo_cache(repo, &cache)) || (err = mlv_seen_load(&seen, repo)))
		return err;
	for (size_t i = 0; i < count; i++) {
		MLV_SCOPED(mlv_fd_close) int fd = -1;
		struct stat st;

		if ((err = mlv_store_open(cache, &keys[i], sizes[i], &fd, NULL)))
			continue; /* not a file of its own: nothing to link */
		if (mlv_sys_fstat(fd, &st) == 0 && (err = mlv_seen_note(seen, &keys[i], &st)))
			return err;
	}
	return mlv_seen_save(seen);
}
