#include "core/eval/evaluate.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/sys.h"
#include "core/eval/evaluate/parts.h"
#include "core/eval/order.h"

static void result_release(struct mlv_result *result)
{
	free(result->measured);
	mlv_cells_release(&result->cells);
}

void mlv_results_release(struct mlv_results *results)
{
	for (size_t s = 0; s < results->count; s++) {
		struct mlv_slice_result *slice = &results->slices[s];

		result_release(&slice->all);
		for (size_t f = 0; slice->folds && f < results->fold_count; f++)
			result_release(&slice->folds[f]);
		free(slice->folds);
	}
	free(results->slices);
	free(results->folds);
	*results = (struct mlv_results){ 0 };
}

/* ---- rows */

/* The values of the rows; false when memory is out. from NULL: there are none. */
static bool copy_numbers(const double *from, const uint32_t *row, size_t count, const double **to)
{
	double *made = from ? mlv_sys_alloc_array(count + 1, sizeof(*made)) : NULL;

	for (size_t i = 0; made && i < count; i++)
		made[i] = from[row[i]];
	*to = made;
	return made || !from;
}

static bool copy_codes(const uint32_t *from, const uint32_t *row, size_t count, const uint32_t **to)
{
	uint32_t *made = from ? mlv_sys_alloc_array(count + 1, sizeof(*made)) : NULL;

	for (size_t i = 0; made && i < count; i++)
		made[i] = from[row[i]];
	*to = made;
	return made || !from;
}

mlv_err mlv_rows_gather(const struct mlv_rows *from, const uint32_t *row, size_t count,
			struct mlv_rows *to)
{
	MLV_SCOPED(mlv_rows_release) struct mlv_rows made = {
		.task = from->task, .count = count, .classes = from->classes,
	};

	if (!copy_codes(from->truth, row, count, &made.truth) ||
	    !copy_codes(from->guess, row, count, &made.guess) ||
	    !copy_numbers(from->score, row, count, &made.score) ||
	    !copy_numbers(from->y, row, count, &made.y) ||
	    !copy_numbers(from->predicted, row, count, &made.predicted) ||
	    !copy_numbers(from->weight, row, count, &made.weight) ||
	    !copy_codes(from->group, row, count, &made.group))
		return mlv_error_nomem("a slice");
	*to = made;
	made = (struct mlv_rows){ 0 };
	return NULL;
}

static void free_const(const void *array)
{
	void *own;

	memcpy(&own, &array, sizeof(own));
	free(own);
}

void mlv_rows_release(struct mlv_rows *rows)
{
	free_const(rows->truth);
	free_const(rows->guess);
	free_const(rows->score);
	free_const(rows->y);
	free_const(rows->predicted);
	free_const(rows->weight);
	free_const(rows->group);
	*rows = (struct mlv_rows){ 0 };
}

/* ---- names */

static bool is_whole(const char *text, long long *number)
{
	size_t digits = strspn(text, "0123456789");

	*number = digits && digits <= 15 && !text[digits] ? strtoll(text, NULL, 10) : 0;
	return digits && digits <= 15 && !text[digits];
}

int mlv_name_compare(const char *a, const char *b)
{
	long long left, right;
	bool left_whole = is_whole(a, &left), right_whole = is_whole(b, &right);

	if (left_whole != right_whole)
		return left_whole ? -1 : 1;
	if (left != right)
		return left < right ? -1 : 1;
	return strcmp(a, b);
}

/* ---- what is computed */

/* The rows of each value of a dimension, one value after the other. */
struct order {
	uint32_t *row;
	size_t *begin; /* of each value, and behind the last */
};

struct evaluation {
	struct mlv_ctx *ctx;
	const struct mlv_cases *cases;
	struct mlv_results *results;
	struct order *orders; /* of each dimension; the last is that of all rows */
	struct place {
		size_t dim, value;
	} *places;            /* of each slice */
};

static void evaluation_release(struct evaluation *evaluation)
{
	for (size_t d = 0; evaluation->orders && d <= evaluation->cases->dim_count; d++) {
		free(evaluation->orders[d].row);
		free(evaluation->orders[d].begin);
	}
	free(evaluation->orders);
	free(evaluation->places);
}

/*
 * Sort rows by their code, those of one code as they stand. code NULL: all rows
 * have one. In the order of all rows, those of each slice and fold come out
 * sorted by score, and the same whatever their file's order was.
 */
static mlv_err sort_by_code(const uint32_t *code, const uint32_t *rows, size_t count, size_t codes,
			    struct order *order)
{
	order->row = mlv_sys_alloc_array(count + 1, sizeof(*order->row));
	order->begin = mlv_sys_alloc_array(codes + 2, sizeof(*order->begin));
	if (!order->row || !order->begin)
		return mlv_error_nomem("a slice");
	for (size_t i = 0; i < count; i++)
		order->begin[(code ? code[rows ? MLV_ORDER_ROW(rows[i]) : i] : 0) + 2]++;
	for (size_t c = 2; c < codes + 2; c++)
		order->begin[c] += order->begin[c - 1];
	/* begin[c + 1] is where the next row of c goes; in the end it is where c ends. */
	for (size_t i = 0; i < count; i++) {
		uint32_t row = rows ? MLV_ORDER_ROW(rows[i]) : (uint32_t)i;

		order->row[order->begin[(code ? code[row] : 0) + 1]++] = row;
	}
	return NULL;
}

static mlv_err measure(const struct evaluation *evaluation, const uint32_t *row, size_t count,
		       struct mlv_result *result)
{
	const struct mlv_eval_spec *spec = evaluation->cases->spec;
	MLV_SCOPED(mlv_rows_release) struct mlv_rows rows = { 0 };
	mlv_err err;

	result->n = count;
	result->measured = mlv_sys_alloc_array(spec->metric_count, sizeof(*result->measured));
	if (!result->measured)
		return mlv_error_nomem("metrics");
	if ((err = mlv_rows_gather(&evaluation->cases->rows, row, count, &rows)) ||
	    (rows.truth && (err = mlv_cells_count(&rows, &result->cells))))
		return err;
	for (size_t m = 0; m < spec->metric_count && !err; m++)
		err = mlv_measure_rows(spec->metrics[m].measure, &rows, &result->cells, spec->level,
				       &result->measured[m]);
	return err;
}

static mlv_err measure_folds(const struct evaluation *evaluation, const uint32_t *row, size_t count,
			     struct mlv_slice_result *slice)
{
	const struct mlv_results *results = evaluation->results;
	const struct mlv_cases *cases = evaluation->cases;
	struct order order = { 0 };
	mlv_err err;

	slice->folds = mlv_sys_alloc_array(results->fold_count + 1, sizeof(*slice->folds));
	if (!slice->folds)
		return mlv_error_nomem("folds");
	err = sort_by_code(cases->fold, row, count, cases->folds.count, &order);
	for (size_t f = 0; f < results->fold_count && !err; f++) {
		const size_t *begin = &order.begin[results->folds[f]];

		if (begin[1] > begin[0])
			err = measure(evaluation, order.row + begin[0], begin[1] - begin[0],
				      &slice->folds[f]);
	}
	free(order.row);
	free(order.begin);
	return err;
}

static mlv_err measure_slice(void *arg, size_t index, unsigned worker)
{
	struct evaluation *evaluation = arg;
	struct mlv_slice_result *slice = &evaluation->results->slices[index];
	const struct place *place = &evaluation->places[index];
	const struct order *order = &evaluation->orders[place->dim];
	const uint32_t *row = order->row + order->begin[place->value];
	size_t count = order->begin[place->value + 1] - order->begin[place->value];
	mlv_err err = measure(evaluation, row, count, &slice->all);

	(void)worker;
	if (!err && evaluation->results->fold_count)
		err = measure_folds(evaluation, row, count, slice);
	mlv_tell_advance(evaluation->ctx, 1, 0);
	return err;
}

static mlv_err sort_dim(void *arg, size_t index, unsigned worker)
{
	struct evaluation *evaluation = arg;
	const struct mlv_cases *cases = evaluation->cases;
	const struct mlv_dim *dim = index < cases->dim_count ? &cases->dims[index] : NULL;
	size_t codes;

	(void)worker;
	if (dim && dim->def->hidden)
		return NULL;
	codes = !dim ? 1 : dim->def->rule ? 2 : dim->values.count;
	return sort_by_code(dim ? dim->code : NULL, cases->order, cases->rows.count, codes,
			    &evaluation->orders[index]);
}

/* ---- which slices there are */

static int by_name(const void *a, const void *b)
{
	const struct mlv_slice_result *left = a, *right = b;

	if (!left->dim || !right->dim)
		return left->dim ? 1 : right->dim ? -1 : 0;
	return strcmp(left->name, right->name);
}

/* Where a slice's rows are: its name is that of a value of its dimension. */
static struct place find_place(const struct mlv_cases *cases, const struct mlv_slice_result *slice)
{
	struct place place = { cases->dim_count, 0 };

	if (!slice->dim)
		return place;
	place.dim = (size_t)(slice->dim - cases->dims);
	while (slice->dim->values.at[place.value] != slice->name)
		place.value++;
	return place;
}

static mlv_err list_slices(struct evaluation *evaluation)
{
	const struct mlv_cases *cases = evaluation->cases;
	struct mlv_results *results = evaluation->results;
	size_t count = 1;

	for (size_t d = 0; d < cases->dim_count; d++)
		count += cases->dims[d].values.count;
	results->slices = mlv_sys_alloc_array(count, sizeof(*results->slices));
	evaluation->places = mlv_sys_alloc_array(count, sizeof(*evaluation->places));
	if (!results->slices || !evaluation->places)
		return mlv_error_nomem("slices");
	results->slices[results->count++].name = "overall";
	for (size_t d = 0; d < cases->dim_count; d++)
		for (size_t v = 0; !cases->dims[d].def->hidden && v < cases->dims[d].values.count; v++)
			results->slices[results->count++] = (struct mlv_slice_result){
				.name = cases->dims[d].values.at[v], .dim = &cases->dims[d],
			};
	qsort(results->slices, results->count, sizeof(*results->slices), by_name);
	for (size_t s = 0; s < results->count; s++)
		evaluation->places[s] = find_place(cases, &results->slices[s]);
	return NULL;
}

static mlv_err list_folds(const struct mlv_cases *cases, struct mlv_results *results)
{
	size_t count = cases->folds.count;

	if (!(results->folds = mlv_sys_alloc_array(count + 1, sizeof(*results->folds))))
		return mlv_error_nomem("folds");
	for (uint32_t f = 0; f < count; f++) {
		size_t at = f;

		for (; at > 0 && mlv_name_compare(mlv_words_at(&cases->folds, f),
						  mlv_words_at(&cases->folds, results->folds[at - 1])) < 0;
		     at--)
			results->folds[at] = results->folds[at - 1];
		results->folds[at] = f;
	}
	results->fold_count = count;
	return NULL;
}

/* What is evaluated slice by slice, of the rows of each. */
static mlv_err measure_gathered(struct evaluation *evaluation)
{
	struct mlv_ctx *ctx = evaluation->ctx;
	mlv_err err;

	if ((err = mlv_pool_run(ctx, ctx->jobs, evaluation->cases->dim_count + 1, sort_dim, evaluation)))
		return err;
	return mlv_pool_run(ctx, ctx->jobs, evaluation->results->count, measure_slice, evaluation);
}

mlv_err mlv_evaluate(struct mlv_ctx *ctx, const struct mlv_cases *cases, struct mlv_results *results)
{
	MLV_SCOPED(mlv_results_release) struct mlv_results made = { .cases = cases };
	MLV_SCOPED(evaluation_release) struct evaluation evaluation = {
		.ctx = ctx, .cases = cases, .results = &made,
	};
	mlv_err err;

	evaluation.orders = mlv_sys_alloc_array(cases->dim_count + 1, sizeof(*evaluation.orders));
	if (!evaluation.orders)
		return mlv_error_nomem("slices");
	if ((err = list_folds(cases, &made)) || (err = list_slices(&evaluation)))
		return err;
	if (cases->sorted.keys)
		err = mlv_evaluate_linear(ctx, &made);
	else
		err = measure_gathered(&evaluation);
	if (err)
		return err;
	*results = made;
	made = (struct mlv_results){ 0 };
	return NULL;
}
