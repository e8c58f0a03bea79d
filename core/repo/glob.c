#include "core/repo/glob.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"

enum token_type {
	BYTE,
	ANY,
	SET,
	STAR, /* any bytes; with slashes none of them */
	WIDE, /* any bytes */
	DIRS, /* nothing, or any bytes and a slash */
};

struct mlv_glob_token {
	uint8_t type;
	uint8_t byte; /* BYTE */
	uint32_t set; /* SET */
};

void mlv_glob_release(struct mlv_glob *glob)
{
	free(glob->tokens);
	free(glob->sets);
	*glob = (struct mlv_glob){ 0 };
}

/* ---- sets */

/* ASCII alone, whatever the locale. Space is what git's isspace() is: no vertical tab, no form feed. */
static bool is_in_class(const char *name, size_t len, unsigned c, bool *known)
{
	const bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z';
	const bool digit = c >= '0' && c <= '9', graph = c > ' ' && c < 127;
	const struct {
		const char *name;
		bool is;
	} classes[] = {
		{ "alnum", lower || upper || digit },
		{ "alpha", lower || upper },
		{ "blank", c == ' ' || c == '\t' },
		{ "cntrl", c < ' ' || c == 127 },
		{ "digit", digit },
		{ "graph", graph },
		{ "lower", lower },
		{ "print", graph || c == ' ' },
		{ "punct", graph && !lower && !upper && !digit },
		{ "space", c == ' ' || c == '\t' || c == '\n' || c == '\r' },
		{ "upper", upper },
		{ "xdigit", digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') },
	};

	for (size_t i = 0; i < MLV_COUNT(classes); i++)
		if (strlen(classes[i].name) == len && memcmp(classes[i].name, name, len) == 0)
			return classes[i].is;
	*known = false;
	return false;
}

static void set_range(uint8_t set[32], unsigned from, unsigned to)
{
	for (unsigned c = from; c <= to; c++)
		set[c / 8] |= (uint8_t)(1U << (c % 8));
}

/* What is left of a pattern. */
struct reader {
	const unsigned char *at, *end;
};

/*
 * At "[:" inside a set: add the class, and stand on its last byte. Without a
 * ":]" the bracket is a member like any other. false: no such class.
 */
static bool read_class(struct reader *reader, uint8_t set[32], unsigned *last)
{
	const unsigned char *name = reader->at + 2;
	const unsigned char *end = memchr(name, ']', (size_t)(reader->end - name));
	bool known = true;

	if (!end)
		return false;
	if (end == name || end[-1] != ':') {
		set_range(set, '[', '[');
		*last = '[';
		return true;
	}
	for (unsigned c = 0; c < 256; c++)
		if (is_in_class((const char *)name, (size_t)(end - 1 - name), c, &known))
			set_range(set, c, c);
	reader->at = end;
	*last = 0;
	return known;
}

/* One member of a set, maybe a range that begins with the last one; *last is 0 after a range. */
static bool read_member(struct reader *reader, uint8_t set[32], unsigned *last)
{
	size_t left = (size_t)(reader->end - reader->at);
	bool range = *reader->at == '-' && *last && left > 1 && reader->at[1] != ']';

	if (*reader->at == '[' && left > 1 && reader->at[1] == ':')
		return read_class(reader, set, last);
	reader->at += range;
	if (*reader->at == '\\' && ++reader->at == reader->end)
		return false;
	set_range(set, range ? *last : *reader->at, *reader->at);
	*last = range ? 0 : *reader->at;
	return true;
}

/* After "[", up to and with the "]"; one that stands first is a member. false: not well formed. */
static bool read_set(struct reader *reader, uint8_t set[32])
{
	bool negated = reader->at < reader->end && (*reader->at == '!' || *reader->at == '^');
	unsigned last = 0;

	reader->at += negated;
	for (bool first = true;; first = false, reader->at++) {
		if (reader->at >= reader->end)
			return false;
		if (*reader->at == ']' && !first)
			break;
		if (!read_member(reader, set, &last))
			return false;
	}
	reader->at++;
	for (size_t i = 0; negated && i < 32; i++)
		set[i] = (uint8_t)~set[i];
	return true;
}

/* ---- compiling */

/* After one "*": what the stars are, by what stands before and after them. */
static uint8_t read_stars(struct reader *reader, const unsigned char *start, bool slashes)
{
	const unsigned char *first = reader->at - 1;
	bool component = first == start || first[-1] == '/';

	while (reader->at < reader->end && *reader->at == '*')
		reader->at++;
	if (!slashes || reader->at - first == 1 || !component)
		return STAR;
	if (reader->at == reader->end)
		return WIDE;
	if (*reader->at == '/') {
		reader->at++;
		return DIRS;
	}
	/* An escaped slash follows a component as well, but is not optional. */
	return reader->end - reader->at > 1 && memcmp(reader->at, "\\/", 2) == 0 ? WIDE : STAR;
}

static void compile_next(struct mlv_glob *glob, struct reader *reader, const unsigned char *start)
{
	struct mlv_glob_token *token = &glob->tokens[glob->count++];
	unsigned char c = *reader->at++;

	*token = (struct mlv_glob_token){ .type = BYTE, .byte = c };
	switch (c) {
	case '?':
		token->type = ANY;
		break;
	case '*':
		token->type = read_stars(reader, start, glob->slashes);
		break;
	case '[':
		token->type = SET;
		token->set = (uint32_t)glob->set_count;
		glob->never |= !read_set(reader, glob->sets[glob->set_count++]);
		break;
	case '\\':
		glob->never |= reader->at == reader->end;
		if (!glob->never)
			token->byte = *reader->at++;
		break;
	default:
		break;
	}
}

mlv_err mlv_glob_compile(struct mlv_glob *glob, const char *pattern, size_t len, bool slashes)
{
	const unsigned char *start = (const unsigned char *)pattern;
	struct reader reader = { start, start + len };
	size_t sets = 0;

	*glob = (struct mlv_glob){ .slashes = slashes };
	for (size_t i = 0; i < len; i++)
		sets += pattern[i] == '[';
	glob->tokens = mlv_sys_alloc_array(len + 1, sizeof(*glob->tokens));
	glob->sets = mlv_sys_alloc_array(sets + 1, sizeof(*glob->sets));
	if (!glob->tokens || !glob->sets) {
		mlv_glob_release(glob);
		return mlv_error_nomem("a pattern");
	}
	while (reader.at < reader.end && !glob->never)
		compile_next(glob, &reader, start);
	return NULL;
}

/* ---- matching */

/* Where to go on when what was tried fails: after token `next - 1`, from byte `at` on. */
struct mark {
	bool set;
	size_t next, at;
};

struct match {
	const struct mlv_glob *glob;
	const char *text;
	size_t len;
	size_t token, at;
	struct mark star, wide; /* the last of each; a new wide one makes the star before it void */
};

static bool matches_one(const struct match *match)
{
	const struct mlv_glob_token *token = &match->glob->tokens[match->token];
	const uint8_t c = (uint8_t)match->text[match->at];

	if (token->type == BYTE)
		return token->byte == c;
	if (c == '/' && match->glob->slashes)
		return false;
	return token->type == ANY || (match->glob->sets[token->set][c / 8] >> (c % 8) & 1);
}

/* Let the star take one byte more. */
static bool widen_star(struct match *match)
{
	struct mark *mark = &match->star;

	if (!mark->set || mark->at == match->len ||
	    (match->glob->slashes && match->text[mark->at] == '/'))
		return false;
	match->token = mark->next;
	match->at = ++mark->at;
	return true;
}

/* Let the ** take one byte, or one directory, more. */
static bool widen_wide(struct match *match)
{
	struct mark *mark = &match->wide;
	size_t step = 1;

	if (!mark->set || mark->at == match->len)
		return false;
	if (match->glob->tokens[mark->next - 1].type == DIRS) {
		const char *from = match->text + mark->at;
		const char *slash = memchr(from, '/', match->len - mark->at);

		if (!slash)
			return false;
		step = (size_t)(slash - from) + 1;
	}
	mark->at += step;
	match->star.set = false;
	match->token = mark->next;
	match->at = mark->at;
	return true;
}

static void set_mark(struct match *match)
{
	bool star = match->glob->tokens[match->token].type == STAR;

	match->token++;
	*(star ? &match->star : &match->wide) = (struct mark){ true, match->token, match->at };
	if (!star)
		match->star.set = false;
}

bool mlv_glob_match(const struct mlv_glob *glob, const char *text, size_t len)
{
	struct match match = { .glob = glob, .text = text, .len = len };

	if (glob->never)
		return false;
	for (;;) {
		bool more = match.token < glob->count;

		if (more && glob->tokens[match.token].type >= STAR) {
			set_mark(&match);
		} else if (more && match.at < len && matches_one(&match)) {
			match.token++;
			match.at++;
		} else if (!more && match.at == len) {
			return true;
		} else if (!widen_star(&match) && !widen_wide(&match)) {
			return false;
		}
	}
}
