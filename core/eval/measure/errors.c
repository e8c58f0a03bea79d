/* Means of losses over rows, and what else numbers and their predictions give. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/eval/measure/parts.h"

double mlv_brier_loss(double score, bool positive)
{
	return (score - (double)positive) * (score - (double)positive);
}

double mlv_log_loss(double score, bool positive)
{
	double p = positive ? score : 1 - score;

	p = p < DBL_EPSILON ? DBL_EPSILON : p;
	p = p > 1 - DBL_EPSILON ? 1 - DBL_EPSILON : p;
	return -log(p);
}

double mlv_measure_loss(const struct mlv_measure *measure, const struct mlv_rows *rows, size_t i)
{
	double off;

	if (rows->task == MLV_TASK_BINARY)
		return strcmp(measure->name, "brier") == 0
			       ? mlv_brier_loss(rows->score[i], rows->truth[i])
			       : mlv_log_loss(rows->score[i], rows->truth[i]);
	off = rows->predicted[i] - rows->y[i];
	if (strcmp(measure->name, "bias") == 0)
		return off;
	if (strcmp(measure->name, "mae") == 0)
		return fabs(off);
	if (strcmp(measure->name, "mape") == 0)
		return fabs(off) / (fabs(rows->y[i]) > DBL_EPSILON ? fabs(rows->y[i]) : DBL_EPSILON);
	if (strcmp(measure->name, "msle") == 0)
		off = log1p(rows->predicted[i]) - log1p(rows->y[i]);
	return off * off;
}

/* From the mean of a loss and the sum of squares around it to its standard error. */
static void set_error(double around, double total, double effective, double level,
		      struct mlv_measured *out)
{
	out->error = sqrt(around / total / (effective - 1));
	out->by = "t";
	out->interval = mlv_interval_t(out->value, out->error, effective - 1, level);
}

static void mean_weighted(const struct mlv_measure *measure, const struct mlv_rows *rows,
			  double level, struct mlv_measured *out)
{
	struct mlv_sum sum = { 0 }, weights = { 0 }, squares = { 0 }, around = { 0 };
	double total, effective;

	for (size_t i = 0; i < rows->count; i++) {
		mlv_sum_add_product(&sum, rows->weight[i], mlv_measure_loss(measure, rows, i));
		mlv_sum_add(&weights, rows->weight[i]);
		mlv_sum_add_product(&squares, rows->weight[i], rows->weight[i]);
	}
	total = mlv_sum_value(&weights);
	if (!(total > 0)) {
		out->why = "no-weight";
		return;
	}
	effective = total * total / mlv_sum_value(&squares);
	out->value = mlv_sum_value(&sum) / total;
	if (!(effective > 1) || !isfinite(out->value))
		return;
	for (size_t i = 0; i < rows->count; i++) {
		double off = mlv_measure_loss(measure, rows, i) - out->value;

		mlv_sum_add(&around, rows->weight[i] * off * off);
	}
	set_error(mlv_sum_value(&around), total, effective, level, out);
}

static void mean_of(struct mlv_losses *losses, double level, struct mlv_measured *out)
{
	double rows = (double)losses->rows;

	out->value = mlv_sum_value(&losses->sum) / rows;
	if (losses->rows > 1 && isfinite(out->value))
		set_error(mlv_sum_around(&losses->sum, &losses->squares, losses->rows), rows, rows,
			  level, out);
}

/* The mean of a loss, and its standard error by the squares around it. */
static void mean_loss(const struct mlv_measure *measure, const struct mlv_rows *rows, double level,
		      struct mlv_measured *out)
{
	struct mlv_losses losses = { .rows = rows->count };

	if (rows->weight) {
		mean_weighted(measure, rows, level, out);
		return;
	}
	for (size_t i = 0; i < rows->count; i++) {
		double loss = mlv_measure_loss(measure, rows, i);

		mlv_sum_add(&losses.sum, loss);
		mlv_sum_add_product(&losses.squares, loss, loss);
	}
	mean_of(&losses, level, out);
}

static void measure_rmse(const struct mlv_rows *rows, double level, struct mlv_measured *out)
{
	mean_loss(mlv_measure_find("mse"), rows, level, out);
	if (out->why)
		return;
	out->value = sqrt(out->value);
	out->error = out->value > 0 ? out->error / (2 * out->value) : 0;
	out->interval.low = out->interval.low > 0 ? sqrt(out->interval.low) : 0;
	out->interval.high = sqrt(out->interval.high);
}

static void measure_r2(const struct mlv_rows *rows, struct mlv_measured *out)
{
	struct mlv_sum sum = { 0 }, weights = { 0 }, left = { 0 }, around = { 0 };
	double mean;

	for (size_t i = 0; i < rows->count; i++) {
		mlv_sum_add_product(&sum, mlv_rows_weight(rows, i), rows->y[i]);
		mlv_sum_add(&weights, mlv_rows_weight(rows, i));
	}
	if (rows->count < 2 || !(mlv_sum_value(&weights) > 0)) {
		out->why = "one-row";
		return;
	}
	mean = mlv_sum_value(&sum) / mlv_sum_value(&weights);
	for (size_t i = 0; i < rows->count; i++) {
		double off = rows->predicted[i] - rows->y[i], apart = rows->y[i] - mean;

		mlv_sum_add(&left, mlv_rows_weight(rows, i) * off * off);
		mlv_sum_add(&around, mlv_rows_weight(rows, i) * apart * apart);
	}
	/* Of a constant: scikit-learn's force_finite. */
	if (mlv_sum_value(&around) > 0)
		out->value = 1 - mlv_sum_value(&left) / mlv_sum_value(&around);
	else
		out->value = mlv_sum_value(&left) > 0 ? 0 : 1;
}

static bool has_logarithms(const struct mlv_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		if (rows->y[i] <= -1 || rows->predicted[i] <= -1)
			return false;
	return true;
}

/* What overflowed is not a value, and JSON has no word for it. */
static void drop_infinite(struct mlv_measured *out)
{
	if (!out->why && !isfinite(out->value))
		out->why = "overflow";
	if (out->by && !(isfinite(out->interval.low) && isfinite(out->interval.high)))
		out->by = NULL;
}

static bool is_rounded(const struct mlv_measure *measure)
{
	return strcmp(measure->name, "msle") == 0 || strcmp(measure->name, "log_loss") == 0;
}

void mlv_measure_losses(const struct mlv_measure *measure, struct mlv_losses *losses, double level,
			struct mlv_measured *out)
{
	mean_of(losses, level, out);
	out->rounded = is_rounded(measure);
	drop_infinite(out);
}

void mlv_measure_errors(const struct mlv_measure *measure, const struct mlv_rows *rows,
			double level, struct mlv_measured *out)
{
	if (strcmp(measure->name, "msle") == 0 && !has_logarithms(rows)) {
		out->why = "at-most-minus-one";
	} else if (strcmp(measure->name, "rmse") == 0) {
		measure_rmse(rows, level, out);
	} else if (strcmp(measure->name, "r2") == 0) {
		measure_r2(rows, out);
	} else if (strcmp(measure->name, "max_error") == 0) {
		for (size_t i = 0; i < rows->count; i++) {
			double off = fabs(rows->predicted[i] - rows->y[i]);

			out->value = off > out->value ? off : out->value;
		}
	} else {
		mean_loss(measure, rows, level, out);
	}
	out->rounded = is_rounded(measure);
	drop_infinite(out);
}
