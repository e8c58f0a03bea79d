/*
 * destroy.h - making a repository one that mlv knows nothing of.
 *
 * Data in the work tree stays, and becomes the user's own: links into the cache
 * are freed first. All pointers go, their lines in .gitignore, and .mlv with the
 * cache in it; a cache elsewhere, which others may use, is left. What was in the
 * removed cache only is lost.
 *
 * Crash safety   .mlv goes last, its settings at the very end, so that the same
 *                call again finishes.
 */
#ifndef MLV_REPO_DESTROY_H
#define MLV_REPO_DESTROY_H

#include "core/repo/pointer.h"
#include "core/repo/repo.h"

/* What would be lost: how many outputs have something that is not in the work tree as tracked. */
mlv_err mlv_destroy_count(struct mlv_repo *repo, const struct mlv_targets *targets,
			  size_t *lost) MLV_CHECK;
/* targets: all outputs. */
mlv_err mlv_destroy(struct mlv_repo *repo, const struct mlv_targets *targets) MLV_CHECK;

#endif
