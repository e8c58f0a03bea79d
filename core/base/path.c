#include "core/base/path.h"

#include <stdint.h>
#include <stdio.h>
#include <strings.h>

bool mlv_path_name_reserved(const char *name, size_t len)
{
	return (len == 4 && (strncasecmp(name, ".git", 4) == 0 ||
			     strncasecmp(name, ".mlv", 4) == 0)) ||
	       (len == 5 && strncasecmp(name, "git~1", 5) == 0);
}

static const char *check_name(const char *name, size_t len)
{
	if (len == 0)
		return "a component is empty";
	if (len > MLV_PATH_NAME_MAX)
		return "a component is longer than 255 bytes";
	if (len == 1 && name[0] == '.')
		return "a component is '.'";
	if (len == 2 && memcmp(name, "..", 2) == 0)
		return "a component is '..'";
	if (mlv_path_name_reserved(name, len))
		return "a component is '.git', '.mlv' or 'git~1'";
	return NULL;
}

const char *mlv_path_check(const char *path, size_t len)
{
	size_t depth = 0;

	if (len == 0)
		return "it is empty";
	if (len > MLV_PATH_MAX)
		return "it is longer than 4095 bytes";
	if (memchr(path, '\0', len))
		return "it holds a NUL byte";
	for (size_t start = 0; start <= len;) {
		const char *slash = memchr(path + start, '/', len - start);
		size_t end = slash ? (size_t)(slash - path) : len;
		const char *why = check_name(path + start, end - start);

		if (why)
			return why;
		if (++depth > MLV_PATH_DEPTH)
			return "it is deeper than 256 components";
		start = end + 1;
	}
	return NULL;
}

/* How many bytes the UTF-8 character at text takes; 0 when it is none. RFC 3629, section 4. */
size_t mlv_text_char(const unsigned char *text, size_t len)
{
	static const struct {
		unsigned char lead_min, lead_max, second_min, second_max;
		size_t size;
	} forms[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	if (text[0] < 0x80)
		return 1;
	for (size_t f = 0; f < MLV_COUNT(forms); f++) {
		if (text[0] < forms[f].lead_min || text[0] > forms[f].lead_max)
			continue;
		if (len < forms[f].size || text[1] < forms[f].second_min ||
		    text[1] > forms[f].second_max)
			return 0;
		for (size_t i = 2; i < forms[f].size; i++)
			if (text[i] < 0x80 || text[i] > 0xbf)
				return 0;
		return forms[f].size;
	}
	return 0;
}

bool mlv_text_is_utf8(const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t size = mlv_text_char((const unsigned char *)text + i, len - i);

		if (!size || !text[i])
			return false;
		i += size;
	}
	return true;
}

bool mlv_text_is_plain(const char *text, size_t len)
{
	const unsigned char *at = (const unsigned char *)text;

	while (len > 0) {
		size_t size = mlv_text_char(at, len);

		if (size == 0 || *at < 0x20 || *at == 0x7f)
			return false;
		at += size;
		len -= size;
	}
	return true;
}

static bool needs_quotes(const char *path, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)path[i];

		if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\')
			return true;
	}
	return false;
}

static mlv_err quote_byte(struct mlv_buf *to, unsigned char c)
{
	static const char letters[] = "abtnvfr"; /* 7 to 13 */

	if (c == '"' || c == '\\')
		return mlv_buf_printf(to, "\\%c", c);
	if (c >= 7 && c <= 13)
		return mlv_buf_printf(to, "\\%c", letters[c - 7]);
	if (c < 0x20 || c >= 0x7f)
		return mlv_buf_printf(to, "\\%03o", c);
	return mlv_buf_add_char(to, (char)c);
}

mlv_err mlv_path_quote(struct mlv_buf *to, const char *path, size_t len)
{
	mlv_err err;

	if (!needs_quotes(path, len))
		return mlv_buf_add(to, path, len);
	if ((err = mlv_buf_add_char(to, '"')))
		return err;
	for (size_t i = 0; i < len; i++)
		if ((err = quote_byte(to, (unsigned char)path[i])))
			return err;
	return mlv_buf_add_char(to, '"');
}

const char *mlv_path_shown(const char *path, size_t len, char *to, size_t size)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf quoted = MLV_BUF_INIT;
	mlv_err err = mlv_path_quote(&quoted, path, len);

	snprintf(to, size, "%s", err ? "(a path)" : quoted.ptr);
	return to;
}

const char *mlv_path_typed(const char *path, char *to, size_t size)
{
	static const char *const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789_-./+@%=:,";
	size_t len = 0;

	if (path[strspn(path, safe)] == '\0' || !mlv_text_is_plain(path, strlen(path)))
		return mlv_path_shown(path, strlen(path), to, size);
	to[len++] = '\'';
	for (; *path && len + 6 < size; path++) {
		if (*path == '\'') {
			memcpy(to + len, "'\\''", 4);
			len += 4;
		} else {
			to[len++] = *path;
		}
	}
	to[len++] = '\'';
	to[len] = '\0';
	return to;
}

/* Append "/name" for a component, or take the last one off for "..". */
static mlv_err add_component(struct mlv_buf *to, const char *name, size_t len)
{
	mlv_err err;

	if (len == 0 || (len == 1 && name[0] == '.'))
		return NULL;
	if (len == 2 && memcmp(name, "..", 2) == 0) {
		size_t cut = to->len;

		while (cut > 0 && to->ptr[cut - 1] != '/')
			cut--;
		mlv_buf_truncate(to, cut > 0 ? cut - 1 : 0);
		return NULL;
	}
	if ((err = mlv_buf_add_char(to, '/')))
		return err;
	return mlv_buf_add(to, name, len);
}

mlv_err mlv_path_absolute(struct mlv_buf *to, const char *base, const char *what)
{
	const char *parts[2] = { what[0] == '/' ? "" : base, what };
	mlv_err err;

	mlv_buf_clear(to);
	for (size_t p = 0; p < MLV_COUNT(parts); p++) {
		for (const char *at = parts[p]; *at;) {
			size_t len = strcspn(at, "/");

			if ((err = add_component(to, at, len)))
				return err;
			at += len + (at[len] == '/');
		}
	}
	return to->len ? NULL : mlv_buf_add_char(to, '/');
}

mlv_err mlv_path_add_name(struct mlv_buf *to, const char *path)
{
	size_t end = strlen(path), start;

	while (end > 0 && path[end - 1] == '/')
		end--;
	for (start = end; start > 0 && path[start - 1] != '/';)
		start--;
	if (start == end || mlv_path_check(path + start, end - start))
		return mlv_error(MLV_E_USAGE, "'%s' does not end in a name", path);
	return mlv_buf_add(to, path + start, end - start);
}

mlv_err mlv_path_relative(struct mlv_buf *out, const char *from, const char *to)
{
	size_t common = 0, at = 0;
	mlv_err err;

	while (from[at] && from[at] == to[at]) {
		at++;
		if ((from[at] == '/' || !from[at]) && (to[at] == '/' || !to[at]))
			common = at;
	}
	for (const char *c = from + common; *c; c++)
		if (*c == '/' && (err = mlv_buf_add_str(out, "../")))
			return err;
	to += common + (to[common] == '/');
	if ((err = mlv_buf_add_str(out, to)))
		return err;
	if (out->len > 1 && out->ptr[out->len - 1] == '/')
		mlv_buf_truncate(out, out->len - 1);
	return out->len ? NULL : mlv_buf_add_char(out, '.');
}

const char *mlv_path_below(const char *dir, const char *path)
{
	size_t len = strlen(dir);

	if (strcmp(dir, "/") == 0)
		return path + 1;
	if (strncmp(dir, path, len) != 0)
		return NULL;
	if (path[len] == '\0')
		return path + len;
	return path[len] == '/' ? path + len + 1 : NULL;
}
