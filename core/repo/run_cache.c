#include "core/repo/run_cache.h"

#include <dirent.h>
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

char *mlv_run_name_path(const struct mlv_oid *name, char path[static MLV_RUN_PATH])
{
	char hex[MLV_OID_HEX + 1];

	mlv_oid_format(name, hex);
	snprintf(path, MLV_RUN_PATH, "%.2s/%s", hex, hex);
	return path;
}

mlv_err mlv_run_path(const struct mlv_recorded *recorded, const char *stage_dir,
		     char path[static MLV_RUN_PATH])
{
	static char name[] = "run";
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_LOCKFILE_MAX);
	struct mlv_recorded run = as_of_root(recorded, stage_dir);
	const struct mlv_lockfile file = root_file();
	struct mlv_oid oid;
	mlv_err err;

	run.name = name;
	run.out_count = 0;
	err = mlv_lockfile_entry_text(&file, &run, &text);
	for (size_t i = 0; !err && i < recorded->out_count; i++)
		err = mlv_buf_printf(&text, "out %s\n", recorded->outs[i].at.path);
	if (err || (err = mlv_sha256_of(text.ptr, text.len, &oid)))
		return err;
	mlv_run_name_path(&oid, path);
	return NULL;
}

/* *fd is below 0 when there is none. */
static mlv_err open_runs(struct mlv_repo *repo, int *fd)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	struct mlv_store *cache;
	mlv_err err;

	if ((err = mlv_repo_cache(repo, &cache)) ||
	    (err = mlv_buf_printf(&path, "%s/" MLV_RUN_CACHE_DIR, mlv_store_root(cache))))
		return err;
	*fd = mlv_sys_openat(AT_FDCWD, path.ptr, O_RDONLY | O_DIRECTORY, 0);
	return *fd < 0 && errno != ENOENT ? mlv_error_sys("%s", path.ptr) : NULL;
}

/*
 * Not synced: one that a power cut tears is passed over, and costs a run. What a
 * kill leaves lies with the store's own temporary files, which it sweeps.
 */
static mlv_err write_entry(int cache, const char *path, const struct mlv_buf *text)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	char temp[64];
	mlv_err err = mlv_fs_temp(cache, "tmp/run-", 0666, temp, sizeof(temp), &fd);

	if (err)
		return err;
	err = mlv_fs_write_full(fd, path, text->ptr, text->len);
	if (!err && mlv_sys_renameat(cache, temp, cache, path) < 0)
		err = mlv_error_sys("%s", path);
	if (err)
		(void)!mlv_sys_unlinkat(cache, temp, 0);
	return err;
}

mlv_err mlv_run_take(struct mlv_repo *repo, const char *path, const struct mlv_buf *text)
{
	MLV_SCOPED(mlv_fd_close) int cache = -1;
	struct mlv_store *store;
	char to[sizeof(MLV_RUN_CACHE_DIR "/") + MLV_RUN_PATH];
	mlv_err err;

	if ((err = mlv_repo_cache(repo, &store)))
		return err;
	cache = mlv_sys_openat(AT_FDCWD, mlv_store_root(store), O_RDONLY | O_DIRECTORY, 0);
	if (cache < 0)
		return mlv_error_sys("%s", mlv_store_root(store));
	snprintf(to, sizeof(to), MLV_RUN_CACHE_DIR "/%.2s", path);
	if ((err = mlv_fs_mkdirs(cache, to, 0777)))
		return err;
	snprintf(to, sizeof(to), MLV_RUN_CACHE_DIR "/%s", path);
	return write_entry(cache, to, text);
}

mlv_err mlv_run_put(struct mlv_repo *repo, const struct mlv_recorded *recorded,
		    const char *stage_dir)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_LOCKFILE_MAX);
	struct mlv_recorded run = as_of_root(recorded, stage_dir);
	const struct mlv_lockfile file = root_file();
	char path[MLV_RUN_PATH];
	mlv_err err;

	if ((err = mlv_run_path(recorded, stage_dir, path)) ||
	    (err = mlv_buf_add_str(&text, "schema: mlv-lock 1\nstages:\n")) ||
	    (err = mlv_lockfile_entry_text(&file, &run, &text)))
		return err;
	return mlv_run_take(repo, path, &text);
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
	if ((err = open_runs(repo, &runs)) || runs < 0 ||
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

/* ---- all of them ---- */

static bool is_name(const char *dir, const char *name)
{
	struct mlv_oid oid;

	return strlen(dir) == 2 && strncmp(dir, name, 2) == 0 &&
	       mlv_oid_parse(name, strlen(name), &oid);
}

/* Add "<dir>/<name>" of each run in a directory; for "." the directories themselves. */
static mlv_err list_dir(int runs, const char *dir, struct mlv_strs *names)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	const bool top = strcmp(dir, ".") == 0;
	MLV_SCOPED(mlv_dir_close) DIR *list = mlv_sys_opendirat(runs, dir);
	mlv_err err = NULL;

	if (!list)
		return errno == ENOTDIR || errno == ENOENT ? NULL : mlv_error_sys("runs/%s", dir);
	errno = 0;
	for (struct dirent *e; !err && (e = readdir(list)); errno = 0) {
		if (top ? strlen(e->d_name) != 2 || e->d_name[0] == '.' : !is_name(dir, e->d_name))
			continue;
		mlv_buf_clear(&path);
		err = top ? mlv_buf_add_str(&path, e->d_name)
			  : mlv_buf_printf(&path, "%s/%s", dir, e->d_name);
		if (!err)
			err = mlv_strs_add(names, path.ptr);
	}
	return !err && errno ? mlv_error_sys("runs/%s: listing", dir) : err;
}

static mlv_err list_all(int runs, struct mlv_strs *names)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs dirs = { 0 };
	mlv_err err = list_dir(runs, ".", &dirs);

	for (size_t i = 0; !err && i < dirs.count; i++)
		err = list_dir(runs, dirs.at[i], names);
	if (!err)
		mlv_strs_sort_unique(names);
	return err;
}

static mlv_err give(int runs, const char *path, mlv_kept_run_fn fn, void *arg)
{
	MLV_SCOPED(mlv_recorded_release) struct mlv_recorded run = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_LOCKFILE_MAX);
	struct mlv_kept_run kept = { .path = path, .text = &text, .run = &run };
	mlv_err err = mlv_fs_read(runs, path, &text);

	if (!err)
		err = mlv_run_parse(path, text.ptr, text.len, &run);
	if (err)
		return err->code == MLV_E_MISSING || err->code == MLV_E_CORRUPT ? NULL : err;
	if (!mlv_oid_parse(path + 3, MLV_OID_HEX, &kept.name))
		return NULL;
	return fn(arg, &kept);
}

mlv_err mlv_run_each(struct mlv_repo *repo, mlv_kept_run_fn fn, void *arg)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	MLV_SCOPED(mlv_fd_close) int runs = -1;
	mlv_err err = open_runs(repo, &runs);

	if (err || runs < 0 || (err = list_all(runs, &names)))
		return err;
	for (size_t i = 0; !err && i < names.count; i++)
		err = give(runs, names.at[i], fn, arg);
	return err;
}

mlv_err mlv_run_has(struct mlv_repo *repo, const char *path, bool *has)
{
	MLV_SCOPED(mlv_fd_close) int runs = -1;
	mlv_err err = open_runs(repo, &runs);

	if (!err)
		*has = runs >= 0 && mlv_fs_exists(runs, path);
	return err;
}

struct pruning {
	struct mlv_store *cache;
	int runs;
	uint64_t removed;
};

/* A directory of which the root is there is whole: a gc removes nodes before what they name. */
static mlv_err prune(void *arg, struct mlv_kept_run *kept)
{
	struct pruning *pruning = arg;
	bool has = true;
	mlv_err err = NULL;

	for (size_t i = 0; !err && has && i < kept->run->out_count; i++) {
		const struct mlv_output *out = &kept->run->outs[i].at;
		struct mlv_key key = mlv_output_key(out);

		err = mlv_store_has(pruning->cache, &key, out->size, &has);
	}
	if (err || has)
		return err;
	if (mlv_sys_unlinkat(pruning->runs, kept->path, 0) < 0 && errno != ENOENT)
		return mlv_error_sys("runs/%s", kept->path);
	pruning->removed++;
	return NULL;
}

mlv_err mlv_run_prune(struct mlv_repo *repo, uint64_t *removed)
{
	struct pruning pruning = { .runs = -1 };
	mlv_err err;

	*removed = 0;
	if ((err = mlv_repo_cache(repo, &pruning.cache)) ||
	    (err = open_runs(repo, &pruning.runs)) || pruning.runs < 0)
		return err;
	err = mlv_run_each(repo, prune, &pruning);
	mlv_fd_close(&pruning.runs);
	*removed = pruning.removed;
	return err;
}
