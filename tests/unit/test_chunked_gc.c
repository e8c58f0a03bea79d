/* test_chunked_gc.c - gc of a remote with large files as chunks, by itself and at every moment of a push. */
#include "tests/unit/check.h"

#include "tests/unit/chunked_fixture.h"
#include "tests/unit/remote_gc_fixture.h"

TestSuite(chunked_gc, .init = check_dir_make, .fini = check_dir_remove);

/* ---- by itself ---- */

/* The file and an edited version of it, which shares most chunks. */
static void two_versions(struct world *w, struct mlv_want wants[static 2])
{
	world_begin(w);
	w->ctx.env = virtual_clock;
	push(w);
	wants[0] = w->want;
	put_version(w, w->cache, true);
	push(w);
	wants[1] = w->want;
	cr_assert(check_recipe(w));
}

static mlv_err collect_but(struct world *w, const struct mlv_want *needed,
			   const struct mlv_want *known, size_t count, int64_t now)
{
	MLV_SCOPED(mlv_remote_gc_release) struct mlv_remote_gc gc = { 0 };
	const struct mlv_remote_gc_wants wants = {
		.at = needed, .count = needed != NULL, .known = known, .known_count = count,
		.now = now, .grace = GRACE,
	};

	return mlv_remote_gc_run(&gc, &w->remote.base, w->cache, &wants);
}

static mlv_err count_all(void *arg, const char *key, uint64_t size)
{
	(void)key;
	(void)size;
	++*(unsigned *)arg;
	return NULL;
}

static unsigned recipes(struct world *w)
{
	unsigned count = 0;

	check_ok(mlv_transport_list(w->memory, "recipes/", count_all, &count));
	return count;
}

mlv_test(chunked_gc, a_recipe_that_is_needed_keeps_its_packs)
{
	struct mlv_want wants[2];
	struct world w;

	two_versions(&w, wants);
	check_ok(collect_but(&w, &wants[1], wants, 2, 1000));
	cr_assert(recipes(&w) == 2, "the grace period");
	check_ok(collect_but(&w, &wants[1], wants, 2, 1000 + GRACE));
	cr_assert(recipes(&w) == 1 && check_recipe(&w));
	fetch(&w);
	check_ok(collect_but(&w, NULL, wants, 2, 2000));
	check_ok(collect_but(&w, NULL, wants, 2, 2000 + GRACE));
	cr_assert(keys_there(&w) == 0, "%u stay", keys_there(&w));
	world_release(&w);
}

mlv_test(chunked_gc, a_recipe_that_is_not_known_stays)
{
	struct mlv_want wants[2];
	struct world w;

	two_versions(&w, wants);
	for (int i = 0; i < 2; i++)
		check_ok(collect_but(&w, NULL, &wants[0], 1, 1000 + i * GRACE));
	cr_assert(recipes(&w) == 1 && check_recipe(&w));
	fetch(&w);
	world_release(&w);
}

/* Which packs it needs is not known: nothing goes, until it is mended. */
mlv_test(chunked_gc, a_damaged_recipe_ends_it)
{
	struct mlv_want wants[2];
	char path[MLV_RECIPE_PATH];
	struct world w;
	unsigned all;

	two_versions(&w, wants);
	all = keys_there(&w);
	check_ok(mlv_transport_put_bytes(w.memory, mlv_recipe_path(&wants[1].key.oid, path), "x", 1));
	for (int i = 0; i < 2; i++)
		check_fails(collect_but(&w, &wants[1], wants, 2, 1000 + i * GRACE), MLV_E_CORRUPT);
	cr_assert(keys_there(&w) == all);
	push(&w);
	for (int i = 0; i < 2; i++)
		check_ok(collect_but(&w, &wants[1], wants, 2, 2000 + i * GRACE));
	cr_assert(recipes(&w) == 1 && check_recipe(&w));
	world_release(&w);
}

/* The wire is cut at every third call: the next gc finishes. */
mlv_test(chunked_gc, cut_at_any_call_converges)
{
	bool ended = false;

	for (long n = 1; !ended; n += 3) {
		struct mlv_want wants[2];
		struct world w;
		mlv_err err;

		two_versions(&w, wants);
		check_ok(collect_but(&w, &wants[1], wants, 2, 1000));
		w.remote.calls = 0;
		w.remote.fail_at = n;
		err = collect_but(&w, &wants[1], wants, 2, 1000 + GRACE);
		ended = !err;
		w.remote.fail_at = 0;
		cr_assert(check_recipe(&w));
		check_ok(collect_but(&w, &wants[1], wants, 2, 5000));
		check_ok(collect_but(&w, &wants[1], wants, 2, 5000 + GRACE));
		cr_assert(recipes(&w) == 1 && check_recipe(&w), "cut at call %ld", n);
		world_release(&w);
		cr_assert(n < 200, "it never ends");
	}
}

/* ---- together with a push ---- */

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

struct meeting {
	struct world *w;
	const struct mlv_want *known; /* what gc knows, and does not need; NULL: nothing */
	int64_t grace;
	bool met;
};

static void sweep(void *arg)
{
	struct meeting *meeting = arg;
	mlv_err err = collect(meeting->w, meeting->w->memory, meeting->known, 2000, meeting->grace);

	cr_assert(err == NULL, "%s", err->msg);
	meeting->met = true;
}

mlv_test(chunked_gc, a_sweep_at_any_moment_of_a_push)
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

mlv_test(chunked_gc, a_push_at_any_moment_of_a_sweep)
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
		err = collect(&w, &w.remote.base, NULL, 2000, 0);
		cr_assert(err == NULL || err->code == MLV_E_LOCKED, "%s", err->msg);
		met = meeting.met;
		cr_assert(check_recipe(&w) == met, "a push before call %ld of the gc", n);
		world_release(&w);
	}
}

/* One that was there, is known as useless, and is pushed again: by itself, or as an edited version. */
static void push_known(bool edited, bool marked)
{
	bool met = true;

	for (long n = 1; met; n++) {
		struct world w;
		struct mlv_want known;
		struct meeting meeting = { .w = &w, .known = &known, .grace = marked ? GRACE : 0 };

		world_begin(&w);
		w.ctx.env = virtual_clock;
		push(&w);
		known = w.want;
		if (marked)
			check_ok(collect(&w, w.memory, &known, 1000, GRACE));
		if (edited)
			put_version(&w, w.cache, true);
		w.remote.calls = 0;
		w.remote.meet_at = n;
		w.remote.meet = sweep;
		w.remote.arg = &meeting;
		push(&w);
		cr_assert(check_recipe(&w), "a sweep before call %ld of the push", n);
		met = meeting.met;
		world_release(&w);
		cr_assert(n < 200, "it never ends");
	}
}

mlv_test(chunked_gc, a_sweep_of_what_is_pushed_again)
{
	push_known(false, true);
	push_known(true, true);
}

mlv_test(chunked_gc, a_push_of_what_is_swept)
{
	bool met = true;

	for (long n = 1; met; n++) {
		struct world w;
		struct mlv_want known;
		struct meeting meeting = { .w = &w };
		mlv_err err;

		world_begin(&w);
		w.ctx.env = virtual_clock;
		push(&w);
		known = w.want;
		check_ok(collect(&w, w.memory, &known, 1000, GRACE));
		put_version(&w, w.cache, true);
		w.remote.calls = 0;
		w.remote.meet_at = n;
		w.remote.meet = push_whole;
		w.remote.base.jobs = 1;
		w.remote.arg = &meeting;
		err = collect(&w, &w.remote.base, &known, 2000, GRACE);
		cr_assert(err == NULL || err->code == MLV_E_LOCKED, "%s", err->msg);
		cr_assert(check_recipe(&w) || !meeting.met, "a push before call %ld of the gc", n);
		met = meeting.met;
		world_release(&w);
		cr_assert(n < 200, "it never ends");
	}
}
