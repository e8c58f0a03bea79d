/* parts.h - what the files behind folds.h share. */
#ifndef MLV_EVAL_FOLDS_PARTS_H
#define MLV_EVAL_FOLDS_PARTS_H

#include "core/eval/folds.h"
#include "core/eval/mt19937.h"

/* One repeat: fold[row] is to be set for each row. random NULL: nothing is shuffled. */
typedef mlv_err (*mlv_fold_fn)(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
			       struct mlv_mt19937 *random, uint32_t *fold);
mlv_err mlv_fold_kfold(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
		       struct mlv_mt19937 *random, uint32_t *fold) MLV_CHECK;
mlv_err mlv_fold_stratified(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
			    struct mlv_mt19937 *random, uint32_t *fold) MLV_CHECK;
mlv_err mlv_fold_group(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
		       struct mlv_mt19937 *random, uint32_t *fold) MLV_CHECK;
mlv_err mlv_fold_stratified_group(const struct mlv_folds_plan *plan,
				  const struct mlv_folds_rows *rows, struct mlv_mt19937 *random,
				  uint32_t *fold) MLV_CHECK;

/* All k splits: set[split * rows + row] is to be set, and is NEITHER before. */
typedef mlv_err (*mlv_set_fn)(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
			      uint8_t *set);
mlv_err mlv_set_shuffle(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
			uint8_t *set) MLV_CHECK;
mlv_err mlv_set_stratified_shuffle(const struct mlv_folds_plan *plan,
				   const struct mlv_folds_rows *rows, uint8_t *set) MLV_CHECK;
mlv_err mlv_set_group_shuffle(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
			      uint8_t *set) MLV_CHECK;
mlv_err mlv_set_time(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
		     uint8_t *set) MLV_CHECK;

/* How often each of codes codes stands among rows; to be freed. NULL when memory is out. */
uint64_t *mlv_folds_tally(const uint32_t *code, size_t rows, size_t codes);

/* ---- as NumPy computes, where its order shows in the result */

/* sum(): pairwise, in eight lanes. */
double mlv_numpy_sum(const double *values, size_t count);
/* std() of count values, ddof 0. */
double mlv_numpy_std(const double *values, size_t count, double *scratch);
/* argsort() by its introsort: order holds 0 to count - 1 before; equal values in no good order. */
void mlv_numpy_argsort(const uint64_t *values, uint32_t *order, size_t count);

#endif
