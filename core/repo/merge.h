/*
 * merge.h - what two sides made of a tracked directory, put together.
 *
 * Path by path: what only one side changed since the ancestor is taken from
 * it, what both changed to the same is that, and anything else is a conflict.
 * A path that one side made a file and the other a directory is one, too. Only
 * nodes that differ are read, but for those of the side that is built on.
 *
 * Limits   memory grows with the changes of both sides.
 */
#ifndef MLV_REPO_MERGE_H
#define MLV_REPO_MERGE_H

#include "core/base/strs.h"
#include "core/store/tree.h"

/*
 * Merge the trees ours and theirs, whose common ancestor is base (NULL: there
 * is none, all was added). With conflicts, paths in order, there is no tree;
 * else it was put to the batch.
 */
mlv_err mlv_merge_trees(struct mlv_node_source source, const struct mlv_oid *base,
			const struct mlv_oid *ours, const struct mlv_oid *theirs,
			struct mlv_batch *batch, struct mlv_tree *merged,
			struct mlv_strs *conflicts) MLV_CHECK;

#endif
