/* test_fetch.c - what a fetch keeps, and what it refuses. */
#include "tests/unit/transfer_fixture.h"

TestSuite(fetch, .init = check_dir_make, .fini = check_dir_remove);

/* A remote that holds the tree of count files. */
static void world_publish(struct world *w, unsigned count, bool large)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer pushed = MLV_TRANSFER_INIT;

	world_init(w);
	world_fill(w, w->cache, count, large);
	run_push(w, &pushed);
	cr_assert(pushed.problems.count == 0);
}

mlv_test(fetch, brings_all)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer first = MLV_TRANSFER_INIT;
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer again = MLV_TRANSFER_INIT;
	struct world w;

	world_publish(&w, 1500, true);
	run_fetch(&w, &first);
	cr_assert(first.files == 1500 + 1 + 1, "%llu", (unsigned long long)first.files);
	check_store_has_all(&w, w.other, &w.want);
	run_fetch(&w, &again);
	cr_assert(again.keys == 0 && again.files == 0);
	world_release(&w);
}

mlv_test(fetch, part_of_a_tree)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer part = MLV_TRANSFER_INIT;
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer one = MLV_TRANSFER_INIT;
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer none = MLV_TRANSFER_INIT;
	struct world w;

	world_publish(&w, 3000, false);
	w.want.part = "d007/f00701";
	run_fetch(&w, &one);
	cr_assert(one.bytes == strlen("file 701\n"), "%llu", (unsigned long long)one.bytes);
	w.want.part = "d007";
	run_fetch(&w, &part);
	cr_assert(part.files == 99, "%llu", (unsigned long long)part.files);
	w.want.part = "d00";
	check_fails(mlv_fetch(w.other, &w.remote.base, &w.want, 1, &none), MLV_E_MISSING);
	w.want.part = "d007";
	check_store_has_all(&w, w.other, &w.want);
	world_release(&w);
}

/* The walk of a part that a checkout makes finds every node it reads. */
static mlv_err count_entry(void *arg, const struct mlv_entry *entry)
{
	(void)entry;
	++*(unsigned *)arg;
	return NULL;
}

mlv_test(fetch, every_part_can_be_walked)
{
	static const char *const parts[] = { "d000", "d001", "d013", "d029", "d013/f01300",
					     "d013/f01399", "d000/f00000", "d029/f02999" };
	struct world w;

	world_publish(&w, 3000, false);
	for (size_t i = 0; i < MLV_COUNT(parts); i++) {
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer part = MLV_TRANSFER_INIT;
		unsigned count = 0;

		mlv_store_freep(&w.other);
		check_ok(mlv_store_open_memory(&w.other, &w.ctx));
		w.want.part = parts[i];
		run_fetch(&w, &part);
		check_ok(mlv_tree_walk(mlv_node_source_store(w.other), &w.want.key.oid, parts[i],
				       count_entry, &count));
		cr_assert(count == (strlen(parts[i]) == 4 ? 100 : 1), "%s: %u", parts[i], count);
	}
	world_release(&w);
}

/* The wire is cut at each call in turn: what came is kept, all of it sound, and a rerun finishes. */
mlv_test(fetch, cut_at_any_call_converges)
{
	bool ended = false;

	for (long n = 1; !ended; n++) {
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer cut = MLV_TRANSFER_INIT;
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer rest = MLV_TRANSFER_INIT;
		struct world w;
		mlv_err err;

		world_publish(&w, 30, false);
		w.remote.calls = 0;
		w.remote.fail_at = n;
		err = mlv_fetch(w.other, &w.remote.base, &w.want, 1, &cut);
		ended = !err;
		cr_assert(err == NULL || err->code == MLV_E_REMOTE, "%s", err->msg);
		check_store_sound(w.other);
		w.remote.fail_at = 0;
		run_fetch(&w, &rest);
		check_store_has_all(&w, w.other, &w.want);
		/* 32 gets: the format, the root node, 30 objects. */
		cr_assert(rest.keys <= (uint64_t)(n > 2 ? 33 - n + 4 : 31), "%llu after %ld",
			  (unsigned long long)rest.keys, n);
		world_release(&w);
		cr_assert(n < 100, "it never ends");
	}
}

/* One bit that flips on the way is asked for again. */
mlv_test(fetch, a_flipped_bit_heals)
{
	static const char *const keys[] = { "objects/", "large/", "nodes/" };

	for (size_t i = 0; i < MLV_COUNT(keys); i++) {
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer fetched = MLV_TRANSFER_INIT;
		struct world w;

		world_publish(&w, 5, true);
		w.remote.flip = keys[i];
		w.remote.flips = 1;
		run_fetch(&w, &fetched);
		cr_assert(fetched.problems.count == 0, "%s", keys[i]);
		check_store_has_all(&w, w.other, &w.want);
		world_release(&w);
	}
}

/* What is wrong at the remote is named and kept out; the others come. */
static void check_wrong_is_refused(const char *flip, const char *cut, uint64_t files)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer fetched = MLV_TRANSFER_INIT;
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer healed = MLV_TRANSFER_INIT;
	struct world w;

	world_publish(&w, 20, true);
	w.remote.flip = flip;
	w.remote.cut = cut;
	run_fetch(&w, &fetched);
	cr_assert(fetched.problems.count > 0);
	for (size_t i = 0; i < fetched.problems.count; i++) {
		cr_assert(fetched.problems.at[i].code == MLV_E_CORRUPT);
		cr_assert(strstr(fetched.problems.at[i].message, "test://remote/") != NULL, "%s",
			  fetched.problems.at[i].message);
		cr_assert(begins(fetched.problems.at[i].path, "data/"));
	}
	cr_assert(fetched.files == files, "%llu", (unsigned long long)fetched.files);
	check_store_sound(w.other);
	w.remote.flip = w.remote.cut = NULL;
	run_fetch(&w, &healed);
	cr_assert(healed.problems.count == 0);
	check_store_has_all(&w, w.other, &w.want);
	world_release(&w);
}

mlv_test(fetch, flipped_object_is_refused)
{
	check_wrong_is_refused("objects/", NULL, 1 + 1);
}

mlv_test(fetch, short_object_is_refused)
{
	check_wrong_is_refused(NULL, "objects/", 1 + 1);
}

mlv_test(fetch, flipped_large_is_refused)
{
	check_wrong_is_refused("large/", NULL, 20 + 1);
}

mlv_test(fetch, short_large_is_refused)
{
	check_wrong_is_refused(NULL, "large/", 20 + 1);
}

mlv_test(fetch, flipped_node_is_refused)
{
	check_wrong_is_refused("nodes/", NULL, 0);
}

mlv_test(fetch, missing_is_named_and_others_come)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer fetched = MLV_TRANSFER_INIT;
	struct mlv_key key = { .kind = MLV_KIND_OBJECT };
	char path[MLV_KEY_PATH];
	struct world w;

	world_publish(&w, 20, false);
	check_ok(mlv_sha256_of("file 7\n", 7, &key.oid));
	check_ok(mlv_transport_remove(w.memory, mlv_key_path(&key, path)));
	run_fetch(&w, &fetched);
	cr_assert(fetched.problems.count == 1);
	cr_assert(fetched.problems.at[0].code == MLV_E_MISSING);
	cr_assert_str_eq(fetched.problems.at[0].path, "data/d000/f00007");
	cr_assert(fetched.files == 19 + 1);
	world_release(&w);
}

mlv_test(fetch, missing_root_is_named)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer fetched = MLV_TRANSFER_INIT;
	struct world w;

	world_publish(&w, 3, false);
	memset(w.want.key.oid.bytes, 7, MLV_OID_RAW);
	run_fetch(&w, &fetched);
	cr_assert(fetched.files == 0 && fetched.problems.count == 1);
	cr_assert_str_eq(fetched.problems.at[0].path, "data/");
	world_release(&w);
}

/* Two wants that overlap are fetched once, and a damaged one does not harm the other. */
mlv_test(fetch, wants_share_what_is_the_same)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer pushed = MLV_TRANSFER_INIT;
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer fetched = MLV_TRANSFER_INIT;
	struct mlv_want wants[2];
	struct world w;

	world_init(&w);
	world_fill(&w, w.cache, 100, false);
	wants[0] = w.want;
	world_fill(&w, w.cache, 120, false);
	wants[1] = w.want;
	check_ok(mlv_push(w.cache, &w.remote.base, wants, 2, &pushed));
	cr_assert(pushed.files == 120 + 2, "%llu", (unsigned long long)pushed.files);
	check_ok(mlv_fetch(w.other, &w.remote.base, wants, 2, &fetched));
	cr_assert(fetched.files == 120 + 2);
	check_store_has_all(&w, w.other, &wants[0]);
	check_store_has_all(&w, w.other, &wants[1]);
	world_release(&w);
}

mlv_test(fetch, large_files_come_side_by_side)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer fetched = MLV_TRANSFER_INIT;
	struct mlv_want wants[6];
	struct world w;

	world_init(&w);
	world_fill_large(&w, wants, 6);
	check_ok(mlv_push(w.cache, w.memory, wants, 6, &(struct mlv_transfer)MLV_TRANSFER_INIT));
	flaky_crowd(&w.remote, "large/", 6);
	check_ok(mlv_fetch(w.other, &w.remote.base, wants, 6, &fetched));
	cr_assert(fetched.files == 6 && fetched.problems.count == 0);
	cr_assert(w.remote.most == 6, "%u at once", w.remote.most);
	for (size_t i = 0; i < 6; i++)
		check_store_has_all(&w, w.other, &wants[i]);
	world_release(&w);
}

/* What came of these, while others are still to come. */
struct arrived {
	struct mlv_store *store;
	const struct mlv_want *wants;
	size_t count, kept;
};

static void count_kept(void *arg)
{
	struct arrived *arrived = arg;

	for (size_t i = 0; i < arrived->count; i++) {
		bool there = false;

		check_ok(mlv_store_has(arrived->store, &arrived->wants[i].key, LARGE_SIZE, &there));
		arrived->kept += there;
	}
}

/* A kill costs 64 MiB and what is under way: of seven files of 17 MiB four are kept by then. */
mlv_test(fetch, what_came_is_kept_on_the_way)
{
	struct mlv_want wants[8];
	struct arrived arrived = { .wants = wants, .count = 8 };
	struct world w;

	world_init(&w);
	world_fill_large(&w, wants, 8);
	check_ok(mlv_push(w.cache, w.memory, wants, 8, &(struct mlv_transfer)MLV_TRANSFER_INIT));
	w.ctx.transfer_jobs = 1;
	/* Once to count the calls, and once with a look before the last, which asks for the eighth. */
	for (int run = 0; run < 2; run++) {
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer fetched = MLV_TRANSFER_INIT;

		mlv_store_freep(&w.other);
		check_ok(mlv_store_open_memory(&w.other, &w.ctx));
		arrived.store = w.other;
		w.remote.meet_at = w.remote.calls;
		w.remote.meet = count_kept;
		w.remote.arg = &arrived;
		w.remote.calls = 0;
		check_ok(mlv_fetch(w.other, &w.remote.base, wants, 8, &fetched));
		cr_assert(fetched.files == 8);
	}
	cr_assert(arrived.kept == 4, "%zu are kept", arrived.kept);
	world_release(&w);
}
