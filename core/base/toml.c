/*
 * A table that a header named has the line of that; one that only lies on the way
 * to others has line 0. What was closed by its braces or brackets, or is a plain
 * array, has boolean set: nothing is added to it.
 */
#include "core/base/toml.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/literal.h"
#include "core/base/path.h"
#include "core/base/strs.h"

#define LOOKED_MAX ((size_t)50000000) /* keys looked at while tables are found */
#define CLOSED(value) ((value)->boolean)

struct toml {
	struct mlv_scan cursor;
	size_t looked;
	unsigned line; /* of the cursor, as far as lines were counted */
	const char *counted;
};

static mlv_err fail(const struct toml *toml, const char *what)
{
	return mlv_scan_error(&toml->cursor, what);
}

static char peek(const struct toml *toml)
{
	return mlv_scan_peek(&toml->cursor, 0);
}

static bool at_end(const struct toml *toml)
{
	return toml->cursor.at == toml->cursor.end;
}

static unsigned line_of(struct toml *toml)
{
	for (; toml->counted < toml->cursor.at; toml->counted++)
		toml->line += *toml->counted == '\n';
	return toml->line;
}

static void skip_blanks(struct toml *toml)
{
	while (peek(toml) == ' ' || peek(toml) == '\t')
		toml->cursor.at++;
}

/* The end of a line, a comment before it; *ended says whether that is what stood here. */
static mlv_err skip_line_end(struct toml *toml, bool *ended)
{
	skip_blanks(toml);
	if (peek(toml) == '#')
		while (!at_end(toml) && peek(toml) != '\n')
			toml->cursor.at++;
	*ended = at_end(toml) || mlv_scan_take(&toml->cursor, "\n") ||
		 mlv_scan_take(&toml->cursor, "\r\n");
	return NULL;
}

/* Blanks, comments and line ends: within arrays. */
static mlv_err skip_space(struct toml *toml)
{
	bool ended = true;
	mlv_err err = NULL;

	while (ended && !at_end(toml) && !err)
		err = skip_line_end(toml, &ended);
	return err;
}

/* ---- texts */

static mlv_err add_escape(struct toml *toml, struct mlv_buf *to)
{
	static const char letters[] = "btnfre\"\\", bytes[] = "\b\t\n\f\r\033\"\\";
	char c = peek(toml);
	const char *simple = c ? strchr(letters, c) : NULL;
	uint32_t point;
	bool ok;
	mlv_err err;

	if (at_end(toml))
		return fail(toml, "a text without its closing quote");
	toml->cursor.at++;
	if (simple)
		return mlv_buf_add_char(to, bytes[simple - letters]);
	if ((c != 'u' && c != 'U') || !mlv_literal_hex(&toml->cursor, c == 'u' ? 4 : 8, &point))
		return fail(toml, "an unknown escape");
	err = mlv_literal_add_char(to, point, &ok);
	return err || ok ? err : fail(toml, "an escape that is no character");
}

/* A backslash at the end of a line: all space up to the next text goes. */
static bool skip_folded(struct toml *toml)
{
	const char *c = toml->cursor.at;

	while (c < toml->cursor.end && (*c == ' ' || *c == '\t' || *c == '\r'))
		c++;
	if (c == toml->cursor.end || *c != '\n')
		return false;
	while (c < toml->cursor.end && isspace((unsigned char)*c))
		c++;
	toml->cursor.at = c;
	return true;
}

/* A text up to its quotes, which were opened. */
static mlv_err read_quoted(struct toml *toml, const char *quotes, struct mlv_buf *to)
{
	bool many = quotes[1], raw = quotes[0] == '\'';
	mlv_err err = NULL;

	if (many && !mlv_scan_take(&toml->cursor, "\n"))
		(void)mlv_scan_take(&toml->cursor, "\r\n");
	while (!err) {
		char c = peek(toml);

		if (at_end(toml) || (!many && c == '\n'))
			return fail(toml, "a text without its closing quote");
		if (mlv_scan_take(&toml->cursor, quotes)) {
			/* Up to two quotes may stand right before the closing ones. */
			while (many && peek(toml) == quotes[0] && !err) {
				err = mlv_buf_add_char(to, quotes[0]);
				toml->cursor.at++;
			}
			return err;
		}
		if (((unsigned char)c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
			return fail(toml, "a control character in a text");
		toml->cursor.at++;
		if (c == '\\' && !raw)
			err = many && skip_folded(toml) ? NULL : add_escape(toml, to);
		else
			err = mlv_buf_add_char(to, c);
	}
	return err;
}

static mlv_err read_text(struct toml *toml, bool lines, struct mlv_buf *to)
{
	static const char *const quotes[] = { "\"\"\"", "'''", "\"", "'" };

	for (size_t i = lines ? 0 : 2; i < MLV_COUNT(quotes); i++)
		if (mlv_scan_take(&toml->cursor, quotes[i]))
			return read_quoted(toml, quotes[i], to);
	return fail(toml, "a value is missing");
}

/* ---- keys */

static mlv_err read_key(struct toml *toml, struct mlv_buf *key)
{
	mlv_err err = NULL;

	mlv_buf_clear(key);
	if (peek(toml) == '"' || peek(toml) == '\'')
		return read_text(toml, false, key);
	while (!err && (isalnum((unsigned char)peek(toml)) || peek(toml) == '_' ||
			peek(toml) == '-')) {
		err = mlv_buf_add_char(key, peek(toml));
		toml->cursor.at++;
	}
	return err || key->len ? err : fail(toml, "a key is missing");
}

/* "a.b.'c d'" */
static mlv_err read_way(struct toml *toml, struct mlv_strs *way)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf key = MLV_BUF_INIT;
	mlv_err err;

	do {
		skip_blanks(toml);
		if ((err = read_key(toml, &key)) || (err = mlv_strs_add(way, key.ptr)))
			return err;
		if (way->count > MLV_VALUE_DEPTH)
			return fail(toml, "nested more than 64 levels deep");
		skip_blanks(toml);
	} while (mlv_scan_take(&toml->cursor, "."));
	return NULL;
}

static mlv_err find(struct toml *toml, const struct mlv_value *map, const char *key,
		    struct mlv_value **found)
{
	*found = NULL;
	if ((toml->looked += map->count) > LOOKED_MAX)
		return fail(toml, "too many tables");
	for (size_t i = map->count; i-- > 0 && !*found;)
		if (strcmp(map->keys[i], key) == 0)
			*found = map->items[i];
	return NULL;
}

static mlv_err add_new(struct mlv_value *map, const char *key, enum mlv_value_type type,
		       unsigned line, struct mlv_value **made)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL;
	mlv_err err = mlv_value_new(&value, type, line);

	if (err)
		return err;
	*made = value;
	return mlv_value_append(map, key, &value);
}

/* The table that all but the last of a way lead to; those that are missing are made. */
static mlv_err walk(struct toml *toml, struct mlv_value *map, const struct mlv_strs *way,
		    unsigned line, struct mlv_value **out)
{
	mlv_err err;

	for (size_t i = 0; i + 1 < way->count; i++) {
		struct mlv_value *next;

		if ((err = find(toml, map, way->at[i], &next)))
			return err;
		if (!next && (err = add_new(map, way->at[i], MLV_VALUE_MAP, line, &next)))
			return err;
		if (next->type == MLV_VALUE_LIST && !CLOSED(next) && next->count)
			next = next->items[next->count - 1];
		if (next->type != MLV_VALUE_MAP || CLOSED(next))
			return fail(toml, "a key below what is no table, or is closed");
		map = next;
	}
	*out = map;
	return NULL;
}

/* ---- values */

static mlv_err read_value(struct toml *toml, unsigned depth, struct mlv_value **out);

static mlv_err read_array(struct toml *toml, unsigned depth, struct mlv_value *list)
{
	mlv_err err;

	CLOSED(list) = true;
	for (;;) {
		MLV_SCOPED(mlv_value_freep) struct mlv_value *item = NULL;

		if ((err = skip_space(toml)))
			return err;
		if (mlv_scan_take(&toml->cursor, "]"))
			return NULL;
		if ((err = read_value(toml, depth + 1, &item)) ||
		    (err = mlv_value_append(list, NULL, &item)) || (err = skip_space(toml)))
			return err;
		if (!mlv_scan_take(&toml->cursor, ",") && peek(toml) != ']')
			return fail(toml, "expected ',' or ']'");
	}
}

/* "a.b = value", into the table. */
static mlv_err read_pair(struct toml *toml, unsigned depth, struct mlv_value *table)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs way = { 0 };
	MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL;
	unsigned line = line_of(toml);
	struct mlv_value *map;
	mlv_err err;

	if ((err = read_way(toml, &way)) || (err = walk(toml, table, &way, line, &map)))
		return err;
	if (!mlv_scan_take(&toml->cursor, "="))
		return fail(toml, "expected '='");
	skip_blanks(toml);
	if (depth + way.count > MLV_VALUE_DEPTH)
		return fail(toml, "nested more than 64 levels deep");
	if ((err = read_value(toml, depth + (unsigned)way.count, &value)))
		return err;
	return mlv_value_append(map, way.at[way.count - 1], &value);
}

static mlv_err read_inline(struct toml *toml, unsigned depth, struct mlv_value *table)
{
	mlv_err err;

	skip_blanks(toml);
	if (!mlv_scan_take(&toml->cursor, "}")) {
		do {
			skip_blanks(toml);
			if ((err = read_pair(toml, depth, table)))
				return err;
			skip_blanks(toml);
		} while (mlv_scan_take(&toml->cursor, ","));
		if (!mlv_scan_take(&toml->cursor, "}"))
			return fail(toml, "expected ',' or '}'");
	}
	CLOSED(table) = true;
	return NULL;
}

/* "1979-05-27", "07:32:00". */
static bool is_date(const struct mlv_scan *cursor)
{
	size_t digits = 0;

	while (isdigit((unsigned char)mlv_scan_peek(cursor, digits)))
		digits++;
	return (digits == 4 && mlv_scan_peek(cursor, 4) == '-') ||
	       (digits == 2 && mlv_scan_peek(cursor, 2) == ':');
}

static bool take_word(struct toml *toml, struct mlv_value *value)
{
	struct mlv_scan *cursor = &toml->cursor;
	bool sign = peek(toml) == '-' || peek(toml) == '+', minus = peek(toml) == '-';

	value->type = MLV_VALUE_BOOL;
	if (mlv_scan_take(cursor, "true"))
		return value->boolean = true;
	if (mlv_scan_take(cursor, "false"))
		return true;
	value->type = MLV_VALUE_REAL;
	cursor->at += sign;
	if (mlv_scan_take(cursor, "inf"))
		value->real = (double)(minus ? -INFINITY : INFINITY);
	else if (mlv_scan_take(cursor, "nan"))
		value->real = (double)NAN;
	else
		cursor->at -= sign;
	return isinf(value->real) || isnan(value->real);
}

static mlv_err read_scalar(struct toml *toml, struct mlv_value *value)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	char c = peek(toml);
	mlv_err err;

	if (c == '"' || c == '\'') {
		value->type = MLV_VALUE_TEXT;
		err = read_text(toml, true, &text);
		return err ? err : mlv_value_set_text(value, text.ptr, text.len);
	}
	if (is_date(&toml->cursor))
		return fail(toml, "dates and times are not supported: put it in quotes");
	if (take_word(toml, value) || mlv_literal_number(&toml->cursor, value))
		return NULL;
	return fail(toml, at_end(toml) || c == '\n' ? "a value is missing"
						    : "not a value of TOML");
}

static mlv_err read_value(struct toml *toml, unsigned depth, struct mlv_value **out)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL;
	mlv_err err;

	if (depth > MLV_VALUE_DEPTH)
		return fail(toml, "nested more than 64 levels deep");
	if ((err = mlv_value_new(&value, MLV_VALUE_NULL, line_of(toml))))
		return err;
	if (mlv_scan_take(&toml->cursor, "[")) {
		value->type = MLV_VALUE_LIST;
		err = read_array(toml, depth, value);
	} else if (mlv_scan_take(&toml->cursor, "{")) {
		value->type = MLV_VALUE_MAP;
		err = read_inline(toml, depth, value);
	} else {
		err = read_scalar(toml, value);
	}
	if (!err)
		*out = MLV_TAKE(value);
	return err;
}

/* ---- headers */

/* "[[a.b]]": a new table at the end of the list. */
static mlv_err open_element(struct toml *toml, struct mlv_value *map, const char *key,
			    struct mlv_value *there, struct mlv_value **table)
{
	mlv_err err;

	if (!there && (err = add_new(map, key, MLV_VALUE_LIST, line_of(toml), &there)))
		return err;
	if (there->type != MLV_VALUE_LIST || CLOSED(there))
		return fail(toml, "the key is there already, and no list of tables");
	return add_new(there, NULL, MLV_VALUE_MAP, line_of(toml), table);
}

static mlv_err open_table(struct toml *toml, struct mlv_value *map, const char *key,
			  struct mlv_value *there, struct mlv_value **table)
{
	if (!there)
		return add_new(map, key, MLV_VALUE_MAP, line_of(toml), table);
	if (there->type != MLV_VALUE_MAP || there->line || CLOSED(there))
		return fail(toml, "the table is there already");
	there->line = line_of(toml);
	*table = there;
	return NULL;
}

static mlv_err read_header(struct toml *toml, struct mlv_value *root, struct mlv_value **table)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs way = { 0 };
	bool many = mlv_scan_take(&toml->cursor, "[[");
	struct mlv_value *map, *there;
	mlv_err err;

	if (!many)
		toml->cursor.at++;
	if ((err = read_way(toml, &way)) || (err = walk(toml, root, &way, 0, &map)) ||
	    (err = find(toml, map, way.at[way.count - 1], &there)))
		return err;
	if (!mlv_scan_take(&toml->cursor, many ? "]]" : "]"))
		return fail(toml, "expected ']'");
	return many ? open_element(toml, map, way.at[way.count - 1], there, table)
		    : open_table(toml, map, way.at[way.count - 1], there, table);
}

static mlv_err read_all(struct toml *toml, struct mlv_value *root)
{
	struct mlv_value *table = root;
	mlv_err err = skip_space(toml);

	while (!err && !at_end(toml)) {
		bool ended;

		skip_blanks(toml);
		err = peek(toml) == '[' ? read_header(toml, root, &table)
					: read_pair(toml, 1, table);
		if (err || (err = skip_line_end(toml, &ended)))
			return err;
		if (!ended)
			return fail(toml, "expected the end of the line");
		err = skip_space(toml);
	}
	return err;
}

static mlv_err check_keys(const char *name, const struct mlv_value *value)
{
	size_t place;
	mlv_err err = NULL;

	if (value->type == MLV_VALUE_MAP && mlv_value_repeated_key(value, &place))
		return mlv_error(MLV_E_SPEC, "%s:%u: the key '%s' is repeated", name,
				 value->items[place]->line, value->keys[place]);
	for (size_t i = 0; i < value->count && !err; i++)
		err = check_keys(name, value->items[i]);
	return err;
}

mlv_err mlv_toml_parse(const char *name, const char *text, size_t len, struct mlv_value **value)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	struct toml toml = { .cursor = { name, text, text, text + len }, .line = 1,
			     .counted = text };
	mlv_err err;

	if (!mlv_text_is_utf8(text, len))
		return mlv_error(MLV_E_SPEC, "%s: not TOML: it is not UTF-8 text", name);
	(void)mlv_scan_take(&toml.cursor, "\357\273\277");
	if ((err = mlv_value_new(&root, MLV_VALUE_MAP, 1)) || (err = read_all(&toml, root)) ||
	    (err = check_keys(name, root)))
		return err;
	*value = MLV_TAKE(root);
	return NULL;
}
