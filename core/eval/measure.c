#include "core/eval/measure.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/cluster.h"
#include "core/eval/measure/parts.h"

#define BIN  MLV_TASK_BINARY
#define MANY MLV_TASK_MULTICLASS
#define BOTH (MLV_TASK_BINARY | MLV_TASK_MULTICLASS)
#define REG  MLV_TASK_REGRESSION

static const struct mlv_measure measures[] = {
	{ "accuracy", BOTH, MLV_MEASURE_CELLS, 1 },
	{ "error", BOTH, MLV_MEASURE_CELLS, -1 },
	{ "balanced_accuracy", BOTH, MLV_MEASURE_CELLS, 1 },
	{ "adjusted_balanced_accuracy", BOTH, MLV_MEASURE_CELLS, 1 },
	{ "kappa", BOTH, MLV_MEASURE_CELLS, 1 },
	{ "mcc", BOTH, MLV_MEASURE_CELLS, 1 },
	{ "precision", BIN, MLV_MEASURE_CELLS, 1 },
	{ "recall", BIN, MLV_MEASURE_CELLS, 1 },
	{ "tpr", BIN, MLV_MEASURE_CELLS, 1 },
	{ "tnr", BIN, MLV_MEASURE_CELLS, 1 },
	{ "fpr", BIN, MLV_MEASURE_CELLS, -1 },
	{ "fnr", BIN, MLV_MEASURE_CELLS, -1 },
	{ "npv", BIN, MLV_MEASURE_CELLS, 1 },
	{ "fdr", BIN, MLV_MEASURE_CELLS, -1 },
	{ "for", BIN, MLV_MEASURE_CELLS, -1 },
	{ "prev", BIN, MLV_MEASURE_CELLS, 0 },
	{ "pprev", BIN, MLV_MEASURE_CELLS, 0 },
	{ "jaccard", BIN, MLV_MEASURE_CELLS, 1 },
	{ "f1", BIN, MLV_MEASURE_CELLS, 1 },
	{ "f0.5", BIN, MLV_MEASURE_CELLS, 1 },
	{ "f2", BIN, MLV_MEASURE_CELLS, 1 },
	{ "lr_plus", BIN, MLV_MEASURE_CELLS, 1 },
	{ "lr_minus", BIN, MLV_MEASURE_CELLS, -1 },
	{ "macro_precision", MANY, MLV_MEASURE_CELLS, 1 },
	{ "macro_recall", MANY, MLV_MEASURE_CELLS, 1 },
	{ "macro_f1", MANY, MLV_MEASURE_CELLS, 1 },
	{ "macro_f0.5", MANY, MLV_MEASURE_CELLS, 1 },
	{ "macro_f2", MANY, MLV_MEASURE_CELLS, 1 },
	{ "weighted_precision", MANY, MLV_MEASURE_CELLS, 1 },
	{ "weighted_f1", MANY, MLV_MEASURE_CELLS, 1 },
	{ "auc", BIN, MLV_MEASURE_SCORES, 1 },
	{ "ap", BIN, MLV_MEASURE_SCORES, 1 },
	{ "ece", BIN, MLV_MEASURE_SCORES, -1 },
	{ "log_loss", BIN, MLV_MEASURE_LOSS, -1 },
	{ "brier", BIN, MLV_MEASURE_LOSS, -1 },
	{ "mae", REG, MLV_MEASURE_LOSS, -1 },
	{ "mse", REG, MLV_MEASURE_LOSS, -1 },
	{ "mape", REG, MLV_MEASURE_LOSS, -1 },
	{ "msle", REG, MLV_MEASURE_LOSS, -1 },
	{ "bias", REG, MLV_MEASURE_LOSS, 0 },
	{ "rmse", REG, MLV_MEASURE_ERRORS, -1 },
	{ "r2", REG, MLV_MEASURE_ERRORS, 1 },
	{ "max_error", REG, MLV_MEASURE_ERRORS, -1 },
};

const struct mlv_measure *mlv_measure_at(size_t i)
{
	return i < MLV_COUNT(measures) ? &measures[i] : NULL;
}

const struct mlv_measure *mlv_measure_find(const char *name)
{
	for (size_t i = 0; i < MLV_COUNT(measures); i++)
		if (strcmp(measures[i].name, name) == 0)
			return &measures[i];
	return NULL;
}

const char *mlv_task_name(enum mlv_task task)
{
	return task == BIN ? "binary" : task == MANY ? "multiclass" : "regression";
}

void mlv_cells_release(struct mlv_cells *cells)
{
	free(cells->at);
	free(cells->squares);
	*cells = (struct mlv_cells){ 0 };
}

/* Add to a compensated sum. A. Neumaier (1974). */
static void compensated_add(double *sum, double *rest, double value)
{
	double next = *sum + value;
	double big = *sum > value ? *sum : value, small = *sum > value ? value : *sum;

	*rest += big - next + small;
	*sum = next;
}

/* Weights are not below 0. */
static mlv_err count_weighted(const struct mlv_rows *rows, struct mlv_cells *cells)
{
	size_t count = cells->classes * cells->classes;
	MLV_SCOPED(mlv_mem_free) double *rest = mlv_sys_alloc_array(2 * count, sizeof(*rest));

	cells->squares = mlv_sys_alloc_array(count, sizeof(*cells->squares));
	if (!rest || !cells->squares)
		return mlv_error_nomem("counts");
	for (size_t i = 0; i < rows->count; i++) {
		size_t at = rows->truth[i] * cells->classes + rows->guess[i];
		double weight = rows->weight[i];

		compensated_add(&cells->at[at], &rest[at], weight);
		compensated_add(&cells->squares[at], &rest[count + at], weight * weight);
	}
	for (size_t at = 0; at < count; at++) {
		cells->at[at] += rest[at];
		cells->squares[at] += rest[count + at];
	}
	return NULL;
}

mlv_err mlv_cells_count(const struct mlv_rows *rows, struct mlv_cells *cells)
{
	MLV_SCOPED(mlv_cells_release) struct mlv_cells made = { .classes = rows->classes };
	mlv_err err;

	made.at = mlv_sys_alloc_array(rows->classes * rows->classes, sizeof(*made.at));
	if (!made.at)
		return mlv_error_nomem("counts");
	if (rows->weight) {
		if ((err = count_weighted(rows, &made)))
			return err;
	} else {
		for (size_t i = 0; i < rows->count; i++)
			made.at[rows->truth[i] * made.classes + rows->guess[i]]++;
	}
	*cells = made;
	made = (struct mlv_cells){ 0 };
	return NULL;
}

static mlv_err measure_alone(const struct mlv_measure *measure, const struct mlv_rows *rows,
			     const struct mlv_cells *cells, double level,
			     struct mlv_measured *measured)
{
	switch (measure->kind) {
	case MLV_MEASURE_CELLS:
		return mlv_measure_cells(measure, cells, level, measured);
	case MLV_MEASURE_SCORES:
		return mlv_measure_scores(measure, rows, level, measured);
	default:
		mlv_measure_errors(measure, rows, level, measured);
		return NULL;
	}
}

mlv_err mlv_measure_rows(const struct mlv_measure *measure, const struct mlv_rows *rows,
			 const struct mlv_cells *cells, double level, struct mlv_measured *measured)
{
	mlv_err err;

	*measured = (struct mlv_measured){ .of = rows->count };
	if (!rows->count) {
		measured->why = "no-rows";
		return NULL;
	}
	err = measure_alone(measure, rows, cells, level, measured);
	return err || !rows->group ? err : mlv_measure_by_groups(measure, rows, cells, level, measured);
}
