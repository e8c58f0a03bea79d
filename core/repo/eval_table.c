#include "core/repo/eval_table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/store/hashing.h"
#include "core/store/sha256.h"

void mlv_eval_table_release(struct mlv_eval_table *table)
{
	mlv_fd_close(&table->fd);
	mlv_buf_release(&table->bytes);
}

void mlv_eval_write_id(enum mlv_kind kind, const struct mlv_oid *oid, char id[MLV_EVAL_ID])
{
	char hex[MLV_OID_HEX + 1];

	snprintf(id, MLV_EVAL_ID, "%s:%s", kind == MLV_KIND_LARGE ? "leaves" : "sha256",
		 mlv_oid_format(oid, hex));
}

/* The id of bytes in memory: as that of a file. */
static mlv_err name_bytes(const char *bytes, size_t len, char id[MLV_EVAL_ID])
{
	MLV_SCOPED(mlv_leaves_release) struct mlv_leaves leaves = { 0 };
	MLV_SCOPED(mlv_mem_free) struct mlv_message *messages = NULL;
	struct mlv_oid oid;
	mlv_err err;

	if (mlv_kind_of_size(len) == MLV_KIND_OBJECT) {
		if (!(err = mlv_sha256_of(bytes, len, &oid)))
			mlv_eval_write_id(MLV_KIND_OBJECT, &oid, id);
		return err;
	}
	if ((err = mlv_leaves_init(&leaves, len)))
		return err;
	if (!(messages = mlv_sys_alloc_array((size_t)leaves.count, sizeof(*messages))))
		return mlv_error_nomem("an id");
	for (size_t i = 0; i < leaves.count; i++) {
		size_t at = i * (size_t)MLV_LEAF_SIZE, left = len - at;

		messages[i] = (struct mlv_message){
			bytes + at, left < MLV_LEAF_SIZE ? left : (size_t)MLV_LEAF_SIZE,
			&leaves.digests[i],
		};
	}
	if ((err = mlv_sha256_many(messages, (size_t)leaves.count)) ||
	    (err = mlv_leaves_oid(&leaves, &oid)))
		return err;
	mlv_eval_write_id(MLV_KIND_LARGE, &oid, id);
	return NULL;
}

static mlv_err no_table(const struct mlv_metrics_side *side, const char *path)
{
	return mlv_error(MLV_E_MISSING, "%s: not in %s", path, mlv_metrics_side_name(side));
}

/* The work tree's own file; *found false when there is none. */
static mlv_err open_file(struct mlv_metrics_place *place, const char *path, struct mlv_eval_table *table,
			 char *id, bool *found)
{
	MLV_SCOPED(mlv_named_release) struct mlv_named named = { .kind = MLV_KIND_OBJECT };
	mlv_err err;

	err = mlv_metrics_open(place, path, &table->fd);
	*found = err || table->fd >= 0;
	if (err || !*found)
		return err;
	if (mlv_sys_fstat(table->fd, &table->before) < 0)
		return mlv_error_sys("%s", path);
	table->source.fd = table->fd;
	if (!id)
		return NULL;
	if ((err = mlv_hash_file(place->ctx, table->fd, path, &named)))
		return err;
	if (lseek(table->fd, 0, SEEK_SET) < 0)
		return mlv_error_sys("%s", path);
	mlv_eval_write_id(named.kind, &named.oid, id);
	return NULL;
}

mlv_err mlv_eval_table_open(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			    const char *path, struct mlv_eval_table *table, char *id)
{
	bool found = false;
	mlv_err err;

	table->source.name = path;
	if (!side->rev && ((err = open_file(place, path, table, id, &found)) || found))
		return err;
	if ((err = mlv_metrics_text(place, side, path, &table->bytes, &found)))
		return mlv_error_wrap(err, "%s", path);
	if (!found)
		return no_table(side, path);
	table->source.bytes = table->bytes.ptr;
	table->source.len = table->bytes.len;
	return id ? name_bytes(table->bytes.ptr, table->bytes.len, id) : NULL;
}

mlv_err mlv_eval_table_check(const struct mlv_eval_table *table)
{
	const struct stat *before = &table->before;
	struct stat after;

	if (table->fd < 0)
		return NULL;
	if (mlv_sys_fstat(table->fd, &after) < 0)
		return mlv_error_sys("%s", table->source.name);
	if (after.st_size != before->st_size || after.st_mtim.tv_sec != before->st_mtim.tv_sec ||
	    after.st_mtim.tv_nsec != before->st_mtim.tv_nsec ||
	    after.st_ctim.tv_sec != before->st_ctim.tv_sec ||
	    after.st_ctim.tv_nsec != before->st_ctim.tv_nsec)
		return mlv_error(MLV_E_REFUSED, "%s: changed while it was read", table->source.name);
	return NULL;
}
