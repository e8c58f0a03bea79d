/*
 * fsck.h - whether a cache or a remote holds what is wanted, whole, and how a
 * good copy gets there.
 *
 * All is hashed anew, whatever was known. What is damaged or missing is named
 * in the problems, which is no failure of the call.
 *
 * Crash safety   a repair is an ordinary put: the good copy is durable before
 *                it takes the place of the damaged one.
 * Limits         as store.h and reader.h.
 */
#ifndef MLV_REMOTE_FSCK_H
#define MLV_REMOTE_FSCK_H

#include "remote/remote.h"

struct mlv_fsck {
	uint64_t checked;   /* keys that were hashed */
	uint64_t bytes;     /* of them, as far as they are known */
	uint64_t elsewhere; /* keys that are not in the cache, and only the others need */
	struct mlv_problems problems; /* sorted by key, one for each */
};
#define MLV_FSCK_INIT { 0, 0, 0, MLV_PROBLEMS_INIT }
void mlv_fsck_release(struct mlv_fsck *fsck);

/* Sort problems by key, and keep one for each. */
void mlv_fsck_settle(struct mlv_problems *problems);

/* What may be needed of a store. */
struct mlv_fsck_wants {
	const struct mlv_want *at;
	size_t count;
};

/*
 * Check what the cache holds of the wants; what it lacks of them is a problem.
 * all: check everything else that lies there, too; of others (what only history
 * needs, say) absence is counted and no problem.
 */
mlv_err mlv_fsck_cache(struct mlv_ctx *ctx, struct mlv_store *cache, struct mlv_fsck_wants wants,
		       struct mlv_fsck_wants others, bool all, struct mlv_fsck *fsck) MLV_CHECK;
/*
 * Read all of the wants from the remote, as a fetch does: what lies in packs by
 * few requests, the rest one by one, as many at once as it is set to. The roots
 * of the trees, and the tables of the packs, are checked as well: a root that is
 * damaged is a problem of its tree; a table is told of as a warning, because the
 * pack has it too. mend: such a table is written anew.
 */
mlv_err mlv_fsck_remote(struct mlv_transport *remote, struct mlv_fsck_wants wants, bool mend,
			struct mlv_fsck *fsck) MLV_CHECK;
/* fsck_packs.c: tell of the tables of these packs that are missing or damaged; mend: write them anew. */
struct mlv_remote_packs;
mlv_err mlv_fsck_tables(struct mlv_remote_packs *set, bool mend) MLV_CHECK;

/*
 * Bring a good copy of key from the remote into the batch. Of a large file whose
 * list is in the cache only the damaged leaves are asked for.
 */
mlv_err mlv_fsck_fetch(struct mlv_store *cache, struct mlv_transport *remote,
		       struct mlv_batch *batch, const struct mlv_key *key,
		       uint64_t size) MLV_CHECK;
/* Send a good copy of key from the cache; it is there after the next flush. */
mlv_err mlv_fsck_send(struct mlv_store *cache, struct mlv_transport *remote,
		      const struct mlv_key *key, uint64_t size) MLV_CHECK;

#endif
