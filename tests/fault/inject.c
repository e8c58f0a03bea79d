/*
 * inject.c - preloaded into mlv, makes one call to the C library fail, or ends
 * the process there.
 *
 *   MLV_INJECT=count:FILE     write to FILE how many calls and how many allocations were met
 *   MLV_INJECT=kill:N         end with SIGKILL at the Nth call, before it is made
 *   MLV_INJECT=fail:N:ERRNO   the Nth call fails with this errno
 *   MLV_INJECT=full:N:ERRNO   so do all from the Nth on that write
 *   MLV_INJECT=short:N        the Nth call, if it reads or writes, moves one byte
 *   MLV_INJECT=oom:N          the Nth allocation of any library fails
 *
 * Calls that change or read files or sockets are counted, those on descriptors 0 to 2 are
 * not. It is independent of mlv's own guarded calls, so that a call which went
 * past those is met too.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum mode { OFF, COUNT, KILL, FAIL, FULL, SHORT, OOM };

static enum mode mode;
static long target;
static int error_number = EIO;
static const char *count_file;
static atomic_long calls, allocations;

/*
 * Two libraries do not survive a lack of memory everywhere, and cannot be mended from
 * outside: libfyaml 0.7 where a document is opened, libssh2 1.10 within a session. What
 * crashes there, or in what these call, ends as being out of memory does, and what is on
 * disk is looked at all the same.
 */
static bool is_frail(const char *file)
{
	return strstr(file, "libfyaml") || strstr(file, "libssh2");
}

/* What the frail ones pass their pointers to. */
static bool is_called(const char *file)
{
	return strstr(file, "libc.so") || strstr(file, "libcrypto") || strstr(file, "inject.so");
}

static void on_crash(int signal_number, siginfo_t *info, void *context)
{
	static const char message[] = "a library crashed for lack of memory\n";
	void *frames[64];
	Dl_info place;

	(void)info;
	(void)context;
	for (int i = 0, n = backtrace(frames, 64); i < n; i++) {
		if (!dladdr(frames[i], &place) || is_called(place.dli_fname))
			continue;
		if (!is_frail(place.dli_fname))
			break;
		(void)!write(STDERR_FILENO, message, sizeof(message) - 1);
		_exit(75);
	}
	signal(signal_number, SIG_DFL);
}

__attribute__((constructor)) static void configure(void)
{
	static const char *const names[] = { "", "count", "kill", "fail", "full", "short", "oom" };
	const char *text = getenv("MLV_INJECT");
	const char *colon = text ? strchr(text, ':') : NULL;

	for (size_t m = 1; colon && m < sizeof(names) / sizeof(names[0]); m++)
		if (strncmp(text, names[m], (size_t)(colon - text)) == 0)
			mode = (enum mode)m;
	if (mode == COUNT)
		count_file = colon + 1;
	else if (mode != OFF)
		target = strtol(colon + 1, NULL, 10);
	if (mode == OOM)
		sigaction(SIGSEGV, &(struct sigaction){ .sa_sigaction = on_crash, .sa_flags = SA_SIGINFO },
			  NULL);
	if (mode == FAIL || mode == FULL)
		error_number = atoi(strrchr(text, ':') + 1);
	/* What it starts is not tested. */
	unsetenv("MLV_INJECT");
	unsetenv("LD_PRELOAD");
}

__attribute__((destructor)) static void report(void)
{
	FILE *f = count_file ? fopen(count_file, "we") : NULL;

	if (f) {
		fprintf(f, "%ld %ld\n", atomic_load(&calls), atomic_load(&allocations));
		fclose(f);
	}
}

/* True when this call is to fail; errno is set. writes: it takes room on a disk. */
static bool hit(bool writes)
{
	long n;

	if (mode == OFF)
		return false;
	n = atomic_fetch_add(&calls, 1) + 1;
	if (mode == KILL && n == target)
		kill(getpid(), SIGKILL);
	if ((mode == FAIL && n == target) || (mode == FULL && writes && n >= target)) {
		errno = error_number;
		return true;
	}
	return false;
}

static size_t shorten(size_t len)
{
	return mode == SHORT && atomic_load(&calls) == target && len > 1 ? 1 : len;
}

/* glibc's own names: what dlsym() finds may allocate to be found. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *ptr, size_t size);

/* True when this allocation is to fail. */
static bool is_out(void)
{
	bool out = mode != OFF && atomic_fetch_add(&allocations, 1) + 1 == target && mode == OOM;

	if (out)
		errno = ENOMEM;
	return out;
}

void *malloc(size_t size)
{
	return is_out() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return is_out() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *ptr, size_t size)
{
	return is_out() ? NULL : __libc_realloc(ptr, size);
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t read(int fd, void *buf, size_t len)
{
	REAL(read);

	return fd > 2 && hit(false) ? -1 : real(fd, buf, fd > 2 ? shorten(len) : len);
}

ssize_t write(int fd, const void *buf, size_t len)
{
	REAL(write);

	return fd > 2 && hit(true) ? -1 : real(fd, buf, fd > 2 ? shorten(len) : len);
}

ssize_t pread64(int fd, void *buf, size_t len, off64_t at)
{
	REAL(pread64);

	return hit(false) ? -1 : real(fd, buf, shorten(len), at);
}

ssize_t pwrite64(int fd, const void *buf, size_t len, off64_t at)
{
	REAL(pwrite64);

	return hit(true) ? -1 : real(fd, buf, shorten(len), at);
}

ssize_t send(int fd, const void *buf, size_t len, int flags)
{
	REAL(send);

	return hit(false) ? -1 : real(fd, buf, len, flags);
}

ssize_t recv(int fd, void *buf, size_t len, int flags)
{
	REAL(recv);

	return hit(false) ? -1 : real(fd, buf, len, flags);
}

int pipe2(int ends[2], int flags)
{
	REAL(pipe2);

	return hit(false) ? -1 : real(ends, flags);
}

pid_t fork(void)
{
	REAL(fork);

	return hit(false) ? -1 : real();
}

int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *attr, char *const argv[], char *const env[])
{
	REAL(posix_spawnp);

	return hit(false) ? error_number : real(pid, file, actions, attr, argv, env);
}

int fsync(int fd)
{
	REAL(fsync);

	return hit(true) ? -1 : real(fd);
}

int fdatasync(int fd)
{
	REAL(fdatasync);

	return hit(true) ? -1 : real(fd);
}

int syncfs(int fd)
{
	REAL(syncfs);

	return hit(true) ? -1 : real(fd);
}

int ftruncate64(int fd, off64_t size)
{
	REAL(ftruncate64);

	return hit(true) ? -1 : real(fd, size);
}

int close(int fd)
{
	REAL(close);
	bool fails = fd > 2 && hit(false);
	int result = real(fd);

	if (fails)
		errno = error_number;
	return fails ? -1 : result;
}

static int open_mode(int flags, va_list ap)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, int) : 0;
}

int open64(const char *path, int flags, ...)
{
	REAL(open64);
	va_list ap;
	int bits;

	va_start(ap, flags);
	bits = open_mode(flags, ap);
	va_end(ap);
	return hit(flags & O_CREAT) ? -1 : real(path, flags, bits);
}

int openat64(int dir, const char *path, int flags, ...)
{
	REAL(openat64);
	va_list ap;
	int bits;

	va_start(ap, flags);
	bits = open_mode(flags, ap);
	va_end(ap);
	return hit(flags & O_CREAT) ? -1 : real(dir, path, flags, bits);
}

/* openat2 has no wrapper; it is the only call mlv makes by number. */
long syscall(long number, ...)
{
	REAL(syscall);
	long a[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_openat2 && hit(true))
		return -1;
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int ioctl(int fd, unsigned long request, ...)
{
	REAL(ioctl);
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	return hit(true) ? -1 : real(fd, request, arg);
}

int renameat(int a, const char *from, int b, const char *to)
{
	REAL(renameat);

	return hit(true) ? -1 : real(a, from, b, to);
}

int rename(const char *from, const char *to)
{
	REAL(rename);

	return hit(true) ? -1 : real(from, to);
}

int linkat(int a, const char *from, int b, const char *to, int flags)
{
	REAL(linkat);

	return hit(true) ? -1 : real(a, from, b, to, flags);
}

int symlinkat(const char *to, int dir, const char *path)
{
	REAL(symlinkat);

	return hit(true) ? -1 : real(to, dir, path);
}

int unlinkat(int dir, const char *path, int flags)
{
	REAL(unlinkat);

	return hit(false) ? -1 : real(dir, path, flags);
}

int mkdirat(int dir, const char *path, mode_t bits)
{
	REAL(mkdirat);

	return hit(true) ? -1 : real(dir, path, bits);
}

int fchmod(int fd, mode_t bits)
{
	REAL(fchmod);

	return hit(false) ? -1 : real(fd, bits);
}

int fstat64(int fd, struct stat64 *st)
{
	REAL(fstat64);

	return hit(false) ? -1 : real(fd, st);
}

int fstatat64(int dir, const char *path, struct stat64 *st, int flags)
{
	REAL(fstatat64);

	return hit(false) ? -1 : real(dir, path, st, flags);
}
