/*
 * commit.h - storing what tracked outputs hold now.
 *
 * For what was added with --no-commit, and for what changed since: the bytes
 * of each target are stored as mlv_add() stores them, and its pointer says
 * them. Without force a target that differs from its pointer is refused, all
 * targets being looked at before any pointer is written. A part of a directory
 * that is not in the work tree any more leaves the directory's manifest.
 *
 * Crash safety, threads   as add.h.
 */
#ifndef MLV_REPO_COMMIT_H
#define MLV_REPO_COMMIT_H

#include "core/repo/add.h"

struct mlv_commit_options {
	bool force; /* pointers are changed to what is there */
};

/* typed NULL or empty: every output that is in the work tree. */
mlv_err mlv_commit(struct mlv_repo *repo, char *const *typed,
		   const struct mlv_commit_options *options, mlv_added_fn fn, void *arg) MLV_CHECK;

#endif
