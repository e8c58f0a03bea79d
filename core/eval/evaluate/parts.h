/*
 * parts.h - binary rows without weights, evaluated in one pass over all of them.
 *
 * What metrics need of a slice is counts and exact sums, to which rows can be
 * added in any order, and ranks, for which rows come in the order of their
 * scores, as all cases are sorted. So rows are never gathered by slice: each goes
 * to its slice of every dimension as it comes.
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
		size_t field;              /* of sorted rows; of a dimension */
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
/* The areas of each value of each axis, folds together, and of each cell; tallies are made. */
struct areas {
	struct mlv_auc *of_values; /* by the first cell of the value, divided by folds */
	struct mlv_auc *of_cells;
};
/* Count all rows: tallies of each cell, and if they are needed areas. */
mlv_err mlv_evaluate_pass(struct mlv_ctx *ctx, const struct cells *cells, struct tally *tallies,
			  struct areas *areas) MLV_CHECK;

/* Rows that follow each other in their order, and where each belongs. */
#define CHUNK ((size_t)128) /* rows, at most */
struct chunk {
	size_t begin, count;
	const uint64_t *keys; /* as sorted rows have them */
	double score[CHUNK];
	uint8_t positive[CHUNK], matrix[CHUNK]; /* truth; truth * 2 + guess */
	uint32_t fold[CHUNK], *values; /* of each axis CHUNK of them */
	bool has_ties;        /* rows of both classes with one score */
	/* All rows of its scores are in it; or one score's are in it, and are not all, or the last. */
	enum { CHUNK_WHOLE, CHUNK_PIECE, CHUNK_LAST } piece;
};

/* Where rows are added to tallies, in any order. */
struct tallying;
mlv_err mlv_tallying_new(struct mlv_ctx *ctx, const struct cells *cells, struct tallying **out) MLV_CHECK;
void mlv_tallying_freep(struct tallying **tallying);
mlv_err mlv_tallying_take(struct tallying *tallying, unsigned worker, const struct chunk *chunk) MLV_CHECK;
/* Add what all workers took to tallies, one for each cell. */
mlv_err mlv_tallying_end(struct tallying *tallying, struct tally *tallies) MLV_CHECK;

/* The ranks of rows that come in order, in each cell and in each value of an axis. */
struct walks;
mlv_err mlv_walks_new(const struct cells *cells, struct walks **out) MLV_CHECK;
void mlv_walks_freep(struct walks **walks);
void mlv_walks_take(struct walks *walks, const struct cells *cells, const struct chunk *chunk);
/* All rows have come. */
void mlv_walks_settle(struct walks *walks);
/* Add the walks of rows that are all above; both are settled. */
void mlv_walks_join(struct walks *walks, const struct walks *above);
void mlv_walks_end(const struct walks *walks, const struct cells *cells, struct areas *areas);

/* Compute all metrics of the slices that are listed. */
mlv_err mlv_evaluate_linear(struct mlv_ctx *ctx, struct mlv_results *results) MLV_CHECK;

#endif
