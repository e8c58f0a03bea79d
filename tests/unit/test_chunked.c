/* Large files as chunks: pushed to and fetched from a transport that misbehaves. */
#include "tests/unit/check.h"

#include "core/store/chunk.h"
#include "remote/chunked/ids.h"
#include "tests/unit/chunked_fixture.h"

TestSuite(chunked, .init = check_dir_make, .fini = check_dir_remove);

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
