#include "tests/unit/check.h"

#include <dirent.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/store/sha256.h"
#include "core/store/store.h"

/*
 * Whichever call fails, the store holds whole objects only, under their own
 * names, no temporary stays, and doing it again succeeds. Needs a build with
 * MLV_FAULTS.
 */

/* In memory if that is possible: thousands of syncs are made here. */
static void in_memory(void)
{
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1);
	check_dir_make();
}

TestSuite(store_faults, .init = in_memory, .fini = check_dir_remove);

#ifdef MLV_FAULTS
static struct mlv_ctx ctx;

static mlv_err verify_key(void *arg, const struct mlv_key *key, uint64_t stored_size)
{
	(void)stored_size;
	return mlv_store_verify(arg, key, UINT64_MAX);
}

static int temps(void)
{
	DIR *list = opendir("store/tmp");
	int count = 0;

	for (struct dirent *e; list && (e = readdir(list));)
		count += e->d_name[0] != '.';
	if (list)
		closedir(list);
	return count;
}

typedef mlv_err (*change_fn)(struct mlv_store *store);

static mlv_err open_and(change_fn change)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = NULL;
	char root[300];
	mlv_err err;

	mlv_ctx_init_quiet(&ctx);
	snprintf(root, sizeof(root), "%s/store", check_dir);
	if ((err = mlv_store_open_dir(&store, &ctx, root, true)))
		return err;
	return change(store);
}

static mlv_err verify_all(struct mlv_store *store)
{
	return mlv_store_each(store, verify_key, store);
}

/* Fail each step-th call of change in turn, until there are no more; at least so many. */
static void fail_each_call(change_fn change, change_fn after, long step, long at_least)
{
	long nth = 1, calls;

	for (;; nth += step) {
		mlv_err err;
		bool done;

		check_ok(mlv_fs_remove_all(AT_FDCWD, "store"));
		mlv_fault_arm(nth);
		err = open_and(change);
		done = !err;
		calls = mlv_fault_calls();
		mlv_fault_arm(0);
		cr_assert(eq(int, temps(), 0), "call %ld left a temporary", nth);
		check_ok(open_and(verify_all));
		if (done)
			check_ok(open_and(after));
		/* The same again goes through. */
		check_ok(open_and(change));
		check_ok(open_and(after));
		if (calls < nth)
			break;
	}
	cr_assert(ge(long, calls, at_least), "only %ld calls", calls);
}

static mlv_err put_small(struct mlv_store *store)
{
	static const enum mlv_kind kinds[] = { MLV_KIND_OBJECT, MLV_KIND_NODE };
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	mlv_err err = mlv_batch_begin(&batch, store);

	for (int i = 0; i < 2 && !err; i++) {
		struct mlv_key key = { kinds[i], { { 0 } } };

		if (!(err = mlv_sha256_of("abc", 3, &key.oid)))
			err = mlv_batch_put(batch, &key, "abc", 3);
	}
	return err ? err : mlv_batch_commit(batch);
}

static mlv_err has_small(struct mlv_store *store)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	struct mlv_key key = { MLV_KIND_NODE, { { 0 } } };
	mlv_err err = mlv_sha256_of("abc", 3, &key.oid);

	if (err || (err = mlv_store_read(store, &key, 3, &got)))
		return err;
	key.kind = MLV_KIND_OBJECT;
	return mlv_store_read(store, &key, 3, &got);
}

mlv_test(store_faults, put_of_small_objects)
{
	fail_each_call(put_small, has_small, 1, 40);
}

static mlv_err put_packed(struct mlv_store *store)
{
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	mlv_err err = mlv_batch_begin(&batch, store);

	for (int i = 0; i < 34 && !err; i++) {
		struct mlv_key key = { MLV_KIND_OBJECT, { { 0 } } };
		char text[8];

		snprintf(text, sizeof(text), "%d", i);
		if (!(err = mlv_sha256_of(text, strlen(text), &key.oid)))
			err = mlv_batch_put(batch, &key, text, strlen(text));
	}
	return err ? err : mlv_batch_commit(batch);
}

static mlv_err count_one(void *arg, const struct mlv_key *key, uint64_t stored_size)
{
	(void)key;
	(void)stored_size;
	++*(int *)arg;
	return NULL;
}

static mlv_err has_many(struct mlv_store *store)
{
	int count = 0;
	mlv_err err = mlv_store_each(store, count_one, &count);

	if (err || count == 34)
		return err;
	return mlv_error(MLV_E_MISSING, "%d objects", count);
}

mlv_test(store_faults, put_of_a_pack)
{
	fail_each_call(put_packed, has_many, 1, 100);
}

/* Enough for one sync of the file system instead of one of each file. */
static mlv_err put_many(struct mlv_store *store)
{
	mlv_store_keep_loose(store);
	return put_packed(store);
}

mlv_test(store_faults, put_of_many_objects)
{
	fail_each_call(put_many, has_many, 3, 200);
}

static mlv_err put_large(struct mlv_store *store)
{
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	MLV_SCOPED(mlv_named_release) struct mlv_named named = { 0 };
	MLV_SCOPED(mlv_fd_close) int fd = open("big", O_RDONLY | O_CLOEXEC);
	mlv_err err;

	cr_assert(fd >= 0);
	if ((err = mlv_batch_begin(&batch, store)) ||
	    (err = mlv_batch_put_file(batch, fd, "big", &named)))
		return err;
	return mlv_batch_commit(batch);
}

static mlv_err has_large(struct mlv_store *store)
{
	int count = 0;
	mlv_err err = mlv_store_each(store, count_one, &count);

	if (err || count == 2)
		return err;
	return mlv_error(MLV_E_MISSING, "%d objects", count);
}

mlv_test(store_faults, put_of_a_large_file)
{
	MLV_SCOPED(mlv_fd_close) int fd = open("big", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	/* One group of leaves is read in a thousand calls: what comes after it is enough. */
	cr_assert(eq(int, ftruncate(fd, (off_t)MLV_SMALL_MAX + 1), 0));
	mlv_fd_close(&fd);
	for (long nth = 1; nth < 40; nth++) {
		check_ok(mlv_fs_remove_all(AT_FDCWD, "store"));
		mlv_fault_arm(nth);
		(void)!open_and(put_large);
		mlv_fault_arm(0);
		cr_assert(eq(int, temps(), 0), "call %ld left a temporary", nth);
		check_ok(open_and(verify_all));
	}
	check_ok(open_and(put_large));
	check_ok(open_and(has_large));
}

/* The last calls of the put: counted from the end. */
mlv_test(store_faults, commit_of_a_large_file)
{
	MLV_SCOPED(mlv_fd_close) int fd = open("big", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	long calls;

	cr_assert(eq(int, ftruncate(fd, (off_t)MLV_SMALL_MAX + 1), 0));
	mlv_fd_close(&fd);
	mlv_fault_arm(0);
	check_ok(open_and(put_large));
	calls = mlv_fault_calls();
	for (long nth = calls - 40; nth <= calls; nth++) {
		check_ok(mlv_fs_remove_all(AT_FDCWD, "store"));
		mlv_fault_arm(nth);
		(void)!open_and(put_large);
		mlv_fault_arm(0);
		cr_assert(eq(int, temps(), 0), "call %ld left a temporary", nth);
		check_ok(open_and(verify_all));
		check_ok(open_and(put_large));
		check_ok(open_and(has_large));
	}
}
#else
mlv_test(store_faults, need_a_build_with_faults)
{
	cr_skip("built without MLV_FAULTS");
}
#endif
