/* From counts, sums and areas to the metrics of slices. */
#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/sys.h"
#include "core/eval/evaluate/parts.h"

struct linear {
	struct mlv_ctx *ctx;
	struct mlv_results *results;
	struct cells cells;
	struct tally *tallies;
	struct areas areas;
};

static void linear_release(struct linear *linear)
{
	free(linear->cells.axes);
	free(linear->tallies);
	free(linear->areas.of_values);
	free(linear->areas.of_cells);
}

size_t mlv_evaluate_loss(const struct mlv_measure *measure)
{
	return strcmp(measure->name, "brier") == 0 ? 0 : 1;
}

static void note_needs(struct cells *cells)
{
	const struct mlv_eval_spec *spec = cells->cases->spec;

	for (size_t m = 0; m < spec->metric_count; m++) {
		const struct mlv_measure *measure = spec->metrics[m].measure;

		if (measure->kind == MLV_MEASURE_LOSS)
			cells->has_losses[mlv_evaluate_loss(measure)] = true;
		else if (strcmp(measure->name, "ece") == 0)
			cells->has_bins = true;
		else if (measure->kind == MLV_MEASURE_SCORES)
			cells->has_areas = true;
	}
}

static mlv_err make_cells(struct cells *cells)
{
	const struct mlv_cases *cases = cells->cases;

	cells->folds = cases->folds.count ? cases->folds.count : 1;
	if (!(cells->axes = mlv_sys_alloc_array(cases->dim_count + 1, sizeof(*cells->axes))))
		return mlv_error_nomem("slices");
	for (size_t d = 0; d <= cases->dim_count; d++) {
		const struct mlv_dim *dim = d < cases->dim_count ? &cases->dims[d] : NULL;
		size_t values = dim ? mlv_dim_codes(dim) : 1;

		if (dim && dim->def->hidden)
			continue;
		cells->axes[cells->axis_count++] = (struct axis){ dim, MLV_FIELD_DIM + d, values,
									  cells->count };
		cells->count += values * cells->folds;
	}
	note_needs(cells);
	return NULL;
}

static mlv_err prepare(struct linear *linear)
{
	size_t count;
	mlv_err err = make_cells(&linear->cells);

	if (err)
		return err;
	count = linear->cells.count;
	linear->tallies = mlv_sys_alloc_array(count, sizeof(*linear->tallies));
	linear->areas.of_values = mlv_sys_alloc_array(count, sizeof(*linear->areas.of_values));
	linear->areas.of_cells = mlv_sys_alloc_array(count, sizeof(*linear->areas.of_cells));
	return linear->tallies && linear->areas.of_values && linear->areas.of_cells
		       ? NULL
		       : mlv_error_nomem("slices");
}

/* ---- slices */

static void add_tally(const struct cells *cells, const struct tally *from, struct tally *to)
{
	for (int m = 0; m < 4; m++)
		to->matrix[m] += from->matrix[m];
	for (int l = 0; l < 2; l++) {
		if (!cells->has_losses[l])
			continue;
		mlv_sum_add_sum(&to->losses[l].sum, &from->losses[l].sum);
		mlv_sum_add_sum(&to->losses[l].squares, &from->losses[l].squares);
	}
	for (int b = 0; b < MLV_MISCALIBRATION_BINS && cells->has_bins; b++)
		mlv_sum_add_sum(&to->bins.off[b], &from->bins.off[b]);
}

static mlv_err measure_one(const struct mlv_measure *measure, struct tally *tally,
			   const struct mlv_auc *auc, const struct mlv_cells *matrix,
			   const struct mlv_rows *rows, double level, struct mlv_measured *out)
{
	*out = (struct mlv_measured){ .of = rows->count };
	if (!rows->count || measure->kind == MLV_MEASURE_CELLS)
		return mlv_measure_rows(measure, rows, matrix, level, out);
	if (measure->kind == MLV_MEASURE_LOSS)
		mlv_measure_losses(measure, &tally->losses[mlv_evaluate_loss(measure)], level, out);
	else if (strcmp(measure->name, "ece") == 0)
		mlv_measure_miscalibration(&tally->bins, out);
	else
		mlv_measure_auc(auc, level, out);
	return NULL;
}

static mlv_err measure(const struct linear *linear, struct tally *tally, const struct mlv_auc *auc,
		       struct mlv_result *result)
{
	const struct mlv_eval_spec *spec = linear->cells.cases->spec;
	struct mlv_rows rows = { .task = spec->task, .classes = 2 };
	mlv_err err = NULL;

	result->measured = mlv_sys_alloc_array(spec->metric_count, sizeof(*result->measured));
	result->cells = (struct mlv_cells){ .classes = 2 };
	result->cells.at = mlv_sys_alloc_array(4, sizeof(*result->cells.at));
	if (!result->measured || !result->cells.at)
		return mlv_error_nomem("metrics");
	for (int m = 0; m < 4; m++) {
		result->n += tally->matrix[m];
		result->cells.at[m] = (double)tally->matrix[m];
	}
	rows.count = result->n;
	tally->losses[0].rows = tally->losses[1].rows = result->n;
	tally->bins.weight = (double)result->n;
	for (size_t m = 0; m < spec->metric_count && !err; m++)
		err = measure_one(spec->metrics[m].measure, tally, auc, &result->cells, &rows,
				  spec->level, &result->measured[m]);
	return err;
}

/* The first cell of a slice. */
static size_t find_cell(const struct cells *cells, const struct mlv_slice_result *slice)
{
	const struct axis *axis = cells->axes;
	size_t value = 0;

	while (axis->dim != slice->dim)
		axis++;
	while (slice->dim && slice->dim->values.at[value] != slice->name)
		value++;
	return axis->begin + value * cells->folds;
}

static mlv_err measure_slice(void *arg, size_t index, unsigned worker)
{
	struct linear *linear = arg;
	const struct cells *cells = &linear->cells;
	const struct mlv_results *results = linear->results;
	struct mlv_slice_result *slice = &results->slices[index];
	size_t cell = find_cell(cells, slice);
	struct tally *tallies = linear->tallies + cell;
	struct tally all = { 0 };
	mlv_err err;

	(void)worker;
	for (size_t f = 0; f < cells->folds; f++)
		add_tally(cells, &tallies[f], &all);
	err = measure(linear, &all, &linear->areas.of_values[cell / cells->folds], &slice->all);
	mlv_tell_advance(linear->ctx, 1, 0);
	if (err || !results->fold_count)
		return err;
	slice->folds = mlv_sys_alloc_array(results->fold_count + 1, sizeof(*slice->folds));
	if (!slice->folds)
		return mlv_error_nomem("folds");
	for (size_t f = 0; f < results->fold_count && !err; f++) {
		struct tally *tally = &tallies[results->folds[f]];
		const struct mlv_auc *auc = cells->folds == 1
						    ? &linear->areas.of_values[cell]
						    : &linear->areas.of_cells[cell + results->folds[f]];

		if (tally->matrix[0] | tally->matrix[1] | tally->matrix[2] | tally->matrix[3])
			err = measure(linear, tally, auc, &slice->folds[f]);
	}
	return err;
}

mlv_err mlv_evaluate_linear(struct mlv_ctx *ctx, struct mlv_results *results)
{
	MLV_SCOPED(linear_release) struct linear linear = {
		.ctx = ctx, .results = results, .cells = { .cases = results->cases },
	};
	mlv_err err;

	if ((err = prepare(&linear)) ||
	    (err = mlv_evaluate_pass(ctx, &linear.cells, linear.tallies, &linear.areas)))
		return err;
	return mlv_pool_run(ctx, ctx->jobs, results->count, measure_slice, &linear);
}
