/*
 * cv.h - cross-validations of a work tree or a revision: their table, split, and the file of the folds.
 *
 * Ownership   mlv_cv_release() (core/eval/cv.h), mlv_cv_sliced_release().
 */
#ifndef MLV_REPO_CV_H
#define MLV_REPO_CV_H

#include "core/eval/cv.h"
#include "core/repo/eval.h"

/*
 * Read the entry called name and its table, and split it. The fold of an id,
 * by the scheme hash, is the number in the first eight bytes, the highest
 * first, of the SHA-256 of "SEED:ID", modulo k.
 */
mlv_err mlv_cv_load(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
		    const char *name, struct mlv_cv *cv) MLV_CHECK;
/* The same of the columns that the entry names alone: enough for its folds, not for tables of its splits. */
mlv_err mlv_cv_load_folds(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			  const char *name, struct mlv_cv *cv) MLV_CHECK;
/*
 * Read the slices that the rows of its table are in, see mlv_cv_slices(): bins by quantiles as the
 * record of its evaluation has them, if there is one. With none to be looked at no cases are made.
 */
struct mlv_cv_sliced {
	struct mlv_eval_spec spec;
	struct mlv_cases cases;
	struct mlv_strs left; /* names of entries whose columns the table lacks */
};
mlv_err mlv_cv_sliced_load(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			   const struct mlv_cv *cv, struct mlv_cv_sliced *sliced) MLV_CHECK;
void mlv_cv_sliced_release(struct mlv_cv_sliced *sliced);
/* The SHA-256 of the folds as text, as records have it: that of folds/NAME.csv. */
mlv_err mlv_cv_folds_name(const struct mlv_cv *cv, char id[MLV_EVAL_ID]) MLV_CHECK;
/* "folds/NAME.csv". */
mlv_err mlv_cv_folds_path(const char *name, struct mlv_buf *path) MLV_CHECK;

#endif
