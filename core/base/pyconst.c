/* The statements of a Python file that give names to constants. */
#include "core/base/pyconst.h"

#include <string.h>

#include "core/base/path.h"
#include "core/base/pyconst/parts.h"

/* A later value of a key replaces the earlier. */
static mlv_err put(struct mlv_value *map, const char *key, struct mlv_value **value)
{
	for (size_t i = 0; i < map->count; i++) {
		if (strcmp(map->keys[i], key) != 0)
			continue;
		mlv_value_freep(&map->items[i]);
		map->items[i] = MLV_TAKE(*value);
		return NULL;
	}
	return mlv_value_append(map, key, value);
}

/* The right side of an assignment: a value, or a tuple without brackets. */
static mlv_err read_side(struct py *py, struct mlv_value **out)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL, *list = NULL;
	mlv_err err = mlv_py_read_value(py, 1, &value);

	if (err)
		return err;
	if (mlv_py_take(py, ",")) {
		if ((err = mlv_value_new(&list, MLV_VALUE_LIST, value->line)) ||
		    (err = mlv_value_append(list, NULL, &value)))
			return err;
		for (mlv_py_skip_space(py);
		     !mlv_py_at_end(py) && mlv_py_peek(py) != '\n' && mlv_py_peek(py) != ';';) {
			if ((err = mlv_py_read_value(py, 1, &value)) ||
			    (err = mlv_value_append(list, NULL, &value)))
				return err;
			if (!mlv_py_take(py, ","))
				break;
		}
		value = MLV_TAKE(list);
	}
	mlv_py_skip_space(py);
	if (!mlv_py_at_end(py) && mlv_py_peek(py) != '\n' && mlv_py_peek(py) != ';')
		return mlv_py_fail(py, "not a constant that can be read without running Python");
	*out = MLV_TAKE(value);
	return NULL;
}

/* ---- statements */

/* Go over the rest of a statement: brackets and texts may hold line ends. */
static mlv_err skip_statement(struct py *py)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	unsigned open = 0;
	mlv_err err = NULL;

	while (!err && !mlv_py_at_end(py) && (open || mlv_py_peek(py) != '\n')) {
		const char *quotes;
		char c = mlv_py_peek(py);

		mlv_buf_clear(&text);
		if (c == '#' || c == '\\') {
			mlv_py_skip_space(py);
			py->cursor.at += c == '\\' && !mlv_py_at_end(py) && mlv_py_peek(py) == '\\';
		} else if ((quotes = mlv_py_take_quotes(py))) {
			err = mlv_py_read_quoted(py, quotes, true, &text);
		} else {
			open += strchr("([{", c) != NULL;
			open -= open && strchr(")]}", c) != NULL;
			py->cursor.at++;
		}
	}
	return err;
}

/* Columns of space before the next line with something on it; the cursor stands there. */
static size_t next_line(struct py *py)
{
	for (;;) {
		const char *start = py->cursor.at;

		mlv_py_skip_space(py);
		if (mlv_py_peek(py) != '\n' && mlv_py_peek(py) != ';')
			return mlv_py_at_end(py) ? 0 : (size_t)(py->cursor.at - start);
		py->cursor.at++;
	}
}

/* Go over all lines that are indented more than the block which they follow. */
static mlv_err skip_block(struct py *py, size_t indent)
{
	mlv_err err = skip_statement(py);

	while (!err && !mlv_py_at_end(py)) {
		const char *line = py->cursor.at;

		if (next_line(py) <= indent) {
			py->cursor.at = line;
			return NULL;
		}
		err = skip_statement(py);
	}
	return err;
}

/* All lines that begin at this column, until one that begins before it. */
static mlv_err read_block(struct py *py, size_t indent, unsigned depth, bool self,
			  struct mlv_value *names);

/* "class X(...):" or "def __init__(...):" and what follows; its names go to a map. */
static mlv_err read_body(struct py *py, size_t indent, unsigned depth, bool self,
			 struct mlv_value *names)
{
	unsigned open = 0;
	const char *line;
	size_t inner;

	for (; !mlv_py_at_end(py) && (open || mlv_py_peek(py) != ':'); py->cursor.at++) {
		open += mlv_py_peek(py) == '(' || mlv_py_peek(py) == '[';
		open -= open && (mlv_py_peek(py) == ')' || mlv_py_peek(py) == ']');
	}
	py->cursor.at += !mlv_py_at_end(py);
	if (depth > MLV_VALUE_DEPTH)
		return mlv_py_fail(py, "nested more than 64 levels deep");
	mlv_py_skip_space(py);
	if (!mlv_py_at_end(py) && mlv_py_peek(py) != '\n') /* all on one line */
		return skip_statement(py);
	line = py->cursor.at;
	inner = next_line(py);
	py->cursor.at = line;
	return inner > indent ? read_block(py, inner, depth + 1, self, names) : NULL;
}

static mlv_err read_name(struct py *py, struct mlv_buf *name)
{
	const char *start = py->cursor.at;

	while (mlv_py_is_name(mlv_py_peek(py)))
		py->cursor.at++;
	mlv_buf_clear(name);
	return mlv_buf_add(name, start, (size_t)(py->cursor.at - start));
}

static mlv_err read_class(struct py *py, size_t indent, unsigned depth, struct mlv_value *names)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *own = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	mlv_err err;

	mlv_py_skip_space(py);
	if ((err = read_name(py, &name)) ||
	    (err = mlv_value_new(&own, MLV_VALUE_MAP, mlv_py_line(py))) ||
	    (err = read_body(py, indent, depth, false, own)))
		return err;
	return put(names, name.ptr, &own);
}

/* "name = value", "name: type = value", "self.name = value"; anything else is passed over. */
static mlv_err read_assignment(struct py *py, bool self, struct mlv_value *names)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL;
	mlv_err err;

	if (self && (!mlv_py_take_word(py, "self") || !mlv_py_take(py, ".")))
		return skip_statement(py);
	if ((err = read_name(py, &name)))
		return err;
	if (name.len && mlv_py_take(py, ":")) /* the type: up to '=' */
		while (!mlv_py_at_end(py) && !strchr("=\n#", mlv_py_peek(py)))
			py->cursor.at++;
	if (!name.len || mlv_py_peek(py) != '=' || mlv_scan_peek(&py->cursor, 1) == '=')
		return skip_statement(py);
	py->cursor.at++;
	err = read_side(py, &value);
	return err ? err : put(names, name.ptr, &value);
}

static mlv_err read_statement(struct py *py, size_t indent, unsigned depth, bool self,
			      struct mlv_value *names)
{
	static const char *const blocks[] = { "def",   "if",   "elif",    "else", "for",  "while",
					      "try",   "with", "finally", "async", "except", "match" };

	if (!self && mlv_py_take_word(py, "class"))
		return read_class(py, indent, depth, names);
	if (depth > 1 && !self && mlv_py_take_word(py, "def")) {
		if (mlv_py_take_word(py, "__init__"))
			return read_body(py, indent, depth, true, names);
		return skip_block(py, indent);
	}
	for (size_t i = 0; i < MLV_COUNT(blocks); i++)
		if (mlv_py_take_word(py, blocks[i]))
			return skip_block(py, indent);
	return read_assignment(py, self, names);
}

static mlv_err read_block(struct py *py, size_t indent, unsigned depth, bool self,
			  struct mlv_value *names)
{
	mlv_err err = NULL;

	while (!err) {
		const char *line = py->cursor.at;
		size_t here = next_line(py);

		if (mlv_py_at_end(py))
			return NULL;
		/* What follows a semicolon stands where its line does. */
		if (here != indent && line > py->cursor.start && line[0] != ';') {
			if (here > indent)
				return mlv_py_fail(py, "an indent without a block");
			py->cursor.at = line;
			return NULL;
		}
		err = read_statement(py, indent, depth, self, names);
	}
	return err;
}

mlv_err mlv_pyconst_parse(const char *name, const char *text, size_t len,
			  struct mlv_value **value)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *names = NULL;
	struct py py = { .cursor = { name, text, text, text + len }, .line = 1, .counted = text };
	mlv_err err;

	if (!mlv_text_is_utf8(text, len))
		return mlv_error(MLV_E_SPEC, "%s: not Python: it is not UTF-8 text", name);
	if ((err = mlv_value_new(&names, MLV_VALUE_MAP, 1)) ||
	    (err = read_block(&py, 0, 1, false, names)))
		return err;
	*value = MLV_TAKE(names);
	return NULL;
}
