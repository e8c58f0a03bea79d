/* Texts with ${...}. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/suggest.h"
#include "core/base/sys.h"
#include "core/repo/pipeline/template.h"

#define TEXT_MAX ((size_t)4 << 20) /* bytes of one text */

/* A run of a text: literal bytes, or what stands between ${ and }. */
struct piece {
	const char *at;
	size_t len;
	bool expression;
};

/*
 * The next piece at *at; false at the end. "\${" is the literal "${"; a "${"
 * without a "}" after it is literal, too.
 */
static bool next_piece(const char **at, const char *end, struct piece *piece)
{
	const char *start = *at, *c;

	if (start == end)
		return false;
	if (end - start >= 3 && memcmp(start, "\\${", 3) == 0) {
		*piece = (struct piece){ start + 1, 2, false };
		*at = start + 3;
		return true;
	}
	if (end - start >= 2 && memcmp(start, "${", 2) == 0 &&
	    (c = memchr(start + 2, '}', (size_t)(end - start) - 2))) {
		*piece = (struct piece){ start + 2, (size_t)(c - start) - 2, true };
		*at = c + 1;
		return true;
	}
	for (c = start + 1; c < end; c++)
		if (*c == '\\' || *c == '$')
			break;
	*piece = (struct piece){ start, (size_t)(c - start), false };
	*at = c;
	return true;
}

bool mlv_template_is(const char *text)
{
	const char *at = text, *end = text + strlen(text);
	struct piece piece;

	while (next_piece(&at, end, &piece))
		if (piece.expression)
			return true;
	return false;
}

static void trim(struct piece *piece)
{
	while (piece->len && isspace((unsigned char)*piece->at)) {
		piece->at++;
		piece->len--;
	}
	while (piece->len && isspace((unsigned char)piece->at[piece->len - 1]))
		piece->len--;
}

/* ---- ways through values */

/* The next name of a way "a.b[0]"; false when it is not well formed. */
static bool next_name(const char **at, const char *end, bool first, const char **name, size_t *len)
{
	const char *c = *at;
	bool bracket = *c == '[';

	if (!first && (bracket || *c == '.'))
		c++;
	else if (!first)
		return false;
	*name = c;
	while (c < end && *c != ']' && *c != '[' && (bracket || *c != '.'))
		c++;
	*len = (size_t)(c - *name);
	if (!first && bracket && (c == end || *c++ != ']'))
		return false;
	*at = c;
	return *len > 0;
}

static const struct mlv_value *item_of(const struct mlv_value *list, const char *name, size_t len)
{
	size_t place = 0;

	if (len > 9)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)name[i]))
			return NULL;
		place = place * 10 + (size_t)(name[i] - '0');
	}
	return place < list->count ? list->items[place] : NULL;
}

static const struct mlv_value *member(const struct mlv_value *value, const char *name, size_t len)
{
	if (value && value->type == MLV_VALUE_LIST)
		return item_of(value, name, len);
	for (size_t i = 0; value && value->type == MLV_VALUE_MAP && i < value->count; i++)
		if (strncmp(value->keys[i], name, len) == 0 && !value->keys[i][len])
			return value->items[i];
	return NULL;
}

static mlv_err malformed(const struct mlv_template *template, const struct mlv_value *at,
			 const struct piece *way)
{
	return mlv_source_error_at(template->source, at, "%s: '${%.*s}' is no name of a value",
				   template->where.ptr, (int)way->len, way->at);
}

/* "could not find 'trian.lr'", and what may be meant in the map that lacks the name. */
static mlv_err not_found(const struct mlv_template *template, const struct mlv_value *at,
			 const struct piece *way, const struct mlv_value *in, const char *name,
			 size_t len)
{
	MLV_SCOPED(mlv_mem_free) char *word = mlv_sys_strndup(name, len);
	struct mlv_suggest suggest;
	mlv_err err = mlv_source_error_at(template->source, at, "%s: could not find '%.*s'",
					  template->where.ptr, (int)way->len, way->at);

	if (!word)
		return err;
	mlv_suggest_begin(&suggest, word);
	for (size_t i = 0; in && in->type == MLV_VALUE_MAP && i < in->count; i++)
		mlv_suggest_offer(&suggest, in->keys[i]);
	if (suggest.best)
		return mlv_error_hint(err, "did you mean '%.*s%s'?", (int)(name - way->at), way->at,
				      suggest.best);
	if (in != template->vars->merged || name != way->at)
		return err;
	return mlv_error_hint(err,
			      "set it in params.yaml or under 'vars'; \\${%.*s} is for the shell",
			      (int)way->len, way->at);
}

/* Say that the value at the way was taken from its file. */
static mlv_err keep_used(struct mlv_template *template, const struct piece *way)
{
	MLV_SCOPED(mlv_mem_free) char *key = NULL;
	const char *file;

	if (!template->used)
		return NULL;
	if (!(key = mlv_sys_strndup(way->at, way->len)))
		return mlv_error_nomem("a key");
	file = mlv_vars_origin(template->vars, key);
	return file ? mlv_stage_add_param(template->used, template->used_count, file, key) : NULL;
}

static mlv_err look_up(struct mlv_template *template, const struct mlv_value *text,
		       struct piece way, const struct mlv_value **out)
{
	const struct mlv_value *value, *in = template->vars->merged;
	const char *at, *end, *name;
	bool own = false;
	size_t len;

	trim(&way);
	at = way.at;
	end = at + way.len;
	if (!way.len || !next_name(&at, end, true, &name, &len))
		return malformed(template, text, &way);
	if (template->item && len == 4 && memcmp(name, "item", 4) == 0)
		value = template->item;
	else if (template->key && len == 3 && memcmp(name, "key", 3) == 0)
		value = template->key;
	else {
		own = true;
		value = member(in, name, len);
	}
	while (value && at < end) {
		in = value;
		if (!next_name(&at, end, false, &name, &len))
			return malformed(template, text, &way);
		value = member(in, name, len);
	}
	if (!value)
		return not_found(template, text, &way, in, name, len);
	*out = value;
	return own ? keep_used(template, &way) : NULL;
}

/* ---- texts */

static mlv_err add_value(struct mlv_template *template, const struct mlv_value *at,
			 const struct mlv_value *value, const struct piece *way, bool commands,
			 struct mlv_buf *to)
{
	const char *bad;
	mlv_err err;

	if (value->type != MLV_VALUE_LIST && value->type != MLV_VALUE_MAP)
		return mlv_template_scalar(value, to);
	if (value->type == MLV_VALUE_LIST || !commands)
		return mlv_source_error_at(
			template->source, at, "%s: cannot interpolate data of type '%s': '%.*s'",
			template->where.ptr, mlv_value_type_name(value), (int)way->len, way->at);
	if ((err = mlv_template_flags(value, &template->style, to, &bad)) || !bad)
		return err;
	return mlv_source_error_at(template->source, at,
				   "%s: cannot interpolate a nested list or map in '%.*s': '%s'",
				   template->where.ptr, (int)way->len, way->at, bad);
}

static mlv_err spend(struct mlv_template *template, const struct mlv_value *at, size_t bytes)
{
	if (bytes > *template->left)
		return mlv_source_error_at(template->source, at,
					   "%s: all texts together are more than 128 MiB",
					   template->where.ptr);
	*template->left -= bytes;
	return NULL;
}

/* The text with its expressions replaced. */
static mlv_err fill(struct mlv_template *template, const struct mlv_value *at, const char *text,
		    size_t len, bool commands, struct mlv_buf *to)
{
	const char *c = text, *end = text + len;
	struct piece piece;
	mlv_err err = NULL;

	while (!err && next_piece(&c, end, &piece)) {
		const struct mlv_value *value;

		if (!piece.expression)
			err = mlv_buf_add(to, piece.at, piece.len);
		else if (!(err = look_up(template, at, piece, &value)))
			err = add_value(template, at, value, &piece, commands, to);
	}
	if (err && err->code == MLV_E_REFUSED)
		return mlv_source_error_at(template->source, at, "%s: the text is too long",
					   template->where.ptr);
	return err ? err : spend(template, at, to->len);
}

mlv_err mlv_template_find(struct mlv_template *template, const struct mlv_value *text,
			  const struct mlv_value **found)
{
	const char *at = text->text;
	struct piece piece;

	*found = NULL;
	if (text->type != MLV_VALUE_TEXT ||
	    !next_piece(&at, text->text + text->text_len, &piece) || !piece.expression || *at)
		return NULL;
	return look_up(template, text, piece, found);
}

static mlv_err resolve_text(struct mlv_template *template, const struct mlv_value *text,
			    bool commands, struct mlv_value **out)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf filled = MLV_BUF_LIMIT(TEXT_MAX);
	MLV_SCOPED(mlv_value_freep) struct mlv_value *made = NULL;
	const struct mlv_value *found;
	mlv_err err;

	if ((err = mlv_value_copy_scalar(text, &made)) ||
	    (err = mlv_template_find(template, text, &found)) ||
	    (err = fill(template, text, text->text, text->text_len, commands, &filled)) ||
	    (err = mlv_value_set_text(made, filled.ptr, filled.len)))
		return err;
	if (found && found->type < MLV_VALUE_LIST) {
		made->type = found->type;
		made->boolean = found->boolean;
		made->integer = found->integer;
		made->real = found->real;
	}
	*out = MLV_TAKE(made);
	return NULL;
}

static mlv_err resolve_key(struct mlv_template *template, const struct mlv_value *item,
			   const char *key, struct mlv_buf *to)
{
	struct mlv_value at = { .line = item->key_line, .column = item->key_column };

	return fill(template, &at, key, strlen(key), false, to);
}

static mlv_err resolve_items(struct mlv_template *template, const struct mlv_value *value,
			     bool commands, struct mlv_value *made)
{
	size_t outer = template->where.len;
	mlv_err err = NULL;

	for (size_t i = 0; i < value->count && !err; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf key = MLV_BUF_LIMIT(TEXT_MAX);
		MLV_SCOPED(mlv_value_freep) struct mlv_value *item = NULL;

		err = value->keys ? mlv_buf_printf(&template->where, ".%s", value->keys[i])
				  : mlv_buf_printf(&template->where, "[%zu]", i);
		if (!err && value->keys)
			err = resolve_key(template, value->items[i], value->keys[i], &key);
		if (!err)
			err = mlv_template_resolve(template, value->items[i], commands, &item);
		if (!err)
			err = mlv_value_append(made, value->keys ? key.ptr : NULL, &item);
		mlv_buf_truncate(&template->where, outer);
	}
	return err;
}

mlv_err mlv_template_resolve(struct mlv_template *template, const struct mlv_value *value,
			     bool commands, struct mlv_value **out)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *made = NULL;
	size_t place;
	mlv_err err;

	if (value->type == MLV_VALUE_TEXT)
		return resolve_text(template, value, commands, out);
	if ((err = spend(template, value, sizeof(*value))) ||
	    (err = mlv_value_copy_scalar(value, &made)) ||
	    (err = resolve_items(template, value, commands, made)))
		return err;
	if (made->type == MLV_VALUE_MAP && mlv_value_repeated_key(made, &place))
		return mlv_source_error_key(template->source, made->items[place],
					    "%s: the key '%s' is repeated", template->where.ptr,
					    made->keys[place]);
	*out = MLV_TAKE(made);
	return NULL;
}
