#include "tests/unit/repo_fixture.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "core/repo/link.h"
#include "core/store/sha256.h"

static struct mlv_repo *repo;
static struct mlv_store *cache;

static void setup(void)
{
	check_dir_make();
	repo = fixture_open();
	check_ok(mlv_repo_cache(repo, &cache));
}

static void teardown(void)
{
	mlv_repo_freep(&repo);
	check_dir_remove();
}

TestSuite(link, .init = setup, .fini = teardown);

/* Store text; the entry that names it. */
static struct mlv_entry stored(char kind, const char *text)
{
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	struct mlv_entry entry = { .kind = kind, .size = strlen(text), .path = "p", .path_len = 1 };
	struct mlv_key key;

	check_ok(mlv_sha256_of(text, strlen(text), &entry.oid));
	key = mlv_entry_key(&entry);
	check_ok(mlv_batch_begin(&batch, cache));
	check_ok(mlv_batch_put(batch, &key, text, strlen(text)));
	check_ok(mlv_batch_commit(batch));
	return entry;
}

/* Make "f" of the entry; gives the way it went. */
static enum mlv_link make(const char *types, const struct mlv_entry *entry, struct stat *st)
{
	MLV_SCOPED(mlv_linker_freep) struct mlv_linker *linker = NULL;
	enum mlv_link how;

	check_ok(mlv_linker_new(&linker, repo, types));
	check_ok(mlv_link_make(linker, entry, AT_FDCWD, "f", false, &how));
	check_ok(mlv_linker_save(linker));
	cr_assert(lstat("f", st) == 0);
	return how;
}

static void check_text(const char *expected)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	MLV_SCOPED(mlv_fd_close) int fd = open("f", O_RDONLY);

	cr_assert(fd >= 0);
	check_ok(mlv_fs_read_fd(fd, "f", &text));
	cr_assert_str_eq(text.ptr, expected);
	cr_assert(unlink("f") == 0);
}

mlv_test(link, goes_the_first_way_that_is_possible)
{
	struct mlv_entry entry = stored('f', "text");
	struct stat st;

	cr_assert(make("hardlink,copy", &entry, &st) == MLV_LINK_HARDLINK);
	cr_assert(st.st_nlink == 2 && (st.st_mode & 0777) == 0444);
	check_text("text");
	cr_assert(make("symlink,copy", &entry, &st) == MLV_LINK_SYMLINK);
	cr_assert(st.st_size > 0 && (st.st_mode & S_IFMT) == S_IFLNK);
	check_text("text");
	cr_assert(make("copy,hardlink", &entry, &st) == MLV_LINK_COPY);
	cr_assert(st.st_nlink == 1 && (st.st_mode & 0200));
	check_text("text");
	/* Too small to be worth a reflink; the list ends, a copy is made. */
	cr_assert(make("reflink", &entry, &st) == MLV_LINK_COPY);
	check_text("text");
}

mlv_test(link, copies_executables_and_empty_files)
{
	struct mlv_entry exec = stored('x', "run"), empty = stored('f', "");
	struct stat st;

	cr_assert(make("hardlink,symlink", &exec, &st) == MLV_LINK_COPY);
	cr_assert(st.st_nlink == 1 && (st.st_mode & 0100));
	check_text("run");
	cr_assert(make("hardlink,symlink", &empty, &st) == MLV_LINK_COPY);
	cr_assert(st.st_nlink == 1 && st.st_size == 0);
	check_text("");
}

mlv_test(link, makes_tracked_links_as_links)
{
	struct mlv_entry entry = stored('l', "no/where"), nul = entry;
	MLV_SCOPED(mlv_linker_freep) struct mlv_linker *linker = NULL;
	char target[32] = "";
	struct stat st;

	make("copy", &entry, &st);
	cr_assert(readlink("f", target, sizeof(target) - 1) == 8);
	cr_assert_str_eq(target, "no/where");
	nul.size = 0;
	check_ok(mlv_linker_new(&linker, repo, NULL));
	check_fails(mlv_link_make(linker, &nul, AT_FDCWD, "g", false, NULL), MLV_E_CORRUPT);
}

mlv_test(link, never_overwrites)
{
	struct mlv_entry entry = stored('f', "text");
	static const char *const ways[] = { "copy", "hardlink", "symlink" };

	fixture_write("f", "mine");
	for (size_t i = 0; i < MLV_COUNT(ways); i++) {
		MLV_SCOPED(mlv_linker_freep) struct mlv_linker *linker = NULL;

		check_ok(mlv_linker_new(&linker, repo, ways[i]));
		check_fails(mlv_link_make(linker, &entry, AT_FDCWD, "f", false, NULL), MLV_E_SYSTEM);
	}
	check_text("mine");
}

mlv_test(link, refuses_damage_and_absence_whatever_the_way)
{
	static const char *const ways[] = { "copy", "hardlink", "symlink", "reflink" };
	struct mlv_entry entry = stored('f', "text"), absent = entry;
	char path[MLV_KEY_PATH], whole[MLV_KEY_PATH + 32];
	struct mlv_key key = mlv_entry_key(&entry);
	bool there;

	snprintf(whole, sizeof(whole), ".mlv/cache/%s", mlv_key_path(&key, path));
	cr_assert(chmod(whole, 0644) == 0);
	fixture_write(whole, "TEXT");
	cr_assert(chmod(whole, 0444) == 0);
	absent.oid.bytes[0] ^= 1;
	for (size_t i = 0; i < MLV_COUNT(ways); i++) {
		MLV_SCOPED(mlv_linker_freep) struct mlv_linker *linker = NULL;

		check_ok(mlv_linker_new(&linker, repo, ways[i]));
		check_fails(mlv_link_make(linker, &entry, AT_FDCWD, "f", false, NULL),
			    MLV_E_CORRUPT);
		check_fails(mlv_link_make(linker, &absent, AT_FDCWD, "f", false, NULL),
			    MLV_E_MISSING);
		check_ok(mlv_link_verify(linker, &key, entry.size, &there));
		cr_assert_not(there);
		cr_assert(access("f", F_OK) != 0);
	}
}

mlv_test(link, verifies_a_changed_object_again)
{
	struct mlv_entry entry = stored('f', "text");
	struct mlv_key key = mlv_entry_key(&entry);
	char path[MLV_KEY_PATH], whole[MLV_KEY_PATH + 32];
	MLV_SCOPED(mlv_linker_freep) struct mlv_linker *linker = NULL;
	struct stat st;

	snprintf(whole, sizeof(whole), ".mlv/cache/%s", mlv_key_path(&key, path));
	nanosleep(&(struct timespec){ 0, 60000000 }, NULL); /* not written this moment */
	make("symlink", &entry, &st);
	check_text("text");
	cr_assert(chmod(whole, 0644) == 0);
	fixture_write(whole, "TEXT");
	check_ok(mlv_linker_new(&linker, repo, "symlink"));
	check_fails(mlv_link_make(linker, &entry, AT_FDCWD, "f", false, NULL), MLV_E_CORRUPT);
}

mlv_test(link, refuses_an_unknown_type)
{
	struct mlv_linker *linker = NULL;

	check_fails(mlv_linker_new(&linker, repo, "reflink,softlink"), MLV_E_SPEC);
}

/* A file of more than 16 MiB, stored; the entry that names it. */
static struct mlv_entry stored_large(char kind)
{
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	MLV_SCOPED(mlv_fd_close) int fd = open("large", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct mlv_entry entry = { .kind = kind, .path = "p", .path_len = 1 };
	struct mlv_named named = { 0 };

	cr_assert(fd >= 0 && ftruncate(fd, (off_t)MLV_SMALL_MAX + 7) == 0);
	check_ok(mlv_batch_begin(&batch, cache));
	check_ok(mlv_batch_put_file(batch, fd, "large", &named));
	check_ok(mlv_batch_commit(batch));
	entry.oid = named.oid;
	entry.size = named.size;
	mlv_named_release(&named);
	return entry;
}

/* As a fetch would make it; what is in it does not matter here. 0: none, blocks can be shared. */
static ino_t make_spare(const struct mlv_spares *spares, const struct mlv_entry *entry)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	MLV_SCOPED(mlv_fd_close) int cached = open("empty", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct stat st;

	fd = mlv_spare_begin(spares, &entry->oid, cached);
	if (fd < 0)
		return 0;
	cr_assert(ftruncate(fd, (off_t)entry->size) == 0 && fstat(fd, &st) == 0);
	return st.st_ino;
}

static void check_takes_spare(char kind, mode_t mode)
{
	MLV_SCOPED(mlv_spares_release) struct mlv_spares spares = MLV_SPARES_NONE;
	MLV_SCOPED(mlv_linker_freep) struct mlv_linker *linker = NULL;
	struct mlv_entry entry = stored_large(kind);
	struct stat st;
	ino_t inode;

	umask(022);
	check_ok(mlv_link_spares(repo, &spares));
	inode = make_spare(&spares, &entry);
	check_ok(mlv_linker_new(&linker, repo, NULL));
	mlv_linker_use(linker, &spares);
	check_ok(mlv_link_make(linker, &entry, AT_FDCWD, "f", true, NULL));
	cr_assert(stat("f", &st) == 0 && (st.st_mode & 0777) == mode, "%o", st.st_mode);
	cr_assert(inode == 0 || st.st_ino == inode, "the spare was not taken");
	/* The next one is a copy of its own. */
	check_ok(mlv_link_make(linker, &entry, AT_FDCWD, "g", true, NULL));
	cr_assert(stat("g", &st) == 0 && (st.st_mode & 0777) == mode && st.st_nlink == 1);
}

mlv_test(link, takes_a_spare_instead_of_copying)
{
	check_takes_spare('F', 0644);
}

mlv_test(link, makes_a_spare_executable)
{
	check_takes_spare('X', 0755);
}

mlv_test(link, asks_for_no_spares_where_it_would_link)
{
	MLV_SCOPED(mlv_spares_release) struct mlv_spares spares = MLV_SPARES_NONE;

	check_ok(mlv_config_set(repo->config, MLV_CONFIG_LOCAL, "cache.type", "hardlink,copy"));
	check_ok(mlv_link_spares(repo, &spares));
	cr_assert(spares.dir == -1);
}
