#include "core/repo/ignore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/strs.h"
#include "core/repo/glob.h"

#define FILE_LIMIT ((size_t)1 << 20) /* bytes */

struct rule {
	struct mlv_ignore_rule seen; /* first: what callers see */
	size_t base;     /* bytes of file before its name: the directory it speaks of */
	bool dir_only;
	bool anchored;   /* to the directory; else any name matches */
	char *text;
	char *literal;   /* what the pattern begins with, up to the first that is special */
	size_t literal_len;
	struct mlv_glob rest;
};

struct mlv_ignore {
	struct rule *rules;
	size_t count, cap;
	struct mlv_strs files;
};

mlv_err mlv_ignore_new(struct mlv_ignore **out)
{
	*out = mlv_sys_alloc(sizeof(**out));
	return *out ? NULL : mlv_error_nomem("ignore rules");
}

static void rule_release(struct rule *rule)
{
	free(rule->text);
	free(rule->literal);
	mlv_glob_release(&rule->rest);
}

void mlv_ignore_freep(struct mlv_ignore **ignore)
{
	if (!*ignore)
		return;
	for (size_t i = 0; i < (*ignore)->count; i++)
		rule_release(&(*ignore)->rules[i]);
	free((*ignore)->rules);
	mlv_strs_release(&(*ignore)->files);
	free(*ignore);
	*ignore = NULL;
}

/* ---- reading */

/* How much of a line is its pattern: spaces at the end do not count unless they are escaped. */
static size_t without_spaces(const char *line, size_t len)
{
	size_t end = 0;

	for (size_t i = 0; i < len; i++) {
		if (line[i] == '\\' && i + 1 < len)
			i++;
		else if (line[i] == ' ')
			continue;
		end = i + 1;
	}
	return end;
}

static mlv_err compile(struct rule *rule, const char *pattern, size_t len)
{
	size_t literal = 0;

	rule->seen.negated = len && pattern[0] == '!';
	pattern += rule->seen.negated;
	len -= rule->seen.negated;
	rule->dir_only = len && pattern[len - 1] == '/';
	len -= rule->dir_only;
	rule->anchored = memchr(pattern, '/', len) != NULL;
	if (rule->anchored && pattern[0] == '/') {
		pattern++;
		len--;
	}
	while (literal < len && !strchr("*?[\\", pattern[literal]))
		literal++;
	rule->literal_len = literal;
	if (!(rule->literal = mlv_sys_strndup(pattern, literal)))
		return mlv_error_nomem("an ignore rule");
	return mlv_glob_compile(&rule->rest, pattern + literal, len - literal, rule->anchored);
}

static mlv_err add_line(struct mlv_ignore *ignore, const char *file, unsigned line,
			const char *text, size_t len)
{
	struct rule rule = { .seen = { .file = file, .line = line } };
	mlv_err err = mlv_array_grow(&ignore->rules, &ignore->cap, ignore->count + 1,
				     sizeof(*ignore->rules));

	len = without_spaces(text, len);
	if (err || len == 0 || text[0] == '#')
		return err;
	rule.base = (size_t)(strrchr(file, '/') ? strrchr(file, '/') + 1 - file : 0);
	if (!(rule.text = mlv_sys_strndup(text, len)))
		return mlv_error_nomem("an ignore rule");
	rule.seen.text = rule.text;
	if ((err = compile(&rule, text, len))) {
		rule_release(&rule);
		return err;
	}
	ignore->rules[ignore->count++] = rule;
	return NULL;
}

mlv_err mlv_ignore_add(struct mlv_ignore *ignore, const char *file, const char *text, size_t len)
{
	const char *end = text + len;
	unsigned line = 1;
	mlv_err err = mlv_strs_add(&ignore->files, file);

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3; /* the mark that some editors put before UTF-8 */
	for (; !err && text < end; line++) {
		const char *feed = memchr(text, '\n', (size_t)(end - text));
		size_t whole = (size_t)((feed ? feed : end) - text);
		size_t used = whole && text[whole - 1] == '\r' ? whole - 1 : whole;
		const char *nul = memchr(text, '\0', used);

		err = add_line(ignore, ignore->files.at[ignore->files.count - 1], line, text,
			       nul ? (size_t)(nul - text) : used);
		text += whole + (feed != NULL);
	}
	return err;
}

/* The file of one directory, named by its path with a slash at the end, or "". */
static mlv_err load_dir(struct mlv_ignore **out, struct mlv_repo *repo, const char *path,
			size_t len, bool *gone)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf file = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(FILE_LIMIT);
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	struct stat st;
	mlv_err err;

	if ((err = mlv_buf_add(&file, path, len)) ||
	    (err = mlv_buf_add_str(&file, MLV_IGNORE_NAME)))
		return err;
	fd = mlv_sys_open_beneath(repo->root_fd, file.ptr, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	*gone = fd < 0 && errno == ENOTDIR;
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == EXDEV))
		return NULL;
	if (fd < 0 || mlv_sys_fstat(fd, &st) < 0)
		return mlv_error_sys("%s", file.ptr);
	if (!S_ISREG(st.st_mode))
		return NULL;
	if ((err = mlv_fs_read_fd(fd, file.ptr, &text)) ||
	    (!*out && (err = mlv_ignore_new(out))))
		return err;
	return mlv_ignore_add(*out, file.ptr, text.ptr, text.len);
}

mlv_err mlv_ignore_load(struct mlv_ignore **out, struct mlv_repo *repo, const char *path)
{
	MLV_SCOPED(mlv_ignore_freep) struct mlv_ignore *made = NULL;
	const char *slash = path;
	bool gone = false;
	mlv_err err = load_dir(&made, repo, "", 0, &gone);

	while (!err && !gone && (slash = strchr(slash, '/'))) {
		slash++;
		err = load_dir(&made, repo, path, (size_t)(slash - path), &gone);
	}
	if (err)
		return err;
	*out = made && made->count ? MLV_TAKE(made) : NULL;
	return NULL;
}

/* ---- asking */

static bool rule_matches(const struct rule *rule, const char *path, size_t len, bool directory)
{
	size_t from = rule->base;

	if (rule->dir_only && !directory)
		return false;
	if (len <= from || memcmp(path, rule->seen.file, from) != 0)
		return false;
	if (!rule->anchored)
		for (size_t i = from; i < len; i++)
			from = path[i] == '/' ? i + 1 : from;
	path += from;
	len -= from;
	return len >= rule->literal_len && memcmp(path, rule->literal, rule->literal_len) == 0 &&
	       mlv_glob_match(&rule->rest, path + rule->literal_len, len - rule->literal_len);
}

const struct mlv_ignore_rule *mlv_ignore_find(const struct mlv_ignore *ignore, const char *path,
					      size_t len, bool directory,
					      const struct mlv_ignore_rule *before)
{
	size_t at = ignore ? ignore->count : 0;

	if (before)
		at = (size_t)((const struct rule *)(const void *)before - ignore->rules);
	while (at-- > 0)
		if (rule_matches(&ignore->rules[at], path, len, directory))
			return &ignore->rules[at].seen;
	return NULL;
}

const struct mlv_ignore_rule *mlv_ignore_decide(const struct mlv_ignore *ignore, const char *path,
						size_t len, size_t from, bool directory)
{
	for (size_t i = from; ignore && i < len; i++) {
		const struct mlv_ignore_rule *rule;

		if (path[i] != '/' || i == from)
			continue;
		rule = mlv_ignore_find(ignore, path, i, true, NULL);
		if (rule && !rule->negated)
			return rule;
	}
	return mlv_ignore_find(ignore, path, len, directory, NULL);
}

bool mlv_ignore_match(const struct mlv_ignore *ignore, const char *path, size_t len, size_t from,
		      bool directory)
{
	const struct mlv_ignore_rule *rule =
		mlv_ignore_decide(ignore, path, len, from, directory);

	return rule && !rule->negated;
}
