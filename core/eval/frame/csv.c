/* Rows of CSV (RFC 4180) and of its form with tabs. */
#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/eval/frame/parts.h"

#define COLUMNS_MAX ((size_t)1 << 20) /* of a header */

/* Where a block is being read, and the row that was read last. */
struct reader {
	const struct frame_format *format;
	const char *at, *end;
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

/* From behind the opening quote to behind the closing one. */
static mlv_err read_quoted(struct reader *reader, struct field *field)
{
	const char *begin = reader->at;

	for (;; reader->at++) {
		if (reader->at == reader->end)
			return malformed(reader, "the file ends inside a quoted field");
		if (*reader->at == '\n')
			reader->line++;
		if (*reader->at != '"')
			continue;
		if (reader->at + 1 == reader->end || reader->at[1] != '"')
			break;
		field->doubled = true;
		reader->at++;
	}
	field->text = begin;
	field->len = (size_t)(reader->at++ - begin);
	/* A carriage return is part of the line's end. */
	if (reader->at < reader->end && *reader->at == '\r' &&
	    (reader->at + 1 == reader->end || reader->at[1] == '\n'))
		reader->at++;
	if (reader->at < reader->end && *reader->at != '\n' &&
	    *reader->at != reader->format->separator)
		return malformed(reader, "text behind a closing quote");
	return NULL;
}

static mlv_err read_plain(struct reader *reader, struct field *field)
{
	char separator = reader->format->separator;

	field->text = reader->at;
	while (reader->at < reader->end && *reader->at != separator && *reader->at != '\n') {
		if (*reader->at == '"')
			return mlv_error_hint(malformed(reader, "a quote inside a field that is not quoted"),
					      "put such a field in quotes, and its quotes twice");
		reader->at++;
	}
	field->len = (size_t)(reader->at - field->text);
	if (field->len && reader->at[-1] == '\r' &&
	    (reader->at == reader->end || *reader->at == '\n'))
		field->len--;
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
			if ((err = mlv_array_grow(&reader->fields, &reader->cap, reader->count + 1,
						  sizeof(*reader->fields))))
				return err;
			field = &reader->fields[reader->count];
		}
		reader->count++;
		*field = (struct field){ 0 };
		if (reader->at < reader->end && *reader->at == '"') {
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
	MLV_SCOPED(reader_release) struct reader reader = {
		.format = format, .at = block->bytes, .end = block->bytes + block->len,
		.line = block->line, .plain = MLV_BUF_INIT,
	};
	mlv_err err = NULL;

	while (!err && reader.at < reader.end)
		if (!(err = read_row(&reader)) && !is_blank(&reader))
			err = put_row(&reader, &block->out);
	return err;
}
