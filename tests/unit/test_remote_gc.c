/* test_remote_gc.c - gc of a remote, by itself and at every moment of a push. */
#include "tests/unit/remote_gc_fixture.h"

TestSuite(remote_gc, .init = check_dir_make, .fini = check_dir_remove);

mlv_test(remote_gc, what_is_known_goes_after_the_grace_period)
{
	for (unsigned files = 20; files <= 300; files += 280) {
		struct world w;
		struct mlv_want tree = world_with(&w, files);
		unsigned all = keys_there(&w);

		check_ok(collect(&w, w.memory, NULL, 1000, 0));
		cr_assert(keys_there(&w) == all, "what is not known stays");
		check_ok(collect(&w, w.memory, &tree, 1000, GRACE));
		check_ok(collect(&w, w.memory, &tree, 1000 + GRACE - 1, GRACE));
		cr_assert(keys_there(&w) == all && check_root_sound(&w));
		check_ok(collect(&w, w.memory, &tree, 1000 + GRACE, GRACE));
		cr_assert(keys_there(&w) == 0, "%u of %u stay", keys_there(&w), all);
		world_release(&w);
	}
}

/* What one does in the middle of the other. */
struct meeting {
	struct world *w;
	struct mlv_want tree; /* that gc knows, and does not need */
	int64_t grace;
	bool met;
};

static void sweep(void *arg)
{
	struct meeting *meeting = arg;

	check_ok(collect(meeting->w, meeting->w->memory, &meeting->tree, 2000, meeting->grace));
	meeting->met = true;
}

static void push(void *arg)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer pushed = MLV_TRANSFER_INIT;
	struct meeting *meeting = arg;

	check_ok(mlv_push(meeting->w->cache, meeting->w->memory, &meeting->w->want, 1, &pushed));
	cr_assert(pushed.problems.count == 0);
	meeting->met = true;
}

/* Push a tree, old or new, of which the remote has all or most, marked long ago or not yet. */
static void push_while_it_sweeps(unsigned files, bool new_tree, bool marked)
{
	bool met = true;

	for (long n = 1; met; n++) {
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer pushed = MLV_TRANSFER_INIT;
		struct world w;
		struct meeting meeting = { .w = &w, .grace = marked ? GRACE : 0 };

		meeting.tree = world_with(&w, files);
		if (marked)
			check_ok(collect(&w, w.memory, &meeting.tree, 1000, GRACE));
		if (new_tree)
			world_fill(&w, w.cache, files + 1, false);
		w.remote.calls = 0;
		w.remote.meet_at = n;
		w.remote.meet = sweep;
		w.remote.arg = &meeting;
		run_push(&w, &pushed);
		cr_assert(pushed.problems.count == 0);
		cr_assert(check_root_sound(&w), "a sweep before call %ld of the push", n);
		met = meeting.met;
		world_release(&w);
		cr_assert(n < 300, "it never ends");
	}
}

mlv_test(remote_gc, a_sweep_at_any_moment_of_a_push)
{
	for (int way = 0; way < 8; way++)
		push_while_it_sweeps(way & 4 ? 300 : 20, (way & 1) != 0, (way & 2) != 0);
}

/* The push waits for a sweep that does not go on; that then finds that its time is over. */
static void sweep_while_it_pushes(unsigned files, bool new_tree, bool marked)
{
	bool met = true;

	for (long n = 1; met; n++) {
		struct world w;
		struct meeting meeting = { .w = &w };
		mlv_err err;

		meeting.tree = world_with(&w, files);
		if (marked)
			check_ok(collect(&w, w.memory, &meeting.tree, 1000, GRACE));
		if (new_tree)
			world_fill(&w, w.cache, files + 1, false);
		w.remote.calls = 0;
		w.remote.meet_at = n;
		w.remote.meet = push;
		/* Of several that remove, one may have looked at the clock before it jumps. */
		w.remote.base.jobs = 1;
		w.remote.arg = &meeting;
		err = collect(&w, &w.remote.base, &meeting.tree, 2000, marked ? GRACE : 0);
		cr_assert(err == NULL || err->code == MLV_E_LOCKED, "%s", err->msg);
		cr_assert(check_root_sound(&w) || !meeting.met, "a push before call %ld of the gc", n);
		met = meeting.met;
		world_release(&w);
		cr_assert(n < 300, "it never ends");
	}
}

mlv_test(remote_gc, a_push_at_any_moment_of_a_sweep)
{
	for (int way = 0; way < 8; way++)
		/* A tree that was there, and known as useless, is not kept without a grace period. */
		if (way & 3)
			sweep_while_it_pushes(way & 4 ? 300 : 20, (way & 1) != 0, (way & 2) != 0);
}

/* The wire is cut at each call: the next gc finishes, and what is needed stays whole. */
mlv_test(remote_gc, cut_at_any_call_converges)
{
	bool ended = false;

	for (long n = 1; !ended; n++) {
		struct world w;
		struct mlv_want old = world_with(&w, 300);
		MLV_SCOPED(mlv_remote_gc_release) struct mlv_remote_gc gc = { 0 };
		MLV_SCOPED(mlv_remote_gc_release) struct mlv_remote_gc again = { 0 };
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer pushed = MLV_TRANSFER_INIT;
		struct mlv_remote_gc_wants wants = { .known = &old, .known_count = 1, .now = 1000 };
		unsigned left;
		mlv_err err;

		/* Most of the pack of 300 is not needed by 100: it is written anew. */
		world_fill(&w, w.cache, 100, false);
		run_push(&w, &pushed);
		wants.at = &w.want;
		wants.count = 1;
		w.remote.calls = 0;
		w.remote.fail_at = n;
		err = mlv_remote_gc_run(&gc, &w.remote.base, w.cache, &wants);
		ended = !err;
		cr_assert(check_root_sound(&w), "after a cut at call %ld", n);
		check_ok(mlv_remote_gc_run(&again, w.memory, w.cache, &wants));
		cr_assert(check_root_sound(&w));
		left = keys_there(&w);
		/* A root, its node, one more; a pack and its table. */
		cr_assert(left <= 6, "%u files stay after a cut at call %ld", left, n);
		world_release(&w);
		cr_assert(n < 300, "it never ends");
	}
}

mlv_test(remote_gc, where_a_key_lapses_nothing_is_asked_or_written)
{
	struct world w;
	struct mlv_want tree = world_with(&w, 1);

	w.remote.base.lapses = true;
	w.remote.calls = 0;
	check_fails(collect(&w, &w.remote.base, &tree, 1000, 0), MLV_E_REFUSED);
	cr_assert(w.remote.calls == 0);
	world_release(&w);
}

/* ---- packs that have the same ---- */

/* For mlv_transport_list(): what another remote has is put at the first. */
struct copying {
	struct mlv_transport *from, *to;
	const char *flip; /* of what begins so a bit is flipped */
};

static mlv_err copy_key(void *arg, const char *key, uint64_t size)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf bytes = MLV_BUF_INIT;
	const struct copying *copying = arg;

	(void)size;
	check_ok(mlv_transport_get_all(copying->from, key, &bytes));
	if (begins(key, copying->flip) && strstr(key, ".pack"))
		bytes.ptr[100] ^= 1;
	return mlv_transport_put_bytes(copying->to, key, bytes.ptr, bytes.len);
}

/* The remote has the tree of old files in packs that rot, and that of new ones in sound packs. */
static struct mlv_want world_with_rot(struct world *w, unsigned old, unsigned new)
{
	MLV_SCOPED(mlv_transport_freep) struct mlv_transport *other = NULL;
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer pushed = MLV_TRANSFER_INIT;
	struct mlv_want tree = world_with(w, old);

	check_ok(mlv_transport_list(w->memory, "packs/d-", copy_key, &(struct copying){
		w->memory, w->memory, "packs/d-" }));
	world_fill(w, w->cache, new, false);
	check_ok(mlv_transport_open_memory(&other, &w->ctx));
	check_ok(mlv_push(w->cache, other, &w->want, 1, &pushed));
	check_ok(mlv_transport_list(other, "", copy_key, &(struct copying){ other, w->memory, NULL }));
	return tree;
}

static void check_fetches(struct world *w)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer fetched = MLV_TRANSFER_INIT;

	run_fetch(w, &fetched);
	cr_assert(fetched.problems.count == 0, "the sound copy is not found any more");
	check_store_has_all(w, w->other, &w->want);
}

mlv_test(remote_gc, a_copy_in_another_pack_stays)
{
	struct world w;
	struct mlv_want both[2];
	unsigned all;

	both[0] = world_with_rot(&w, 300, 301);
	both[1] = w.want;
	all = keys_there(&w);
	for (int64_t now = 1000; now < 1003; now++) {
		MLV_SCOPED(mlv_remote_gc_release) struct mlv_remote_gc gc = { 0 };
		const struct mlv_remote_gc_wants wants = {
			.at = both, .count = 2, .known = both, .known_count = 2, .now = now };

		check_ok(mlv_remote_gc_run(&gc, w.memory, w.cache, &wants));
		cr_assert(gc.count == 0 && gc.rewritten == 0);
	}
	cr_assert(keys_there(&w) == all, "%u of %u stay", keys_there(&w), all);
	check_fetches(&w);
	world_release(&w);
}

/* Most of the pack that rots is not needed: what is sound of it is moved, and roots name what they named. */
mlv_test(remote_gc, a_pack_that_rots_is_not_preferred)
{
	for (unsigned new = 260; new <= 320; new += 60) {
		struct world w;
		struct mlv_want old = world_with_rot(&w, 700, new);
		uint64_t rewritten = 0;

		for (int64_t now = 1000; now < 1000 + 4 * GRACE; now += GRACE / 2) {
			MLV_SCOPED(mlv_remote_gc_release) struct mlv_remote_gc gc = { 0 };
			const struct mlv_remote_gc_wants wants = {
				.at = &w.want, .count = 1, .known = &old, .known_count = 1,
				.now = now, .grace = GRACE };

			check_ok(mlv_remote_gc_run(&gc, w.memory, w.cache, &wants));
			rewritten += gc.rewritten;
		}
		cr_assert(rewritten > 0);
		check_fetches(&w);
		world_release(&w);
	}
}

/* The data pack that alone has the tree's files goes once they were written anew, if that is sound. */
mlv_test(remote_gc, a_pack_that_was_replaced_goes_only_for_sound_copies)
{
	for (int rotten = 0; rotten <= 1; rotten++) {
		struct world w;
		MLV_SCOPED(mlv_transport_freep) struct mlv_transport *other = NULL;
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer pushed = MLV_TRANSFER_INIT;
		MLV_SCOPED(mlv_marks_release) struct mlv_marks marks = { 0 };
		struct mlv_want old = world_with(&w, 300);
		char path[MLV_ROOT_PATH], pack[MLV_PACK_PATH] = "";
		uint64_t size;
		bool there = false;

		/* It is marked, and no root names it. */
		check_ok(collect(&w, w.memory, &old, 1000, GRACE));
		check_ok(mlv_marks_read(w.memory, &marks));
		for (size_t i = 0; i < marks.count; i++)
			if (marks.at[i].kind == MLV_MARKED_DPACK)
				mlv_pack_path(&(struct mlv_pack_id){ MLV_PACK_DATA, marks.at[i].oid },
					      MLV_PACK_SUFFIX, pack);
		check_ok(mlv_transport_remove(w.memory, mlv_root_path(&old.key.oid, path)));
		world_fill(&w, w.cache, 301, false);
		check_ok(mlv_transport_open_memory(&other, &w.ctx));
		check_ok(mlv_push(w.cache, other, &w.want, 1, &pushed));
		check_ok(mlv_transport_list(other, "", copy_key, &(struct copying){
			other, w.memory, rotten ? "packs/d-" : NULL }));
		for (int64_t now = 1000; now <= 1000 + GRACE; now += GRACE) {
			MLV_SCOPED(mlv_remote_gc_release) struct mlv_remote_gc gc = { 0 };
			const struct mlv_remote_gc_wants wants = {
				.at = &w.want, .count = 1, .known = &w.want, .known_count = 1,
				.now = now, .grace = GRACE };

			check_ok(mlv_remote_gc_run(&gc, w.memory, w.cache, &wants));
		}
		check_ok(mlv_transport_head(w.memory, pack, &there, &size));
		cr_assert(eq(int, there, rotten));
		world_release(&w);
	}
}
