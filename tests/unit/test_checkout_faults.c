#include "tests/unit/repo_fixture.h"

#include <sys/stat.h>

#include "core/base/sys.h"
#include "core/repo/add.h"
#include "core/repo/checkout.h"

/*
 * Whichever call of a checkout fails: each file is the old, the new, or absent
 * (all of it is in the cache), nothing is left of temporaries after the next
 * checkout, and that one finishes.
 */

static void in_memory(void)
{
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1);
	check_dir_make();
}

TestSuite(checkout_faults, .init = in_memory, .fini = check_dir_remove);

#ifdef MLV_FAULTS
static void add(const char *what)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	char path[16];
	char *typed[] = { path, NULL };
	struct mlv_add_options options = { 0 };

	snprintf(path, sizeof(path), "%s", what);
	check_ok(mlv_repo_open(&repo, &fixture_ctx, check_dir));
	check_ok(mlv_add(repo, typed, &options, NULL, NULL));
}

static mlv_err checkout(void)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
	MLV_SCOPED(mlv_checkout_result_release) struct mlv_checkout_result result = { 0 };
	struct mlv_checkout_options options = { .all = true };
	mlv_err err;

	if ((err = mlv_repo_open(&repo, &fixture_ctx, check_dir)) ||
	    (err = mlv_outputs_load(repo, &outputs)) ||
	    (err = mlv_targets_resolve(repo, &outputs, NULL, &targets)) ||
	    (err = mlv_checkout(repo, &outputs, &targets, &options, &result)))
		return err;
	return mlv_checkout_verdict(&result, false);
}

static void use_version(int number)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	char name[16];

	snprintf(name, sizeof(name), "v%d", number);
	check_ok(mlv_fs_read(AT_FDCWD, name, &text));
	check_ok(mlv_fs_replace(AT_FDCWD, "d.mlv", text.ptr, text.len, 0666));
}

static void keep_version(int number)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	char name[16];

	add("d");
	snprintf(name, sizeof(name), "v%d", number);
	check_ok(mlv_fs_read(AT_FDCWD, "d.mlv", &text));
	check_ok(mlv_fs_replace(AT_FDCWD, name, text.ptr, text.len, 0666));
}

static void make_versions(void)
{
	check_ok(mlv_fs_mkdirs(AT_FDCWD, "d/sub", 0777));
	fixture_write("d/same", "same");
	fixture_write("d/changes", "one");
	fixture_write("d/sub/gone", "gone");
	keep_version(1);
	cr_assert(unlink("d/sub/gone") == 0 && rmdir("d/sub") == 0);
	fixture_write("d/changes", "two!");
	fixture_write("d/sub", "now a file");
	keep_version(2);
}

/* The file is absent, or holds one of the texts. */
static void check_one_of(const char *path, const char *one, const char *other, long nth)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = mlv_fs_read(AT_FDCWD, path, &text);

	if (err)
		return;
	cr_assert(strcmp(text.ptr, one) == 0 || strcmp(text.ptr, other) == 0,
		  "call %ld left '%s' in %s", nth, text.ptr, path);
}

static void check_version(int number, long nth)
{
	struct stat st;

	cr_assert(stat("d/sub", &st) == 0 && S_ISDIR(st.st_mode) == (number == 1), "call %ld", nth);
	check_one_of("d/changes", number == 1 ? "one" : "two!", "", nth);
	cr_assert(access("d/changes", F_OK) == 0 && access("d/same", F_OK) == 0);
	cr_assert(system("ls .mlv/tmp | grep co-") != 0, "call %ld left temporaries", nth);
}

mlv_test(checkout_faults, leave_files_that_are_old_or_new)
{
	struct mlv_repo *repo = fixture_open();
	long failed = 0;
	int version = 1;

	mlv_repo_freep(&repo);
	make_versions();
	for (long nth = 1;; nth++, version = 3 - version) {
		mlv_err err;

		use_version(version);
		mlv_fault_arm(nth);
		err = checkout();
		if (!err && mlv_fault_calls() < nth) {
			mlv_fault_arm(0);
			break;
		}
		mlv_fault_arm(0);
		failed += err != NULL;
		check_one_of("d/changes", "one", "two!", nth);
		check_one_of("d/same", "same", "same", nth);
		check_one_of("d/sub", "now a file", "now a file", nth);
		check_one_of("d/sub/gone", "gone", "gone", nth);
		check_ok(checkout());
		check_version(version, nth);
	}
	cr_assert(failed > 40, "only %ld calls failed", failed);
}
#endif
