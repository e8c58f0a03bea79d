/* mlv.yaml as text: where files come from, and messages that show the place. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/base/suggest.h"
#include "core/repo/pipeline/parts.h"

#define SHOWN 100 /* bytes of a line that a message shows */

mlv_err mlv_snapshot_open(struct mlv_snapshot *snapshot, struct mlv_repo *repo, const char *rev)
{
	const char *flags = mlv_config_get(repo->config, "parsing.bool", NULL);
	const char *lists = mlv_config_get(repo->config, "parsing.list", NULL);
	struct mlv_git *git;
	mlv_err err;

	*snapshot = (struct mlv_snapshot){ .ctx = repo->ctx, .root_fd = repo->root_fd,
					   .prefix = "", .rev = rev };
	snapshot->style.no_flags = flags && strcmp(flags, "boolean_optional") == 0;
	snapshot->style.append = lists && strcmp(lists, "append") == 0;
	if (!rev)
		return NULL;
	if ((err = mlv_repo_git(repo, &git)))
		return err;
	if (!git)
		return mlv_error(MLV_E_USAGE, "%s: there are no revisions without git (core.no_scm)",
				 rev);
	snapshot->git = git;
	snapshot->prefix = repo->git_prefix ? repo->git_prefix : "";
	return mlv_git_resolve(git, rev, &snapshot->commit);
}

mlv_err mlv_snapshot_read(const struct mlv_snapshot *snapshot, const char *path, struct mlv_buf *text,
		      bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	struct stat st;
	mlv_err err;

	if (snapshot->git) {
		err = mlv_buf_printf(&name, "%s%s", snapshot->prefix, path);
		return err ? err : mlv_git_read(snapshot->git, &snapshot->commit, name.ptr, text, found);
	}
	*found = true;
	if (snapshot->instead && strcmp(path, snapshot->instead) == 0)
		return mlv_buf_add(text, snapshot->instead_text->ptr, snapshot->instead_text->len);
	*found = false;
	fd = mlv_sys_open_beneath(snapshot->root_fd, path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return NULL;
	if (fd < 0 && (errno == ELOOP || errno == EXDEV))
		return mlv_error(MLV_E_REFUSED, "%s: is or lies beyond a symbolic link", path);
	if (fd < 0 || mlv_sys_fstat(fd, &st) < 0)
		return mlv_error_sys("%s", path);
	if (!S_ISREG(st.st_mode))
		return mlv_error(MLV_E_SPEC, "%s: not a regular file", path);
	*found = true;
	return mlv_fs_read_fd(fd, path, text);
}

/* The line's bytes in the text; *len 0 when there is none. */
static const char *line_of(const struct mlv_source *source, unsigned line, size_t *len)
{
	const char *at = source->text, *end = source->text + source->len;

	for (unsigned n = 1; n < line && at; n++)
		if ((at = memchr(at, '\n', (size_t)(end - at))))
			at++;
	*len = 0;
	if (!at || !line || at >= end)
		return NULL;
	for (const char *c = at; c < end && *c != '\n' && *c != '\r'; c++)
		++*len;
	return at;
}

/* "   12 |   dep: x" and, below it, a caret. */
static mlv_err add_snippet(const struct mlv_source *source, unsigned line, unsigned column,
			   struct mlv_buf *to)
{
	size_t len, caret = column ? column - 1 : 0;
	const char *text = line_of(source, line, &len);
	mlv_err err;

	if (!text || caret >= SHOWN || caret > len)
		return NULL;
	while (len > SHOWN || (len && !mlv_text_is_plain(text, len)))
		len--;
	if (caret > len)
		return NULL;
	if ((err = mlv_buf_printf(to, "\n%5u | %.*s\n      | ", line, (int)len, text)))
		return err;
	/* A caret stands below a character, not a byte. */
	for (size_t i = 0; i < caret; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80 && (err = mlv_buf_add_char(to, ' ')))
			return err;
	return mlv_buf_add_char(to, '^');
}

mlv_err mlv_source_error(const struct mlv_source *source, unsigned line, unsigned column,
			 const char *fmt, ...)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err;
	va_list ap;

	va_start(ap, fmt);
	err = mlv_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	if (err || (err = add_snippet(source, line, column, &text)))
		return err;
	if (!line)
		return mlv_error(MLV_E_SPEC, "%s: %s", source->path, text.ptr);
	return mlv_error(MLV_E_SPEC, "%s:%u:%u: %s", source->path, line, column, text.ptr);
}

mlv_err mlv_source_check_keys(const struct mlv_source *source, const struct mlv_value *map,
			      const char *const *known, const char *where)
{
	size_t count = 0;

	while (known[count])
		count++;
	for (size_t i = 0; i < map->count; i++) {
		const char *near;
		bool ok = false;
		mlv_err err;

		for (size_t k = 0; k < count && !ok; k++)
			ok = strcmp(map->keys[i], known[k]) == 0;
		if (ok)
			continue;
		near = mlv_suggest_of(map->keys[i], known, count);
		err = mlv_source_error_key(source, map->items[i], "unknown key '%s' in %s",
					   map->keys[i], where);
		return near ? mlv_error_hint(err, "did you mean '%s'?", near) : err;
	}
	return NULL;
}

const char *mlv_pipeline_path(const char *base, const char *text, struct mlv_buf *to)
{
	const char *parts[] = { base, text };
	const char *why;

	mlv_buf_clear(to);
	if (text[0] == '/')
		return "it is absolute";
	for (size_t p = 0; p < MLV_COUNT(parts); p++) {
		for (const char *at = parts[p]; *at;) {
			size_t len = strcspn(at, "/"), cut = to->len;
			mlv_err err = NULL;

			if (len == 2 && memcmp(at, "..", 2) == 0) {
				if (!cut)
					return "it lies outside the repository";
				while (cut > 0 && to->ptr[cut - 1] != '/')
					cut--;
				mlv_buf_truncate(to, cut ? cut - 1 : 0);
			} else if (len && !(len == 1 && at[0] == '.')) {
				if (cut)
					err = mlv_buf_add_char(to, '/');
				if (err || (err = mlv_buf_add(to, at, len)))
					return "memory is out";
			}
			at += len + (at[len] == '/');
		}
	}
	why = to->len ? mlv_path_check(to->ptr, to->len) : NULL;
	return why;
}

bool mlv_pipeline_is_glob(const char *path)
{
	return strpbrk(path, "*?[") != NULL;
}
