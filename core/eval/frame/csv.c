/* Rows of CSV (RFC 4180) and of its form with tabs. */
#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/eval/frame/parts.h"
#include "core/eval/frame/scan.h"

#define COLUMNS_MAX ((size_t)1 << 20) /* of a header */

/* Where a block is being read, and the row that was read last. */
struct reader {
	const struct frame_format *format;
	const char *at, *end;
	const char *block; /* that was scanned last; NULL: none */
	uint64_t marks;    /* its separators, line feeds and quotes that were not passed yet */
	size_t line;
	struct field {
		const char *text;
		size_t len;
		bool doubled; /* it holds "" for " */
	} *fields;
	size_t count, cap; /* a row may have more fields than are kept: see keeps() */
	size_t row_line;
	struct mlv_buf plain; /* a field whose quotes are no longer doubled */
};

static void reader_release(struct reader *reader)
{
	free(reader->fields);
	mlv_buf_release(&reader->plain);
}

static mlv_err malformed(const struct reader *reader, const char *what)
{
	return mlv_error(MLV_E_SPEC, "%s:%zu: %s", reader->format->name, reader->line, what);
}

static uint64_t scan(const struct reader *reader, const char *from)
{
	size_t left = (size_t)(reader->end - from);
	char tail[SCAN_BLOCK] = { 0 };

	if (left >= SCAN_BLOCK)
		return scan_block(from, reader->format->separator, '\n', '"');
	memcpy(tail, from, left);
	return scan_block(tail, reader->format->separator, '\n', '"');
}

/* Pass the next separator, line feed or quote; the end when there is none. */
static const char *next_mark(struct reader *reader)
{
	const char *mark;

	while (!reader->marks) {
		reader->block = reader->block ? reader->block + SCAN_BLOCK : reader->at;
		if (reader->block >= reader->end) {
			reader->block = reader->end;
			return reader->end;
		}
		reader->marks = scan(reader, reader->block);
	}
	mark = reader->block + __builtin_ctzll(reader->marks);
	reader->marks &= reader->marks - 1;
	return mark;
}

/* From behind the opening quote to behind the closing one. */
static mlv_err read_quoted(struct reader *reader, struct field *field)
{
	const char *begin = reader->at, *mark;

	for (;;) {
		mark = next_mark(reader);
		if (mark == reader->end)
			return malformed(reader, "the file ends inside a quoted field");
		if (*mark == '\n')
			reader->line++;
		if (*mark != '"')
			continue;
		if (mark + 1 == reader->end || mark[1] != '"')
			break;
		field->doubled = true;
		next_mark(reader);
	}
	field->text = begin;
	field->len = (size_t)(mark - begin);
	reader->at = mark + 1;
	/* A carriage return is part of the line's end. */
	if (reader->at < reader->end && *reader->at == '\r' &&
	    (reader->at + 1 == reader->end || reader->at[1] == '\n'))
		reader->at++;
	if (next_mark(reader) != reader->at)
		return malformed(reader, "text behind a closing quote");
	return NULL;
}

static mlv_err read_plain(struct reader *reader, struct field *field)
{
	const char *mark = next_mark(reader);

	if (mark < reader->end && *mark == '"')
		return mlv_error_hint(malformed(reader, "a quote inside a field that is not quoted"),
				      "put such a field in quotes, and its quotes twice");
	field->text = reader->at;
	field->len = (size_t)(mark - reader->at);
	if (field->len && mark[-1] == '\r' && (mark == reader->end || *mark == '\n'))
		field->len--;
	reader->at = mark;
	return NULL;
}

/* Of a row that has too many fields, which is refused, only their number is wanted. */
static bool keeps(const struct reader *reader)
{
	size_t header = reader->format->fields;

	return reader->count < (header ? header : COLUMNS_MAX);
}

static mlv_err read_row(struct reader *reader)
{
	struct field surplus;
	bool more = true;
	mlv_err err;

	reader->count = 0;
	reader->row_line = reader->line;
	while (more) {
		struct field *field = &surplus;

		if (keeps(reader)) {
			if (reader->count == reader->cap &&
			    (err = mlv_array_grow(&reader->fields, &reader->cap, reader->count + 1,
					    sizeof(*reader->fields))))
				return err;
			field = &reader->fields[reader->count];
		}
		reader->count++;
		*field = (struct field){ 0 };
		if (reader->at < reader->end && *reader->at == '"') {
			next_mark(reader);
			reader->at++;
			err = read_quoted(reader, field);
		} else {
			err = read_plain(reader, field);
		}
		if (err)
			return err;
		more = reader->at < reader->end && *reader->at == reader->format->separator;
		reader->at += more;
	}
	if (reader->at < reader->end) { /* at the line's end */
		reader->at++;
		reader->line++;
	}
	return NULL;
}

static mlv_err plain_text(struct reader *reader, const struct field *field, const char **text,
			  size_t *len)
{
	*text = field->text;
	*len = field->len;
	if (!field->doubled)
		return NULL;
	mlv_buf_clear(&reader->plain);
	for (size_t i = 0; i < field->len; i++) {
		mlv_err err = mlv_buf_add_char(&reader->plain, field->text[i]);

		if (err)
			return err;
		i += field->text[i] == '"';
	}
	*text = reader->plain.ptr;
	*len = reader->plain.len;
	return NULL;
}

/* Which field has the name of a want; it must be one alone. */
static mlv_err find_want(struct reader *reader, const char *want, size_t *place, bool *seen)
{
	const char *text;
	size_t found = 0, len = 0;

	for (size_t f = 0; f < reader->count; f++) {
		mlv_err err = plain_text(reader, &reader->fields[f], &text, &len);

		if (err)
			return err;
		if (len != strlen(want) || memcmp(text, want, len) != 0)
			continue;
		*place = f;
		found++;
	}
	if (found > 1)
		return mlv_error(MLV_E_SPEC, "%s:%zu: two columns are named '%s'",
				 reader->format->name, reader->row_line, want);
	*seen = found == 1;
	return NULL;
}

static mlv_err read_header(struct reader *reader)
{
	mlv_err err = read_row(reader);

	if (!err && reader->count > COLUMNS_MAX)
		err = mlv_error(MLV_E_SPEC, "%s:%zu: %zu columns, which is more than %zu",
				reader->format->name, reader->row_line, reader->count, COLUMNS_MAX);
	return err;
}

mlv_err mlv_frame_csv_header(struct frame_format *format, const char *bytes, size_t len, size_t line)
{
	MLV_SCOPED(reader_release) struct reader reader = {
		.format = format, .at = bytes, .end = bytes + len, .line = line,
		.plain = MLV_BUF_INIT,
	};
	mlv_err err = read_header(&reader);

	format->fields = reader.count;
	for (size_t w = 0; w < format->count && !err; w++)
		err = find_want(&reader, format->wants[w].name, &format->place[w],
				&format->seen[w]);
	return err;
}

mlv_err mlv_frame_csv_names(const struct frame_format *format, const char *bytes, size_t len,
			    struct mlv_strs *names)
{
	MLV_SCOPED(reader_release) struct reader reader = {
		.format = format, .at = bytes, .end = bytes + len, .line = 1, .plain = MLV_BUF_INIT,
	};
	const char *text;
	size_t text_len = 0;
	mlv_err err = read_header(&reader);

	for (size_t f = 0; f < reader.count && !err; f++)
		if (!(err = plain_text(&reader, &reader.fields[f], &text, &text_len)))
			err = mlv_strs_add_len(names, text, text_len);
	return err;
}

static bool is_blank(const struct reader *reader)
{
	return reader->format->fields > 1 && reader->count == 1 && reader->fields[0].len == 0;
}

static mlv_err put_row(struct reader *reader, struct mlv_frame *frame)
{
	const struct frame_format *format = reader->format;
	const char *text;
	size_t len;
	mlv_err err;

	if (reader->count != format->fields)
		return mlv_error(MLV_E_SPEC, "%s:%zu: %zu fields where the header has %zu",
				 format->name, reader->row_line, reader->count, format->fields);
	if ((err = mlv_frame_add_row(frame, reader->row_line)))
		return err;
	for (size_t w = 0; w < format->count && !err; w++) {
		if (!format->seen[w])
			err = mlv_frame_put(format, frame, w, NULL, 0);
		else if (!(err = plain_text(reader, &reader->fields[format->place[w]], &text, &len)))
			err = mlv_frame_put(format, frame, w, text, len);
	}
	return err;
}

mlv_err mlv_frame_csv_block(const struct frame_format *format, struct frame_block *block)
{
	size_t used = 0;
	mlv_err err = mlv_frame_plain_rows(format, block, &used);
	MLV_SCOPED(reader_release) struct reader reader = {
		.format = format, .at = block->bytes + used, .end = block->bytes + block->len,
		.line = block->line, .plain = MLV_BUF_INIT,
	};

	while (!err && reader.at < reader.end)
		if (!(err = read_row(&reader)) && !is_blank(&reader))
			err = put_row(&reader, &block->out);
	return err;
}
