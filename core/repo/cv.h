/*
 * cv.h - cross-validations of a work tree or a revision: their table, split, and the file of the folds.
 *
 * Ownership   mlv_cv_release() (core/eval/cv.h).
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
/*
 * Whether two records of an evaluation have the folds of one cross-validation:
 * mlv.yaml has one of this evaluation which splits both versions' tables in the
 * same way, its splits are the folds of both records, row for row in number,
 * and their ids and labels are the same. *ratio is its rows that test by those
 * that train, else 0; that it cannot be known, for want of a table, is told as
 * a detail.
 */
mlv_err mlv_cv_same_folds(struct mlv_metrics_place *place, const struct mlv_metrics_side sides[2],
			  const struct mlv_record *const records[2], double *ratio) MLV_CHECK;
/* "folds/NAME.csv". */
mlv_err mlv_cv_folds_path(const char *name, struct mlv_buf *path) MLV_CHECK;
/* Put text at path below the root, whose directory is made. */
mlv_err mlv_cv_store(const struct mlv_metrics_place *place, const char *path,
		     const struct mlv_buf *text) MLV_CHECK;

#endif
