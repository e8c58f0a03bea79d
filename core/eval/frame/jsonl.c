/* Rows of JSON lines: an object a line, whose keys are the columns. */
#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "core/eval/frame/parts.h"

/* What a value is as the text of a field; not *there for null. place is the file and its line. */
static mlv_err value_text(const char *place, const char *want, const struct mlv_value *value,
			  struct mlv_buf *text, bool *there)
{
	*there = true;
	switch (value->type) {
	case MLV_VALUE_NULL:
		*there = false;
		return NULL;
	case MLV_VALUE_BOOL:
		return mlv_buf_add_str(text, value->boolean ? "true" : "false");
	case MLV_VALUE_INT:
		return mlv_buf_printf(text, "%lld", (long long)value->integer);
	case MLV_VALUE_REAL:
		return mlv_buf_printf(text, "%.17g", value->real);
	case MLV_VALUE_TEXT:
		if (memchr(value->text, '\0', value->text_len))
			return mlv_error(MLV_E_SPEC, "%s: column '%s': a NUL in a text", place, want);
		return mlv_buf_add(text, value->text, value->text_len);
	default:
		return mlv_error(MLV_E_SPEC,
				 "%s: column '%s': a list or an object, where one value is asked for",
				 place, want);
	}
}

static mlv_err put_value(const struct frame_format *format, const char *place,
			 struct mlv_frame *frame, size_t want, const struct mlv_value *value)
{
	const char *name = format->wants[want].name;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	bool there = false;
	mlv_err err = value ? value_text(place, name, value, &text, &there) : NULL;

	if (err)
		return err;
	return mlv_frame_put(format, frame, want, there ? text.ptr : NULL, text.len);
}

static mlv_err put_line(const struct frame_format *format, struct mlv_frame *frame,
			const char *text, size_t len, size_t line)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *row = NULL;
	char name[600];
	mlv_err err;

	snprintf(name, sizeof(name), "%s:%zu", format->name, line);
	if ((err = mlv_json_parse(name, text, len, &row)))
		return err;
	if (row->type != MLV_VALUE_MAP)
		return mlv_error(MLV_E_SPEC, "%s: not an object", name);
	if ((err = mlv_frame_add_row(frame, line)))
		return err;
	for (size_t w = 0; w < format->count && !err; w++) {
		const struct mlv_value *value = mlv_value_get(row, format->wants[w].name);

		if (value)
			__atomic_store_n(&format->seen[w], true, __ATOMIC_RELAXED);
		err = put_value(format, name, frame, w, value);
	}
	return err;
}

mlv_err mlv_frame_jsonl_block(const struct frame_format *format, struct frame_block *block)
{
	const char *at = block->bytes, *end = at + block->len;
	size_t line = block->line;
	mlv_err err = NULL;

	for (; !err && at < end; line++) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((stop ? stop : end) - at);

		if (strspn(at, " \t\r") < len)
			err = put_line(format, &block->out, at, len, line);
		at += len + 1;
	}
	return err;
}

mlv_err mlv_frame_jsonl_names(const struct frame_format *format, const char *bytes, size_t len,
			      struct mlv_strs *names)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *row = NULL;
	mlv_err err = mlv_json_parse(format->name, bytes, len, &row);

	if (!err && row->type != MLV_VALUE_MAP)
		return mlv_error(MLV_E_SPEC, "%s:1: not an object", format->name);
	for (size_t i = 0; !err && i < row->count; i++)
		err = mlv_strs_add(names, row->keys[i]);
	return err;
}
