/* remote_gc_fixture.h - for tests of gc of a remote: a remote with a tree, and a gc that does not need it. */
#ifndef MLV_TESTS_UNIT_REMOTE_GC_FIXTURE_H
#define MLV_TESTS_UNIT_REMOTE_GC_FIXTURE_H

#include "remote/marks.h"
#include "remote/remote_gc.h"
#include "tests/unit/transfer_fixture.h"

#define GRACE 100 /* seconds */

/* Waiting for a lease takes no time. */
static inline const char *virtual_clock(struct mlv_ctx *ctx, const char *name)
{
	(void)ctx;
	return strcmp(name, "MLV_TEST_CLOCK") == 0 ? "virtual" : NULL;
}

/* A world whose remote has the tree of so many files. */
static inline struct mlv_want world_with(struct world *w, unsigned count)
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
static inline mlv_err collect(struct world *w, struct mlv_transport *remote,
			      const struct mlv_want *known, int64_t now, int64_t grace)
{
	MLV_SCOPED(mlv_remote_gc_release) struct mlv_remote_gc gc = { 0 };
	const struct mlv_remote_gc_wants wants = { .known = known, .known_count = known != NULL,
						   .now = now, .grace = grace };

	return mlv_remote_gc_run(&gc, remote, w->cache, &wants);
}

static inline mlv_err count_key(void *arg, const char *key, uint64_t size)
{
	(void)size;
	*(unsigned *)arg += strncmp(key, "gc/", 3) != 0 && strcmp(key, "format") != 0;
	return NULL;
}

static inline unsigned keys_there(struct world *w)
{
	unsigned count = 0;

	check_ok(mlv_transport_list(w->memory, "", count_key, &count));
	return count;
}

#endif
