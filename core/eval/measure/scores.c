/* Metrics of scores of binary rows. */
#include <math.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/auc.h"
#include "core/eval/measure/parts.h"
#include "core/eval/sum.h"

#define BINS 15 /* of the calibration error, as C. Guo and others (ICML 2017) have it */

static void take_auc(const struct mlv_auc *auc, double level, struct mlv_measured *out)
{
	if (!auc->defined) {
		out->why = "one-class";
		return;
	}
	out->value = auc->value;
	if (!auc->has_variance)
		return;
	out->by = "delong";
	out->error = sqrt(auc->variance);
	out->interval = mlv_interval_normal(auc->value, out->error, level, 0, 1);
}

static double weight_of(const struct mlv_rows *rows, size_t i)
{
	return rows->weight ? rows->weight[i] : 1;
}

/* Bins are open below and closed above, as in the paper; 0 is in the first. */
static size_t bin_of(double score)
{
	double place = ceil(score * BINS) - 1;

	return place > 0 ? (size_t)place : 0;
}

static void measure_ece(const struct mlv_rows *rows, struct mlv_measured *out)
{
	struct mlv_sum off[BINS] = { { { 0 }, 0, 0 } }, total = { 0 };
	double sum = 0;

	for (size_t i = 0; i < rows->count; i++) {
		struct mlv_sum *bin = &off[bin_of(rows->score[i])];

		mlv_sum_add_product(bin, weight_of(rows, i), (double)rows->truth[i]);
		mlv_sum_add_product(bin, weight_of(rows, i), -rows->score[i]);
		mlv_sum_add(&total, weight_of(rows, i));
	}
	for (size_t b = 0; b < BINS; b++)
		sum += fabs(mlv_sum_value(&off[b]));
	if (mlv_sum_value(&total) > 0)
		out->value = sum / mlv_sum_value(&total);
	else
		out->why = "no-weight";
}

mlv_err mlv_measure_scores(const struct mlv_measure *measure, const struct mlv_rows *rows,
			   double level, struct mlv_measured *out)
{
	MLV_SCOPED(mlv_mem_free) uint8_t *positive = NULL;
	struct mlv_ranked ranked = { rows->score, rows->weight, NULL, rows->count };
	struct mlv_auc auc;
	bool defined = false;
	mlv_err err;

	if (strcmp(measure->name, "ece") == 0) {
		measure_ece(rows, out);
		return NULL;
	}
	if (!(positive = mlv_sys_alloc_array(rows->count, 1)))
		return mlv_error_nomem("ranks");
	for (size_t i = 0; i < rows->count; i++)
		positive[i] = rows->truth[i] == 1;
	ranked.positive = positive;
	if (strcmp(measure->name, "auc") == 0) {
		if ((err = mlv_auc_of(&ranked, &auc, NULL)))
			return err;
		take_auc(&auc, level, out);
		out->rounded = rows->weight != NULL;
		return NULL;
	}
	if ((err = mlv_average_precision(&ranked, &out->value, &defined)))
		return err;
	out->rounded = true;
	out->why = defined ? NULL : "no-positive";
	return NULL;
}
