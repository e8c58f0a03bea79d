/*
 * move.h - giving a tracked file or directory another place.
 *
 * The data is renamed, if it is here; the pointer, with the comments and keys
 * of the user, the line in .gitignore and the stat index go with it, so that
 * nothing is hashed again.
 *
 * Crash safety   the new pointer is written first and the old one removed last:
 *                at every instant one of them has the id, and the same
 *                call again finishes. The data is at one of the two places, whole.
 * Threads        one call at a time in a process; it holds the work tree's lock.
 */
#ifndef MLV_REPO_MOVE_H
#define MLV_REPO_MOVE_H

#include "core/repo/pointer.h"
#include "core/repo/repo.h"

/*
 * Move the output to the path `to` that the user typed; into it, by its own
 * name, when that is a directory and not tracked. *moved gets the new path,
 * below the root. MLV_E_REFUSED when something is there, or may not be.
 */
mlv_err mlv_move(struct mlv_repo *repo, const struct mlv_outputs *outputs,
		 const struct mlv_output *output, const char *to, struct mlv_buf *moved) MLV_CHECK;

#endif
