/* dvc.c - a repository of DVC becomes one of mlv, step by step. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/repo/config/keys.h"
#include "core/repo/gitignore.h"
#include "core/repo/ignore.h"
#include "core/repo/migrate/dvc.h"
#include "core/repo/pipeline.h"

#define POINTER_MAX ((size_t)16 << 20) /* bytes of a file of DVC */

static void run_release(struct dvc_run *run)
{
	for (size_t i = 0; i < run->count; i++)
		dvc_file_release(&run->files[i]);
	free(run->files);
	for (size_t i = 0; i < run->lock_count; i++)
		dvc_lock_release(&run->locks[i]);
	free(run->locks);
	dvc_found_release(&run->found);
	dvc_config_release(&run->config);
	migrate_release(&run->migrate);
}

/* ---- reading ---- */

static mlv_err open_root(struct migrate *migrate)
{
	mlv_err err;

	migrate->root_fd = mlv_sys_openat(AT_FDCWD, migrate->root, O_RDONLY | O_DIRECTORY, 0);
	if (migrate->root_fd < 0)
		return mlv_error_recode(mlv_error_sys("%s", migrate->root), MLV_E_MISSING);
	if (!mlv_fs_exists(migrate->root_fd, ".dvc/config") &&
	    !mlv_fs_exists(migrate->root_fd, ".dvc/.gitignore"))
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "%s: not the root of a DVC repository",
						migrate->root),
				      "name the directory that .dvc lies in: mlv migrate dvc <directory>");
	err = mlv_git_open(&migrate->git, migrate->ctx, migrate->root);
	return err && err->code == MLV_E_MISSING ? NULL : err;
}

static mlv_err open_cache(struct dvc_run *run)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	struct migrate *migrate = &run->migrate;
	mlv_err err = dvc_config_cache(migrate, &run->config, &path);

	if (err)
		return err;
	migrate->cache_fd = mlv_sys_openat(AT_FDCWD, path.ptr, O_RDONLY | O_DIRECTORY, 0);
	if (migrate->cache_fd < 0 && errno != ENOENT && errno != ENOTDIR)
		return mlv_error_sys("%s", path.ptr);
	migrate->cache_dir = mlv_buf_detach(&path);
	return migrate->cache_dir ? NULL : mlv_error_nomem("a path");
}

static mlv_err read_files(struct dvc_run *run)
{
	const struct mlv_strs *paths = &run->found.pointers;
	mlv_err err;

	if (!paths->count)
		return NULL;
	if (!(run->files = mlv_sys_alloc_array(paths->count, sizeof(*run->files))))
		return mlv_error_nomem("files of DVC");
	for (size_t i = 0; i < paths->count; i++) {
		struct dvc_file *file = &run->files[run->count];
		bool there = false;

		file->text = (struct mlv_buf)MLV_BUF_LIMIT(POINTER_MAX);
		run->count++;
		if (!(file->path = mlv_sys_strdup(paths->at[i])))
			return mlv_error_nomem("a path");
		if ((err = migrate_read(&run->migrate, file->path, &file->text, &there)) ||
		    (err = dvc_file_parse(&run->migrate, file)))
			return err;
	}
	return NULL;
}

static mlv_err read_locks(struct dvc_run *run)
{
	const struct mlv_strs *paths = &run->found.locks;
	mlv_err err = NULL;

	if (!paths->count)
		return NULL;
	if (!(run->locks = mlv_sys_alloc_array(paths->count, sizeof(*run->locks))))
		return mlv_error_nomem("lock files");
	for (size_t i = 0; i < paths->count && !err; i++)
		err = dvc_lock_read(&run->migrate, paths->at[i], &run->locks[run->lock_count++]);
	return err ? err : dvc_runs_read(&run->migrate, run->locks, run->lock_count);
}

static int by_path(const void *a, const void *b)
{
	return strcmp((*(const struct dvc_out *const *)a)->path,
		      (*(const struct dvc_out *const *)b)->path);
}

/* None of the outputs, which are sorted, lies in another. "a-b" stands between "a" and "a/b". */
static mlv_err check_inside(struct dvc_out *const *outs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const size_t len = strlen(outs[i]->path);

		for (size_t k = i + 1; k < count && strncmp(outs[k]->path, outs[i]->path, len) == 0; k++)
			if (outs[k]->path[len] == '/')
				return mlv_error(MLV_E_SPEC, "%s: %s lies in %s, an output of %s",
						 outs[k]->file, outs[k]->path, outs[i]->path,
						 outs[i]->file);
	}
	return NULL;
}

/* The outputs of all files: none twice, none in another. */
static mlv_err check_overlap(const struct dvc_run *run)
{
	MLV_SCOPED(mlv_mem_free) struct dvc_out **outs = NULL;
	size_t count = 0, at = 0;

	for (size_t i = 0; i < run->count; i++)
		count += run->files[i].count;
	if (!count)
		return NULL;
	if (!(outs = mlv_sys_alloc_array(count, sizeof(*outs))))
		return mlv_error_nomem("outputs");
	for (size_t i = 0; i < run->count; i++)
		for (size_t k = 0; k < run->files[i].count; k++)
			outs[at++] = &run->files[i].outs[k];
	qsort(outs, count, sizeof(struct dvc_out *), by_path);
	for (size_t i = 1; i < count; i++)
		if (by_path(&outs[i - 1], &outs[i]) == 0)
			return mlv_error(MLV_E_SPEC, "%s: %s is an output of %s, too", outs[i]->file,
					 outs[i]->path, outs[i - 1]->file);
	return check_inside(outs, count);
}

/* Call fn for each output of a pointer, and what stages have. */
typedef mlv_err (*out_fn)(struct dvc_run *run, struct mlv_batch *batch, struct dvc_out *out);

static mlv_err each_of_stages(struct dvc_run *run, struct mlv_batch *batch, out_fn fn)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < run->lock_count; i++) {
		struct dvc_lock *lock = &run->locks[i];

		for (size_t k = 0; k < lock->count + lock->run_count; k++) {
			struct dvc_stage *stage = k < lock->count ? &lock->stages[k]
								  : &lock->runs[k - lock->count];

			for (size_t n = 0; n < stage->count && !err; n++)
				err = fn(run, batch, &stage->at[n]);
		}
	}
	return err;
}

static mlv_err each_out(struct dvc_run *run, struct mlv_batch *batch, out_fn fn)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < run->count && !err; i++)
		for (size_t k = 0; k < run->files[i].count && !err; k++)
			err = fn(run, batch, &run->files[i].outs[k]);
	return err ? err : each_of_stages(run, batch, fn);
}

static mlv_err list_out(struct dvc_run *run, struct mlv_batch *batch, struct dvc_out *out)
{
	(void)batch;
	return out->dir && !out->listed ? dvc_dir_load(&run->migrate, out) : NULL;
}

static mlv_err read_all(struct dvc_run *run)
{
	struct migrate *migrate = &run->migrate;
	mlv_err err;

	if ((err = open_root(migrate)) || (err = dvc_config_load(migrate, &run->config)) ||
	    (err = open_cache(run)) || (err = dvc_find(migrate, &run->found)))
		return err;
	migrate->ignores = &run->found.ignores;
	if ((err = read_files(run)) || (err = read_locks(run)) || (err = check_overlap(run)))
		return err;
	/* The lists that are here; others may be fetched, once there is a place for them. */
	return each_out(run, NULL, list_out);
}

/* ---- writing ---- */

/* The same directory, another name. */
static mlv_err beside(const char *path, const char *name, struct mlv_buf *to)
{
	const char *slash = strrchr(path, '/');

	return mlv_buf_printf(to, "%.*s%s", slash ? (int)(slash - path) + 1 : 0, path, name);
}

static mlv_err copy(struct migrate *migrate, const char *path, const char *name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(POINTER_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf to = MLV_BUF_INIT;
	bool there = false;
	mlv_err err;

	if ((err = migrate_read(migrate, path, &text, &there)) || (err = beside(path, name, &to)))
		return err;
	return there ? migrate_write(migrate, to.ptr, &text, path) : NULL;
}

/* Whether every line of a file is empty or a comment: the one that mlv init makes. */
static mlv_err is_template(struct migrate *migrate, const char *path, bool *is)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(POINTER_MAX);
	mlv_err err = migrate_read(migrate, path, &text, is);

	for (const char *at = text.ptr; !err && at && *at; at = strchr(at, '\n')) {
		at += *at == '\n';
		*is &= *at == '\0' || *at == '\n' || *at == '#';
		if (*at == '\0')
			break;
	}
	return err;
}

static mlv_err write_ignores(struct dvc_run *run)
{
	struct migrate *migrate = &run->migrate;
	const struct mlv_strs *paths = &run->found.ignores;
	bool unused = false;
	mlv_err err;

	if ((err = is_template(migrate, MLV_IGNORE_NAME, &unused)))
		return err;
	/* It says nothing, and the rules of DVC's file are to stand in its place. */
	unused = unused && mlv_strs_has(paths, ".dvcignore");
	if (unused && !migrate->options->dry_run &&
	    unlinkat(migrate->root_fd, MLV_IGNORE_NAME, 0) < 0)
		return mlv_error_sys("%s", MLV_IGNORE_NAME);
	for (size_t i = 0; i < paths->count && !err; i++)
		err = unused && migrate->options->dry_run && strcmp(paths->at[i], ".dvcignore") == 0
			      ? migrate_say(migrate, MLV_MIGRATE_WRITTEN, MLV_IGNORE_NAME, "%s",
					    paths->at[i])
			      : copy(migrate, paths->at[i], MLV_IGNORE_NAME);
	return err;
}

static mlv_err write_pipelines(struct dvc_run *run)
{
	const struct mlv_strs *paths = &run->found.pipelines;
	mlv_err err = NULL;

	for (size_t i = 0; i < paths->count && !err; i++)
		err = copy(&run->migrate, paths->at[i], "mlv.yaml");
	return err;
}

/* After mlv.yaml, which says how outputs are kept. */
static mlv_err write_locks(struct dvc_run *run)
{
	MLV_SCOPED(mlv_pipeline_release) struct mlv_pipeline pipeline = { 0 };
	const bool dry = run->migrate.options->dry_run;
	mlv_err err = NULL;

	if (run->lock_count && !dry)
		err = mlv_pipeline_load_some(run->migrate.repo, NULL, &pipeline);
	for (size_t i = 0; i < run->lock_count && !err; i++)
		if (!(err = dvc_lock_write(&run->migrate, &run->locks[i], dry ? NULL : &pipeline)))
			err = dvc_runs_write(&run->migrate, &run->locks[i], dry ? NULL : &pipeline);
	return err;
}

static mlv_err name_output(struct dvc_out *out)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf pointer = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&pointer, "%s.mlv", out->path);

	if (err)
		return err;
	out->made.path = mlv_sys_strdup(out->path);
	out->made.pointer = mlv_buf_detach(&pointer);
	return out->made.path && out->made.pointer ? NULL : mlv_error_nomem("a path");
}

static mlv_err write_pointer(struct dvc_run *run, struct dvc_file *file, size_t which)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	struct migrate *migrate = &run->migrate;
	struct dvc_out *out = &file->outs[which];
	mlv_err err;

	if (!out->ready)
		return NULL;
	if ((err = name_output(out)))
		return err;
	if (migrate->options->dry_run)
		return mlv_fs_exists(migrate->root_fd, out->made.pointer)
			       ? NULL
			       : migrate_say(migrate, MLV_MIGRATE_WRITTEN, out->made.pointer, "%s",
					     file->path);
	if ((err = dvc_file_pointer(file, which, &text)) ||
	    (err = migrate_write(migrate, out->made.pointer, &text, file->path)))
		return err;
	return mlv_gitignore_add(migrate->repo, out->path, NULL);
}

static mlv_err want_out(struct dvc_run *run, struct mlv_batch *batch, struct dvc_out *out)
{
	mlv_err err = list_out(run, batch, out);

	if (!err && out->dir && !out->listed)
		err = dvc_dir_from_work(&run->migrate, out);
	return err ? err : dvc_out_want(&run->migrate, out);
}

static mlv_err make_out(struct dvc_run *run, struct mlv_batch *batch, struct dvc_out *out)
{
	return dvc_out_make(&run->migrate, batch, out);
}

/* All objects first, durably; then what names them. batch NULL: only look. */
static mlv_err move_data(struct dvc_run *run, struct mlv_batch *batch)
{
	struct migrate *migrate = &run->migrate;
	mlv_err err;

	if ((err = each_out(run, batch, want_out)))
		return err;
	migrate_objects_settle(&migrate->objects);
	if ((err = migrate_objects_move(migrate, batch)) || (err = each_out(run, batch, make_out)) ||
	    (batch && (err = mlv_batch_commit(batch))))
		return err;
	for (size_t i = 0; i < run->count && !err; i++)
		for (size_t k = 0; k < run->files[i].count && !err; k++)
			err = write_pointer(run, &run->files[i], k);
	if (err || (err = write_pipelines(run)))
		return err;
	return write_locks(run);
}

static mlv_err migrate_all(struct dvc_run *run)
{
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	struct migrate *migrate = &run->migrate;
	const char *no_scm = dvc_config_get(&run->config, "core.no_scm");
	bool without_git = false;
	struct mlv_store *cache;
	mlv_err err;

	if (no_scm && !mlv_config_parse_bool(no_scm, &without_git))
		return mlv_error(MLV_E_SPEC, ".dvc/config: core.no_scm is neither true nor false");
	if ((err = write_ignores(run)) ||
	    (err = migrate_open_repo(migrate, without_git || !migrate->git)) ||
	    (err = dvc_config_take(migrate, &run->config)))
		return err;
	if (migrate->options->dry_run)
		return move_data(run, NULL);
	if ((err = mlv_repo_cache(migrate->repo, &cache)) || (err = mlv_batch_begin(&batch, cache)))
		return err;
	return move_data(run, batch);
}

mlv_err mlv_migrate_dvc(struct mlv_ctx *ctx, const char *root,
			const struct mlv_migrate_options *options, struct mlv_migrated *migrated)
{
	MLV_SCOPED(run_release) struct dvc_run run = {
		.migrate = { .ctx = ctx, .options = options, .migrated = migrated, .root = root,
			     .root_fd = -1, .cache_fd = -1, .tmp_fd = -1 },
	};
	mlv_err err = read_all(&run);

	if (err)
		return err;
	return options->check ? dvc_check(&run) : migrate_all(&run);
}
