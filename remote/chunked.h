/*
 * chunked.h - large files that lie at a remote as chunks.
 *
 * A remote with remote.NAME.dedup gets large files as recipes (recipe.h) of
 * chunks (chunk.h) that lie in DATA packs; any remote may have some. Which
 * chunks are there is said by the tables of the packs, which are proved, and
 * never by a recipe alone. Which packs are looked in is a guess: those of older
 * versions of the same file, by what this clone saw there (receipts.h).
 *
 * Who reads holds each chunk against its id; that the chunks are the file is
 * for the caller to see, leaf by leaf.
 *
 * Crash safety   packs are durable before the recipe that names them appears.
 * Limits         of a recipe 40 bytes a chunk, of each chunk that is known to
 *                be there 56 are in memory; and 12 MiB of a file that is read,
 *                or 64 MiB and as much again in packs of one that is sent.
 */
#ifndef MLV_REMOTE_CHUNKED_H
#define MLV_REMOTE_CHUNKED_H

#include "core/store/recipe.h"
#include "remote/push_packs.h"

/*
 * The recipe of the LARGE oid of size bytes (UINT64_MAX: not known), asked for
 * twice before MLV_E_CORRUPT is said. MLV_E_MISSING when it has none.
 */
mlv_err mlv_recipe_get(struct mlv_transport *remote, const struct mlv_oid *oid, uint64_t size,
		       struct mlv_recipe *recipe) MLV_CHECK;
/* The same up to its packs: no more than that is read. */
mlv_err mlv_recipe_get_packs(struct mlv_transport *remote, const struct mlv_oid *oid,
			     uint64_t size, struct mlv_recipe *recipe) MLV_CHECK;

/* Add its packs to root, which is to be sorted. */
mlv_err mlv_recipe_list_packs(const struct mlv_recipe *recipe, struct mlv_root *root) MLV_CHECK;

/*
 * Each LARGE of items that was looked for and not found (compare.h) becomes
 * MLV_ITEM_THERE, and chunked, if it has a recipe of whose packs none is missing.
 * These are added to relied, unsorted; NULL: nobody asks.
 */
mlv_err mlv_recipes_look(struct mlv_transport *remote, struct mlv_items *items,
			 struct mlv_root *relied) MLV_CHECK;

/* ---- reading ---- */

/*
 * Older versions in the cache of the files that are read, whose chunks need not
 * come from the remote. Belongs to one transfer. Files are put together one
 * after another, each by as many requests at once as the remote is set to.
 */
struct mlv_nearby {
	struct mlv_store *cache;
	const char *receipts;
	const struct mlv_want *wants;
	size_t count;
	struct mlv_node_source source; /* of the wants' nodes */
	pthread_mutex_t lock;
	struct mlv_older *older; /* once looked for */
};
#define MLV_NEARBY_INIT { .lock = PTHREAD_MUTEX_INITIALIZER }
void mlv_nearby_release(struct mlv_nearby *nearby);

/* Takes bytes in order. */
typedef mlv_err (*mlv_chunked_fn)(void *arg, const void *bytes, size_t len);
/*
 * Hand on bytes first to end - 1 of the LARGE key, each chunk verified. nearby
 * may be NULL. MLV_E_MISSING when it has no recipe; MLV_E_CORRUPT when the
 * recipe is damaged or a chunk cannot be had.
 */
mlv_err mlv_chunked_read(struct mlv_transport *remote, const struct mlv_key *key, uint64_t size,
			 uint64_t first, uint64_t end, struct mlv_nearby *nearby,
			 mlv_chunked_fn fn, void *arg) MLV_CHECK;

/* ---- sending ---- */

struct mlv_push_chunked {
	struct mlv_push_packs *packs; /* for its remote, cache, items and problems */
	const struct mlv_want *wants;
	size_t count;
	struct mlv_node_source source;
	const char *receipts;
	void (*sent)(void *arg, const struct mlv_item *item); /* called for each that is there now */
	void *arg;
};
/*
 * Send each LARGE that is MLV_ITEM_ASKED as chunks. It becomes MLV_ITEM_DONE, or
 * MLV_ITEM_FAILED with a problem. What was sent is durable.
 */
mlv_err mlv_push_chunked_send(const struct mlv_push_chunked *push) MLV_CHECK;

#endif
