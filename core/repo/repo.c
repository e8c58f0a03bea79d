#include "core/repo/repo.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/repo/sharing.h"

#define TMP_AGE (24U * 60 * 60) /* seconds after which a temporary was left behind */

static mlv_err nothing_found(const char *start)
{
	return mlv_error_hint(mlv_error(MLV_E_MISSING, "%s: not inside an mlv repository", start),
			      "mlv init");
}

/* The directory below which path lies is left; false at the root. */
static bool go_up(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash || path[1] == '\0')
		return false;
	slash[slash == path] = '\0';
	return true;
}

bool mlv_repo_is_foreign(int dir)
{
	struct stat st;

	return mlv_sys_fstatat(dir, ".mlv", &st, AT_SYMLINK_NOFOLLOW) == 0 ||
	       mlv_sys_fstatat(dir, ".git", &st, AT_SYMLINK_NOFOLLOW) == 0;
}

mlv_err mlv_repo_find(const char *start, struct mlv_buf *root)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf mlv = MLV_BUF_INIT;
	char at[PATH_MAX];
	struct stat st;
	mlv_err err;

	if (!realpath(start, at))
		return mlv_error_sys("%s", start);
	do {
		mlv_buf_clear(&mlv);
		if ((err = mlv_buf_printf(&mlv, "%s/.mlv", at[1] ? at : "")))
			return err;
		if (mlv_sys_fstatat(AT_FDCWD, mlv.ptr, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISDIR(st.st_mode))
			return mlv_buf_add_str(root, at);
		if (S_ISLNK(st.st_mode))
			return mlv_error(MLV_E_REFUSED,
					 "%s: a symbolic link, where a directory is needed",
					 mlv.ptr);
	} while (go_up(at));
	return nothing_found(start);
}

void mlv_repo_freep(struct mlv_repo **repo)
{
	struct mlv_repo *r = *repo;

	if (!r)
		return;
	mlv_store_freep(&r->cache);
	mlv_git_freep(&r->git);
	mlv_config_freep(&r->config);
	mlv_fd_close(&r->tmp_fd);
	mlv_fd_close(&r->mlv_fd);
	mlv_fd_close(&r->root_fd);
	free(r->git_prefix);
	free(r->brought_from);
	free(r->root);
	free(r);
	*repo = NULL;
}

/* A local file of settings that git tracks came with the clone: its word counts less. */
static mlv_err guard_local(struct mlv_repo *repo)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	bool tracked = false;
	struct mlv_git *git;
	mlv_err err;

	if (!mlv_config_local_matters(repo->config))
		return NULL;
	repo->no_scm = false; /* that may be the file's own saying */
	err = mlv_repo_git(repo, &git);
	repo->no_scm = mlv_config_bool(repo->config, "core.no_scm", false);
	if (err && err->code == MLV_E_MISSING)
		return NULL;
	if (err || (err = mlv_buf_printf(&path, "%s.mlv/config.local", repo->git_prefix)) ||
	    (err = mlv_git_is_tracked(git, path.ptr, &tracked)))
		return err;
	if (tracked)
		mlv_config_distrust_local(repo->config);
	return NULL;
}

/* What a clone brings may not lead what is written below .mlv to another place. */
static mlv_err refuse_links(const struct mlv_repo *repo)
{
	static const char *const dirs[] = { "cache/objects", "cache/large", "cache/nodes",
					    "state", "state/index", "tmp", "tmp/locks",
					    "tmp/recorded" };

	for (size_t i = 0; i < MLV_COUNT(dirs); i++) {
		struct stat st;

		if (mlv_sys_fstatat(repo->mlv_fd, dirs[i], &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISLNK(st.st_mode))
			return mlv_error_hint(
				mlv_error(MLV_E_REFUSED, "%s/.mlv/%s: a symbolic link", repo->root,
					  dirs[i]),
				"remove it; to have the cache elsewhere: mlv cache dir DIR");
	}
	return NULL;
}

static mlv_err open_at(struct mlv_repo *repo, const char *root)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT;
	mlv_err err;

	repo->root = mlv_sys_strdup(root);
	if (!repo->root)
		return mlv_error_nomem("the repository");
	repo->root_fd = mlv_sys_openat(AT_FDCWD, root, O_RDONLY | O_DIRECTORY, 0);
	if (repo->root_fd < 0)
		return mlv_error_sys("%s", root);
	repo->mlv_fd =
		mlv_sys_openat(repo->root_fd, ".mlv", O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (repo->mlv_fd < 0)
		return mlv_error_sys("%s/.mlv", root);
	if ((err = refuse_links(repo)) || (err = mlv_buf_printf(&dir, "%s/.mlv", root)) ||
	    (err = mlv_config_load(&repo->config, repo->ctx, dir.ptr)))
		return err;
	if ((err = guard_local(repo)))
		return err;
	repo->no_scm = mlv_config_bool(repo->config, "core.no_scm", false);
	return NULL;
}

mlv_err mlv_repo_open(struct mlv_repo **out, struct mlv_ctx *ctx, const char *start)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf root = MLV_BUF_INIT;
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	mlv_err err;

	if ((err = mlv_repo_find(start, &root)))
		return err;
	repo = mlv_sys_alloc(sizeof(*repo));
	if (!repo)
		return mlv_error_nomem("the repository");
	repo->ctx = ctx;
	repo->root_fd = repo->mlv_fd = repo->tmp_fd = -1;
	if ((err = open_at(repo, root.ptr)))
		return err;
	*out = MLV_TAKE(repo);
	return NULL;
}

mlv_err mlv_repo_prefix(const char *root, const char *workdir, char **git_prefix)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf prefix = MLV_BUF_INIT;
	const char *below = workdir ? mlv_path_below(workdir, root) : NULL;
	mlv_err err;

	if (!below)
		return mlv_error(MLV_E_REFUSED, "%s: not in the work tree of its git repository",
				 root);
	if (*below && ((err = mlv_buf_add_str(&prefix, below)) ||
		       (err = mlv_buf_add_char(&prefix, '/'))))
		return err;
	*git_prefix = mlv_buf_detach(&prefix);
	return *git_prefix ? NULL : mlv_error_nomem("a path");
}

mlv_err mlv_repo_git(struct mlv_repo *repo, struct mlv_git **git)
{
	MLV_SCOPED(mlv_git_freep) struct mlv_git *opened = NULL;
	mlv_err err;

	*git = repo->no_scm ? NULL : repo->git;
	if (repo->no_scm || repo->git)
		return NULL;
	if ((err = mlv_git_open(&opened, repo->ctx, repo->root)))
		return err->code == MLV_E_MISSING && strstr(err->msg, "git repository")
			       ? mlv_error_hint(err, "git init, or: mlv config core.no_scm true")
			       : err;
	if ((err = mlv_repo_prefix(repo->root, mlv_git_workdir(opened), &repo->git_prefix)))
		return err;
	*git = repo->git = MLV_TAKE(opened);
	return NULL;
}

mlv_err mlv_repo_git_path(const struct mlv_repo *repo, const char *path, struct mlv_buf *git_path)
{
	mlv_buf_clear(git_path);
	return mlv_buf_printf(git_path, "%s%s", repo->git_prefix ? repo->git_prefix : "", path);
}

mlv_err mlv_repo_git_tracks(struct mlv_repo *repo, const char *path, bool *tracked)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT;
	struct mlv_git *git;
	mlv_err err = mlv_repo_git(repo, &git);

	*tracked = false;
	if (err || !git)
		return err;
	err = mlv_repo_git_path(repo, path, &whole);
	return err ? err : mlv_git_is_tracked(git, whole.ptr, tracked);
}

mlv_err mlv_repo_check_untracked(struct mlv_repo *repo, const char *path)
{
	char shown[512], typed[512];
	bool tracked;
	mlv_err err = mlv_repo_git_tracks(repo, path, &tracked);

	if (err || !tracked)
		return err;
	return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: tracked by git already",
					mlv_path_shown(path, strlen(path), shown, sizeof(shown))),
			      "git rm -r --cached %s && git commit -m 'stop tracking it'",
			      mlv_path_typed(path, typed, sizeof(typed)));
}

mlv_err mlv_repo_stage(struct mlv_repo *repo, const struct mlv_strs *paths)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs whole = { 0 };
	struct mlv_git *git;
	mlv_err err;

	if (!mlv_config_bool(repo->config, "core.autostage", false) || !paths->count)
		return NULL;
	if ((err = mlv_repo_git(repo, &git)) || !git)
		return err;
	for (size_t i = 0; i < paths->count; i++)
		if ((err = mlv_repo_git_path(repo, paths->at[i], &path)) ||
		    (err = mlv_strs_add(&whole, path.ptr)))
			return err;
	mlv_strs_sort_unique(&whole);
	return mlv_git_stage(git, &whole);
}

/* The level that a setting of the cache's place has: its own word goes only inside the repository.
 */
static bool own_choice(const struct mlv_repo *repo)
{
	enum mlv_config_level level;

	return !mlv_config_get(repo->config, "cache.dir", &level) || level == MLV_CONFIG_REPO;
}

/* No link on the way to a cache that a clone could have brought along. */
static mlv_err check_links(struct mlv_repo *repo, const char *path)
{
	const char *below = mlv_path_below(repo->root, path);
	int fd = below ? mlv_sys_open_beneath(repo->root_fd, below, O_RDONLY | O_DIRECTORY, 0) : -1;

	if (!below || fd >= 0 || errno == ENOENT) {
		mlv_fd_close(&fd);
		return NULL;
	}
	if (errno != ELOOP && errno != ENOTDIR && errno != EXDEV)
		return mlv_error_sys("%s", path);
	return mlv_error_hint(mlv_error(MLV_E_REFUSED,
					"%s: the cache lies beyond a symbolic link", path),
			      "name the place itself: mlv cache dir --local <dir>");
}

mlv_err mlv_repo_cache_dir(struct mlv_repo *repo, struct mlv_buf *path)
{
	bool set = false;
	mlv_err err = mlv_config_path(repo->config, "cache.dir", path, &set);

	if (!err && !set)
		err = mlv_buf_printf(path, "%s/.mlv/cache", repo->root);
	if (err || !own_choice(repo))
		return err;
	return check_links(repo, path->ptr);
}

static mlv_err open_cache(struct mlv_repo *repo)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	const char *small = mlv_config_get(repo->config, "cache.small", NULL);
	mlv_err err;

	if ((err = mlv_repo_cache_dir(repo, &path)) ||
	    (err = mlv_store_open_dir(&repo->cache, repo->ctx, path.ptr, true)))
		return err;
	if (small && strcmp(small, "loose") == 0)
		mlv_store_keep_loose(repo->cache);
	return mlv_sharing_register(repo, path.ptr);
}

mlv_err mlv_repo_cache(struct mlv_repo *repo, struct mlv_store **cache)
{
	mlv_err err = repo->cache ? NULL : open_cache(repo);

	if (!err)
		*cache = repo->cache;
	return err;
}

static mlv_err open_tmp(struct mlv_repo *repo)
{
	mlv_err err;

	if (repo->tmp_fd >= 0)
		return NULL;
	if ((err = mlv_fs_mkdirs(repo->mlv_fd, "tmp", 0777)))
		return err;
	mlv_fs_sweep(repo->mlv_fd, "tmp", "", TMP_AGE);
	repo->tmp_fd = mlv_sys_openat(repo->mlv_fd, "tmp", O_RDONLY | O_DIRECTORY, 0);
	return repo->tmp_fd < 0 ? mlv_error_sys("%s/.mlv/tmp", repo->root) : NULL;
}

mlv_err mlv_repo_replace(struct mlv_repo *repo, int dir, const char *path, const void *bytes,
			 size_t len, mode_t mode)
{
	mlv_err err = open_tmp(repo);

	return err ? err : mlv_fs_replace_through(repo->tmp_fd, dir, path, bytes, len, mode);
}
