/*
 * repo.h - an mlv repository: a directory with .mlv in it, usually in a git
 * work tree.
 *
 *   .mlv/config        in git     .mlv/config.local  not in git
 *   .mlv/cache/        the store, unless cache.dir says otherwise
 *   .mlv/state/        what may be rebuilt      .mlv/tmp/  temporaries
 *
 * Threads     the handle may be read by many threads; git and config by one.
 */
#ifndef MLV_REPO_REPO_H
#define MLV_REPO_REPO_H

#include <sys/types.h>

#include "core/base/context.h"
#include "core/repo/config.h"
#include "core/repo/git.h"
#include "core/store/store.h"

struct mlv_repo {
	struct mlv_ctx *ctx;
	char *root;   /* absolute path, no slash at the end */
	char *brought_from; /* the URL that its settings were brought from; NULL: it lies at root */
	int root_fd;  /* the directory root */
	int mlv_fd;   /* the directory root/.mlv */
	int tmp_fd;   /* the directory root/.mlv/tmp; -1: not opened yet */
	bool no_scm;  /* core.no_scm */
	struct mlv_config *config;
	struct mlv_git *git;     /* opened by mlv_repo_git() */
	struct mlv_store *cache; /* opened by mlv_repo_cache() */
	/*
	 * What the server of a URL that a stage depends on marks the content with, appended to mark;
	 * MLV_E_MISSING, MLV_E_REMOTE. NULL: nobody asks, what is recorded holds.
	 */
	mlv_err (*mark)(void *arg, const char *url, struct mlv_buf *mark);
	void *mark_arg;
	/* root relative to the git work tree: "" or "sub/dir/"; set by mlv_repo_git() */
	char *git_prefix;
};

/* Append the absolute path of the directory, start or above, that .mlv lies in. */
mlv_err mlv_repo_find(const char *start, struct mlv_buf *root) MLV_CHECK;
/* Whether a directory below ours is the work tree of another repository, whose files are its own. */
bool mlv_repo_is_foreign(int dir);
/*
 * Where the absolute path root lies below a git work tree: "" or "sub/dir/", to
 * be freed. MLV_E_REFUSED when it does not; workdir is NULL for a bare one.
 */
mlv_err mlv_repo_prefix(const char *root, const char *workdir, char **git_prefix) MLV_CHECK;
/*
 * Open the repository that the absolute path start lies in (the nearest .mlv
 * upwards). MLV_E_MISSING, with the hint to run `mlv init`, when there is none.
 */
mlv_err mlv_repo_open(struct mlv_repo **out, struct mlv_ctx *ctx, const char *start) MLV_CHECK;
void mlv_repo_freep(struct mlv_repo **repo);
/* The git repository; *git is NULL with core.no_scm. Owned by repo. */
mlv_err mlv_repo_git(struct mlv_repo *repo, struct mlv_git **git) MLV_CHECK;
/* What git calls path, which is relative to the root; after mlv_repo_git(). */
mlv_err mlv_repo_git_path(const struct mlv_repo *repo, const char *path,
			  struct mlv_buf *git_path) MLV_CHECK;
/* Whether git tracks path, relative to the root, or what lies below it; without git it does not. */
mlv_err mlv_repo_git_tracks(struct mlv_repo *repo, const char *path, bool *tracked) MLV_CHECK;
/* MLV_E_REFUSED, with what to do, when it does: what mlv keeps git may not. */
mlv_err mlv_repo_check_untracked(struct mlv_repo *repo, const char *path) MLV_CHECK;
/*
 * With core.autostage, have git's index say what lies at these paths, relative
 * to the root. Else, and without git, nothing is done.
 */
mlv_err mlv_repo_stage(struct mlv_repo *repo, const struct mlv_strs *paths) MLV_CHECK;
/* The cache, made when it is missing. Owned by repo. */
mlv_err mlv_repo_cache(struct mlv_repo *repo, struct mlv_store **cache) MLV_CHECK;
/*
 * The path, relative to the repository's root, of what the user typed
 * (relative to ctx->cwd or absolute); "" for the root. MLV_E_REFUSED when it
 * lies outside, or inside .git or .mlv. Links in its directories are resolved
 * only to find where it is: a target beyond a linked directory is refused.
 */
mlv_err mlv_repo_path(struct mlv_repo *repo, const char *typed, struct mlv_buf *relative) MLV_CHECK;
/* Open the directory that path, relative to the root, lies in; name is its name there. */
mlv_err mlv_repo_open_dir(struct mlv_repo *repo, const char *path, int *dir,
			  const char **name) MLV_CHECK;
/* Remove the file at path, relative to the root, durably. One that is not there is no failure. */
mlv_err mlv_repo_unlink(struct mlv_repo *repo, const char *path) MLV_CHECK;
/*
 * Where the cache is, whether it is there or not. One of the repository's own
 * choosing (also .mlv/cache) may not lie beyond a symbolic link.
 */
mlv_err mlv_repo_cache_dir(struct mlv_repo *repo, struct mlv_buf *path) MLV_CHECK;
/*
 * Make .mlv below directory (absolute; made when it is missing), .mlv/config
 * last. force: over one that is there, whose cache and local settings stay.
 */
struct mlv_init_options {
	bool no_scm, subdir, force;
};
mlv_err mlv_repo_init(struct mlv_ctx *ctx, const char *directory,
		      const struct mlv_init_options *options) MLV_CHECK;

/*
 * mlv_fs_replace() of a file of the work tree, its temporary in .mlv/tmp. What
 * killed processes left there a day ago is removed.
 */
mlv_err mlv_repo_replace(struct mlv_repo *repo, int dir, const char *path, const void *bytes,
			 size_t len, mode_t mode) MLV_CHECK;

#endif
