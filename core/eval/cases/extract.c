/* Extracts: what an evaluation needs of rows, taken out of their tables, and as text. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/cases/parts.h"
#include "core/eval/frame/parts.h"

#define TEXT_MAX ((size_t)64 << 30)

void mlv_extract_release(struct mlv_extract *extract)
{
	mlv_frame_release(&extract->frame);
	free(extract->parts);
	*extract = (struct mlv_extract){ 0 };
}

/* ---- from tables */

static struct mlv_column move(struct mlv_column *column)
{
	struct mlv_column moved = *column;

	*column = (struct mlv_column){ .words = { .bytes = MLV_BUF_INIT } };
	return moved;
}

/* A column, each of whose rows is placed where it belongs. */
static mlv_err place(const struct tables *tables, struct mlv_column *from, struct mlv_column *to)
{
	size_t rows = tables->frame.rows;
	struct mlv_column placed = { .words = { .bytes = MLV_BUF_INIT } };

	if (from->number)
		placed.number = mlv_sys_alloc_array(rows + 1, sizeof(*placed.number));
	else
		placed.code = mlv_sys_alloc_array(rows + 1, sizeof(*placed.code));
	if (!placed.number && !placed.code)
		return mlv_error_nomem("a table");
	for (size_t r = 0; r < rows; r++) {
		if (from->number)
			placed.number[r] = from->number[tables->place[r]];
		else
			placed.code[r] = from->code[tables->place[r]];
	}
	placed.words = move(from).words;
	*to = placed;
	return NULL;
}

static mlv_err extract_entry(struct tables *tables, const struct mlv_expr_files *files, size_t s,
			     struct mlv_column *to)
{
	const struct mlv_slice_def *def = &tables->spec->slices[s];
	MLV_SCOPED(mlv_mem_free) struct mlv_dim_input *inputs = NULL;
	const struct source_of *source = &tables->source[tables->of_slice[s]];
	mlv_err err = mlv_tables_inputs(tables, s, &inputs);

	if (err)
		return err;
	if (def->expr)
		return mlv_dim_derive(def, inputs, tables->frame.rows, files, to);
	if (source->joined)
		return place(tables, &tables->joined.columns[source->column], to);
	*to = move(&tables->frame.columns[source->column]);
	return NULL;
}

/* form says which columns; those of roles are the tables' own. */
static mlv_err extract_columns(struct tables *tables, const struct tables *form,
			       const struct mlv_expr_files *files, struct mlv_frame *frame)
{
	const struct mlv_eval_spec *spec = tables->spec;
	mlv_err err = mlv_frame_init(frame, form->wants, form->count);

	for (size_t c = 0; c < form->count && !err; c++) {
		free(frame->columns[c].number);
		free(frame->columns[c].code);
		frame->columns[c] = (struct mlv_column){ .words = { .bytes = MLV_BUF_INIT } };
	}
	for (size_t c = 0; c < form->roles && !err; c++)
		frame->columns[c] = move(&tables->frame.columns[c]);
	for (size_t s = 0; s < spec->slice_count && !err; s++)
		if (form->of_slice[s + 1] > form->of_slice[s])
			err = extract_entry(tables, files, s, &frame->columns[form->of_slice[s]]);
	frame->rows = tables->frame.rows;
	frame->lines = MLV_TAKE(tables->frame.lines);
	frame->line_count = tables->frame.line_count;
	frame->line_cap = tables->frame.line_cap;
	tables->frame.line_count = tables->frame.line_cap = 0;
	return err;
}

mlv_err mlv_extract_read(struct mlv_ctx *ctx, const struct mlv_eval_spec *spec,
			 const struct mlv_frame_source *predictions,
			 const struct mlv_frame_source *features, const struct mlv_expr_files *files,
			 struct mlv_extract *extract)
{
	MLV_SCOPED(mlv_tables_release) struct tables tables = {
		.spec = spec, .predictions = predictions, .features = features,
	};
	MLV_SCOPED(mlv_tables_release) struct tables form = { .spec = spec, .extracted = true };
	MLV_SCOPED(mlv_extract_release) struct mlv_extract made = { 0 };
	mlv_err err;

	if ((err = mlv_tables_want(&form)) || (err = mlv_tables_read(ctx, &tables)) ||
	    (err = extract_columns(&tables, &form, files, &made.frame)))
		return err;
	*extract = made;
	made = (struct mlv_extract){ 0 };
	return NULL;
}

/* ---- as text */

/* A field as tables with tabs have it: in quotes where it must be. */
static mlv_err add_field(struct mlv_buf *to, const char *text)
{
	mlv_err err;

	if (!text[strcspn(text, "\t\n\r\"")])
		return mlv_buf_add_str(to, text);
	if ((err = mlv_buf_add_char(to, '"')))
		return err;
	for (; *text; text++)
		if ((*text == '"' && (err = mlv_buf_add_char(to, '"'))) ||
		    (err = mlv_buf_add_char(to, *text)))
			return err;
	return mlv_buf_add_char(to, '"');
}

static mlv_err add_row(struct mlv_buf *to, const struct mlv_frame *frame, size_t row)
{
	mlv_err err = NULL;

	for (size_t c = 0; c < frame->count && !err; c++) {
		const struct mlv_column *column = &frame->columns[c];

		if (c && (err = mlv_buf_add_char(to, '\t')))
			return err;
		if (!column->number)
			err = add_field(to, mlv_words_at(&column->words, column->code[row]));
		else if (!isnan(column->number[row]))
			err = mlv_number_add(to, column->number[row] + 0.0); /* -0 is 0 */
	}
	return err ? err : mlv_buf_add_char(to, '\n');
}

struct line {
	const char *text;
	size_t len;
};

static int by_bytes(const void *a, const void *b)
{
	const struct line *left = a, *right = b;
	size_t least = left->len < right->len ? left->len : right->len;
	int order = memcmp(left->text, right->text, least);

	return order ? order : left->len < right->len ? -1 : left->len > right->len;
}

static mlv_err add_sorted(const struct mlv_frame *frame, struct mlv_buf *to)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(TEXT_MAX);
	MLV_SCOPED(mlv_mem_free) struct line *lines =
		mlv_sys_alloc_array(frame->rows + 1, sizeof(*lines));
	size_t at = 0;
	mlv_err err = lines ? NULL : mlv_error_nomem("a table");

	for (size_t r = 0; r < frame->rows && !err; r++) {
		size_t before = text.len;

		err = add_row(&text, frame, r);
		lines[r].len = text.len - before;
	}
	if (err)
		return err;
	for (size_t r = 0; r < frame->rows; at += lines[r++].len)
		lines[r].text = text.ptr + at;
	qsort(lines, frame->rows, sizeof(*lines), by_bytes);
	if ((err = mlv_buf_reserve(to, text.len)))
		return err;
	for (size_t r = 0; r < frame->rows && !err; r++)
		err = mlv_buf_add(to, lines[r].text, lines[r].len);
	return err;
}

mlv_err mlv_extract_write(const struct mlv_eval_spec *spec, const struct mlv_extract *extract,
			  struct mlv_buf *to)
{
	MLV_SCOPED(mlv_tables_release) struct tables form = { .spec = spec, .extracted = true };
	mlv_err err = mlv_tables_want(&form);

	for (size_t w = 0; w < form.count && !err; w++)
		if (!w || !(err = mlv_buf_add_char(to, '\t')))
			err = add_field(to, form.wants[w].name);
	if (err || (err = mlv_buf_add_char(to, '\n')))
		return err;
	return add_sorted(&extract->frame, to);
}

mlv_err mlv_extract_append(struct mlv_ctx *ctx, const struct mlv_eval_spec *spec,
			   const struct mlv_frame_source *source, struct mlv_extract *extract)
{
	MLV_SCOPED(mlv_tables_release) struct tables form = { .spec = spec, .extracted = true };
	MLV_SCOPED(mlv_frame_release) struct mlv_frame frame = { 0 };
	struct mlv_frame_source table = *source;
	mlv_err err;

	table.separator = '\t';
	if ((err = mlv_tables_want(&form)) ||
	    (err = mlv_frame_read(ctx, &table, form.wants, form.count, &frame)) ||
	    (!extract->part_count &&
	     (err = mlv_frame_init(&extract->frame, form.wants, form.count))) ||
	    (err = mlv_array_grow(&extract->parts, &extract->part_cap, extract->part_count + 1,
				  sizeof(*extract->parts))))
		return err;
	extract->parts[extract->part_count++] =
		(struct mlv_cases_part){ source->name, extract->frame.rows };
	return mlv_frame_append(&extract->frame, &frame);
}

mlv_err mlv_extract_join(struct mlv_extract *from, const char *name, struct mlv_extract *to)
{
	mlv_err err = mlv_array_grow(&to->parts, &to->part_cap, to->part_count + 1, sizeof(*to->parts));

	if (err)
		return err;
	to->parts[to->part_count++] = (struct mlv_cases_part){ name, to->frame.rows };
	if (to->part_count > 1)
		return mlv_frame_append(&to->frame, &from->frame);
	to->frame = from->frame;
	from->frame = (struct mlv_frame){ 0 };
	return NULL;
}
