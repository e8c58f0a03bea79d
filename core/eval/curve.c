#include "core/eval/curve.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/sys.h"

static double weight_of(const struct mlv_ranked *rows, size_t row)
{
	return rows->weight ? rows->weight[row] : 1;
}

/* The highest score first. */
static int by_threshold(const void *a, const void *b)
{
	const struct mlv_curve_point *left = a, *right = b;

	return left->threshold > right->threshold ? -1 : left->threshold < right->threshold;
}

/* Points of one score become one; counts become those of all from there on. */
static void add_up(struct mlv_curve *curve)
{
	size_t count = 0;

	for (size_t i = 0; i < curve->count; i++) {
		struct mlv_curve_point point = curve->at[i];

		point.tp = curve->positives += point.tp;
		point.fp = curve->negatives += point.fp;
		if (count && !(curve->at[count - 1].threshold > point.threshold))
			count--;
		curve->at[count++] = point;
	}
	curve->count = count;
}

mlv_err mlv_curve_of(const struct mlv_ranked *rows, struct mlv_curve *curve)
{
	struct mlv_curve made = { .count = rows->count };

	if (!(made.at = mlv_sys_alloc_array(rows->count + 1, sizeof(*made.at))))
		return mlv_error_nomem("a curve");
	for (size_t i = 0; i < rows->count; i++) {
		double weight = weight_of(rows, i);

		made.at[i] = (struct mlv_curve_point){ rows->score[i],
						       rows->positive[i] ? weight : 0,
						       rows->positive[i] ? 0 : weight };
	}
	if (rows->count)
		qsort(made.at, rows->count, sizeof(*made.at), by_threshold);
	add_up(&made);
	*curve = made;
	return NULL;
}

void mlv_curve_release(struct mlv_curve *curve)
{
	free(curve->at);
	*curve = (struct mlv_curve){ 0 };
}

/* How far along the ROC curve a point is, from 0 to 2. */
static double along(const struct mlv_curve *curve, const struct mlv_curve_point *point)
{
	return (curve->positives > 0 ? point->tp / curve->positives : 0) +
	       (curve->negatives > 0 ? point->fp / curve->negatives : 0);
}

void mlv_curve_thin(struct mlv_curve *curve, size_t count)
{
	double step = 2 / (double)(count - 1);
	size_t kept = 0;

	if (curve->count <= count)
		return;
	for (size_t i = 0; i < curve->count; i++) {
		bool last = i + 1 == curve->count;

		if (last || along(curve, &curve->at[i]) >= step * (double)kept)
			curve->at[kept++] = curve->at[i];
		if (kept == count - 1)
			i = curve->count - 2; /* there is room for the last one only */
	}
	curve->count = kept;
}

/* Sums of one bin. */
struct heap {
	double weight, squares, score, positive;
	uint64_t rows;
};

bool mlv_calibration_of(const struct mlv_ranked *rows, double level,
			struct mlv_calibration bins[MLV_CALIBRATION_BINS])
{
	struct heap heaps[MLV_CALIBRATION_BINS] = { { 0 } };

	for (size_t i = 0; i < rows->count; i++) {
		double score = rows->score[i], weight = weight_of(rows, i);
		size_t bin;

		if (!(score >= 0 && score <= 1))
			return false;
		bin = (size_t)(score * MLV_CALIBRATION_BINS);
		struct heap *heap = &heaps[bin < MLV_CALIBRATION_BINS ? bin : MLV_CALIBRATION_BINS - 1];

		heap->rows++;
		heap->weight += weight;
		heap->squares += weight * weight;
		heap->score += weight * score;
		heap->positive += rows->positive[i] ? weight : 0;
	}
	for (size_t b = 0; b < MLV_CALIBRATION_BINS; b++) {
		const struct heap *heap = &heaps[b];
		double n = heap->squares > 0 ? heap->weight * heap->weight / heap->squares : 0;

		bins[b] = (struct mlv_calibration){ .rows = n > 0 ? heap->rows : 0 };
		if (!bins[b].rows)
			continue;
		bins[b].score = heap->score / heap->weight;
		bins[b].positive = heap->positive / heap->weight;
		bins[b].interval = mlv_interval_wilson(bins[b].positive * n, n, level);
	}
	return true;
}
