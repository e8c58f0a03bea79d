/* chunked_fixture.h - for tests of large files as chunks: a file, and an edited version of it. */
#ifndef MLV_TESTS_UNIT_CHUNKED_FIXTURE_H
#define MLV_TESTS_UNIT_CHUNKED_FIXTURE_H

#include "remote/chunked.h"
#include "tests/unit/transfer_fixture.h"

#define SIZE (((size_t)17 << 20) + 77)
#define EDIT ((size_t)9 << 20) /* where the second version differs */
#define RECEIPTS "receipts"

static inline unsigned char *make_bytes(bool edited)
{
	unsigned char *bytes = malloc(SIZE);
	uint64_t state = 12345;

	cr_assert(bytes != NULL);
	for (size_t i = 0; i < SIZE; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		bytes[i] = (unsigned char)(state >> 24);
	}
	for (size_t i = 0; edited && i < 1000; i++)
		bytes[EDIT + i] ^= 0x55;
	return bytes;
}

/* Put a version into the store; it becomes the want. */
static inline void put_version(struct world *w, struct mlv_store *store, bool edited)
{
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	MLV_SCOPED(mlv_fd_close) int fd = open("large.tmp", O_CREAT | O_TRUNC | O_RDWR, 0600);
	MLV_SCOPED(mlv_named_release) struct mlv_named named = { 0 };
	unsigned char *bytes = make_bytes(edited);

	cr_assert(fd >= 0 && write(fd, bytes, SIZE) == (ssize_t)SIZE);
	free(bytes);
	check_ok(mlv_batch_begin(&batch, store));
	check_ok(mlv_batch_put_file(batch, fd, "large", &named));
	check_ok(mlv_batch_commit(batch));
	w->want = (struct mlv_want){ .key = { MLV_KIND_LARGE, named.oid }, .size = SIZE,
				     .part = "", .label = "large" };
}

static inline void world_begin(struct world *w)
{
	world_init(w);
	w->remote.base.dedup = true;
	put_version(w, w->cache, false);
}

static inline void push(struct world *w)
{
	struct mlv_transfer transfer = MLV_TRANSFER_INIT;

	transfer.receipts = RECEIPTS;
	run_push(w, &transfer);
	cr_assert(eq(sz, transfer.problems.count, 0));
	mlv_transfer_release(&transfer);
}

static inline void fetch(struct world *w)
{
	struct mlv_transfer transfer = MLV_TRANSFER_INIT;

	transfer.receipts = RECEIPTS;
	run_fetch(w, &transfer);
	cr_assert(eq(sz, transfer.problems.count, 0), "%s", transfer.problems.at[0].message);
	mlv_transfer_release(&transfer);
	check_ok(mlv_store_verify(w->other, &w->want.key, SIZE));
}

static inline mlv_err sum_sizes(void *arg, const char *key, uint64_t size)
{
	(void)key;
	*(uint64_t *)arg += size;
	return NULL;
}

static inline uint64_t stored(struct world *w, const char *prefix)
{
	uint64_t sum = 0;

	check_ok(mlv_transport_list(w->memory, prefix, sum_sizes, &sum));
	return sum;
}

/* If there is a recipe all that it names is there, and makes the file; whether there is one. */
static inline bool check_recipe(struct world *w)
{
	MLV_SCOPED(mlv_recipe_release) struct mlv_recipe recipe = { 0 };
	MLV_SCOPED(mlv_remote_packs_release) struct mlv_remote_packs set = { 0 };
	MLV_SCOPED(mlv_root_release) struct mlv_root packs = { 0 };
	mlv_err err = mlv_recipe_get(w->memory, &w->want.key.oid, SIZE, &recipe);

	mlv_remote_packs_init(&set, w->memory);
	if (err && err->code == MLV_E_MISSING)
		return false;
	check_ok(err);
	check_ok(mlv_recipe_list_packs(&recipe, &packs));
	check_packs(w, &packs, &set);
	for (size_t i = 0; i < recipe.chunk_count; i++) {
		const struct mlv_key key = { MLV_KIND_OBJECT, recipe.chunks[i].oid };
		struct mlv_pack_record record;

		cr_assert(mlv_table_find(&set.at[recipe.chunks[i].pack].table, &key, &record));
		cr_assert(record.raw == recipe.chunks[i].len);
	}
	return true;
}

#endif
