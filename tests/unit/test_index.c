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

static dev_t home_of(void)
{
	struct stat st;

	cr_assert(stat(".mlv", &st) == 0);
	return st.st_dev;
}

static void add(struct mlv_index_builder *builder, const struct mlv_entry *entry,
		const struct stat *st, bool not_read)
{
	struct mlv_index_stat stat = mlv_index_stat_of(st, home_of());

	check_ok(mlv_index_builder_add(builder, entry, &stat, not_read));
}

static void save_three(const char *output)
{
	static const char *const paths[] = { "a", "a-b", "a/c" };
	struct mlv_index_builder *builder;

	check_ok(mlv_index_builder_new(&builder, repo, output));
	for (unsigned i = 0; i < MLV_COUNT(paths); i++) {
		struct mlv_entry entry = entry_of(paths[i], (unsigned char)(i + 1));
		struct stat st = old_stat(i + 1);

		add(builder, &entry, &st, false);
	}
	check_ok(mlv_index_builder_save(builder, NULL, NULL));
	mlv_index_builder_freep(&builder);
}

static size_t count_of(const char *output)
{
	struct mlv_index *index;
	struct mlv_index_cursor *cursor;
	const struct mlv_index_item *item;
	size_t count = 0;

	check_ok(mlv_index_load(&index, repo, output));
	check_ok(mlv_index_cursor_new(&cursor, index, ""));
	for (; !mlv_index_peek(cursor, &item) && item; mlv_index_next(cursor))
		count++;
	cr_assert_eq(mlv_index_is_empty(index), count == 0);
	mlv_index_cursor_freep(&cursor);
	mlv_index_freep(&index);
	return count;
}

static bool hits(const char *output, const char *path, const struct stat *st)
{
	struct mlv_index_stat now = mlv_index_stat_of(st, home_of());
	struct mlv_index *index;
	struct mlv_index_cursor *cursor;
	const struct mlv_index_item *item;
	bool hit;

	check_ok(mlv_index_load(&index, repo, output));
	check_ok(mlv_index_cursor_new(&cursor, index, path));
	check_ok(mlv_index_peek(cursor, &item));
	hit = item && item->entry.path_len == strlen(path) &&
	      memcmp(item->entry.path, path, strlen(path)) == 0 && mlv_index_hits(item, &now);
	mlv_index_cursor_freep(&cursor);
	mlv_index_freep(&index);
	return hit;
}

mlv_test(index, a_file_with_the_same_stat_is_known)
{
	struct mlv_index *index;
	struct mlv_index_cursor *cursor;
	const struct mlv_index_item *item;
	struct stat st = old_stat(2);

	save_three("out");
	cr_assert_eq(count_of("out"), 3);
	cr_assert(hits("out", "a-b", &st));
	check_ok(mlv_index_load(&index, repo, "out"));
	check_ok(mlv_index_cursor_new(&cursor, index, "a-a"));
	check_ok(mlv_index_peek(cursor, &item));
	cr_assert_eq(item->entry.kind, 'f');
	cr_assert_eq(item->entry.size, 2);
	cr_assert_eq(item->entry.oid.bytes[31], 2);
	mlv_index_cursor_freep(&cursor);
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
	add(builder, &entry, &st, false);
	check_ok(mlv_index_builder_save(builder, NULL, NULL));
	mlv_index_builder_freep(&builder);
	cr_assert_eq(count_of("out"), 1);
	cr_assert_not(hits("out", "x", &st));
}

mlv_test(index, a_record_stays_racy_until_the_file_is_read)
{
	struct mlv_entry entry = entry_of("x", 1);
	struct mlv_index_builder *builder;
	struct mlv_index *index;
	struct mlv_index_cursor *cursor;
	const struct mlv_index_item *item;
	struct stat st = old_stat(1);

	check_ok(mlv_index_builder_new(&builder, repo, "out"));
	add(builder, &entry, &st, true);
	check_ok(mlv_index_builder_save(builder, NULL, NULL));
	mlv_index_builder_freep(&builder);
	cr_assert_not(hits("out", "x", &st));
	check_ok(mlv_index_load(&index, repo, "out"));
	check_ok(mlv_index_builder_new(&builder, repo, "out"));
	check_ok(mlv_index_cursor_new(&cursor, index, ""));
	check_ok(mlv_index_peek(cursor, &item));
	check_ok(mlv_index_builder_keep(builder, item));
	mlv_index_cursor_freep(&cursor);
	check_ok(mlv_index_builder_save(builder, NULL, NULL));
	mlv_index_builder_freep(&builder);
	mlv_index_freep(&index);
	cr_assert_not(hits("out", "x", &st));
	check_ok(mlv_index_builder_new(&builder, repo, "out"));
	add(builder, &entry, &st, false);
	check_ok(mlv_index_builder_save(builder, NULL, NULL));
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

/* An index of many blocks; the size of an entry tells which save it is of. */
#define MANY 2000u

static struct mlv_entry many_entry(char path[16], unsigned i, unsigned char fill)
{
	snprintf(path, 16, "d%u/%05u", i / 500, i);
	return entry_of(path, fill);
}

static void save_many(const struct mlv_index_claim *claim)
{
	struct mlv_index_builder *builder;
	char path[16];

	check_ok(mlv_index_builder_new(&builder, repo, "out"));
	for (unsigned i = 0; i < MANY; i++) {
		struct mlv_entry entry = many_entry(path, i, 1);
		struct stat st = old_stat(i + 1);

		add(builder, &entry, &st, false);
	}
	check_ok(mlv_index_builder_save(builder, NULL, claim));
	mlv_index_builder_freep(&builder);
}

/* Change each step'th record, drop the one after, put one that is new behind that. */
static void edit_many(struct mlv_index *base, unsigned step, unsigned char fill,
		      const struct mlv_index_claim *claim)
{
	struct mlv_index_builder *builder;
	char path[16];

	check_ok(mlv_index_builder_new(&builder, repo, "out"));
	mlv_index_builder_edit(builder);
	for (unsigned i = 0; i + 1 < MANY; i += step) {
		struct mlv_entry entry = many_entry(path, i, fill);
		struct stat st = old_stat(i + 1);

		add(builder, &entry, &st, false);
		many_entry(path, i + 1, fill);
		check_ok(mlv_index_builder_drop(builder, path, strlen(path)));
		entry = many_entry(path, i + 1, fill);
		snprintf(path + entry.path_len, 3, "-n");
		entry.path_len += 2;
		add(builder, &entry, &st, false);
	}
	check_ok(mlv_index_builder_save(builder, base, claim));
	mlv_index_builder_freep(&builder);
}

static size_t files_in_index_dir(void)
{
	DIR *dir = opendir(".mlv/state/index");
	size_t count = 0;

	for (struct dirent *e; (e = readdir(dir));)
		count += e->d_name[0] != '.';
	closedir(dir);
	return count;
}

static void check_edited(unsigned step, unsigned char fill)
{
	struct mlv_index *index;
	struct mlv_index_cursor *cursor;
	const struct mlv_index_item *item;
	char path[16];

	check_ok(mlv_index_load(&index, repo, "out"));
	check_ok(mlv_index_cursor_new(&cursor, index, ""));
	for (unsigned i = 0; i < MANY; i++) {
		bool dropped = i % step == 1;

		many_entry(path, i, 1);
		if (dropped)
			strcat(path, "-n");
		check_ok(mlv_index_peek(cursor, &item));
		cr_assert(item && item->entry.path_len == strlen(path));
		cr_assert_arr_eq(item->entry.path, path, strlen(path));
		cr_assert_eq(item->entry.size,
			     dropped || (i % step == 0 && i + 1 < MANY) ? fill : 1);
		mlv_index_next(cursor);
	}
	check_ok(mlv_index_peek(cursor, &item));
	cr_assert(item == NULL);
	mlv_index_cursor_freep(&cursor);
	mlv_index_freep(&index);
}

mlv_test(index, a_few_changes_lie_beside_and_many_are_folded_in)
{
	struct mlv_index_claim claim = { .known = true, .bytes = 7, .nfiles = 8 };
	struct mlv_index *index;

	memset(claim.tree.bytes, 9, sizeof(claim.tree.bytes));
	save_many(&claim);
	check_ok(mlv_index_load(&index, repo, "out"));
	cr_assert(mlv_index_claim(index)->known && mlv_index_claim(index)->nfiles == 8);
	cr_assert(mlv_index_is_current(index));
	claim.nfiles = 9;
	edit_many(index, 100, 2, &claim);
	cr_assert_eq(files_in_index_dir(), 2);
	cr_assert_not(mlv_index_is_current(index));
	mlv_index_freep(&index);
	check_edited(100, 2);
	check_ok(mlv_index_load(&index, repo, "out"));
	cr_assert_eq(mlv_index_claim(index)->nfiles, 9);
	edit_many(index, 100, 3, &claim);
	cr_assert_eq(files_in_index_dir(), 2);
	check_edited(100, 3);
	/* The one that was loaded is not there any more: what it claimed does not count. */
	edit_many(index, 100, 4, &claim);
	check_edited(100, 4);
	mlv_index_freep(&index);
	check_ok(mlv_index_load(&index, repo, "out"));
	cr_assert_not(mlv_index_claim(index)->known);
	mlv_index_freep(&index);
	save_many(NULL);
	check_ok(mlv_index_load(&index, repo, "out"));
	edit_many(index, 4, 5, NULL);
	cr_assert_eq(files_in_index_dir(), 1);
	check_edited(4, 5);
	mlv_index_freep(&index);
	check_ok(mlv_index_remove(repo, "out"));
	cr_assert_eq(files_in_index_dir(), 0);
}

mlv_test(index, a_cursor_begins_anywhere)
{
	struct mlv_index *index;

	save_many(NULL);
	check_ok(mlv_index_load(&index, repo, "out"));
	for (unsigned i = 0; i < MANY; i += 37) {
		const struct mlv_index_item *item;
		struct mlv_index_cursor *cursor;
		char path[16];

		many_entry(path, i, 1);
		check_ok(mlv_index_cursor_new(&cursor, index, path));
		check_ok(mlv_index_peek(cursor, &item));
		cr_assert_arr_eq(item->entry.path, path, item->entry.path_len);
		mlv_index_cursor_freep(&cursor);
		strcat(path, "!");
		check_ok(mlv_index_cursor_new(&cursor, index, path));
		check_ok(mlv_index_peek(cursor, &item));
		many_entry(path, i + 1, 1);
		cr_assert(i + 1 == MANY ? !item : !memcmp(item->entry.path, path, strlen(path)));
		mlv_index_cursor_freep(&cursor);
	}
	mlv_index_freep(&index);
}

mlv_test(index, changes_that_are_damaged_do_not_count)
{
	struct mlv_buf whole = MLV_BUF_INIT;
	struct mlv_index *index;
	char name[300], path[310];

	save_many(NULL);
	index_file(name, sizeof(name));
	check_ok(mlv_index_load(&index, repo, "out"));
	edit_many(index, 1000, 2, NULL);
	mlv_index_freep(&index);
	check_edited(1000, 2);
	snprintf(path, sizeof(path), "%s.d", name);
	check_ok(mlv_fs_read(AT_FDCWD, path, &whole));
	for (size_t at = 0; at < whole.len; at++) {
		struct stat st = old_stat(2); /* of one that the changes drop */

		put(path, whole.ptr, at);
		cr_assert(hits("out", "d0/00001", &st), "cut at %zu", at);
		whole.ptr[at] ^= 4;
		put(path, whole.ptr, whole.len);
		cr_assert(hits("out", "d0/00001", &st), "flipped at %zu", at);
		whole.ptr[at] ^= 4;
	}
	mlv_buf_release(&whole);
}
