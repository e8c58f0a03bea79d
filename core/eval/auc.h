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
 * The same of rows without weights that come one by one, in the order of their
 * scores: rows of one tie have one number of it, and ties come by their numbers.
 */
struct mlv_auc_walk {
	uint64_t positives;
	uint64_t tie;      /* that is being collected */
	uint64_t tied[2];  /* its rows of each class: negatives, positives */
	uint64_t other[2]; /* of a negative: positives that are not below; of a positive: negatives below */
	struct mlv_placement {
		uint64_t sum;
		mlv_wide squares;
	} spread[2];       /* of what the rows of each class are placed at */
};
/* Begin, with the number of positives that will come. */
void mlv_auc_begin(struct mlv_auc_walk *walk, uint64_t positives);
/* Place the rows of the tie that was collected. */
static inline void mlv_auc_place(struct mlv_auc_walk *walk)
{
	uint64_t negative = 2 * walk->other[0] - walk->tied[1];
	uint64_t positive = 2 * walk->other[1] + walk->tied[0];

	walk->spread[0].sum += walk->tied[0] * negative;
	walk->spread[0].squares += (mlv_wide)(walk->tied[0] * negative) * negative;
	walk->spread[1].sum += walk->tied[1] * positive;
	walk->spread[1].squares += (mlv_wide)(walk->tied[1] * positive) * positive;
	walk->other[0] -= walk->tied[1];
	walk->other[1] += walk->tied[0];
	walk->tied[0] = walk->tied[1] = 0;
}
static inline void mlv_auc_take(struct mlv_auc_walk *walk, uint64_t tie, bool positive)
{
	if (walk->tie != tie)
		mlv_auc_place(walk);
	walk->tie = tie;
	walk->tied[positive]++;
}
/* The area, when all rows have come. */
void mlv_auc_end(struct mlv_auc_walk *walk, struct mlv_auc *auc);
/* The covariance of two areas of the same rows. */
double mlv_auc_covariance(const uint8_t *positive, const uint32_t *placed1,
			  const uint32_t *placed2, size_t count);
/*
 * Average precision: the sum over thresholds of (recall gained) * precision,
 * nothing interpolated. False when there is no positive.
 */
mlv_err mlv_average_precision(const struct mlv_ranked *rows, double *value, bool *defined) MLV_CHECK;

#endif
