#include "core/repo/run_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/store/sha256.h"

static struct mlv_lockfile root_file(void)
{
	static char path[] = MLV_LOCKFILE_NAME, dir[] = "";

	return (struct mlv_lockfile){ .path = path, .dir = dir };
}

/* The stage as one of the root: where it runs is said, if that is not the root. */
static struct mlv_recorded as_of_root(const struct mlv_recorded *recorded, const char *stage_dir)
{
	struct mlv_recorded made = *recorded;
	const char *wdir = recorded->wdir ? recorded->wdir : stage_dir;
	char *copy;

	memcpy(&copy, &wdir, sizeof(copy));
	made.wdir = *wdir ? copy : NULL;
	return made;
}

mlv_err mlv_run_path(const struct mlv_recorded *recorded, const char *stage_dir,
		     char path[static MLV_RUN_PATH])
{
	static char name[] = "run";
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_LOCKFILE_MAX);
	struct mlv_recorded run = as_of_root(recorded, stage_dir);
	const struct mlv_lockfile file = root_file();
	char hex[MLV_OID_HEX + 1];
	struct mlv_oid oid;
	mlv_err err;

	run.name = name;
	run.out_count = 0;
	err = mlv_lockfile_entry_text(&file, &run, &text);
	for (size_t i = 0; !err && i < recorded->out_count; i++)
		err = mlv_buf_printf(&text, "out %s\n", recorded->outs[i].at.path);
	if (err || (err = mlv_sha256_of(text.ptr, text.len, &oid)))
		return err;
	mlv_oid_format(&oid, hex);
	snprintf(path, MLV_RUN_PATH, "%.2s/%s", hex, hex);
	return NULL;
}

static mlv_err open_runs(struct mlv_repo *repo, bool create, int *fd)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	struct mlv_store *cache;
	mlv_err err;

	if ((err = mlv_repo_cache(repo, &cache)) ||
	    (err = mlv_buf_printf(&path, "%s/" MLV_RUN_CACHE_DIR, mlv_store_root(cache))) ||
	    (create && (err = mlv_fs_mkdirs(AT_FDCWD, path.ptr, 0777))))
		return err;
	*fd = mlv_sys_openat(AT_FDCWD, path.ptr, O_RDONLY | O_DIRECTORY, 0);
	return *fd < 0 && (create || errno != ENOENT) ? mlv_error_sys("%s", path.ptr) : NULL;
}

/* Not synced: one that a power cut tears is passed over, and costs a run. */
static mlv_err write_entry(int runs, const char *path, const struct mlv_buf *text)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	char temp[64];
	mlv_err err = mlv_fs_temp(runs, "tmp-", 0666, temp, sizeof(temp), &fd);

	if (err)
		return err;
	err = mlv_fs_write_full(fd, path, text->ptr, text->len);
	if (!err && mlv_sys_renameat(runs, temp, runs, path) < 0)
		err = mlv_error_sys("runs/%s", path);
	if (err)
		(void)!mlv_sys_unlinkat(runs, temp, 0);
	return err;
}

mlv_err mlv_run_put(struct mlv_repo *repo, const struct mlv_recorded *recorded,
		    const char *stage_dir)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_LOCKFILE_MAX);
	MLV_SCOPED(mlv_fd_close) int runs = -1;
	struct mlv_recorded run = as_of_root(recorded, stage_dir);
	const struct mlv_lockfile file = root_file();
	char path[MLV_RUN_PATH], dir[3];
	mlv_err err;

	if ((err = mlv_run_path(recorded, stage_dir, path)) ||
	    (err = mlv_buf_add_str(&text, "schema: mlv-lock 1\nstages:\n")) ||
	    (err = mlv_lockfile_entry_text(&file, &run, &text)) ||
	    (err = open_runs(repo, true, &runs)))
		return err;
	snprintf(dir, sizeof(dir), "%.2s", path);
	if ((err = mlv_fs_mkdirs(runs, dir, 0777)))
		return err;
	return write_entry(runs, path, &text);
}

mlv_err mlv_run_parse(const char *path, const char *text, size_t len, struct mlv_recorded *run)
{
	MLV_SCOPED(mlv_lockfile_release) struct mlv_lockfile file = { 0 };
	MLV_SCOPED(mlv_recorded_release) struct mlv_recorded made = { 0 };
	char name[MLV_RUN_PATH];
	mlv_err err;

	if ((err = mlv_lockfile_parse(&file, MLV_LOCKFILE_NAME, text, len)))
		return mlv_error_recode(err, MLV_E_CORRUPT);
	if (file.count != 1)
		return mlv_error(MLV_E_CORRUPT, "runs/%s: not a run", path);
	if ((err = mlv_lockfile_get(&file, &file.at[0], &made)))
		return mlv_error_recode(err, MLV_E_CORRUPT);
	if ((err = mlv_run_path(&made, "", name)))
		return err;
	if (strcmp(name, path) != 0)
		return mlv_error(MLV_E_CORRUPT, "runs/%s: not the run of this name", path);
	*run = made;
	made = (struct mlv_recorded){ 0 };
	return NULL;
}

mlv_err mlv_run_get(struct mlv_repo *repo, const struct mlv_recorded *recorded,
		    const char *stage_dir, struct mlv_recorded *run, bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_LOCKFILE_MAX);
	MLV_SCOPED(mlv_fd_close) int runs = -1;
	char path[MLV_RUN_PATH];
	mlv_err err;

	*found = false;
	if ((err = open_runs(repo, false, &runs)) || runs < 0 ||
	    (err = mlv_run_path(recorded, stage_dir, path)))
		return err;
	err = mlv_fs_read(runs, path, &text);
	if (!err)
		err = mlv_run_parse(path, text.ptr, text.len, run);
	if (err && (err->code == MLV_E_MISSING || err->code == MLV_E_CORRUPT)) {
		if (err->code == MLV_E_CORRUPT)
			mlv_tell_warning(repo->ctx, "%s: passed over", err->msg);
		return NULL;
	}
	*found = !err;
	return err;
}
