#include "remote/http/netrc.h"

#include <string.h>
#include <strings.h>

#include "core/base/buf.h"
#include "core/base/sys.h"
#include "remote/url.h"

void mlv_netrc_release(struct mlv_netrc *netrc)
{
	mlv_secret_freep(&netrc->user);
	mlv_secret_freep(&netrc->password);
}

/* ---- words ---- */

enum word { WORD_END, WORD_PLAIN, WORD_WRONG };

struct reading {
	const char *at, *end;
	uint64_t line;
	struct mlv_buf word; /* the last one */
};

static void reading_release(struct reading *r)
{
	mlv_secret_buf_release(&r->word);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Whether a word may end here. */
static bool at_end(const struct reading *r)
{
	return r->at == r->end || is_space(*r->at);
}

static void skip_space(struct reading *r)
{
	for (; r->at < r->end && is_space(*r->at); r->at++)
		r->line += *r->at == '\n';
}

static void skip_line(struct reading *r)
{
	const char *newline = memchr(r->at, '\n', (size_t)(r->end - r->at));

	r->at = newline ? newline : r->end;
}

/* What stands after the opening quote, up to the closing one. */
static mlv_err read_quoted(struct reading *r, enum word *kind)
{
	mlv_err err = NULL;

	*kind = WORD_WRONG;
	for (; !err && r->at < r->end && *r->at != '"' && !is_control(*r->at); r->at++) {
		char c = *r->at;

		if (c == '\\' && ++r->at == r->end)
			return NULL;
		if (c == '\\') {
			c = *r->at == 'n' ? '\n' : *r->at == 'r' ? '\r' : *r->at == 't' ? '\t' : *r->at;
			if (is_control(*r->at))
				return NULL;
		}
		err = mlv_buf_add_char(&r->word, c);
	}
	if (err || r->at == r->end || *r->at != '"')
		return err;
	r->at++;
	if (at_end(r))
		*kind = WORD_PLAIN;
	return NULL;
}

static mlv_err read_word(struct reading *r, enum word *kind)
{
	const char *begin;

	mlv_wipe(r->word.ptr, r->word.len);
	mlv_buf_clear(&r->word);
	skip_space(r);
	*kind = WORD_END;
	if (r->at == r->end)
		return NULL;
	if (*r->at == '"') {
		r->at++;
		return read_quoted(r, kind);
	}
	for (begin = r->at; r->at < r->end && *r->at != ' ' && !is_control(*r->at); r->at++)
		continue;
	*kind = at_end(r) ? WORD_PLAIN : WORD_WRONG;
	return mlv_buf_add(&r->word, begin, (size_t)(r->at - begin));
}

/* ---- entries ---- */

struct entry {
	bool ours; /* it is of the host */
	struct mlv_netrc found;
};

static void entry_release(struct entry *entry)
{
	mlv_netrc_release(&entry->found);
}

/* At the end of an entry: keep it if it is what was looked for, and the first. */
static void close_entry(struct mlv_netrc *netrc, struct entry *entry, const char *user)
{
	if (entry->ours && entry->found.user && entry->found.password && !netrc->user &&
	    (!user || strcmp(user, entry->found.user) == 0)) {
		netrc->user = entry->found.user;
		netrc->password = entry->found.password;
		entry->found = (struct mlv_netrc){ 0 };
	}
	mlv_netrc_release(&entry->found);
	entry->ours = false;
}

static mlv_err set(char **field, const char *value)
{
	mlv_secret_freep(field);
	*field = mlv_sys_strdup(value);
	return *field ? NULL : mlv_error_nomem("a login");
}

/* A macro ends with an empty line, or the file. */
static void skip_macro(struct reading *r)
{
	skip_line(r);
	while (r->at < r->end) {
		r->at++;
		r->line++;
		if (r->at < r->end && *r->at == '\r')
			r->at++;
		if (r->at == r->end || *r->at == '\n')
			return;
		skip_line(r);
	}
}

/* The word after a keyword, and what the two say. */
static mlv_err take_pair(struct reading *r, struct entry *entry, const char *host,
			 const char *keyword, enum word *kind)
{
	mlv_err err = read_word(r, kind);

	if (err)
		return err;
	if (*kind == WORD_END)
		*kind = WORD_WRONG;
	if (*kind == WORD_WRONG)
		return NULL;
	if (strcmp(keyword, "machine") == 0)
		entry->ours = strcasecmp(r->word.ptr, host) == 0;
	else if (strcmp(keyword, "macdef") == 0)
		skip_macro(r);
	else if (entry->ours && strcmp(keyword, "login") == 0)
		return set(&entry->found.user, r->word.ptr);
	else if (entry->ours && strcmp(keyword, "password") == 0)
		return set(&entry->found.password, r->word.ptr);
	return NULL;
}

static mlv_err read_entries(struct reading *r, struct mlv_netrc *netrc, const char *host,
			    const char *user, enum word *kind)
{
	static const char *const keywords[] = { "machine", "login", "password", "account", "macdef" };
	MLV_SCOPED(entry_release) struct entry entry = { 0 };
	mlv_err err;

	while (!(err = read_word(r, kind)) && *kind == WORD_PLAIN) {
		const char *keyword = NULL;

		if (r->word.len && r->word.ptr[0] == '#') {
			skip_line(r);
			continue;
		}
		for (size_t i = 0; i < MLV_COUNT(keywords); i++)
			if (strcmp(r->word.ptr, keywords[i]) == 0)
				keyword = keywords[i];
		if (keyword == keywords[0] || strcmp(r->word.ptr, "default") == 0)
			close_entry(netrc, &entry, user);
		else if (!keyword)
			*kind = WORD_WRONG;
		if (keyword && (err = take_pair(r, &entry, host, keyword, kind)))
			return err;
		if (*kind == WORD_WRONG)
			return NULL;
	}
	close_entry(netrc, &entry, user);
	return err;
}

mlv_err mlv_netrc_find(struct mlv_netrc *netrc, const char *text, size_t len, const char *host,
		       const char *user)
{
	MLV_SCOPED(reading_release) struct reading r = { text, text + len, 1, MLV_BUF_INIT };
	enum word kind = WORD_END;
	mlv_err err = read_entries(&r, netrc, host, user, &kind);

	if (err || kind == WORD_WRONG)
		mlv_netrc_release(netrc);
	netrc->wrong_line = !err && kind == WORD_WRONG ? r.line : 0;
	return err;
}
