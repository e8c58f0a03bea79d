#include "core/repo/git/config.h"

#include <ctype.h>

#include "core/repo/git.h"

#define MAX_TEXT ((size_t)1 << 20) /* bytes */
#define MAX_ITEMS 10000

struct scan {
	const char *name; /* of the file */
	const char *text;
	size_t len, at;
	unsigned line;
	unsigned items;
	struct mlv_buf section; /* "section" or "section.sub" */
	struct mlv_buf key, value;
	mlv_config_item_fn fn;
	void *arg;
};

static mlv_err MLV_CHECK bad(const struct scan *scan, const char *why)
{
	return mlv_error(MLV_E_SPEC, "%s:%u: %s", scan->name, scan->line, why);
}

/* The byte at hand, '\n' for CR LF too; 0 at the end. */
static char peek(const struct scan *scan)
{
	char c = scan->at < scan->len ? scan->text[scan->at] : '\0';

	if (c == '\r' && scan->at + 1 < scan->len && scan->text[scan->at + 1] == '\n')
		return '\n';
	return c;
}

static void step(struct scan *scan)
{
	if (peek(scan) == '\n') {
		scan->line++;
		if (scan->text[scan->at] == '\r')
			scan->at++;
	}
	scan->at++;
}

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static void skip_blanks(struct scan *scan)
{
	while (peek(scan) == ' ' || peek(scan) == '\t')
		step(scan);
}

static void skip_line(struct scan *scan)
{
	while (scan->at < scan->len && peek(scan) != '\n')
		step(scan);
}

static mlv_err give(struct scan *scan, struct mlv_config_item *item)
{
	if (++scan->items > MAX_ITEMS)
		return bad(scan, "more than 10000 settings");
	item->end = item->end ? item->end : scan->at;
	return scan->fn(scan->arg, item);
}

/* The part of a header in quotes: any bytes, with \" and \\ escaped. */
static mlv_err scan_subsection(struct scan *scan)
{
	mlv_err err = mlv_buf_add_char(&scan->section, '.');

	step(scan);
	while (!err && peek(scan) != '"') {
		if (peek(scan) == '\\')
			step(scan);
		if (peek(scan) == '\0' || peek(scan) == '\n')
			return bad(scan, "a section name without its closing quote");
		err = mlv_buf_add_char(&scan->section, peek(scan));
		step(scan);
	}
	step(scan);
	return err;
}

static mlv_err scan_header(struct scan *scan)
{
	struct mlv_config_item item = { .is_header = true, .line = scan->line, .start = scan->at };
	mlv_err err = NULL;

	mlv_buf_clear(&scan->section);
	step(scan);
	while (!err && (is_name_char(peek(scan)) || peek(scan) == '.')) {
		err = mlv_buf_add_char(&scan->section, lower(peek(scan)));
		step(scan);
	}
	skip_blanks(scan);
	if (!err && scan->section.len == 0)
		return bad(scan, "a section without a name");
	if (!err && peek(scan) == '"')
		err = scan_subsection(scan);
	if (err)
		return err;
	if (peek(scan) != ']')
		return bad(scan, "a section header without ']'");
	step(scan);
	item.key = scan->section.ptr;
	return give(scan, &item);
}

static mlv_err scan_escape(struct scan *scan)
{
	static const char from[] = "ntb\"\\", to[] = "\n\t\b\"\\";
	const char *known;

	step(scan);
	if (peek(scan) == '\n') { /* the value goes on in the next line */
		step(scan);
		return NULL;
	}
	known = peek(scan) ? strchr(from, peek(scan)) : NULL;
	if (!known)
		return bad(scan, "a backslash before something that is no escape");
	step(scan);
	return mlv_buf_add_char(&scan->value, to[known - from]);
}

/* After '=': what is outside quotes loses the blanks at its end. */
static mlv_err scan_value(struct scan *scan, struct mlv_config_item *item)
{
	size_t solid = 0; /* length of value without blanks at its end */
	bool quoted = false;

	skip_blanks(scan);
	item->end = scan->at;
	for (;;) {
		char c = peek(scan);
		mlv_err err = NULL;

		if (scan->at >= scan->len || c == '\n' || (!quoted && (c == '#' || c == ';')))
			break;
		if (c == '\0')
			return bad(scan, "a NUL byte");
		if (c == '\\')
			err = scan_escape(scan);
		else if (c != '"')
			err = mlv_buf_add_char(&scan->value, c);
		else
			quoted = !quoted;
		if (err)
			return err;
		if (c != '\\')
			step(scan);
		if (quoted || (c != ' ' && c != '\t')) {
			solid = scan->value.len;
			item->end = scan->at;
		}
	}
	mlv_buf_truncate(&scan->value, solid);
	return quoted ? bad(scan, "a value without its closing quote") : NULL;
}

static mlv_err scan_entry(struct scan *scan)
{
	struct mlv_config_item item = { .line = scan->line, .start = scan->at };
	mlv_err err;

	if (scan->section.len == 0)
		return bad(scan, "a setting before the first [section]");
	if (!isalpha((unsigned char)peek(scan)))
		return bad(scan, "neither a [section] nor a setting");
	mlv_buf_clear(&scan->key);
	mlv_buf_clear(&scan->value);
	err = mlv_buf_printf(&scan->key, "%s.", scan->section.ptr);
	while (!err && is_name_char(peek(scan))) {
		err = mlv_buf_add_char(&scan->key, lower(peek(scan)));
		step(scan);
	}
	item.end = scan->at;
	skip_blanks(scan);
	if (err)
		return err;
	if (peek(scan) == '=') {
		step(scan);
		err = scan_value(scan, &item);
	} else if (scan->at >= scan->len || strchr("\n#;", peek(scan)))
		err = mlv_buf_add_str(&scan->value, "true");
	else
		err = bad(scan, "a setting without '='");
	item.key = scan->key.ptr;
	item.value = scan->value.ptr;
	return err ? err : give(scan, &item);
}

static mlv_err scan_all(struct scan *scan)
{
	if (scan->len >= 3 && memcmp(scan->text, "\xef\xbb\xbf", 3) == 0)
		scan->at = 3;
	while (scan->at < scan->len) {
		char c = peek(scan);
		mlv_err err = NULL;

		if (c == '#' || c == ';')
			skip_line(scan);
		else if (c == '\n' || c == ' ' || c == '\t')
			step(scan);
		else if (c == '[')
			err = scan_header(scan);
		else
			err = scan_entry(scan);
		if (err)
			return err;
	}
	return NULL;
}

mlv_err mlv_config_scan(const char *name, const char *text, size_t len, mlv_config_item_fn fn,
			void *arg)
{
	struct scan scan = {
		.name = name, .text = text, .len = len, .line = 1,
		.section = MLV_BUF_INIT, .key = MLV_BUF_INIT, .value = MLV_BUF_INIT,
		.fn = fn, .arg = arg,
	};
	mlv_err err;

	if (len > MAX_TEXT)
		return mlv_error(MLV_E_SPEC, "%s: larger than 1 MiB", name);
	err = scan_all(&scan);
	mlv_buf_release(&scan.section);
	mlv_buf_release(&scan.key);
	mlv_buf_release(&scan.value);
	return err;
}

struct entries_only {
	mlv_git_config_fn fn;
	void *arg;
};

static mlv_err give_entry(void *arg, const struct mlv_config_item *item)
{
	const struct entries_only *to = arg;

	return item->is_header ? NULL : to->fn(to->arg, item->key, item->value, item->line);
}

mlv_err mlv_git_config_parse(const char *name, const char *text, size_t len, mlv_git_config_fn fn,
			     void *arg)
{
	struct entries_only to = { fn, arg };

	return mlv_config_scan(name, text, len, give_entry, &to);
}
