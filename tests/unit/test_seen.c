#include "tests/unit/repo_fixture.h"

#include <sys/stat.h>
#include <time.h>

#include "core/repo/seen.h"

static struct mlv_repo *repo;

static void setup(void)
{
	struct mlv_store *cache;

	check_dir_make();
	repo = fixture_open();
	check_ok(mlv_repo_cache(repo, &cache)); /* which stays open */
}

static void teardown(void)
{
	mlv_repo_freep(&repo);
	check_dir_remove();
}

TestSuite(seen, .init = setup, .fini = teardown);

static struct mlv_key key_of(unsigned number)
{
	struct mlv_key key = { .kind = MLV_KIND_LARGE };

	memcpy(key.oid.bytes, &number, sizeof(number));
	return key;
}

/* The stat of a file of ours, changed long ago. */
static struct stat stat_of(unsigned number)
{
	struct stat st = { .st_ino = number + 1, .st_size = 5, .st_mode = S_IFREG | 0444,
			   .st_nlink = 1, .st_uid = geteuid() };

	st.st_mtim = (struct timespec){ 1000, (long)number + 1 };
	st.st_ctim = (struct timespec){ 2000, (long)number + 1 };
	return st;
}

static bool has(const struct mlv_key *key, const struct stat *st)
{
	MLV_SCOPED(mlv_seen_freep) struct mlv_seen *seen = NULL;

	check_ok(mlv_seen_load(&seen, repo));
	return mlv_seen_has(seen, key, st);
}

static void note(unsigned first, unsigned count)
{
	MLV_SCOPED(mlv_seen_freep) struct mlv_seen *seen = NULL;

	check_ok(mlv_seen_load(&seen, repo));
	for (unsigned i = first; i < first + count; i++) {
		struct mlv_key key = key_of(i);
		struct stat st = stat_of(i);

		check_ok(mlv_seen_note(seen, &key, &st));
	}
	check_ok(mlv_seen_save(seen));
}

mlv_test(seen, is_believed_only_for_the_very_stat)
{
	struct mlv_key key = key_of(0), other = key_of(1);
	struct stat st = stat_of(0), changed;

	note(0, 1);
	cr_assert(has(&key, &st));
	cr_assert_not(has(&other, &st));
	other = key;
	other.kind = MLV_KIND_OBJECT;
	cr_assert_not(has(&other, &st));
	changed = st;
	changed.st_ino++;
	cr_assert_not(has(&key, &changed));
	changed = st;
	changed.st_size++;
	cr_assert_not(has(&key, &changed));
	changed = st;
	changed.st_mtim.tv_nsec++;
	cr_assert_not(has(&key, &changed));
	changed = st;
	changed.st_ctim.tv_sec++;
	cr_assert_not(has(&key, &changed));
	changed = st;
	changed.st_uid++;
	cr_assert_not(has(&key, &changed));
}

mlv_test(seen, keeps_many_and_takes_the_last)
{
	note(100, 500);
	note(0, 300);
	for (unsigned i = 0; i < 600; i++) {
		struct mlv_key key = key_of(i);
		struct stat st = stat_of(i);

		cr_assert(has(&key, &st), "%u", i);
		if (i == 20)
			i = 570;
	}
}

mlv_test(seen, never_believes_somebody_elses_file)
{
	struct mlv_key key = key_of(0);
	struct stat st = stat_of(0);
	MLV_SCOPED(mlv_seen_freep) struct mlv_seen *seen = NULL;

	st.st_uid++;
	check_ok(mlv_seen_load(&seen, repo));
	check_ok(mlv_seen_note(seen, &key, &st));
	cr_assert_not(mlv_seen_has(seen, &key, &st));
}

mlv_test(seen, does_not_note_bytes_written_this_moment)
{
	struct mlv_key key = key_of(0);
	struct stat st = stat_of(0);
	MLV_SCOPED(mlv_seen_freep) struct mlv_seen *seen = NULL;

	cr_assert(clock_gettime(CLOCK_REALTIME, &st.st_mtim) == 0);
	check_ok(mlv_seen_load(&seen, repo));
	check_ok(mlv_seen_note(seen, &key, &st));
	cr_assert_not(mlv_seen_has(seen, &key, &st));
}

/* Not synced: this is done hundreds of times. */
static void overwrite(const char *bytes, size_t len)
{
	MLV_SCOPED(mlv_fd_close) int fd = open(".mlv/state/seen", O_WRONLY | O_TRUNC);

	cr_assert(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
}

mlv_test(seen, is_empty_when_damaged)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf file = MLV_BUF_INIT;
	struct mlv_key key = key_of(0);
	struct stat st = stat_of(0);

	note(0, 3);
	check_ok(mlv_fs_read(AT_FDCWD, ".mlv/state/seen", &file));
	for (size_t i = 0; i < file.len; i++) {
		file.ptr[i] ^= 1;
		overwrite(file.ptr, file.len);
		cr_assert_not(has(&key, &st), "byte %zu", i);
		file.ptr[i] ^= 1;
	}
	for (size_t len = 0; len < file.len; len += 7) {
		overwrite(file.ptr, len);
		cr_assert_not(has(&key, &st), "%zu bytes", len);
	}
	overwrite(file.ptr, file.len);
	cr_assert(has(&key, &st));
}
