/*
 * libfyaml parses into events; the tree is built from these, so that what is
 * not allowed is refused where it stands and nothing is ever expanded.
 */
#include "core/base/yaml.h"

#include <ctype.h>
#include <errno.h>
#include <libfyaml.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/sys.h"

struct reader {
	const char *name;
	struct fy_parser *parser;
	struct fy_diag *diag;
	char said[160]; /* what the library says of an error that it gives no place for */
	struct mlv_value *root;
	struct mlv_value
		*open[MLV_VALUE_DEPTH]; /* containers that have not ended; owned by root or above */
	char *keys[MLV_VALUE_DEPTH];             /* in a map: the key whose value comes next */
	size_t depth;
	unsigned documents;
};

static void reader_release(struct reader *reader)
{
	fy_parser_destroy(reader->parser);
	fy_diag_destroy(reader->diag);
	for (size_t i = 0; i < reader->depth; i++)
		free(reader->keys[i]);
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

static unsigned line_of(struct fy_event *event)
{
	const struct fy_mark *mark = fy_event_start_mark(event);

	return mark ? (unsigned)mark->line + 1 : 0;
}

static bool text_is(const char *text, size_t len, const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) == len && memcmp(*words, text, len) == 0)
			return true;
	return false;
}

/* A run of digits that strspn() counts; at must be NUL-terminated. */
static size_t digits(const char *at)
{
	return strspn(at, "0123456789");
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool is_float(const char *text)
{
	size_t before, after = 0;

	text += *text == '-' || *text == '+';
	text += before = digits(text);
	if (*text == '.') {
		text++;
		text += after = digits(text);
	}
	if (!before && !after)
		return false;
	if (*text == 'e' || *text == 'E') {
		text++;
		text += *text == '-' || *text == '+';
		if (!digits(text))
			return false;
		text += digits(text);
	}
	return *text == '\0';
}

static bool is_int(const char *text)
{
	text += *text == '-' || *text == '+';
	return digits(text) && text[digits(text)] == '\0';
}

/* 0o17 and 0x1f, which have no sign. */
static int radix(const char *text)
{
	if (text[0] != '0' || !text[1] || !text[2])
		return 0;
	if (text[1] == 'o' && strspn(text + 2, "01234567") == strlen(text + 2))
		return 8;
	if (text[1] == 'x' && strspn(text + 2, "0123456789abcdefABCDEF") == strlen(text + 2))
		return 16;
	return 0;
}

static void set_int(struct mlv_value *value, const char *text, int base)
{
	errno = 0;
	value->type = MLV_VALUE_INT;
	value->integer = strtoll(text, NULL, base);
	value->real = (double)value->integer;
	if (errno != ERANGE)
		return;
	value->type = MLV_VALUE_REAL;
	value->integer = 0;
	value->real = 0;
	if (base == 10) {
		value->real = strtod(text, NULL);
		return;
	}
	for (; *text; text++)
		value->real =
			value->real * base + (isdigit((unsigned char)*text)
						      ? *text - '0'
						      : tolower((unsigned char)*text) - 'a' + 10);
}

static bool set_special(struct mlv_value *value, const char *text, size_t len)
{
	static const char *const nan[] = { ".nan", ".NaN", ".NAN", NULL };
	static const char *const inf[] = { ".inf", ".Inf", ".INF", NULL };
	size_t sign = len && (text[0] == '-' || text[0] == '+');

	if (text_is(text, len, nan))
		value->real = (double)NAN;
	else if (text_is(text + sign, len - sign, inf))
		value->real = (double)(text[0] == '-' ? -INFINITY : INFINITY);
	else
		return false;
	value->type = MLV_VALUE_REAL;
	return true;
}

/* What a plain scalar is by the core schema of YAML 1.2.2, section 10.3.2. */
static void resolve(struct mlv_value *value)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
	static const char *const yes[] = { "true", "True", "TRUE", NULL };
	static const char *const no[] = { "false", "False", "FALSE", NULL };
	const char *text = value->text;
	size_t len = value->text_len;

	if (text_is(text, len, nulls)) {
		value->type = MLV_VALUE_NULL;
	} else if (text_is(text, len, yes) || text_is(text, len, no)) {
		value->type = MLV_VALUE_BOOL;
		value->boolean = text_is(text, len, yes);
	} else if (strlen(text) != len || set_special(value, text, len)) {
		return;
	} else if (is_int(text)) {
		set_int(value, text, 10);
	} else if (radix(text)) {
		set_int(value, text + 2, radix(text));
	} else if (is_float(text)) {
		value->type = MLV_VALUE_REAL;
		value->real = strtod(text, NULL);
	}
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
	err = mlv_value_append(parent, *key, value);
	mlv_mem_free(key);
	return err;
}

static mlv_err take_key(struct reader *reader, struct fy_event *event, const char *text,
			size_t len, bool plain)
{
	if (strnlen(text, len) != len)
		return error_at(reader, event, "a key holds a NUL");
	if (plain && len == 2 && memcmp(text, "<<", 2) == 0)
		return error_at(reader, event, "merge keys are not allowed here");
	reader->keys[reader->depth - 1] = mlv_sys_strndup(text, len);
	return reader->keys[reader->depth - 1] ? NULL : mlv_error_nomem("a key");
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

	if (event->scalar.anchor)
		return error_at(reader, event, "anchors are not allowed here");
	if (event->scalar.tag)
		return error_at(reader, event, "tags are not allowed here");
	if (!text)
		return mlv_error_nomem(reader->name);
	if (wants_key(reader))
		return take_key(reader, event, text, len, plain);
	if ((err = mlv_value_new(&value, MLV_VALUE_TEXT, line_of(event))) ||
	    (err = mlv_value_set_text(value, text, len)))
		return err;
	if (plain)
		resolve(value);
	return attach(reader, event, &value);
}

static mlv_err on_begin(struct reader *reader, struct fy_event *event, enum mlv_value_type type,
			const void *anchor, const void *tag)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL;
	struct mlv_value *opened;
	mlv_err err;

	if (anchor)
		return error_at(reader, event, "anchors are not allowed here");
	if (tag)
		return error_at(reader, event, "tags are not allowed here");
	if (reader->depth == MLV_VALUE_DEPTH)
		return error_at(reader, event, "nested more than 64 levels deep");
	if ((err = mlv_value_new(&value, type, line_of(event))))
		return err;
	opened = value;
	if ((err = attach(reader, event, &value)))
		return err;
	reader->keys[reader->depth] = NULL;
	reader->open[reader->depth++] = opened;
	return NULL;
}

static mlv_err on_end(struct reader *reader)
{
	const struct mlv_value *ended = reader->open[--reader->depth];
	size_t place;

	if (ended->type != MLV_VALUE_MAP || !mlv_value_repeated_key(ended, &place))
		return NULL;
	return mlv_error(MLV_E_SPEC, "%s:%u: the key '%s' is repeated", reader->name,
			 ended->items[place]->line, ended->keys[place]);
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
		return error_at(reader, event, "aliases are not allowed here");
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

		at.event = fy_parser_parse(reader->parser);
		if (!at.event)
			return parser_error(reader);
		if (at.event->type == FYET_STREAM_END)
			return NULL;
		err = on_event(reader, at.event);
	}
	return err;
}

/* UTF-8 without NUL. libfyaml lets some of what is neither pass. */
static bool is_text(const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t size = mlv_text_char((const unsigned char *)text + i, len - i);

		if (!size || !text[i])
			return false;
		i += size;
	}
	return true;
}

mlv_err mlv_yaml_parse(const char *name, const char *text, size_t len, struct mlv_value **value)
{
	MLV_SCOPED(reader_release) struct reader reader = { .name = name };
	mlv_err err;

	if (!is_text(text, len))
		return mlv_error(MLV_E_SPEC, "%s: not YAML: it is not UTF-8 text", name);
	if (len && ((err = open_parser(&reader, text, len)) || (err = read_all(&reader))))
		return err;
	if (!reader.root && (err = mlv_value_new(&reader.root, MLV_VALUE_NULL, 0)))
		return err;
	*value = MLV_TAKE(reader.root);
	return NULL;
}
