/*
 * find.h - the slices where errors are: SliceLine (Sagadeeva and Boehm, SIGMOD 2021).
 *
 * A slice is a value of each of some dimensions. Its score weighs how far its
 * mean error is above that of all rows against how few rows it has:
 *
 *   alpha ((e / n) / (E / N) - 1) - (1 - alpha) (N / n - 1)
 *
 * The search is complete: what it leaves out cannot be among the best, by the
 * bounds of the paper (a part of a slice has no more rows, no more error and no
 * larger error of a row). It goes into depth, each step cutting the rows of a
 * slice by one more dimension, so that memory does not grow with what is looked at.
 *
 * A slice that was searched for is not found by luck only if other rows say so,
 * too: find on one half, test on the other.
 *
 * Threads   functions without shared state.
 * Limits    MLV_FIND_LEVELS dimensions in a slice.
 */
#ifndef MLV_EVAL_FIND_H
#define MLV_EVAL_FIND_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/context.h"

#define MLV_FIND_LEVELS 8
/*
 * The usual alpha. A tenth of the rows scores above 0 from 1.5 times the mean
 * error on, a hundredth from 6 times. With 0.6, as the Python library sliceline
 * has it, it were 7 and 67 times: where a seventh of all rows is wrong, nothing.
 */
#define MLV_FIND_ALPHA 0.95

struct mlv_find_dim {
	const uint32_t *code; /* of each row, below values */
	size_t values;
};
struct mlv_find_plan {
	double alpha;      /* within (0, 1] */
	size_t levels;     /* most dimensions of a slice */
	uint64_t min_rows; /* of a slice */
	size_t top;        /* how many are kept */
};
struct mlv_found {
	size_t level;
	struct {
		size_t dim;
		uint32_t value;
	} at[MLV_FIND_LEVELS]; /* level of them, by dimension */
	uint64_t rows;
	double error, score;   /* the sum over its rows */
};

double mlv_find_score(double rows, double error, double all_rows, double all_error, double alpha);
/*
 * Find the slices whose score is above 0, the best first, into found, which has
 * room for plan->top. error is that of each row, not below 0; only the count
 * rows that are given are looked at. A slice that has the same rows as one of
 * fewer dimensions which it is a part of is left out.
 */
mlv_err mlv_find_slices(struct mlv_ctx *ctx, const struct mlv_find_dim *dims, size_t dim_count,
			const double *error, const uint32_t *rows, size_t count,
			const struct mlv_find_plan *plan, struct mlv_found *found,
			size_t *found_count) MLV_CHECK;

#endif
