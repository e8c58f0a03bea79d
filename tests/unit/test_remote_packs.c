/* test_remote_packs.c - many small files go over the wire as packs, and nothing else changes. */
#include "remote/fetch_packs.h"
#include "remote/receipts.h"
#include "tests/unit/transfer_fixture.h"

TestSuite(remote_packs, .init = check_dir_make, .fini = check_dir_remove);

#define FILES 9000 /* about 35 nodes: enough for packs of both classes */

static void world_push(struct world *w, unsigned count)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer pushed = MLV_TRANSFER_INIT;

	world_fill(w, w->cache, count, false);
	run_push(w, &pushed);
	cr_assert(pushed.problems.count == 0);
	cr_assert(check_root_sound(w));
}

static void count_none(struct world *w)
{
	w->remote.puts = w->remote.gets = w->remote.heads = w->remote.lists = 0;
}

static mlv_err count_key(void *arg, const char *key, uint64_t size)
{
	(void)key;
	(void)size;
	++*(unsigned *)arg;
	return NULL;
}

static unsigned keys_there(struct world *w, const char *prefix)
{
	unsigned count = 0;

	check_ok(mlv_transport_list(w->memory, prefix, count_key, &count));
	return count;
}

static void fetch_all(struct world *w)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer fetched = MLV_TRANSFER_INIT;

	mlv_store_freep(&w->other);
	check_ok(mlv_store_open_memory(&w->other, &w->ctx));
	run_fetch(w, &fetched);
	cr_assert(fetched.problems.count == 0, "%s",
		  fetched.problems.at[0].message ? fetched.problems.at[0].message : "missing");
	check_store_has_all(w, w->other, &w->want);
}

mlv_test(remote_packs, many_files_are_few_requests)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer again = MLV_TRANSFER_INIT;
	struct world w;

	world_init(&w);
	world_push(&w, FILES);
	/* The root, its node, the format, two packs and their tables. */
	cr_assert(w.remote.puts == 7, "%ld puts", (long)w.remote.puts);
	cr_assert(w.remote.heads + w.remote.gets + w.remote.lists < 12);
	cr_assert(keys_there(&w, "objects/") == 0 && keys_there(&w, "nodes/") == 1);
	count_none(&w);
	run_push(&w, &again);
	cr_assert(again.keys == 0 && w.remote.puts == 0);
	/* The format, the root, two packs and their tables, the root's node. */
	cr_assert(w.remote.heads + w.remote.gets + w.remote.lists <= 7);
	count_none(&w);
	fetch_all(&w);
	cr_assert(w.remote.gets < 15, "%ld gets", (long)w.remote.gets);
	world_release(&w);
}

mlv_test(remote_packs, few_files_lie_by_themselves)
{
	struct world w;

	world_init(&w);
	world_push(&w, 31);
	cr_assert(keys_there(&w, "packs/") == 0 && keys_there(&w, "objects/") == 31);
	world_release(&w);
}

/* One changed file: what was there is known by the older root, listed or remembered. */
static void check_change(const char *receipts, bool no_list, bool knows)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer first = MLV_TRANSFER_INIT;
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer second = MLV_TRANSFER_INIT;
	struct world w;

	world_init(&w);
	w.remote.no_list = no_list;
	first.receipts = second.receipts = receipts;
	world_fill(&w, w.cache, FILES, false);
	run_push(&w, &first);
	world_fill(&w, w.cache, FILES + 1, false);
	count_none(&w);
	run_push(&w, &second);
	cr_assert_eq(second.keys < 10, knows, "%llu", (unsigned long long)second.keys);
	cr_assert(w.remote.puts < 10 && w.remote.heads + w.remote.gets + w.remote.lists < 60,
		  "%ld puts, %ld heads, %ld gets, %ld lists", (long)w.remote.puts,
		  (long)w.remote.heads, (long)w.remote.gets, (long)w.remote.lists);
	cr_assert(check_root_sound(&w));
	fetch_all(&w);
	world_release(&w);
}

mlv_test(remote_packs, a_change_sends_the_change)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/receipts", check_dir);
	check_change(path, false, true);
	check_change(path, true, true);
	check_change(NULL, false, true);
	/* Nothing tells: all is sent again, in as few requests. */
	check_change(NULL, true, false);
}

/* Ten files of one folder, and nothing near to all that there is. */
mlv_test(remote_packs, a_folder_comes_without_the_rest)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer part = MLV_TRANSFER_INIT;
	struct world w;

	world_init(&w);
	world_push(&w, FILES);
	w.want.part = "d044";
	count_none(&w);
	run_fetch(&w, &part);
	cr_assert(part.problems.count == 0 && part.files == 100 + 1);
	check_store_has_all(&w, w.other, &w.want);
	cr_assert(w.remote.gets <= 10, "%ld gets", (long)w.remote.gets);
	world_release(&w);
}

/* The wire is cut at each call in turn: no root before its closure; a second run finishes. */
mlv_test(remote_packs, push_cut_at_any_call_converges)
{
	bool ended = false, published;

	for (long n = 1; !ended; n++) {
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer cut = MLV_TRANSFER_INIT;
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer rest = MLV_TRANSFER_INIT;
		struct world w;
		unsigned before;
		mlv_err err;

		cr_assert(n < 60, "it never ends");
		world_init(&w);
		world_fill(&w, w.cache, 40, false);
		w.remote.fail_at = n;
		err = mlv_push(w.cache, &w.remote.base, &w.want, 1, &cut);
		ended = !err;
		/* The last call of a push only asks whether anything is marked. */
		published = check_root_sound(&w);
		cr_assert(published >= ended);
		before = keys_there(&w, "packs/");
		w.remote.fail_at = 0;
		run_push(&w, &rest);
		cr_assert(check_root_sound(&w));
		/* The same pack again, not another one. */
		cr_assert(keys_there(&w, "packs/") == 2 && before <= 2);
		world_release(&w);
	}
}

mlv_test(remote_packs, fetch_cut_at_any_call_converges)
{
	bool ended = false;

	for (long n = 1; !ended; n++) {
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer cut = MLV_TRANSFER_INIT;
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer rest = MLV_TRANSFER_INIT;
		struct world w;
		mlv_err err;

		cr_assert(n < 60, "it never ends");
		world_init(&w);
		world_push(&w, 40);
		w.remote.calls = 0;
		w.remote.fail_at = n;
		err = mlv_fetch(w.other, &w.remote.base, &w.want, 1, &cut);
		ended = !err;
		cr_assert(err == NULL || err->code == MLV_E_REMOTE);
		check_store_sound(w.other);
		w.remote.fail_at = 0;
		run_fetch(&w, &rest);
		check_store_has_all(&w, w.other, &w.want);
		world_release(&w);
	}
}

mlv_test(remote_packs, a_flipped_bit_heals)
{
	static const char *const keys[] = { "packs/d", "packs/n", "roots/" };

	for (size_t i = 0; i < MLV_COUNT(keys); i++) {
		struct world w;

		world_init(&w);
		world_push(&w, FILES);
		w.remote.flip = keys[i];
		w.remote.flips = 1;
		fetch_all(&w);
		world_release(&w);
	}
}

/* Flip a byte of each value that begins with prefix and ends with suffix. */
struct harm {
	struct world *w;
	const char *suffix;
	size_t at;
};

static mlv_err do_harm(void *arg, const char *key, uint64_t size)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf value = MLV_BUF_INIT;
	const struct harm *harm = arg;

	if (strcmp(key + strlen(key) - strlen(harm->suffix), harm->suffix) != 0)
		return NULL;
	check_ok(mlv_transport_get_all(harm->w->memory, key, &value));
	value.ptr[harm->at < size ? harm->at : size / 2] ^= 1;
	return mlv_transport_put_bytes(harm->w->memory, key, value.ptr, value.len);
}

/* What is damaged for good is named and kept out; all else comes. */
mlv_test(remote_packs, damage_is_named_and_does_not_spread)
{
	static const size_t places[] = { 0, 10, MLV_FRAME_HEAD + 2, 1000 };

	for (size_t i = 0; i < MLV_COUNT(places); i++) {
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer fetched = MLV_TRANSFER_INIT;
		struct world w;
		struct harm harm = { &w, ".pack", places[i] };

		world_init(&w);
		world_push(&w, 100);
		check_ok(mlv_transport_list(w.memory, "packs/d", do_harm, &harm));
		run_fetch(&w, &fetched);
		cr_assert(fetched.problems.count == 1, "%zu at %zu", fetched.problems.count,
			  places[i]);
		cr_assert(fetched.problems.at[0].code == MLV_E_CORRUPT);
		cr_assert(strstr(fetched.problems.at[0].message, ".pack") != NULL);
		cr_assert(begins(fetched.problems.at[0].path, "data/d000/"));
		cr_assert(fetched.files == 99 + 1);
		check_store_sound(w.other);
		world_release(&w);
	}
}

static mlv_err remove_key(void *arg, const char *key, uint64_t size)
{
	(void)size;
	return mlv_transport_remove(arg, key);
}

/* A tree that nobody published is found by a list of what packs there are. */
mlv_test(remote_packs, without_a_root_packs_are_listed)
{
	struct world w;

	world_init(&w);
	world_push(&w, FILES);
	check_ok(mlv_transport_list(w.memory, "roots/", remove_key, w.memory));
	fetch_all(&w);
	world_release(&w);
}

static mlv_err remove_table(void *arg, const char *key, uint64_t size)
{
	return strstr(key, ".idx") ? remove_key(arg, key, size) : NULL;
}

/* A push that ended between a pack and its table is made whole, also where nobody can list. */
mlv_test(remote_packs, a_pack_without_its_table_is_sent_again)
{
	for (int no_list = 0; no_list < 2; no_list++) {
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer again = MLV_TRANSFER_INIT;
		struct world w;

		world_init(&w);
		w.remote.no_list = no_list;
		world_push(&w, FILES);
		check_ok(mlv_transport_list(w.memory, "roots/", remove_key, w.memory));
		check_ok(mlv_transport_list(w.memory, "packs/", remove_table, w.memory));
		run_push(&w, &again);
		cr_assert(check_root_sound(&w));
		fetch_all(&w);
		world_release(&w);
	}
}

/* A store as it was before there were packs stays what it is. */
mlv_test(remote_packs, what_lies_by_itself_is_not_packed_again)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer parts = MLV_TRANSFER_INIT;
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer whole = MLV_TRANSFER_INIT;
	struct world w;

	world_init(&w);
	world_fill(&w, w.cache, 300, false);
	for (unsigned i = 0; i < 3; i++) {
		static const char *const names[] = { "d000", "d001", "d002" };

		w.want.part = names[i];
		run_push(&w, &parts);
	}
	w.want.part = "";
	run_push(&w, &whole);
	cr_assert(whole.keys == 1 && keys_there(&w, "packs/") == 0);
	cr_assert(check_root_sound(&w));
	fetch_all(&w);
	world_release(&w);
}

mlv_test(remote_packs, compare_knows_what_lies_in_packs)
{
	MLV_SCOPED(mlv_differences_release) struct mlv_differences same = { 0 };
	MLV_SCOPED(mlv_differences_release) struct mlv_differences one = { 0 };
	struct world w;

	world_init(&w);
	world_push(&w, FILES);
	check_ok(mlv_compare(w.cache, &w.remote.base, &w.want, 1, false, NULL, &same));
	cr_assert(same.count == 0);
	world_fill(&w, w.cache, FILES + 1, false);
	check_ok(mlv_compare(w.cache, &w.remote.base, &w.want, 1, false, NULL, &one));
	cr_assert(one.count == 2);
	cr_assert_str_eq(one.at[0].path, "data/");
	cr_assert_str_eq(one.at[1].path, "data/d090/f09000");
	world_release(&w);
}

mlv_test(remote_packs, receipts_keep_the_newest_of_each_label)
{
	struct mlv_oid trees[MLV_RECEIPTS_EACH], tree = { { 0 } };
	char path[300];
	size_t count;

	snprintf(path, sizeof(path), "%s/receipts", check_dir);
	check_ok(mlv_receipts_find(path, "url", "a", trees, &count));
	cr_assert(count == 0);
	for (unsigned char i = 1; i <= 5; i++) {
		tree.bytes[0] = i;
		check_ok(mlv_receipts_note(path, "url", "a", &tree));
		check_ok(mlv_receipts_note(path, "url", "b", &tree));
		check_ok(mlv_receipts_note(path, "url", "b", &tree));
	}
	check_ok(mlv_receipts_find(path, "url", "a", trees, &count));
	cr_assert(count == 2 && trees[0].bytes[0] == 5 && trees[1].bytes[0] == 4);
	check_ok(mlv_receipts_find(path, "other", "a", trees, &count));
	cr_assert(count == 0);
	cr_assert(truncate(path, 300) == 0);
	check_ok(mlv_receipts_find(path, "url", "a", trees, &count));
	cr_assert(count == 0, "a damaged file was believed");
	check_ok(mlv_receipts_note(path, "url", "a", &tree));
	check_ok(mlv_receipts_find(path, "url", "a", trees, &count));
	cr_assert(count == 1);
	check_ok(mlv_receipts_note(NULL, "url", "a", &tree));
}

#define HEAVY      900 /* files that nothing makes shorter: six packs, 105 MiB */
#define HEAVY_SIZE ((size_t)120 << 10)

static void world_push_heavy(struct world *w)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer pushed = MLV_TRANSFER_INIT;
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	MLV_SCOPED(mlv_tree_builder_freep) struct mlv_tree_builder *builder = NULL;
	struct mlv_tree tree;
	uint64_t seed = 1;

	world_init(w);
	check_ok(mlv_batch_begin(&batch, w->cache));
	check_ok(mlv_tree_builder_new(&builder, batch));
	for (unsigned i = 0; i < HEAVY; i++) {
		static uint64_t bytes[HEAVY_SIZE / 8];
		struct mlv_entry entry = { .kind = 'f', .size = HEAVY_SIZE };
		char path[8];

		for (size_t k = 0; k < MLV_COUNT(bytes); k++)
			bytes[k] = (seed = seed * 6364136223846793005U + 1442695040888963407U);
		entry.path = path;
		entry.path_len = (size_t)snprintf(path, sizeof(path), "f%03u", i);
		entry.oid = put_object(batch, (const char *)bytes, HEAVY_SIZE).oid;
		check_ok(mlv_tree_builder_add(builder, &entry));
	}
	check_ok(mlv_tree_builder_finish(builder, &tree));
	check_ok(mlv_batch_commit(batch));
	w->want = (struct mlv_want){ .key = { MLV_KIND_NODE, tree.oid }, .size = tree.bytes,
				     .part = "", .label = "heavy" };
	check_ok(mlv_push(w->cache, w->memory, &w->want, 1, &pushed));
	cr_assert(keys_there(w, "packs/d") == 6 * 2); /* and their tables */
}

mlv_test(remote_packs, packs_come_side_by_side)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer fetched = MLV_TRANSFER_INIT;
	struct world w;

	world_push_heavy(&w);
	flaky_crowd(&w.remote, "packs/d", 6);
	run_fetch(&w, &fetched);
	cr_assert(fetched.files == HEAVY + 1 && fetched.problems.count == 0);
	cr_assert(w.remote.most == 6, "%u at once", w.remote.most);
	check_store_has_all(&w, w.other, &w.want);
	world_release(&w);
}

/* What is kept when the last pack is asked for. */
struct kept {
	struct mlv_store *store;
	unsigned objects;
};

static mlv_err count_object(void *arg, const struct mlv_key *key, uint64_t stored_size)
{
	struct kept *kept = arg;

	(void)stored_size;
	kept->objects += key->kind == MLV_KIND_OBJECT;
	return NULL;
}

static void count_kept(void *arg)
{
	struct kept *kept = arg;

	check_ok(mlv_store_each(kept->store, count_object, kept));
}

/* A kill costs 64 MiB and what is under way: so much of the first five packs is kept by then. */
mlv_test(remote_packs, what_came_of_packs_is_kept_on_the_way)
{
	struct kept kept = { 0 };
	struct world w;

	world_push_heavy(&w);
	w.ctx.transfer_jobs = 1;
	/* Once to count the calls, and once with a look before the last. */
	for (int run = 0; run < 2; run++) {
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer fetched = MLV_TRANSFER_INIT;

		mlv_store_freep(&w.other);
		check_ok(mlv_store_open_memory(&w.other, &w.ctx));
		kept = (struct kept){ .store = w.other };
		w.remote.meet_at = w.remote.calls;
		w.remote.meet = count_kept;
		w.remote.arg = &kept;
		w.remote.calls = 0;
		run_fetch(&w, &fetched);
	}
	cr_assert(kept.objects >= 64 * 1024 / 120 && kept.objects < HEAVY, "%u", kept.objects);
	world_release(&w);
}

static mlv_err note_done(void *arg, struct mlv_item *item)
{
	(void)arg;
	item->state = MLV_ITEM_DONE;
	return NULL;
}

/* The table of a pack from which all came is given back; what is damaged is asked for by an open one. */
mlv_test(remote_packs, tables_are_closed_when_all_came)
{
	for (int damaged = 0; damaged < 2; damaged++) {
		MLV_SCOPED(mlv_remote_packs_release) struct mlv_remote_packs set;
		MLV_SCOPED(mlv_items_release) struct mlv_items items = { 0 };
		struct mlv_bases bases = { 0 };
		struct world w;
		struct harm harm = { &w, ".pack", 1000 };
		const struct mlv_fetch_packs fetch = {
			.ctx = &w.ctx, .jobs = 2, .remote = &w.remote.base, .set = &set,
			.bases = &bases, .items = &items, .done = note_done,
		};

		world_init(&w);
		world_push(&w, 100);
		if (damaged)
			check_ok(mlv_transport_list(w.memory, "packs/d", do_harm, &harm));
		mlv_remote_packs_init(&set, w.memory);
		check_ok(mlv_remote_packs_list(&set));
		check_ok(mlv_closure_collect(&w.ctx, 1, mlv_node_source_store(w.cache), &w.want, 1,
					     give_back, NULL, &items));
		check_ok(mlv_fetch_packs(&fetch));
		cr_assert(set.count == 1 && set.at[0].open == damaged);
		world_release(&w);
	}
}
