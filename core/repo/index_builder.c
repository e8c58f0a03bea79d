#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/crc32.h"
#include "core/base/fs.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/repo/index_format.h"

#define OTHER_CLOCK 2000000000 /* ns: what a clock of another file system may differ, and its grain */

struct mlv_index_builder {
	struct mlv_repo *repo;
	char *path;
	struct mlv_index_record *records;
	size_t count, cap;
	struct mlv_buf paths;
	int64_t touched; /* mtime of a file made before the first was read, ns */
	dev_t device;    /* where it was made */
};

void mlv_index_builder_freep(struct mlv_index_builder **builder)
{
	if (*builder) {
		free((*builder)->path);
		free((*builder)->records);
		mlv_buf_release(&(*builder)->paths);
	}
	free(*builder);
	*builder = NULL;
}

/* What time the file system of the repository has now. */
static mlv_err touch(struct mlv_index_builder *builder)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	struct mlv_index_record times;
	char name[64];
	struct stat st;
	mlv_err err;

	if ((err = mlv_fs_mkdirs(builder->repo->mlv_fd, "tmp", 0777)) ||
	    (err = mlv_fs_temp(builder->repo->mlv_fd, "tmp/now-", 0666, name, sizeof(name), &fd)))
		return err;
	if (mlv_sys_unlinkat(builder->repo->mlv_fd, name, 0) < 0 || mlv_sys_fstat(fd, &st) < 0)
		return mlv_error_sys("%s/.mlv/%s", builder->repo->root, name);
	mlv_index_stat(&st, &times);
	builder->touched = times.mtime;
	builder->device = st.st_dev;
	return NULL;
}

mlv_err mlv_index_builder_new(struct mlv_index_builder **out, struct mlv_repo *repo,
			      const char *path)
{
	MLV_SCOPED(mlv_index_builder_freep) struct mlv_index_builder *builder =
		mlv_sys_alloc(sizeof(*builder));

	if (!builder || !(builder->path = mlv_sys_strdup(path)))
		return mlv_error_nomem("an index");
	builder->repo = repo;
	builder->paths = (struct mlv_buf)MLV_BUF_LIMIT(MLV_INDEX_MAX);
	/* Where nothing can be made (a read-only repository) everything is racy. */
	if (touch(builder))
		builder->touched = INT64_MIN;
	*out = MLV_TAKE(builder);
	return NULL;
}

static bool is_racy(const struct mlv_index_builder *builder, const struct stat *st,
		    const struct mlv_index_record *record)
{
	int64_t limit = builder->touched;

	if (limit > INT64_MIN && st->st_dev != builder->device)
		limit -= OTHER_CLOCK;
	return record->mtime >= limit || record->ctime >= limit;
}

/* Append a record for the path; its place is filled in. */
static mlv_err append(struct mlv_index_builder *builder, const struct mlv_index_record *record,
		      const char *path, size_t len)
{
	struct mlv_index_record *made;
	mlv_err err;

	if (len > UINT16_MAX)
		return mlv_error(MLV_E_REFUSED, "%s: a path of %zu bytes below it", builder->path,
				 len);
	if ((err = mlv_array_grow(&builder->records, &builder->cap, builder->count + 1,
				  sizeof(*builder->records))))
		return err;
	made = &builder->records[builder->count];
	*made = *record;
	made->path_at = builder->paths.len;
	made->path_len = (uint16_t)len;
	if ((err = mlv_buf_add(&builder->paths, path, len)))
		return err;
	builder->count++;
	return NULL;
}

mlv_err mlv_index_builder_add(struct mlv_index_builder *builder, const struct mlv_entry *entry,
			      const struct stat *st, bool not_read)
{
	struct mlv_index_record record = { .named_size = entry->size, .kind = entry->kind };

	if (entry->kind == 'd')
		return NULL;
	mlv_index_stat(st, &record);
	memcpy(record.oid, entry->oid.bytes, MLV_OID_RAW);
	if (not_read || is_racy(builder, st, &record))
		record.flags |= MLV_INDEX_RACY;
	return append(builder, &record, entry->path, entry->path_len);
}

mlv_err mlv_index_builder_keep(struct mlv_index_builder *builder, const struct mlv_index *from,
			       size_t at)
{
	struct mlv_entry entry;

	mlv_index_at(from, at, &entry);
	return append(builder, mlv_index_record(from, at), entry.path, entry.path_len);
}

static mlv_err lay_out(const struct mlv_index_builder *builder, struct mlv_buf *file)
{
	static const char zeros[8];
	struct mlv_index_header header = { .order = MLV_INDEX_ORDER, .count = builder->count,
					   .paths_len = builder->paths.len };
	size_t len = strlen(builder->path);
	uint32_t sum;
	mlv_err err;

	memcpy(header.magic, MLV_INDEX_MAGIC, sizeof(header.magic));
	header.path_len = (uint32_t)len;
	if ((err = mlv_buf_add(file, &header, sizeof(header))) ||
	    (err = mlv_buf_add(file, builder->path, len)) ||
	    (err = mlv_buf_add(file, zeros, (8 - len % 8) % 8)) ||
	    (err = mlv_buf_add(file, builder->records,
			       builder->count * sizeof(*builder->records))) ||
	    (err = mlv_buf_add(file, builder->paths.ptr, builder->paths.len)))
		return err;
	sum = mlv_crc32(0, file->ptr, file->len);
	return mlv_buf_add(file, &sum, sizeof(sum));
}

/* Not synced: an index that a power cut tears is seen by its checksum and made anew. */
static mlv_err write_beside(const struct mlv_index_builder *builder, const char *name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf file = MLV_BUF_LIMIT(MLV_INDEX_MAX);
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	int dir = builder->repo->mlv_fd;
	char temp[64];
	mlv_err err;

	if ((err = lay_out(builder, &file)) ||
	    (err = mlv_fs_mkdirs(dir, MLV_INDEX_DIR, 0777)) ||
	    (err = mlv_fs_temp(dir, MLV_INDEX_DIR "/tmp-", 0666, temp, sizeof(temp), &fd)))
		return err;
	err = mlv_fs_write_full(fd, temp, file.ptr, file.len);
	if (!err && (mlv_sys_close(&fd) < 0 || mlv_sys_renameat(dir, temp, dir, name) < 0))
		err = mlv_error_sys("%s", name);
	if (err)
		(void)!mlv_sys_unlinkat(dir, temp, 0);
	return err;
}

mlv_err mlv_index_builder_save(struct mlv_index_builder *builder)
{
	char name[MLV_INDEX_NAME];
	mlv_err err = mlv_index_name(builder->path, name);

	if (err)
		return err;
	if ((err = write_beside(builder, name)) && err->code != MLV_E_NOMEM) {
		mlv_tell_detail(builder->repo->ctx, "the index is not kept: %s", err->msg);
		return NULL;
	}
	return err;
}
