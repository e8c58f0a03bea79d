/* lfs_check.c - what was migrated, held against the names that Git LFS gave it. */
#include "core/base/sys.h"
#include "core/repo/migrate/lfs.h"

/* The plain SHA-256 of what our cache keeps, which is verified on the way. */
static mlv_err plain_of(struct migrate *migrate, const struct mlv_output *output,
			struct mlv_oid *plain)
{
	const struct mlv_key key = mlv_output_key(output);
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	struct mlv_store *cache;
	mlv_err err;

	if ((err = mlv_repo_cache(migrate->repo, &cache)) ||
	    (err = mlv_store_verify(cache, &key, output->size)))
		return err;
	if (key.kind == MLV_KIND_OBJECT) {
		*plain = key.oid;
		return NULL;
	}
	if ((err = mlv_store_open(cache, &key, output->size, &fd, NULL)))
		return err;
	return mlv_hash_plain(migrate->ctx, fd, output->path, plain);
}

static mlv_err check_file(struct migrate *migrate, const struct lfs_file *file)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf pointer = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_POINTER_MAX);
	MLV_SCOPED(mlv_output_release) struct mlv_output output = { 0 };
	struct mlv_oid plain;
	bool there = false;
	mlv_err err;

	if ((err = mlv_buf_printf(&pointer, "%s.mlv", file->path)) ||
	    (err = migrate_read(migrate, pointer.ptr, &text, &there)))
		return err;
	if (!there)
		return migrate_say(migrate, MLV_MIGRATE_MISSING, file->path, "not migrated yet");
	if ((err = mlv_pointer_parse(pointer.ptr, text.ptr, text.len, &output)))
		return err;
	err = output.type == MLV_ID_TREE ? NULL : plain_of(migrate, &output, &plain);
	if (err && err->code == MLV_E_MISSING)
		return migrate_say(migrate, MLV_MIGRATE_MISSING, file->path,
				   "not in the cache: mlv fetch");
	if (err && err->code == MLV_E_CORRUPT)
		return migrate_say(migrate, MLV_MIGRATE_DAMAGED, file->path, "in the cache: mlv fsck");
	if (err)
		return err;
	if (output.type != MLV_ID_TREE && mlv_oid_equal(&plain, &file->plain)) {
		migrate->migrated->same++;
		return NULL;
	}
	migrate->migrated->different++;
	return migrate_say(migrate, MLV_MIGRATE_NOTE, file->path, "differs");
}

mlv_err lfs_check(struct lfs_run *run)
{
	struct migrate *migrate = &run->migrate;
	mlv_err err = mlv_repo_open(&migrate->repo, migrate->ctx, migrate->root);

	for (size_t i = 0; i < run->count && !err; i++)
		err = check_file(migrate, &run->files[i]);
	return err;
}
