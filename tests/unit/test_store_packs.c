#include "tests/unit/check.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/stat.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/store/pack.h"
#include "core/store/sha256.h"
#include "core/store/store.h"

TestSuite(store_packs, .init = check_dir_make, .fini = check_dir_remove);

#define COUNT 100

static struct mlv_ctx ctx;
static int warnings;

static void count_warnings(struct mlv_ctx *context, const struct mlv_event *event)
{
	(void)context;
	warnings += event->type == MLV_EVENT_WARNING;
}

static struct mlv_store *open_store(void)
{
	struct mlv_store *store = NULL;
	char root[300];

	mlv_ctx_init_quiet(&ctx);
	ctx.tell = count_warnings;
	snprintf(root, sizeof(root), "%s/store", check_dir);
	check_ok(mlv_store_open_dir(&store, &ctx, root, true));
	return store;
}

/* Object i: a line of its own; every third one long enough to shrink. */
static size_t text_of(char text[static 400], int i)
{
	int len = snprintf(text, 400, "object %d\n", i);

	while (i % 3 == 0 && len < 380)
		len += snprintf(text + len, 400 - (size_t)len, "line %d\n", i);
	return (size_t)len;
}

static struct mlv_key key_of(enum mlv_kind kind, int i)
{
	struct mlv_key key = { .kind = kind };
	char text[400];
	size_t len = text_of(text, i);

	check_ok(mlv_sha256_of(text, len, &key.oid));
	return key;
}

/* Put objects from first to below end in one batch. */
static void put(struct mlv_store *store, enum mlv_kind kind, int first, int end)
{
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;

	check_ok(mlv_batch_begin(&batch, store));
	for (int i = first; i < end; i++) {
		struct mlv_key key = key_of(kind, i);
		char text[400];
		size_t len = text_of(text, i);

		check_ok(mlv_batch_put(batch, &key, text, len));
	}
	check_ok(mlv_batch_commit(batch));
	mlv_batch_freep(&batch);
}

static mlv_err read_one(struct mlv_store *store, enum mlv_kind kind, int i)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	struct mlv_key key = key_of(kind, i);
	char text[400];
	size_t len = text_of(text, i);
	mlv_err err = mlv_store_read(store, &key, len, &got);

	if (!err)
		cr_assert(got.len == len && memcmp(got.ptr, text, len) == 0);
	return err;
}

static bool has(struct mlv_store *store, enum mlv_kind kind, int i)
{
	struct mlv_key key = key_of(kind, i);
	bool there = false;

	check_ok(mlv_store_has(store, &key, UINT64_MAX, &there));
	return there;
}

/* How many files in a directory of the store end so; the last one's path. */
static int files(const char *dir, const char *suffix, char path[static 400])
{
	char folder[64];
	DIR *list;
	int count = 0;

	snprintf(folder, sizeof(folder), "store/%s", dir);
	list = opendir(folder);
	for (struct dirent *e; list && (e = readdir(list));) {
		size_t len = strlen(e->d_name), end = strlen(suffix);

		if (e->d_name[0] == '.' || len < end || strcmp(e->d_name + len - end, suffix) != 0)
			continue;
		snprintf(path, 400, "%s/%s", folder, e->d_name);
		count++;
	}
	if (list)
		closedir(list);
	return count;
}

static int packs(void)
{
	char path[400];
	int count = files("packs", ".pack", path);

	cr_assert(eq(int, files("packs", ".idx", path), count));
	return count;
}

/* Change the byte at offset, from the end when that is negative. */
static void damage(const char *path, long offset)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	unsigned char byte;
	struct stat st;

	cr_assert(chmod(path, 0644) == 0);
	fd = open(path, O_RDWR);
	cr_assert(fd >= 0 && fstat(fd, &st) == 0);
	if (offset < 0)
		offset += (long)st.st_size;
	cr_assert(pread(fd, &byte, 1, offset) == 1);
	byte ^= 0x10;
	cr_assert(pwrite(fd, &byte, 1, offset) == 1);
}

static mlv_err check_next(void *arg, const struct mlv_key *key, uint64_t size)
{
	struct mlv_key *last = arg;

	(void)size;
	cr_assert(lt(int, mlv_key_compare(last, key), 0));
	*last = *key;
	return NULL;
}

static mlv_err count_one(void *arg, const struct mlv_key *key, uint64_t size)
{
	(void)key;
	(void)size;
	++*(int *)arg;
	return NULL;
}

static int keys(struct mlv_store *store)
{
	struct mlv_key last = { .kind = MLV_KIND_OBJECT };
	int count = 0;

	check_ok(mlv_store_each(store, count_one, &count));
	check_ok(mlv_store_each(store, check_next, &last));
	return count;
}

mlv_test(store_packs, many_share_a_file_and_few_do_not)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store();

	put(store, MLV_KIND_OBJECT, 0, MLV_PACKED_LEAST - 1);
	cr_assert(eq(int, packs(), 0));
	put(store, MLV_KIND_OBJECT, 200, 200 + MLV_PACKED_LEAST);
	put(store, MLV_KIND_NODE, 0, MLV_PACKED_LEAST);
	cr_assert(eq(int, packs(), 2));
	cr_assert(eq(int, keys(store), 3 * MLV_PACKED_LEAST - 1));
	for (int i = 0; i < MLV_PACKED_LEAST; i++) {
		check_ok(read_one(store, MLV_KIND_OBJECT, 200 + i));
		check_ok(read_one(store, MLV_KIND_NODE, i));
		cr_assert(not(has(store, MLV_KIND_NODE, 200 + i)));
	}
	mlv_store_keep_loose(store);
	put(store, MLV_KIND_OBJECT, 300, 400);
	cr_assert(eq(int, packs(), 2));
	mlv_store_freep(&store);
}

mlv_test(store_packs, what_is_there_is_not_written_again)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store();

	put(store, MLV_KIND_OBJECT, 0, 10);
	put(store, MLV_KIND_OBJECT, 0, COUNT);
	cr_assert(eq(int, packs(), 1));
	cr_assert(eq(int, keys(store), COUNT));
	put(store, MLV_KIND_OBJECT, 0, COUNT);
	cr_assert(eq(int, packs(), 1));
	mlv_store_freep(&store);
}

mlv_test(store_packs, a_damaged_object_is_reported_and_replaced_by_a_sound_one)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store();
	struct mlv_key key = key_of(MLV_KIND_OBJECT, 1);
	char path[400];
	int bad = 0;

	put(store, MLV_KIND_OBJECT, 0, COUNT);
	cr_assert(eq(int, files("packs", ".pack", path), 1));
	damage(path, MLV_FRAME_HEAD + 2);
	for (int i = 0; i < COUNT; i++)
		bad += read_one(store, MLV_KIND_OBJECT, i) != NULL;
	cr_assert(eq(int, bad, 1), "damage does not spread");
	check_fails(read_one(store, MLV_KIND_OBJECT, 0), MLV_E_CORRUPT);
	cr_assert(has(store, MLV_KIND_OBJECT, 0));
	put(store, MLV_KIND_OBJECT, 0, 1);
	check_ok(read_one(store, MLV_KIND_OBJECT, 0));
	check_ok(mlv_store_verify(store, &key, UINT64_MAX));
	cr_assert(eq(int, keys(store), COUNT), "two copies are one key");
	mlv_store_freep(&store);
}

mlv_test(store_packs, a_damaged_table_is_taken_from_the_pack)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store();
	char path[400];

	put(store, MLV_KIND_OBJECT, 0, COUNT);
	mlv_store_freep(&store);
	cr_assert(eq(int, files("packs", ".idx", path), 1));
	damage(path, MLV_TABLE_HEAD + 40);
	warnings = 0;
	store = open_store();
	for (int i = 0; i < COUNT; i++)
		check_ok(read_one(store, MLV_KIND_OBJECT, i));
	cr_assert(eq(int, warnings, 1));
	mlv_store_freep(&store);
}

mlv_test(store_packs, a_pack_that_is_cut_or_has_lost_both_tables_is_told_and_missing)
{
	static const struct {
		const char *suffix;
		long offset;
	} ways[] = { { ".pack", -60 }, { ".pack", -40 } };

	for (size_t way = 0; way < MLV_COUNT(ways) + 1; way++) {
		struct mlv_store *store = open_store();
		char path[400];

		put(store, MLV_KIND_OBJECT, 0, COUNT);
		mlv_store_freep(&store);
		cr_assert(eq(int, files("packs", ".pack", path), 1));
		if (way < MLV_COUNT(ways)) {
			damage(path, ways[way].offset);
			cr_assert(eq(int, files("packs", ".idx", path), 1));
			damage(path, 9);
		} else {
			cr_assert(chmod(path, 0644) == 0 && truncate(path, 3000) == 0);
		}
		warnings = 0;
		store = open_store();
		check_fails(read_one(store, MLV_KIND_OBJECT, 1), MLV_E_MISSING);
		cr_assert(eq(int, warnings, 1));
		cr_assert(not(has(store, MLV_KIND_OBJECT, 1)));
		put(store, MLV_KIND_OBJECT, 0, 3);
		check_ok(read_one(store, MLV_KIND_OBJECT, 1));
		mlv_store_freep(&store);
		check_ok(mlv_fs_remove_all(AT_FDCWD, "store"));
	}
}

mlv_test(store_packs, packs_that_come_and_go_are_seen)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store();
	MLV_SCOPED(mlv_store_freep) struct mlv_store *other = open_store();
	char path[400];

	cr_assert(not(has(store, MLV_KIND_OBJECT, 1)));
	put(other, MLV_KIND_OBJECT, 0, COUNT);
	cr_assert(has(store, MLV_KIND_OBJECT, 1));
	check_ok(read_one(store, MLV_KIND_OBJECT, 1));
	put(other, MLV_KIND_OBJECT, COUNT, 2 * COUNT);
	check_ok(read_one(store, MLV_KIND_OBJECT, COUNT));
	/* As gc does it: another copy first, then the old one goes. */
	mlv_store_keep_loose(other);
	check_ok(mlv_fs_remove_all(AT_FDCWD, "store/packs"));
	put(other, MLV_KIND_OBJECT, 0, COUNT);
	cr_assert(eq(int, files("packs", ".pack", path), 0));
	for (int i = 0; i < COUNT; i++)
		check_ok(read_one(store, MLV_KIND_OBJECT, i));
	/* A batch does not rely on what was there before it held the lock. */
	put(store, MLV_KIND_OBJECT, COUNT, COUNT + 1);
	check_ok(read_one(other, MLV_KIND_OBJECT, COUNT));
	mlv_store_freep(&other);
	mlv_store_freep(&store);
}

struct putter {
	struct mlv_batch *batch;
	int first, step;
};

static void *put_some(void *arg)
{
	const struct putter *putter = arg;

	for (int i = putter->first; i < 3000; i += putter->step) {
		struct mlv_put puts[3];
		char texts[3][400];

		for (int k = 0; k < 3; k++) {
			puts[k].key = key_of(MLV_KIND_OBJECT, i + k);
			puts[k].bytes = texts[k];
			puts[k].len = text_of(texts[k], i + k);
		}
		check_ok(mlv_batch_put_many(putter->batch, puts, 3));
	}
	return NULL;
}

/* Three threads put, each from its first on in steps, while this one commits so often. */
static void put_together(struct mlv_batch *batch, const int steps[static 3], int commits)
{
	struct putter putters[3];
	pthread_t threads[3];

	for (int i = 0; i < 3; i++) {
		putters[i] = (struct putter){ batch, i, steps[i] };
		cr_assert(pthread_create(&threads[i], NULL, put_some, &putters[i]) == 0);
	}
	for (int i = 0; i < commits; i++)
		check_ok(mlv_batch_commit(batch));
	for (int i = 0; i < 3; i++)
		cr_assert(pthread_join(threads[i], NULL) == 0);
	check_ok(mlv_batch_commit(batch));
}

mlv_test(store_packs, threads_that_put_the_same)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store();
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;

	check_ok(mlv_batch_begin(&batch, store));
	put_together(batch, (const int[]){ 1, 2, 1 }, 0);
	mlv_batch_freep(&batch);
	cr_assert(eq(int, packs(), 1));
	for (int i = 0; i < 3000; i += 7)
		check_ok(read_one(store, MLV_KIND_OBJECT, i));
	mlv_store_freep(&store);
}

/* Who commits on the way makes durable what came before, and loses nothing of what comes meanwhile. */
mlv_test(store_packs, commits_between_puts_of_others)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store();
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;

	check_ok(mlv_batch_begin(&batch, store));
	put_together(batch, (const int[]){ 3, 3, 3 }, 40);
	mlv_batch_freep(&batch);
	for (int i = 0; i < 3000; i++)
		check_ok(read_one(store, MLV_KIND_OBJECT, i));
	mlv_store_freep(&store);
}

mlv_test(store_packs, a_full_pack_is_followed_by_another)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store();
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	MLV_SCOPED(mlv_mem_free) char *bytes = malloc(MLV_PACKED_MAX);
	struct mlv_key key = { .kind = MLV_KIND_OBJECT };
	unsigned state = 1;
	char path[400];
	struct stat st;

	for (size_t i = 0; i < MLV_PACKED_MAX; i++) {
		state = state * 1103515245U + 12345U;
		bytes[i] = (char)(state >> 16);
	}
	check_ok(mlv_batch_begin(&batch, store));
	for (int i = 0; i < 600; i++) {
		memcpy(bytes, &i, sizeof(i));
		check_ok(mlv_sha256_of(bytes, MLV_PACKED_MAX - 1, &key.oid));
		check_ok(mlv_batch_put(batch, &key, bytes, MLV_PACKED_MAX - 1));
	}
	check_ok(mlv_batch_commit(batch));
	mlv_batch_freep(&batch);
	cr_assert(eq(int, packs(), 2));
	cr_assert(files("packs", ".pack", path) == 2 && stat(path, &st) == 0);
	cr_assert(le(u64, (uint64_t)st.st_size, MLV_PACK_MAX));
	check_ok(mlv_store_verify(store, &key, MLV_PACKED_MAX - 1));
	cr_assert(eq(int, keys(store), 600));
	mlv_store_freep(&store);
}
