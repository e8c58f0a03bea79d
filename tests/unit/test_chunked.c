/* Large files as chunks: pushed to and fetched from a transport that misbehaves. */
#include "tests/unit/check.h"

#include "core/store/chunk.h"
#include "remote/chunked.h"
#include "remote/chunked/ids.h"
#include "remote/remote_gc.h"
#include "tests/unit/transfer_fixture.h"

TestSuite(chunked, .init = check_dir_make, .fini = check_dir_remove);

#define SIZE (((size_t)17 << 20) + 77)
#define EDIT ((size_t)9 << 20) /* where the second version differs */
#define RECEIPTS "receipts"

static unsigned char *make_bytes(bool edited)
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
static void put_version(struct world *w, struct mlv_store *store, bool edited)
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

static void world_begin(struct world *w)
{
	world_init(w);
	w->remote.base.dedup = true;
	put_version(w, w->cache, false);
}

static void push(struct world *w)
{
	struct mlv_transfer transfer = MLV_TRANSFER_INIT;

	transfer.receipts = RECEIPTS;
	run_push(w, &transfer);
	cr_assert(eq(sz, transfer.problems.count, 0));
	mlv_transfer_release(&transfer);
}

static void fetch(struct world *w)
{
	struct mlv_transfer transfer = MLV_TRANSFER_INIT;

	transfer.receipts = RECEIPTS;
	run_fetch(w, &transfer);
	cr_assert(eq(sz, transfer.problems.count, 0), "%s", transfer.problems.at[0].message);
	mlv_transfer_release(&transfer);
	check_ok(mlv_store_verify(w->other, &w->want.key, SIZE));
}

static mlv_err sum_sizes(void *arg, const char *key, uint64_t size)
{
	(void)key;
	*(uint64_t *)arg += size;
	return NULL;
}

static uint64_t stored(struct world *w, const char *prefix)
{
	uint64_t sum = 0;

	check_ok(mlv_transport_list(w->memory, prefix, sum_sizes, &sum));
	return sum;
}

/* If there is a recipe all that it names is there, and makes the file; whether there is one. */
static bool check_recipe(struct world *w)
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

mlv_test(chunked, an_edit_sends_and_fetches_what_is_around_it)
{
	struct world w;
	uint64_t before, first;

	world_begin(&w);
	push(&w);
	first = stored(&w, "");
	cr_assert(first > SIZE && first < SIZE + SIZE / 200, "%llu", (unsigned long long)first);
	cr_assert(check_recipe(&w) && stored(&w, "large/") < 2000);
	fetch(&w);
	put_version(&w, w.cache, true);
	push(&w);
	cr_assert(check_recipe(&w));
	before = stored(&w, "") - first;
	cr_assert(before < 3 * MLV_CHUNK_MOST, "%llu", (unsigned long long)before);
	/* All but two chunks and the lists is in the older version. */
	w.remote.got = 0;
	fetch(&w);
	cr_assert(w.remote.got < (long)(4 * MLV_CHUNK_MOST), "%ld", (long)w.remote.got);
	world_release(&w);
}

mlv_test(chunked, nothing_is_sent_twice)
{
	struct world w;
	long puts;

	world_begin(&w);
	push(&w);
	puts = w.remote.puts;
	push(&w);
	cr_assert(w.remote.puts == puts);
	/* Whatever the setting is: what is there is there. */
	w.remote.base.dedup = false;
	push(&w);
	cr_assert(w.remote.puts == puts);
	fetch(&w);
	world_release(&w);
	world_begin(&w);
	w.remote.base.dedup = false;
	push(&w);
	puts = w.remote.puts;
	w.remote.base.dedup = true;
	push(&w);
	cr_assert(w.remote.puts == puts && !check_recipe(&w));
	fetch(&w);
	world_release(&w);
}

/* The wire is cut at each call in turn; the next push ends it and sends no pack again. */
mlv_test(chunked, a_push_that_breaks_names_nothing_and_is_finished)
{
	for (int mode = 0; mode < 2; mode++) {
		bool done = false;

		for (long at = 1; !done; at++) {
			struct mlv_transfer transfer = MLV_TRANSFER_INIT;
			struct world w;
			mlv_err err;

			world_begin(&w);
			w.remote.no_list = mode == 1;
			w.remote.fail_at = at;
			err = mlv_push(w.cache, &w.remote.base, &w.want, 1, &transfer);
			done = !err;
			mlv_transfer_release(&transfer);
			cr_assert(check_recipe(&w) || !done);
			w.remote.fail_at = 0;
			push(&w);
			cr_assert(check_recipe(&w));
			cr_assert(stored(&w, "packs/") < SIZE + SIZE / 200);
			if (done)
				fetch(&w);
			world_release(&w);
		}
	}
}

/* A pack that vanished is noticed by the next push, and sent again. */
mlv_test(chunked, a_pack_that_vanished_is_sent_again)
{
	MLV_SCOPED(mlv_recipe_release) struct mlv_recipe recipe = { 0 };
	struct mlv_pack_id id = { .class = MLV_PACK_DATA };
	char path[MLV_PACK_PATH];
	struct world w;

	world_begin(&w);
	push(&w);
	check_ok(mlv_recipe_get(w.memory, &w.want.key.oid, SIZE, &recipe));
	id.oid = recipe.packs[0].oid;
	check_ok(mlv_transport_remove(w.memory, mlv_pack_path(&id, MLV_PACK_SUFFIX, path)));
	push(&w);
	cr_assert(check_recipe(&w));
	fetch(&w);
	world_release(&w);
}

/* Whoever tells the size, HEAD or a list: a recipe that lost its end, or got more, is written anew. */
mlv_test(chunked, a_recipe_of_another_length_is_sent_again)
{
	for (int way = 0; way < 4; way++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf bytes = MLV_BUF_INIT;
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer pushed = MLV_TRANSFER_INIT;
		struct mlv_want many[20];
		char path[MLV_RECIPE_PATH];
		struct world w;

		world_begin(&w);
		push(&w);
		for (size_t i = 0; i < MLV_COUNT(many); i++) {
			many[i] = w.want;
			many[i].key.oid.bytes[0] ^= (unsigned char)i;
		}
		mlv_recipe_path(&w.want.key.oid, path);
		check_ok(mlv_transport_get_all(w.memory, path, &bytes));
		if (way & 1)
			check_ok(mlv_buf_add(&bytes, "more", 4));
		check_ok(mlv_transport_put_bytes(w.memory, path, bytes.ptr,
						 way & 1 ? bytes.len : bytes.len - 1));
		/* Of many it is asked by a list; the others are not in the cache. */
		check_ok(mlv_push(w.cache, &w.remote.base, many, way & 2 ? MLV_COUNT(many) : 1,
				  &pushed));
		cr_assert(eq(int, pushed.problems.count > 0, (way & 2) != 0));
		cr_assert(check_recipe(&w));
		fetch(&w);
		world_release(&w);
	}
}

/* ---- together with a gc ---- */

/* Waiting for a lease takes no time. */
static const char *virtual_clock(struct mlv_ctx *ctx, const char *name)
{
	(void)ctx;
	return strcmp(name, "MLV_TEST_CLOCK") == 0 ? "virtual" : NULL;
}

static void remove_recipe(struct world *w)
{
	char path[MLV_RECIPE_PATH];

	check_ok(mlv_transport_remove(w->memory, mlv_recipe_path(&w->want.key.oid, path)));
}

/* All that a push left that was killed before its recipe, which a gc may remove at once. */
static void world_killed(struct world *w)
{
	world_begin(w);
	w->ctx.env = virtual_clock;
	push(w);
	remove_recipe(w);
	w->remote.calls = 0;
}

static mlv_err collect(struct world *w, struct mlv_transport *remote)
{
	MLV_SCOPED(mlv_remote_gc_release) struct mlv_remote_gc gc = { 0 };
	const struct mlv_remote_gc_wants wants = { .now = 1000 };

	return mlv_remote_gc_run(&gc, remote, w->cache, &wants);
}

struct meeting {
	struct world *w;
	bool met;
};

static void sweep(void *arg)
{
	struct meeting *meeting = arg;
	mlv_err err = collect(meeting->w, meeting->w->memory);

	cr_assert(err == NULL || err->code == MLV_E_REFUSED, "%s", err->msg);
	meeting->met = true;
}

mlv_test(chunked, a_sweep_at_any_moment_of_a_push)
{
	bool met = true;

	for (long n = 1; met; n++) {
		struct world w;
		struct meeting meeting = { .w = &w };

		world_killed(&w);
		w.remote.meet_at = n;
		w.remote.meet = sweep;
		w.remote.arg = &meeting;
		push(&w);
		cr_assert(check_recipe(&w), "a sweep before call %ld of the push", n);
		met = meeting.met;
		world_release(&w);
	}
}

static void push_whole(void *arg)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer pushed = MLV_TRANSFER_INIT;
	struct meeting *meeting = arg;

	meeting->w->memory->dedup = true;
	check_ok(mlv_push(meeting->w->cache, meeting->w->memory, &meeting->w->want, 1, &pushed));
	cr_assert(pushed.problems.count == 0);
	meeting->met = true;
}

mlv_test(chunked, a_push_at_any_moment_of_a_sweep)
{
	bool met = true;

	for (long n = 1; met; n++) {
		struct world w;
		struct meeting meeting = { .w = &w };
		mlv_err err;

		world_killed(&w);
		w.remote.meet_at = n;
		w.remote.meet = push_whole;
		w.remote.base.jobs = 1;
		w.remote.arg = &meeting;
		err = collect(&w, &w.remote.base);
		cr_assert(err == NULL || err->code == MLV_E_LOCKED || err->code == MLV_E_REFUSED,
			  "%s", err->msg);
		met = meeting.met;
		cr_assert(check_recipe(&w) == met, "a push before call %ld of the gc", n);
		world_release(&w);
	}
}

/* ---- what must not be believed ---- */

static void fetch_fails(struct world *w, enum mlv_errc code)
{
	struct mlv_transfer transfer = MLV_TRANSFER_INIT;
	bool there = true;

	run_fetch(w, &transfer);
	cr_assert(eq(sz, transfer.problems.count, 1));
	cr_assert(transfer.problems.at[0].code == code, "%s", transfer.problems.at[0].message);
	mlv_transfer_release(&transfer);
	check_ok(mlv_store_has(w->other, &w->want.key, SIZE, &there));
	cr_assert(there == false);
}

static void put_recipe(struct world *w, const struct mlv_recipe *recipe)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf bytes = MLV_BUF_INIT;
	char path[MLV_RECIPE_PATH];

	check_ok(mlv_recipe_write(recipe, &bytes));
	check_ok(mlv_transport_put_bytes(w->memory, mlv_recipe_path(&w->want.key.oid, path),
					 bytes.ptr, bytes.len));
}

mlv_test(chunked, recipes_that_lie_are_refused)
{
	MLV_SCOPED(mlv_recipe_release) struct mlv_recipe recipe = { 0 };
	struct mlv_recipe_chunk kept;
	char path[MLV_RECIPE_PATH];
	struct world w;

	world_begin(&w);
	push(&w);
	check_ok(mlv_recipe_get(w.memory, &w.want.key.oid, SIZE, &recipe));
	/* Another chunk, which is there and of the same length: the leaf is wrong. */
	kept = recipe.chunks[5];
	recipe.chunks[5] = recipe.chunks[6];
	recipe.chunks[5].len = kept.len;
	put_recipe(&w, &recipe);
	fetch_fails(&w, MLV_E_CORRUPT);
	/* A chunk that is the leaf list of the file, which is of another kind. */
	recipe.chunks[5] = kept;
	recipe.chunks[5].oid = w.want.key.oid;
	put_recipe(&w, &recipe);
	fetch_fails(&w, MLV_E_CORRUPT);
	/* Two chunks that are there, in the wrong order. */
	recipe.chunks[5] = recipe.chunks[6];
	recipe.chunks[6] = kept;
	put_recipe(&w, &recipe);
	fetch_fails(&w, MLV_E_CORRUPT);
	/* Not a recipe at all. */
	check_ok(mlv_transport_put_bytes(w.memory, mlv_recipe_path(&w.want.key.oid, path), "no", 2));
	fetch_fails(&w, MLV_E_CORRUPT);
	/* A push sees that, and mends it. */
	push(&w);
	fetch(&w);
	world_release(&w);
}

/* Tables of a remote may hold ids that all begin, or end, alike. */
mlv_test(chunked, ids_that_are_alike_are_told_apart_in_time)
{
	struct mlv_ids ids = { 0 };

	for (uint32_t i = 0; i < 400000; i++) {
		struct mlv_oid oid = { { 0 } };

		memcpy(oid.bytes + (i & 1 ? 0 : 16), &i, sizeof(i));
		check_ok(mlv_ids_add(&ids, &oid, i));
	}
	cr_assert(eq(sz, ids.count, 400000));
	for (size_t i = 0; i < ids.count; i++)
		cr_assert(mlv_ids_find(&ids, &ids.at[i].oid)->number == i);
	mlv_ids_release(&ids);
}

mlv_test(chunked, bits_that_flip_are_asked_for_again_or_named)
{
	struct world w;

	world_begin(&w);
	push(&w);
	w.remote.flip = "packs/";
	w.remote.flips = 3;
	fetch(&w);
	mlv_store_freep(&w.other);
	check_ok(mlv_store_open_memory(&w.other, &w.ctx));
	w.remote.flips = -1;
	fetch_fails(&w, MLV_E_CORRUPT);
	w.remote.flip = "recipes/";
	w.remote.flips = 1;
	fetch(&w);
	world_release(&w);
}
