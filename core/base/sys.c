#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* syncfs, sync_file_range, syscall */
#endif
#include "core/base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/fs.h>
#endif

#ifdef MLV_FAULTS
#include <stdatomic.h>
#include <stdbool.h>

static atomic_long calls;
static atomic_long target;

/* True when this call is the one to fail; leaves errno set. */
static bool fault(int err)
{
	if (atomic_fetch_add(&calls, 1) + 1 != atomic_load(&target))
		return false;
	errno = err;
	return true;
}

static void report_calls(void)
{
	const char *path = getenv("MLV_FAULT_COUNT");
	FILE *f = path ? fopen(path, "we") : NULL;

	if (f) {
		fprintf(f, "%ld\n", atomic_load(&calls));
		fclose(f);
	}
}

__attribute__((constructor)) static void arm_from_environment(void)
{
	const char *nth = getenv("MLV_FAULT");

	if (nth)
		mlv_fault_arm(strtol(nth, NULL, 10));
	atexit(report_calls);
}

void mlv_fault_arm(long nth)
{
	atomic_store(&calls, 0);
	atomic_store(&target, nth);
}

long mlv_fault_calls(void)
{
	return atomic_load(&calls);
}
#else
#define fault(err) 0
#endif

/* Repeat call while a signal interrupts it. */
#define RETRY(result, call)       \
	do {                      \
		result = (call);  \
	} while (result < 0 && errno == EINTR)

void *mlv_sys_alloc(size_t size)
{
	return fault(ENOMEM) ? NULL : calloc(1, size ? size : 1);
}

void *mlv_sys_alloc_array(size_t count, size_t size)
{
	return fault(ENOMEM) ? NULL : calloc(count ? count : 1, size ? size : 1);
}

void *mlv_sys_realloc(void *ptr, size_t size)
{
	return fault(ENOMEM) ? NULL : realloc(ptr, size ? size : 1);
}

char *mlv_sys_strdup(const char *text)
{
	return mlv_sys_strndup(text, strlen(text));
}

char *mlv_sys_strndup(const char *text, size_t len)
{
	char *copy = mlv_sys_alloc(len + 1);

	if (copy)
		memcpy(copy, text, len);
	return copy;
}

ssize_t mlv_sys_read(int fd, void *buf, size_t len)
{
	ssize_t n;

	if (fault(EIO))
		return -1;
	RETRY(n, read(fd, buf, len));
	return n;
}

ssize_t mlv_sys_pread(int fd, void *buf, size_t len, uint64_t offset)
{
	ssize_t n;

	if (fault(EIO))
		return -1;
	RETRY(n, pread(fd, buf, len, (off_t)offset));
	return n;
}

ssize_t mlv_sys_write(int fd, const void *buf, size_t len)
{
	ssize_t n;

	if (fault(ENOSPC))
		return -1;
	RETRY(n, write(fd, buf, len));
	return n;
}

ssize_t mlv_sys_pwrite(int fd, const void *buf, size_t len, uint64_t offset)
{
	ssize_t n;

	if (fault(ENOSPC))
		return -1;
	RETRY(n, pwrite(fd, buf, len, (off_t)offset));
	return n;
}

int mlv_sys_fsync(int fd)
{
	int result;

	if (fault(EIO))
		return -1;
	RETRY(result, fsync(fd));
	return result;
}

int mlv_sys_syncfs(int fd)
{
	if (fault(EIO))
		return -1;
#ifdef __linux__
	return syncfs(fd);
#else
	(void)fd;
	sync();
	return 0;
#endif
}

int mlv_sys_ftruncate(int fd, uint64_t size)
{
	int result;

	if (fault(ENOSPC))
		return -1;
	RETRY(result, ftruncate(fd, (off_t)size));
	return result;
}

int mlv_sys_close(int *fd)
{
	int closing = *fd;

	*fd = -1;
	if (close(closing) < 0 && errno != EINTR)
		return -1;
	return fault(EIO) ? -1 : 0;
}

int mlv_sys_openat(int dir, const char *path, int flags, mode_t mode)
{
	int fd;

	if (fault(EMFILE))
		return -1;
	RETRY(fd, openat(dir, path, flags | O_CLOEXEC, mode));
	return fd;
}

DIR *mlv_sys_opendirat(int dir, const char *path)
{
	int fd = mlv_sys_openat(dir, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	int saved = errno;

	if (!entries)
		mlv_fd_close(&fd);
	errno = saved;
	return entries;
}

int mlv_sys_renameat(int olddir, const char *from, int newdir, const char *to)
{
	return fault(EIO) ? -1 : renameat(olddir, from, newdir, to);
}

int mlv_sys_linkat(int olddir, const char *from, int newdir, const char *to)
{
	return fault(EMLINK) ? -1 : linkat(olddir, from, newdir, to, 0);
}

int mlv_sys_symlinkat(const char *target_path, int dir, const char *path)
{
	return fault(ENOSPC) ? -1 : symlinkat(target_path, dir, path);
}

int mlv_sys_mkdirat(int dir, const char *path, mode_t mode)
{
	return fault(ENOSPC) ? -1 : mkdirat(dir, path, mode);
}

int mlv_sys_unlinkat(int dir, const char *path, int flags)
{
	return fault(EIO) ? -1 : unlinkat(dir, path, flags);
}

int mlv_sys_fchmod(int fd, mode_t mode)
{
	return fault(EPERM) ? -1 : fchmod(fd, mode);
}

int mlv_sys_fstat(int fd, struct stat *st)
{
	return fault(EIO) ? -1 : fstat(fd, st);
}

int mlv_sys_fstatat(int dir, const char *path, struct stat *st, int flags)
{
	return fault(EIO) ? -1 : fstatat(dir, path, st, flags);
}

int mlv_sys_reflink(int to, int from)
{
	if (fault(EIO))
		return -1;
#ifdef FICLONE
	return ioctl(to, FICLONE, from);
#else
	(void)to;
	(void)from;
	errno = EOPNOTSUPP;
	return -1;
#endif
}

void mlv_sys_start_writeback(int fd, uint64_t offset, uint64_t len)
{
#ifdef __linux__
	(void)sync_file_range(fd, (off_t)offset, (off_t)len, SYNC_FILE_RANGE_WRITE);
#else
	(void)fd;
	(void)offset;
	(void)len;
#endif
}

void mlv_fd_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

void mlv_dir_close(DIR **entries)
{
	if (*entries)
		(void)closedir(*entries);
	*entries = NULL;
}

void mlv_mem_free(void *ptr)
{
	free(mlv_take_(ptr));
}
