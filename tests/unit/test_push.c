/* test_push.c - what a push sends, in which order, and what it does when things fail. */
#include "tests/unit/transfer_fixture.h"

TestSuite(push, .init = check_dir_make, .fini = check_dir_remove);

mlv_test(push, sends_all_and_publishes)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer first = MLV_TRANSFER_INIT;
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer again = MLV_TRANSFER_INIT;
	struct world w;

	world_init(&w);
	world_fill(&w, w.cache, 300, true);
	run_push(&w, &first);
	cr_assert(first.files == 300 + 1 + 1, "%llu files", (unsigned long long)first.files);
	cr_assert(first.problems.count == 0);
	cr_assert(check_root_sound(&w));
	w.remote.puts = 0;
	run_push(&w, &again);
	cr_assert(again.files == 0 && again.keys == 0 && w.remote.puts == 0);
	world_release(&w);
}

mlv_test(push, single_files_of_either_kind)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer transfer = MLV_TRANSFER_INIT;
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	struct mlv_want wants[2] = { { .size = 2, .part = "", .label = "small" },
				     { .size = LARGE_SIZE, .part = "", .label = "large" } };
	struct world w;

	world_init(&w);
	check_ok(mlv_batch_begin(&batch, w.cache));
	wants[0].key = put_object(batch, "x\n", 2);
	wants[1].key = put_large(batch, 1);
	check_ok(mlv_batch_commit(batch));
	mlv_batch_freep(&batch);
	check_ok(mlv_push(w.cache, &w.remote.base, wants, 2, &transfer));
	cr_assert(transfer.files == 2 && transfer.keys == 3 && transfer.bytes == 2 + LARGE_SIZE);
	world_release(&w);
}

/* The wire is cut at each call in turn: no root before its closure, and a second run finishes. */
mlv_test(push, cut_at_any_call_converges)
{
	bool ended = false, published;

	for (long n = 1; !ended; n++) {
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer cut = MLV_TRANSFER_INIT;
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer rest = MLV_TRANSFER_INIT;
		struct world w;
		mlv_err err;

		world_init(&w);
		world_fill(&w, w.cache, 30, false);
		w.remote.fail_at = n;
		err = mlv_push(w.cache, &w.remote.base, &w.want, 1, &cut);
		ended = !err;
		cr_assert(err == NULL || err->code == MLV_E_REMOTE, "%s", err->msg);
		/* The last call of a push only asks whether anything is marked. */
		published = check_root_sound(&w);
		cr_assert(published >= ended);
		w.remote.fail_at = 0;
		run_push(&w, &rest);
		cr_assert(check_root_sound(&w));
		cr_assert(ended ? rest.keys == 0 : true);
		world_release(&w);
		cr_assert(n < 200, "it never ends");
	}
}

static mlv_err remove_all(void *arg, const char *key, uint64_t size)
{
	(void)size;
	return mlv_transport_remove(arg, key);
}

/* What a remote lost is sent again, whether it lists or not. */
mlv_test(push, restores_what_the_remote_lost)
{
	static const char *const lost[] = { "objects/", "nodes/", "large/", "roots/", "format",
					    "packs/", "packs/d", "packs/n" };

	for (size_t i = 0; i < 2 * MLV_COUNT(lost); i++) {
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer first = MLV_TRANSFER_INIT;
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer again = MLV_TRANSFER_INIT;
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer fetched = MLV_TRANSFER_INIT;
		struct world w;

		world_init(&w);
		/* Few lie by themselves, more in packs. */
		world_fill(&w, w.cache, i % 2 ? 20 : 9000, i == 2);
		w.remote.no_list = i >= MLV_COUNT(lost);
		run_push(&w, &first);
		check_ok(mlv_transport_list(w.memory, lost[i % MLV_COUNT(lost)], remove_all,
					    w.memory));
		run_push(&w, &again);
		run_fetch(&w, &fetched);
		cr_assert(fetched.problems.count == 0);
		check_store_has_all(&w, w.other, &w.want);
		world_release(&w);
	}
}

/* A remote that tells another size than it should is sent the object again. */
mlv_test(push, resends_what_has_another_size)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer first = MLV_TRANSFER_INIT;
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer again = MLV_TRANSFER_INIT;
	struct world w;

	world_init(&w);
	world_fill(&w, w.cache, 20, false);
	run_push(&w, &first);
	w.remote.swell = "objects/";
	run_push(&w, &again);
	cr_assert(again.keys == 20, "%llu", (unsigned long long)again.keys);
	world_release(&w);
}

mlv_test(push, many_keys_of_a_part_are_listed_few_are_asked)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer many = MLV_TRANSFER_INIT;
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer few = MLV_TRANSFER_INIT;
	struct world w;

	world_init(&w);
	world_fill(&w, w.cache, 2000, false);
	w.want.part = "d000";
	run_push(&w, &many);
	cr_assert(w.remote.lists > 0 && w.remote.heads < 100, "%ld heads", (long)w.remote.heads);
	w.remote.heads = 0;
	w.want.part = "d000/f00001";
	run_push(&w, &few);
	cr_assert(w.remote.heads < 10 && few.keys == 0);
	world_release(&w);
}

/* What was sent by itself is found again where nothing lists: it is asked for. */
mlv_test(push, what_pointers_name_is_not_sent_twice)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer first = MLV_TRANSFER_INIT;
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer again = MLV_TRANSFER_INIT;
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	struct mlv_want wants[60];
	struct world w;

	world_init(&w);
	w.remote.no_list = true;
	check_ok(mlv_batch_begin(&batch, w.cache));
	for (unsigned i = 0; i < MLV_COUNT(wants); i++) {
		char bytes[32];
		int len = snprintf(bytes, sizeof(bytes), "pointer %u\n", i);

		wants[i] = (struct mlv_want){ .key = put_object(batch, bytes, (size_t)len),
					      .size = (uint64_t)len, .part = "", .label = "file" };
	}
	check_ok(mlv_batch_commit(batch));
	mlv_batch_freep(&batch);
	check_ok(mlv_push(w.cache, &w.remote.base, wants, MLV_COUNT(wants), &first));
	w.remote.puts = 0;
	check_ok(mlv_push(w.cache, &w.remote.base, wants, MLV_COUNT(wants), &again));
	cr_assert(first.files == MLV_COUNT(wants) && again.keys == 0 && w.remote.puts == 0,
		  "%llu keys again", (unsigned long long)again.keys);
	world_release(&w);
}

mlv_test(push, what_is_too_little_for_a_pack_is_not_sent_twice)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer first = MLV_TRANSFER_INIT;
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer again = MLV_TRANSFER_INIT;
	struct world w;

	world_init(&w);
	w.remote.no_list = true;
	world_fill(&w, w.cache, 31, false);
	run_push(&w, &first);
	check_ok(mlv_transport_list(w.memory, "roots/", remove_all, w.memory));
	run_push(&w, &again);
	cr_assert(again.keys == 1, "%llu keys again", (unsigned long long)again.keys);
	cr_assert(check_root_sound(&w));
	world_release(&w);
}

mlv_test(push, part_of_a_tree_is_not_published)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer part = MLV_TRANSFER_INIT;
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer fetched = MLV_TRANSFER_INIT;
	struct world w;

	world_init(&w);
	world_fill(&w, w.cache, 1000, false);
	w.want.part = "d003";
	run_push(&w, &part);
	cr_assert(part.files == 100 + 1, "%llu", (unsigned long long)part.files);
	cr_assert(not(check_root_sound(&w)));
	run_fetch(&w, &fetched);
	cr_assert(fetched.files == 100 + 1 && fetched.problems.count == 0);
	world_release(&w);
}

/* Flip a byte of the file under key in a store in the directory "cache". */
static void damage(struct mlv_store *store, const struct mlv_key *key, off_t at)
{
	char path[MLV_KEY_PATH], full[512], byte;
	int fd;

	snprintf(full, sizeof(full), "%s/%s", mlv_store_root(store), mlv_key_path(key, path));
	cr_assert(chmod(full, 0644) == 0, "%s", full);
	fd = open(full, O_RDWR);
	cr_assert(fd >= 0 && pread(fd, &byte, 1, at) == 1);
	byte ^= 1;
	cr_assert(pwrite(fd, &byte, 1, at) == 1);
	close(fd);
}

static void open_dir_cache(struct world *w)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/cache", check_dir);
	mlv_store_freep(&w->cache);
	check_ok(mlv_store_open_dir(&w->cache, &w->ctx, path, true));
}

/* The one item of a kind that comes first in the tree. */
static struct mlv_item first_of(struct world *w, enum mlv_kind kind)
{
	MLV_SCOPED(mlv_items_release) struct mlv_items items = { 0 };
	size_t first, end;

	check_ok(mlv_closure_collect(&w->ctx, 1, mlv_node_source_store(w->cache), &w->want, 1,
				     give_back, NULL, &items));
	mlv_items_range(&items, kind, &first, &end);
	cr_assert(first < end);
	return items.at[first];
}

static void check_damaged_is_not_sent(enum mlv_kind kind, off_t at, uint64_t others)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer transfer = MLV_TRANSFER_INIT;
	char path[MLV_KEY_PATH];
	struct mlv_item item;
	struct world w;
	uint64_t size;
	bool there;

	world_init(&w);
	open_dir_cache(&w);
	world_fill(&w, w.cache, 20, true);
	item = first_of(&w, kind);
	damage(w.cache, &item.key, at);
	run_push(&w, &transfer);
	cr_assert(transfer.problems.count == 1, "%zu problems", transfer.problems.count);
	cr_assert(transfer.problems.at[0].code == MLV_E_CORRUPT);
	cr_assert(transfer.problems.at[0].path != NULL);
	cr_assert(transfer.files == others, "%llu", (unsigned long long)transfer.files);
	check_ok(mlv_transport_head(w.memory, mlv_key_path(&item.key, path), &there, &size));
	cr_assert(not(there));
	cr_assert(not(check_root_sound(&w)));
	check_ok(mlv_transport_head(w.memory, mlv_key_path(&w.want.key, path), &there, &size));
	cr_assert(not(there), "a node was sent before what it names");
	world_release(&w);
}

mlv_test(push, damaged_object_is_named_and_not_sent)
{
	check_damaged_is_not_sent(MLV_KIND_OBJECT, 2, 19 + 1);
}

mlv_test(push, damaged_large_is_named_and_not_sent)
{
	check_damaged_is_not_sent(MLV_KIND_LARGE, (off_t)MLV_SMALL_MAX, 20);
}

mlv_test(push, missing_here_and_there_is_named)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer transfer = MLV_TRANSFER_INIT;
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer after = MLV_TRANSFER_INIT;
	char path[MLV_KEY_PATH], full[512];
	struct mlv_item item;
	struct world w;

	world_init(&w);
	open_dir_cache(&w);
	world_fill(&w, w.cache, 20, false);
	item = first_of(&w, MLV_KIND_OBJECT);
	snprintf(full, sizeof(full), "%s/%s", mlv_store_root(w.cache),
		 mlv_key_path(&item.key, path));
	cr_assert(unlink(full) == 0);
	run_push(&w, &transfer);
	cr_assert(transfer.problems.count == 1);
	cr_assert(transfer.problems.at[0].code == MLV_E_MISSING);
	cr_assert(begins(transfer.problems.at[0].path, "data/d000/"));
	cr_assert(not(check_root_sound(&w)));
	/* Somebody else sends it: all is well, though the cache still lacks it. */
	world_fill(&w, w.other, 20, false);
	{
		MLV_SCOPED(mlv_buf_release) struct mlv_buf raw = MLV_BUF_INIT;

		check_ok(mlv_store_read(w.other, &item.key, item.size, &raw));
		check_ok(mlv_remote_write(w.memory, &item.key, raw.ptr, raw.len, true));
	}
	run_push(&w, &after);
	cr_assert(after.problems.count == 0);
	cr_assert(check_root_sound(&w));
	world_release(&w);
}

mlv_test(push, foreign_remote_is_refused)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer transfer = MLV_TRANSFER_INIT;
	struct world w;

	world_init(&w);
	world_fill(&w, w.cache, 2, false);
	check_ok(mlv_transport_put_bytes(w.memory, "format", "<html>\n", 7));
	check_fails(mlv_push(w.cache, &w.remote.base, &w.want, 1, &transfer), MLV_E_REMOTE);
	check_ok(mlv_transport_put_bytes(w.memory, "format", "mlv-store 2\n", 12));
	check_fails(mlv_push(w.cache, &w.remote.base, &w.want, 1, &transfer), MLV_E_CORRUPT);
	cr_assert(w.remote.puts == 0);
	world_release(&w);
}

/* Where each put is durable by itself nobody waits for the last of a round. */
mlv_test(push, large_files_go_side_by_side)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer transfer = MLV_TRANSFER_INIT;
	struct mlv_want wants[6];
	struct world w;

	world_init(&w);
	world_fill_large(&w, wants, 6);
	flaky_crowd(&w.remote, "large/", 6);
	check_ok(mlv_push(w.cache, &w.remote.base, wants, 6, &transfer));
	cr_assert(transfer.files == 6 && transfer.problems.count == 0);
	cr_assert(w.remote.most == 6, "%u at once", w.remote.most);
	world_release(&w);
}
