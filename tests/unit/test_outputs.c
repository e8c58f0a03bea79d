#include "tests/unit/repo_fixture.h"

#include "core/repo/pointer.h"

#define ID "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

static struct mlv_repo *repo;

static void setup(void)
{
	check_dir_make();
	repo = fixture_open();
}

static void teardown(void)
{
	mlv_repo_freep(&repo);
	check_dir_remove();
}

TestSuite(outputs, .init = setup, .fini = teardown);

static void track(const char *path)
{
	const char *slash = strrchr(path, '/');
	char text[256], pointer[256];

	snprintf(pointer, sizeof(pointer), "%s.mlv", path);
	snprintf(text, sizeof(text), "outs:\n- path: %s\n  tree: " ID "\n  size: 1\n  nfiles: 1\n",
		 slash ? slash + 1 : path);
	if (slash) {
		char above[256];

		snprintf(above, sizeof(above), "%.*s", (int)(slash - path), path);
		check_ok(mlv_fs_mkdirs(AT_FDCWD, above, 0777));
	}
	fixture_write(pointer, text);
}

/* The targets that typed comes to, "output:part" with commas. */
static void check_targets(const char *const *typed, const char *expected)
{
	struct mlv_outputs outputs = { 0 };
	struct mlv_targets targets = { 0 };
	struct mlv_buf text = MLV_BUF_INIT;

	check_ok(mlv_outputs_load(repo, &outputs));
	check_ok(mlv_targets_resolve(repo, &outputs, (char *const *)(uintptr_t)typed, &targets));
	for (size_t i = 0; i < targets.count; i++)
		check_ok(mlv_buf_printf(&text, "%s:%s,", targets.at[i].output->path,
					targets.at[i].part));
	cr_assert_str_eq(text.ptr, expected);
	mlv_buf_release(&text);
	mlv_targets_release(&targets);
	mlv_outputs_release(&outputs);
}

static void check_target(const char *typed, const char *expected)
{
	check_targets((const char *const[]){ typed, NULL }, expected);
}

mlv_test(outputs, are_found_wherever_they_stand_but_below_outputs)
{
	track("b");
	track("a/x");
	track("a-b");
	track("b/inner");      /* data of b */
	track("other/.git/x"); /* in git's own */
	track("foreign/x");
	check_ok(mlv_fs_mkdirs(AT_FDCWD, "foreign/.mlv", 0777));
	check_ok(mlv_fs_mkdirs(AT_FDCWD, "dir.mlv", 0777));
	check_targets(NULL, "a-b:,a/x:,b:,");
}

mlv_test(outputs, targets_are_data_pointers_parts_and_directories_above)
{
	track("a/x");
	track("a/y");
	track("b");
	check_target("b", "b:,");
	check_target("b.mlv", "b:,");
	check_target("./b/", "b:,");
	check_target("b/in/side", "b:in/side,");
	check_target("a", "a/x:,a/y:,");
	check_target(".", "a/x:,a/y:,b:,");
	check_target("a/x.mlv", "a/x:,");
}

mlv_test(outputs, a_target_in_another_is_not_done_twice)
{
	track("b");
	check_targets((const char *const[]){ "b/p", "b", NULL }, "b:,");
	check_targets((const char *const[]){ "b/p/q", "b/p-r", "b/p", "b/p", NULL },
		      "b:p,b:p-r,");
}

mlv_test(outputs, what_is_not_tracked_is_named_with_what_is_near)
{
	struct mlv_outputs outputs = { 0 };
	struct mlv_targets targets = { 0 };
	char *typed[] = { "data.cvs", NULL };
	mlv_err err;

	track("data.csv");
	check_ok(mlv_outputs_load(repo, &outputs));
	err = mlv_targets_resolve(repo, &outputs, typed, &targets);
	cr_assert(err != NULL);
	cr_assert_eq(err->code, MLV_E_MISSING);
	cr_assert(strstr(err->msg, "hint: did you mean 'data.csv'?") != NULL, "%s", err->msg);
	mlv_outputs_release(&outputs);
}

mlv_test(outputs, one_damaged_pointer_is_a_failure)
{
	struct mlv_outputs outputs = { 0 };

	track("a");
	fixture_write("b.mlv", "outs:\n- path: b\n");
	check_fails(mlv_outputs_load(repo, &outputs), MLV_E_CORRUPT);
	cr_assert_eq(outputs.count, 0);
}
