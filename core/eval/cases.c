#include "core/eval/cases.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/sys.h"
#include "core/eval/cases/parts.h"
#include "core/eval/order.h"

void mlv_cases_release(struct mlv_cases *cases)
{
	mlv_strs_release(&cases->classes);
	free(cases->truth);
	free(cases->guess);
	free(cases->score);
	free(cases->y);
	free(cases->predicted);
	free(cases->weight);
	free(cases->id);
	free(cases->fold);
	free(cases->group);
	mlv_words_release(&cases->ids);
	mlv_words_release(&cases->folds);
	for (size_t d = 0; d < cases->dim_count; d++)
		mlv_dim_release(&cases->dims[d]);
	free(cases->dims);
	free(cases->order);
	mlv_sorted_release(&cases->sorted);
	*cases = (struct mlv_cases){ 0 };
}

/* Cases while they are made. */
struct making {
	struct mlv_ctx *ctx;
	struct tables *tables;
	struct mlv_cases *cases;
	const struct mlv_frozen *frozen;
	size_t frozen_count;
	const struct mlv_expr_files *files;
	pthread_mutex_t files_lock; /* expressions, which may read files, one at a time */
};

/* ---- rows */

/* Move a role's column out of the frame; NULL and nothing when there is none. */
static double *take_number(struct tables *tables, enum mlv_role role)
{
	struct mlv_column *column = mlv_tables_role(tables, role);

	return column ? MLV_TAKE(column->number) : NULL;
}

static uint32_t *take_code(struct tables *tables, enum mlv_role role, struct mlv_words *words)
{
	struct mlv_column *column = mlv_tables_role(tables, role);

	if (!column)
		return NULL;
	if (words) {
		*words = column->words;
		column->words = (struct mlv_words){ .bytes = MLV_BUF_INIT };
	}
	return MLV_TAKE(column->code);
}

/* The class that a score means. */
static mlv_err guess_by_threshold(struct mlv_cases *cases)
{
	cases->guess = mlv_sys_alloc_array(cases->rows.count + 1, sizeof(*cases->guess));
	if (!cases->guess)
		return mlv_error_nomem("predictions");
	for (size_t r = 0; r < cases->rows.count; r++)
		cases->guess[r] = cases->score[r] >= cases->spec->threshold;
	return NULL;
}

static mlv_err take_classes(struct tables *tables, struct mlv_cases *cases)
{
	struct mlv_column *label = mlv_tables_role(tables, MLV_ROLE_LABEL);
	struct mlv_column *pred = mlv_tables_role(tables, MLV_ROLE_PRED);
	mlv_err err;

	cases->truth = MLV_TAKE(label->code);
	cases->guess = pred ? MLV_TAKE(pred->code) : NULL;
	if ((err = mlv_cases_classify(cases, tables->predictions->name, &tables->frame, label,
				      pred)))
		return err;
	return cases->guess ? NULL : guess_by_threshold(cases);
}

/* Number folds by their names, not by their first rows. */
static mlv_err number_folds(struct mlv_cases *cases)
{
	MLV_SCOPED(mlv_words_release) struct mlv_words sorted = { .bytes = MLV_BUF_INIT };
	MLV_SCOPED(mlv_mem_free) uint32_t *rank = NULL, *code = NULL;
	size_t count = cases->folds.count;
	uint32_t added;
	mlv_err err = mlv_words_rank(&cases->folds, &rank);

	if (err)
		return err;
	if (!(code = mlv_sys_alloc_array(count + 1, sizeof(*code))))
		return mlv_error_nomem("folds");
	for (uint32_t f = 0; f < count; f++)
		code[rank[f]] = f;
	for (size_t f = 0; f < count && !err; f++) {
		const char *name = mlv_words_at(&cases->folds, code[f]);

		err = mlv_words_add(&sorted, name, strlen(name), &added);
	}
	if (err)
		return err;
	for (size_t r = 0; r < cases->rows.count; r++)
		cases->fold[r] = rank[cases->fold[r]];
	mlv_words_release(&cases->folds);
	cases->folds = sorted;
	sorted = (struct mlv_words){ .bytes = MLV_BUF_INIT };
	return NULL;
}

/* Number groups by their names, so that it does not depend on the rows' order; names are not needed then. */
static mlv_err number_groups(struct mlv_cases *cases, const struct mlv_words *groups)
{
	MLV_SCOPED(mlv_mem_free) uint32_t *rank = NULL;
	mlv_err err = mlv_words_rank(groups, &rank);

	if (err)
		return err;
	for (size_t r = 0; r < cases->rows.count; r++)
		cases->group[r] = rank[cases->group[r]];
	cases->groups = groups->count;
	return NULL;
}

static mlv_err take_rows(struct tables *tables, struct mlv_cases *cases)
{
	MLV_SCOPED(mlv_words_release) struct mlv_words groups = { .bytes = MLV_BUF_INIT };
	mlv_err err = NULL;

	cases->rows.task = cases->spec->task;
	cases->rows.count = tables->frame.rows;
	cases->score = take_number(tables, MLV_ROLE_SCORE);
	cases->weight = take_number(tables, MLV_ROLE_WEIGHT);
	cases->id = take_code(tables, MLV_ROLE_ID, &cases->ids);
	cases->fold = take_code(tables, MLV_ROLE_FOLD, &cases->folds);
	cases->group = take_code(tables, MLV_ROLE_GROUP, &groups);
	if (cases->spec->task == MLV_TASK_REGRESSION) {
		cases->y = take_number(tables, MLV_ROLE_LABEL);
		cases->predicted = take_number(tables, MLV_ROLE_PRED);
	} else {
		err = take_classes(tables, cases);
	}
	cases->rows.truth = cases->truth;
	cases->rows.guess = cases->guess;
	cases->rows.score = cases->score;
	cases->rows.y = cases->y;
	cases->rows.predicted = cases->predicted;
	cases->rows.weight = cases->weight;
	cases->rows.group = cases->group;
	if (!err && cases->group)
		err = number_groups(cases, &groups);
	return err || !cases->fold ? err : number_folds(cases);
}

/* ---- slices */

static const struct mlv_frozen *find_frozen(const struct making *making, const char *name)
{
	for (size_t i = 0; i < making->frozen_count; i++)
		if (strcmp(making->frozen[i].name, name) == 0)
			return &making->frozen[i];
	return NULL;
}

static mlv_err dim_of_labels(const struct making *making, struct mlv_dim *dim)
{
	const struct mlv_cases *cases = making->cases;
	const struct mlv_slice_def *def = dim->def;
	const struct mlv_frozen *frozen = find_frozen(making, def->name);
	bool bins = def->edge_count || def->quantiles;

	if (!cases->y)
		return bins ? mlv_error(MLV_E_SPEC, "mlv.yaml:%u: labels that are classes have no bins",
					def->line)
			    : mlv_dim_by_class(dim, cases, frozen);
	return bins ? mlv_dim_by_number(dim, cases->y, NULL, cases->rows.count, frozen)
		    : mlv_error(MLV_E_SPEC, "mlv.yaml:%u: labels that are numbers need bins", def->line);
}

static mlv_err dim_of_values(const struct making *making, const struct mlv_dim_input *input,
			     struct mlv_dim *dim)
{
	const struct mlv_frozen *frozen = find_frozen(making, dim->def->name);
	size_t rows = making->cases->rows.count;

	return input->column->number
		       ? mlv_dim_by_number(dim, input->column->number, input->place, rows, frozen)
		       : mlv_dim_by_text(dim, input->column, input->place, rows, frozen);
}

/* Of an extract the expression's values are there; else they are computed. */
static mlv_err dim_of_expr(const struct making *making, size_t s, struct mlv_dim *dim)
{
	const struct tables *tables = making->tables;
	MLV_SCOPED(mlv_mem_free) struct mlv_dim_input *inputs = NULL;
	struct mlv_column derived = { .words = { .bytes = MLV_BUF_INIT } };
	struct mlv_column *values = &derived;
	mlv_err err;

	if (tables->extracted)
		values = &making->tables->frame.columns[tables->of_slice[s]];
	else if ((err = mlv_tables_inputs(tables, s, &inputs)) ||
		 (err = mlv_dim_derive(dim->def, inputs, tables->frame.rows, making->files, &derived)))
		return err;
	err = dim->def->rule ? mlv_dim_by_rule(dim, values, tables->frame.rows)
			     : dim_of_values(making, &(struct mlv_dim_input){ values, NULL }, dim);
	free(derived.number);
	free(derived.code);
	mlv_words_release(&derived.words);
	return err;
}

static mlv_err dim_of_column(const struct making *making, size_t s, struct mlv_dim *dim)
{
	struct mlv_dim_input input;
	mlv_err err;

	if (mlv_slice_is_label(dim->def))
		return dim_of_labels(making, dim);
	err = mlv_tables_column(making->tables, dim->def, making->tables->of_slice[s], &input);
	return err ? err : dim_of_values(making, &input, dim);
}

static mlv_err dim_of_cross(const struct making *making, struct mlv_dim *dim)
{
	const struct mlv_cases *cases = making->cases;
	const struct mlv_dim *others[4] = { NULL };
	const struct mlv_strs *cross = &dim->def->cross;

	for (size_t i = 0; i < cross->count; i++)
		for (size_t d = 0; d < cases->dim_count; d++)
			if (strcmp(cases->dims[d].def->name, cross->at[i]) == 0)
				others[i] = &cases->dims[d];
	return mlv_dim_by_cross(dim, others, cross->count, cases->rows.count,
				find_frozen(making, dim->def->name));
}

/* One that is made of columns, if it is needed. */
static mlv_err make_dim(void *arg, size_t d, unsigned worker)
{
	struct making *making = arg;
	struct mlv_dim *dim = &making->cases->dims[d];
	mlv_err err;

	(void)worker;
	if (dim->def->cross.count || !mlv_slice_is_needed(making->cases->spec, dim->def))
		return NULL;
	if (dim->def->expr) {
		pthread_mutex_lock(&making->files_lock);
		err = dim_of_expr(making, d, dim);
		pthread_mutex_unlock(&making->files_lock);
	} else {
		err = dim_of_column(making, d, dim);
	}
	mlv_tables_forget(making->tables, d);
	return err;
}

/* Columns first, for crosses are made of them. Dimensions stand in the order of the entries. */
static mlv_err make_dims(struct making *making)
{
	struct mlv_cases *cases = making->cases;
	size_t count = cases->spec->slice_count;
	mlv_err err;

	if (!(cases->dims = mlv_sys_alloc_array(count ? count : 1, sizeof(*cases->dims))))
		return mlv_error_nomem("slices");
	cases->dim_count = count;
	for (size_t d = 0; d < count; d++)
		cases->dims[d].def = &cases->spec->slices[d];
	pthread_mutex_init(&making->files_lock, NULL);
	err = mlv_pool_run(making->ctx, making->ctx->jobs, count, make_dim, making);
	pthread_mutex_destroy(&making->files_lock);
	for (size_t d = 0; d < count && !err; d++)
		if (cases->dims[d].def->cross.count && !cases->dims[d].def->hidden)
			err = dim_of_cross(making, &cases->dims[d]);
	return err;
}

static mlv_err make(struct making *making, struct mlv_cases *cases)
{
	MLV_SCOPED(mlv_cases_release) struct mlv_cases made = { .spec = making->tables->spec };
	mlv_err err;

	made.ids.bytes = made.folds.bytes = (struct mlv_buf)MLV_BUF_INIT;
	making->cases = &made;
	if (!making->tables->frame.rows)
		return mlv_error(MLV_E_SPEC, "%s: no rows", making->tables->predictions->name);
	if ((err = take_rows(making->tables, &made)) || (err = make_dims(making)) ||
	    (err = mlv_cases_sort(making->ctx, &made)))
		return err;
	*cases = made;
	made = (struct mlv_cases){ 0 };
	return NULL;
}

mlv_err mlv_cases_load(struct mlv_ctx *ctx, const struct mlv_eval_spec *spec,
		       const struct mlv_frame_source *predictions,
		       const struct mlv_frame_source *features, const struct mlv_frozen *frozen,
		       size_t frozen_count, const struct mlv_expr_files *files,
		       struct mlv_cases *cases)
{
	MLV_SCOPED(mlv_tables_release) struct tables tables = {
		.spec = spec, .predictions = predictions, .features = features,
	};
	struct making making = {
		.ctx = ctx, .tables = &tables, .frozen = frozen, .frozen_count = frozen_count,
		.files = files,
	};
	mlv_err err = mlv_tables_read(ctx, &tables);

	return err ? err : make(&making, cases);
}

mlv_err mlv_cases_of_extract(struct mlv_ctx *ctx, const struct mlv_eval_spec *spec,
			     struct mlv_extract *extract, const struct mlv_frozen *frozen,
			     size_t frozen_count, struct mlv_cases *cases)
{
	const struct mlv_frame_source shards = {
		.name = extract->name ? extract->name : "the shards", .fd = -1,
	};
	MLV_SCOPED(mlv_tables_release) struct tables tables = {
		.spec = spec, .predictions = &shards, .extracted = true, .parts = extract->parts,
		.part_count = extract->part_count,
	};
	struct making making = {
		.ctx = ctx, .tables = &tables, .frozen = frozen, .frozen_count = frozen_count,
	};
	mlv_err err = mlv_tables_want(&tables);

	if (err)
		return err;
	tables.frame = extract->frame;
	extract->frame = (struct mlv_frame){ 0 };
	err = mlv_tables_check_ids(&tables);
	return err ? err : make(&making, cases);
}
