/*
 * Jansson knows neither NaN nor the infinities nor integers past 64 bits. A
 * scan before it puts a null of the same length in place of each (one byte
 * longer for NaN) and notes which of the text's nulls that was, and which
 * number it stands for. The scan also measures the nesting. Everything else,
 * whether this is JSON at all, is left to Jansson.
 */
#include "core/base/json.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/real.h"
#include "core/base/strs.h"
#include "core/base/sys.h"

/* A number that was replaced by a null. */
struct special {
	size_t ordinal; /* which null of the text, from 0 */
	size_t end;     /* offset in the new text after what was put there */
	size_t grown;   /* bytes by which the new text is longer up to here */
	double number;
};

struct scan {
	const char *name;
	const char *text;
	size_t len;
	size_t line; /* of the first byte, from 1 */
	size_t at;
	size_t depth;
	size_t nulls;
	struct mlv_buf out;
	struct special *specials;
	size_t count, cap;
};

static void scan_release(struct scan *scan)
{
	mlv_buf_release(&scan->out);
	free(scan->specials);
}

/* What stands at offset, as "name:line:column: what". */
static mlv_err error_at(const struct scan *scan, size_t offset, const char *what)
{
	size_t line = scan->line, column = 1;

	for (size_t i = 0; i < offset && i < scan->len; i++) {
		column++;
		if (scan->text[i] == '\n') {
			line++;
			column = 1;
		}
	}
	return mlv_error(MLV_E_SPEC, "%s:%zu:%zu: %s", scan->name, line, column, what);
}

static mlv_err copy(struct scan *scan, size_t len)
{
	mlv_err err = mlv_buf_add(&scan->out, scan->text + scan->at, len);

	scan->at += len;
	return err;
}

static mlv_err replace(struct scan *scan, size_t len, double number)
{
	struct special *special;
	mlv_err err;

	if ((err = mlv_array_grow(&scan->specials, &scan->cap, scan->count + 1,
				  sizeof(*scan->specials))) ||
	    (err = mlv_buf_printf(&scan->out, "%-*s", (int)len, "null")))
		return err;
	scan->at += len;
	special = &scan->specials[scan->count++];
	*special = (struct special){ scan->nulls++, scan->out.len, scan->out.len - scan->at,
				     number };
	return NULL;
}

static size_t string_length(const struct scan *scan)
{
	size_t end = scan->at + 1;

	while (end < scan->len && scan->text[end] != '"')
		end += scan->text[end] == '\\' ? 2 : 1;
	end = end < scan->len ? end + 1 : scan->len;
	return end - scan->at;
}

/* How long the run of letters, digits, signs and points is that begins here; 0: none. */
static size_t word_length(const struct scan *scan)
{
	size_t end = scan->at;

	while (end < scan->len &&
	       (isalnum((unsigned char)scan->text[end]) || strchr("+-.", scan->text[end])) &&
	       scan->text[end])
		end++;
	return end - scan->at;
}

static bool word_is(const char *word, size_t len, const char *what)
{
	return len == strlen(what) && memcmp(word, what, len) == 0;
}

/* An integer as JSON writes it that 64 bits do not hold: *number is what it comes to. */
static bool is_huge_integer(const char *word, size_t len, double *number)
{
	char digits[512];
	size_t sign = len && word[0] == '-';

	if (len < sign + 19 || len >= sizeof(digits) || word[sign] == '0')
		return false;
	for (size_t i = sign; i < len; i++)
		if (!isdigit((unsigned char)word[i]))
			return false;
	memcpy(digits, word, len);
	digits[len] = '\0';
	errno = 0;
	strtoll(digits, NULL, 10);
	if (errno != ERANGE)
		return false;
	*number = strtod(digits, NULL);
	return true;
}

static mlv_err scan_word(struct scan *scan, size_t len)
{
	const char *word = scan->text + scan->at;
	double number;

	if (word_is(word, len, "NaN"))
		return replace(scan, len, NAN);
	if (word_is(word, len, "Infinity"))
		return replace(scan, len, INFINITY);
	if (word_is(word, len, "-Infinity"))
		return replace(scan, len, -INFINITY);
	if (is_huge_integer(word, len, &number))
		return replace(scan, len, number);
	scan->nulls += word_is(word, len, "null");
	return copy(scan, len);
}

static mlv_err scan_step(struct scan *scan)
{
	char c = scan->text[scan->at];
	size_t len;

	if (c == '"')
		return copy(scan, string_length(scan));
	if ((len = word_length(scan)))
		return scan_word(scan, len);
	if (c == '[' || c == '{') {
		if (++scan->depth > MLV_VALUE_DEPTH)
			return error_at(scan, scan->at, "nested more than 64 levels deep");
	} else if ((c == ']' || c == '}') && scan->depth) {
		scan->depth--;
	}
	return copy(scan, 1);
}

/* What becomes of a parsed text. next_null counts the nulls met so far. */
struct conversion {
	const struct scan *scan;
	size_t next_null;
	size_t next_special;
};

static mlv_err convert(struct conversion *conv, json_t *from, struct mlv_value **out);

static mlv_err convert_null(struct conversion *conv, struct mlv_value *value)
{
	size_t ordinal = conv->next_null++;
	const struct special *special;

	if (conv->next_special >= conv->scan->count)
		return NULL;
	special = &conv->scan->specials[conv->next_special];
	if (special->ordinal != ordinal)
		return NULL;
	conv->next_special++;
	value->type = MLV_VALUE_REAL;
	value->real = special->number;
	return NULL;
}

static mlv_err convert_list(struct conversion *conv, json_t *from, struct mlv_value *list)
{
	mlv_err err;

	for (size_t i = 0; i < json_array_size(from); i++) {
		MLV_SCOPED(mlv_value_freep) struct mlv_value *item = NULL;

		if ((err = convert(conv, json_array_get(from, i), &item)) ||
		    (err = mlv_value_append(list, NULL, &item)))
			return err;
	}
	return NULL;
}

static mlv_err convert_map(struct conversion *conv, json_t *from, struct mlv_value *map)
{
	mlv_err err;

	/* Jansson iterates in the order of the text: the nulls are met as they were scanned. */
	for (void *at = json_object_iter(from); at; at = json_object_iter_next(from, at)) {
		MLV_SCOPED(mlv_value_freep) struct mlv_value *item = NULL;

		if ((err = convert(conv, json_object_iter_value(at), &item)) ||
		    (err = mlv_value_append(map, json_object_iter_key(at), &item)))
			return err;
	}
	return NULL;
}

static enum mlv_value_type type_of(const json_t *from)
{
	switch (json_typeof(from)) {
	case JSON_OBJECT:
		return MLV_VALUE_MAP;
	case JSON_ARRAY:
		return MLV_VALUE_LIST;
	case JSON_STRING:
		return MLV_VALUE_TEXT;
	case JSON_INTEGER:
		return MLV_VALUE_INT;
	case JSON_REAL:
		return MLV_VALUE_REAL;
	case JSON_TRUE:
	case JSON_FALSE:
		return MLV_VALUE_BOOL;
	default:
		return MLV_VALUE_NULL;
	}
}

static mlv_err convert_into(struct conversion *conv, json_t *from, struct mlv_value *value)
{
	switch (value->type) {
	case MLV_VALUE_MAP:
		return convert_map(conv, from, value);
	case MLV_VALUE_LIST:
		return convert_list(conv, from, value);
	case MLV_VALUE_TEXT:
		return mlv_value_set_text(value, json_string_value(from),
					  json_string_length(from));
	case MLV_VALUE_NULL:
		return convert_null(conv, value);
	default:
		value->boolean = json_is_true(from);
		value->integer = json_integer_value(from);
		value->real = json_number_value(from);
		return NULL;
	}
}

static mlv_err convert(struct conversion *conv, json_t *from, struct mlv_value **out)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL;
	mlv_err err;

	if ((err = mlv_value_new(&value, type_of(from), 0)) ||
	    (err = convert_into(conv, from, value)))
		return err;
	*out = MLV_TAKE(value);
	return NULL;
}

static mlv_err error_of(const struct scan *scan, const json_error_t *error)
{
	size_t offset = error->position > 0 ? (size_t)error->position : 0;
	size_t grown = 0;

	if (json_error_code(error) == json_error_out_of_memory)
		return mlv_error_nomem(scan->name);
	for (size_t i = 0; i < scan->count && scan->specials[i].end <= offset; i++)
		grown = scan->specials[i].grown;
	/* Jansson's position is that after the byte it stopped at. */
	offset -= grown + (offset > grown);
	return error_at(scan, offset, error->text);
}

static void unref(json_t **json)
{
	json_decref(*json);
}

mlv_err mlv_json_parse(const char *name, const char *text, size_t len, struct mlv_value **value)
{
	return mlv_json_parse_line(name, 1, text, len, value);
}

mlv_err mlv_json_parse_line(const char *name, size_t line, const char *text, size_t len,
			    struct mlv_value **value)
{
	MLV_SCOPED(scan_release) struct scan scan = {
		.name = name, .text = text, .len = len, .line = line, .out = MLV_BUF_INIT,
	};
	struct conversion conv = { .scan = &scan };
	json_error_t error;
	mlv_err err;

	while (scan.at < len)
		if ((err = scan_step(&scan)))
			return err;
	MLV_SCOPED(unref) json_t *json =
		json_loadb(scan.out.ptr, scan.out.len,
			   JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
	if (!json)
		return error_of(&scan, &error);
	return convert(&conv, json, value);
}

static mlv_err add_ascii(struct mlv_buf *to, char c)
{
	static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *found = c ? strchr(plain, c) : NULL;

	if (found)
		return mlv_buf_printf(to, "\\%c", letters[found - plain]);
	if ((unsigned char)c < 0x20 || c == 0x7f)
		return mlv_buf_printf(to, "\\u%04x", (unsigned)(unsigned char)c);
	return mlv_buf_add_char(to, c);
}

mlv_err mlv_json_add_string(struct mlv_buf *to, const char *text, size_t len)
{
	mlv_err err = mlv_buf_add_char(to, '"');

	for (size_t i = 0; !err && i < len;) {
		size_t step = mlv_text_char((const unsigned char *)text + i, len - i);

		if (step == 0)
			err = mlv_buf_add_str(to, "\xef\xbf\xbd");
		else if (step == 1)
			err = add_ascii(to, text[i]);
		else
			err = mlv_buf_add(to, text + i, step);
		i += step ? step : 1;
	}
	return err ? err : mlv_buf_add_char(to, '"');
}

mlv_err mlv_json_add_real(struct mlv_buf *to, double number)
{
	char digits[MLV_REAL_TEXT];

	if (!isfinite(number))
		return mlv_buf_add_str(to, "null");
	mlv_real_write(number, 15, digits);
	/* As a real, so that whoever reads it back does not find an integer. */
	return mlv_buf_printf(to, "%s%s", digits, strpbrk(digits, ".e") ? "" : ".0");
}
