#include "core/repo/gitignore.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/repo/lock.h"

#define FILE_NAME ".gitignore"
#define FILE_LIMIT ((size_t)16 << 20) /* bytes */

mlv_err mlv_gitignore_pattern(struct mlv_buf *to, const char *name)
{
	size_t len = strlen(name), spaces = len;
	mlv_err err = mlv_buf_add_char(to, '/');

	/* Spaces at the end of a line are dropped unless each is escaped. */
	while (spaces > 0 && name[spaces - 1] == ' ')
		spaces--;
	for (size_t i = 0; i < len && !err; i++) {
		if (strchr("\\*?[]", name[i]) || i >= spaces)
			err = mlv_buf_add_char(to, '\\');
		if (!err)
			err = mlv_buf_add_char(to, name[i]);
	}
	return err;
}

/* The .gitignore that a path belongs to, open for work. */
struct ignore_file {
	int dir;
	const char *name;    /* of what is to be ignored, in the directory */
	struct mlv_buf path; /* of the .gitignore, below the root */
	struct mlv_buf text;
	struct mlv_buf line; /* the pattern */
	struct mlv_lock *lock;
	bool changed;
};

static void ignore_file_release(struct ignore_file *file)
{
	mlv_lock_freep(&file->lock);
	mlv_fd_close(&file->dir);
	mlv_buf_release(&file->path);
	mlv_buf_release(&file->text);
	mlv_buf_release(&file->line);
}

static mlv_err read_text(struct ignore_file *file)
{
	struct stat st;
	mlv_err err;

	/* git itself does not follow a .gitignore that is a link. */
	if (mlv_sys_fstatat(file->dir, FILE_NAME, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? NULL : mlv_error_sys("%s", file->path.ptr);
	if (!S_ISREG(st.st_mode))
		return mlv_error(MLV_E_REFUSED, "%s: not a regular file", file->path.ptr);
	err = mlv_fs_read(file->dir, FILE_NAME, &file->text);
	return err ? mlv_error_wrap(err, "%s", file->path.ptr) : NULL;
}

static mlv_err open_file(struct ignore_file *file, struct mlv_repo *repo, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) + 1 : 0;
	mlv_err err;

	file->name = slash ? slash + 1 : path;
	if ((err = mlv_buf_add(&file->path, path, len)) ||
	    (err = mlv_buf_add_str(&file->path, ".")))
		return err;
	file->dir = mlv_sys_open_beneath(repo->root_fd, file->path.ptr, O_RDONLY | O_DIRECTORY, 0);
	if (file->dir < 0)
		return mlv_error_sys("%s", file->path.ptr);
	mlv_buf_truncate(&file->path, len);
	if ((err = mlv_buf_add_str(&file->path, FILE_NAME)) ||
	    (err = mlv_gitignore_pattern(&file->line, file->name)) ||
	    (err = mlv_lock_file(&file->lock, repo, file->path.ptr, "add")))
		return err;
	return read_text(file);
}

#define IGNORE_FILE_INIT                                                                     \
	{ .dir = -1, .path = MLV_BUF_INIT, .text = MLV_BUF_LIMIT(FILE_LIMIT), .line = MLV_BUF_INIT }

/* Where the pattern's line begins and ends (with its line feed); false when it is not there. */
static bool find_line(const struct ignore_file *file, size_t *start, size_t *end)
{
	const char *text = file->text.ptr;

	for (size_t at = 0; at < file->text.len; at = *end) {
		const char *feed = memchr(text + at, '\n', file->text.len - at);
		size_t len = (feed ? (size_t)(feed - text) : file->text.len) - at;

		*start = at;
		*end = at + len + (feed != NULL);
		if (len > 0 && text[at + len - 1] == '\r')
			len--;
		if (len == file->line.len && memcmp(text + at, file->line.ptr, len) == 0)
			return true;
	}
	return false;
}

static mlv_err is_ignored(struct mlv_repo *repo, const char *path, bool *ignored)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT;
	struct mlv_git *git;
	mlv_err err;

	*ignored = true;
	if ((err = mlv_repo_git(repo, &git)) || !git)
		return err;
	err = mlv_repo_git_path(repo, path, &whole);
	return err ? err : mlv_git_is_ignored(git, whole.ptr, ignored);
}

/* Whether both lie in the same directory. */
static bool are_beside(const char *a, const char *b)
{
	const char *slash_a = strrchr(a, '/'), *slash_b = strrchr(b, '/');
	size_t len_a = slash_a ? (size_t)(slash_a - a) : 0, len_b = slash_b ? (size_t)(slash_b - b) : 0;

	return len_a == len_b && memcmp(a, b, len_a) == 0 && !slash_a == !slash_b;
}

/* Append the line of path, which lies beside the file, if git does not ignore it. */
static mlv_err add_line(struct ignore_file *file, struct mlv_repo *repo, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t start, end;
	bool ignored;
	mlv_err err;

	if ((err = is_ignored(repo, path, &ignored)) || ignored)
		return err;
	if (file->dir < 0 && (err = open_file(file, repo, path)))
		return err;
	mlv_buf_clear(&file->line);
	if ((err = mlv_gitignore_pattern(&file->line, slash ? slash + 1 : path)) ||
	    find_line(file, &start, &end))
		return err;
	file->changed = true;
	if (file->text.len && file->text.ptr[file->text.len - 1] != '\n' &&
	    (err = mlv_buf_add_char(&file->text, '\n')))
		return err;
	err = mlv_buf_add(&file->text, file->line.ptr, file->line.len);
	return err ? err : mlv_buf_add_char(&file->text, '\n');
}

/* Those of paths from *at on that lie beside each other. */
static mlv_err add_beside(struct mlv_repo *repo, const struct mlv_strs *paths, size_t *at,
			  struct mlv_strs *written)
{
	MLV_SCOPED(ignore_file_release) struct ignore_file file = IGNORE_FILE_INIT;
	const char *first = paths->at[*at];
	mlv_err err = NULL;

	for (; !err && *at < paths->count && are_beside(first, paths->at[*at]); ++*at)
		err = add_line(&file, repo, paths->at[*at]);
	if (err || !file.changed ||
	    (err = mlv_repo_replace(repo, file.dir, FILE_NAME, file.text.ptr, file.text.len, 0666)))
		return err;
	return written ? mlv_strs_add(written, file.path.ptr) : NULL;
}

mlv_err mlv_gitignore_add_all(struct mlv_repo *repo, const struct mlv_strs *paths,
			      struct mlv_strs *written)
{
	mlv_err err = NULL;

	for (size_t at = 0; !err && at < paths->count;)
		err = add_beside(repo, paths, &at, written);
	return err;
}

mlv_err mlv_gitignore_add(struct mlv_repo *repo, const char *path, struct mlv_strs *written)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs paths = { 0 };
	mlv_err err = mlv_strs_add(&paths, path);

	return err ? err : mlv_gitignore_add_all(repo, &paths, written);
}

mlv_err mlv_gitignore_remove(struct mlv_repo *repo, const char *path, struct mlv_strs *written)
{
	MLV_SCOPED(ignore_file_release) struct ignore_file file = IGNORE_FILE_INIT;
	size_t start, end;
	mlv_err err;

	if ((err = open_file(&file, repo, path)) || !find_line(&file, &start, &end) ||
	    (written && (err = mlv_strs_add(written, file.path.ptr))))
		return err;
	memmove(file.text.ptr + start, file.text.ptr + end, file.text.len - end);
	mlv_buf_truncate(&file.text, file.text.len - (end - start));
	if (file.text.len)
		return mlv_repo_replace(repo, file.dir, FILE_NAME, file.text.ptr, file.text.len, 0666);
	if (mlv_sys_unlinkat(file.dir, FILE_NAME, 0) < 0 && errno != ENOENT)
		return mlv_error_sys("%s: removing", file.path.ptr);
	return mlv_fs_sync_dir(file.dir, ".");
}
