/* dvc_runs.c - the run cache of DVC: runs/ab/<key>/<value>, each an entry of a dvc.lock. */
#define _DEFAULT_SOURCE /* the types in struct dirent */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/base/yaml.h"
#include "core/repo/migrate/dvc.h"
#include "core/repo/run_cache.h"

#define RUN_MAX ((size_t)16 << 20) /* bytes of an entry */

struct reading {
	struct migrate *migrate;
	struct dvc_lock *locks;
	size_t count;
};

/* An entry that is none of DVC's is no failure: nothing needs it. */
static mlv_err read_run(struct reading *reading, int dir, const char *name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(RUN_MAX);
	MLV_SCOPED(mlv_value_freep) struct mlv_value *body = NULL;
	mlv_err err;

	if ((err = mlv_fs_read(dir, name, &text)))
		return err->code == MLV_E_NOMEM ? err : NULL;
	if ((err = mlv_yaml_parse(name, text.ptr, text.len, &body)))
		return err->code == MLV_E_SPEC ? NULL : err;
	for (size_t i = 0; i < reading->count && body; i++) {
		err = dvc_lock_add_run(&reading->locks[i], &body);
		if (err && err->code != MLV_E_SPEC && err->code != MLV_E_REFUSED)
			return err;
	}
	return NULL;
}

/* Names of hex digits alone: no ".", no "..", no temporary. */
static bool is_hex(const char *name)
{
	return *name && strspn(name, "0123456789abcdef") == strlen(name);
}

static mlv_err read_level(struct reading *reading, int parent, const char *name, unsigned level)
{
	MLV_SCOPED(mlv_fd_close) int fd = mlv_sys_open_beneath(parent, name, O_RDONLY | O_DIRECTORY, 0);
	MLV_SCOPED(mlv_dir_close) DIR *entries = fd < 0 ? NULL : mlv_sys_opendirat(fd, ".");
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	const struct dirent *entry;
	mlv_err err = NULL;

	if (!entries)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == EXDEV
			       ? NULL
			       : mlv_error_sys("%s: %s", reading->migrate->cache_dir, name);
	while (!err && (entry = readdir(entries)))
		if (is_hex(entry->d_name))
			err = mlv_strs_add(&names, entry->d_name);
	mlv_strs_sort_unique(&names);
	for (size_t i = 0; i < names.count && !err; i++)
		err = level == 2 ? read_run(reading, fd, names.at[i])
				 : read_level(reading, fd, names.at[i], level + 1);
	return err;
}

mlv_err dvc_runs_read(struct migrate *migrate, struct dvc_lock *locks, size_t count)
{
	struct reading reading = { migrate, locks, count };

	return migrate->cache_fd < 0 ? NULL : read_level(&reading, migrate->cache_fd, "runs", 0);
}

mlv_err dvc_runs_write(struct migrate *migrate, const struct dvc_lock *lock,
		       const struct mlv_pipeline *pipeline)
{
	const char *slash = strrchr(lock->path, '/');
	MLV_SCOPED(mlv_mem_free) char *dir =
		mlv_sys_strndup(lock->path, slash ? (size_t)(slash - lock->path) : 0);

	if (!dir)
		return mlv_error_nomem("a path");
	for (size_t i = 0; i < lock->run_count; i++) {
		MLV_SCOPED(mlv_recorded_release) struct mlv_recorded recorded = { 0 };
		mlv_err err;

		if (dvc_stage_lacks(&lock->runs[i]))
			continue;
		if (pipeline && ((err = dvc_stage_record(lock, &lock->runs[i], pipeline, &recorded)) ||
				 (err = mlv_run_put(migrate->repo, &recorded, dir))))
			return err;
		migrate->migrated->runs++;
	}
	return NULL;
}
