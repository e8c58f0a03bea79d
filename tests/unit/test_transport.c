#include "remote/transport.h"

#include <sys/stat.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "tests/unit/check.h"

TestSuite(transport, .init = check_dir_make, .fini = check_dir_remove);

static struct mlv_ctx ctx;

static struct mlv_transport *open_one(size_t which)
{
	struct mlv_transport *t = NULL;
	char path[512];

	mlv_ctx_init_quiet(&ctx);
	ctx.jobs = 3;
	snprintf(path, sizeof(path), "%s/not/there/yet", check_dir);
	check_ok(which ? mlv_transport_open_dir(&t, &ctx, path, true)
		       : mlv_transport_open_memory(&t, &ctx));
	return t;
}

/* Each test below is run on every transport that needs no server. */
#define on_both(name)                                                              \
	static void name(struct mlv_transport *t);                                 \
	mlv_test(transport, name##_in_memory)                                      \
	{                                                                          \
		MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_one(0); \
		name(t);                                                           \
	}                                                                          \
	mlv_test(transport, name##_in_a_directory)                                 \
	{                                                                          \
		MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_one(1); \
		name(t);                                                           \
	}                                                                          \
	static void name(struct mlv_transport *t)

static void holds(struct mlv_transport *t, const char *key, const char *value)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	uint64_t size = 0;
	bool there = false;

	check_ok(mlv_transport_get_all(t, key, &got));
	cr_assert_str_eq(got.ptr, value);
	check_ok(mlv_transport_head(t, key, &there, &size));
	cr_assert(there && size == strlen(value));
}

on_both(what_was_put_is_there)
{
	check_ok(mlv_transport_put_bytes(t, "objects/ab/cd", "hello", 5));
	check_ok(mlv_transport_put_bytes(t, "empty", "", 0));
	check_ok(mlv_transport_put_bytes(t, "one", "x", 1));
	holds(t, "objects/ab/cd", "hello");
	holds(t, "empty", "");
	holds(t, "one", "x");
	check_ok(mlv_transport_put_bytes(t, "one", "yy", 2));
	holds(t, "one", "yy");
}

on_both(what_was_not_put_is_missing)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	uint64_t size = 7;
	bool there = true;

	check_ok(mlv_transport_head(t, "a/b", &there, &size));
	cr_assert(there == false && size == 7);
	check_ok(mlv_transport_put_bytes(t, "a/c", "x", 1));
	check_fails(mlv_transport_get_all(t, "a/b", &got), MLV_E_MISSING);
	check_fails(mlv_transport_get_all(t, "a/c/d", &got), MLV_E_MISSING);
	check_ok(mlv_transport_remove(t, "a/b"));
	check_ok(mlv_transport_remove(t, "b/b"));
	check_ok(mlv_transport_remove(t, "a/c"));
	check_fails(mlv_transport_get_all(t, "a/c", &got), MLV_E_MISSING);
}

static mlv_err add_bytes(void *arg, const void *bytes, size_t len)
{
	return mlv_buf_add(arg, bytes, len);
}

on_both(a_range_is_exact_or_fails)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	struct mlv_sink sink = { .write = add_bytes, .arg = &got };

	check_ok(mlv_transport_put_bytes(t, "k", "0123456789", 10));
	check_ok(mlv_transport_get(t, "k", 3, 4, &sink));
	cr_assert_str_eq(got.ptr, "3456");
	check_ok(mlv_transport_get(t, "k", 8, UINT64_MAX, &sink));
	cr_assert_str_eq(got.ptr, "345689");
	check_ok(mlv_transport_get(t, "k", 10, UINT64_MAX, &sink));
	check_fails(mlv_transport_get(t, "k", 8, 3, &sink), MLV_E_CORRUPT);
	check_fails(mlv_transport_get(t, "k", 11, UINT64_MAX, &sink), MLV_E_CORRUPT);
	cr_assert(got.len == 6);
}

static mlv_err collect(void *arg, const char *key, uint64_t size)
{
	char line[128];

	snprintf(line, sizeof(line), "%s=%u", key, (unsigned)size);
	return mlv_strs_add(arg, line);
}

static void lists(struct mlv_transport *t, const char *prefix, const char *expected)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs found = { 0 };
	char joined[512] = "";

	check_ok(mlv_transport_list(t, prefix, collect, &found));
	mlv_strs_sort_unique(&found);
	for (size_t i = 0; i < found.count; i++) {
		strcat(joined, found.at[i]);
		strcat(joined, " ");
	}
	cr_assert_str_eq(joined, expected);
}

on_both(a_list_has_what_begins_with_the_prefix)
{
	lists(t, "", "");
	check_ok(mlv_transport_put_bytes(t, "objects/ab/12", "x", 1));
	check_ok(mlv_transport_put_bytes(t, "objects/ab/34", "xx", 2));
	check_ok(mlv_transport_put_bytes(t, "objects/cd/34", "", 0));
	check_ok(mlv_transport_put_bytes(t, "roots/1", "", 0));
	lists(t, "", "objects/ab/12=1 objects/ab/34=2 objects/cd/34=0 roots/1=0 ");
	lists(t, "objects/", "objects/ab/12=1 objects/ab/34=2 objects/cd/34=0 ");
	lists(t, "objects/ab", "objects/ab/12=1 objects/ab/34=2 ");
	lists(t, "objects/ab/3", "objects/ab/34=2 ");
	lists(t, "object", "objects/ab/12=1 objects/ab/34=2 objects/cd/34=0 ");
	lists(t, "objects/zz/", "");
	check_fails(mlv_transport_list(t, "../", collect, NULL), MLV_E_REFUSED);
}

on_both(unsafe_keys_are_refused)
{
	static const char *const wrong[] = { "", "/a", "a//b", "../a", "a/../b", "a/", "a b", ".git/x",
					     "a\\b", "a\nb", "\xc3\xbc" };

	for (size_t i = 0; i < MLV_COUNT(wrong); i++) {
		check_fails(mlv_transport_put_bytes(t, wrong[i], "x", 1), MLV_E_REFUSED);
		check_fails(mlv_transport_remove(t, wrong[i]), MLV_E_REFUSED);
	}
}

/* A value larger than one span: byte i is a function of i. */
#define LARGE_SIZE ((uint64_t)40 * 1024 * 1024 + 17)

static unsigned char byte_at(uint64_t i)
{
	return (unsigned char)(i * 7 + (i >> 16));
}

static mlv_err read_large(void *arg, void *to, size_t len, uint64_t offset)
{
	unsigned char *out = to;

	(void)arg;
	for (size_t i = 0; i < len; i++)
		out[i] = byte_at(offset + i);
	return NULL;
}

static mlv_err check_large(void *arg, const void *bytes, size_t len)
{
	const unsigned char *in = bytes;
	uint64_t *at = arg;

	for (size_t i = 0; i < len; i++)
		cr_assert(in[i] == byte_at(*at + i), "byte %llu", (unsigned long long)(*at + i));
	*at += len;
	return NULL;
}

on_both(a_large_value_survives)
{
	struct mlv_source source = { .read = read_large, .size = LARGE_SIZE };
	uint64_t at = 0;
	struct mlv_sink sink = { .write = check_large, .arg = &at };

	check_ok(mlv_transport_put(t, "large/x", &source));
	check_ok(mlv_transport_get(t, "large/x", 0, UINT64_MAX, &sink));
	cr_assert(at == LARGE_SIZE);
}

static mlv_err read_fails(void *arg, void *to, size_t len, uint64_t offset)
{
	(void)arg;
	(void)to;
	(void)len;
	return offset + len < 1000000 ? NULL : mlv_error(MLV_E_CORRUPT, "the source changed");
}

on_both(a_put_that_fails_leaves_nothing)
{
	struct mlv_source source = { .read = read_fails, .size = LARGE_SIZE };

	check_fails(mlv_transport_put(t, "large/x", &source), MLV_E_CORRUPT);
	lists(t, "", "");
	lists(t, "tmp/", "");
}

/* So many that they are synced together, and in so many directories. */
#define MANY 40

static mlv_err put_many_later(struct mlv_transport *t, const char *value)
{
	mlv_err err = NULL;

	for (unsigned i = 0; !err && i < MANY; i++) {
		char key[32];

		snprintf(key, sizeof(key), "objects/%02u/k", i);
		err = mlv_transport_put_bytes_later(t, key, value, strlen(value));
	}
	return err;
}

on_both(what_waits_is_there_after_a_flush)
{
	check_ok(mlv_transport_flush(t, true));
	check_ok(mlv_transport_put_bytes_later(t, "few/1", "one", 3));
	check_ok(mlv_transport_put_bytes_later(t, "few/2", "two", 3));
	check_ok(mlv_transport_put_bytes_later(t, "few/1", "ONE", 3));
	check_ok(mlv_transport_flush(t, false));
	holds(t, "few/2", "two");
	check_ok(put_many_later(t, "x"));
	check_ok(mlv_transport_flush(t, true));
	holds(t, "objects/00/k", "x");
	holds(t, "objects/39/k", "x");
}

mlv_test(transport, what_was_not_flushed_leaves_nothing)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_one(1);

	check_ok(put_many_later(t, "x"));
	lists(t, "", "");
	mlv_transport_freep(&t);
	t = open_one(1);
	lists(t, "tmp/", "");
}

mlv_test(transport, a_directory_is_not_written_unless_trusted)
{
	struct mlv_remote_settings settings = { .name = "disk", .url = check_dir };
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	mlv_err err;

	mlv_ctx_init_quiet(&ctx);
	check_ok(mlv_transport_open(&t, &ctx, &settings));
	err = mlv_transport_put_bytes(t, "k", "x", 1);
	cr_assert(err != NULL && err->code == MLV_E_REFUSED);
	cr_assert(strstr(err->msg, "hint: mlv remote trust disk") != NULL, "%s", err->msg);
	check_fails(mlv_transport_remove(t, "k"), MLV_E_REFUSED);
	lists(t, "", "");
}

mlv_test(transport, what_is_of_another_kind_is_not_taken_in)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_LIMIT(8);

	mlv_ctx_init_quiet(&ctx);
	check_ok(mlv_transport_open_memory(&t, &ctx));
	check_ok(mlv_transport_put_bytes(t, "k", "mlv k 1", 7));
	check_ok(mlv_transport_put_bytes(t, "page", "<html>login</html>", 18));
	check_ok(mlv_transport_get_text(t, "k", "mlv k ", &got));
	cr_assert(got.len == 7);
	mlv_buf_clear(&got);
	check_fails(mlv_transport_get_text(t, "page", "mlv k ", &got), MLV_E_CORRUPT);
	check_fails(mlv_transport_get_all(t, "page", &got), MLV_E_CORRUPT);
	cr_assert(got.len == 0);
}

mlv_test(transport, a_missing_directory_is_told_when_read)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	struct mlv_remote_settings settings = { .name = "d", .url = "file:///no/such%20dir" };
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	uint64_t size;
	bool there;
	mlv_err err;

	mlv_ctx_init_quiet(&ctx);
	check_ok(mlv_transport_open(&t, &ctx, &settings));
	err = mlv_transport_get_all(t, "k", &got);
	cr_assert(err != NULL && err->code == MLV_E_REMOTE);
	cr_assert(strstr(err->msg, "/no/such dir") != NULL, "%s", err->msg);
	check_fails(mlv_transport_head(t, "k", &there, &size), MLV_E_REMOTE);
	check_fails(mlv_transport_list(t, "", collect, NULL), MLV_E_REMOTE);
}

mlv_test(transport, links_in_a_directory_are_not_followed)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;

	mlv_ctx_init_quiet(&ctx);
	cr_assert(mkdir("root", 0777) == 0 && mkdir("outside", 0777) == 0);
	cr_assert(symlink("../outside", "root/objects") == 0);
	cr_assert(symlink("/etc/passwd", "root/k") == 0);
	cr_assert(symlink("../outside", "root/tmp") == 0);
	strcat(check_dir, "/root");
	check_ok(mlv_transport_open_dir(&t, &ctx, check_dir, true));
	check_dir[strlen(check_dir) - 5] = '\0';
	cr_assert(mlv_transport_put_bytes(t, "objects/x", "x", 1) != NULL);
	cr_assert(unlink("root/tmp") == 0);
	cr_assert(mlv_transport_put_bytes(t, "objects/x", "x", 1) != NULL);
	cr_assert(rmdir("outside") == 0, "something was written outside");
	check_fails(mlv_transport_get_all(t, "k", &got), MLV_E_REFUSED);
	lists(t, "", "");
	/* A link in the place of a key is replaced, not written through. */
	check_ok(mlv_transport_put_bytes(t, "k", "new", 3));
	holds(t, "k", "new");
}

mlv_test(transport, an_unknown_scheme_is_told)
{
	struct mlv_transport *t = NULL;
	struct mlv_remote_settings settings = { .name = "r", .url = "htps://example.org" };
	mlv_err err;

	mlv_ctx_init_quiet(&ctx);
	err = mlv_transport_open(&t, &ctx, &settings);
	cr_assert(err != NULL && err->code == MLV_E_USAGE);
	cr_assert(strstr(err->msg, "did you mean http") != NULL, "%s", err->msg);
	settings.url = "relative/path";
	check_fails(mlv_transport_open(&t, &ctx, &settings), MLV_E_USAGE);
	settings.url = "file://otherhost/x";
	check_fails(mlv_transport_open(&t, &ctx, &settings), MLV_E_USAGE);
}

#ifdef MLV_FAULTS
/* Each call that can fail does, once: the key has its old value or the new one, nothing else. */
mlv_test(transport, a_put_that_fails_anywhere_leaves_the_old_value_or_the_new_one)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_one(1);
	bool failed = true;

	check_ok(mlv_transport_put_bytes(t, "a/k", "old", 3));
	for (long nth = 1; failed; nth++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
		mlv_err err;

		cr_assert(nth < 200, "it never succeeds");
		mlv_fault_arm(nth);
		err = mlv_transport_put_bytes(t, "a/k", "new", 3);
		mlv_fault_arm(0);
		failed = err != NULL;
		cr_assert(err == NULL || err->msg[0], "without a word");
		check_ok(mlv_transport_get_all(t, "a/k", &got));
		cr_assert(strcmp(got.ptr, "new") == 0 || (failed && strcmp(got.ptr, "old") == 0), "%s",
			  got.ptr);
		lists(t, "tmp/", "");
		check_ok(mlv_transport_put_bytes(t, "a/k", "old", 3));
	}
}

static mlv_err count_whole(void *arg, const char *key, uint64_t size)
{
	(void)key;
	cr_assert(size == 3);
	++*(unsigned *)arg;
	return NULL;
}

/* The same of many at once: what has a name is whole, and nothing is left beside. */
mlv_test(transport, a_flush_that_fails_anywhere_leaves_whole_values)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_one(1);
	bool failed = true;

	for (long nth = 1; failed; nth++) {
		unsigned found = 0;
		mlv_err err;

		cr_assert(nth < 2000, "it never succeeds");
		mlv_fault_arm(nth);
		err = put_many_later(t, "new");
		if (!err)
			err = mlv_transport_flush(t, true);
		mlv_fault_arm(0);
		failed = err != NULL;
		check_ok(mlv_transport_flush(t, false));
		check_ok(mlv_transport_list(t, "objects/", count_whole, &found));
		cr_assert(failed || found == MANY);
		lists(t, "tmp/", "");
		for (unsigned i = 0; i < MANY; i++) {
			char key[32];

			snprintf(key, sizeof(key), "objects/%02u/k", i);
			check_ok(mlv_transport_remove(t, key));
		}
	}
}

mlv_test(transport, a_get_that_fails_anywhere_says_so)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *t = open_one(1);
	bool failed = true;

	check_ok(mlv_transport_put_bytes(t, "a/k", "value", 5));
	for (long nth = 1; failed; nth++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
		mlv_err err;

		cr_assert(nth < 200, "it never succeeds");
		mlv_fault_arm(nth);
		err = mlv_transport_get_all(t, "a/k", &got);
		mlv_fault_arm(0);
		failed = err != NULL;
		cr_assert_str_eq(got.ptr, failed ? "" : "value");
		if (failed)
			cr_assert(err->code != MLV_E_MISSING && err->code != MLV_E_CORRUPT, "%s",
				  err->msg);
	}
}
#endif
