/*
 * chunked/older.h - earlier versions of large files, by the paths at which they
 * lay in what this clone saw at a remote.
 */
#ifndef MLV_REMOTE_CHUNKED_OLDER_H
#define MLV_REMOTE_CHUNKED_OLDER_H

#include "remote/chunked.h"

/* That what is at path now was another LARGE before. */
struct mlv_older_pair {
	struct mlv_oid now, before;
};

/* Sorted by now once found. */
struct mlv_older {
	struct mlv_older_pair *at;
	size_t count, cap;
};
void mlv_older_release(struct mlv_older *older);
/*
 * Find them for all large files of the wants. nodes: where those of the wants
 * come from; the older trees are read from the cache as far as it has them.
 */
mlv_err mlv_older_find(struct mlv_older *older, struct mlv_transport *remote,
		       struct mlv_store *cache, struct mlv_node_source nodes,
		       const struct mlv_want *wants, size_t count, const char *receipts) MLV_CHECK;
/* The pairs of a file: *first to below *end. */
void mlv_older_range(const struct mlv_older *older, const struct mlv_oid *now, size_t *first,
		     size_t *end);

#endif
