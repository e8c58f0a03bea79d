/* git/config_edit.c - changing one setting in the text of a configuration file. */
#include "core/repo/git/config.h"

#include <stdlib.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/repo/git.h"

struct span {
	size_t start, end;
};

/* What of the text is concerned. */
struct edit {
	const char *key;     /* as asked */
	size_t section_len;  /* bytes of key before the name; all of it for a whole section */
	bool whole;          /* the section goes */
	struct span *at;     /* entries (or headers with what follows) that match */
	size_t count, cap;
	bool inside;         /* the header at hand is that of the section */
	size_t insert;       /* after the last item of the section; 0: there is no such section */
	unsigned others;     /* entries of the section that stay */
};

static mlv_err add_span(struct edit *edit, size_t start, size_t end)
{
	mlv_err err = mlv_array_grow(&edit->at, &edit->cap, edit->count + 1, sizeof(*edit->at));

	if (!err)
		edit->at[edit->count++] = (struct span){ start, end };
	return err;
}

static mlv_err look(void *arg, const struct mlv_config_item *item)
{
	struct edit *edit = arg;

	if (item->is_header) {
		edit->inside = strlen(item->key) == edit->section_len &&
			       memcmp(item->key, edit->key, edit->section_len) == 0;
		if (edit->inside)
			edit->insert = item->end;
		return edit->inside && edit->whole ? add_span(edit, item->start, item->end) : NULL;
	}
	if (!edit->inside)
		return NULL;
	edit->insert = item->end;
	if (edit->whole) /* the header's span grows up to its last entry */
		edit->at[edit->count - 1].end = item->end;
	else if (strcmp(item->key, edit->key) == 0)
		return add_span(edit, item->start, item->end);
	else
		edit->others++;
	return NULL;
}

static mlv_err splice(struct mlv_buf *text, struct span span, const char *with)
{
	struct mlv_buf out = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_buf_add(&out, text->ptr, span.start)) ||
	    (err = mlv_buf_add_str(&out, with)) ||
	    (err = mlv_buf_add(&out, text->ptr + span.end, text->len - span.end))) {
		mlv_buf_release(&out);
		return err;
	}
	out.limit = text->limit;
	mlv_buf_release(text);
	*text = out;
	return NULL;
}

/* A span with the rest of its line; the whole line where nothing else stands before. */
static struct span whole_lines(const struct mlv_buf *text, struct span span)
{
	size_t start = span.start;

	while (span.end < text->len && text->ptr[span.end] != '\n')
		span.end++;
	while (start > 0 && (text->ptr[start - 1] == ' ' || text->ptr[start - 1] == '\t'))
		start--;
	if (start > 0 && text->ptr[start - 1] != '\n')
		return span;
	span.end += span.end < text->len;
	span.start = start;
	return span;
}

static mlv_err remove_spans(struct mlv_buf *text, const struct edit *edit, size_t count)
{
	mlv_err err = NULL;

	while (!err && count-- > 0)
		err = splice(text, whole_lines(text, edit->at[count]), "");
	return err;
}

static bool needs_quotes(const char *value)
{
	size_t len = strlen(value);

	return len == 0 || value[0] == ' ' || value[0] == '\t' || value[len - 1] == ' ' ||
	       value[len - 1] == '\t' || strpbrk(value, "#;\"\\\n\t\b\r") != NULL;
}

/* "name = value", escaped. */
static mlv_err add_setting(struct mlv_buf *to, const char *name, const char *value)
{
	static const char special[] = "\n\t\b\"\\", letters[] = "ntb\"\\";
	bool quote = needs_quotes(value);
	mlv_err err = mlv_buf_printf(to, "%s = %s", name, quote ? "\"" : "");

	for (; !err && *value; value++) {
		const char *found = strchr(special, *value);

		if (found)
			err = mlv_buf_printf(to, "\\%c", letters[found - special]);
		else
			err = mlv_buf_add_char(to, *value);
	}
	return err || !quote ? err : mlv_buf_add_char(to, '"');
}

static mlv_err add_header(struct mlv_buf *to, const char *section, size_t len)
{
	const char *dot = memchr(section, '.', len);
	size_t head = dot ? (size_t)(dot - section) : len;
	mlv_err err = mlv_buf_printf(to, "[%.*s", (int)head, section);

	if (!err && dot)
		err = mlv_buf_add_str(to, " \"");
	for (size_t i = head + 1; !err && i < len; i++) {
		if (section[i] == '"' || section[i] == '\\')
			err = mlv_buf_add_char(to, '\\');
		if (!err)
			err = mlv_buf_add_char(to, section[i]);
	}
	if (err)
		return err;
	return mlv_buf_add_str(to, dot ? "\"]\n" : "]\n");
}

static mlv_err insert_setting(struct mlv_buf *text, const struct edit *edit, const char *setting)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf add = MLV_BUF_INIT;
	size_t at = edit->insert;
	mlv_err err;

	if (!at) {
		at = text->len;
		if (at && text->ptr[at - 1] != '\n' && (err = mlv_buf_add_char(&add, '\n')))
			return err;
		if ((err = add_header(&add, edit->key, edit->section_len)))
			return err;
	} else { /* behind the line of the section's last item, and the comment there */
		while (at < text->len && text->ptr[at] != '\n')
			at++;
		if (at == text->len && (err = mlv_buf_add_char(&add, '\n')))
			return err;
		at += at < text->len;
	}
	if ((err = mlv_buf_printf(&add, "\t%s\n", setting)))
		return err;
	return splice(text, (struct span){ at, at }, add.ptr);
}

static mlv_err set(struct mlv_buf *text, const struct edit *edit, const char *value)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf setting = MLV_BUF_INIT;
	mlv_err err = add_setting(&setting, edit->key + edit->section_len + 1, value);

	if (err)
		return err;
	if (!edit->count)
		return insert_setting(text, edit, setting.ptr);
	if ((err = splice(text, edit->at[edit->count - 1], setting.ptr)))
		return err;
	return remove_spans(text, edit, edit->count - 1);
}

static mlv_err change(const char *name, struct mlv_buf *text, struct edit *edit, const char *value)
{
	mlv_err err = mlv_config_scan(name, text->ptr, text->len, look, edit);

	if (err)
		return err;
	if (value)
		return set(text, edit, value);
	return remove_spans(text, edit, edit->count);
}

/* A key has a name when a section of a known shape precedes it: "a.b", or "remote.X.b". */
static bool is_section(const char *key)
{
	const char *first = strchr(key, '.');

	if (!first)
		return true;
	return strncmp(key, "remote.", 7) == 0 && !strchr(first + 1, '.');
}

mlv_err mlv_git_config_drop(const char *name, struct mlv_buf *text, const char *section)
{
	struct edit edit = { .key = section, .section_len = strlen(section), .whole = true };
	mlv_err err = change(name, text, &edit, NULL);

	free(edit.at);
	return err;
}

mlv_err mlv_git_config_edit(const char *name, struct mlv_buf *text, const char *key,
			    const char *value)
{
	const char *dot = strrchr(key, '.');
	struct edit edit = { .key = key, .section_len = dot ? (size_t)(dot - key) : strlen(key) };
	MLV_SCOPED(mlv_mem_free) char *section = NULL;
	mlv_err err;

	if (!value && is_section(key))
		return mlv_git_config_drop(name, text, key);
	err = change(name, text, &edit, value);
	free(edit.at);
	if (err || value || edit.others || !edit.count)
		return err;
	/* The section is empty now; an empty header would only puzzle. */
	section = mlv_sys_strndup(key, edit.section_len);
	return section ? mlv_git_config_drop(name, text, section) : mlv_error_nomem("a setting");
}
