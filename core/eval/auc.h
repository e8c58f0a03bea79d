/*
 * auc.h - what ranks say: the area under the ROC curve with its variance, and average precision.
 *
 * The area is the share of pairs of a positive and a negative row in which the
 * positive has the higher score, ties counting one half (Mann and Whitney). It
 * is counted in integers, so that it does not depend on the order of rows. The
 * variance is that of DeLong, DeLong and Clarke-Pearson (Biometrics 44, 1988),
 * by ranks (Sun and Xu 2014).
 *
 * Threads   functions without shared state.
 * Limits    2^31 rows.
 */
#ifndef MLV_EVAL_AUC_H
#define MLV_EVAL_AUC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/eval/sum.h"

/* Rows of two classes with a score. */
struct mlv_ranked {
	const double *score;   /* finite */
	const double *weight;  /* NULL: all 1 */
	const uint8_t *positive;
	size_t count;
};

struct mlv_auc {
	double value;
	double variance;  /* only if has_variance */
	uint64_t positives, negatives;
	bool defined;     /* there are rows of both classes */
	bool has_variance; /* two of each, and no weights */
};
/*
 * Append nothing, keep nothing: the area of these rows. placed, unless NULL,
 * gets for each row twice the number of rows of the other class that it beats
 * or (a negative) that beat it, ties once: what mlv_auc_covariance() compares.
 */
mlv_err mlv_auc_of(const struct mlv_ranked *rows, struct mlv_auc *auc, uint32_t *placed) MLV_CHECK;
/*
 * What rows without weights, that come in the order of their scores, say of each
 * other. A row is placed at twice the number of rows of the other class below it,
 * and those that it is tied to. Begin with zeros.
 */
struct mlv_auc_sums {
	uint64_t rows[2]; /* negatives, positives */
	uint64_t sum[2];  /* of what the rows of each class are placed at */
	mlv_wide squares[2];
};
/* Add rows of one score, so many of each class, that is above all others. */
void mlv_auc_add_tie(struct mlv_auc_sums *sums, const uint64_t tied[2]);
/* Add rows that are above all others, and what they say of each other. */
void mlv_auc_join(struct mlv_auc_sums *sums, const struct mlv_auc_sums *above);
/* The area, when all rows have come. */
void mlv_auc_end(const struct mlv_auc_sums *sums, struct mlv_auc *auc);
/* The covariance of two areas of the same rows. */
double mlv_auc_covariance(const uint8_t *positive, const uint32_t *placed1,
			  const uint32_t *placed2, size_t count);
/*
 * Average precision: the sum over thresholds of (recall gained) * precision,
 * nothing interpolated. False when there is no positive.
 */
mlv_err mlv_average_precision(const struct mlv_ranked *rows, double *value, bool *defined) MLV_CHECK;

#endif
