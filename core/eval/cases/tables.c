/* The tables that an evaluation reads: which columns, and which row of features belongs to each row. */
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/cases/parts.h"

#define FOLDS_MAX 1000

void mlv_tables_release(struct tables *tables)
{
	free(tables->wants);
	free(tables->of_slice);
	free(tables->source);
	free(tables->place);
	mlv_strs_release(&tables->names);
	mlv_frame_release(&tables->frame);
	mlv_frame_release(&tables->joined);
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

bool mlv_slice_is_needed(const struct mlv_eval_spec *spec, const struct mlv_slice_def *def)
{
	if (!def->hidden)
		return true;
	for (size_t s = 0; s < spec->slice_count; s++)
		if (!spec->slices[s].hidden && mlv_strs_has(&spec->slices[s].cross, def->name))
			return true;
	return false;
}

/* Whether an entry has values of its own, that are neither labels nor made of other entries'. */
static bool has_values(const struct mlv_eval_spec *spec, const struct mlv_slice_def *def)
{
	return !def->cross.count && !mlv_slice_is_label(def) && mlv_slice_is_needed(spec, def);
}

/* What an entry reads: its column, or those of its expression; with wants NULL only how many. */
static size_t add_read(const struct mlv_slice_def *def, struct mlv_want *wants)
{
	const struct mlv_expr_column *columns;
	size_t count;

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

/* The column of an extract that has an entry's values. */
static mlv_err add_extracted(struct tables *tables, const struct mlv_slice_def *def)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_buf_printf(&name, "slice.%s", def->name)) ||
	    (err = mlv_strs_add(&tables->names, name.ptr)))
		return err;
	tables->wants[tables->count++] = (struct mlv_want){
		.name = tables->names.at[tables->names.count - 1],
		.number = def->edge_count || def->quantiles,
	};
	return NULL;
}

static void want_roles(struct tables *tables)
{
	const struct mlv_eval_spec *spec = tables->spec;

	for (int r = 0; r < MLV_ROLES; r++) {
		tables->of_role[r] = spec->column[r] ? tables->count : NONE;
		if (!spec->column[r])
			continue;
		tables->wants[tables->count] = role_want(spec, (enum mlv_role)r);
		if (tables->extracted)
			tables->wants[tables->count].name = mlv_role_name((enum mlv_role)r);
		tables->count++;
	}
	tables->roles = tables->count;
}

mlv_err mlv_tables_want(struct tables *tables)
{
	const struct mlv_eval_spec *spec = tables->spec;
	size_t most = MLV_ROLES + spec->slice_count;
	mlv_err err = NULL;

	for (size_t s = 0; s < spec->slice_count; s++)
		if (has_values(spec, &spec->slices[s]))
			most += add_read(&spec->slices[s], NULL);
	tables->wants = mlv_sys_alloc_array(most, sizeof(*tables->wants));
	tables->source = mlv_sys_alloc_array(most, sizeof(*tables->source));
	tables->of_slice = mlv_sys_alloc_array(spec->slice_count + 1, sizeof(*tables->of_slice));
	if (!tables->wants || !tables->source || !tables->of_slice)
		return mlv_error_nomem("a table");
	want_roles(tables);
	for (size_t s = 0; s < spec->slice_count && !err; s++) {
		const struct mlv_slice_def *def = &spec->slices[s];

		tables->of_slice[s] = tables->count;
		if (!has_values(spec, def))
			continue;
		if (tables->extracted)
			err = add_extracted(tables, def);
		else
			tables->count += add_read(def, tables->wants + tables->count);
	}
	tables->of_slice[spec->slice_count] = tables->count;
	for (size_t w = 0; w < tables->count; w++)
		tables->source[w].column = w;
	return err;
}

struct mlv_column *mlv_tables_role(struct tables *tables, enum mlv_role role)
{
	size_t want = tables->of_role[role];

	return want == NONE ? NULL : &tables->frame.columns[want];
}

/* ---- ids */

/* The part of an extract that a row came with. */
static size_t part_of(const struct tables *tables, size_t row)
{
	size_t part = tables->part_count - 1;

	while (tables->parts[part].first > row)
		part--;
	return part;
}

static mlv_err repeated_id(const struct tables *tables, const struct mlv_frame_source *source,
			   const struct mlv_frame *frame, const char *id, size_t first, size_t second)
{
	size_t from, to;

	if (!tables->part_count)
		return mlv_error(MLV_E_SPEC, "%s:%u: the id '%s' stands in line %u already",
				 source->name, mlv_frame_line(frame, second), id,
				 mlv_frame_line(frame, first));
	from = part_of(tables, first);
	to = part_of(tables, second);
	return mlv_error_hint(mlv_error(MLV_E_SPEC, "%s: the id '%s' is in %s%s already",
					tables->parts[to].name, id, from == to ? "it" : "",
					from == to ? "" : tables->parts[from].name),
			      "shards have no row in common");
}

/* An id may stand once; in cross-validation once a fold, for repeats predict each row again. */
mlv_err mlv_tables_check_ids(struct tables *tables)
{
	const struct mlv_column *id = mlv_tables_role(tables, MLV_ROLE_ID);
	const struct mlv_column *fold = mlv_tables_role(tables, MLV_ROLE_FOLD);
	MLV_SCOPED(mlv_mem_free) uint32_t *last = NULL, *before = NULL;

	if (fold && fold->words.count > FOLDS_MAX)
		return mlv_error(MLV_E_SPEC, "%s: more than %d folds", tables->predictions->name,
				 FOLDS_MAX);
	if (!id)
		return NULL;
	last = mlv_sys_alloc_array(id->words.count + 1, sizeof(*last));
	before = mlv_sys_alloc_array(tables->frame.rows + 1, sizeof(*before));
	if (!last || !before)
		return mlv_error_nomem("ids");
	for (size_t r = 0; r < tables->frame.rows; r++) {
		uint32_t code = id->code[r];

		before[r] = last[code]; /* rows from 1; 0: none */
		for (uint32_t b = before[r]; b; b = before[b - 1])
			if (!fold || fold->code[b - 1] == fold->code[r])
				return repeated_id(tables, tables->predictions, &tables->frame,
						   mlv_words_at(&id->words, code), b - 1, r);
		last[code] = (uint32_t)r + 1;
	}
	return NULL;
}

/* Where each id of the table of features stands, by the codes that the predictions' ids have. */
static mlv_err place_ids(const struct tables *tables, const struct mlv_words *ids, uint32_t *row_of)
{
	const struct mlv_frame *joined = &tables->joined;

	for (size_t r = 0; r < joined->rows; r++) {
		const char *id = mlv_words_at(&joined->columns[0].words, joined->columns[0].code[r]);
		uint32_t code;

		if (!mlv_words_find(ids, id, &code))
			continue;
		if (row_of[code])
			return repeated_id(tables, tables->features, joined, id, row_of[code] - 1, r);
		row_of[code] = (uint32_t)r + 1;
	}
	return NULL;
}

static mlv_err join_rows(struct tables *tables)
{
	const struct mlv_column *id = mlv_tables_role(tables, MLV_ROLE_ID);
	MLV_SCOPED(mlv_mem_free) uint32_t *row_of =
		mlv_sys_alloc_array(id->words.count + 1, sizeof(*row_of));
	size_t rows = tables->frame.rows;
	mlv_err err;

	tables->place = mlv_sys_alloc_array(rows + 1, sizeof(*tables->place));
	if (!row_of || !tables->place)
		return mlv_error_nomem("ids");
	if ((err = place_ids(tables, &id->words, row_of)))
		return err;
	for (size_t r = 0; r < rows; r++) {
		if (!row_of[id->code[r]])
			return mlv_error(MLV_E_SPEC, "%s:%u: the id '%s' is not in %s",
					 tables->predictions->name, mlv_frame_line(&tables->frame, r),
					 mlv_words_at(&id->words, id->code[r]),
					 tables->features->name);
		tables->place[r] = row_of[id->code[r]] - 1;
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
	wants[0] = (struct mlv_want){ .name = tables->spec->join_on, .rule = MLV_COLUMN_PRESENT };
	memcpy(wants + 1, tables->wants + roles, (count - 1) * sizeof(*wants));
	if ((err = mlv_frame_read(ctx, tables->features, wants, count, &tables->joined)))
		return err;
	for (size_t w = roles; w < tables->count; w++)
		if (tables->frame.columns[w].absent)
			tables->source[w] = (struct source_of){ w - roles + 1, true };
	return join_rows(tables);
}

mlv_err mlv_tables_read(struct mlv_ctx *ctx, struct tables *tables)
{
	mlv_err err;

	if ((err = mlv_tables_want(tables)) ||
	    (err = mlv_frame_read(ctx, tables->predictions, tables->wants, tables->count,
				  &tables->frame)) ||
	    (err = mlv_tables_check_ids(tables)))
		return err;
	return tables->features ? read_features(ctx, tables) : NULL;
}

mlv_err mlv_tables_column(const struct tables *tables, const struct mlv_slice_def *def, size_t want,
			  struct mlv_dim_input *input)
{
	const struct source_of *source = &tables->source[want];
	const struct mlv_frame *frame = source->joined ? &tables->joined : &tables->frame;

	input->column = &frame->columns[source->column];
	input->place = source->joined ? tables->place : NULL;
	if (!input->column->absent)
		return NULL;
	return mlv_error_hint(
		mlv_error(MLV_E_SPEC, "mlv.yaml:%u: there is no column '%s' in %s%s%s", def->line,
			  tables->wants[want].name, tables->predictions->name,
			  tables->features ? " or " : "",
			  tables->features ? tables->features->name : ""),
		"add the column, or join a table that has it; an evaluation with 'slices' has only "
		"the entries that it names");
}

mlv_err mlv_tables_inputs(const struct tables *tables, size_t s, struct mlv_dim_input **inputs)
{
	size_t first = tables->of_slice[s], count = tables->of_slice[s + 1] - first;
	MLV_SCOPED(mlv_mem_free) struct mlv_dim_input *made =
		mlv_sys_alloc_array(count + 1, sizeof(*made));
	mlv_err err = made ? NULL : mlv_error_nomem("a slice");

	for (size_t i = 0; i < count && !err; i++)
		err = mlv_tables_column(tables, &tables->spec->slices[s], first + i, &made[i]);
	if (err)
		return err;
	*inputs = MLV_TAKE(made);
	return NULL;
}

void mlv_tables_forget(struct tables *tables, size_t s)
{
	for (size_t w = tables->of_slice[s]; w < tables->of_slice[s + 1]; w++) {
		const struct source_of *source = &tables->source[w];
		struct mlv_frame *frame = source->joined ? &tables->joined : &tables->frame;
		struct mlv_column *column = &frame->columns[source->column];

		free(MLV_TAKE(column->number));
		free(MLV_TAKE(column->code));
		mlv_words_release(&column->words);
	}
}
