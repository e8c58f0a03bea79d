/*
 * push_packs.h - small objects and nodes, sent as packs.
 *
 * What the cache packs is sent in packs: MLV_PACKED_LEAST of a class or more,
 * objects below MLV_PACKED_MAX. It is cut into packs in the order in which the walk met it, by
 * sizes alone: a push that was interrupted makes the same packs again and
 * finds them there. A pack goes before its table, and both before anything
 * that names them.
 *
 * Limits   one pack in memory for each of PACKS_AT_ONCE threads.
 */
#ifndef MLV_REMOTE_PUSH_PACKS_H
#define MLV_REMOTE_PUSH_PACKS_H

#include "remote/remote/packs.h"

struct mlv_push_packs {
	struct mlv_ctx *ctx;
	struct mlv_store *cache;
	struct mlv_transport *remote;
	unsigned jobs;
	struct mlv_items *items;
	struct mlv_problems *problems;
	uint32_t first;         /* what items get as their pack: that of sent[0] */
	struct mlv_root sent;   /* packs: as they were made, not sorted; size 0: none was */
	struct mlv_root chunked; /* packs: of the recipes that were found or sent, not sorted */
	struct mlv_root listed; /* packs: what lay there before */
	bool asked, lists;      /* whether the remote was asked for a list, and gave one */
	struct mlv_root unsound; /* packs: what lies there is damaged; sorted */
};
void mlv_push_packs_release(struct mlv_push_packs *packs);

/*
 * Send the items at these positions, all of one class. They become
 * MLV_ITEM_DONE, or MLV_ITEM_FAILED with a problem or below one. Nodes come
 * after what they name and are sorted by this function.
 */
mlv_err mlv_push_packs_send(struct mlv_push_packs *packs, enum mlv_pack_class class,
			    size_t *positions, size_t count) MLV_CHECK;

/* Ask once what packs are there: an interrupted push sent some of them. */
mlv_err mlv_push_packs_ask(struct mlv_push_packs *packs) MLV_CHECK;
/*
 * Send a pack, whose last bytes are its table of table_len bytes and its
 * trailer, if it is not there. It is with the next flush.
 */
mlv_err mlv_push_packs_upload(const struct mlv_push_packs *packs, const struct mlv_pack_ref *ref,
			      const struct mlv_buf *pack, size_t table_len) MLV_CHECK;

/* Whether it lies at the remote, from before or sent now. */
bool mlv_item_is_there(const struct mlv_item *item);
/* Whether all that a node names is at the remote, as far as items tell. */
mlv_err mlv_items_cover(const struct mlv_items *items, const struct mlv_buf *raw,
			bool *covered) MLV_CHECK;

#endif
