/*
 * libfyaml parses into events; the tree is built from these, so that what is
 * not allowed is refused where it stands, and what aliases stand for is counted
 * before it is copied.
 */
#include "core/base/yaml.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/base/yaml/parts.h"

struct reader {
	const char *name;
	struct fy_parser *parser;
	struct fy_diag *diag;
	char said[160]; /* what the library says of an error that it gives no place for */
	struct mlv_value *root;
	struct mlv_value
		*open[MLV_VALUE_DEPTH]; /* containers that have not ended; owned by root or above */
	char *keys[MLV_VALUE_DEPTH];             /* in a map: the key whose value comes next */
	struct {
		unsigned line, column;
		bool merges; /* it has a merge key */
	} at[MLV_VALUE_DEPTH]; /* in a map: where the key stands */
	size_t depth;
	unsigned documents;
	bool aliases; /* allowed, with anchors and merge keys */
	struct mlv_yaml_anchors anchors;
};

static void reader_release(struct reader *reader)
{
	fy_parser_destroy(reader->parser);
	fy_diag_destroy(reader->diag);
	for (size_t i = 0; i < reader->depth; i++)
		free(reader->keys[i]);
	mlv_yaml_anchors_release(&reader->anchors);
	mlv_value_freep(&reader->root);
}

/* An event, given back to its parser at the end of its scope. */
struct event {
	struct fy_parser *parser;
	struct fy_event *event;
};

static void event_release(struct event *event)
{
	fy_parser_event_free(event->parser, event->event);
}

static mlv_err error_at(const struct reader *reader, struct fy_event *event, const char *what)
{
	const struct fy_mark *mark = fy_event_start_mark(event);

	if (!mark)
		return mlv_error(MLV_E_SPEC, "%s: %s", reader->name, what);
	return mlv_error(MLV_E_SPEC, "%s:%d:%d: %s", reader->name, mark->line + 1,
			 mark->column + 1, what);
}

static void place_of(struct fy_event *event, unsigned *line, unsigned *column)
{
	const struct fy_mark *mark = fy_event_start_mark(event);

	*line = mark ? (unsigned)mark->line + 1 : 0;
	*column = mark ? (unsigned)mark->column + 1 : 0;
}

static mlv_err new_value(struct fy_event *event, enum mlv_value_type type,
			 struct mlv_value **value)
{
	mlv_err err = mlv_value_new(value, type, 0);

	if (!err)
		place_of(event, &(*value)->line, &(*value)->column);
	return err;
}

/* Put a finished or just opened value where it belongs; the reader owns it then. */
static mlv_err attach(struct reader *reader, struct fy_event *event, struct mlv_value **value)
{
	struct mlv_value *parent = reader->depth ? reader->open[reader->depth - 1] : NULL;
	char **key = reader->depth ? &reader->keys[reader->depth - 1] : NULL;
	mlv_err err;

	if (!parent) {
		reader->root = MLV_TAKE(*value);
		return NULL;
	}
	if (parent->type == MLV_VALUE_LIST)
		return mlv_value_append(parent, NULL, value);
	if (!*key)
		return error_at(reader, event, "a key that is a list or a map");
	(*value)->key_line = reader->at[reader->depth - 1].line;
	(*value)->key_column = reader->at[reader->depth - 1].column;
	err = mlv_value_append(parent, *key, value);
	mlv_mem_free(key);
	return err;
}

static mlv_err take_key(struct reader *reader, struct fy_event *event, const char *text,
			size_t len, bool plain)
{
	if (strnlen(text, len) != len)
		return error_at(reader, event, "a key holds a NUL");
	place_of(event, &reader->at[reader->depth - 1].line, &reader->at[reader->depth - 1].column);
	if (len == 2 && memcmp(text, "<<", 2) == 0) {
		if (plain && !reader->aliases)
			return error_at(reader, event, "merge keys are not allowed here");
		reader->at[reader->depth - 1].merges |= plain;
	}
	reader->keys[reader->depth - 1] = mlv_sys_strndup(text, len);
	return reader->keys[reader->depth - 1] ? NULL : mlv_error_nomem("a key");
}

/* The value is what *name stands for from now on. */
static mlv_err keep_anchor(struct reader *reader, struct fy_event *event, struct fy_token *token,
			   const struct mlv_value *value)
{
	size_t len = 0;
	const char *name = token ? fy_token_get_text(token, &len) : NULL;

	if (!token)
		return NULL;
	if (!reader->aliases)
		return error_at(reader, event, "anchors are not allowed here");
	return name ? mlv_yaml_anchor(&reader->anchors, name, len, value)
		    : mlv_error_nomem(reader->name);
}

static bool wants_key(const struct reader *reader)
{
	return reader->depth && reader->open[reader->depth - 1]->type == MLV_VALUE_MAP &&
	       !reader->keys[reader->depth - 1];
}

static mlv_err on_scalar(struct reader *reader, struct fy_event *event)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL;
	struct fy_token *token = event->scalar.value;
	size_t len = 0;
	const char *text = token ? fy_token_get_text(token, &len) : "";
	bool plain = !token || fy_token_scalar_style(token) == FYSS_PLAIN;
	mlv_err err;

	if (event->scalar.anchor && (!reader->aliases || wants_key(reader)))
		return error_at(reader, event, "anchors are not allowed here");
	if (event->scalar.tag)
		return error_at(reader, event, "tags are not allowed here");
	if (!text)
		return mlv_error_nomem(reader->name);
	if (wants_key(reader))
		return take_key(reader, event, text, len, plain);
	if ((err = new_value(event, MLV_VALUE_TEXT, &value)) ||
	    (err = mlv_value_set_text(value, text, len)) ||
	    (err = keep_anchor(reader, event, event->scalar.anchor, value)))
		return err;
	if (plain)
		mlv_yaml_resolve(value);
	return attach(reader, event, &value);
}

static mlv_err on_begin(struct reader *reader, struct fy_event *event, enum mlv_value_type type,
			struct fy_token *anchor, const void *tag)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL;
	struct mlv_value *opened;
	mlv_err err;

	if (tag)
		return error_at(reader, event, "tags are not allowed here");
	if (reader->depth == MLV_VALUE_DEPTH)
		return error_at(reader, event, "nested more than 64 levels deep");
	if ((err = new_value(event, type, &value)) ||
	    (err = keep_anchor(reader, event, anchor, value)))
		return err;
	opened = value;
	if ((err = attach(reader, event, &value)))
		return err;
	reader->keys[reader->depth] = NULL;
	reader->at[reader->depth].merges = false;
	reader->open[reader->depth++] = opened;
	return NULL;
}

/* What a named value stands for here, as a value of its own. */
static mlv_err copy_anchored(struct reader *reader, struct fy_event *event,
			     const struct mlv_value *anchored, struct mlv_value **value)
{
	const char *why;
	mlv_err err;

	for (size_t i = 0; i < reader->depth; i++)
		if (reader->open[i] == anchored)
			return error_at(reader, event, "an alias of what it stands in");
	if ((why = mlv_yaml_count_copy(&reader->anchors, anchored, reader->depth)))
		return error_at(reader, event, why);
	if ((err = mlv_value_copy(anchored, value)))
		return err;
	place_of(event, &(*value)->line, &(*value)->column);
	return NULL;
}

static mlv_err on_alias(struct reader *reader, struct fy_event *event)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL;
	const struct mlv_value *anchored;
	size_t len = 0;
	const char *name;
	mlv_err err;

	if (!reader->aliases)
		return error_at(reader, event, "aliases are not allowed here");
	if (!(name = fy_token_get_text(event->alias.anchor, &len)))
		return mlv_error_nomem(reader->name);
	if (!(anchored = mlv_yaml_anchored(&reader->anchors, name, len)))
		return error_at(reader, event, "an alias without an anchor before it");
	if (wants_key(reader))
		return anchored->text
			       ? take_key(reader, event, anchored->text, anchored->text_len, false)
			       : error_at(reader, event, "a key that is a list or a map");
	err = copy_anchored(reader, event, anchored, &value);
	return err ? err : attach(reader, event, &value);
}

static mlv_err on_end(struct reader *reader)
{
	struct mlv_value *ended = reader->open[--reader->depth];
	size_t place;

	if (ended->type != MLV_VALUE_MAP)
		return NULL;
	if (mlv_value_repeated_key(ended, &place))
		return mlv_error(MLV_E_SPEC, "%s:%u:%u: the key '%s' is repeated", reader->name,
				 ended->items[place]->key_line, ended->items[place]->key_column,
				 ended->keys[place]);
	if (!reader->at[reader->depth].merges)
		return NULL;
	return mlv_yaml_merge(reader->name, &reader->anchors, ended);
}

static mlv_err on_document(struct reader *reader, struct fy_event *event)
{
	if (reader->documents++)
		return error_at(reader, event, "a second document");
	return NULL;
}

static mlv_err on_event(struct reader *reader, struct fy_event *event)
{
	switch (event->type) {
	case FYET_DOCUMENT_START:
		return on_document(reader, event);
	case FYET_ALIAS:
		return on_alias(reader, event);
	case FYET_SCALAR:
		return on_scalar(reader, event);
	case FYET_SEQUENCE_START:
		return on_begin(reader, event, MLV_VALUE_LIST, event->sequence_start.anchor,
				event->sequence_start.tag);
	case FYET_MAPPING_START:
		return on_begin(reader, event, MLV_VALUE_MAP, event->mapping_start.anchor,
				event->mapping_start.tag);
	case FYET_SEQUENCE_END:
	case FYET_MAPPING_END:
		return on_end(reader);
	default:
		return NULL;
	}
}

static mlv_err parser_error(const struct reader *reader)
{
	void *at = NULL;
	const struct fy_diag_error *first = fy_diag_errors_iterate(reader->diag, &at);

	if (!first || !first->msg)
		return mlv_error(MLV_E_SPEC, "%s: not YAML%s%s", reader->name,
				 *reader->said ? ": " : "", reader->said);
	return mlv_error(MLV_E_SPEC, "%s:%d:%d: not YAML: %s", reader->name, first->line,
			 first->column, first->msg);
}

/* Some errors are not collected but printed, which is not for a library to do. */
static void keep_said(struct fy_diag *diag, void *user, const char *text, size_t len)
{
	struct reader *reader = user;

	(void)diag;
	if (!*reader->said)
		snprintf(reader->said, sizeof(reader->said), "%.*s",
			 (int)(len < sizeof(reader->said) ? strcspn(text, "\n") : 0), text);
}

static mlv_err open_parser(struct reader *reader, const char *text, size_t len)
{
	struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_2 |
					     FYPCF_JSON_NONE };
	struct fy_diag_cfg diag;

	fy_diag_cfg_default(&diag);
	diag.colorize = false;
	diag.show_type = false;
	diag.fp = NULL;
	diag.output_fn = keep_said;
	diag.user = reader;
	cfg.diag = reader->diag = fy_diag_create(&diag);
	if (!reader->diag)
		return mlv_error_nomem(reader->name);
	fy_diag_set_collect_errors(reader->diag, true);
	reader->parser = fy_parser_create(&cfg);
	if (!reader->parser || fy_parser_set_string(reader->parser, text, len) != 0)
		return mlv_error_nomem(reader->name);
	return NULL;
}

static mlv_err read_all(struct reader *reader)
{
	mlv_err err = NULL;

	while (!err) {
		MLV_SCOPED(event_release) struct event at = { reader->parser, NULL };

		errno = 0;
		at.event = fy_parser_parse(reader->parser);
		/* The library has one failure for what is no YAML and for what found no memory. */
		if (!at.event)
			return errno == ENOMEM ? mlv_error_nomem(reader->name) : parser_error(reader);
		if (at.event->type == FYET_STREAM_END)
			return NULL;
		err = on_event(reader, at.event);
	}
	return err;
}

static mlv_err parse(struct reader *reader, const char *text, size_t len,
		     struct mlv_value **value)
{
	mlv_err err;

	/* libfyaml lets some of what is neither pass. */
	if (!mlv_text_is_utf8(text, len))
		return mlv_error(MLV_E_SPEC, "%s: not YAML: it is not UTF-8 text", reader->name);
	if (len && ((err = open_parser(reader, text, len)) || (err = read_all(reader))))
		return err;
	if (!reader->root && (err = mlv_value_new(&reader->root, MLV_VALUE_NULL, 0)))
		return err;
	*value = MLV_TAKE(reader->root);
	return NULL;
}

mlv_err mlv_yaml_parse(const char *name, const char *text, size_t len, struct mlv_value **value)
{
	MLV_SCOPED(reader_release) struct reader reader = { .name = name };

	return parse(&reader, text, len, value);
}

mlv_err mlv_yaml_parse_anchored(const char *name, const char *text, size_t len,
				struct mlv_value **value)
{
	MLV_SCOPED(reader_release) struct reader reader = { .name = name, .aliases = true };

	return parse(&reader, text, len, value);
}
