/*
 * chunked/known.h - which chunks are at a remote, and in which packs.
 *
 * Of packs that were there, which lie there now with their sizes, all that
 * their tables have; and what is sent now.
 */
#ifndef MLV_REMOTE_CHUNKED_KNOWN_H
#define MLV_REMOTE_CHUNKED_KNOWN_H

#include "remote/chunked.h"
#include "remote/chunked/ids.h"

struct mlv_known {
	struct mlv_ids ids;            /* numbers are positions in packs */
	struct mlv_recipe_pack *packs; /* of one that grows still: zeros */
	size_t pack_count, pack_cap;
};
void mlv_known_release(struct mlv_known *known);
/*
 * Look in the packs of older versions of these items; where nothing is known
 * of any, of those recipes that are listed and whose files the cache has.
 */
mlv_err mlv_known_look(struct mlv_known *known, const struct mlv_push_chunked *push,
		       const size_t *positions, size_t count) MLV_CHECK;
/* A new pack, of which more is known later. */
mlv_err mlv_known_add_pack(struct mlv_known *known, uint32_t *number) MLV_CHECK;
mlv_err mlv_known_add(struct mlv_known *known, const struct mlv_oid *chunk,
		      uint32_t number) MLV_CHECK;
bool mlv_known_find(const struct mlv_known *known, const struct mlv_oid *chunk, uint32_t *number);

#endif
