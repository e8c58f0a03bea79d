#include "core/base/yaml_edit.h"

#include <ctype.h>
#include <errno.h>
#include <libfyaml.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "core/base/json.h"
#include "core/base/path.h"

/* One key and its value, as places in the text. */
struct pair {
	size_t key, key_end;     /* with quotes */
	size_t value, value_end; /* with quotes; simple only */
	size_t column;           /* of the key, bytes */
	bool there;              /* in the map at all */
	bool simple;             /* the value is a plain or quoted scalar */
};

/* What an edit needs to know of the map: the pair of the key and its neighbours. */
struct place {
	struct pair found, first, next, before, last_simple;
	bool flow;
};

static void destroy(struct fy_document **document)
{
	if (*document)
		fy_document_destroy(*document);
}

static void span_of(struct fy_node *node, size_t *start, size_t *end)
{
	struct fy_token *token = fy_node_get_scalar_token(node);
	enum fy_node_style style = fy_node_get_style(node);
	size_t quote = style == FYNS_SINGLE_QUOTED || style == FYNS_DOUBLE_QUOTED;
	const struct fy_mark *from = token ? fy_token_start_mark(token) : NULL;
	const struct fy_mark *to = token ? fy_token_end_mark(token) : NULL;

	*start = from ? from->input_pos - quote : 0;
	*end = to ? to->input_pos + quote : 0;
}

/* Where the pair stands; false when its key is no scalar. */
static bool measure(const char *text, struct fy_node_pair *from, struct pair *pair)
{
	struct fy_node *key = fy_node_pair_key(from), *value = fy_node_pair_value(from);
	enum fy_node_style style;
	size_t line;

	if (!key || !fy_node_is_scalar(key) || !fy_node_get_scalar_token(key))
		return false;
	*pair = (struct pair){ .there = true };
	span_of(key, &pair->key, &pair->key_end);
	for (line = pair->key; line > 0 && text[line - 1] != '\n';)
		line--;
	pair->column = pair->key - line;
	if (!value || !fy_node_is_scalar(value) || !fy_node_get_scalar_token(value))
		return true;
	style = fy_node_get_style(value);
	span_of(value, &pair->value, &pair->value_end);
	pair->simple = (style == FYNS_PLAIN || style == FYNS_SINGLE_QUOTED ||
			style == FYNS_DOUBLE_QUOTED) && pair->value > pair->key_end &&
		       pair->value_end > pair->value;
	return true;
}

static bool key_is(struct fy_node_pair *pair, const char *key)
{
	size_t len;
	const char *text = fy_node_get_scalar(fy_node_pair_key(pair), &len);

	return text && len == strlen(key) && memcmp(text, key, len) == 0;
}

/* Find key in the map, and what stands around it. */
static mlv_err locate(const char *name, const struct mlv_buf *text, const char *map,
		      const char *key, struct place *place)
{
	struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET };
	MLV_SCOPED(destroy) struct fy_document *document = NULL;
	struct fy_node *root, *node;
	struct pair last = { 0 };
	void *iter = NULL;

	*place = (struct place){ 0 };
	errno = 0;
	document = fy_document_build_from_string(&cfg, text->ptr, text->len);
	root = document ? fy_document_root(document) : NULL;
	node = root && *map ? fy_node_by_path(root, map, strlen(map), 0) : root;
	if (!node && errno == ENOMEM)
		return mlv_error_nomem(name);
	if (!node || !fy_node_is_mapping(node))
		return mlv_error(MLV_E_SPEC, "%s: no map to change at '%s'", name, map);
	place->flow = fy_node_get_style(node) == FYNS_FLOW;
	for (struct fy_node_pair *p; (p = fy_node_mapping_iterate(node, &iter));) {
		struct pair pair;

		if (!measure(text->ptr, p, &pair))
			return mlv_error(MLV_E_SPEC, "%s: a key at '%s' is not a name", name, map);
		if (!place->first.there)
			place->first = pair;
		if (place->found.there && !place->next.there)
			place->next = pair;
		if (!place->found.there && key_is(p, key)) {
			place->found = pair;
			place->before = last;
		}
		if (pair.simple)
			place->last_simple = pair;
		last = pair;
	}
	return NULL;
}

/* Put bytes in the place of [start, end). */
static mlv_err splice(struct mlv_buf *text, size_t start, size_t end, const char *bytes)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf made = { mlv_buf_nothing, 0, 0, text->limit };
	mlv_err err;
	struct mlv_buf old;

	if ((err = mlv_buf_add(&made, text->ptr, start)) || (err = mlv_buf_add_str(&made, bytes)) ||
	    (err = mlv_buf_add(&made, text->ptr + end, text->len - end)))
		return err;
	old = *text;
	*text = made;
	made = old;
	return NULL;
}

static size_t line_end(const struct mlv_buf *text, size_t at)
{
	while (at < text->len && text->ptr[at] != '\n')
		at++;
	return at;
}

static mlv_err insert(const char *name, struct mlv_buf *text, const struct place *place,
		      const char *key, const char *value)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf made = MLV_BUF_INIT;
	const struct pair *after = &place->last_simple;
	int column = (int)place->first.column;
	size_t at;
	mlv_err err;

	if (!place->first.there)
		return mlv_error(MLV_E_SPEC, "%s: an empty map cannot be changed", name);
	if (place->flow && after->there)
		err = mlv_buf_printf(&made, ", %s: %s", key, value);
	else if (place->flow)
		err = mlv_buf_printf(&made, "%s: %s, ", key, value);
	else if (after->there)
		err = mlv_buf_printf(&made, "\n%*s%s: %s", column, "", key, value);
	else
		err = mlv_buf_printf(&made, "%s: %s\n%*s", key, value, column, "");
	if (err)
		return err;
	at = !after->there ? place->first.key
			   : place->flow ? after->value_end : line_end(text, after->value_end);
	return splice(text, at, at, made.ptr);
}

mlv_err mlv_yaml_set(const char *name, struct mlv_buf *text, const char *map, const char *key,
		     const char *value)
{
	struct place place;
	mlv_err err = locate(name, text, map, key, &place);

	if (err)
		return err;
	if (!place.found.there)
		return insert(name, text, &place, key, value);
	if (!place.found.simple)
		return mlv_error(MLV_E_SPEC, "%s: the value of '%s' is not a simple one", name, key);
	return splice(text, place.found.value, place.found.value_end, value);
}

static bool alone_on_line(const struct mlv_buf *text, const struct pair *pair)
{
	for (size_t i = pair->key - pair->column; i < pair->key; i++)
		if (text->ptr[i] != ' ')
			return false;
	return true;
}

mlv_err mlv_yaml_unset(const char *name, struct mlv_buf *text, const char *map, const char *key)
{
	struct place place;
	mlv_err err = locate(name, text, map, key, &place);
	size_t end;

	if (err || !place.found.there)
		return err;
	if (!place.found.simple)
		return mlv_error(MLV_E_SPEC, "%s: the value of '%s' is not a simple one", name, key);
	if (!place.flow && alone_on_line(text, &place.found)) {
		end = line_end(text, place.found.value_end);
		return splice(text, place.found.key - place.found.column,
			      end + (end < text->len), "");
	}
	/* The first of a list's item, or one in braces: what follows moves up. */
	if (place.next.there)
		return splice(text, place.found.key, place.next.key, "");
	if (place.flow && place.before.simple)
		return splice(text, place.before.value_end, place.found.value_end, "");
	return mlv_error(MLV_E_SPEC, "%s: '%s' is the only key and cannot go", name, key);
}

mlv_err mlv_yaml_rename(const char *name, struct mlv_buf *text, const char *map, const char *key,
			const char *to)
{
	struct place place;
	mlv_err err = locate(name, text, map, key, &place);

	if (err)
		return err;
	if (!place.found.there)
		return mlv_error(MLV_E_SPEC, "%s: there is no '%s'", name, key);
	return splice(text, place.found.key, place.found.key_end, to);
}

/* Whether some reader (of YAML 1.1, too) takes the word for something else than text. */
static bool is_special_word(const char *text, size_t len)
{
	static const char *const words[] = { "y", "n", "yes", "no", "true", "false", "on", "off",
					     "null", "nan", "inf" };

	for (size_t i = 0; i < MLV_COUNT(words); i++)
		if (len == strlen(words[i]) && strncasecmp(text, words[i], len) == 0)
			return true;
	return false;
}

static bool is_plain(const char *text, size_t len)
{
	/* What begins with a letter and is none of the words is neither number nor date. */
	bool letter = len > 0 && isalpha((unsigned char)text[0]);

	if (len == 0 || is_special_word(text, len) ||
	    (!isalpha((unsigned char)text[0]) && text[0] != '_' && text[0] != '/' &&
	     !isdigit((unsigned char)text[0])))
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (!isalnum(c) && !strchr("_-./+@=", c) &&
		    !(c == ' ' && i + 1 < len && text[i + 1] != ' '))
			return false;
		/* 0x1f, 1e5 and 2020-01-01T00 are none either with another letter in them. */
		letter |= isalpha(c) && !strchr("abcdefxoABCDEFXOTZtz", c);
	}
	return letter;
}

mlv_err mlv_yaml_add_string(struct mlv_buf *to, const char *text, size_t len)
{
	return is_plain(text, len) ? mlv_buf_add(to, text, len)
				   : mlv_json_add_string(to, text, len);
}
