/*
 * gc.h - removing from a cache what nobody needs.
 *
 * First all that is needed is found, and all that lies there is listed; only
 * when both came to their end is anything removed. A node that cannot be read
 * ends it, because what lies below that node would be taken for useless.
 *
 * What was put, or found present by a put, within the grace period stays:
 * whoever does not hold the store's lock (a file system without locks, a
 * pointer that is written by hand) has that long to name it.
 *
 * A pack is as young as its last use. An old one of which nothing is needed
 * goes; one of which a quarter is not needed is written again without it; small
 * packs and small objects that lie scattered are gathered when there are many.
 * A key that lies in several packs is needed in one of them only.
 *
 * Crash safety   what is packed again is durable before its old place goes.
 *                Nodes go before what they name, large files before the lists
 *                that prove them: what is left at any moment is whole, or is
 *                what the next gc removes.
 * Limits         56 bytes for each key that is needed, 48 for each that is not.
 */
#ifndef MLV_REMOTE_GC_H
#define MLV_REMOTE_GC_H

#include "core/store/upkeep.h"
#include "remote/closure.h"

/* One that is not needed. */
struct mlv_gc_key {
	struct mlv_key key;
	uint64_t stored; /* bytes, as mlv_store_each() has them */
};

/* A pack, and what is to become of it. */
struct mlv_gc_pack {
	struct mlv_pack_look look;
	uint64_t live, dead; /* bytes */
	size_t live_count;
	size_t moved, moved_count; /* of what is packed anew: what comes from this one */
	enum { MLV_GC_KEEP, MLV_GC_REWRITE, MLV_GC_DROP } verdict;
};

struct mlv_gc {
	struct mlv_gc_key *at; /* what is to go, in the order in which it does */
	size_t count, cap;
	uint64_t bytes;        /* of these */
	uint64_t kept;         /* keys that are needed */
	uint64_t young, young_bytes; /* not needed, but within the grace period */
	uint64_t packed;       /* not needed, in packs that are mostly needed */
	struct mlv_gc_pack *packs;
	size_t pack_count, pack_cap;
	struct mlv_key *moved; /* what is packed anew, in this order */
	size_t moved_count, moved_cap;
	size_t gathered;       /* the last of these have files of their own */
};
void mlv_gc_release(struct mlv_gc *gc);

struct mlv_gc_wants {
	const struct mlv_want *at; /* what is needed */
	size_t count;
	const struct mlv_want *linked; /* files that links lead to: they stay where they are */
	size_t linked_count;
	int64_t before;    /* what was last used before this, in seconds since 1970, may go */
	bool skip_missing; /* a node that is not there needs nothing; else it is MLV_E_MISSING */
};

/*
 * Find what of the store is not wanted. The store is held alone, unless it is
 * only to be shown what would go.
 */
mlv_err mlv_gc_plan(struct mlv_gc *gc, struct mlv_ctx *ctx, struct mlv_store *store,
		    const struct mlv_gc_wants *wants) MLV_CHECK;
/* Remove what was planned; the store is held alone since before it was. */
mlv_err mlv_gc_sweep(struct mlv_gc *gc, struct mlv_ctx *ctx, struct mlv_store *store) MLV_CHECK;

/* Add a key to what goes. */
mlv_err mlv_gc_add(struct mlv_gc *gc, const struct mlv_key *key, uint64_t stored) MLV_CHECK;
/* gc_packs.c: judge the packs; what one of them holds that is needed becomes MLV_ITEM_DONE. */
mlv_err mlv_gc_judge_packs(struct mlv_gc *gc, struct mlv_store *store, struct mlv_items *needed,
			   int64_t before) MLV_CHECK;
/* Pack anew what was planned; good gets a place for each, which is the caller's to free. */
mlv_err mlv_gc_repack(struct mlv_gc *gc, struct mlv_ctx *ctx, struct mlv_store *store,
		      bool **good) MLV_CHECK;
/* Remove the old places of what was packed anew, and the packs that go. */
mlv_err mlv_gc_remove_packs(struct mlv_gc *gc, struct mlv_store *store,
			    const bool *good) MLV_CHECK;

#endif
