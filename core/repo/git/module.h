/*
 * git/module.h - inside mlv-git.so: what its files share.
 *
 * libgit2's failures become ours at the call that got them, by
 * mlv_git_failure(), on the same thread.
 */
#ifndef MLV_REPO_GIT_MODULE_H
#define MLV_REPO_GIT_MODULE_H

#include <git2.h>

#include "core/repo/git/ops.h"

struct git_handle {
	struct mlv_git head;
	git_repository *repo;
	git_index *index; /* read when it is first asked */
	git_commit *commit; /* the last one looked at, with its tree: most calls repeat it */
	git_tree *tree;
};

static inline struct git_handle *git_handle_of(struct mlv_git *git)
{
	return (struct git_handle *)git;
}

/*
 * What libgit2 said last, after what was tried. MLV_E_MISSING only for what mlv_git_is_absent():
 * callers may go on without that.
 */
mlv_err mlv_git_failure(int code, const char *fmt, ...)
	MLV_PRINTF(2, 3) MLV_CHECK MLV_NEVER_NULL;
/*
 * Whether the last call says that there is no such thing. An object that git names, and
 * whose bytes its database does not give, is none of these: libgit2 says "not found" of
 * one that is lost and of one that could not be read alike.
 */
bool mlv_git_is_absent(int code);
/* The same of a walk to commits that others are built on: MLV_E_MISSING where a shallow clone begins. */
mlv_err mlv_git_history_failure(struct git_handle *git, int code,
				const char *what) MLV_CHECK MLV_NEVER_NULL;
/* Tell libgit2 to end the program cleanly when memory is out. Once, before it starts. */
int mlv_git_use_allocator(void);

/* The root tree of a commit; owned by the handle, good until the next call. */
mlv_err mlv_git_tree_of(struct git_handle *git, const struct mlv_git_id *commit,
			git_tree **tree) MLV_CHECK;
mlv_err mlv_git_module_commit_time(struct mlv_git *base, const struct mlv_git_id *commit,
				   int64_t *when) MLV_CHECK;
mlv_err mlv_git_module_read(struct mlv_git *base, const struct mlv_git_id *commit,
			    const char *path, struct mlv_buf *buf, bool *found) MLV_CHECK;
mlv_err mlv_git_module_mode(struct mlv_git *base, const struct mlv_git_id *commit,
			    const char *path, unsigned *mode) MLV_CHECK;
mlv_err mlv_git_module_read_blob(struct mlv_git *base, const struct mlv_git_id *blob,
				 struct mlv_buf *buf) MLV_CHECK;
mlv_err mlv_git_module_blob_size(struct mlv_git *base, const struct mlv_git_id *blob,
				 uint64_t *size) MLV_CHECK;
mlv_err mlv_git_module_each_blob(struct mlv_git *base, const struct mlv_git_id *commit,
				 const char *dir, const char *const *suffixes, mlv_git_blob_fn fn,
				 void *arg) MLV_CHECK;
mlv_err mlv_git_module_each_commit(struct mlv_git *base, unsigned scopes, mlv_git_commit_fn fn,
				   void *arg) MLV_CHECK;
mlv_err mlv_git_module_each_version(struct mlv_git *base, const struct mlv_git_id *commit,
				    const char *path, mlv_git_version_fn fn, void *arg) MLV_CHECK;
mlv_err mlv_git_module_is_tracked(struct mlv_git *base, const char *path, bool *tracked) MLV_CHECK;
mlv_err mlv_git_module_is_ignored(struct mlv_git *base, const char *path, bool *ignored) MLV_CHECK;
mlv_err mlv_git_module_status(struct mlv_git *base, struct mlv_strs *untracked,
			      bool *dirty) MLV_CHECK;
mlv_err mlv_git_module_stage(struct mlv_git *base, const struct mlv_strs *paths) MLV_CHECK;

#endif
