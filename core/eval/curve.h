/*
 * curve.h - what a score says at every threshold, and whether it means what it says.
 *
 * A curve has a point for each distinct score, the highest first: of the rows
 * that have at least this score, how many are positive. Its points give the ROC
 * curve (which begins at 0, 0) and the curve of precision and recall.
 *
 * Ownership   mlv_curve_release().
 * Threads     functions without shared state.
 */
#ifndef MLV_EVAL_CURVE_H
#define MLV_EVAL_CURVE_H

#include "core/eval/auc.h"
#include "core/eval/interval.h"

struct mlv_curve_point {
	double threshold;
	double tp, fp; /* weight of the positive and the negative rows from this score on */
};
struct mlv_curve {
	struct mlv_curve_point *at;
	size_t count;
	double positives, negatives; /* weight of all rows */
};

mlv_err mlv_curve_of(const struct mlv_ranked *rows, struct mlv_curve *curve) MLV_CHECK;
void mlv_curve_release(struct mlv_curve *curve);
/*
 * Keep at most count >= 2 points, the first and the last among them, as evenly
 * spread along the curve as can be: for drawing.
 */
void mlv_curve_thin(struct mlv_curve *curve, size_t count);

#define MLV_CALIBRATION_BINS 15 /* of equal width, as the expected calibration error has them */

/* The rows whose scores lie in one bin. */
struct mlv_calibration {
	uint64_t rows;
	double score, positive; /* means: what was said, and what was so; of bins with rows */
	struct mlv_interval interval; /* of positive: Wilson's, weighted rows as their effective number */
};
/* False, and nothing computed, when a score is no probability. */
bool mlv_calibration_of(const struct mlv_ranked *rows, double level,
			struct mlv_calibration bins[MLV_CALIBRATION_BINS]);

#endif
