/* test_marks.c - the lease of a gc of a remote, and marks and keeps of several that meet. */
#include "tests/unit/remote_gc_fixture.h"

TestSuite(marks, .init = check_dir_make, .fini = check_dir_remove);

/* ---- the lease ---- */

/* Of a gc that was slow: the lease that another took meanwhile stays as it is. */
mlv_test(marks, a_lease_that_was_lost_is_not_ended)
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

/* While a lease is held no request goes on when its time is over; after it all is as before. */
mlv_test(marks, no_request_outlasts_the_lease)
{
	static const char theirs[] =
		"mlv sweep 1 11111111111111111111111111111111"
		"11111111111111111111111111111111 7 100\n";
	struct mlv_lease lease = { 0 };
	struct world w;

	world_with(&w, 1);
	check_ok(mlv_lease_take(&lease, w.memory));
	check_ok(mlv_transport_put_bytes(w.memory, "k", "v", 1));
	/* Who waits for it passes the time of the virtual clock. */
	check_ok(mlv_transport_put_bytes(w.memory, "gc/sweep", theirs, strlen(theirs)));
	w.ctx.expired = NULL;
	check_ok(mlv_lease_wait(w.memory));
	check_fails(mlv_lease_check(&lease), MLV_E_LOCKED);
	check_ok(mlv_lease_take(&lease, w.memory));
	lease.beaten -= 100;
	check_fails(mlv_transport_remove(w.memory, "k"), MLV_E_LOCKED);
	check_fails(mlv_lease_end(&lease), MLV_E_LOCKED);
	check_ok(mlv_transport_remove(w.memory, "k"));
	world_release(&w);
}

static unsigned told;

static void count_warning(struct mlv_ctx *ctx, const struct mlv_event *event)
{
	(void)ctx;
	told += event->type == MLV_EVENT_WARNING;
}

/* Each look finds the next beat. */
static mlv_err get_and_beat(struct mlv_transport *t, const char *key, uint64_t offset, uint64_t len,
			    const struct mlv_sink *sink)
{
	struct flaky *f = flaky_of(t);
	char text[256];
	int n = snprintf(text, sizeof(text), "mlv sweep 1 %064d %ld 100\n", 0, (long)f->gets);

	check_ok(mlv_transport_put_bytes(f->inner, "gc/sweep", text, (size_t)n));
	return flaky_get(t, key, offset, len, sink);
}

/* What lies at a remote may say anything: waiting for it is bounded, and is told. */
mlv_test(marks, a_lease_without_end_is_not_waited_for)
{
	static const char endless[] =
		"mlv sweep 1 00000000000000000000000000000000"
		"00000000000000000000000000000000 7 18446744073709551615\n";
	struct mlv_transport_ops ops = flaky_ops;
	struct world w;
	struct mlv_want tree = world_with(&w, 1);

	w.ctx.tell = count_warning;
	check_ok(mlv_transport_put_bytes(w.memory, "gc/sweep", endless, strlen(endless)));
	check_ok(mlv_lease_wait(w.memory));
	cr_assert(told == 1);
	check_ok(mlv_transport_put_bytes(w.memory, "gc/sweep", endless, strlen(endless)));
	check_ok(collect(&w, w.memory, &tree, 1000, 0));
	cr_assert(told == 2 && keys_there(&w) == 0);
	ops.get = get_and_beat;
	w.remote.base.ops = &ops;
	check_fails(mlv_lease_wait(&w.remote.base), MLV_E_LOCKED);
	cr_assert(told == 3);
	world_release(&w);
}

/* Another takes over after a removal that took long: who is late writes nothing more. */
struct late {
	struct world *w;
	unsigned removals, at;
};
static struct late late;

static mlv_err remove_late(struct mlv_transport *t, const char *key)
{
	mlv_err err = flaky_remove(t, key), (*expired)(void *arg) = t->ctx->expired;
	MLV_SCOPED(mlv_marks_release) struct mlv_marks other = { 0 };

	if (err || ++late.removals != late.at)
		return err;
	t->ctx->expired = NULL;
	check_ok(mlv_lease_wait(late.w->memory));
	check_ok(mlv_marks_add(&other, &(struct mlv_marked){ .kind = MLV_MARKED_ROOT, .when = 5 }));
	check_ok(mlv_marks_put(late.w->memory, &other));
	t->ctx->expired = expired;
	return NULL;
}

mlv_test(marks, who_is_late_writes_no_marks)
{
	bool met = true;

	for (late.at = 1; met; late.at++) {
		MLV_SCOPED(mlv_marks_release) struct mlv_marks marks = { 0 };
		struct mlv_transport_ops ops = flaky_ops;
		struct world w;
		struct mlv_want tree = world_with(&w, 300);

		late.w = &w;
		late.removals = 0;
		ops.remove = remove_late;
		w.remote.base.ops = &ops;
		w.remote.base.jobs = 1;
		check_ok(collect(&w, w.memory, &tree, 1000, GRACE));
		if (collect(&w, &w.remote.base, &tree, 2000, GRACE))
			cr_assert(late.removals == late.at);
		met = late.removals >= late.at;
		check_ok(mlv_marks_read(w.memory, &marks));
		cr_assert(eq(int, met, marks.count == 1 && marks.at[0].when == 5));
		world_release(&w);
	}
	cr_assert(late.at > 3);
}

/* ---- marks of others ---- */

mlv_test(marks, a_keep_counts_for_who_marked)
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

/* The mark was renewed since the push saw it: who relies on what no root names has only the keep. */
mlv_test(marks, a_keep_counts_for_a_mark_that_was_renewed)
{
	MLV_SCOPED(mlv_marks_release) struct mlv_marks marks = { 0 };
	struct world w;
	struct mlv_want tree = world_with(&w, 20);
	unsigned all = keys_there(&w);

	check_ok(collect(&w, w.memory, &tree, 1000, GRACE));
	check_ok(mlv_marks_read(w.memory, &marks));
	check_ok(mlv_keep_put(w.memory, &marks));
	for (size_t i = 0; i < marks.count; i++)
		marks.at[i].when = 1050;
	check_ok(mlv_marks_put(w.memory, &marks));
	check_ok(collect(&w, w.memory, &tree, 1050 + GRACE, GRACE));
	cr_assert(eq(uint, keys_there(&w), all));
	check_ok(collect(&w, w.memory, &tree, 1050 + 2 * GRACE, GRACE));
	cr_assert(eq(uint, keys_there(&w), 0));
	world_release(&w);
}

/* In the middle of a gc that needs the tree another removes it all, and can say nothing of it. */
static mlv_err remove_key(void *arg, const char *key, uint64_t size);

static void remove_all(void *arg)
{
	static const char killed[] =
		"mlv sweep 1 22222222222222222222222222222222"
		"22222222222222222222222222222222 0 20\n";
	struct world *w = arg;

	check_ok(mlv_transport_list(w->memory, "", remove_key, w->memory));
	check_ok(mlv_transport_put_bytes(w->memory, "gc/sweep", killed, strlen(killed)));
}

static long lease_put; /* which call takes the lease: the first that writes */

static mlv_err put_and_note(struct mlv_transport *t, const char *key,
			    const struct mlv_source *source)
{
	if (!lease_put)
		lease_put = flaky_of(t)->calls + 1;
	return flaky_put(t, key, source);
}

/* A gc that needs the tree which another marked; removed before call n (0: never). */
static mlv_err collect_nothing(struct world *w, const struct mlv_want *tree, long n)
{
	MLV_SCOPED(mlv_remote_gc_release) struct mlv_remote_gc gc = { 0 };
	const struct mlv_remote_gc_wants wants = { .at = tree, .count = 1, .known = tree,
						   .known_count = 1, .now = 1001, .grace = GRACE };
	struct mlv_transport_ops ops = flaky_ops;

	ops.put = put_and_note;
	w->remote.base.ops = &ops;
	w->remote.calls = 0;
	w->remote.meet_at = n;
	w->remote.meet = remove_all;
	w->remote.arg = w;
	return mlv_remote_gc_run(&gc, &w->remote.base, w->cache, &wants);
}

mlv_test(marks, what_another_removed_since_the_survey_is_told)
{
	for (long n = 0; n == 0 || n < lease_put; n++) {
		MLV_SCOPED(mlv_marks_release) struct mlv_marks before = { 0 };
		MLV_SCOPED(mlv_marks_release) struct mlv_marks after = { 0 };
		struct world w;
		struct mlv_want tree = world_with(&w, 300);
		mlv_err err;

		check_ok(collect(&w, w.memory, &tree, 1000, GRACE));
		check_ok(mlv_marks_read(w.memory, &before));
		cr_assert(before.count > 0);
		err = collect_nothing(&w, &tree, n);
		check_ok(mlv_marks_read(w.memory, &after));
		for (size_t i = 0; n > 0 && !err && i < before.count; i++)
			cr_assert(mlv_marks_find(&after, before.at[i].kind, true, &before.at[i].oid) ||
				  mlv_marks_find(&after, before.at[i].kind, false, &before.at[i].oid),
				  "removed before call %ld, and nothing tells of a %s", n,
				  mlv_marked_kind_name(before.at[i].kind));
		cr_assert(n > 0 || after.count == 0, "it is there, and needed");
		world_release(&w);
	}
	cr_assert(lease_put > 5);
}

static mlv_err remove_key(void *arg, const char *key, uint64_t size)
{
	(void)size;
	return begins(key, "gc/") || strcmp(key, "format") == 0 ? NULL
								: mlv_transport_remove(arg, key);
}

/* A sweep removed all that was marked, and was killed: whose ever the next one is, it says so. */
mlv_test(marks, what_was_removed_by_a_killed_sweep_is_told)
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

mlv_test(marks, a_sweep_that_fails_tells_what_is_gone)
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

mlv_test(marks, marks_are_canonical)
{
	static const char *const bad[] = {
		"", "mlv marks 1 0", "mlv marks 1 1\n", "mlv marks 2 0\n", "mlv keep 1 0\n",
		"mlv marks 1 1\nobject 0000000000000000000000000000000000000000000000000000000000000000 01\n",
		"mlv marks 1 1\nthing 0000000000000000000000000000000000000000000000000000000000000000 1\n",
		("mlv marks 1 2\nroot 0000000000000000000000000000000000000000000000000000000000000000 1\n"
		 "object 0000000000000000000000000000000000000000000000000000000000000000 1\n"),
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
