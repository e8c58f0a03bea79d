/* Curves of a score: the points that scikit-learn's documentation prints. */
#include "check.h"

#include "core/eval/curve.h"

/*
 * sklearn.metrics.roc_curve and precision_recall_curve, their examples: y [0, 0, 1, 1], scores
 * [0.1, 0.4, 0.35, 0.8] give thresholds [0.8, 0.4, 0.35, 0.1], fpr [0, 0.5, 0.5, 1], tpr [0.5, 0.5,
 * 1, 1], precision (the lowest threshold first) [0.5, 2/3, 0.5, 1], recall [1, 1, 0.5, 0.5].
 */
mlv_test(curve, points_of_scikit_learns_example)
{
	static const double score[] = { 0.1, 0.4, 0.35, 0.8 };
	static const uint8_t positive[] = { 0, 0, 1, 1 };
	static const double thresholds[] = { 0.8, 0.4, 0.35, 0.1 }, fpr[] = { 0, 0.5, 0.5, 1 };
	static const double tpr[] = { 0.5, 0.5, 1, 1 }, precision[] = { 1, 0.5, 2. / 3, 0.5 };
	const struct mlv_ranked rows = { .score = score, .positive = positive, .count = 4 };
	MLV_SCOPED(mlv_curve_release) struct mlv_curve curve = { 0 };

	check_ok(mlv_curve_of(&rows, &curve));
	cr_assert(curve.count == 4 && curve.positives == 2 && curve.negatives == 2);
	for (size_t i = 0; i < 4; i++) {
		const struct mlv_curve_point *point = &curve.at[i];

		cr_assert(point->threshold == thresholds[i]);
		cr_assert(point->fp / curve.negatives == fpr[i]);
		cr_assert(point->tp / curve.positives == tpr[i]);
		cr_assert(point->tp / (point->tp + point->fp) == precision[i]);
	}
}

mlv_test(curve, ties_are_one_point_and_weights_count)
{
	static const double score[] = { 1, 2, 1, 2, 1 }, weight[] = { 1, 2, 3, 4, 5 };
	static const uint8_t positive[] = { 1, 0, 0, 1, 1 };
	const struct mlv_ranked rows = { score, weight, positive, 5 };
	MLV_SCOPED(mlv_curve_release) struct mlv_curve curve = { 0 };

	check_ok(mlv_curve_of(&rows, &curve));
	cr_assert(curve.count == 2);
	cr_assert(curve.at[0].tp == 4 && curve.at[0].fp == 2);
	cr_assert(curve.at[1].tp == 10 && curve.at[1].fp == 5);
}

mlv_test(curve, thinned_it_keeps_its_ends_and_its_shape)
{
	enum { ROWS = 10000 };
	static double score[ROWS];
	static uint8_t positive[ROWS];
	const struct mlv_ranked rows = { .score = score, .positive = positive, .count = ROWS };
	MLV_SCOPED(mlv_curve_release) struct mlv_curve curve = { 0 };

	for (size_t i = 0; i < ROWS; i++) {
		score[i] = (double)i;
		positive[i] = i * 7919 % ROWS < i;
	}
	check_ok(mlv_curve_of(&rows, &curve));
	mlv_curve_thin(&curve, 50);
	cr_assert(curve.count > 40 && curve.count <= 50, "%zu", curve.count);
	cr_assert(curve.at[0].threshold == ROWS - 1 && curve.at[curve.count - 1].threshold == 0);
	for (size_t i = 1; i < curve.count; i++) {
		double up = (curve.at[i].tp - curve.at[i - 1].tp) / curve.positives;
		double right = (curve.at[i].fp - curve.at[i - 1].fp) / curve.negatives;

		cr_assert(curve.at[i].threshold < curve.at[i - 1].threshold);
		cr_assert(up + right < 0.1);
	}
	mlv_curve_thin(&curve, 2);
	cr_assert(curve.count == 2 && curve.at[1].threshold == 0);
}

/*
 * sklearn.calibration.calibration_curve, its example: y [0, 0, 0, 0, 1, 1, 1, 1, 1], probabilities
 * [0.1, 0.2, 0.3, 0.4, 0.65, 0.7, 0.8, 0.9, 1.0]; here in 15 bins instead of 3.
 */
mlv_test(curve, calibration_says_what_was_said_and_what_was_so)
{
	static const double score[] = { 0.1, 0.2, 0.3, 0.4, 0.65, 0.7, 0.8, 0.9, 1.0 };
	static const uint8_t positive[] = { 0, 0, 0, 0, 1, 1, 1, 1, 1 };
	const struct mlv_ranked rows = { .score = score, .positive = positive, .count = 9 };
	static const double outside[] = { 1.5 };
	const struct mlv_ranked no_share = { .score = outside, .positive = positive, .count = 1 };
	struct mlv_calibration bins[MLV_CALIBRATION_BINS];
	uint64_t all = 0;

	cr_assert(mlv_calibration_of(&rows, 0.95, bins) == true);
	for (size_t b = 0; b < MLV_CALIBRATION_BINS; b++) {
		all += bins[b].rows;
		if (bins[b].rows)
			cr_assert(bins[b].positive == (bins[b].score > 0.5));
	}
	cr_assert(all == 9 && bins[14].rows == 1 && bins[14].score == 1);
	cr_assert(bins[14].interval.high == 1 && bins[14].interval.low > 0.2);
	cr_assert(mlv_calibration_of(&no_share, 0.95, bins) == false);
}
