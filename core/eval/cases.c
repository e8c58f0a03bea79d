#include "core/eval/cases.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/cases/parts.h"

#define NONE SIZE_MAX /* no column */
#define FOLDS_MAX 1000

/* What is read of the tables: the roles, and behind them a column for each entry of slices. */
struct tables {
	struct mlv_cases *cases;
	const struct mlv_frame_source *predictions, *features;
	const struct mlv_frozen *frozen;
	size_t frozen_count;
	struct mlv_want *wants;  /* of the predictions */
	size_t count;
	size_t roles;            /* so many of them are of roles */
	size_t of_role[MLV_ROLES]; /* which want; NONE */
	size_t *of_slice;        /* the first want of each entry of slices, and of the next */
	struct source_of {
		size_t column;
		bool joined;     /* of the features, not the predictions */
	} *source;               /* where each want stands */
	const struct mlv_expr_files *files;
	struct mlv_frame frame, joined;
	uint32_t *place;         /* the row of features of each row; NULL without a join */
};

static void tables_release(struct tables *tables)
{
	free(tables->wants);
	free(tables->of_slice);
	free(tables->source);
	free(tables->place);
	mlv_frame_release(&tables->frame);
	mlv_frame_release(&tables->joined);
}

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
	mlv_words_release(&cases->ids);
	mlv_words_release(&cases->folds);
	for (size_t d = 0; d < cases->dim_count; d++)
		mlv_dim_release(&cases->dims[d]);
	free(cases->dims);
	*cases = (struct mlv_cases){ 0 };
}

static bool needs_shares(const struct mlv_eval_spec *spec)
{
	static const char *const names[] = { "ece", "log_loss", "brier" };

	for (size_t m = 0; m < spec->metric_count; m++)
		for (size_t i = 0; i < MLV_COUNT(names); i++)
			if (strcmp(spec->metrics[m].measure->name, names[i]) == 0)
				return true;
	return false;
}

static struct mlv_want role_want(const struct mlv_eval_spec *spec, enum mlv_role role)
{
	bool number = role == MLV_ROLE_SCORE || role == MLV_ROLE_WEIGHT ||
		      (spec->task == MLV_TASK_REGRESSION &&
		       (role == MLV_ROLE_LABEL || role == MLV_ROLE_PRED));
	enum mlv_column_rule rule = MLV_COLUMN_PRESENT;

	if (role == MLV_ROLE_SCORE && needs_shares(spec))
		rule = MLV_COLUMN_SHARE;
	if (role == MLV_ROLE_WEIGHT)
		rule = MLV_COLUMN_POSITIVE;
	return (struct mlv_want){ .name = spec->column[role], .number = number, .rule = rule };
}

/* Whether an entry of slices is asked for, itself or by a cross. */
static bool is_needed(const struct mlv_eval_spec *spec, const struct mlv_slice_def *def)
{
	if (!def->hidden)
		return true;
	for (size_t s = 0; s < spec->slice_count; s++)
		if (!spec->slices[s].hidden && mlv_strs_has(&spec->slices[s].cross, def->name))
			return true;
	return false;
}

static bool is_label(const struct mlv_slice_def *def)
{
	return def->column && strcmp(def->column, "label") == 0;
}

/* What an entry reads: its column, or those of its expression; with wants NULL only how many. */
static size_t add_wants(const struct mlv_eval_spec *spec, const struct mlv_slice_def *def,
			struct mlv_want *wants)
{
	const struct mlv_expr_column *columns;
	size_t count;

	if (def->cross.count || is_label(def) || !is_needed(spec, def))
		return 0;
	if (def->column && wants)
		wants[0] = (struct mlv_want){ .name = def->column, .optional = true,
					      .number = def->edge_count || def->quantiles };
	if (def->column)
		return 1;
	count = mlv_expr_columns(def->expr, &columns);
	for (size_t c = 0; c < count && wants; c++)
		wants[c] = (struct mlv_want){ .name = columns[c].name, .optional = true,
					      .number = columns[c].number };
	return count;
}

static mlv_err want_columns(struct tables *tables)
{
	const struct mlv_eval_spec *spec = tables->cases->spec;
	size_t most = MLV_ROLES;

	for (size_t s = 0; s < spec->slice_count; s++)
		most += add_wants(spec, &spec->slices[s], NULL);
	tables->wants = mlv_sys_alloc_array(most, sizeof(*tables->wants));
	tables->source = mlv_sys_alloc_array(most, sizeof(*tables->source));
	tables->of_slice = mlv_sys_alloc_array(spec->slice_count + 1, sizeof(*tables->of_slice));
	if (!tables->wants || !tables->source || !tables->of_slice)
		return mlv_error_nomem("a table");
	for (int r = 0; r < MLV_ROLES; r++) {
		tables->of_role[r] = spec->column[r] ? tables->count : NONE;
		if (spec->column[r])
			tables->wants[tables->count++] = role_want(spec, (enum mlv_role)r);
	}
	tables->roles = tables->count;
	for (size_t s = 0; s < spec->slice_count; s++) {
		tables->of_slice[s] = tables->count;
		tables->count += add_wants(spec, &spec->slices[s], tables->wants + tables->count);
	}
	tables->of_slice[spec->slice_count] = tables->count;
	for (size_t w = 0; w < tables->count; w++)
		tables->source[w].column = w;
	return NULL;
}

/* ---- rows */

static struct mlv_column *role_column(struct tables *tables, enum mlv_role role)
{
	size_t want = tables->of_role[role];

	return want == NONE ? NULL : &tables->frame.columns[want];
}

/* Move a role's column out of the frame; NULL and nothing when there is none. */
static double *take_number(struct tables *tables, enum mlv_role role)
{
	struct mlv_column *column = role_column(tables, role);

	return column ? MLV_TAKE(column->number) : NULL;
}

static uint32_t *take_code(struct tables *tables, enum mlv_role role, struct mlv_words *words)
{
	struct mlv_column *column = role_column(tables, role);

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

static mlv_err take_classes(struct tables *tables)
{
	struct mlv_cases *cases = tables->cases;
	struct mlv_column *label = role_column(tables, MLV_ROLE_LABEL);
	struct mlv_column *pred = role_column(tables, MLV_ROLE_PRED);
	mlv_err err;

	cases->truth = MLV_TAKE(label->code);
	cases->guess = pred ? MLV_TAKE(pred->code) : NULL;
	if ((err = mlv_cases_classify(cases, tables->predictions->name, &tables->frame, label,
				      pred)))
		return err;
	return cases->guess ? NULL : guess_by_threshold(cases);
}

static mlv_err take_rows(struct tables *tables)
{
	struct mlv_cases *cases = tables->cases;
	mlv_err err = NULL;

	cases->rows.task = cases->spec->task;
	cases->rows.count = tables->frame.rows;
	cases->score = take_number(tables, MLV_ROLE_SCORE);
	cases->weight = take_number(tables, MLV_ROLE_WEIGHT);
	cases->id = take_code(tables, MLV_ROLE_ID, &cases->ids);
	cases->fold = take_code(tables, MLV_ROLE_FOLD, &cases->folds);
	if (cases->spec->task == MLV_TASK_REGRESSION) {
		cases->y = take_number(tables, MLV_ROLE_LABEL);
		cases->predicted = take_number(tables, MLV_ROLE_PRED);
	} else {
		err = take_classes(tables);
	}
	cases->rows.truth = cases->truth;
	cases->rows.guess = cases->guess;
	cases->rows.score = cases->score;
	cases->rows.y = cases->y;
	cases->rows.predicted = cases->predicted;
	cases->rows.weight = cases->weight;
	return err;
}

/* ---- ids */

static mlv_err repeated_id(const struct mlv_frame_source *source, const struct mlv_frame *frame,
			   const char *id, size_t first, size_t second)
{
	return mlv_error(MLV_E_SPEC, "%s:%u: the id '%s' stands in line %u already", source->name,
			 mlv_frame_line(frame, second), id, mlv_frame_line(frame, first));
}

/* An id may stand once; in cross-validation once a fold, for repeats predict each row again. */
static mlv_err check_ids(const struct tables *tables)
{
	const struct mlv_cases *cases = tables->cases;
	MLV_SCOPED(mlv_mem_free) uint32_t *last = NULL, *before = NULL;

	if (cases->folds.count > FOLDS_MAX)
		return mlv_error(MLV_E_SPEC, "%s: more than %d folds", tables->predictions->name,
				 FOLDS_MAX);
	if (!cases->id)
		return NULL;
	last = mlv_sys_alloc_array(cases->ids.count + 1, sizeof(*last));
	before = mlv_sys_alloc_array(cases->rows.count + 1, sizeof(*before));
	if (!last || !before)
		return mlv_error_nomem("ids");
	for (size_t r = 0; r < cases->rows.count; r++) {
		uint32_t id = cases->id[r];

		before[r] = last[id]; /* rows from 1; 0: none */
		for (uint32_t b = before[r]; b; b = before[b - 1])
			if (!cases->fold || cases->fold[b - 1] == cases->fold[r])
				return repeated_id(tables->predictions, &tables->frame,
						   mlv_words_at(&cases->ids, id), b - 1, r);
		last[id] = (uint32_t)r + 1;
	}
	return NULL;
}

/* Where each id of the table of features stands, by the codes that the predictions' ids have. */
static mlv_err place_ids(const struct tables *tables, uint32_t *row_of)
{
	const struct mlv_cases *cases = tables->cases;
	const struct mlv_frame *joined = &tables->joined;

	for (size_t r = 0; r < joined->rows; r++) {
		const char *id = mlv_words_at(&joined->columns[0].words, joined->columns[0].code[r]);
		uint32_t code;

		if (!mlv_words_find(&cases->ids, id, &code))
			continue;
		if (row_of[code])
			return repeated_id(tables->features, joined, id, row_of[code] - 1, r);
		row_of[code] = (uint32_t)r + 1;
	}
	return NULL;
}

static mlv_err join_rows(struct tables *tables)
{
	const struct mlv_cases *cases = tables->cases;
	MLV_SCOPED(mlv_mem_free) uint32_t *row_of =
		mlv_sys_alloc_array(cases->ids.count + 1, sizeof(*row_of));
	mlv_err err;

	tables->place = mlv_sys_alloc_array(cases->rows.count + 1, sizeof(*tables->place));
	if (!row_of || !tables->place)
		return mlv_error_nomem("ids");
	if ((err = place_ids(tables, row_of)))
		return err;
	for (size_t r = 0; r < cases->rows.count; r++) {
		if (!row_of[cases->id[r]])
			return mlv_error(MLV_E_SPEC, "%s:%u: the id '%s' is not in %s",
					 tables->predictions->name, mlv_frame_line(&tables->frame, r),
					 mlv_words_at(&cases->ids, cases->id[r]),
					 tables->features->name);
		tables->place[r] = row_of[cases->id[r]] - 1;
	}
	return NULL;
}

/* Read the features: the ids, and what the predictions do not have themselves. */
static mlv_err read_features(struct mlv_ctx *ctx, struct tables *tables)
{
	size_t roles = tables->roles, count = tables->count - roles + 1;
	MLV_SCOPED(mlv_mem_free) struct mlv_want *wants = mlv_sys_alloc_array(count, sizeof(*wants));
	mlv_err err;

	if (!wants)
		return mlv_error_nomem("a table");
	wants[0] = (struct mlv_want){ .name = tables->cases->spec->join_on,
				      .rule = MLV_COLUMN_PRESENT };
	memcpy(wants + 1, tables->wants + roles, (count - 1) * sizeof(*wants));
	if ((err = mlv_frame_read(ctx, tables->features, wants, count, &tables->joined)))
		return err;
	for (size_t w = roles; w < tables->count; w++)
		if (tables->frame.columns[w].absent)
			tables->source[w] = (struct source_of){ w - roles + 1, true };
	return join_rows(tables);
}

/* ---- slices */

/* The column of a want of an entry, and the row of it that belongs to each row. */
static mlv_err column_of(const struct tables *tables, const struct mlv_slice_def *def, size_t want,
			 struct mlv_dim_input *input)
{
	const struct source_of *source = &tables->source[want];
	const struct mlv_frame *frame = source->joined ? &tables->joined : &tables->frame;

	input->column = &frame->columns[source->column];
	input->place = source->joined ? tables->place : NULL;
	if (!input->column->absent)
		return NULL;
	return mlv_error(MLV_E_SPEC, "mlv.yaml:%u: there is no column '%s' in %s%s%s", def->line,
			 tables->wants[want].name, tables->predictions->name,
			 tables->features ? " or " : "",
			 tables->features ? tables->features->name : "");
}

static const struct mlv_frozen *find_frozen(const struct tables *tables, const char *name)
{
	for (size_t i = 0; i < tables->frozen_count; i++)
		if (strcmp(tables->frozen[i].name, name) == 0)
			return &tables->frozen[i];
	return NULL;
}

static mlv_err dim_of_labels(const struct tables *tables, struct mlv_dim *dim)
{
	const struct mlv_cases *cases = tables->cases;
	const struct mlv_slice_def *def = dim->def;
	bool bins = def->edge_count || def->quantiles;

	if (!cases->y)
		return bins ? mlv_error(MLV_E_SPEC, "mlv.yaml:%u: labels that are classes have no bins",
					def->line)
			    : mlv_dim_by_class(dim, cases);
	return bins ? mlv_dim_by_number(dim, cases->y, NULL, cases->rows.count,
					find_frozen(tables, def->name))
		    : mlv_error(MLV_E_SPEC, "mlv.yaml:%u: labels that are numbers need bins", def->line);
}

static mlv_err dim_of_column(const struct tables *tables, size_t s, struct mlv_dim *dim)
{
	const struct mlv_slice_def *def = dim->def;
	size_t rows = tables->cases->rows.count;
	struct mlv_dim_input input;
	mlv_err err;

	if (is_label(def))
		return dim_of_labels(tables, dim);
	if ((err = column_of(tables, def, tables->of_slice[s], &input)))
		return err;
	return def->edge_count || def->quantiles
		       ? mlv_dim_by_number(dim, input.column->number, input.place, rows,
					   find_frozen(tables, def->name))
		       : mlv_dim_by_text(dim, input.column, input.place, rows);
}

static mlv_err dim_of_expr(const struct tables *tables, size_t s, struct mlv_dim *dim)
{
	size_t first = tables->of_slice[s], count = tables->of_slice[s + 1] - first;
	MLV_SCOPED(mlv_mem_free) struct mlv_dim_input *inputs =
		mlv_sys_alloc_array(count + 1, sizeof(*inputs));
	mlv_err err = inputs ? NULL : mlv_error_nomem("an expression");

	for (size_t i = 0; i < count && !err; i++)
		err = column_of(tables, dim->def, first + i, &inputs[i]);
	if (!err)
		err = mlv_dim_by_expr(dim, inputs, tables->cases->rows.count, tables->files,
				      find_frozen(tables, dim->def->name));
	return err;
}

static mlv_err dim_of_cross(const struct mlv_cases *cases, struct mlv_dim *dim)
{
	const struct mlv_dim *others[4] = { NULL };
	const struct mlv_strs *cross = &dim->def->cross;

	for (size_t i = 0; i < cross->count; i++)
		for (size_t d = 0; d < cases->dim_count; d++)
			if (strcmp(cases->dims[d].def->name, cross->at[i]) == 0)
				others[i] = &cases->dims[d];
	return mlv_dim_by_cross(dim, others, cross->count, cases->rows.count);
}

/* Columns first, for crosses are made of them. Dimensions stand in the order of the entries. */
static mlv_err make_dims(const struct tables *tables)
{
	struct mlv_cases *cases = tables->cases;
	size_t count = cases->spec->slice_count;
	mlv_err err = NULL;

	if (!(cases->dims = mlv_sys_alloc_array(count ? count : 1, sizeof(*cases->dims))))
		return mlv_error_nomem("slices");
	cases->dim_count = count;
	for (size_t d = 0; d < count; d++)
		cases->dims[d].def = &cases->spec->slices[d];
	for (size_t d = 0; d < count && !err; d++) {
		const struct mlv_slice_def *def = cases->dims[d].def;

		if (!def->cross.count && is_needed(cases->spec, def))
			err = def->expr ? dim_of_expr(tables, d, &cases->dims[d])
					: dim_of_column(tables, d, &cases->dims[d]);
	}
	for (size_t d = 0; d < count && !err; d++)
		if (cases->dims[d].def->cross.count && !cases->dims[d].def->hidden)
			err = dim_of_cross(cases, &cases->dims[d]);
	return err;
}

mlv_err mlv_cases_load(struct mlv_ctx *ctx, const struct mlv_eval_spec *spec,
		       const struct mlv_frame_source *predictions,
		       const struct mlv_frame_source *features, const struct mlv_frozen *frozen,
		       size_t frozen_count, const struct mlv_expr_files *files,
		       struct mlv_cases *cases)
{
	MLV_SCOPED(mlv_cases_release) struct mlv_cases made = { .spec = spec };
	MLV_SCOPED(tables_release) struct tables tables = {
		.cases = &made, .predictions = predictions, .features = features,
		.frozen = frozen, .frozen_count = frozen_count, .files = files,
	};
	mlv_err err;

	made.ids.bytes = made.folds.bytes = (struct mlv_buf)MLV_BUF_INIT;
	if ((err = want_columns(&tables)) ||
	    (err = mlv_frame_read(ctx, predictions, tables.wants, tables.count, &tables.frame)))
		return err;
	if (!tables.frame.rows)
		return mlv_error(MLV_E_SPEC, "%s: no rows", predictions->name);
	if ((err = take_rows(&tables)) || (err = check_ids(&tables)) ||
	    (features && (err = read_features(ctx, &tables))) || (err = make_dims(&tables)))
		return err;
	*cases = made;
	made = (struct mlv_cases){ 0 };
	return NULL;
}
