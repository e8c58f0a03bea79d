/*
 * diff.h - what is tracked at two revisions, or at one and in the work tree.
 *
 * Between revisions, pointers are read from git's objects and manifests from
 * the cache; of two manifests only the nodes that differ are read. The work
 * tree is what lies there, if anything does, else what its pointer says.
 *
 * A file that is at one place in the old version and at another in the new,
 * with the same bytes, is renamed; empty files are not. Empty directories are
 * told of only as a change of the tracked directory they are in.
 *
 * Limits   memory grows with the differences, not with what is tracked.
 */
#ifndef MLV_REPO_DIFF_H
#define MLV_REPO_DIFF_H

#include "core/base/strs.h"
#include "core/repo/pointer.h"
#include "core/repo/repo.h"

struct mlv_diff_side {
	char kind; /* as in a manifest; n: a directory as a whole; 0: nothing */
	struct mlv_oid oid;
	uint64_t size;
};

struct mlv_diff_item {
	char what;      /* A D M R */
	char *path;     /* relative to the root; of R the new one */
	char *old_path; /* R */
	struct mlv_diff_side old, new_side;
};

struct mlv_diff {
	struct mlv_diff_item *items; /* by path */
	size_t count, cap;
	struct mlv_strs missing; /* directories whose manifest is not in the cache: not looked into */
};
void mlv_diff_release(struct mlv_diff *diff);

/*
 * Compare revision a (NULL: HEAD, which may not be there yet) with b (NULL:
 * the work tree). typed, NULL at its end, limits it to these paths; none: all.
 * MLV_E_MISSING for one that is tracked on neither side.
 */
mlv_err mlv_diff_run(struct mlv_repo *repo, const char *a, const char *b, char *const *typed,
		     struct mlv_diff *diff) MLV_CHECK;
/*
 * What is committed to pointers and not yet to git: HEAD, and the pointers of the
 * work tree, whatever lies beside them.
 */
mlv_err mlv_diff_committed(struct mlv_repo *repo, char *const *typed,
			   struct mlv_diff *diff) MLV_CHECK;
/*
 * What is in the work tree and not in its pointers. An output that is not there
 * is deleted, with files naming all of it, else only itself.
 */
mlv_err mlv_diff_uncommitted(struct mlv_repo *repo, char *const *typed, bool files,
			     struct mlv_diff *diff) MLV_CHECK;

#endif
