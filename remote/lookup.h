/*
 * lookup.h - single objects out of the packs of a remote, for who reads a few
 * of them without a plan.
 *
 * Which packs there are is found when something is not there by itself: by the
 * roots of the nodes that were read before (the root node of a tree always
 * lies by itself), else by a list. It belongs to the transport, and is kept
 * until that is closed.
 *
 * Threads     all functions may be called from any thread.
 */
#ifndef MLV_REMOTE_LOOKUP_H
#define MLV_REMOTE_LOOKUP_H

#include "remote/remote/packs.h"

/* A node that lies by itself was read: it may be the root of a tree. */
void mlv_lookup_note(struct mlv_transport *remote, const struct mlv_oid *node);
/*
 * Append the bytes of key, verified, if a pack has it; *found tells. find: look
 * for packs, if that was not done before.
 */
mlv_err mlv_lookup_read(struct mlv_transport *remote, const struct mlv_key *key, uint64_t size,
			bool find, struct mlv_buf *raw, bool *found) MLV_CHECK;
/* Where the bytes of something lie at a remote. */
struct mlv_spot {
	char path[MLV_KEY_PATH]; /* below the remote: of a file of its own, or of a pack */
	bool packed, chunked;    /* in that pack; in chunks, of which path is the recipe */
	uint64_t offset, length; /* which bytes of that file; not where it is chunked */
	enum mlv_codec codec;    /* how they are stored */
};
/* Find key, by itself or else in a pack; nothing is read of it. */
mlv_err mlv_lookup_spot(struct mlv_transport *remote, const struct mlv_key *key,
			struct mlv_spot *spot, bool *found) MLV_CHECK;
void mlv_lookup_free(struct mlv_lookup *lookup);

#endif
