#include "tests/unit/check.h"

#include <dirent.h>
#include <sys/stat.h>
#include <time.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/store/sha256.h"
#include "core/store/store.h"

TestSuite(store, .init = check_dir_make, .fini = check_dir_remove);

static struct mlv_ctx ctx;
static char root[300];

/* A store in ./store, or in memory. */
static struct mlv_store *open_store(bool memory)
{
	struct mlv_store *store = NULL;

	mlv_ctx_init_quiet(&ctx);
	ctx.jobs = 2;
	snprintf(root, sizeof(root), "%s/store", check_dir);
	if (memory)
		check_ok(mlv_store_open_memory(&store, &ctx));
	else
		check_ok(mlv_store_open_dir(&store, &ctx, root, true));
	return store;
}

static struct mlv_key key_of(enum mlv_kind kind, const void *bytes, size_t len)
{
	struct mlv_key key = { kind, { { 0 } } };

	check_ok(mlv_sha256_of(bytes, len, &key.oid));
	return key;
}

static void put_one(struct mlv_store *store, enum mlv_kind kind, const char *text)
{
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	struct mlv_key key = key_of(kind, text, strlen(text));

	check_ok(mlv_batch_begin(&batch, store));
	check_ok(mlv_batch_put(batch, &key, text, strlen(text)));
	check_ok(mlv_batch_commit(batch));
	mlv_batch_freep(&batch);
}

static bool has(struct mlv_store *store, const struct mlv_key *key, uint64_t size)
{
	bool there = false;

	check_ok(mlv_store_has(store, key, size, &there));
	return there;
}

/* How many files lie in ./store/tmp. */
static int temps(void)
{
	DIR *list = opendir("store/tmp");
	int count = 0;

	cr_assert(list != NULL);
	for (struct dirent *e; (e = readdir(list));)
		count += e->d_name[0] != '.';
	closedir(list);
	return count;
}

static mlv_err count_key(void *arg, const struct mlv_key *key, uint64_t stored_size)
{
	(void)key;
	(void)stored_size;
	++*(int *)arg;
	return NULL;
}

static int objects(struct mlv_store *store)
{
	int count = 0;

	check_ok(mlv_store_each(store, count_key, &count));
	return count;
}

/* size bytes that differ from leaf to leaf, in the file ./big. */
static unsigned char *make_big(uint64_t size)
{
	unsigned char *bytes = malloc(size);
	MLV_SCOPED(mlv_fd_close) int fd = open("big", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	for (uint64_t i = 0; i < size; i++)
		bytes[i] = (unsigned char)(i * 2654435761U >> 13 ^ i >> 20);
	cr_assert(fd >= 0);
	check_ok(mlv_fs_write_full(fd, "big", bytes, size));
	return bytes;
}

/* Put ./big, commit, and say what it came to. */
static struct mlv_named put_big(struct mlv_store *store)
{
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	MLV_SCOPED(mlv_fd_close) int fd = open("big", O_RDONLY | O_CLOEXEC);
	struct mlv_named named = { 0 };

	check_ok(mlv_batch_begin(&batch, store));
	check_ok(mlv_batch_put_file(batch, fd, "big", &named));
	check_ok(mlv_batch_commit(batch));
	mlv_batch_freep(&batch);
	mlv_fd_close(&fd);
	return named;
}

static void check_put_and_read(bool memory)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store(memory);
	static const enum mlv_kind kinds[] = { MLV_KIND_OBJECT, MLV_KIND_NODE };
	struct mlv_key key;

	for (size_t k = 0; k < MLV_COUNT(kinds); k++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
		MLV_SCOPED(mlv_buf_release) struct mlv_buf again = MLV_BUF_INIT;

		key = key_of(kinds[k], "abc", 3);
		cr_assert(eq(int, has(store, &key, 3), false));
		check_fails(mlv_store_read(store, &key, 3, &got), MLV_E_MISSING);
		put_one(store, kinds[k], "abc");
		put_one(store, kinds[k], "abc");
		cr_assert(has(store, &key, 3));
		cr_assert(has(store, &key, UINT64_MAX));
		check_ok(mlv_store_read(store, &key, 3, &got));
		cr_assert(eq(str, got.ptr, "abc"));
		check_ok(mlv_store_read(store, &key, UINT64_MAX, &again));
		cr_assert(eq(str, again.ptr, "abc"));
		check_ok(mlv_store_verify(store, &key, 3));
		mlv_buf_release(&got);
		mlv_buf_release(&again);
	}
	cr_assert(eq(int, objects(store), 2));
	key.kind = MLV_KIND_OBJECT;
	cr_assert(eq(int, has(store, &key, 4), false), "another size is another object");
	mlv_store_freep(&store);
}

mlv_test(store, put_and_read_in_a_directory)
{
	check_put_and_read(false);
	cr_assert(eq(int, temps(), 0));
}

mlv_test(store, put_and_read_in_memory)
{
	check_put_and_read(true);
}

mlv_test(store, the_empty_file_is_an_object)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store(false);
	struct mlv_key key = key_of(MLV_KIND_OBJECT, "", 0);

	put_one(store, MLV_KIND_OBJECT, "");
	cr_assert(has(store, &key, 0));
	mlv_store_freep(&store);
}

mlv_test(store, objects_are_read_only)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store(false);
	struct mlv_key key = key_of(MLV_KIND_OBJECT, "abc", 3);
	char path[MLV_KEY_PATH + 8];
	struct stat st;

	put_one(store, MLV_KIND_OBJECT, "abc");
	strcpy(path, "store/");
	mlv_key_path(&key, path + 6);
	cr_assert(eq(int, stat(path, &st), 0));
	cr_assert(eq(int, (int)(st.st_mode & 0222), 0));
	mlv_store_freep(&store);
}

static void check_large(bool memory)
{
	const uint64_t size = 33 * MLV_LEAF_SIZE + 7;
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store(memory);
	MLV_SCOPED(mlv_mem_free) unsigned char *bytes = make_big(size);
	MLV_SCOPED(mlv_named_release) struct mlv_named named = put_big(store);
	MLV_SCOPED(mlv_named_release) struct mlv_named again = put_big(store);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf copy = MLV_BUF_INIT;
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	MLV_SCOPED(mlv_fd_close) int to = open("copy", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct mlv_key large = { MLV_KIND_LARGE, named.oid }, list = { MLV_KIND_LEAVES, named.oid };

	cr_assert(eq(int, (int)named.kind, MLV_KIND_LARGE));
	cr_assert(mlv_oid_equal(&named.oid, &again.oid));
	cr_assert(eq(int, objects(store), 2));
	cr_assert(has(store, &large, size));
	cr_assert(eq(int, has(store, &large, size + 1), false));
	check_ok(mlv_store_read(store, &list, mlv_leaves_text_size(size), &text));
	check_ok(mlv_store_copy_large(store, &large, size, to));
	check_ok(mlv_fs_read(AT_FDCWD, "copy", &copy));
	cr_assert(eq(u64, copy.len, size));
	cr_assert(eq(int, memcmp(copy.ptr, bytes, size), 0));
	check_ok(mlv_store_verify(store, &large, size));
	check_ok(mlv_store_open(store, &large, size, &fd, NULL));
	check_fails(mlv_store_read(store, &large, size, &text), MLV_E_REFUSED);
	mlv_named_release(&named);
	mlv_named_release(&again);
	mlv_store_freep(&store);
	mlv_fd_close(&fd);
	mlv_fd_close(&to);
}

mlv_test(store, large_files_in_a_directory)
{
	check_large(false);
	cr_assert(eq(int, temps(), 0));
}

mlv_test(store, large_files_in_memory)
{
	check_large(true);
}

/* Write one byte of a stored file anew, or cut it. */
static void damage(const struct mlv_key *key, off_t at, bool cut)
{
	char path[MLV_KEY_PATH + 8] = "store/";
	int fd;

	mlv_key_path(key, path + 6);
	cr_assert(eq(int, chmod(path, 0644), 0));
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (cut)
		cr_assert(eq(int, ftruncate(fd, at), 0));
	else
		cr_assert(eq(int, (int)pwrite(fd, "?", 1, at), 1));
	close(fd);
}

mlv_test(store, damage_is_refused_on_read)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store(false);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	struct mlv_key object = key_of(MLV_KIND_OBJECT, "abc", 3);
	struct mlv_key node = key_of(MLV_KIND_NODE, "abcabcabc", 9);

	put_one(store, MLV_KIND_OBJECT, "abc");
	put_one(store, MLV_KIND_NODE, "abcabcabc");
	check_fails(mlv_store_read(store, &node, 8, &got), MLV_E_CORRUPT);
	damage(&object, 1, false);
	damage(&node, 3, false);
	check_fails(mlv_store_read(store, &object, 3, &got), MLV_E_CORRUPT);
	check_fails(mlv_store_read(store, &object, UINT64_MAX, &got), MLV_E_CORRUPT);
	check_fails(mlv_store_read(store, &node, 9, &got), MLV_E_CORRUPT);
	check_fails(mlv_store_verify(store, &object, 3), MLV_E_CORRUPT);
	cr_assert(eq(sz, got.len, 0));
	mlv_store_freep(&store);
}

mlv_test(store, damage_of_a_large_file_names_its_place)
{
	const uint64_t size = 18 * MLV_LEAF_SIZE;
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store(false);
	MLV_SCOPED(mlv_mem_free) unsigned char *bytes = make_big(size);
	MLV_SCOPED(mlv_named_release) struct mlv_named named = put_big(store);
	struct mlv_key large = { MLV_KIND_LARGE, named.oid };
	mlv_err err;

	bytes[2 * MLV_LEAF_SIZE + 5] = '!'; /* not the '?' that damage() writes */
	damage(&large, 2 * MLV_LEAF_SIZE + 5, false);
	err = mlv_store_verify(store, &large, size);
	cr_assert(err != NULL);
	cr_assert(eq(int, (int)err->code, MLV_E_CORRUPT));
	cr_assert(strstr(err->msg, "MiB 3") != NULL, "%s", err->msg);
	mlv_named_release(&named);
	mlv_store_freep(&store);
}

mlv_test(store, a_wrong_length_is_absent_and_written_anew)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store(false);
	static const enum mlv_kind kinds[] = { MLV_KIND_OBJECT, MLV_KIND_NODE };

	for (size_t k = 0; k < MLV_COUNT(kinds); k++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
		struct mlv_key key = key_of(kinds[k], "abc", 3);

		put_one(store, kinds[k], "abc");
		damage(&key, 0, true);
		cr_assert(eq(int, has(store, &key, UINT64_MAX), false));
		check_fails(mlv_store_read(store, &key, UINT64_MAX, &got), MLV_E_MISSING);
		check_fails(mlv_store_verify(store, &key, 3), MLV_E_CORRUPT);
		put_one(store, kinds[k], "abc");
		check_ok(mlv_store_read(store, &key, 3, &got));
		mlv_buf_release(&got);
	}
	mlv_store_freep(&store);
}

mlv_test(store, a_link_in_the_place_of_an_object_is_not_followed)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store(false);
	struct mlv_key key = key_of(MLV_KIND_OBJECT, "abc", 3);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	char path[MLV_KEY_PATH + 8] = "store/";

	put_one(store, MLV_KIND_OBJECT, "abc");
	mlv_key_path(&key, path + 6);
	check_ok(mlv_fs_replace(AT_FDCWD, "elsewhere", "abc", 3, 0600));
	cr_assert(eq(int, unlink(path), 0));
	cr_assert(eq(int, symlink("../../../elsewhere", path), 0));
	cr_assert(eq(int, has(store, &key, 3), false));
	cr_assert(mlv_store_read(store, &key, 3, &got) != NULL);
	mlv_store_freep(&store);
}

mlv_test(store, what_is_not_committed_leaves_nothing)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store(false);
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	struct mlv_key key = key_of(MLV_KIND_OBJECT, "abc", 3);

	mlv_store_keep_loose(store);
	check_ok(mlv_batch_begin(&batch, store));
	check_ok(mlv_batch_put(batch, &key, "abc", 3));
	cr_assert(eq(int, temps(), 1));
	check_ok(mlv_batch_put(batch, &key, "abc", 3));
	cr_assert(eq(int, temps(), 1), "in the batch already");
	cr_assert(eq(int, has(store, &key, 3), false));
	mlv_batch_freep(&batch);
	cr_assert(eq(int, temps(), 0));
	cr_assert(eq(int, objects(store), 0));
	mlv_store_freep(&store);
}

/* More than are synced one by one, in more directories than are. */
mlv_test(store, many_objects_in_one_batch)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store(false);
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	char text[16];

	check_ok(mlv_batch_begin(&batch, store));
	for (int i = 0; i < 300; i++) {
		struct mlv_key key;

		snprintf(text, sizeof(text), "object %d", i);
		key = key_of(MLV_KIND_OBJECT, text, strlen(text));
		check_ok(mlv_batch_put(batch, &key, text, strlen(text)));
	}
	check_ok(mlv_batch_commit(batch));
	check_ok(mlv_batch_commit(batch));
	cr_assert(eq(int, objects(store), 300));
	cr_assert(eq(int, temps(), 0));
	mlv_batch_freep(&batch);
	mlv_store_freep(&store);
}

static mlv_err check_order(void *arg, const struct mlv_key *key, uint64_t stored_size)
{
	struct mlv_key *last = arg;

	cr_assert(lt(int, mlv_key_compare(last, key), 0));
	cr_assert(gt(u64, stored_size, 0));
	*last = *key;
	return NULL;
}

mlv_test(store, each_goes_in_order_of_keys)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store(false);
	MLV_SCOPED(mlv_store_freep) struct mlv_store *memory = open_store(true);
	struct mlv_key last = { 0 };
	char text[16];

	for (int i = 0; i < 20; i++) {
		snprintf(text, sizeof(text), "object %d", i);
		put_one(store, i % 2 ? MLV_KIND_OBJECT : MLV_KIND_NODE, text);
		put_one(memory, i % 2 ? MLV_KIND_OBJECT : MLV_KIND_NODE, text);
	}
	check_ok(mlv_store_each(store, check_order, &last));
	last = (struct mlv_key){ 0 };
	check_ok(mlv_store_each(memory, check_order, &last));
	mlv_store_freep(&store);
	mlv_store_freep(&memory);
}

mlv_test(store, old_temporaries_are_swept)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store(false);
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	const struct timespec old[2] = { { time(NULL) - 25 * 3600, 0 },
					 { time(NULL) - 25 * 3600, 0 } };

	check_ok(mlv_fs_replace(AT_FDCWD, "store/tmp/put-old", "x", 1, 0600));
	check_ok(mlv_fs_replace(AT_FDCWD, "store/tmp/put-new", "x", 1, 0600));
	cr_assert(eq(int, utimensat(AT_FDCWD, "store/tmp/put-old", old, 0), 0));
	check_ok(mlv_batch_begin(&batch, store));
	cr_assert(eq(int, access("store/tmp/put-old", F_OK), -1));
	cr_assert(eq(int, access("store/tmp/put-new", F_OK), 0));
	mlv_batch_freep(&batch);
	mlv_store_freep(&store);
}

mlv_test(store, only_a_store_is_opened)
{
	struct mlv_store *store = NULL;

	mlv_ctx_init_quiet(&ctx);
	snprintf(root, sizeof(root), "%s/x", check_dir);
	check_fails(mlv_store_open_dir(&store, &ctx, root, false), MLV_E_MISSING);
	check_ok(mlv_fs_mkdirs(AT_FDCWD, "x", 0777));
	check_fails(mlv_store_open_dir(&store, &ctx, root, false), MLV_E_MISSING);
	check_ok(mlv_fs_replace(AT_FDCWD, "x/thesis", "x", 1, 0600));
	check_fails(mlv_store_open_dir(&store, &ctx, root, true), MLV_E_CORRUPT);
	check_ok(mlv_fs_remove_all(AT_FDCWD, "x/thesis"));
	check_ok(mlv_store_open_dir(&store, &ctx, root, true));
	mlv_store_freep(&store);
	cr_assert(eq(int, chmod("x/format", 0600), 0));
	check_ok(mlv_fs_replace(AT_FDCWD, "x/format", "mlv-store 2\n", 12, 0600));
	check_fails(mlv_store_open_dir(&store, &ctx, root, true), MLV_E_CORRUPT);
	check_ok(mlv_fs_replace(AT_FDCWD, "x/format", "mlv-store 1", 11, 0600));
	check_fails(mlv_store_open_dir(&store, &ctx, root, true), MLV_E_CORRUPT);
	cr_assert(store == NULL);
}
