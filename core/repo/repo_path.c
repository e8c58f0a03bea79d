/* repo_path.c - what the user typed, as a path of the repository. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/repo.h"

static mlv_err outside(struct mlv_repo *repo, const char *typed)
{
	return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: outside the repository %s", typed,
					repo->root),
			      "to track a copy inside it: mlv add -o <path> <file outside>");
}

/* No directory above the last component of relative may be a link. */
static mlv_err check_links(struct mlv_repo *repo, const char *typed, const char *relative)
{
	char above[PATH_MAX];

	for (const char *slash = strchr(relative, '/'); slash; slash = strchr(slash + 1, '/')) {
		size_t len = (size_t)(slash - relative);
		struct stat st;

		if (len >= sizeof(above))
			return mlv_error(MLV_E_REFUSED, "%s: path too long", typed);
		memcpy(above, relative, len);
		above[len] = '\0';
		if (mlv_sys_fstatat(repo->root_fd, above, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return NULL; /* nothing there: nothing to be led astray by */
		if (S_ISLNK(st.st_mode))
			return mlv_error_hint(mlv_error(MLV_E_REFUSED,
							"%s: beyond the symbolic link %s", typed,
							above),
					      "name it by the directory in which it really lies");
	}
	return NULL;
}

/*
 * path by another way, through links that lie outside the repository: its
 * nearest directory that is there is resolved, the rest stays as typed.
 */
static mlv_err resolve_outside(const char *path, struct mlv_buf *real)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf head = MLV_BUF_INIT;
	char resolved[PATH_MAX];
	mlv_err err = mlv_buf_add_str(&head, path);

	while (!err && head.len > 1) {
		const char *slash = strrchr(head.ptr, '/');
		size_t cut = slash ? (size_t)(slash - head.ptr) : 0;

		mlv_buf_truncate(&head, cut);
		if (!realpath(cut ? head.ptr : "/", resolved))
			continue;
		mlv_buf_clear(real);
		if ((err = mlv_buf_add_str(real, resolved[1] ? resolved : "")))
			return err;
		return mlv_buf_add_str(real, path + cut);
	}
	return err;
}

/* Where path lies below the root; *below stays NULL when it does not. */
static mlv_err locate(struct mlv_repo *repo, struct mlv_buf *path, const char **below)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf real = MLV_BUF_INIT;
	char whole[PATH_MAX];
	mlv_err err;

	*below = mlv_path_below(repo->root, path->ptr);
	if (*below)
		return NULL;
	if (realpath(path->ptr, whole) && strcmp(whole, repo->root) == 0) {
		*below = "";
		return NULL;
	}
	if ((err = resolve_outside(path->ptr, &real)))
		return err;
	mlv_buf_clear(path);
	if ((err = mlv_buf_add(path, real.ptr, real.len)))
		return err;
	*below = mlv_path_below(repo->root, path->ptr);
	return NULL;
}

mlv_err mlv_repo_path(struct mlv_repo *repo, const char *typed, struct mlv_buf *relative)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	const char *below = NULL, *why;
	mlv_err err;

	if (!*typed)
		return mlv_error(MLV_E_USAGE, "an empty path");
	if ((err = mlv_path_absolute(&path, repo->ctx->cwd, typed)) ||
	    (err = locate(repo, &path, &below)))
		return err;
	if (!below)
		return outside(repo, typed);
	if (*below && (why = mlv_path_check(below, strlen(below))))
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: cannot be a target: %s", typed,
						why),
				      "name another path; mlv status lists what is tracked");
	if ((err = check_links(repo, typed, below)))
		return err;
	mlv_buf_clear(relative);
	return mlv_buf_add_str(relative, below);
}

mlv_err mlv_repo_open_dir(struct mlv_repo *repo, const char *path, int *dir, const char **name)
{
	const char *slash = strrchr(path, '/');
	MLV_SCOPED(mlv_mem_free) char *above = mlv_sys_strndup(
		slash ? path : ".", slash ? (size_t)(slash - path) : 1);

	if (!above)
		return mlv_error_nomem("a path");
	*dir = mlv_sys_open_beneath(repo->root_fd, above, O_RDONLY | O_DIRECTORY, 0);
	*name = slash ? slash + 1 : path;
	return *dir < 0 ? mlv_error_sys("%s", above) : NULL;
}

mlv_err mlv_repo_unlink(struct mlv_repo *repo, const char *path)
{
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	const char *name;
	mlv_err err = mlv_repo_open_dir(repo, path, &dir, &name);

	if (err)
		return err;
	if (mlv_sys_unlinkat(dir, name, 0) < 0 && errno != ENOENT)
		return mlv_error_sys("%s: removing", path);
	return mlv_fs_sync_dir(dir, ".");
}
