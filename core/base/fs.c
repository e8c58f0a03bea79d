#include "core/base/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define READ_BLOCK ((size_t)64 * 1024) /* bytes */
#define MAX_DEPTH 1024                 /* directories below each other */
#define FRESH 50000000                 /* ns: more than the tick of a clock of a file system... */
#define FRESH_COARSE 2000000000        /* ...or of one that keeps whole seconds */

/* Room for a block, or for what the limit leaves, when there is none. */
static mlv_err make_room(struct mlv_buf *buf)
{
	size_t more = READ_BLOCK;

	if (buf->cap > buf->len + 1)
		return NULL;
	if (buf->limit && buf->limit - buf->len < more)
		more = buf->limit > buf->len ? buf->limit - buf->len : 1;
	return mlv_buf_reserve(buf, more);
}

/* Room for all that a file holds, and a byte by which its end is seen: no more than it takes. */
static mlv_err make_room_for(const struct stat *st, struct mlv_buf *buf)
{
	if (!S_ISREG(st->st_mode) || st->st_size < (off_t)READ_BLOCK ||
	    (buf->limit && (uint64_t)st->st_size >= buf->limit - buf->len))
		return NULL;
	return mlv_buf_reserve(buf, (size_t)st->st_size + 1);
}

/* All that fd gives, which st is of. */
static mlv_err read_all(int fd, const struct stat *st, const char *name, struct mlv_buf *buf)
{
	mlv_err err = make_room_for(st, buf);

	while (!err && !(err = make_room(buf))) {
		size_t room = buf->cap - buf->len - 1;
		ssize_t n;

		if (buf->limit && room > buf->limit - buf->len)
			room = buf->limit - buf->len;
		n = mlv_sys_read(fd, buf->ptr + buf->len, room);
		if (n < 0)
			return mlv_error_sys("reading %s", name);
		if (n == 0)
			return NULL;
		mlv_buf_advance(buf, (size_t)n);
		if (buf->limit && buf->len == buf->limit) {
			char more;

			n = mlv_sys_read(fd, &more, 1);
			if (n < 0)
				return mlv_error_sys("reading %s", name);
			return n == 0 ? NULL
				      : mlv_error(MLV_E_REFUSED, "%s: larger than %zu bytes",
						  name, buf->limit);
		}
	}
	return mlv_error_wrap(err, "%s", name);
}

mlv_err mlv_fs_read_fd(int fd, const char *name, struct mlv_buf *buf)
{
	struct stat st;

	if (mlv_sys_fstat(fd, &st) < 0)
		return mlv_error_sys("%s", name);
	return read_all(fd, &st, name, buf);
}

mlv_err mlv_fs_read(int dir, const char *path, struct mlv_buf *buf)
{
	/* O_NONBLOCK: a FIFO put in the place of a file must not hang us. */
	MLV_SCOPED(mlv_fd_close) int fd = mlv_sys_openat(dir, path, O_RDONLY | O_NONBLOCK, 0);
	struct stat st;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return mlv_error(MLV_E_MISSING, "%s: no such file", path);
	if (fd < 0 || mlv_sys_fstat(fd, &st) < 0)
		return mlv_error_sys("%s", path);
	if (!S_ISREG(st.st_mode))
		return mlv_error(MLV_E_REFUSED, "%s: not a regular file", path);
	return read_all(fd, &st, path, buf);
}

mlv_err mlv_fs_pread_full(int fd, const char *name, void *to, size_t len, uint64_t offset)
{
	char *at = to;

	while (len > 0) {
		ssize_t n = mlv_sys_pread(fd, at, len, offset);

		if (n < 0)
			return mlv_error_sys("reading %s", name);
		if (n == 0)
			return mlv_error(MLV_E_CORRUPT, "%s: shorter than expected", name);
		at += n;
		len -= (size_t)n;
		offset += (uint64_t)n;
	}
	return NULL;
}

mlv_err mlv_fs_write_full(int fd, const char *name, const void *from, size_t len)
{
	const char *at = from;

	while (len > 0) {
		ssize_t n = mlv_sys_write(fd, at, len);

		if (n < 0)
			return mlv_error_sys("writing %s", name);
		at += n;
		len -= (size_t)n;
	}
	return NULL;
}

mlv_err mlv_fs_pwrite_full(int fd, const char *name, const void *from, size_t len,
			   uint64_t offset)
{
	const char *at = from;

	while (len > 0) {
		ssize_t n = mlv_sys_pwrite(fd, at, len, offset);

		if (n < 0)
			return mlv_error_sys("writing %s", name);
		at += n;
		len -= (size_t)n;
		offset += (uint64_t)n;
	}
	return NULL;
}

bool mlv_fs_is_fresh(struct timespec time)
{
	const int64_t second = 1000000000;
	struct timespec now;
	int64_t age;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return true;
	age = (int64_t)(now.tv_sec - time.tv_sec) * second + (now.tv_nsec - time.tv_nsec);
	return age < (time.tv_nsec ? FRESH : FRESH_COARSE);
}

mlv_err mlv_fs_temp(int dir, const char *prefix, mode_t mode, char *name, size_t name_size, int *fd)
{
	static atomic_uint serial;

	do {
		/* The time keeps apart processes of one number on two hosts, or after a restart. */
		snprintf(name, name_size, "%s%lx-%lx-%x", prefix, (long)getpid(),
			 (long)time(NULL) & 0xffffffffL, atomic_fetch_add(&serial, 1));
		*fd = mlv_sys_openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
	} while (*fd < 0 && errno == EEXIST);
	return *fd < 0 ? mlv_error_sys("creating %s", name) : NULL;
}

/* The directory part of path, "." if there is none. */
static mlv_err parent_of(const char *path, char *parent, size_t size)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	if (len >= size)
		return mlv_error(MLV_E_REFUSED, "%s: path too long", path);
	if (!slash)
		memcpy(parent, ".", 2);
	else if (len == 0)
		memcpy(parent, "/", 2);
	else {
		memcpy(parent, path, len);
		parent[len] = '\0';
	}
	return NULL;
}

/* A file beside its place that is removed unless it was kept. */
struct unkept {
	int dir;
	char name[PATH_MAX + 64]; /* empty: nothing to remove */
};

static void unkept_remove(struct unkept *unkept)
{
	if (unkept->name[0])
		(void)unlinkat(unkept->dir, unkept->name, 0);
}

/* Write a temporary in tmp_dir whose name begins with prefix, and rename it to path in dir. */
static mlv_err replace(int tmp_dir, const char *prefix, int dir, const char *path,
		       const void *bytes, size_t len, mode_t mode)
{
	MLV_SCOPED(unkept_remove) struct unkept tmp = { .dir = tmp_dir };
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	struct stat st;
	bool there = mlv_sys_fstatat(dir, path, &st, 0) == 0;
	mlv_err err = mlv_fs_temp(tmp_dir, prefix, mode, tmp.name, sizeof(tmp.name), &fd);

	if (err) {
		tmp.name[0] = '\0';
		return mlv_error_wrap(err, "%s", path);
	}
	if (there && mlv_sys_fchmod(fd, st.st_mode & 07777) < 0)
		return mlv_error_sys("%s: setting the mode", path);
	if ((err = mlv_fs_write_full(fd, path, bytes, len)))
		return err;
	if (mlv_sys_fsync(fd) < 0 || mlv_sys_close(&fd) < 0)
		return mlv_error_sys("%s: syncing", path);
	if (mlv_sys_renameat(tmp_dir, tmp.name, dir, path) < 0)
		return mlv_error_sys("%s: renaming into place", path);
	tmp.name[0] = '\0';
	return NULL;
}

mlv_err mlv_fs_replace(int dir, const char *path, const void *bytes, size_t len, mode_t mode)
{
	char parent[PATH_MAX], prefix[PATH_MAX + 16];
	mlv_err err = parent_of(path, parent, sizeof(parent));

	if (err)
		return err;
	snprintf(prefix, sizeof(prefix), "%s/.mlv-tmp-", parent);
	err = replace(dir, prefix, dir, path, bytes, len, mode);
	return err ? err : mlv_fs_sync_dir(dir, parent);
}

mlv_err mlv_fs_replace_through(int tmp_dir, int dir, const char *path, const void *bytes,
			       size_t len, mode_t mode)
{
	char parent[PATH_MAX];
	mlv_err err = parent_of(path, parent, sizeof(parent));

	if (err)
		return err;
	err = replace(tmp_dir, "write-", dir, path, bytes, len, mode);
	if (err && err->os_errno == EXDEV)
		return mlv_fs_replace(dir, path, bytes, len, mode);
	return err ? err : mlv_fs_sync_dir(dir, parent);
}

mlv_err mlv_fs_mkdirs(int dir, const char *path, mode_t mode)
{
	char part[PATH_MAX];
	size_t len = strlen(path);

	if (len >= sizeof(part))
		return mlv_error(MLV_E_REFUSED, "%s: path too long", path);
	if (mlv_sys_mkdirat(dir, path, mode) == 0 || errno == EEXIST)
		return NULL;
	if (errno != ENOENT)
		return mlv_error_sys("%s: making the directory", path);
	memcpy(part, path, len + 1);
	for (size_t i = 1; i <= len; i++) {
		if (part[i] != '/' && part[i] != '\0')
			continue;
		part[i] = '\0';
		if (mlv_sys_mkdirat(dir, part, mode) < 0 && errno != EEXIST)
			return mlv_error_sys("%s: making the directory", part);
		if (i < len)
			part[i] = '/';
	}
	return NULL;
}

mlv_err mlv_fs_parent_beneath(int dir, const char *path, mode_t mode, int *parent)
{
	MLV_SCOPED(mlv_fd_close) int last = -1;
	char part[NAME_MAX + 1];

	for (const char *name = path, *end; (end = strchr(name, '/')); name = end + 1) {
		const int in = last < 0 ? dir : last;
		const int shown = (int)(end - path);
		int next;

		if ((size_t)(end - name) >= sizeof(part))
			return mlv_error(MLV_E_REFUSED, "%.*s: name too long", shown, path);
		memcpy(part, name, (size_t)(end - name));
		part[end - name] = '\0';
		if (mlv_sys_mkdirat(in, part, mode) < 0 && errno != EEXIST)
			return mlv_error_sys("%.*s: making the directory", shown, path);
		next = mlv_sys_open_beneath(in, part, O_RDONLY | O_DIRECTORY, 0);
		if (next < 0 && errno == ELOOP)
			return mlv_error(MLV_E_REFUSED,
					 "%.*s: a symbolic link, through which nothing is written", shown,
					 path);
		if (next < 0)
			return mlv_error_sys("%.*s", shown, path);
		mlv_fd_close(&last);
		last = next;
	}
	*parent = last;
	last = -1;
	return NULL;
}

mlv_err mlv_fs_sync_dir(int dir, const char *path)
{
	const char *name = *path ? path : ".";
	MLV_SCOPED(mlv_fd_close) int fd = mlv_sys_openat(dir, name, O_RDONLY | O_DIRECTORY, 0);

	if (fd < 0 || mlv_sys_fsync(fd) < 0)
		return mlv_error_sys("%s: syncing the directory", name);
	return NULL;
}

void mlv_fs_sweep(int dir, const char *path, const char *prefix, unsigned age_seconds)
{
	MLV_SCOPED(mlv_dir_close) DIR *d = mlv_sys_opendirat(dir, path);
	const time_t limit = time(NULL) - (time_t)age_seconds;

	for (struct dirent *e; d && (e = readdir(d));) {
		struct stat st;

		if (strncmp(e->d_name, prefix, strlen(prefix)) == 0 &&
		    mlv_sys_fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) && st.st_mtime <= limit)
			(void)unlinkat(dirfd(d), e->d_name, 0); /* it may be gone already */
	}
}

static mlv_err remove_below(int dir, const char *name, unsigned depth)
{
	MLV_SCOPED(mlv_dir_close) DIR *d = NULL;

	if (mlv_sys_unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return NULL;
	if (errno != EISDIR && errno != EPERM)
		return mlv_error_sys("%s: removing", name);
	if (depth > MAX_DEPTH)
		return mlv_error(MLV_E_REFUSED, "%s: too deep", name);
	if (!(d = mlv_sys_opendirat(dir, name)))
		return mlv_error_sys("%s: opening to remove", name);
	for (struct dirent *e; (e = readdir(d));) {
		mlv_err err;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if ((err = remove_below(dirfd(d), e->d_name, depth + 1)))
			return mlv_error_wrap(err, "%s", name);
	}
	if (mlv_sys_unlinkat(dir, name, AT_REMOVEDIR) < 0)
		return mlv_error_sys("%s: removing", name);
	return NULL;
}

mlv_err mlv_fs_remove_all(int dir, const char *path)
{
	return remove_below(dir, path, 0);
}

bool mlv_fs_exists(int dir, const char *path)
{
	struct stat st;

	return fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}
