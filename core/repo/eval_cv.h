/*
 * eval_cv.h - the cross-validation that an evaluation is of: its folds, and whether the rows lie in them.
 *
 * An entry of `cv:` in mlv.yaml is of the evaluation that its `eval` names, or
 * that is called as the entry is. Where that evaluation has a column of folds,
 * its record tells of the cross-validation.
 *
 * Ownership   mlv_eval_cv_release().
 */
#ifndef MLV_REPO_EVAL_CV_H
#define MLV_REPO_EVAL_CV_H

#include "core/repo/cv.h"

struct mlv_eval_cv {
	bool is;       /* there is one */
	struct mlv_cv cv;
	char folds[MLV_EVAL_ID]; /* SHA-256 of what mlv cv split writes */
	struct mlv_cv_match match;
};
/*
 * Read it in this version, and see whether the rows lie in its folds: that they
 * do not is warned of. MLV_E_MISSING when its table is not there, MLV_E_SPEC
 * when two cross-validations are of this evaluation.
 */
mlv_err mlv_eval_cv_load(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			 const struct mlv_cases *cases, struct mlv_eval_cv *cv) MLV_CHECK;
void mlv_eval_cv_release(struct mlv_eval_cv *cv);

#endif
