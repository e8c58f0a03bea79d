/* The files of an index, as they are written: see index/format.h. None is synced. */
#include <string.h>

#include "core/base/crc32c.h"
#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/repo/index/builder.h"

void mlv_index_file_discard(struct mlv_index_builder *builder)
{
	if (builder->fd < 0)
		return;
	mlv_fd_close(&builder->fd);
	(void)!mlv_sys_unlinkat(builder->repo->mlv_fd, builder->temp, 0);
}

static mlv_err append(struct mlv_index_builder *builder, const void *bytes, size_t len)
{
	builder->at += len;
	return mlv_fs_write_full(builder->fd, builder->temp, bytes, len);
}

static mlv_err make_temp(struct mlv_repo *repo, char *name, size_t size, int *fd)
{
	mlv_err err = mlv_fs_mkdirs(repo->mlv_fd, MLV_INDEX_DIR, 0777);

	return err ? err : mlv_fs_temp(repo->mlv_fd, MLV_INDEX_DIR "/tmp-", 0666, name, size, fd);
}

static mlv_err begin(struct mlv_index_builder *builder)
{
	size_t len = strlen(builder->path);
	struct mlv_index_header header = { .order = MLV_INDEX_ORDER, .path_len = (uint32_t)len };
	mlv_err err;

	if (builder->fd >= 0)
		return NULL;
	memcpy(header.magic, MLV_INDEX_MAGIC, sizeof(header.magic));
	builder->head_sum = mlv_crc32c(mlv_crc32c(0, &header, sizeof(header)), builder->path, len);
	if ((err = make_temp(builder->repo, builder->temp, sizeof(builder->temp), &builder->fd)) ||
	    (err = append(builder, &header, sizeof(header))))
		return err;
	return append(builder, builder->path, len);
}

static mlv_err add_block(struct mlv_index_builder *builder)
{
	size_t len = builder->count * sizeof(*builder->records);
	struct mlv_index_place place = { .count = (uint32_t)builder->count,
					 .len = (uint32_t)(len + builder->paths.len) };
	mlv_err err;

	if ((err = begin(builder)))
		return err;
	place.at = builder->at;
	place.sum = mlv_crc32c(mlv_crc32c(0, builder->records, len), builder->paths.ptr,
			       builder->paths.len);
	place.first_len = builder->records[0].path_len;
	if ((err = mlv_buf_add(&builder->firsts, builder->paths.ptr, place.first_len)) ||
	    (err = mlv_buf_add(&builder->directory, &place, sizeof(place))) ||
	    (err = append(builder, builder->records, len)))
		return err;
	return append(builder, builder->paths.ptr, builder->paths.len);
}

mlv_err mlv_index_file_add_block(struct mlv_index_builder *builder)
{
	mlv_err err = builder->broken || !builder->count ? NULL : add_block(builder);

	builder->blocks += builder->count > 0;
	builder->count = 0;
	mlv_buf_clear(&builder->paths);
	if (!err || err->code == MLV_E_NOMEM)
		return err;
	mlv_tell_detail(builder->repo->ctx, "the index is not kept: %s", err->msg);
	builder->broken = true;
	mlv_index_file_discard(builder);
	return NULL;
}

static mlv_err add_footer(struct mlv_index_builder *builder, const struct mlv_index_claim *claim)
{
	struct mlv_index_footer footer = { .said = mlv_index_say(claim), .blocks = builder->blocks,
					   .directory_at = builder->at, .order = MLV_INDEX_ORDER };
	uint32_t sum;
	mlv_err err;

	sum = mlv_crc32c(builder->head_sum, builder->directory.ptr, builder->directory.len);
	sum = mlv_crc32c(sum, builder->firsts.ptr, builder->firsts.len);
	footer.sum = mlv_crc32c(sum, &footer, sizeof(footer));
	if ((err = append(builder, builder->directory.ptr, builder->directory.len)) ||
	    (err = append(builder, builder->firsts.ptr, builder->firsts.len)))
		return err;
	return append(builder, &footer, sizeof(footer));
}

/* Rename a file that was written to its place. */
static mlv_err publish(struct mlv_repo *repo, int *fd, const char *temp, const char *name)
{
	if (mlv_sys_close(fd) == 0 && mlv_sys_renameat(repo->mlv_fd, temp, repo->mlv_fd, name) == 0)
		return NULL;
	mlv_err err = mlv_error_sys("%s", name);

	(void)!mlv_sys_unlinkat(repo->mlv_fd, temp, 0);
	return err;
}

mlv_err mlv_index_file_save(struct mlv_index_builder *builder, const struct mlv_index_claim *claim)
{
	char name[MLV_INDEX_NAME], changes[MLV_INDEX_NAME];
	mlv_err err;

	if ((err = mlv_index_name(builder->path, false, name)) ||
	    (err = mlv_index_name(builder->path, true, changes)) ||
	    (err = mlv_index_file_add_block(builder)))
		return err;
	if (builder->broken)
		return NULL;
	if ((err = begin(builder)) || (err = add_footer(builder, claim)) ||
	    (err = publish(builder->repo, &builder->fd, builder->temp, name)))
		return err;
	/* Changes of the index before are of no other: whether this succeeds does not count. */
	(void)!mlv_sys_unlinkat(builder->repo->mlv_fd, changes, 0);
	return NULL;
}

size_t mlv_index_changes_len(const struct mlv_index_builder *builder)
{
	return sizeof(struct mlv_index_changes) + builder->count * sizeof(*builder->records) +
	       builder->paths.len;
}

mlv_err mlv_index_changes_save(const struct mlv_index_builder *builder, const struct mlv_index *base,
			       const struct mlv_index_claim *claim)
{
	struct mlv_index_changes head = { .order = MLV_INDEX_ORDER, .base = base->sum,
					  .said = mlv_index_say(claim), .count = builder->count,
					  .paths_len = builder->paths.len };
	size_t len = builder->count * sizeof(*builder->records);
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	char name[MLV_INDEX_NAME], temp[64];
	uint32_t sum;
	mlv_err err;

	memcpy(head.magic, MLV_INDEX_CHANGES_MAGIC, sizeof(head.magic));
	sum = mlv_crc32c(0, &head, sizeof(head));
	sum = mlv_crc32c(sum, builder->records, len);
	head.sum = mlv_crc32c(sum, builder->paths.ptr, builder->paths.len);
	if ((err = mlv_index_name(builder->path, true, name)) ||
	    (err = make_temp(builder->repo, temp, sizeof(temp), &fd)))
		return err;
	if (!(err = mlv_fs_write_full(fd, temp, &head, sizeof(head))) &&
	    !(err = mlv_fs_write_full(fd, temp, builder->records, len)) &&
	    !(err = mlv_fs_write_full(fd, temp, builder->paths.ptr, builder->paths.len)))
		return publish(builder->repo, &fd, temp, name);
	(void)!mlv_sys_unlinkat(builder->repo->mlv_fd, temp, 0);
	return err;
}
