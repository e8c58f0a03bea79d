/* check.c - what was migrated, held against the names that the other tool gave it. */
#include <stdlib.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/repo/lockfile.h"
#include "core/repo/migrate/dvc.h"
#include "core/store/tree.h"

#define BLOCK ((size_t)16 << 20) /* bytes: what an object is read at most at once, whole MiB */

/* Sum the bytes that our cache keeps under key. */
static mlv_err sum_object(struct migrate *migrate, const struct mlv_key *key, uint64_t size,
			  bool legacy, struct migrate_sum *sum)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf bytes = MLV_BUF_LIMIT(BLOCK);
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	struct mlv_store *cache;
	mlv_err err;

	if ((err = mlv_repo_cache(migrate->repo, &cache)))
		return err;
	if (key->kind == MLV_KIND_OBJECT) {
		err = mlv_store_read(cache, key, size, &bytes);
		return err ? err : migrate_sum_update(sum, legacy, bytes.ptr, bytes.len);
	}
	if ((err = mlv_store_verify(cache, key, size)) ||
	    (err = mlv_store_open(cache, key, size, &fd, NULL)) ||
	    (err = mlv_buf_reserve(&bytes, BLOCK)))
		return err;
	for (uint64_t done = 0; done < size && !err; done += BLOCK) {
		const size_t len = size - done < BLOCK ? (size_t)(size - done) : BLOCK;

		if ((err = mlv_ctx_check_stop(migrate->ctx)) ||
		    (err = mlv_fs_pread_full(fd, "an object", bytes.ptr, len, done)))
			return err;
		err = migrate_sum_update(sum, legacy, bytes.ptr, len);
	}
	return err;
}

/* One file: path is for the report. */
static mlv_err check_object(struct migrate *migrate, const char *path, const struct mlv_key *key,
			    uint64_t size, const struct mlv_md5_name *md5, bool legacy)
{
	MLV_SCOPED(migrate_sum_freep) struct migrate_sum *sum = NULL;
	bool matches = false;
	mlv_err err;

	if ((err = migrate_sum_new(&sum)))
		return err;
	err = sum_object(migrate, key, size, legacy, sum);
	if (err && err->code == MLV_E_MISSING)
		return migrate_say(migrate, MLV_MIGRATE_MISSING, path, "not in the cache: mlv fetch");
	if (err && err->code == MLV_E_CORRUPT)
		return migrate_say(migrate, MLV_MIGRATE_DAMAGED, path, "in the cache: mlv fsck");
	if (err || (err = migrate_sum_matches(sum, legacy, md5, &matches)))
		return err;
	migrate->migrated->same += matches;
	migrate->migrated->different += !matches;
	return matches ? NULL : migrate_say(migrate, MLV_MIGRATE_NOTE, path, "differs");
}

static mlv_err differs(struct migrate *migrate, const char *path, const char *why)
{
	migrate->migrated->different++;
	return migrate_say(migrate, MLV_MIGRATE_NOTE, path, "differs: %s", why);
}

static mlv_err check_dir(struct migrate *migrate, struct dvc_out *out,
			 const struct mlv_output *output)
{
	MLV_SCOPED(mlv_tree_iter_freep) struct mlv_tree_iter *iter = NULL;
	const struct mlv_entry *entry = NULL;
	struct mlv_store *cache;
	size_t at = 0;
	mlv_err err;

	if (!out->listed && (err = dvc_dir_load(migrate, out)))
		return err;
	if (!out->listed)
		return migrate_say(migrate, MLV_MIGRATE_MISSING, out->path,
				   "its list is not in DVC's cache; --fetch fetches it");
	if ((err = mlv_repo_cache(migrate->repo, &cache)) ||
	    (err = mlv_tree_iter_new(&iter, mlv_node_source_store(cache), &output->oid, "")))
		return err;
	while (!(err = mlv_tree_iter_next(iter, &entry)) && entry) {
		const struct dvc_entry *theirs = at < out->count ? &out->entries[at] : NULL;
		const struct mlv_key key = mlv_entry_key(entry);

		if (!theirs || strlen(theirs->path + theirs->base) != entry->path_len ||
		    memcmp(theirs->path + theirs->base, entry->path, entry->path_len) != 0)
			return differs(migrate, out->path, "other files lie in it");
		if ((err = check_object(migrate, theirs->path, &key, entry->size, &theirs->md5,
					out->legacy)))
			return err;
		at++;
	}
	if (err && err->code == MLV_E_MISSING)
		return migrate_say(migrate, MLV_MIGRATE_MISSING, out->path, "not in the cache: mlv fetch");
	if (err)
		return err;
	return at == out->count ? NULL : differs(migrate, out->path, "files of it are missing");
}

static mlv_err compare(struct migrate *migrate, struct dvc_out *out, const struct mlv_output *output)
{
	const struct mlv_key key = mlv_output_key(output);

	if ((output->type == MLV_ID_TREE) != out->dir)
		return differs(migrate, out->path, "a directory is a file");
	return out->dir ? check_dir(migrate, out, output)
			: check_object(migrate, out->path, &key, output->size, &out->md5,
				       out->legacy);
}

static mlv_err check_out(struct migrate *migrate, struct dvc_out *out)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf pointer = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_POINTER_MAX);
	MLV_SCOPED(mlv_output_release) struct mlv_output output = { 0 };
	bool there = false;
	mlv_err err;

	if ((err = mlv_buf_printf(&pointer, "%s.mlv", out->path)) ||
	    (err = migrate_read(migrate, pointer.ptr, &text, &there)))
		return err;
	if (!there)
		return migrate_say(migrate, MLV_MIGRATE_MISSING, out->path, "not migrated yet");
	err = mlv_pointer_parse(pointer.ptr, text.ptr, text.len, &output);
	return err ? err : compare(migrate, out, &output);
}

/* What a stage made, but for what git keeps; one that will run again is said. */
static mlv_err check_stage(struct migrate *migrate, const struct mlv_lockfile *file,
			   struct dvc_stage *stage)
{
	const struct mlv_lockfile_entry *entry = mlv_lockfile_find(file, stage->name);
	MLV_SCOPED(mlv_recorded_release) struct mlv_recorded recorded = { 0 };
	mlv_err err;

	if (!entry)
		return migrate_say(migrate, MLV_MIGRATE_NOTE, file->path, "%s is not recorded",
				   stage->name);
	err = mlv_lockfile_get(file, entry, &recorded);
	for (size_t i = 0; i < stage->count && !err; i++) {
		struct dvc_out *out = &stage->at[i];
		const struct mlv_recorded_path *made =
			mlv_recorded_find(recorded.outs, recorded.out_count, out->path);

		if (!out->dep && made && made->at.cache)
			err = compare(migrate, out, &made->at);
	}
	return err;
}

static mlv_err check_lock(struct migrate *migrate, struct dvc_lock *lock)
{
	MLV_SCOPED(mlv_lockfile_release) struct mlv_lockfile file = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&path, "%.*s" MLV_LOCKFILE_NAME, (int)(strlen(lock->path) - 8),
				     lock->path);

	if (err || (err = mlv_lockfile_load(&file, migrate->repo, path.ptr)))
		return err;
	for (size_t i = 0; i < lock->count && !err; i++)
		err = check_stage(migrate, &file, &lock->stages[i]);
	return err;
}

mlv_err dvc_check(struct dvc_run *run)
{
	struct migrate *migrate = &run->migrate;
	mlv_err err;

	if (!mlv_fs_exists(migrate->root_fd, ".mlv/config"))
		return mlv_error(MLV_E_MISSING, "%s: not migrated yet", migrate->root);
	err = migrate_open_repo(migrate, false);
	for (size_t i = 0; i < run->count && !err; i++)
		for (size_t k = 0; k < run->files[i].count && !err; k++)
			err = check_out(migrate, &run->files[i].outs[k]);
	for (size_t i = 0; i < run->lock_count && !err; i++)
		err = check_lock(migrate, &run->locks[i]);
	return err;
}
