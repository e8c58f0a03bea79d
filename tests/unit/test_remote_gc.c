/* test_remote_gc.c - gc of a remote, by itself and at every moment of a push. */
#include "remote/marks.h"
#include "remote/remote_gc.h"
#include "tests/unit/transfer_fixture.h"

TestSuite(remote_gc, .init = check_dir_make, .fini = check_dir_remove);

#define GRACE 100 /* seconds */

/* Waiting for a lease takes no time. */
static const char *virtual_clock(struct mlv_ctx *ctx, const char *name)
{
	(void)ctx;
	return strcmp(name, "MLV_TEST_CLOCK") == 0 ? "virtual" : NULL;
}

/* A world whose remote has the tree of so many files. */
static struct mlv_want world_with(struct world *w, unsigned count)
{
	MLV_SCOPED(mlv_transfer_release) struct mlv_transfer pushed = MLV_TRANSFER_INIT;

	world_init(w);
	w->ctx.env = virtual_clock;
	world_fill(w, w->cache, count, false);
	run_push(w, &pushed);
	cr_assert(check_root_sound(w));
	return w->want;
}

/* A gc that needs nothing and knows the tree of known (NULL: nothing). */
static mlv_err collect(struct world *w, struct mlv_transport *remote, const struct mlv_want *known,
		       int64_t now, int64_t grace)
{
	MLV_SCOPED(mlv_remote_gc_release) struct mlv_remote_gc gc = { 0 };
	const struct mlv_remote_gc_wants wants = { .known = known, .known_count = known != NULL,
						   .now = now, .grace = grace };

	return mlv_remote_gc_run(&gc, remote, w->cache, &wants);
}

static mlv_err count_key(void *arg, const char *key, uint64_t size)
{
	(void)size;
	*(unsigned *)arg += strncmp(key, "gc/", 3) != 0 && strcmp(key, "format") != 0;
	return NULL;
}

static unsigned keys_there(struct world *w)
{
	unsigned count = 0;

	check_ok(mlv_transport_list(w->memory, "", count_key, &count));
	return count;
}

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

/* Of a gc that was slow: the lease that another took meanwhile stays as it is. */
mlv_test(remote_gc, a_lease_that_was_lost_is_not_ended)
{
	static const char theirs[] =
		"mlv sweep 1 00000000000000000000000000000000"
		"00000000000000000000000000000000 7 100\n";

	for (int way = 0; way < 2; way++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
		struct mlv_lease lease = { 0 };
		struct world w;

		world_with(&w, 1);
		check_ok(mlv_lease_take(&lease, w.memory));
		check_ok(mlv_transport_put_bytes(w.memory, "gc/sweep", theirs, strlen(theirs)));
		if (way == 0)
			check_fails(mlv_lease_end(&lease), MLV_E_LOCKED);
		mlv_lease_release(&lease);
		check_ok(mlv_transport_get_all(w.memory, "gc/sweep", &text));
		cr_assert(text.len == strlen(theirs) && memcmp(text.ptr, theirs, text.len) == 0);
		world_release(&w);
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

/* ---- marks of others ---- */

mlv_test(remote_gc, a_keep_counts_for_who_marked)
{
	MLV_SCOPED(mlv_marks_release) struct mlv_marks marks = { 0 };
	struct world w;
	struct mlv_want tree = world_with(&w, 20);
	unsigned all = keys_there(&w);

	check_ok(collect(&w, w.memory, &tree, 1000, GRACE));
	check_ok(mlv_marks_read(w.memory, &marks));
	cr_assert(marks.count > 0);
	check_ok(mlv_keep_put(w.memory, &marks));
	/* One that knows nothing of the tree. */
	check_ok(collect(&w, w.memory, NULL, 1000 + GRACE / 2, GRACE));
	check_ok(collect(&w, w.memory, &tree, 1000 + GRACE, GRACE));
	cr_assert(keys_there(&w) == all, "what a push kept went: %u of %u", keys_there(&w), all);
	check_ok(collect(&w, w.memory, &tree, 1000 + GRACE / 2 + GRACE, GRACE));
	cr_assert(keys_there(&w) == 0);
	world_release(&w);
}

static mlv_err remove_key(void *arg, const char *key, uint64_t size)
{
	(void)size;
	return begins(key, "gc/") || strcmp(key, "format") == 0 ? NULL
								: mlv_transport_remove(arg, key);
}

/* A sweep removed all that was marked, and was killed: whose ever the next one is, it says so. */
mlv_test(remote_gc, what_was_removed_by_a_killed_sweep_is_told)
{
	for (unsigned way = 0; way < 4; way++) {
		MLV_SCOPED(mlv_marks_release) struct mlv_marks before = { 0 };
		MLV_SCOPED(mlv_marks_release) struct mlv_marks after = { 0 };
		struct world w;
		struct mlv_want tree = world_with(&w, way & 1 ? 300 : 20);

		check_ok(collect(&w, w.memory, &tree, 1000, GRACE));
		check_ok(mlv_marks_read(w.memory, &before));
		check_ok(mlv_transport_list(w.memory, "", remove_key, w.memory));
		check_ok(collect(&w, w.memory, way & 2 ? &tree : NULL, 1001, GRACE));
		check_ok(mlv_marks_read(w.memory, &after));
		for (size_t i = 0; i < before.count; i++)
			cr_assert(mlv_marks_find(&after, before.at[i].kind, true,
						 &before.at[i].oid) != NULL,
				  "a %s went and nothing tells of it",
				  mlv_marked_kind_name(before.at[i].kind));
		cr_assert(after.count == before.count);
		world_release(&w);
	}
}

/* The server does not say whether it removed it. */
static mlv_err remove_and_fail(struct mlv_transport *t, const char *key)
{
	mlv_err err = flaky_remove(t, key);

	return err || !strstr(key, ".pack")
		       ? err
		       : mlv_error(MLV_E_REMOTE, "test://remote/%s: no answer", key);
}

mlv_test(remote_gc, a_sweep_that_fails_tells_what_is_gone)
{
	MLV_SCOPED(mlv_marks_release) struct mlv_marks marks = { 0 };
	struct mlv_transport_ops ops = flaky_ops;
	struct world w;
	struct mlv_want tree = world_with(&w, 300);
	size_t gone = 0, packs = 0;

	ops.remove = remove_and_fail;
	w.remote.base.ops = &ops;
	check_fails(collect(&w, &w.remote.base, &tree, 1000, 0), MLV_E_REMOTE);
	check_ok(mlv_marks_read(w.memory, &marks));
	cr_assert(mlv_marks_find(&marks, MLV_MARKED_ROOT, true, &tree.key.oid) != NULL);
	for (size_t i = 0; i < marks.count; i++) {
		gone += marks.at[i].gone;
		packs += marks.at[i].gone && (marks.at[i].kind == MLV_MARKED_DPACK ||
					      marks.at[i].kind == MLV_MARKED_NPACK);
	}
	cr_assert(gone > packs && packs > 0 && gone < marks.count);
	world_release(&w);
}

mlv_test(remote_gc, marks_are_canonical)
{
	static const char *const bad[] = {
		"", "mlv marks 1 0", "mlv marks 1 1\n", "mlv marks 2 0\n", "mlv keep 1 0\n",
		"mlv marks 1 1\nobject 0000000000000000000000000000000000000000000000000000000000000000 01\n",
		"mlv marks 1 1\nthing 0000000000000000000000000000000000000000000000000000000000000000 1\n",
		"mlv marks 1 2\nroot 0000000000000000000000000000000000000000000000000000000000000000 1\n"
		"object 0000000000000000000000000000000000000000000000000000000000000000 1\n",
	};
	MLV_SCOPED(mlv_marks_release) struct mlv_marks marks = { 0 };
	MLV_SCOPED(mlv_marks_release) struct mlv_marks read = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

	for (int kind = MLV_MARKED_DPACK; kind <= MLV_MARKED_ROOT; kind++)
		for (int gone = 0; gone <= 1; gone++)
			check_ok(mlv_marks_add(&marks, &(struct mlv_marked){
				.kind = (enum mlv_marked_kind)kind, .gone = gone != 0,
				.when = 1000 + kind }));
	mlv_marks_sort(&marks);
	check_ok(mlv_marks_write(&marks, "marks", &text));
	check_ok(mlv_marks_parse("marks", text.ptr, text.len, &read));
	cr_assert(read.count == 14);
	for (size_t i = 0; i < read.count; i++)
		cr_assert(mlv_marks_find(&marks, read.at[i].kind, read.at[i].gone,
					 &read.at[i].oid) != NULL);
	for (size_t i = 0; i < MLV_COUNT(bad); i++)
		check_fails(mlv_marks_parse("marks", bad[i], strlen(bad[i]), &read), MLV_E_CORRUPT);
}
