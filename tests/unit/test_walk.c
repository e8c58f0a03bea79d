#include "tests/unit/repo_fixture.h"

#include <errno.h>
#include <sys/stat.h>

#include "core/base/sys.h"
#include "core/repo/walk.h"

TestSuite(walk, .init = check_dir_make, .fini = check_dir_remove);

struct list {
	struct mlv_buf text; /* "kind path," for each */
	char *last;
	bool sorted;
};

static mlv_err add_to_list(void *arg, const struct mlv_walk_entry *entry)
{
	struct list *list = arg;

	if (list->last && strcmp(list->last, entry->path) >= 0)
		list->sorted = false;
	free(list->last);
	list->last = strdup(entry->path);
	cr_assert_eq(strlen(entry->path), entry->path_len);
	return mlv_buf_printf(&list->text, "%c %s,", entry->kind, entry->path);
}

static void check_walk(const char *top, const char *expected)
{
	struct list list = { .text = MLV_BUF_INIT, .sorted = true };
	struct mlv_ctx ctx;

	mlv_ctx_init_quiet(&ctx);
	check_ok(mlv_walk(&ctx, AT_FDCWD, top, NULL, add_to_list, &list));
	if (expected)
		cr_assert_str_eq(list.text.ptr, expected);
	cr_assert(list.sorted, "not sorted: %s", list.text.ptr);
	mlv_buf_release(&list.text);
	free(list.last);
}

static void make_dir(const char *path)
{
	check_ok(mlv_fs_mkdirs(AT_FDCWD, path, 0777));
}

mlv_test(walk, entries_come_by_the_bytes_of_their_whole_path)
{
	make_dir("t/a");
	make_dir("t/a b");
	make_dir("t/b/c");
	fixture_write("t/a/x", "");
	fixture_write("t/a-b", "");
	fixture_write("t/a b/y", "");
	fixture_write("t/a0", "");
	fixture_write("t/a.", "");
	cr_assert(chmod("t/a.", 0755) == 0);
	cr_assert(symlink("nowhere", "t/l") == 0);
	check_walk("t", "f a b/y,f a-b,x a.,f a/x,f a0,d b/c,l l,");
	check_walk("t/a0", "f ,");
	check_walk("t/b/c", "d ,");
	check_walk("t/l", "l ,");
}

mlv_test(walk, an_empty_directory_sorts_by_its_name_alone)
{
	make_dir("t/a");
	fixture_write("t/a-b", "");
	fixture_write("t/a!", "");
	make_dir("t/a-");
	check_walk("t", "d a,f a!,d a-,f a-b,");
	fixture_write("t/a-/x", "");
	check_walk("t", "d a,f a!,f a-/x,f a-b,");
	make_dir("t/a/.git");
	check_walk("t", "d a,f a!,f a-/x,f a-b,");
	fixture_write("t/a/x", "");
	check_walk("t", "f a!,f a-/x,f a-b,f a/x,");
}

mlv_test(walk, random_names_come_sorted)
{
	static const char letters[] = { 'a', '-', '.', '0', '!', '\n', (char)0xff };
	unsigned seed = 1;

	for (int i = 0; i < 300; i++) {
		char path[64] = "t";
		size_t len = 1, depth;

		seed = seed * 1103515245 + 12345;
		depth = 1 + seed / 65536 % 3;
		for (size_t d = 0; d < depth; d++) {
			path[len++] = '/';
			path[len++] = 'a';
			for (int c = 0; c < 2; c++) {
				seed = seed * 1103515245 + 12345;
				path[len++] = letters[seed / 65536 % sizeof(letters)];
			}
		}
		path[len] = '\0';
		if (i % 3 == 0 && mlv_fs_mkdirs(AT_FDCWD, path, 0777) == NULL)
			continue;
		*strrchr(path, '/') = '\0';
		if (mlv_fs_mkdirs(AT_FDCWD, path, 0777))
			continue;
		strcat(path, "/f");
		fixture_write(path, "");
	}
	check_walk("t", NULL);
}

mlv_test(walk, passes_over_what_is_never_tracked)
{
	make_dir("t/.GIT/x");
	make_dir("t/d/.Mlv");
	fixture_write("t/git~1", "");
	fixture_write("t/.gitx", "");
	check_walk("t", "f .gitx,d d,");
}

mlv_test(walk, other_kinds_are_told)
{
	make_dir("t");
	cr_assert(mkfifo("t/fifo", 0666) == 0);
	check_walk("t", "o fifo,");
}

static mlv_err ignore_nothing(void *arg, const struct mlv_walk_entry *entry)
{
	(void)arg;
	(void)entry;
	return NULL;
}

mlv_test(walk, links_are_no_way)
{
	struct mlv_ctx ctx;

	mlv_ctx_init_quiet(&ctx);
	make_dir("d/e");
	fixture_write("d/e/x", "");
	cr_assert(symlink("d", "l") == 0);
	check_fails(mlv_walk(&ctx, AT_FDCWD, "l/e", NULL, ignore_nothing, NULL), MLV_E_REFUSED);
	check_fails(mlv_walk(&ctx, AT_FDCWD, "d/none", NULL, ignore_nothing, NULL), MLV_E_MISSING);
	check_fails(mlv_walk(&ctx, AT_FDCWD, "d/none/x", NULL, ignore_nothing, NULL),
		    MLV_E_MISSING);
	check_walk("l", "l ,");
}

static bool is_log(void *arg, const char *path, size_t len, bool directory)
{
	(void)arg;
	return (len > 4 && strcmp(path + len - 4, ".log") == 0) ||
	       (directory && strcmp(path, "skip") == 0);
}

mlv_test(walk, what_is_ignored_is_left_out)
{
	struct mlv_walk_ignore ignore = { is_log, NULL };
	struct mlv_walk_options options = { .ignore = &ignore };
	struct list list = { .text = MLV_BUF_INIT, .sorted = true };
	struct mlv_ctx ctx;

	mlv_ctx_init_quiet(&ctx);
	make_dir("t/skip");
	make_dir("t/d");
	fixture_write("t/skip/x", "");
	fixture_write("t/d/y.log", "");
	fixture_write("t/z", "");
	check_ok(mlv_walk(&ctx, AT_FDCWD, "t", &options, add_to_list, &list));
	cr_assert_str_eq(list.text.ptr, "d d,f z,");
	mlv_buf_release(&list.text);
	free(list.last);
}

mlv_test(walk, two_hundred_levels)
{
	char path[600] = "t";

	for (int i = 0; i < 200; i++)
		strcat(path, "/d");
	make_dir(path);
	strcat(path, "/f");
	fixture_write(path, "");
	check_walk("t", NULL);
}

/* 20 directories beside and in each other, one of which needs many runs. */
static void make_wide_tree(void)
{
	for (unsigned i = 0; i < 20; i++) {
		char path[64];

		snprintf(path, sizeof(path), i % 3 ? "t/d%u" : "t/d%u/e/f%u", i / 2, i);
		make_dir(path);
		for (unsigned k = 0; k < (i == 7 ? 2000 : i * 5); k++) {
			char name[128];

			snprintf(name, sizeof(name), "%s/%c%u%s", path, "a-./"[k % 3], k * 7919 % 4096,
				 k % 5 ? "" : "-long-name");
			fixture_write(name, "");
		}
	}
}

mlv_test(walk, any_number_of_threads_gives_the_same)
{
	struct mlv_ctx ctx;
	struct mlv_buf first = MLV_BUF_INIT;

	make_wide_tree();
	mlv_ctx_init_quiet(&ctx);
	for (ctx.jobs = 1; ctx.jobs <= 8; ctx.jobs++) {
		struct list list = { .text = MLV_BUF_INIT, .sorted = true };

		check_ok(mlv_walk(&ctx, AT_FDCWD, "t", NULL, add_to_list, &list));
		cr_assert(list.sorted);
		free(list.last);
		if (ctx.jobs == 1)
			check_ok(mlv_buf_add(&first, list.text.ptr, list.text.len));
		cr_assert_str_eq(list.text.ptr, first.ptr, "%u threads", ctx.jobs);
		mlv_buf_release(&list.text);
	}
	cr_assert_gt(first.len, 2000);
	mlv_buf_release(&first);
}

static mlv_err fail_at_the_tenth(void *arg, const struct mlv_walk_entry *entry)
{
	unsigned *count = arg;

	return ++*count == 10 ? mlv_error(MLV_E_REFUSED, "%s", entry->path) : NULL;
}

mlv_test(walk, a_failure_ends_it_at_once)
{
	struct mlv_ctx ctx;
	unsigned count = 0;

	make_wide_tree();
	mlv_ctx_init_quiet(&ctx);
	ctx.jobs = 4;
	check_fails(mlv_walk(&ctx, AT_FDCWD, "t", NULL, fail_at_the_tenth, &count), MLV_E_REFUSED);
	cr_assert_eq(count, 10);
}
