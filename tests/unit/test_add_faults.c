#include "tests/unit/repo_fixture.h"

#include "core/base/sys.h"
#include "core/repo/add.h"

/*
 * Whichever call of an add fails: a pointer that is there is whole and names
 * what is stored, the user's bytes are as they were, and adding again succeeds.
 */

/* In memory if that is possible: thousands of syncs are made here. */
static void in_memory(void)
{
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1);
	check_dir_make();
}

TestSuite(add_faults, .init = in_memory, .fini = check_dir_remove);

#ifdef MLV_FAULTS
static mlv_err verify_entry(void *arg, const struct mlv_entry *entry)
{
	struct mlv_key key;

	if (entry->kind == 'd')
		return NULL;
	key = mlv_entry_key(entry);
	return mlv_store_verify(arg, &key, entry->size);
}

/* All that the repository's pointers name is in the cache. */
static void check_whole(const char *when, long nth)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	struct mlv_store *cache;

	check_ok(mlv_repo_open(&repo, &fixture_ctx, check_dir));
	check_ok(mlv_repo_cache(repo, &cache));
	check_ok(mlv_outputs_load(repo, &outputs));
	for (size_t i = 0; i < outputs.count; i++) {
		const struct mlv_output *at = &outputs.at[i];
		struct mlv_key key = { MLV_KIND_OBJECT, at->oid };
		mlv_err err = at->type == MLV_ID_TREE
				      ? mlv_tree_walk(mlv_node_source_store(cache), &at->oid, "",
						      verify_entry, cache)
				      : mlv_store_verify(cache, &key, at->size);

		cr_assert(err == NULL, "%s %ld: %s: %s", when, nth, at->path, err ? err->msg : "");
	}
	check_ok(mlv_fs_read(AT_FDCWD, "d/sub/x", &text));
	cr_assert_str_eq(text.ptr, nth % 2 ? "odd" : "even");
}

static mlv_err add_all(void)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	static char *typed[] = { "d", "f", NULL };
	struct mlv_add_options options = { 0 };
	mlv_err err = mlv_repo_open(&repo, &fixture_ctx, check_dir);

	return err ? err : mlv_add(repo, typed, &options, NULL, NULL);
}

mlv_test(add_faults, leave_the_state_before_or_after)
{
	struct mlv_repo *repo = fixture_open();
	long failed = 0;

	mlv_repo_freep(&repo);
	check_ok(mlv_fs_mkdirs(AT_FDCWD, "d/sub", 0777));
	fixture_write("d/y", "y");
	fixture_write("f", "f");
	for (long nth = 1;; nth++) {
		mlv_err err;

		/* Each round has something new to store. */
		fixture_write("d/sub/x", nth % 2 ? "odd" : "even");
		mlv_fault_arm(nth);
		err = add_all();
		if (!err && mlv_fault_calls() < nth) {
			mlv_fault_arm(0);
			break;
		}
		mlv_fault_arm(0);
		failed += err != NULL;
		check_whole("after call", nth);
		check_ok(add_all());
		check_whole("after the second time", nth);
	}
	cr_assert(failed > 50, "only %ld calls failed", failed);
}
#endif
