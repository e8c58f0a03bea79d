/* beneath.c - opening paths that may not leave their directory. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* syscall, O_PATH */
#endif
#include "core/base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif

#ifndef O_PATH
#define O_PATH O_RDONLY
#endif

/* True where the kernel, or a filter before it, does not know openat2. */
static bool missing(int err)
{
	return err == ENOSYS || err == EPERM || err == EINVAL || err == E2BIG;
}

static int with_openat2(int dir, const char *path, int flags, mode_t mode)
{
#ifdef SYS_openat2
	struct open_how how = {
		.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
		.mode = (flags & O_CREAT) ? mode : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	long fd;

	do {
		fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));
	} while (fd < 0 && (errno == EINTR || errno == EAGAIN));
	return (int)fd;
#else
	(void)dir;
	(void)path;
	(void)flags;
	(void)mode;
	errno = ENOSYS;
	return -1;
#endif
}

/* The same, one component at a time, never through a link and never upwards. */
static int with_walk(int dir, const char *path, int flags, mode_t mode)
{
	int at = mlv_sys_openat(dir, ".", O_PATH | O_DIRECTORY, 0);
	char name[NAME_MAX + 1];

	if (path[0] == '/') {
		mlv_fd_close(&at);
		errno = EXDEV;
		return -1;
	}
	while (at >= 0) {
		size_t len = strcspn(path, "/");
		bool last = path[len + strspn(path + len, "/")] == '\0';
		int next;

		if (len == 0 || len > NAME_MAX || (len == 2 && memcmp(path, "..", 2) == 0)) {
			mlv_fd_close(&at);
			errno = len > NAME_MAX ? ENAMETOOLONG : EXDEV;
			return -1;
		}
		memcpy(name, path, len);
		name[len] = '\0';
		next = mlv_sys_openat(at, name,
				      O_NOFOLLOW | (last ? flags : O_PATH | O_DIRECTORY), mode);
		mlv_fd_close(&at);
		if (last)
			return next;
		at = next;
		path += len + strspn(path + len, "/");
	}
	return -1;
}

int mlv_sys_open_beneath(int dir, const char *path, int flags, mode_t mode)
{
	int fd = with_openat2(dir, path, flags, mode);

	if (fd >= 0 || !missing(errno))
		return fd;
	return with_walk(dir, path, flags, mode);
}
