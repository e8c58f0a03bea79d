#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/repo/add/check.h"
#include "core/repo/walk.h"

#define BLOCK ((size_t)1 << 20) /* bytes */

struct copy {
	struct mlv_ctx *ctx;
	const char *from;  /* absolute */
	const char *shown; /* what messages call it */
	int to;     /* the directory that is made, or the one the file is made in */
	char *block;
};

static mlv_err copy_bytes(struct copy *copy, int from, int to, const char *name)
{
	if (mlv_sys_reflink(to, from) == 0)
		return NULL;
	for (;;) {
		ssize_t n = mlv_sys_read(from, copy->block, BLOCK);
		mlv_err err = mlv_ctx_check_stop(copy->ctx);

		if (n < 0)
			return mlv_error_sys("%s: reading", copy->shown);
		if (err || n == 0)
			return err;
		if ((err = mlv_fs_write_full(to, name, copy->block, (size_t)n)))
			return err;
	}
}

/* Copy the file name in dir to the new file to_name. */
static mlv_err copy_file(struct copy *copy, int dir, const char *name, const char *to_name)
{
	MLV_SCOPED(mlv_fd_close) int from = mlv_sys_openat(dir, name, O_RDONLY | O_NONBLOCK, 0);
	MLV_SCOPED(mlv_fd_close) int to = -1;
	struct stat st;
	mlv_err err;

	if (from < 0 || mlv_sys_fstat(from, &st) < 0)
		return mlv_error_sys("%s: reading", copy->shown);
	if (!S_ISREG(st.st_mode))
		return mlv_error(MLV_E_REFUSED, "%s: not a file or directory", copy->shown);
	to = mlv_sys_open_beneath(copy->to, to_name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW,
				  st.st_mode & S_IXUSR ? 0777 : 0666);
	if (to < 0)
		return mlv_error_sys("%s: creating", to_name);
	if ((err = copy_bytes(copy, from, to, to_name)))
		return err;
	if (mlv_sys_fsync(to) < 0 || mlv_sys_close(&to) < 0)
		return mlv_error_sys("%s: syncing", to_name);
	return NULL;
}

static mlv_err make_above(int dir, const char *path)
{
	const char *slash = strrchr(path, '/');
	MLV_SCOPED(mlv_mem_free) char *above = NULL;

	if (!slash)
		return NULL;
	if (!(above = mlv_sys_strndup(path, (size_t)(slash - path))))
		return mlv_error_nomem("a path");
	return mlv_fs_mkdirs(dir, above, 0777);
}

static mlv_err copy_entry(void *arg, const struct mlv_walk_entry *entry)
{
	char target[PATH_MAX];
	struct copy *copy = arg;
	ssize_t len;
	mlv_err err;

	if (entry->path_len == 0)
		return NULL; /* the directory itself, empty */
	if (entry->kind == 'd')
		return mlv_fs_mkdirs(copy->to, entry->path, 0777);
	if ((err = make_above(copy->to, entry->path)))
		return err;
	if (entry->kind == 'f' || entry->kind == 'x')
		return copy_file(copy, entry->dir, entry->name, entry->path);
	if (entry->kind == 'o')
		return mlv_error(MLV_E_REFUSED, "%s/%s: neither file, link nor directory",
				 copy->shown, entry->path);
	len = readlinkat(entry->dir, entry->name, target, sizeof(target) - 1);
	if (len < 0)
		return mlv_error_sys("%s/%s: reading the link", copy->shown, entry->path);
	target[len] = '\0';
	return mlv_sys_symlinkat(target, copy->to, entry->path) < 0
		       ? mlv_error_sys("%s: creating the link", entry->path)
		       : NULL;
}

/* Make a directory with all that from (open) has, under a temporary name in dir. */
static mlv_err copy_tree(struct copy *copy, int from, int dir, const char *temp)
{
	MLV_SCOPED(mlv_fd_close) int made = -1;
	mlv_err err;

	if (mlv_sys_mkdirat(dir, temp, 0777) < 0)
		return mlv_error_sys("%s: making the directory", temp);
	made = mlv_sys_openat(dir, temp, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (made < 0)
		return mlv_error_sys("%s", temp);
	copy->to = made;
	err = mlv_walk(copy->ctx, from, ".", NULL, copy_entry, copy);
	if (err)
		return err;
	return mlv_sys_syncfs(made) < 0 ? mlv_error_sys("%s: syncing", temp) : NULL;
}

/* Put temp in the place of name; what was there goes last. */
static mlv_err put_in_place(int dir, const char *temp, const char *name, bool there)
{
	char old[96];
	mlv_err err;

	snprintf(old, sizeof(old), "%.80s-old", temp);
	if (there && mlv_sys_renameat(dir, name, dir, old) < 0)
		return mlv_error_sys("%s: putting it aside", name);
	if (mlv_sys_renameat(dir, temp, dir, name) < 0) {
		err = mlv_error_sys("%s: renaming into place", name);
		if (there)
			(void)!mlv_sys_renameat(dir, old, dir, name);
		return err;
	}
	if ((err = mlv_fs_sync_dir(dir, ".")))
		return err;
	return there ? mlv_fs_remove_all(dir, old) : NULL;
}

static mlv_err copy_to(struct copy *copy, int dir, const char *name, bool there)
{
	MLV_SCOPED(mlv_fd_close) int from =
		mlv_sys_openat(AT_FDCWD, copy->from, O_RDONLY | O_NONBLOCK, 0);
	struct stat st;
	char temp[64];
	mlv_err err;

	if (from < 0 && errno == ENOENT)
		return mlv_error(MLV_E_MISSING, "%s: no such file or directory", copy->shown);
	if (from < 0 || mlv_sys_fstat(from, &st) < 0)
		return mlv_error_sys("%s", copy->shown);
	snprintf(temp, sizeof(temp), ".mlv-tmp-copy-%ld", (long)getpid());
	copy->to = dir;
	err = S_ISDIR(st.st_mode) ? copy_tree(copy, from, dir, temp)
				  : copy_file(copy, AT_FDCWD, copy->from, temp);
	if (!err)
		err = put_in_place(dir, temp, name, there);
	if (err) {
		struct mlv_error kept = *err;

		if (mlv_fs_remove_all(dir, temp))
			mlv_tell_warning(copy->ctx, "%s: left behind", temp);
		return mlv_error_copy(&kept);
	}
	return NULL;
}

mlv_err mlv_add_copy(struct mlv_repo *repo, const char *from, const char *shown, const char *to,
		     bool force)
{
	MLV_SCOPED(mlv_mem_free) char *block = mlv_sys_alloc(BLOCK);
	const char *slash = strrchr(to, '/');
	MLV_SCOPED(mlv_mem_free) char *above = mlv_sys_strndup(
		slash ? to : ".", slash ? (size_t)(slash - to) : 1);
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	struct copy copy = { .ctx = repo->ctx, .from = from, .shown = shown,
			     .block = block };
	bool there;

	if (!block || !above)
		return mlv_error_nomem("a copy");
	dir = mlv_sys_open_beneath(repo->root_fd, above, O_RDONLY | O_DIRECTORY, 0);
	if (dir < 0)
		return mlv_error_sys("%s", above);
	there = mlv_fs_exists(dir, slash ? slash + 1 : to);
	if (there && !force)
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: there already", to),
				      "mlv add -f -o %s %s", to, shown);
	return copy_to(&copy, dir, slash ? slash + 1 : to, there);
}
