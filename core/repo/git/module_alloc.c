/*
 * git/module_alloc.c - memory for libgit2.
 *
 * libgit2 does not survive a failed allocation everywhere, so a failure ends
 * the program here, with the status of "no memory". Nothing of ours is half
 * written then that a killed program would not leave as well.
 */
#include "core/repo/git/module.h"

#include <git2/sys/alloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/sys.h"

static void *must(void *got)
{
	static const char text[] = "mlv: out of memory\n";

	if (got)
		return got;
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(mlv_errc_exit_status(MLV_E_NOMEM));
}

static size_t product(size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		must(NULL);
	return count * size;
}

static void *resize(void *old, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return must(mlv_sys_realloc(old, size ? size : 1));
}

static void *get(size_t size, const char *file, int line)
{
	return resize(NULL, size, file, line);
}

static void *get_zeroed(size_t count, size_t size, const char *file, int line)
{
	size_t bytes = product(count, size);

	(void)file;
	(void)line;
	return must(mlv_sys_alloc(bytes ? bytes : 1));
}

static char *copy_bytes(const char *text, size_t len, const char *file, int line)
{
	char *copy = len < SIZE_MAX ? get(len + 1, file, line) : must(NULL);

	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

static char *copy(const char *text, const char *file, int line)
{
	return copy_bytes(text, strlen(text), file, line);
}

static char *copy_at_most(const char *text, size_t len, const char *file, int line)
{
	return copy_bytes(text, strnlen(text, len), file, line);
}

static void *resize_array(void *old, size_t count, size_t size, const char *file, int line)
{
	return resize(old, product(count, size), file, line);
}

static void *get_array(size_t count, size_t size, const char *file, int line)
{
	return get(product(count, size), file, line);
}

int mlv_git_use_allocator(void)
{
	static git_allocator allocator = {
		.gmalloc = get,
		.gcalloc = get_zeroed,
		.gstrdup = copy,
		.gstrndup = copy_at_most,
		.gsubstrdup = copy_bytes,
		.grealloc = resize,
		.greallocarray = resize_array,
		.gmallocarray = get_array,
		.gfree = free,
	};

	return git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &allocator);
}
