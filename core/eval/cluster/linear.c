/*
 * Metrics by their derivatives. Weighting all rows alike changes none of them, so
 * that what rows add comes to 0.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/cluster/parts.h"
#include "core/eval/curve.h"

static double all_weight(const struct mlv_rows *rows)
{
	struct mlv_sum sum = { 0 };

	for (size_t i = 0; i < rows->count; i++)
		mlv_sum_add(&sum, mlv_rows_weight(rows, i));
	return mlv_sum_value(&sum);
}

static double square(double x)
{
	return x * x;
}

static void of_loss(const struct mlv_measure *measure, const struct mlv_rows *rows, double value,
		    double *added)
{
	double all = all_weight(rows);

	for (size_t i = 0; i < rows->count; i++)
		added[i] = (mlv_measure_loss(measure, rows, i) - value) * mlv_rows_weight(rows, i) / all;
}

/* The root of a mean of squares. */
static bool of_rmse(const struct mlv_rows *rows, double value, double *added)
{
	double scale = 2 * value * all_weight(rows);

	for (size_t i = 0; i < rows->count; i++)
		added[i] = mlv_rows_weight(rows, i) *
			   (square(rows->predicted[i] - rows->y[i]) - square(value)) / scale;
	return value > 0;
}

/* 1 less the squares of errors by those around the mean, which itself changes nothing of the first order. */
static bool of_r2(const struct mlv_rows *rows, double value, double *added)
{
	struct mlv_sum sum = { 0 }, squares = { 0 };
	double mean, around;

	for (size_t i = 0; i < rows->count; i++)
		mlv_sum_add_product(&sum, mlv_rows_weight(rows, i), rows->y[i]);
	mean = mlv_sum_value(&sum) / all_weight(rows);
	for (size_t i = 0; i < rows->count; i++)
		mlv_sum_add(&squares, mlv_rows_weight(rows, i) * square(rows->y[i] - mean));
	around = mlv_sum_value(&squares);
	for (size_t i = 0; i < rows->count; i++)
		added[i] = mlv_rows_weight(rows, i) *
			   ((1 - value) * square(rows->y[i] - mean) -
			    square(rows->predicted[i] - rows->y[i])) / around;
	return around > 0;
}

/* Of each bin the distance of what is true from what was said; which way it is off does not change. */
static void of_ece(const struct mlv_rows *rows, double value, double *added)
{
	struct mlv_sum off[MLV_MISCALIBRATION_BINS] = { 0 };
	double ways[MLV_MISCALIBRATION_BINS], all = all_weight(rows);

	for (size_t i = 0; i < rows->count; i++) {
		struct mlv_sum *bin = &off[mlv_miscalibration_bin(rows->score[i])];

		mlv_sum_add_product(bin, mlv_rows_weight(rows, i), (double)rows->truth[i]);
		mlv_sum_add_product(bin, mlv_rows_weight(rows, i), -rows->score[i]);
	}
	for (size_t b = 0; b < MLV_MISCALIBRATION_BINS; b++)
		ways[b] = mlv_sum_value(&off[b]) < 0 ? -1 : 1;
	for (size_t i = 0; i < rows->count; i++) {
		double own = (double)rows->truth[i] - rows->score[i];

		own *= ways[mlv_miscalibration_bin(rows->score[i])];
		added[i] = mlv_rows_weight(rows, i) * (own - value) / all;
	}
}

/*
 * Average precision is the sum over thresholds of the recall gained there times
 * the precision. A row changes the recall gained at its own threshold, and the
 * precision there and at all lower ones.
 */
struct slopes {
	double own;      /* of a positive, by the recall it gains */
	double positive, negative; /* by precisions here and below */
};

/* From the lowest threshold up. */
static void fill_slopes(const struct mlv_curve *curve, double value, struct slopes *slopes)
{
	double positive = 0, negative = 0;

	for (size_t t = curve->count; t-- > 0;) {
		double tp = curve->at[t].tp, all = tp + curve->at[t].fp, precision = all > 0 ? tp / all : 0;
		double gained = (tp - (t ? curve->at[t - 1].tp : 0)) / curve->positives;

		if (all > 0) {
			positive += gained * (1 - precision) / all;
			negative -= gained * precision / all;
		}
		slopes[t] = (struct slopes){ (precision - value) / curve->positives, positive, negative };
	}
}

/* Which point of a curve has this threshold; they stand from the highest on. */
static size_t find_point(const struct mlv_curve *curve, double score)
{
	size_t low = 0, high = curve->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		*(curve->at[middle].threshold >= score ? &low : &high) = middle;
	}
	return low;
}

static mlv_err of_ap(const struct mlv_rows *rows, double value, double *added)
{
	MLV_SCOPED(mlv_curve_release) struct mlv_curve curve = { 0 };
	MLV_SCOPED(mlv_mem_free) uint8_t *positive = mlv_rows_positive(rows);
	MLV_SCOPED(mlv_mem_free) struct slopes *slopes = NULL;
	const struct mlv_ranked ranked = { rows->score, rows->weight, positive, rows->count };
	mlv_err err;

	if (!positive)
		return mlv_error_nomem("ranks");
	if ((err = mlv_curve_of(&ranked, &curve)))
		return err;
	if (!(slopes = mlv_sys_alloc_array(curve.count + 1, sizeof(*slopes))))
		return mlv_error_nomem("ranks");
	fill_slopes(&curve, value, slopes);
	for (size_t i = 0; i < rows->count; i++) {
		const struct slopes *at = &slopes[find_point(&curve, rows->score[i])];

		added[i] = mlv_rows_weight(rows, i) * (positive[i] ? at->own + at->positive : at->negative);
	}
	return NULL;
}

mlv_err mlv_clusters_linear(const struct mlv_measure *measure, const struct mlv_rows *rows, double value,
			    double *added, bool *known)
{
	*known = true;
	if (strcmp(measure->name, "ap") == 0)
		return of_ap(rows, value, added);
	if (measure->kind == MLV_MEASURE_LOSS)
		of_loss(measure, rows, value, added);
	else if (strcmp(measure->name, "ece") == 0)
		of_ece(rows, value, added);
	else if (strcmp(measure->name, "rmse") == 0)
		*known = of_rmse(rows, value, added);
	else if (strcmp(measure->name, "r2") == 0)
		*known = of_r2(rows, value, added);
	else
		*known = false;
	return NULL;
}
