/*
 * cv_run.h - the command of a cross-validation, run once for each split.
 *
 * For each split, what trains and what tests is written as CSV into
 * .mlv/state/cv/NAME/SPLIT, and the command runs at the root of the work tree
 * with these in its words:
 *
 *   {train} {test}   the tables     {preds}   where its predictions go, as CSV
 *   {split} {seed}   the split's name ("0", "1.0"), and the seed of the folds
 *
 * A split whose command, tables and dependencies are those of an earlier run
 * that went well is not run again. In the end the predictions of all splits
 * are put together, with a column "fold" that names the split.
 *
 * Crash safety   what a split left counts only once its command went well and
 *                its predictions are durable; .mlv/state may be deleted.
 */
#ifndef MLV_REPO_CV_RUN_H
#define MLV_REPO_CV_RUN_H

#include "core/repo/cv.h"

struct mlv_cv_run_options {
	const char *split; /* run only this one, and put nothing together; NULL: all */
	bool force;        /* run also what has not changed */
};
struct mlv_cv_run_result {
	size_t ran, kept; /* splits */
	uint64_t rows;    /* of the predictions that were put together */
};
/* Runs as many at once as place->ctx->jobs. After a failure nothing more is started. */
mlv_err mlv_cv_run(struct mlv_metrics_place *place, const struct mlv_cv *cv,
		   const struct mlv_cv_run_options *options,
		   struct mlv_cv_run_result *result) MLV_CHECK;

#endif
