/*
 * lock.h - one process at a time: for a file that is rewritten, and for the work tree.
 *
 * A lock is a file below .mlv/tmp/locks, held by flock(2): the kernel drops it
 * when its holder dies, so that it is never stale. The file names its holder
 * (process, host, command) for those who wait. Locks guard what is read,
 * changed and written back; readers take none.
 *
 * Order     the work tree's lock before those of files, files by their paths:
 *           so nobody waits in a circle.
 * Threads   a lock is held by a process, whichever thread took it.
 * Limits    network mounts without working flock(2) are not protected.
 */
#ifndef MLV_REPO_LOCK_H
#define MLV_REPO_LOCK_H

#include "core/repo/repo.h"

struct mlv_lock;

/*
 * Take the lock of the file at path (relative to the root): a pointer, a
 * .gitignore, mlv.lock. command is shown to those who wait ("add"). Waits up to
 * core.lock_timeout seconds (30 when not set), says so once, and then
 * fails with MLV_E_LOCKED naming the holder.
 */
mlv_err mlv_lock_file(struct mlv_lock **out, struct mlv_repo *repo, const char *path,
		      const char *command) MLV_CHECK;
/* The lock of the work tree: what replaces or removes files of the user holds it (checkout, pull). */
mlv_err mlv_lock_worktree(struct mlv_lock **out, struct mlv_repo *repo,
			  const char *command) MLV_CHECK;
/*
 * The lock of a directory outside an mlv repository, where there is no place for such files: the
 * directory itself is locked. name is for messages; waits as long as the others, when not told otherwise.
 */
mlv_err mlv_lock_dir(struct mlv_lock **out, struct mlv_ctx *ctx, int dir, const char *name) MLV_CHECK;
/* Give it back. */
void mlv_lock_freep(struct mlv_lock **lock);

#endif
