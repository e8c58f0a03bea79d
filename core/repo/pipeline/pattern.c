/*
 * Whether two patterns can speak of the same place. Both are walked at once, as
 * two automata are: component by component, and in these byte by byte. A set
 * is taken for any byte, so the answer may be yes where it is no.
 */
#include <string.h>

#include "core/base/path.h"
#include "core/repo/pipeline/parts.h"

struct pattern {
	const char *at[MLV_PATH_DEPTH];
	size_t len[MLV_PATH_DEPTH];
	size_t count;
	bool glob;
};

static void split(struct pattern *pattern, const char *path, bool glob)
{
	pattern->count = 0;
	pattern->glob = glob;
	while (*path && pattern->count < MLV_PATH_DEPTH) {
		size_t len = strcspn(path, "/");

		pattern->at[pattern->count] = path;
		pattern->len[pattern->count++] = len;
		path += len + (path[len] == '/');
	}
}

/* What stands at text: its size; *byte is -1 for any byte, -2 for any number of them. */
static size_t token(const char *text, size_t len, bool glob, int *byte)
{
	*byte = (unsigned char)*text;
	if (!glob)
		return 1;
	if (*text == '*' || *text == '?') {
		*byte = *text == '*' ? -2 : -1;
		return 1;
	}
	if (*text == '\\' && len > 1) {
		*byte = (unsigned char)text[1];
		return 2;
	}
	if (*text == '[') {
		const char *end = len > 2 ? memchr(text + 2, ']', len - 2) : NULL;

		*byte = -1;
		return end ? (size_t)(end - text) + 1 : len;
	}
	return 1;
}

/* The bytes that follow at b decide: from state reach[i] (a matched up to i) to the next. */
static void step(const char *a, size_t len, bool glob, int byte, const bool *from, bool *to)
{
	memset(to, 0, len + 1);
	for (size_t i = 0; i < len;) {
		int mine;
		size_t size = token(a + i, len - i, glob, &mine);

		if (from[i] && mine == -2)
			to[i] = true;
		else if (from[i] && (mine == -1 || byte == -1 || mine == byte))
			to[i + size] = true;
		i += size;
	}
}

/* A star may stand for nothing. */
static void skip_stars(const char *a, size_t len, bool glob, bool *reach)
{
	for (size_t i = 0; i < len;) {
		int mine;
		size_t size = token(a + i, len - i, glob, &mine);

		if (reach[i] && mine == -2)
			reach[i + size] = true;
		i += size;
	}
}

/* Whether one name may match both components. */
static bool names_meet(const struct pattern *a, size_t i, const struct pattern *b, size_t j)
{
	bool reach[2][MLV_PATH_NAME_MAX + 2] = { { false } };
	const char *left = a->at[i], *right = b->at[j];
	size_t len = a->len[i];
	unsigned now = 0;

	if (!a->glob && !b->glob)
		return len == b->len[j] && memcmp(left, right, len) == 0;
	if (len > MLV_PATH_NAME_MAX)
		return true;
	reach[0][0] = true;
	skip_stars(left, len, a->glob, reach[0]);
	for (size_t at = 0; at < b->len[j];) {
		int byte;

		at += token(right + at, b->len[j] - at, b->glob, &byte);
		if (byte == -2) { /* any bytes: from all that is reached, all that follows */
			for (size_t k = 1; k <= len; k++)
				reach[now][k] |= reach[now][k - 1];
			continue;
		}
		step(left, len, a->glob, byte, reach[now], reach[!now]);
		now = !now;
		skip_stars(left, len, a->glob, reach[now]);
	}
	return reach[now][len];
}

static bool is_any_depth(const struct pattern *pattern, size_t i)
{
	return pattern->glob && pattern->len[i] == 2 && memcmp(pattern->at[i], "**", 2) == 0;
}

/* With the first of either used up, what remains lies below it. */
bool mlv_pattern_overlap(const char *a_text, bool a_glob, const char *b_text, bool b_glob)
{
	static _Thread_local struct pattern a, b;
	bool reach[MLV_PATH_DEPTH + 1] = { true }, next[MLV_PATH_DEPTH + 1];

	split(&a, a_text, a_glob);
	split(&b, b_text, b_glob);
	for (size_t j = 0; j < b.count; j++) {
		bool any = is_any_depth(&b, j), alive = false;

		memset(next, 0, sizeof(next));
		for (size_t i = 0; i < a.count; i++) {
			if (!reach[i])
				continue;
			if (is_any_depth(&a, i))
				reach[i + 1] = next[i] = true;
			if (any)
				next[i] = reach[i + 1] = true;
			else if (!is_any_depth(&a, i) && names_meet(&a, i, &b, j))
				next[i + 1] = true;
			alive |= next[i] || next[i + 1];
		}
		if (reach[a.count])
			return true; /* b lies below a */
		if (!alive)
			return false;
		memcpy(reach, next, sizeof(reach));
	}
	return true; /* a lies below b, or they are equal */
}
