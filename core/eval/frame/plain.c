/*
 * Rows that are plain, a strip at a time: where its separators are is found
 * first, then its columns are read one after the other. At whatever is not plain
 * the strip is left to the reader of rows, which knows all forms, and what to
 * say of those that are none.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/eval/frame/number.h"
#include "core/eval/frame/parts.h"
#include "core/eval/frame/words.h"

/* Rows whose fields lie between marks. */
struct strip {
	const char *bytes;
	const uint32_t *marks; /* the first is just before the bytes; then one behind each field */
	size_t rows, fields;
	size_t row;            /* of the frame: where the first of them goes */
};

/* Find the whole rows that begin a stretch of bytes; false when they are not plain. */
static bool find_rows(struct strip *strip, mlv_separators_fn find, uint32_t *marks, size_t len,
		      char separator)
{
	struct mlv_separators found;

	marks[0] = UINT32_MAX;
	strip->marks = marks;
	found = find(strip->bytes, len < FRAME_STRIP ? len : FRAME_STRIP, separator, marks + 1);
	strip->rows = found.lines;
	if (!found.lines || found.quotes || found.lines > found.count / strip->fields)
		return false;
	/* As there are no other line feeds, it is enough that each row ends at one. */
	for (size_t r = 1; r <= found.lines; r++)
		if (strip->bytes[marks[r * strip->fields]] != '\n')
			return false;
	return true;
}

/* The text of a field. A carriage return is part of the line's end. */
static inline const char *field_at(const struct strip *strip, size_t row, size_t field, size_t *len)
{
	const uint32_t *mark = strip->marks + row * strip->fields + field;
	const char *text = strip->bytes + (uint32_t)(mark[0] + 1);

	*len = mark[1] - (uint32_t)(mark[0] + 1);
	if (field == strip->fields - 1 && *len && text[*len - 1] == '\r')
		(*len)--;
	return text;
}

static mlv_err read_codes(const struct strip *strip, struct mlv_column *column, size_t field,
			  enum mlv_column_rule rule, bool *plain)
{
	struct mlv_words *words = &column->words;
	uint32_t *code = column->code + strip->row;
	mlv_err err = NULL;

	for (size_t r = 0; r < strip->rows && !err; r++) {
		size_t len;
		const char *text = field_at(strip, r, field, &len);

		if (words->recent && len <= WORDS_SHORT) {
			uint64_t key = mlv_words_key(text, len);
			const struct mlv_word *word = mlv_words_recent(words, key);

			if (mlv_words_is(word, key, len)) {
				code[r] = word->code;
				continue;
			}
		}
		if (!len && rule != MLV_COLUMN_ANY) {
			*plain = false;
			return NULL;
		}
		err = mlv_words_add(words, text, len, &code[r]);
	}
	return err;
}

static bool read_numbers(const struct strip *strip, struct mlv_column *column, size_t field,
			 enum mlv_column_rule rule)
{
	const double most = rule == MLV_COLUMN_SHARE ? 1 : DBL_MAX;
	const double least = rule == MLV_COLUMN_PRESENT ? -DBL_MAX : 0;
	double *number = column->number + strip->row;
	bool broken = false;

	for (size_t r = 0; r < strip->rows; r++) {
		size_t len;
		const char *text = field_at(strip, r, field, &len);

		if (!mlv_number_plain(text, len, &number[r]) && !mlv_number_parse(text, len, &number[r]))
			return false;
		broken |= !(number[r] >= least && number[r] <= most);
	}
	return !broken || rule == MLV_COLUMN_ANY;
}

/* Of a column that the table does not have. */
static mlv_err read_nothing(const struct strip *strip, struct mlv_column *column)
{
	uint32_t code = 0;
	mlv_err err = column->number ? NULL : mlv_words_add(&column->words, "", 0, &code);

	for (size_t r = strip->row; r < strip->row + strip->rows && !err; r++)
		if (column->number)
			column->number[r] = (double)NAN;
		else
			column->code[r] = code;
	return err;
}

static mlv_err read_columns(const struct frame_format *format, const struct strip *strip,
			    struct mlv_frame *frame, bool *plain)
{
	mlv_err err = NULL;

	for (size_t w = 0; w < format->count && *plain && !err; w++) {
		struct mlv_column *column = &frame->columns[w];
		enum mlv_column_rule rule = format->wants[w].rule;

		if (!format->seen[w])
			err = rule == MLV_COLUMN_ANY ? read_nothing(strip, column) : NULL;
		else if (column->number)
			*plain = read_numbers(strip, column, format->place[w], rule);
		else
			err = read_codes(strip, column, format->place[w], rule, plain);
		*plain &= format->seen[w] || rule == MLV_COLUMN_ANY;
	}
	return err;
}

mlv_err mlv_frame_plain_rows(const struct frame_format *format, struct frame_block *block, size_t *used)
{
	struct mlv_frame *frame = &block->out;
	const mlv_separators_fn find = mlv_separators_best();
	bool plain = true;
	mlv_err err;

	*used = 0;
	while (*used < block->len) {
		struct strip strip = {
			.bytes = block->bytes + *used, .fields = format->fields, .row = frame->rows,
		};

		if (!find_rows(&strip, find, block->marks, block->len - *used, format->separator))
			return NULL;
		if ((err = mlv_frame_reserve(frame, frame->rows + strip.rows)) ||
		    (err = read_columns(format, &strip, frame, &plain)))
			return err;
		if (!plain)
			return NULL;
		if ((err = mlv_frame_note_line(frame, frame->rows, block->line)))
			return err;
		frame->rows += strip.rows;
		block->line += strip.rows;
		*used += strip.marks[strip.rows * strip.fields] + 1;
	}
	return NULL;
}
