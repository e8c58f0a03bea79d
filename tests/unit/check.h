/*
 * check.h - what every unit test is written with.
 *
 * mlv_test(suite, name) is criterion's Test() that also fails when the body
 * leaves a descriptor open or, in a sanitizer build, leaks memory. Both are
 * looked at inside the test: criterion 2.4 ignores assertions in .fini, and
 * its children leave by _exit(), so that the leak checker does not run there.
 *
 * An assertion of criterion's new form cannot begin with '!' or '(': its
 * macros paste the first token.
 */
#ifndef MLV_TESTS_UNIT_CHECK_H
#define MLV_TESTS_UNIT_CHECK_H

/* Criterion's macros are not written for these warnings. */
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wpedantic"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wincompatible-pointer-types-discards-qualifiers"
#else
#pragma GCC diagnostic ignored "-Wdiscarded-qualifiers"
#endif

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"

#if defined(__SANITIZE_ADDRESS__)
#define MLV_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MLV_ASAN 1
#endif
#endif

#ifdef MLV_ASAN
#include <sanitizer/lsan_interface.h>
#define check_no_leaks() cr_assert(__lsan_do_recoverable_leak_check() == 0, "memory leaked")
#else
#define check_no_leaks() ((void)0)
#endif

#define CHECK_FDS     256
/* A test that takes longer hangs. */
#ifdef MLV_ASAN
#define CHECK_SECONDS 600
#else
#define CHECK_SECONDS 120
#endif

/* How many of the first CHECK_FDS descriptors are open. */
static inline int check_open_fds(void)
{
	int count = 0;

	for (int fd = 0; fd < CHECK_FDS; fd++)
		count += fcntl(fd, F_GETFD) != -1;
	return count;
}

#define mlv_test(suite, name)                                                          \
	static void check_body_##suite##_##name(void);                                 \
	Test(suite, name, .timeout = CHECK_SECONDS)                                    \
	{                                                                              \
		const int open_before = check_open_fds();                              \
		check_body_##suite##_##name();                                         \
		cr_assert(check_open_fds() == open_before, "a descriptor is left open"); \
		check_no_leaks();                                                      \
	}                                                                              \
	static void check_body_##suite##_##name(void)

/* The call gives NULL. */
#define check_ok(call)                                                                 \
	do {                                                                           \
		mlv_err check_err = (call);                                            \
		cr_assert(check_err == NULL, "%s: %s", #call,                          \
			  check_err ? check_err->msg : "");                            \
	} while (0)

/* The call fails with this code and says why. */
#define check_fails(call, expected)                                                    \
	do {                                                                           \
		mlv_err check_err = (call);                                            \
		cr_assert(check_err != NULL, "%s did not fail", #call);                \
		cr_assert(check_err->code == (expected), "%s: %s, not %s: %s", #call,  \
			  mlv_errc_name(check_err->code), mlv_errc_name(expected),     \
			  check_err->msg);                                             \
		cr_assert(check_err->msg[0] != '\0', "%s failed without a word", #call); \
	} while (0)

/*
 * A directory of the test's own, which is its current directory until
 * check_dir_remove(). For .init and .fini of a suite. $TMPDIR is respected.
 */
__attribute__((unused)) static char check_dir[256];

__attribute__((unused)) static void check_dir_make(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(check_dir, sizeof(check_dir), "%s/mlv-unit-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	cr_assert(mkdtemp(check_dir) != NULL, "no directory %s", check_dir);
	cr_assert(chdir(check_dir) == 0);
}

__attribute__((unused)) static void check_dir_remove(void)
{
	char command[640];

	cr_assert(chdir("/") == 0);
	snprintf(command, sizeof(command), "chmod -R u+w '%s'; rm -rf '%s'", check_dir, check_dir);
	cr_assert(system(command) == 0);
}

#endif
