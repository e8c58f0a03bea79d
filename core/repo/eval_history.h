/*
 * eval_history.h - the records of an evaluation along the history of a branch, read from git's objects.
 *
 * Of a merge only the first parent is followed. Versions whose record is the
 * same blob are read once, and of a record only the slices that are asked for.
 *
 * Threads     one thread at a time.
 */
#ifndef MLV_REPO_EVAL_HISTORY_H
#define MLV_REPO_EVAL_HISTORY_H

#include "core/repo/eval.h"

struct mlv_eval_version {
	struct mlv_git_id commit;
	int64_t when; /* it was made, in seconds since 1970 */
	bool found;   /* there is a record; one that cannot be read is told, and counts as none */
	bool same;    /* it is that of the version before, which is the newer one */
	struct mlv_record *record; /* NULL unless found and not same; fn may move it away */
};
typedef mlv_err (*mlv_eval_version_fn)(void *arg, const struct mlv_eval_version *version, bool *stop);
/*
 * Call fn for the commit of side, which is one, and those before it, until it
 * sets *stop. slice: read overall and that one; NULL: all, if whole, else only overall.
 */
mlv_err mlv_eval_each_version(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			      const char *name, const char *slice, bool whole,
			      mlv_eval_version_fn fn, void *arg) MLV_CHECK;

#endif
