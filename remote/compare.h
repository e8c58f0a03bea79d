/*
 * compare.h - what a remote has of what is wanted, and what the cache has.
 *
 * A remote is never assumed to hold anything: it is asked each time, for what
 * lies in packs as bases.h has it, for the rest here. Few keys
 * are asked for one by one; many are found by listing, either all of a kind
 * or the directories (objects/ab/) they lie in, whichever takes fewer rounds
 * of requests. How much lies there is estimated from one directory: keys are
 * hashes, so all fill alike. A remote that cannot list is asked key by key.
 *
 * Threads     one call at a time for a list of items.
 */
#ifndef MLV_REMOTE_COMPARE_H
#define MLV_REMOTE_COMPARE_H

#include "remote/remote.h"

struct mlv_root;

/*
 * Set the state of each item (sorted) that is MLV_ITEM_ASKED: MLV_ITEM_THERE,
 * or MLV_ITEM_WRONG when what lies there has another size, else as it was. A
 * node, whose stored size is not known, is wrong only when it is empty.
 * presume: where a remote cannot list, small things that no root claims and no
 * want names are taken for not there when they are so many that they go in
 * packs: they will be sent again, in few requests, where asking for each would
 * take many. relied: what of packs the recipes name by which
 * large files are there is added (chunked.h); may be NULL.
 */
mlv_err mlv_remote_look(struct mlv_transport *remote, struct mlv_items *items, bool presume,
			struct mlv_root *relied) MLV_CHECK;
/* Set here of each item: whether the cache has it. */
mlv_err mlv_cache_look(struct mlv_ctx *ctx, struct mlv_store *cache,
		       struct mlv_items *items) MLV_CHECK;

/* How a path stands. */
enum mlv_standing {
	MLV_STANDING_NEW,     /* in the cache, not at the remote */
	MLV_STANDING_DELETED, /* at the remote, not in the cache */
	MLV_STANDING_MISSING, /* in neither */
	MLV_STANDING_DAMAGED, /* at the remote lies something else under its name */
	MLV_STANDINGS
};
const char *mlv_standing_name(enum mlv_standing standing); /* "new", "damaged" */

struct mlv_difference {
	enum mlv_standing standing;
	char *path; /* ends with a slash: a directory's own list */
};

/* Sorted by standing and path; empty: cache and remote are in sync. */
struct mlv_differences {
	struct mlv_difference *at;
	size_t count, cap;
};
void mlv_differences_release(struct mlv_differences *differences);

/*
 * Compare cache and remote as far as the wants need them. verify: what lies at
 * the remote is read (verify.h); else its names and sizes are looked at.
 * receipts: as for mlv_push().
 */
mlv_err mlv_compare(struct mlv_store *cache, struct mlv_transport *remote,
		    const struct mlv_want *wants, size_t count, bool verify, const char *receipts,
		    struct mlv_differences *differences) MLV_CHECK;

#endif
