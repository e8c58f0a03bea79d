#include "core/repo/slices_edit.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/yaml.h"
#include "core/base/yaml_block.h"
#include "core/base/yaml_edit.h"

static mlv_err no_place(const char *path, const char *what)
{
	return mlv_error_hint(
		mlv_error(MLV_E_SPEC, "%s: 'slices' cannot be added to: %s", path, what),
		"write 'slices:' at the beginning of a line, and each of its entries on lines of its own");
}

static mlv_err add_rule(struct mlv_buf *to, const char *name, const char *where)
{
	mlv_err err;

	if ((err = mlv_buf_add_str(to, "{name: ")) ||
	    (err = mlv_yaml_add_string(to, name, strlen(name))) ||
	    (err = mlv_buf_add_str(to, ", where: ")) ||
	    (err = mlv_yaml_add_string(to, where, strlen(where))))
		return err;
	return mlv_buf_add_char(to, '}');
}

static mlv_err add_lines(struct mlv_buf *to, size_t indent, const struct mlv_strs *names,
			 const struct mlv_strs *wheres)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < names->count && !err; i++) {
		if ((err = mlv_buf_printf(to, "%*s- ", (int)indent, "")) ||
		    (err = add_rule(to, names->at[i], wheres->at[i])))
			return err;
		err = mlv_buf_add_char(to, '\n');
	}
	return err;
}

/* ---- on lines */

/* Behind the last entry, whose dashes must all stand in one column, each on a line of its own. */
static mlv_err put_lines(const char *path, struct mlv_buf *text, const struct mlv_value *list,
			 const struct mlv_strs *names, const struct mlv_strs *wheres)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf block = MLV_BUF_INIT;
	size_t indent = 0, start = 0, end;
	mlv_err err;

	for (size_t i = 0; i < list->count; i++) {
		size_t its;

		start = mlv_yaml_line_start(text, list->items[i]->line);
		its = strspn(text->ptr + start, " ");
		if (list->items[i]->line <= list->key_line || text->ptr[start + its] != '-' ||
		    (i && its != indent))
			return no_place(path, "its entries are not on lines of their own");
		indent = its;
	}
	end = mlv_yaml_block_end(text, start, indent);
	if ((err = add_lines(&block, indent, names, wheres)))
		return err;
	return mlv_yaml_splice(text, end, end, &block);
}

/* ---- in brackets */

static bool begins_scalar(char before)
{
	return strchr("[{,: \t\r\n", before) != NULL;
}

/* Behind the quoted text that begins at at. */
static size_t skip_quoted(const struct mlv_buf *text, size_t at)
{
	char quote = text->ptr[at++];

	while (at < text->len && text->ptr[at] != quote)
		at += quote == '"' && text->ptr[at] == '\\' && at + 1 < text->len ? 2 : 1;
	return at + 1;
}

/* The bracket that closes the one at at; the text's length if there is none. */
static size_t closing(const struct mlv_buf *text, size_t at)
{
	size_t depth = 0;

	while (at < text->len) {
		char c = text->ptr[at];
		char before = at ? text->ptr[at - 1] : '\n';

		if ((c == '"' || c == '\'') && begins_scalar(before)) {
			at = skip_quoted(text, at);
			continue;
		}
		if (c == '#' && strchr(" \t\n", before)) {
			at = mlv_yaml_next_line(text, at);
			continue;
		}
		depth += c == '[' || c == '{';
		if ((c == ']' || c == '}') && --depth == 0)
			return at;
		at++;
	}
	return text->len;
}

static mlv_err put_in_brackets(const char *path, struct mlv_buf *text, size_t open,
			       const struct mlv_value *list, const struct mlv_strs *names,
			       const struct mlv_strs *wheres)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf made = MLV_BUF_LIMIT(text->limit);
	size_t close = closing(text, open), at = close;
	bool comma = list->count > 0;
	mlv_err err;

	if (close >= text->len || text->ptr[close] != ']')
		return no_place(path, "where its list ends is not clear");
	while (strchr(" \t\r\n", text->ptr[at - 1]))
		at--;
	comma = comma && text->ptr[at - 1] != ',';
	if ((err = mlv_buf_add(&made, text->ptr, at)))
		return err;
	for (size_t i = 0; i < names->count; i++)
		if ((err = mlv_buf_add_str(&made, i || comma ? ", " : "")) ||
		    (err = add_rule(&made, names->at[i], wheres->at[i])))
			return err;
	if ((err = mlv_buf_add(&made, text->ptr + at, text->len - at)))
		return err;
	mlv_buf_clear(text);
	return mlv_buf_add(text, made.ptr, made.len);
}

/* ---- which of both */

/* Where the bracket of the list stands that is the value of the key; the text's length: there is none. */
static size_t find_bracket(const struct mlv_buf *text, const struct mlv_value *list)
{
	size_t at = mlv_yaml_line_start(text, list->key_line) + list->key_column - 1;

	at += strcspn(text->ptr + at, ":\n");
	if (at >= text->len || text->ptr[at] != ':')
		return text->len;
	at += 1 + strspn(text->ptr + at + 1, " \t\r\n");
	return at < text->len && text->ptr[at] == '[' ? at : text->len;
}

static mlv_err put(const char *path, struct mlv_buf *text, const struct mlv_value *root,
		   const struct mlv_strs *names, const struct mlv_strs *wheres)
{
	const struct mlv_value *list = mlv_value_get(root, "slices");
	MLV_SCOPED(mlv_buf_release) struct mlv_buf block = MLV_BUF_INIT;
	size_t open;
	mlv_err err;

	if (!root || root->type != MLV_VALUE_MAP || text->ptr[0] == '{')
		return no_place(path, "the file stands in braces");
	if (!list) {
		if ((err = mlv_buf_add_str(&block, "slices:\n")) ||
		    (err = add_lines(&block, 0, names, wheres)))
			return err;
		return mlv_yaml_splice(text, text->len, text->len, &block);
	}
	if (list->type != MLV_VALUE_LIST)
		return no_place(path, "it is no list");
	open = find_bracket(text, list);
	return open < text->len ? put_in_brackets(path, text, open, list, names, wheres)
				: put_lines(path, text, list, names, wheres);
}

static size_t count_of(const struct mlv_value *root)
{
	const struct mlv_value *list = mlv_value_get(root, "slices");

	return list && list->type == MLV_VALUE_LIST ? list->count : 0;
}

/* Whether what was put there is read as what it was to be. */
static bool holds(const struct mlv_value *root, size_t before, const struct mlv_strs *names,
		  const struct mlv_strs *wheres)
{
	const struct mlv_value *list = mlv_value_get(root, "slices");

	if (count_of(root) != before + names->count)
		return false;
	for (size_t i = 0; i < names->count; i++) {
		const char *name = mlv_value_text(mlv_value_get(list->items[before + i], "name"));
		const char *where = mlv_value_text(mlv_value_get(list->items[before + i], "where"));

		if (!name || !where || strcmp(name, names->at[i]) != 0 || strcmp(where, wheres->at[i]) != 0)
			return false;
	}
	return true;
}

mlv_err mlv_slices_put(const char *path, struct mlv_buf *text, const struct mlv_strs *names,
		       const struct mlv_strs *wheres)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL, *after = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf made = MLV_BUF_LIMIT(text->limit);
	mlv_err err;

	if ((err = mlv_yaml_parse_anchored(path, text->ptr, text->len, &root)) ||
	    (err = mlv_buf_add(&made, text->ptr, text->len)) ||
	    (err = put(path, &made, root, names, wheres)))
		return err;
	if ((err = mlv_yaml_parse_anchored(path, made.ptr, made.len, &after)))
		return err->code == MLV_E_SPEC ? no_place(path, "what would stand there is no YAML") : err;
	if (!holds(after, count_of(root), names, wheres))
		return no_place(path, "what would stand there says something else");
	mlv_buf_clear(text);
	return mlv_buf_add(text, made.ptr, made.len);
}
