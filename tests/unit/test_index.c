#include "tests/unit/repo_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <time.h>

#include "core/repo/index.h"

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

TestSuite(index, .init = setup, .fini = teardown);

static struct mlv_entry entry_of(const char *path, unsigned char fill)
{
	struct mlv_entry entry = { .kind = 'f', .size = fill, .path = path,
				   .path_len = strlen(path) };

	memset(entry.oid.bytes, fill, sizeof(entry.oid.bytes));
	return entry;
}

/* A stat of a file that was last changed long ago. */
static struct stat old_stat(unsigned inode)
{
	struct stat now, st = { .st_ino = inode, .st_size = 7, .st_mode = S_IFREG | 0644,
				.st_nlink = 1 };

	cr_assert(stat(".mlv", &now) == 0);
	st.st_dev = now.st_dev;
	st.st_mtim = (struct timespec){ 1000, inode };
	st.st_ctim = (struct timespec){ 2000, inode };
	return st;
}

static void save_three(const char *output)
{
	static const char *const paths[] = { "a", "a-b", "a/c" };
	struct mlv_index_builder *builder;

	check_ok(mlv_index_builder_new(&builder, repo, output));
	for (unsigned i = 0; i < MLV_COUNT(paths); i++) {
		struct mlv_entry entry = entry_of(paths[i], (unsigned char)(i + 1));
		struct stat st = old_stat(i + 1);

		check_ok(mlv_index_builder_add(builder, &entry, &st, false));
	}
	check_ok(mlv_index_builder_save(builder));
	mlv_index_builder_freep(&builder);
}

static size_t count_of(const char *output)
{
	struct mlv_index *index;
	size_t count;

	check_ok(mlv_index_load(&index, repo, output));
	count = mlv_index_count(index);
	mlv_index_freep(&index);
	return count;
}

static bool hits(const char *output, const char *path, const struct stat *st)
{
	struct mlv_index *index;
	struct mlv_entry entry = { 0 };
	bool hit;

	check_ok(mlv_index_load(&index, repo, output));
	hit = mlv_index_lookup(index, path, strlen(path), st, &entry);
	if (hit)
		cr_assert(entry.path_len == strlen(path) &&
			  memcmp(entry.path, path, entry.path_len) == 0);
	mlv_index_freep(&index);
	return hit;
}

mlv_test(index, a_file_with_the_same_stat_is_known)
{
	struct mlv_index *index;
	struct mlv_entry entry;
	struct stat st = old_stat(2);

	save_three("out");
	check_ok(mlv_index_load(&index, repo, "out"));
	cr_assert_eq(mlv_index_count(index), 3);
	cr_assert(mlv_index_lookup(index, "a-b", 3, &st, &entry));
	cr_assert_eq(entry.kind, 'f');
	cr_assert_eq(entry.size, 2);
	cr_assert_eq(entry.oid.bytes[31], 2);
	mlv_index_freep(&index);
}

mlv_test(index, each_part_of_a_stat_counts)
{
	struct stat st = old_stat(1), other;

	save_three("out");
	cr_assert(hits("out", "a", &st));
	cr_assert_not(hits("out", "b", &st));
	cr_assert_not(hits("out", "a-b", &st));
	cr_assert_not(hits("other", "a", &st));
	other = st, other.st_size++;
	cr_assert_not(hits("out", "a", &other));
	other = st, other.st_ino++;
	cr_assert_not(hits("out", "a", &other));
	other = st, other.st_mtim.tv_nsec++;
	cr_assert_not(hits("out", "a", &other));
	other = st, other.st_ctim.tv_sec++;
	cr_assert_not(hits("out", "a", &other));
	other = st, other.st_mode |= 0111;
	cr_assert_not(hits("out", "a", &other));
	other = st, other.st_dev++;
	cr_assert(hits("out", "a", &other));
	/* Linking a file changes its ctime, and nothing else. */
	other = st, other.st_nlink = 2, other.st_ctim.tv_sec++;
	cr_assert(hits("out", "a", &other));
}

mlv_test(index, what_is_as_young_as_the_look_is_racy)
{
	struct mlv_entry entry = entry_of("x", 1);
	struct mlv_index_builder *builder;
	struct stat st;

	check_ok(mlv_index_builder_new(&builder, repo, "out"));
	fixture_write("x", "young");
	cr_assert(stat("x", &st) == 0);
	check_ok(mlv_index_builder_add(builder, &entry, &st, false));
	check_ok(mlv_index_builder_save(builder));
	mlv_index_builder_freep(&builder);
	cr_assert_eq(count_of("out"), 1);
	cr_assert_not(hits("out", "x", &st));
}

mlv_test(index, a_record_stays_racy_until_the_file_is_read)
{
	struct mlv_entry entry = entry_of("x", 1);
	struct mlv_index_builder *builder;
	struct mlv_index *index;
	struct stat st = old_stat(1);

	check_ok(mlv_index_builder_new(&builder, repo, "out"));
	check_ok(mlv_index_builder_add(builder, &entry, &st, true));
	check_ok(mlv_index_builder_save(builder));
	mlv_index_builder_freep(&builder);
	cr_assert_not(hits("out", "x", &st));
	check_ok(mlv_index_load(&index, repo, "out"));
	check_ok(mlv_index_builder_new(&builder, repo, "out"));
	check_ok(mlv_index_builder_keep(builder, index, 0));
	check_ok(mlv_index_builder_save(builder));
	mlv_index_builder_freep(&builder);
	mlv_index_freep(&index);
	cr_assert_not(hits("out", "x", &st));
	check_ok(mlv_index_builder_new(&builder, repo, "out"));
	check_ok(mlv_index_builder_add(builder, &entry, &st, false));
	check_ok(mlv_index_builder_save(builder));
	mlv_index_builder_freep(&builder);
	cr_assert(hits("out", "x", &st));
}

/* The one file in .mlv/state/index. */
static void index_file(char *path, size_t size)
{
	DIR *dir = opendir(".mlv/state/index");

	cr_assert(dir != NULL);
	*path = '\0';
	for (struct dirent *e; (e = readdir(dir));)
		if (e->d_name[0] != '.')
			snprintf(path, size, ".mlv/state/index/%s", e->d_name);
	closedir(dir);
	cr_assert(path[0] != 0);
}

static void put(const char *path, const char *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	cr_assert(f && fwrite(bytes, 1, len, f) == len);
	fclose(f);
}

mlv_test(index, any_damage_makes_it_empty)
{
	struct mlv_buf whole = MLV_BUF_INIT;
	char path[300];

	save_three("out");
	index_file(path, sizeof(path));
	check_ok(mlv_fs_read(AT_FDCWD, path, &whole));
	for (size_t at = 0; at < whole.len; at++) {
		struct mlv_buf bad = MLV_BUF_INIT;

		put(path, whole.ptr, at); /* cut here */
		cr_assert_eq(count_of("out"), 0, "cut at %zu", at);
		check_ok(mlv_buf_add(&bad, whole.ptr, whole.len));
		bad.ptr[at] ^= 1;
		put(path, bad.ptr, bad.len);
		cr_assert_eq(count_of("out"), 0, "flipped at %zu", at);
		check_ok(mlv_buf_add_char(&bad, 'x'));
		bad.ptr[at] ^= 1;
		put(path, bad.ptr, bad.len);
		cr_assert_eq(count_of("out"), 0, "longer by one");
		memmove(bad.ptr + at, bad.ptr + at + 1, bad.len - at - 1);
		put(path, bad.ptr, bad.len - 2); /* one byte taken out */
		cr_assert_eq(count_of("out"), 0, "removed at %zu", at);
		mlv_buf_release(&bad);
	}
	put(path, whole.ptr, whole.len);
	cr_assert_eq(count_of("out"), 3);
	mlv_buf_release(&whole);
}

mlv_test(index, one_that_is_gone_is_empty)
{
	save_three("out");
	check_ok(mlv_index_remove(repo, "out"));
	check_ok(mlv_index_remove(repo, "out"));
	cr_assert_eq(count_of("out"), 0);
}
