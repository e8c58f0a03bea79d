/* A large file, to and from a remote that is a directory: copied as a file, by all threads. */
#include <sys/stat.h>

#include "core/base/fs.h"
#include "core/base/strs.h"
#include "tests/unit/transfer_fixture.h"

TestSuite(remote_large, .init = check_dir_make, .fini = check_dir_remove);

/* A cache and a remote, both directories, and a large file. */
struct disk {
	struct mlv_ctx ctx;
	struct mlv_store *cache;
	struct mlv_store *there; /* the remote, as the store that it is */
	struct mlv_transport *remote;
	struct mlv_key key;
	struct mlv_spares spares; /* that a fetch makes */
};

static struct mlv_store *open_store(struct disk *disk, const char *name, char path[static 320])
{
	struct mlv_store *store = NULL;

	snprintf(path, 320, "%s/%s", check_dir, name);
	check_ok(mlv_store_open_dir(&store, &disk->ctx, path, true));
	return store;
}

static void put_file(struct disk *disk, struct mlv_store *store)
{
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;

	check_ok(mlv_batch_begin(&batch, store));
	disk->key = put_large(batch, 9);
	check_ok(mlv_batch_commit(batch));
}

static void disk_open(struct disk *disk)
{
	char path[320];

	*disk = (struct disk){ .spares = MLV_SPARES_NONE };
	mlv_ctx_init_quiet(&disk->ctx);
	disk->ctx.jobs = 2;
	disk->cache = open_store(disk, "cache", path);
	disk->there = open_store(disk, "remote", path);
	check_ok(mlv_transport_open_dir(&disk->remote, &disk->ctx, path, true));
}

static void disk_close(struct disk *disk)
{
	mlv_store_freep(&disk->cache);
	mlv_store_freep(&disk->there);
	mlv_transport_freep(&disk->remote);
	mlv_spares_release(&disk->spares);
}

static mlv_err push(struct disk *disk)
{
	return mlv_remote_write_large(disk->remote, disk->cache, &disk->key, LARGE_SIZE, true);
}

/* The list comes first, as fetch.c has it. */
static mlv_err fetch(struct disk *disk)
{
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	struct mlv_key list = { .kind = MLV_KIND_LEAVES, .oid = disk->key.oid };
	mlv_err err;

	if ((err = mlv_batch_begin(&batch, disk->cache)) ||
	    (err = mlv_remote_read(disk->remote, &list, mlv_leaves_text_size(LARGE_SIZE), &text)) ||
	    (err = mlv_batch_put(batch, &list, text.ptr, text.len)) ||
	    (err = mlv_batch_commit(batch)) ||
	    (err = mlv_remote_read_large(disk->remote, disk->cache, batch, &disk->key, LARGE_SIZE,
					 &disk->spares, NULL)))
		return err;
	return mlv_batch_commit(batch);
}

/* The path of the large file in a store. */
static const char *file_in(const struct mlv_store *store, const struct disk *disk)
{
	static char path[512];
	char key[MLV_KEY_PATH];

	snprintf(path, sizeof(path), "%s/%s", mlv_store_root(store),
		 mlv_key_path(&disk->key, key));
	return path;
}

/* The store has the file, whole, or has it not; in either case no temporary is left. */
static bool has_sound(const struct disk *disk, struct mlv_store *store)
{
	MLV_SCOPED(mlv_dir_close) DIR *tmp = NULL;
	char path[320];
	bool there = false;

	snprintf(path, sizeof(path), "%s/tmp", mlv_store_root(store));
	tmp = opendir(path);
	cr_assert(tmp != NULL);
	for (const struct dirent *entry; (entry = readdir(tmp));)
		cr_assert(entry->d_name[0] == '.', "%s/%s is left", path, entry->d_name);
	check_ok(mlv_store_has(store, &disk->key, UINT64_MAX, &there));
	if (there)
		check_ok(mlv_store_verify(store, &disk->key, LARGE_SIZE));
	return there;
}

static void flip(const char *path, off_t at)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	char byte;

	cr_assert(chmod(path, 0600) == 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	cr_assert(fd >= 0 && pread(fd, &byte, 1, at) == 1);
	byte ^= 1;
	cr_assert(pwrite(fd, &byte, 1, at) == 1);
}

mlv_test(remote_large, what_was_pushed_is_whole_and_read_only)
{
	struct disk disk;
	struct stat st;

	disk_open(&disk);
	put_file(&disk, disk.cache);
	check_ok(push(&disk));
	cr_assert(has_sound(&disk, disk.there));
	cr_assert(stat(file_in(disk.there, &disk), &st) == 0 && (st.st_mode & 0222) == 0);
	disk_close(&disk);
}

mlv_test(remote_large, what_was_fetched_is_whole_and_read_only)
{
	struct disk disk;
	struct stat st;

	disk_open(&disk);
	put_file(&disk, disk.there);
	check_ok(fetch(&disk));
	cr_assert(has_sound(&disk, disk.cache));
	cr_assert(stat(file_in(disk.cache, &disk), &st) == 0 && (st.st_mode & 0222) == 0);
	disk_close(&disk);
}

mlv_test(remote_large, what_is_damaged_in_the_cache_gets_no_name_at_the_remote)
{
	static const off_t at[] = { 0, (off_t)MLV_LEAF_SIZE, (off_t)LARGE_SIZE - 1 };

	for (size_t i = 0; i < MLV_COUNT(at); i++) {
		struct disk disk;

		disk_open(&disk);
		put_file(&disk, disk.cache);
		flip(file_in(disk.cache, &disk), at[i]);
		check_fails(push(&disk), MLV_E_CORRUPT);
		cr_assert(not(has_sound(&disk, disk.there)));
		cr_assert(unlink(file_in(disk.cache, &disk)) == 0);
		disk_close(&disk);
	}
}

mlv_test(remote_large, what_is_damaged_at_the_remote_gets_no_name_in_the_cache)
{
	static const off_t at[] = { 0, (off_t)MLV_LEAF_SIZE, (off_t)LARGE_SIZE - 1 };

	for (size_t i = 0; i < MLV_COUNT(at); i++) {
		struct disk disk;
		char want[64];
		mlv_err err;

		disk_open(&disk);
		put_file(&disk, disk.there);
		flip(file_in(disk.there, &disk), at[i]);
		err = fetch(&disk);
		cr_assert(err != NULL && err->code == MLV_E_CORRUPT);
		snprintf(want, sizeof(want), "MiB %d ", (int)(at[i] / (off_t)MLV_LEAF_SIZE) + 1);
		cr_assert(strstr(err->msg, want) != NULL, "%s", err->msg);
		cr_assert(not(has_sound(&disk, disk.cache)));
		cr_assert(unlink(file_in(disk.there, &disk)) == 0);
		disk_close(&disk);
	}
}

mlv_test(remote_large, what_has_another_length_at_the_remote_is_refused)
{
	static const off_t sizes[] = { 0, 1, (off_t)LARGE_SIZE - 1, (off_t)LARGE_SIZE + 1 };
	struct disk disk;

	disk_open(&disk);
	put_file(&disk, disk.there);
	cr_assert(chmod(file_in(disk.there, &disk), 0600) == 0);
	for (size_t i = 0; i < MLV_COUNT(sizes); i++) {
		cr_assert(truncate(file_in(disk.there, &disk), sizes[i]) == 0);
		check_fails(fetch(&disk), MLV_E_CORRUPT);
		cr_assert(not(has_sound(&disk, disk.cache)));
	}
	disk_close(&disk);
}

mlv_test(remote_large, what_the_remote_lacks_is_missing)
{
	struct disk disk;

	disk_open(&disk);
	put_file(&disk, disk.there);
	cr_assert(unlink(file_in(disk.there, &disk)) == 0);
	check_fails(fetch(&disk), MLV_E_MISSING);
	cr_assert(not(has_sound(&disk, disk.cache)));
	disk_close(&disk);
}

mlv_test(remote_large, a_link_at_the_remote_is_not_followed)
{
	struct disk disk;

	disk_open(&disk);
	put_file(&disk, disk.there);
	cr_assert(rename(file_in(disk.there, &disk), "aside") == 0);
	cr_assert(symlink("../../../aside", file_in(disk.there, &disk)) == 0);
	check_fails(fetch(&disk), MLV_E_REFUSED);
	cr_assert(not(has_sound(&disk, disk.cache)));
	disk_close(&disk);
}

/* How many files there are in tmp/, but for the lock of those who make spares. */
static int spares_there(void)
{
	MLV_SCOPED(mlv_dir_close) DIR *tmp = opendir("tmp");
	int count = 0;

	cr_assert(tmp != NULL);
	for (const struct dirent *entry; (entry = readdir(tmp));)
		count += entry->d_name[0] != '.' && strncmp(entry->d_name, "lock-", 5) != 0;
	return count;
}

static void check_same(const char *a, const char *b)
{
	char command[1200];

	snprintf(command, sizeof(command), "cmp -s '%s' '%s'", a, b);
	cr_assert(system(command) == 0, "%s and %s differ", a, b);
}

mlv_test(remote_large, a_spare_is_what_was_fetched_and_can_be_taken_once)
{
	struct disk disk;
	struct stat st;
	bool shares;

	disk_open(&disk);
	put_file(&disk, disk.there);
	check_ok(mlv_spares_begin(&disk.spares, AT_FDCWD));
	check_ok(fetch(&disk));
	cr_assert(has_sound(&disk, disk.cache));
	/* Where blocks can be shared, none is made. */
	shares = spares_there() == 0;
	cr_assert(not(mlv_spare_take(&disk.spares, &disk.key.oid, LARGE_SIZE + 1, AT_FDCWD, "out")));
	cr_assert(mlv_spare_take(&disk.spares, &disk.key.oid, LARGE_SIZE, AT_FDCWD, "out") == !shares);
	cr_assert(not(mlv_spare_take(&disk.spares, &disk.key.oid, LARGE_SIZE, AT_FDCWD, "two")));
	if (!shares) {
		check_same("out", file_in(disk.cache, &disk));
		cr_assert(stat("out", &st) == 0 && (st.st_mode & 0600) == 0600 && st.st_nlink == 1);
	}
	disk_close(&disk);
}

mlv_test(remote_large, a_spare_that_nobody_takes_is_removed)
{
	struct disk disk;

	disk_open(&disk);
	put_file(&disk, disk.there);
	check_ok(mlv_spares_begin(&disk.spares, AT_FDCWD));
	check_ok(fetch(&disk));
	disk_close(&disk);
	cr_assert(rmdir("tmp") == 0, "something is left");
}

mlv_test(remote_large, there_is_no_spare_of_what_is_damaged)
{
	struct disk disk;

	disk_open(&disk);
	put_file(&disk, disk.there);
	flip(file_in(disk.there, &disk), (off_t)LARGE_SIZE - 1);
	check_ok(mlv_spares_begin(&disk.spares, AT_FDCWD));
	check_fails(fetch(&disk), MLV_E_CORRUPT);
	cr_assert(spares_there() == 0);
	disk_close(&disk);
}

#ifdef MLV_FAULTS
/*
 * Make a call of move fail: what it then left has its name only if it is
 * whole, and is told as done only if it is there.
 */
static void fail_at(struct disk *disk, mlv_err (*move)(struct disk *), struct mlv_store *to,
		    long nth)
{
	mlv_err err;
	bool there;

	(void)unlink(file_in(to, disk));
	mlv_fault_arm(nth);
	err = move(disk);
	mlv_fault_arm(0);
	cr_assert(err == NULL || err->msg[0], "call %ld failed without a word", nth);
	there = has_sound(disk, to);
	cr_assert(err || there, "call %ld: said it was done", nth);
}

/* The bytes go through more than a thousand calls, all alike: some of them, and all around them. */
static void fail_each(struct disk *disk, mlv_err (*move)(struct disk *), struct mlv_store *to)
{
	long calls;

	mlv_fault_arm(0);
	check_ok(move(disk));
	calls = mlv_fault_calls();
	for (long nth = 1; nth < calls; nth += 1 + (nth > 60 && nth < calls - 60 ? 50 : 0))
		fail_at(disk, move, to, nth);
}

mlv_test(remote_large, a_push_that_fails_anywhere_names_nothing_wrong)
{
	struct disk disk;

	disk_open(&disk);
	put_file(&disk, disk.cache);
	fail_each(&disk, push, disk.there);
	disk_close(&disk);
}

mlv_test(remote_large, a_fetch_that_fails_anywhere_names_nothing_wrong)
{
	struct disk disk;

	disk_open(&disk);
	put_file(&disk, disk.there);
	fail_each(&disk, fetch, disk.cache);
	disk_close(&disk);
}

/* Whatever fails, a spare is right or not there; and the fetch does not depend on it. */
mlv_test(remote_large, a_fetch_with_a_spare_that_fails_anywhere)
{
	struct disk disk;
	long calls;

	disk_open(&disk);
	put_file(&disk, disk.there);
	check_ok(mlv_spares_begin(&disk.spares, AT_FDCWD));
	mlv_fault_arm(0);
	check_ok(fetch(&disk));
	calls = mlv_fault_calls();
	for (long nth = 1; nth < calls; nth += 1 + (nth > 60 && nth < calls - 60 ? 50 : 0)) {
		(void)unlink("out");
		fail_at(&disk, fetch, disk.cache, nth);
		if (mlv_spare_take(&disk.spares, &disk.key.oid, LARGE_SIZE, AT_FDCWD, "out"))
			check_same("out", file_in(disk.there, &disk));
		cr_assert(spares_there() == 0, "call %ld left a spare", nth);
	}
	disk_close(&disk);
}

/* Of three calls in the middle one reads, one writes to the cache and one to the spare. */
mlv_test(remote_large, a_spare_gives_its_room_to_the_cache)
{
	struct disk disk;
	int failed = 0;
	long calls;

	disk_open(&disk);
	disk.ctx.jobs = 1;
	put_file(&disk, disk.there);
	check_ok(mlv_spares_begin(&disk.spares, AT_FDCWD));
	mlv_fault_arm(0);
	check_ok(fetch(&disk));
	calls = mlv_fault_calls();
	if (mlv_spare_take(&disk.spares, &disk.key.oid, LARGE_SIZE, AT_FDCWD, "out")) {
		for (long nth = calls / 2; nth < calls / 2 + 3; nth++) {
			(void)unlink(file_in(disk.cache, &disk));
			mlv_fault_arm(nth);
			failed += fetch(&disk) != NULL;
			mlv_fault_arm(0);
			cr_assert(not(mlv_spare_take(&disk.spares, &disk.key.oid, LARGE_SIZE,
						     AT_FDCWD, "two")));
		}
		cr_assert(failed == 1, "%d failed", failed);
	}
	disk_close(&disk);
}
#endif
