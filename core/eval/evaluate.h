/*
 * evaluate.h - the metrics of all slices, and of their folds.
 *
 * Slices are computed on all threads; results do not depend on how many there
 * are, nor on the order in which the table's rows stand.
 *
 * Ownership   mlv_results_release(). Results refer to their cases.
 */
#ifndef MLV_EVAL_EVALUATE_H
#define MLV_EVAL_EVALUATE_H

#include "core/eval/cases.h"

struct mlv_result {
	uint64_t n;
	struct mlv_measured *measured; /* one for each metric of the spec */
	struct mlv_cells cells;        /* not of a regression */
};

struct mlv_slice_result {
	const char *name;
	const struct mlv_dim *dim; /* NULL: all rows */
	struct mlv_result all;
	struct mlv_result *folds;  /* of each of mlv_results.folds; n is 0 where it has no row */
};

struct mlv_results {
	const struct mlv_cases *cases;
	struct mlv_slice_result *slices; /* all rows first, then by name */
	size_t count;
	uint32_t *folds; /* codes of cases->folds, by name */
	size_t fold_count;
};

mlv_err mlv_evaluate(struct mlv_ctx *ctx, const struct mlv_cases *cases,
		     struct mlv_results *results) MLV_CHECK;
void mlv_results_release(struct mlv_results *results);
/* Whole numbers first, by their size ("2" before "10"); then by bytes. */
int mlv_name_compare(const char *a, const char *b);
/* The rows whose numbers are given, gathered: arrays to be given back. */
mlv_err mlv_rows_gather(const struct mlv_rows *from, const uint32_t *row, size_t count,
			struct mlv_rows *to) MLV_CHECK;
void mlv_rows_release(struct mlv_rows *rows);

#endif
