#define _DEFAULT_SOURCE /* the types in struct dirent */

#include "core/repo/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/path.h"
#include "core/base/strs.h"
#include "core/base/sys.h"

struct name {
	const char *text; /* in the listing's bytes */
	size_t offset;    /* there; text is set when all are read */
	size_t len;
	bool dir;   /* to be gone into: it has entries, or may have */
	bool empty; /* a directory that was seen to have none */
};

struct listing {
	struct name *at;
	size_t count, cap;
	struct mlv_buf bytes;
};

struct walk {
	struct mlv_ctx *ctx;
	const char *top;
	const struct mlv_walk_options *options;
	mlv_walk_fn fn;
	void *arg;
	struct mlv_buf path; /* below the top */
	unsigned depth;
	bool said; /* that something was passed over */
};

static void listing_release(struct listing *listing)
{
	free(listing->at);
	mlv_buf_release(&listing->bytes);
}

/* How messages name what lies below the top: the top's own path first. */
static const char *shown_at(const struct walk *walk, const char *name, char shown[PATH_MAX])
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT;
	bool root = strcmp(walk->top, ".") == 0, below = walk->path.len || *name;
	mlv_err err = mlv_buf_printf(&whole, "%s%s%s%s", root && below ? "" : walk->top,
				     below && !root ? "/" : "", walk->path.ptr, name);

	return err ? walk->top : mlv_path_shown(whole.ptr, whole.len, shown, PATH_MAX);
}

static mlv_err changed(const struct walk *walk, const char *name)
{
	char shown[PATH_MAX];

	return mlv_error(MLV_E_REFUSED, "%s: changed while it was listed",
			 shown_at(walk, name, shown));
}

/* The failure of the system call just made, on name in the directory being walked. */
static mlv_err failed(const struct walk *walk, const char *name, const char *what)
{
	int why = errno;
	char shown[PATH_MAX];

	if (why == ELOOP || why == ENOTDIR || why == ENOENT)
		return changed(walk, name);
	shown_at(walk, name, shown);
	errno = why;
	return mlv_error_sys("%s: %s", shown, what);
}

static bool is_passed_over(struct walk *walk, const char *name, size_t len)
{
	char shown[PATH_MAX];

	if (!mlv_path_name_reserved(name, len))
		return false;
	if (!walk->said && walk->options && walk->options->say_skipped) {
		mlv_tell_warning(walk->ctx, "%s: not tracked, nor is any other .git, .mlv or git~1",
				 shown_at(walk, name, shown));
		walk->said = true;
	}
	return true;
}

static bool is_ignored(struct walk *walk, const char *name, bool dir, mlv_err *err)
{
	const struct mlv_walk_ignore *ignore = walk->options ? walk->options->ignore : NULL;
	size_t len = walk->path.len;
	bool ignored;

	if (!ignore)
		return false;
	if ((*err = mlv_buf_add_str(&walk->path, name)))
		return false;
	ignored = ignore->match(ignore->arg, walk->path.ptr, walk->path.len, dir);
	mlv_buf_truncate(&walk->path, len);
	return ignored;
}

static mlv_err add_name(struct walk *walk, int dir, const struct dirent *from,
			struct listing *listing)
{
	size_t len = strlen(from->d_name);
	bool is_dir = from->d_type == DT_DIR;
	mlv_err err = NULL;
	struct stat st;

	if (from->d_type == DT_UNKNOWN) {
		if (mlv_sys_fstatat(dir, from->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return failed(walk, from->d_name, "looking at it");
		is_dir = S_ISDIR(st.st_mode);
	}
	if (is_ignored(walk, from->d_name, is_dir, &err) || err)
		return err;
	if ((err = mlv_array_grow(&listing->at, &listing->cap, listing->count + 1,
				  sizeof(*listing->at))))
		return err;
	listing->at[listing->count] =
		(struct name){ .offset = listing->bytes.len, .len = len, .dir = is_dir };
	if ((err = mlv_buf_add(&listing->bytes, from->d_name, len + 1)))
		return err;
	listing->count++;
	return NULL;
}

static mlv_err list(struct walk *walk, int dir, struct listing *listing)
{
	/* Opened anew: the position in a directory belongs to the open file. */
	MLV_SCOPED(mlv_dir_close) DIR *stream = mlv_sys_opendirat(dir, ".");
	mlv_err err = NULL;

	if (!stream)
		return failed(walk, "", "listing it");
	listing->bytes.limit = SIZE_MAX;
	errno = 0;
	for (struct dirent *e; !err && (e = readdir(stream)); errno = 0) {
		size_t len = strlen(e->d_name);

		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    !is_passed_over(walk, e->d_name, len))
			err = add_name(walk, dir, e, listing);
	}
	if (err)
		return err;
	if (errno)
		return failed(walk, "", "listing it");
	for (size_t i = 0; i < listing->count; i++)
		listing->at[i].text = listing->bytes.ptr + listing->at[i].offset;
	return NULL;
}

/* The byte at which two names first differ; that of a directory ends with a slash. */
static int by_path(const void *a, const void *b)
{
	const struct name *left = a, *right = b;
	size_t shorter = left->len < right->len ? left->len : right->len;
	int order = memcmp(left->text, right->text, shorter), l, r;

	if (order != 0)
		return order;
	/* A name ends (0) or goes on; one that a slash follows goes on with it. */
	l = left->len > shorter ? (unsigned char)left->text[shorter] : left->dir ? '/' : 0;
	r = right->len > shorter ? (unsigned char)right->text[shorter] : right->dir ? '/' : 0;
	return l - r;
}

static mlv_err open_dir(struct walk *walk, int dir, const char *name, int *fd)
{
	*fd = mlv_sys_openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	return *fd < 0 ? failed(walk, name, "opening it") : NULL;
}

/* Whether before, the name sorted before a directory, stands between its name and what is below. */
static bool stands_between(const struct name *before, const struct name *dir)
{
	return before->len > dir->len && memcmp(before->text, dir->text, dir->len) == 0 &&
	       (unsigned char)before->text[dir->len] < '/';
}

static mlv_err is_empty(struct walk *walk, int dir, const struct name *name, bool *empty)
{
	MLV_SCOPED(listing_release) struct listing below = { .bytes = MLV_BUF_INIT };
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	size_t len = walk->path.len;
	mlv_err err;

	if ((err = open_dir(walk, dir, name->text, &fd)) ||
	    (err = mlv_buf_add(&walk->path, name->text, name->len)) ||
	    (err = mlv_buf_add_char(&walk->path, '/')) || (err = list(walk, fd, &below)))
		return err;
	mlv_buf_truncate(&walk->path, len);
	*empty = below.count == 0;
	return NULL;
}

/*
 * An empty directory is an entry of its own name, without the slash of what
 * lies below one. Where that changes the order ("a" before "a-b" before
 * "a/c") it must be known before anything is told; elsewhere it shows on the way.
 */
static mlv_err sort(struct walk *walk, int dir, struct listing *listing)
{
	struct name *at = listing->at;
	bool again = false;
	mlv_err err;

	qsort(at, listing->count, sizeof(*at), by_path);
	for (size_t i = 1; i < listing->count; i++) {
		if (!at[i].dir || !stands_between(&at[i - 1], &at[i]))
			continue;
		if ((err = is_empty(walk, dir, &at[i], &at[i].empty)))
			return err;
		again |= at[i].empty;
	}
	for (size_t i = 0; again && i < listing->count; i++)
		at[i].dir &= !at[i].empty;
	if (again)
		qsort(at, listing->count, sizeof(*at), by_path);
	return NULL;
}

static mlv_err walk_dir(struct walk *walk, int dir, int parent, const char *name);

static mlv_err emit(struct walk *walk, int dir, const char *name, char kind, const struct stat *st)
{
	struct mlv_walk_entry entry = { .kind = kind, .path = walk->path.ptr,
					.path_len = walk->path.len, .dir = dir, .name = name,
					.st = st };

	return walk->fn(walk->arg, &entry);
}

static char kind_of(const struct stat *st)
{
	if (S_ISREG(st->st_mode))
		return st->st_mode & S_IXUSR ? 'x' : 'f';
	return S_ISLNK(st->st_mode) ? 'l' : S_ISDIR(st->st_mode) ? 'd' : 'o';
}

/* One name of a directory; the path is that directory's, with a slash at its end. */
static mlv_err visit(struct walk *walk, int dir, const struct name *name)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	struct stat st;
	mlv_err err;

	if (name->dir && (err = open_dir(walk, dir, name->text, &fd)))
		return err;
	if (!name->dir && mlv_sys_fstatat(dir, name->text, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return failed(walk, name->text, "looking at it");
	if (!name->dir && S_ISDIR(st.st_mode) && !name->empty)
		return changed(walk, name->text);
	if ((err = mlv_buf_add(&walk->path, name->text, name->len)))
		return err;
	return name->dir ? walk_dir(walk, fd, dir, name->text)
			 : emit(walk, dir, name->text, kind_of(&st), &st);
}

/* What lies in the directory dir, whose path is walk->path and which is name in parent. */
static mlv_err walk_dir(struct walk *walk, int dir, int parent, const char *name)
{
	MLV_SCOPED(listing_release) struct listing names = { .bytes = MLV_BUF_INIT };
	size_t len;
	struct stat st;
	mlv_err err;

	if ((err = mlv_ctx_check_stop(walk->ctx)) || (err = list(walk, dir, &names)))
		return err;
	if (names.count == 0) {
		if (mlv_sys_fstat(dir, &st) < 0)
			return failed(walk, "", "looking at it");
		return emit(walk, parent, name, 'd', &st);
	}
	if (++walk->depth > MLV_PATH_DEPTH)
		return mlv_error(MLV_E_REFUSED, "%s: deeper than %d directories", walk->top,
				 MLV_PATH_DEPTH);
	if (walk->path.len && (err = mlv_buf_add_char(&walk->path, '/')))
		return err;
	len = walk->path.len;
	if ((err = sort(walk, dir, &names)))
		return err;
	for (size_t i = 0; i < names.count && !err; i++) {
		err = visit(walk, dir, &names.at[i]);
		mlv_buf_truncate(&walk->path, len);
	}
	walk->depth--;
	return err;
}

/* Open the directory that top lies in; name is what top is called there. */
static mlv_err open_parent(int root, const char *top, int *parent, const char **name)
{
	const char *slash = strrchr(top, '/');
	MLV_SCOPED(mlv_mem_free) char *above = mlv_sys_strndup(
		slash ? top : ".", slash ? (size_t)(slash - top) : 1);

	if (!above)
		return mlv_error_nomem("a path");
	*name = slash ? slash + 1 : top;
	*parent = mlv_sys_open_beneath(root, above, O_RDONLY | O_DIRECTORY, 0);
	if (*parent >= 0)
		return NULL;
	if (errno == ENOENT)
		return mlv_error(MLV_E_MISSING, "%s: no such file or directory", top);
	if (errno == ELOOP || errno == ENOTDIR || errno == EXDEV)
		return mlv_error(MLV_E_REFUSED, "%s: beyond a symbolic link or a file", top);
	return mlv_error_sys("%s", top);
}

mlv_err mlv_walk(struct mlv_ctx *ctx, int root, const char *top,
		 const struct mlv_walk_options *options, mlv_walk_fn fn, void *arg)
{
	struct walk walk = { .ctx = ctx, .top = top, .options = options, .fn = fn, .arg = arg,
			     .path = MLV_BUF_INIT };
	MLV_SCOPED(mlv_fd_close) int parent = -1;
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	const char *name;
	struct stat st;
	mlv_err err;

	if ((err = open_parent(root, top, &parent, &name)))
		return err;
	if (mlv_sys_fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT
			       ? mlv_error(MLV_E_MISSING, "%s: no such file or directory", top)
			       : mlv_error_sys("%s", top);
	if (!S_ISDIR(st.st_mode))
		return emit(&walk, parent, name, kind_of(&st), &st);
	if (!(err = open_dir(&walk, parent, name, &fd)))
		err = walk_dir(&walk, fd, parent, name);
	mlv_buf_release(&walk.path);
	return err;
}
