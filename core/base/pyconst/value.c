/* Constants of Python: texts, numbers, words, and what holds them. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/pyconst/parts.h"
#include "core/base/sys.h"

mlv_err mlv_py_fail(const struct py *py, const char *what)
{
	return mlv_scan_error(&py->cursor, what);
}

char mlv_py_peek(const struct py *py)
{
	return mlv_scan_peek(&py->cursor, 0);
}

bool mlv_py_at_end(const struct py *py)
{
	return py->cursor.at >= py->cursor.end;
}

unsigned mlv_py_line(struct py *py)
{
	for (; py->counted < py->cursor.at; py->counted++)
		py->line += *py->counted == '\n';
	return py->line;
}

bool mlv_py_is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (c & 0x80);
}

void mlv_py_skip_space(struct py *py)
{
	while (!mlv_py_at_end(py)) {
		char c = mlv_py_peek(py);

		if (c == '#')
			while (!mlv_py_at_end(py) && mlv_py_peek(py) != '\n')
				py->cursor.at++;
		else if (c == ' ' || c == '\t' || c == '\f' || c == '\r' || (py->open && c == '\n'))
			py->cursor.at++;
		else if (!mlv_scan_take(&py->cursor, "\\\n") &&
			 !mlv_scan_take(&py->cursor, "\\\r\n"))
			return;
	}
}

bool mlv_py_take(struct py *py, const char *text)
{
	mlv_py_skip_space(py);
	return mlv_scan_take(&py->cursor, text);
}

bool mlv_py_take_word(struct py *py, const char *word)
{
	mlv_py_skip_space(py);
	if (mlv_py_is_name(mlv_scan_peek(&py->cursor, strlen(word))))
		return false;
	return mlv_scan_take(&py->cursor, word);
}

/* ---- texts */

static mlv_err add_escape(struct py *py, struct mlv_buf *to)
{
	static const char letters[] = "abfnrtv\\'\"", bytes[] = "\a\b\f\n\r\t\v\\'\"";
	char c = mlv_py_peek(py);
	const char *simple = c ? strchr(letters, c) : NULL;
	unsigned digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
	uint32_t point;
	bool ok;
	mlv_err err;

	py->cursor.at++;
	if (simple)
		return mlv_buf_add_char(to, bytes[simple - letters]);
	if (c == '\n')
		return NULL;
	if (!digits && c != 'N' && !isdigit((unsigned char)c)) /* it stands for itself */
		return (err = mlv_buf_add_char(to, '\\')) ? err : mlv_buf_add_char(to, c);
	if (!digits || !mlv_literal_hex(&py->cursor, digits, &point))
		return mlv_py_fail(py, "an escape that is not supported");
	err = mlv_literal_add_char(to, point, &ok);
	return err || ok ? err : mlv_py_fail(py, "an escape that is no character");
}

const char *mlv_py_take_quotes(struct py *py)
{
	static const char *const quotes[] = { "\"\"\"", "'''", "\"", "'" };

	for (size_t i = 0; i < MLV_COUNT(quotes); i++)
		if (mlv_scan_take(&py->cursor, quotes[i]))
			return quotes[i];
	return NULL;
}

mlv_err mlv_py_read_quoted(struct py *py, const char *quotes, bool raw, struct mlv_buf *to)
{
	mlv_err err = NULL;

	while (!err && !mlv_scan_take(&py->cursor, quotes)) {
		char c = mlv_py_peek(py);

		if (mlv_py_at_end(py) || (!quotes[1] && c == '\n'))
			return mlv_py_fail(py, "a text without its closing quote");
		py->cursor.at++;
		if (c != '\\' || mlv_py_at_end(py))
			err = mlv_buf_add_char(to, c);
		else if (!raw)
			err = add_escape(py, to);
		else if (!(err = mlv_buf_add_char(to, c)))
			err = mlv_buf_add_char(to, *py->cursor.at++);
	}
	return err;
}

/* One text with its prefix; *found false when there is none. */
static mlv_err read_piece(struct py *py, struct mlv_buf *to, bool *found)
{
	size_t prefix = 0;
	bool raw = false;

	mlv_py_skip_space(py);
	while (prefix < 2 && strchr("rRuUbBfF", mlv_scan_peek(&py->cursor, prefix)) &&
	       mlv_scan_peek(&py->cursor, prefix))
		raw |= (mlv_scan_peek(&py->cursor, prefix++) | 0x20) == 'r';
	*found = mlv_scan_peek(&py->cursor, prefix) == '"' ||
		 mlv_scan_peek(&py->cursor, prefix) == '\'';
	if (!*found)
		return NULL;
	for (size_t i = 0; i < prefix; i++)
		if (strchr("fFbB", py->cursor.at[i]))
			return mlv_py_fail(py, "texts with f or b before them are not supported");
	py->cursor.at += prefix;
	return mlv_py_read_quoted(py, mlv_py_take_quotes(py), raw, to);
}

/* Texts that stand side by side are one. */
static mlv_err read_text(struct py *py, struct mlv_value *value, bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	bool more = true;
	mlv_err err = read_piece(py, &text, found);

	while (!err && *found && more)
		err = read_piece(py, &text, &more);
	if (err || !*found)
		return err;
	value->type = MLV_VALUE_TEXT;
	return mlv_value_set_text(value, text.ptr, text.len);
}

/* ---- values */

static mlv_err add_pair(struct py *py, struct mlv_value *map, const struct mlv_value *key,
			unsigned depth)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	mlv_err err;

	if (key->type == MLV_VALUE_INT)
		err = mlv_buf_printf(&name, "%lld", (long long)key->integer);
	else if (key->type == MLV_VALUE_TEXT && strlen(key->text) == key->text_len)
		err = mlv_buf_add_str(&name, key->text);
	else
		return mlv_py_fail(py, "a key must be a text or an integer");
	if (err || (err = mlv_py_read_value(py, depth, &value)))
		return err;
	return mlv_value_append(map, name.ptr, &value);
}

/* A list, tuple, set or dict up to its closing bracket. */
static mlv_err read_items(struct py *py, const char *close, unsigned depth, struct mlv_value *to,
			  bool *comma)
{
	mlv_err err;

	for (*comma = false; !mlv_py_take(py, close);) {
		MLV_SCOPED(mlv_value_freep) struct mlv_value *item = NULL;

		if (to->count && !*comma)
			return mlv_py_fail(py, "expected ',', or the end of the list");
		if ((err = mlv_py_read_value(py, depth + 1, &item)))
			return err;
		if (*close == '}' && mlv_py_take(py, ":")) {
			if (to->count && to->type == MLV_VALUE_LIST)
				return mlv_py_fail(py, "a set with a key in it");
			to->type = MLV_VALUE_MAP;
			err = add_pair(py, to, item, depth + 1);
		} else if (to->type == MLV_VALUE_MAP) {
			return mlv_py_fail(py, "expected ':' and a value");
		} else {
			err = mlv_value_append(to, NULL, &item);
		}
		if (err)
			return err;
		*comma = mlv_py_take(py, ",");
	}
	return NULL;
}

static mlv_err read_brackets(struct py *py, unsigned depth, struct mlv_value **value)
{
	char open = mlv_py_peek(py);
	bool comma;
	mlv_err err;

	(*value)->type = MLV_VALUE_LIST;
	py->cursor.at++;
	py->open++;
	err = read_items(py, open == '(' ? ")" : open == '[' ? "]" : "}", depth, *value, &comma);
	py->open--;
	if (err)
		return err;
	if (open == '{' && !(*value)->count)
		(*value)->type = MLV_VALUE_MAP;
	if (open == '(' && (*value)->count == 1 && !comma) { /* no tuple, but a value in brackets */
		struct mlv_value *inner = (*value)->items[0];

		(*value)->count = 0;
		mlv_value_freep(value);
		*value = inner;
	}
	return NULL;
}

static mlv_err read_word(struct py *py, struct mlv_value *value)
{
	value->type = MLV_VALUE_BOOL;
	if (mlv_py_take_word(py, "True"))
		value->boolean = true;
	else if (mlv_py_take_word(py, "None"))
		value->type = MLV_VALUE_NULL;
	else if (!mlv_py_take_word(py, "False"))
		return mlv_py_fail(py, "not a constant that can be read without running Python");
	return NULL;
}

mlv_err mlv_py_read_value(struct py *py, unsigned depth, struct mlv_value **out)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL;
	bool found = false;
	char c;
	mlv_err err;

	mlv_py_skip_space(py);
	c = mlv_py_peek(py);
	if (depth > MLV_VALUE_DEPTH)
		return mlv_py_fail(py, "nested more than 64 levels deep");
	if ((err = mlv_value_new(&value, MLV_VALUE_NULL, mlv_py_line(py))))
		return err;
	if (c == '(' || c == '[' || c == '{')
		err = read_brackets(py, depth, &value);
	else if (!(err = read_text(py, value, &found)) && !found &&
		 !mlv_literal_number(&py->cursor, value))
		err = read_word(py, value);
	if (!err)
		*out = MLV_TAKE(value);
	return err;
}
