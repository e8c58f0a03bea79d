/* The rows of a frame: added one by one, and block after block. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/eval/frame/parts.h"

void mlv_frame_release(struct mlv_frame *frame)
{
	for (size_t c = 0; c < frame->count; c++) {
		free(frame->columns[c].number);
		free(frame->columns[c].code);
		mlv_words_release(&frame->columns[c].words);
	}
	free(frame->columns);
	free(frame->lines);
	*frame = (struct mlv_frame){ 0 };
}

static mlv_err grow_array(void *array, size_t rows, size_t size)
{
	void *old, *grown;

	memcpy(&old, array, sizeof(old));
	if (!(grown = mlv_sys_realloc(old, rows * size)))
		return mlv_error_nomem("a table");
	memcpy(array, &grown, sizeof(grown));
	return NULL;
}

mlv_err mlv_frame_reserve(struct mlv_frame *frame, size_t rows)
{
	size_t cap = frame->cap + frame->cap / 2;
	mlv_err err;

	if (rows <= frame->cap)
		return NULL;
	if (rows > MLV_FRAME_ROWS)
		return mlv_error(MLV_E_SPEC, "a table of more than %zu rows", MLV_FRAME_ROWS);
	cap = cap < rows ? rows : cap;
	cap = cap < 256 ? 256 : cap;
	for (size_t c = 0; c < frame->count; c++) {
		struct mlv_column *column = &frame->columns[c];

		err = column->number ? grow_array(&column->number, cap, sizeof(*column->number))
				     : grow_array(&column->code, cap, sizeof(*column->code));
		if (err)
			return err;
	}
	frame->cap = cap;
	return NULL;
}

mlv_err mlv_frame_init(struct mlv_frame *frame, const struct mlv_want *wants, size_t count)
{
	*frame = (struct mlv_frame){ 0 };
	if (!(frame->columns = mlv_sys_alloc_array(count ? count : 1, sizeof(*frame->columns))))
		return mlv_error_nomem("a table");
	frame->count = count;
	for (size_t c = 0; c < count; c++) {
		struct mlv_column *column = &frame->columns[c];

		column->words = (struct mlv_words){ .bytes = MLV_BUF_INIT };
		if (wants[c].number)
			column->number = mlv_sys_alloc(sizeof(*column->number));
		else
			column->code = mlv_sys_alloc(sizeof(*column->code));
		if (!column->number && !column->code)
			return mlv_error_nomem("a table");
	}
	return NULL;
}

uint32_t mlv_frame_line(const struct mlv_frame *frame, size_t row)
{
	size_t low = 0, high = frame->line_count;
	uint64_t line;

	/* The last entry that is not behind the row. */
	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (frame->lines[middle].row <= row)
			low = middle;
		else
			high = middle;
	}
	line = frame->lines[low].line + (uint64_t)(row - frame->lines[low].row);
	return line < UINT32_MAX ? (uint32_t)line : UINT32_MAX;
}

mlv_err mlv_frame_note_line(struct mlv_frame *frame, size_t row, size_t line)
{
	mlv_err err;

	line = line < UINT32_MAX ? line : UINT32_MAX;
	if (frame->line_count && mlv_frame_line(frame, row) == line)
		return NULL;
	if ((err = mlv_array_grow(&frame->lines, &frame->line_cap, frame->line_count + 1,
				  sizeof(*frame->lines))))
		return err;
	frame->lines[frame->line_count++] = (struct mlv_frame_line){ (uint32_t)row, (uint32_t)line };
	return NULL;
}

mlv_err mlv_frame_add_row(struct mlv_frame *frame, size_t line)
{
	mlv_err err;

	if ((err = mlv_frame_reserve(frame, frame->rows + 1)) ||
	    (err = mlv_frame_note_line(frame, frame->rows, line)))
		return err;
	frame->rows++;
	return NULL;
}

static mlv_err bad_value(const struct frame_format *format, const struct mlv_frame *frame,
			 size_t want, const char *text, size_t len, const char *why)
{
	return mlv_error(MLV_E_SPEC, "%s:%u: column '%s': '%.*s' %s", format->name,
			 mlv_frame_line(frame, frame->rows - 1), format->wants[want].name,
			 len < 80 ? (int)len : 80, text, why);
}

/* Why a number breaks a rule; NULL when it does not. */
static const char *broken_rule(enum mlv_column_rule rule, double number)
{
	if (rule == MLV_COLUMN_ANY)
		return NULL;
	if (!isfinite(number))
		return isnan(number) ? "is missing" : "is not finite";
	if (rule == MLV_COLUMN_SHARE && (number < 0 || number > 1))
		return "is no probability: it is not within [0,1]";
	if (rule == MLV_COLUMN_POSITIVE && number < 0)
		return "is below 0";
	return NULL;
}

mlv_err mlv_frame_put(const struct frame_format *format, struct mlv_frame *frame, size_t want,
		      const char *text, size_t len)
{
	struct mlv_column *column = &frame->columns[want];
	enum mlv_column_rule rule = format->wants[want].rule;
	const char *why, *shown = text ? text : "";
	double number = (double)NAN;

	if (!column->number) {
		if (rule != MLV_COLUMN_ANY && !len)
			return bad_value(format, frame, want, shown, len, "is missing");
		return mlv_words_add(&column->words, shown, len, &column->code[frame->rows - 1]);
	}
	if (text && !mlv_number_parse(text, len, &number))
		return bad_value(format, frame, want, shown, len, "is not a number");
	if ((why = broken_rule(rule, number)))
		return bad_value(format, frame, want, shown, len, why);
	column->number[frame->rows - 1] = number;
	return NULL;
}

void mlv_frame_clear(struct mlv_frame *frame)
{
	frame->rows = frame->line_count = 0;
}

/* ---- appending */

static mlv_err merge_words(struct mlv_words *to, const struct mlv_words *from, struct frame_codes *codes)
{
	mlv_err err = mlv_array_grow(&codes->of, &codes->cap, from->count, sizeof(*codes->of));

	if (err || (err = mlv_words_add_all(to, from, (uint32_t)codes->count, codes->of)))
		return err;
	codes->count = from->count;
	return NULL;
}

mlv_err mlv_frame_merge(struct mlv_frame *to, const struct mlv_frame *from, struct frame_codes *codes)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < from->line_count && !err; i++)
		err = mlv_frame_note_line(to, to->rows + from->lines[i].row, from->lines[i].line);
	for (size_t c = 0; c < to->count && !err; c++)
		if (!to->columns[c].number)
			err = merge_words(&to->columns[c].words, &from->columns[c].words, &codes[c]);
	return err;
}

static void place_codes(uint32_t *to, const struct mlv_column *part, size_t rows, const uint32_t *of)
{
	for (size_t r = 0; r < rows; r++)
		to[r] = of[part->code[r]];
}

void mlv_frame_place(struct mlv_frame *to, size_t row, const struct mlv_frame *from,
		     const struct frame_codes *codes)
{
	for (size_t c = 0; c < to->count && from->rows; c++) {
		const struct mlv_column *part = &from->columns[c];

		if (part->number)
			memcpy(to->columns[c].number + row, part->number,
			       from->rows * sizeof(*part->number));
		else
			place_codes(to->columns[c].code + row, part, from->rows, codes[c].of);
	}
}

struct frame_codes *mlv_frame_codes_new(size_t count)
{
	return mlv_sys_alloc_array(count + 1, sizeof(struct frame_codes));
}

void mlv_frame_codes_free(struct frame_codes *codes, size_t count)
{
	for (size_t c = 0; codes && c < count; c++)
		free(codes[c].of);
	free(codes);
}

mlv_err mlv_frame_append(struct mlv_frame *to, const struct mlv_frame *from)
{
	struct frame_codes *codes = mlv_frame_codes_new(to->count);
	mlv_err err = codes ? mlv_frame_reserve(to, to->rows + from->rows) : mlv_error_nomem("a table");

	if (!err && !(err = mlv_frame_merge(to, from, codes))) {
		mlv_frame_place(to, to->rows, from, codes);
		to->rows += from->rows;
	}
	mlv_frame_codes_free(codes, to->count);
	return err;
}
