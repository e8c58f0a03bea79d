/* Metrics of scores of binary rows. */
#include <math.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/measure/parts.h"

void mlv_measure_auc(const struct mlv_auc *auc, double level, struct mlv_measured *out)
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

uint8_t *mlv_rows_positive(const struct mlv_rows *rows)
{
	uint8_t *positive = mlv_sys_alloc_array(rows->count + 1, 1);

	for (size_t i = 0; positive && i < rows->count; i++)
		positive[i] = rows->truth[i] == 1;
	return positive;
}

/* Bins are open below and closed above, as in the paper; 0 is in the first. */
size_t mlv_miscalibration_bin(double score)
{
	double place = ceil(score * MLV_MISCALIBRATION_BINS) - 1;

	return place > 0 ? (size_t)place : 0;
}

void mlv_measure_miscalibration(struct mlv_miscalibration *calibration, struct mlv_measured *out)
{
	double sum = 0;

	for (size_t b = 0; b < MLV_MISCALIBRATION_BINS; b++)
		sum += fabs(mlv_sum_value(&calibration->off[b]));
	if (calibration->weight > 0)
		out->value = sum / calibration->weight;
	else
		out->why = "no-weight";
}

static void measure_ece(const struct mlv_rows *rows, struct mlv_measured *out)
{
	struct mlv_miscalibration calibration = { 0 };
	struct mlv_sum total = { 0 };

	for (size_t i = 0; i < rows->count; i++) {
		struct mlv_sum *off = &calibration.off[mlv_miscalibration_bin(rows->score[i])];

		mlv_sum_add_product(off, mlv_rows_weight(rows, i), (double)rows->truth[i]);
		mlv_sum_add_product(off, mlv_rows_weight(rows, i), -rows->score[i]);
		mlv_sum_add(&total, mlv_rows_weight(rows, i));
	}
	calibration.weight = mlv_sum_value(&total);
	mlv_measure_miscalibration(&calibration, out);
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
	if (!(positive = mlv_rows_positive(rows)))
		return mlv_error_nomem("ranks");
	ranked.positive = positive;
	if (strcmp(measure->name, "auc") == 0) {
		if ((err = mlv_auc_of(&ranked, &auc, NULL)))
			return err;
		mlv_measure_auc(&auc, level, out);
		out->rounded = rows->weight != NULL;
		return NULL;
	}
	if ((err = mlv_average_precision(&ranked, &out->value, &defined)))
		return err;
	out->rounded = true;
	out->why = defined ? NULL : "no-positive";
	return NULL;
}
