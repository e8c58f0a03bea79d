/*
 * hooks.h - what git is told to do for mlv: hooks, and the merging of pointers.
 *
 *   post-checkout, post-merge   mlv checkout, when HEAD moved and no rebase is under way
 *   pre-commit                  mlv status, when something differs; never in the way
 *   pre-push                    mlv push, where there is a remote
 *   merge.mlv in git's config   mlv merge-driver, for "*.mlv merge=mlv" in .gitattributes,
 *                               and the same for mlv.lock
 *
 * A hook that is there is kept as NAME.before-mlv, and run first; the new one
 * runs only if that one agrees. Hooks lie where git looks for them
 * (core.hooksPath); a directory outside the repository is refused, because
 * others use it too.
 *
 * Crash safety   each file is the one before or the one after; a hook that was
 *                there is renamed before the new one is written, and the same
 *                call again finishes.
 */
#ifndef MLV_REPO_HOOKS_H
#define MLV_REPO_HOOKS_H

#include "core/repo/repo.h"

enum mlv_hook_done {
	MLV_HOOK_AS_BEFORE,
	MLV_HOOK_WRITTEN,
	MLV_HOOK_CHAINED,  /* the one that was there runs first */
	MLV_HOOK_REMOVED,
	MLV_HOOK_RESTORED, /* the one that was there before is back */
};
typedef void (*mlv_hook_fn)(void *arg, const char *name, enum mlv_hook_done done);

/* fn is called for each hook. scratch: a directory of the caller's. */
mlv_err mlv_hooks_install(struct mlv_repo *repo, const char *scratch, mlv_hook_fn fn,
			  void *arg) MLV_CHECK;
/* .gitattributes stays as it is: it is in git, and does nothing where mlv is not installed. */
mlv_err mlv_hooks_uninstall(struct mlv_repo *repo, const char *scratch, mlv_hook_fn fn,
			    void *arg) MLV_CHECK;

#endif
