#include "tests/unit/check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>

#include "core/base/sys.h"
#include "core/store/sha256.h"
#include "core/store/upkeep.h"

TestSuite(upkeep, .init = check_dir_make, .fini = check_dir_remove);

#define COUNT 300
#define LARGE_SIZE (MLV_SMALL_MAX + MLV_LEAF_SIZE + 7)

static struct mlv_ctx ctx;

static struct mlv_store *open_store(bool memory)
{
	struct mlv_store *store = NULL;
	char root[300];

	mlv_ctx_init_quiet(&ctx);
	ctx.jobs = 2;
	snprintf(root, sizeof(root), "%s/store", check_dir);
	if (memory)
		check_ok(mlv_store_open_memory(&store, &ctx));
	else
		check_ok(mlv_store_open_dir(&store, &ctx, root, true));
	mlv_store_keep_loose(store);
	return store;
}

static struct mlv_key put(struct mlv_batch *batch, enum mlv_kind kind, const char *text)
{
	struct mlv_key key = { .kind = kind };

	check_ok(mlv_sha256_of(text, strlen(text), &key.oid));
	check_ok(mlv_batch_put(batch, &key, text, strlen(text)));
	return key;
}

/* COUNT objects, a node and a large file. */
static void fill(struct mlv_store *store, struct mlv_checks *checks)
{
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	MLV_SCOPED(mlv_named_release) struct mlv_named named = { 0 };
	MLV_SCOPED(mlv_fd_close) int fd = open("large", O_CREAT | O_RDWR, 0600);
	struct mlv_key key;
	char text[32];

	cr_assert(fd >= 0 && ftruncate(fd, LARGE_SIZE) == 0);
	check_ok(mlv_batch_begin(&batch, store));
	for (int i = 0; i < COUNT; i++) {
		snprintf(text, sizeof(text), "object %d", i);
		key = put(batch, MLV_KIND_OBJECT, text);
		check_ok(mlv_checks_add(checks, &key, i % 2 ? strlen(text) : UINT64_MAX, 9));
	}
	key = put(batch, MLV_KIND_NODE, "mlv tree 1 0 0 0\n");
	check_ok(mlv_checks_add(checks, &key, UINT64_MAX, 1));
	check_ok(mlv_batch_put_file(batch, fd, "large", &named));
	key = (struct mlv_key){ MLV_KIND_LARGE, named.oid };
	check_ok(mlv_checks_add(checks, &key, LARGE_SIZE, LARGE_SIZE));
	key.kind = MLV_KIND_LEAVES;
	check_ok(mlv_checks_add(checks, &key, UINT64_MAX, 1));
	check_ok(mlv_batch_commit(batch));
}

static size_t count_bad(const struct mlv_checks *checks)
{
	size_t bad = 0;

	for (size_t i = 0; i < checks->count; i++)
		bad += checks->at[i].bad;
	return bad;
}

/* Change one byte of what is stored, or with cut the length. */
static void damage(const struct mlv_key *key, bool cut)
{
	char path[MLV_KEY_PATH], name[MLV_KEY_PATH + 8];
	int fd;

	snprintf(name, sizeof(name), "store/%s", mlv_key_path(key, path));
	cr_assert(chmod(name, 0644) == 0);
	fd = open(name, O_RDWR);
	cr_assert(fd >= 0);
	if (cut)
		cr_assert(ftruncate(fd, 3) == 0);
	else
		cr_assert(pwrite(fd, "!", 1, 5) == 1);
	close(fd);
}

mlv_test(upkeep, sound_store_has_nothing_bad)
{
	MLV_SCOPED(mlv_checks_release) struct mlv_checks checks = { 0 };

	for (int memory = 0; memory < 2; memory++) {
		MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store(memory);

		checks.count = 0;
		fill(store, &checks);
		check_ok(mlv_store_check(store, &checks));
		cr_assert(count_bad(&checks) == 0);
	}
}

mlv_test(upkeep, each_damaged_one_is_found_and_no_other)
{
	MLV_SCOPED(mlv_checks_release) struct mlv_checks checks = { 0 };
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store(false);
	const size_t chosen[] = { 0, 63, 64, COUNT - 1, COUNT, COUNT + 1, COUNT + 2 };

	fill(store, &checks);
	for (size_t i = 0; i < MLV_COUNT(chosen); i++)
		damage(&checks.at[chosen[i]].key, i % 2);
	check_ok(mlv_store_check(store, &checks));
	cr_assert(count_bad(&checks) == MLV_COUNT(chosen));
	for (size_t i = 0; i < MLV_COUNT(chosen); i++)
		cr_assert(checks.at[chosen[i]].bad, "check %zu", chosen[i]);
}

mlv_test(upkeep, sound_bytes_under_a_wrong_kind_or_size_are_bad)
{
	MLV_SCOPED(mlv_checks_release) struct mlv_checks checks = { 0 };
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store(false);
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	struct mlv_key key;

	check_ok(mlv_batch_begin(&batch, store));
	key = put(batch, MLV_KIND_NODE, "not a node");
	check_ok(mlv_checks_add(&checks, &key, UINT64_MAX, 1));
	key = put(batch, MLV_KIND_OBJECT, "four");
	check_ok(mlv_checks_add(&checks, &key, 5, 5));
	check_ok(mlv_batch_commit(batch));
	check_ok(mlv_store_check(store, &checks));
	cr_assert(count_bad(&checks) == 2);
}

mlv_test(upkeep, removed_is_not_there)
{
	for (int memory = 0; memory < 2; memory++) {
		MLV_SCOPED(mlv_checks_release) struct mlv_checks checks = { 0 };
		MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store(memory);
		const struct mlv_key *key;
		bool there = true;

		fill(store, &checks);
		key = &checks.at[7].key;
		check_ok(mlv_store_remove(store, key));
		check_ok(mlv_store_has(store, key, UINT64_MAX, &there));
		cr_assert(not(there));
		check_ok(mlv_store_remove(store, key));
		check_ok(mlv_store_check(store, &checks));
		cr_assert(count_bad(&checks) == 1 && checks.at[7].bad);
	}
}

mlv_test(upkeep, use_is_dated)
{
	MLV_SCOPED(mlv_checks_release) struct mlv_checks checks = { 0 };
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store(false);
	const struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };
	char path[MLV_KEY_PATH], name[MLV_KEY_PATH + 8];
	int64_t when = 0;

	fill(store, &checks);
	snprintf(name, sizeof(name), "store/%s", mlv_key_path(&checks.at[0].key, path));
	cr_assert(utimensat(AT_FDCWD, name, old, 0) == 0);
	check_ok(mlv_store_used(store, &checks.at[0].key, &when));
	cr_assert(when == 1000);
	/* Put again: found present, and touched. */
	fill(store, &checks);
	check_ok(mlv_store_used(store, &checks.at[0].key, &when));
	cr_assert(when > 1000);
}

static atomic_bool began;

static void *begin_batch(void *arg)
{
	struct mlv_batch *batch = NULL;

	if (mlv_batch_begin(&batch, arg))
		return NULL;
	began = true;
	mlv_batch_freep(&batch);
	return NULL;
}

mlv_test(upkeep, writers_wait_for_who_holds_the_store_alone)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *store = open_store(false);
	MLV_SCOPED(mlv_fd_close) int lock = -1;
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *own = NULL;
	const struct timespec pause = { 0, 120000000 };
	pthread_t thread;

	check_ok(mlv_store_lock(store, &lock));
	check_ok(mlv_batch_begin_locked(&own, store));
	cr_assert(pthread_create(&thread, NULL, begin_batch, store) == 0);
	nanosleep(&pause, NULL);
	cr_assert(not(began));
	mlv_fd_close(&lock);
	pthread_join(thread, NULL);
	cr_assert(began);
}
