#define _DEFAULT_SOURCE /* the types in struct dirent */

#include "core/repo/walk_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/strs.h"
#include "core/base/sys.h"

void mlv_walk_dir_freep(struct mlv_walk_dir **slot)
{
	struct mlv_walk_dir *dir = *slot;

	if (!dir)
		return;
	mlv_fd_close(&dir->fd);
	mlv_buf_release(&dir->path);
	free(dir->names);
	mlv_buf_release(&dir->bytes);
	free(dir->passed_over);
	free(dir);
	*slot = NULL;
}

/* How messages name what lies below the top: the top's own path first. */
static const char *shown_at(const struct mlv_walk_frame *frame, const struct mlv_walk_dir *dir,
			    const char *name, char shown[PATH_MAX])
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT;
	const char *path = dir ? dir->path.ptr : "";
	bool root = strcmp(frame->top, ".") == 0, below = *path || (dir && *name);
	mlv_err err = mlv_buf_printf(&whole, "%s%s%s%s", root && below ? "" : frame->top,
				     below && !root ? "/" : "", path, dir ? name : "");

	return err ? frame->top : mlv_path_shown(whole.ptr, whole.len, shown, PATH_MAX);
}

#define CHANGED "%s: changed while it was listed"

mlv_err mlv_walk_changed(const struct mlv_walk_frame *frame, const struct mlv_walk_dir *dir,
			 const char *name)
{
	char shown[PATH_MAX];

	return mlv_error(MLV_E_REFUSED, CHANGED, shown_at(frame, dir, name, shown));
}

mlv_err mlv_walk_failed(const struct mlv_walk_frame *frame, const struct mlv_walk_dir *dir,
			const char *name, const char *what)
{
	int why = errno;
	char shown[PATH_MAX];
	const char *text = shown_at(frame, dir, name, shown);

	if (why == ELOOP || why == ENOTDIR || why == ENOENT)
		return mlv_error(MLV_E_REFUSED, CHANGED, text);
	errno = why;
	return mlv_error_sys("%s: %s", text, what);
}

/* Names come in any order: what is told is the one that sorts first. */
static mlv_err pass_over(const struct mlv_walk_frame *frame, struct mlv_walk_dir *dir,
			 const char *name)
{
	char shown[PATH_MAX];
	const char *text = shown_at(frame, dir, name, shown);

	if (dir->passed_over && strcmp(dir->passed_over, text) <= 0)
		return NULL;
	free(dir->passed_over);
	dir->passed_over = mlv_sys_strdup(text);
	return dir->passed_over ? NULL : mlv_error_nomem("a path");
}

static mlv_err is_ignored(const struct mlv_walk_frame *frame, struct mlv_walk_dir *dir,
			  const char *name, bool is_dir, bool *ignored)
{
	const struct mlv_walk_ignore *ignore = frame->options->ignore;
	size_t len = dir->path.len;
	mlv_err err;

	*ignored = false;
	if (!ignore)
		return NULL;
	if ((err = mlv_buf_add_str(&dir->path, name)))
		return err;
	*ignored = ignore->match(ignore->arg, dir->path.ptr, dir->path.len, is_dir);
	mlv_buf_truncate(&dir->path, len);
	return NULL;
}

static mlv_err add_name(const struct mlv_walk_frame *frame, struct mlv_walk_dir *dir,
			const struct dirent *from)
{
	size_t len = strlen(from->d_name);
	bool is_dir = from->d_type == DT_DIR, ignored;
	struct stat st;
	mlv_err err;

	if (from->d_type == DT_UNKNOWN) {
		if (mlv_sys_fstatat(dir->fd, from->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return mlv_walk_failed(frame, dir, from->d_name, "looking at it");
		is_dir = S_ISDIR(st.st_mode);
	}
	if ((err = is_ignored(frame, dir, from->d_name, is_dir, &ignored)) || ignored)
		return err;
	if ((err = mlv_array_grow(&dir->names, &dir->cap, dir->count + 1, sizeof(*dir->names))))
		return err;
	dir->names[dir->count] = (struct mlv_walk_name){ .at = dir->bytes.len,
							 .len = (uint16_t)len, .dir = is_dir };
	if ((err = mlv_buf_add(&dir->bytes, from->d_name, len + 1)))
		return err;
	dir->count++;
	return NULL;
}

static mlv_err list(const struct mlv_walk_frame *frame, struct mlv_walk_dir *dir)
{
	/* Opened anew: the position in a directory belongs to the open file. */
	MLV_SCOPED(mlv_dir_close) DIR *stream = mlv_sys_opendirat(dir->fd, ".");
	mlv_err err = NULL;

	if (!stream)
		return mlv_walk_failed(frame, dir, "", "listing it");
	errno = 0;
	for (struct dirent *e; !err && (e = readdir(stream)); errno = 0) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		err = mlv_path_name_reserved(e->d_name, strlen(e->d_name))
			      ? pass_over(frame, dir, e->d_name)
			      : add_name(frame, dir, e);
	}
	if (err)
		return err;
	if (errno)
		return mlv_walk_failed(frame, dir, "", "listing it");
	for (size_t i = 0; i < dir->count; i++)
		dir->names[i].text = dir->bytes.ptr + dir->names[i].at;
	return NULL;
}

/* The byte of a name that sorting sees: that of a directory ends with a slash. */
static unsigned byte_of(const struct mlv_walk_name *name, size_t at)
{
	if (at < name->len)
		return (unsigned char)name->text[at];
	return at == name->len && name->dir ? '/' : 0;
}

static int by_path(const void *a, const void *b)
{
	const struct mlv_walk_name *left = a, *right = b;
	size_t shorter = left->len < right->len ? left->len : right->len;
	int order;

	if (left->key != right->key)
		return left->key < right->key ? -1 : 1;
	order = memcmp(left->text, right->text, shorter);
	return order ? order : (int)byte_of(left, shorter) - (int)byte_of(right, shorter);
}

/* Fill in the keys: the eight bytes after what all names begin with tell most of them apart. */
static void set_keys(struct mlv_walk_dir *dir)
{
	size_t common = dir->names[0].len;

	for (size_t i = 1; i < dir->count; i++) {
		size_t k = 0;

		while (k < common && k < dir->names[i].len &&
		       dir->names[i].text[k] == dir->names[0].text[k])
			k++;
		common = k;
	}
	for (size_t i = 0; i < dir->count; i++) {
		struct mlv_walk_name *name = &dir->names[i];

		name->key = 0;
		for (size_t k = common; k < common + 8; k++)
			name->key = name->key << 8 | byte_of(name, k);
	}
}

static void sort_names(struct mlv_walk_dir *dir)
{
	if (!dir->count)
		return;
	set_keys(dir);
	qsort(dir->names, dir->count, sizeof(*dir->names), by_path);
}

/* Whether before, the name sorted before a directory, stands between its name and what is below. */
static bool stands_between(const struct mlv_walk_name *before, const struct mlv_walk_name *dir)
{
	return before->len > dir->len && memcmp(before->text, dir->text, dir->len) == 0 &&
	       (unsigned char)before->text[dir->len] < '/';
}

static mlv_err open_and_list(struct mlv_walk_dir **out, const struct mlv_walk_frame *frame,
			     struct mlv_walk_dir *parent, int fd, const char *name)
{
	MLV_SCOPED(mlv_walk_dir_freep) struct mlv_walk_dir *dir = mlv_sys_alloc(sizeof(*dir));
	mlv_err err;

	if (!dir)
		return mlv_error_nomem("a directory");
	dir->path = (struct mlv_buf)MLV_BUF_INIT;
	dir->bytes = (struct mlv_buf)MLV_BUF_LIMIT(SIZE_MAX / 2);
	dir->parent = parent;
	dir->name = name;
	dir->depth = parent ? parent->depth + 1 : 1;
	dir->fd = mlv_sys_openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (dir->fd < 0)
		return mlv_walk_failed(frame, parent, name, "opening it");
	if (parent && ((err = mlv_buf_add(&dir->path, parent->path.ptr, parent->path.len)) ||
		       (err = mlv_buf_add_str(&dir->path, name)) ||
		       (err = mlv_buf_add_char(&dir->path, '/'))))
		return err;
	if ((err = list(frame, dir)))
		return err;
	*out = MLV_TAKE(dir);
	return NULL;
}

static mlv_err is_empty(const struct mlv_walk_frame *frame, struct mlv_walk_dir *dir,
			struct mlv_walk_name *name)
{
	MLV_SCOPED(mlv_walk_dir_freep) struct mlv_walk_dir *below = NULL;
	mlv_err err = open_and_list(&below, frame, dir, dir->fd, name->text);

	if (err)
		return err;
	name->empty = below->count == 0;
	/* It is not listed again when it is empty. */
	if (name->empty && below->passed_over && !dir->passed_over)
		dir->passed_over = MLV_TAKE(below->passed_over);
	return NULL;
}

/*
 * An empty directory is an entry of its own name, without the slash of what
 * lies below one. Where that changes the order ("a" before "a-b" before
 * "a/c") it must be known before anything is told; elsewhere it shows on the way.
 */
static mlv_err sort(const struct mlv_walk_frame *frame, struct mlv_walk_dir *dir)
{
	struct mlv_walk_name *at = dir->names;
	bool again = false;
	mlv_err err;

	sort_names(dir);
	for (size_t i = 1; i < dir->count; i++) {
		if (!at[i].dir || !stands_between(&at[i - 1], &at[i]))
			continue;
		if ((err = is_empty(frame, dir, &at[i])))
			return err;
		again |= at[i].empty;
	}
	for (size_t i = 0; again && i < dir->count; i++)
		at[i].dir &= !at[i].empty;
	if (again)
		sort_names(dir);
	return NULL;
}

mlv_err mlv_walk_dir_open(struct mlv_walk_dir **out, const struct mlv_walk_frame *frame,
			  struct mlv_walk_dir *parent, int fd, const char *name)
{
	MLV_SCOPED(mlv_walk_dir_freep) struct mlv_walk_dir *dir = NULL;
	mlv_err err = mlv_ctx_check_stop(frame->ctx);

	if (err || (err = open_and_list(&dir, frame, parent, fd, name)))
		return err;
	if (dir->count && dir->depth > MLV_PATH_DEPTH)
		return mlv_error(MLV_E_REFUSED, "%s: deeper than %d directories", frame->top,
				 MLV_PATH_DEPTH);
	if ((err = sort(frame, dir)))
		return err;
	*out = MLV_TAKE(dir);
	return NULL;
}
