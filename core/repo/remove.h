/*
 * remove.h - tracking no more: a pointer goes, and its line in .gitignore.
 *
 * The data stays where it is and becomes the user's own: links into the cache
 * are freed first. With outs it goes as well, if the cache has all of it;
 * what is not stored is refused, unless force is given. What .mlvignore hides
 * in a directory stays. The cache is not touched; gc clears it.
 *
 * Crash safety   the data goes before the pointer does, so that the same call
 *                again finishes.
 * Threads        one call at a time in a process; it holds the work tree's lock.
 */
#ifndef MLV_REPO_REMOVE_H
#define MLV_REPO_REMOVE_H

#include "core/repo/pointer.h"
#include "core/repo/repo.h"

struct mlv_remove_options {
	bool outs;  /* remove the data, too */
	bool force; /* also what is not stored */
};

/* The targets are whole outputs (mlv_targets_exact()). */
mlv_err mlv_remove(struct mlv_repo *repo, const struct mlv_targets *targets,
		   const struct mlv_remove_options *options) MLV_CHECK;

#endif
