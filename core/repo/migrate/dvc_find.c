/* dvc_find.c - the files of DVC in a work tree. */
#define _DEFAULT_SOURCE /* the types in struct dirent */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/migrate/dvc.h"

void dvc_found_release(struct dvc_found *found)
{
	mlv_strs_release(&found->pointers);
	mlv_strs_release(&found->pipelines);
	mlv_strs_release(&found->locks);
	mlv_strs_release(&found->ignores);
}

struct finding {
	struct migrate *migrate;
	struct dvc_found *found;
	char *prefix; /* of the root in git's work tree */
};

static void finding_release(struct finding *finding)
{
	free(finding->prefix);
}

static bool ends_with(const char *name, const char *suffix)
{
	const size_t len = strlen(name), end = strlen(suffix);

	return len > end && strcmp(name + len - end, suffix) == 0;
}

static mlv_err note(struct finding *finding, const char *path, const char *name)
{
	struct dvc_found *found = finding->found;

	if (strcmp(name, ".dvcignore") == 0)
		return mlv_strs_add(&found->ignores, path);
	if (strcmp(name, "dvc.yaml") == 0)
		return mlv_strs_add(&found->pipelines, path);
	if (strcmp(name, "dvc.lock") == 0)
		return mlv_strs_add(&found->locks, path);
	return ends_with(name, ".dvc") ? mlv_strs_add(&found->pointers, path) : NULL;
}

/* Whether a directory may hold files of this repository: DVC looks into no other either. */
static mlv_err is_searched(struct finding *finding, int dir, const char *path, const char *name,
			   bool *searched)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	bool ignored = false;
	mlv_err err;

	*searched = false;
	if (mlv_path_name_reserved(name, strlen(name)) || strcmp(name, ".dvc") == 0)
		return NULL;
	if ((err = mlv_buf_printf(&text, "%s/.dvc", name)))
		return err;
	if (mlv_fs_exists(dir, text.ptr))
		return NULL;
	mlv_buf_clear(&text);
	if (finding->migrate->git &&
	    ((err = mlv_buf_printf(&text, "%s%s/", finding->prefix, path)) ||
	     (err = mlv_git_is_ignored(finding->migrate->git, text.ptr, &ignored))))
		return err;
	*searched = !ignored;
	return NULL;
}

/* The names in a directory, sorted. */
static mlv_err list(int dir, const char *path, struct mlv_strs *names)
{
	MLV_SCOPED(mlv_dir_close) DIR *entries = mlv_sys_opendirat(dir, ".");
	const struct dirent *entry;
	mlv_err err = NULL;

	if (!entries)
		return mlv_error_sys("%s", *path ? path : ".");
	while (!err && (errno = 0, entry = readdir(entries)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			err = mlv_strs_add(names, entry->d_name);
	if (!err && errno)
		return mlv_error_sys("%s: reading the directory", *path ? path : ".");
	if (!err)
		mlv_strs_sort_unique(names);
	return err;
}

static mlv_err search(struct finding *finding, int dir, const char *path, unsigned depth)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	mlv_err err;

	if (depth > MLV_PATH_DEPTH)
		return mlv_error(MLV_E_REFUSED, "%s: directories lie too deep", path);
	if ((err = mlv_ctx_check_stop(finding->migrate->ctx)) || (err = list(dir, path, &names)))
		return err;
	for (size_t i = 0; i < names.count; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf below = MLV_BUF_INIT;
		MLV_SCOPED(mlv_fd_close) int fd = -1;
		struct stat st;
		bool searched = false;

		if ((err = mlv_buf_printf(&below, "%s%s%s", path, *path ? "/" : "", names.at[i])))
			return err;
		if (mlv_sys_fstatat(dir, names.at[i], &st, AT_SYMLINK_NOFOLLOW) < 0) {
			if (errno == ENOENT)
				continue;
			return mlv_error_sys("%s", below.ptr);
		}
		if (S_ISREG(st.st_mode) && (err = note(finding, below.ptr, names.at[i])))
			return err;
		if (!S_ISDIR(st.st_mode))
			continue;
		if ((err = is_searched(finding, dir, below.ptr, names.at[i], &searched)))
			return err;
		if (!searched)
			continue;
		fd = mlv_sys_open_beneath(dir, names.at[i], O_RDONLY | O_DIRECTORY, 0);
		if (fd < 0)
			return mlv_error_sys("%s", below.ptr);
		if ((err = search(finding, fd, below.ptr, depth + 1)))
			return err;
	}
	return NULL;
}

mlv_err dvc_find(struct migrate *migrate, struct dvc_found *found)
{
	MLV_SCOPED(finding_release) struct finding finding = { migrate, found, NULL };
	mlv_err err;

	if (migrate->git && (err = mlv_repo_prefix(migrate->root, mlv_git_workdir(migrate->git),
						   &finding.prefix)))
		return err;
	return search(&finding, migrate->root_fd, "", 1);
}
