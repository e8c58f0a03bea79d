/*
 * git/ops.h - the table between the program and the module that wraps libgit2.
 *
 * git.c calls, mlv-git.so implements. The version is in the table's name, so
 * that a module of another build is refused, not called.
 */
#ifndef MLV_REPO_GIT_OPS_H
#define MLV_REPO_GIT_OPS_H

#include "core/repo/git.h"

#define MLV_GIT_MODULE "mlv-git.so"
#define MLV_GIT_SYMBOL "mlv_git_ops_6"

struct mlv_git_ops {
	mlv_err (*open)(struct mlv_git **out, struct mlv_ctx *ctx, const char *path);
	void (*free)(struct mlv_git *git);
	mlv_err (*resolve)(struct mlv_git *git, const char *rev, struct mlv_git_id *commit);
	mlv_err (*merge_base)(struct mlv_git *git, const struct mlv_git_id *a, const struct mlv_git_id *b,
			      struct mlv_git_id *base);
	mlv_err (*commit_time)(struct mlv_git *git, const struct mlv_git_id *commit, int64_t *when);
	mlv_err (*read)(struct mlv_git *git, const struct mlv_git_id *commit, const char *path,
			struct mlv_buf *buf, bool *found);
	mlv_err (*mode)(struct mlv_git *git, const struct mlv_git_id *commit, const char *path,
			unsigned *mode);
	mlv_err (*read_blob)(struct mlv_git *git, const struct mlv_git_id *blob,
			     struct mlv_buf *buf);
	mlv_err (*blob_size)(struct mlv_git *git, const struct mlv_git_id *blob, uint64_t *size);
	mlv_err (*each_blob)(struct mlv_git *git, const struct mlv_git_id *commit, const char *dir,
			     const char *const *suffixes, mlv_git_blob_fn fn, void *arg);
	mlv_err (*each_commit)(struct mlv_git *git, unsigned scopes, mlv_git_commit_fn fn,
			       void *arg);
	mlv_err (*each_version)(struct mlv_git *git, const struct mlv_git_id *commit,
				const char *path, mlv_git_version_fn fn, void *arg);
	mlv_err (*is_tracked)(struct mlv_git *git, const char *path, bool *tracked);
	mlv_err (*is_ignored)(struct mlv_git *git, const char *path, bool *ignored);
	mlv_err (*status)(struct mlv_git *git, struct mlv_strs *untracked, bool *dirty);
	mlv_err (*stage)(struct mlv_git *git, const struct mlv_strs *paths);
};

/* The head of every handle; the module's own embeds it first. */
struct mlv_git {
	const struct mlv_git_ops *ops;
	char *workdir; /* no slash at the end; NULL: bare */
	char *dir;     /* no slash at the end */
};

#endif
