/*
 * fetch_packs.h - what a cache lacks, out of packs.
 *
 * Which packs hold what is wanted is hinted by the packs of nodes; where the
 * hints do not tell, the tables of all packs are looked in. What lies side by
 * side in a pack comes with one request: a whole pack, or a range of it. All
 * is hashed while it arrives, before it enters the batch.
 */
#ifndef MLV_REMOTE_FETCH_PACKS_H
#define MLV_REMOTE_FETCH_PACKS_H

#include "remote/bases.h"

struct mlv_fetch_packs {
	struct mlv_ctx *ctx;
	unsigned jobs;
	struct mlv_transport *remote;
	struct mlv_batch *batch;        /* NULL: what comes is verified, and not kept */
	struct mlv_remote_packs *set;   /* the tables of packs of nodes are open */
	const struct mlv_bases *bases;
	struct mlv_items *items;    /* those that are not here, nor done, are wanted */
	/*
	 * An item came, and is in the batch if there is one: it is MLV_ITEM_DONE from now
	 * on. May commit the batch; called from several threads, of which none puts.
	 */
	mlv_err (*done)(void *arg, struct mlv_item *item);
	void *arg;
};

/*
 * Fetch objects and leaf lists that lie in packs: done() is called for what
 * came, and what did not is as it was before.
 */
mlv_err mlv_fetch_packs(const struct mlv_fetch_packs *fetch) MLV_CHECK;

#endif
