#include "core/repo/index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/crc32.h"
#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/store/sha256.h"
#include "core/repo/index_format.h"

struct mlv_index {
	struct mlv_buf bytes;
	const struct mlv_index_record *records; /* in bytes */
	const char *paths;                      /* in bytes */
	size_t count;
};

void mlv_index_freep(struct mlv_index **index)
{
	if (*index)
		mlv_buf_release(&(*index)->bytes);
	free(*index);
	*index = NULL;
}

mlv_err mlv_index_name(const char *path, char name[static MLV_INDEX_NAME])
{
	struct mlv_oid oid;
	char hex[MLV_OID_HEX + 1];
	mlv_err err = mlv_sha256_of(path, strlen(path), &oid);

	if (err)
		return err;
	memcpy(name, MLV_INDEX_DIR "/", sizeof(MLV_INDEX_DIR));
	memcpy(name + sizeof(MLV_INDEX_DIR), mlv_oid_format(&oid, hex), 32);
	name[sizeof(MLV_INDEX_DIR) + 32] = '\0';
	return NULL;
}

/* Whether the record's path lies among the paths and comes after the one before it. */
static bool record_is_sound(const struct mlv_index *index, size_t at, uint64_t paths_len)
{
	const struct mlv_index_record *record = &index->records[at], *last;
	size_t shorter;
	int order;

	if (record->path_at > paths_len || record->path_len > paths_len - record->path_at ||
	    !record->kind || !strchr("fxFXl", record->kind))
		return false;
	if (at == 0)
		return true;
	last = record - 1;
	shorter = last->path_len < record->path_len ? last->path_len : record->path_len;
	order = memcmp(index->paths + last->path_at, index->paths + record->path_at, shorter);
	return order < 0 || (order == 0 && last->path_len < record->path_len);
}

/* Point into the bytes, if they are whole and of this output. */
static bool adopt(struct mlv_index *index, const char *path)
{
	struct mlv_index_header header;
	size_t len = index->bytes.len, path_len = strlen(path), padded;
	uint32_t sum;

	if (len < sizeof(header) + sizeof(sum))
		return false;
	memcpy(&header, index->bytes.ptr, sizeof(header));
	len -= sizeof(header) + sizeof(sum);
	padded = (path_len + 7) / 8 * 8;
	if (memcmp(header.magic, MLV_INDEX_MAGIC, sizeof(header.magic)) != 0 ||
	    header.order != MLV_INDEX_ORDER || header.path_len != path_len || padded > len ||
	    header.count > (len - padded) / sizeof(*index->records) ||
	    header.paths_len != len - padded - header.count * sizeof(*index->records))
		return false;
	memcpy(&sum, index->bytes.ptr + index->bytes.len - sizeof(sum), sizeof(sum));
	if (sum != mlv_crc32(0, index->bytes.ptr, index->bytes.len - sizeof(sum)) ||
	    memcmp(index->bytes.ptr + sizeof(header), path, path_len) != 0)
		return false;
	index->records = (const void *)(index->bytes.ptr + sizeof(header) + padded);
	index->count = (size_t)header.count;
	index->paths = (const char *)(index->records + index->count);
	for (size_t i = 0; i < index->count; i++)
		if (!record_is_sound(index, i, header.paths_len))
			return false;
	return true;
}

mlv_err mlv_index_load(struct mlv_index **out, struct mlv_repo *repo, const char *path)
{
	MLV_SCOPED(mlv_index_freep) struct mlv_index *index = mlv_sys_alloc(sizeof(*index));
	char name[MLV_INDEX_NAME];
	mlv_err err;

	if (!index)
		return mlv_error_nomem("an index");
	index->bytes = (struct mlv_buf)MLV_BUF_LIMIT(MLV_INDEX_MAX);
	if ((err = mlv_index_name(path, name)))
		return err;
	err = mlv_fs_read(repo->mlv_fd, name, &index->bytes);
	if (err && err->code == MLV_E_NOMEM)
		return err;
	if (err || !adopt(index, path))
		index->count = 0;
	*out = MLV_TAKE(index);
	return NULL;
}

size_t mlv_index_count(const struct mlv_index *index)
{
	return index->count;
}

const struct mlv_index_record *mlv_index_record(const struct mlv_index *index, size_t at)
{
	return &index->records[at];
}

void mlv_index_at(const struct mlv_index *index, size_t at, struct mlv_entry *entry)
{
	const struct mlv_index_record *record = &index->records[at];

	entry->kind = record->kind;
	memcpy(entry->oid.bytes, record->oid, MLV_OID_RAW);
	entry->size = record->named_size;
	entry->path = index->paths + record->path_at;
	entry->path_len = record->path_len;
}

static const struct mlv_index_record *find(const struct mlv_index *index, const char *path,
					   size_t len)
{
	size_t low = 0, high = index->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct mlv_index_record *at = &index->records[mid];
		size_t shorter = at->path_len < len ? at->path_len : len;
		int order = memcmp(index->paths + at->path_at, path, shorter);

		if (order == 0 && at->path_len == len)
			return at;
		if (order < 0 || (order == 0 && at->path_len < len))
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static int64_t nanoseconds(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

void mlv_index_stat(const struct stat *st, struct mlv_index_record *record)
{
	record->inode = (uint64_t)st->st_ino;
	record->size = (uint64_t)st->st_size;
	record->mtime = nanoseconds(&st->st_mtim);
	record->ctime = nanoseconds(&st->st_ctim);
	record->mode = (uint32_t)st->st_mode;
}

bool mlv_index_lookup(const struct mlv_index *index, const char *path, size_t len,
		      const struct stat *st, struct mlv_entry *entry)
{
	const struct mlv_index_record *record = find(index, path, len);
	struct mlv_index_record now;

	if (!record || (record->flags & MLV_INDEX_RACY))
		return false;
	mlv_index_stat(st, &now);
	if (record->inode != now.inode || record->size != now.size ||
	    record->mtime != now.mtime || record->mode != now.mode ||
	    (record->ctime != now.ctime && st->st_nlink <= 1))
		return false;
	mlv_index_at(index, (size_t)(record - index->records), entry);
	return true;
}

mlv_err mlv_index_remove(struct mlv_repo *repo, const char *path)
{
	char name[MLV_INDEX_NAME];
	mlv_err err = mlv_index_name(path, name);

	if (err)
		return err;
	if (mlv_sys_unlinkat(repo->mlv_fd, name, 0) < 0 && errno != ENOENT)
		return mlv_error_sys("%s: removing", name);
	return NULL;
}
