#include "tests/unit/check.h"

#include <sys/stat.h>
#include <time.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/store/hashing.h"
#include "core/store/sha256.h"

TestSuite(hashing, .init = check_dir_make, .fini = check_dir_remove);

/* A file of size bytes that differ from leaf to leaf; the bytes go to *bytes. */
static int file_of(uint64_t size, unsigned char **bytes)
{
	int fd = open("file", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	*bytes = malloc(size + 1);
	for (uint64_t i = 0; i < size; i++)
		(*bytes)[i] = (unsigned char)(i * 2654435761U >> 13 ^ i >> 20);
	cr_assert(fd >= 0);
	check_ok(mlv_fs_write_full(fd, "file", *bytes, size));
	return fd;
}

/* The id that design and manual promise, by the plainest way. */
static void expect_of(const unsigned char *bytes, uint64_t size, struct mlv_named *named)
{
	named->size = size;
	named->kind = size <= 16777216 ? MLV_KIND_OBJECT : MLV_KIND_LARGE;
	if (named->kind == MLV_KIND_OBJECT) {
		check_ok(mlv_sha256_of(bytes, size, &named->oid));
		return;
	}
	check_ok(mlv_leaves_init(&named->leaves, size));
	for (uint64_t i = 0; i < named->leaves.count; i++) {
		uint64_t at = i * 1048576, len = size - at < 1048576 ? size - at : 1048576;

		check_ok(mlv_sha256_of(bytes + at, len, &named->leaves.digests[i]));
	}
	check_ok(mlv_leaves_oid(&named->leaves, &named->oid));
}

static void compare(uint64_t size, unsigned jobs)
{
	MLV_SCOPED(mlv_named_release) struct mlv_named want = { 0 }, got = { 0 }, copied = { 0 };
	MLV_SCOPED(mlv_mem_free) unsigned char *bytes = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf copy = MLV_BUF_INIT;
	MLV_SCOPED(mlv_fd_close) int fd = file_of(size, &bytes);
	MLV_SCOPED(mlv_fd_close) int to =
		open("copy", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct mlv_ctx ctx;

	mlv_ctx_init_quiet(&ctx);
	ctx.jobs = jobs;
	expect_of(bytes, size, &want);
	check_ok(mlv_hash_file(&ctx, fd, "file", &got));
	check_ok(mlv_hash_copy(&ctx, fd, to, "file", &copied));
	cr_assert(eq(int, (int)got.kind, (int)want.kind));
	cr_assert(eq(u64, got.size, size));
	cr_assert(mlv_oid_equal(&got.oid, &want.oid), "%llu bytes", (unsigned long long)size);
	cr_assert(mlv_oid_equal(&copied.oid, &want.oid));
	check_ok(mlv_fs_read(AT_FDCWD, "copy", &copy));
	cr_assert(eq(u64, copy.len, size));
	cr_assert(eq(int, memcmp(copy.ptr, bytes, size), 0));
	mlv_named_release(&got);
	mlv_named_release(&copied);
	mlv_named_release(&want);
}

mlv_test(hashing, small_files)
{
	static const uint64_t sizes[] = { 0, 1, 55, 56, 63, 64, 65, 131071, 131072, 131073 };

	for (size_t i = 0; i < MLV_COUNT(sizes); i++)
		compare(sizes[i], 1);
}

mlv_test(hashing, around_the_border_of_large)
{
	compare(16777215, 2);
	compare(16777216, 2);
	compare(16777217, 2);
}

/* Whole and broken last leaves, whole and broken last groups of 16. */
mlv_test(hashing, large_files)
{
	compare(20 * 1048576, 2);
	compare(32 * 1048576 - 1, 2);
	compare(32 * 1048576, 1);
	compare(49 * 1048576 + 77, 3);
}

mlv_test(hashing, plain_is_the_sha256_of_any_size)
{
	MLV_SCOPED(mlv_mem_free) unsigned char *bytes = NULL;
	MLV_SCOPED(mlv_fd_close) int fd = file_of(17000000, &bytes);
	struct mlv_oid want, got;
	struct mlv_ctx ctx;

	mlv_ctx_init_quiet(&ctx);
	check_ok(mlv_sha256_of(bytes, 17000000, &want));
	check_ok(mlv_hash_plain(&ctx, fd, "file", &got));
	cr_assert(mlv_oid_equal(&want, &got));
}

/* Change the file each time that progress is told, so many times. */
static int changes_left;

static void change(struct mlv_ctx *ctx, const struct mlv_event *event)
{
	(void)ctx;
	if (event->type != MLV_EVENT_ADVANCE || changes_left <= 0)
		return;
	changes_left--;
	cr_assert(truncate("file", 300000 + changes_left) == 0);
}

mlv_test(hashing, a_file_that_changes_once_is_read_again)
{
	MLV_SCOPED(mlv_mem_free) unsigned char *bytes = NULL;
	MLV_SCOPED(mlv_fd_close) int fd = file_of(500000, &bytes);
	struct mlv_named named = { 0 };
	struct mlv_oid want;
	struct mlv_ctx ctx;

	mlv_ctx_init_quiet(&ctx);
	ctx.tell = change;
	changes_left = 1;
	check_ok(mlv_sha256_of(bytes, 300000, &want));
	check_ok(mlv_hash_file(&ctx, fd, "file", &named));
	cr_assert(mlv_oid_equal(&want, &named.oid));
	cr_assert(eq(u64, named.size, 300000));
}

mlv_test(hashing, a_file_that_keeps_changing_is_refused)
{
	MLV_SCOPED(mlv_mem_free) unsigned char *bytes = NULL;
	MLV_SCOPED(mlv_fd_close) int fd = file_of(500000, &bytes);
	struct mlv_named named = { 0 };
	struct mlv_ctx ctx;

	mlv_ctx_init_quiet(&ctx);
	ctx.tell = change;
	changes_left = 1000;
	check_fails(mlv_hash_file(&ctx, fd, "file", &named), MLV_E_REFUSED);
	cr_assert(eq(u64, named.size, 0));
}

mlv_test(hashing, what_is_no_file_is_refused)
{
	MLV_SCOPED(mlv_fd_close) int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct mlv_named named = { 0 };
	struct mlv_ctx ctx;

	mlv_ctx_init_quiet(&ctx);
	check_fails(mlv_hash_file(&ctx, fd, ".", &named), MLV_E_REFUSED);
}

static struct timespec ago(time_t seconds, long nanoseconds)
{
	struct timespec now;

	cr_assert(clock_gettime(CLOCK_REALTIME, &now) == 0);
	return (struct timespec){ now.tv_sec - seconds, nanoseconds };
}

mlv_test(hashing, a_time_is_fresh_while_a_change_could_leave_it_as_it_is)
{
	struct timespec now;

	cr_assert(clock_gettime(CLOCK_REALTIME, &now) == 0);
	cr_assert(mlv_fs_is_fresh(now));
	cr_assert(mlv_fs_is_fresh(ago(1, 0)), "a clock of whole seconds");
	cr_assert(mlv_fs_is_fresh(ago(-5, 1)), "a clock that is ahead");
	cr_assert(not(mlv_fs_is_fresh(ago(3, 0))));
	cr_assert(not(mlv_fs_is_fresh(ago(2, 999999999))));
}
