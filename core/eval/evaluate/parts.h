/*
 * parts.h - binary rows without weights, evaluated in passes over all of them.
 *
 * What metrics need of a slice is counts and exact sums, to which rows can be
 * added in any order, and ranks, for which rows come in the order of their
 * scores, as all cases are sorted. So rows are never gathered by slice: one pass
 * adds each row to its slice of every dimension, and one pass for each dimension
 * ranks them in all of its slices at once.
 */
#ifndef MLV_EVAL_EVALUATE_PARTS_H
#define MLV_EVAL_EVALUATE_PARTS_H

#include "core/eval/evaluate.h"

/*
 * Where rows are counted: a cell for each value of each axis and each fold. The
 * last axis is that of all rows, with one value.
 */
struct cells {
	const struct mlv_cases *cases;
	struct axis {
		const struct mlv_dim *dim; /* NULL: all rows */
		size_t values;             /* of a rule 2, the second of which is none */
		size_t begin;              /* its first cell; a row's is begin + value * folds + fold */
	} *axes;
	size_t axis_count, folds, count;
	bool has_losses[2], has_bins, has_areas; /* what the metrics need */
};

/* What is counted of a cell's rows, exactly. */
struct tally {
	uint64_t matrix[4]; /* truth * 2 + guess */
	struct mlv_losses losses[2]; /* brier, log_loss */
	struct mlv_miscalibration bins;
};

/* The loss of a metric is losses[this]. */
size_t mlv_evaluate_loss(const struct mlv_measure *measure);
/* Add all rows to tallies, one for each cell. */
mlv_err mlv_evaluate_tally(struct mlv_ctx *ctx, const struct cells *cells,
			   struct tally *tallies) MLV_CHECK;
/* The areas of each value of each axis, folds together, and of each cell; tallies are made. */
struct areas {
	struct mlv_auc *of_values; /* by the first cell of the value, divided by folds */
	struct mlv_auc *of_cells;
};
mlv_err mlv_evaluate_areas(struct mlv_ctx *ctx, const struct cells *cells,
			   const struct tally *tallies, struct areas *areas) MLV_CHECK;

/* Whether rows are few enough kinds of, and metrics such, that this way is gone. */
bool mlv_evaluate_is_linear(const struct mlv_cases *cases, size_t folds);
/* Compute all metrics of the slices that are listed. */
mlv_err mlv_evaluate_linear(struct mlv_ctx *ctx, struct mlv_results *results) MLV_CHECK;

#endif
