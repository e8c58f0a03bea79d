/*
 * fsck.h - what a repository adds to a check of its cache: whether pointers say
 * of their data what it is, and good copies from the work tree.
 *
 * A copy is taken only when it hashes to the key that it is to stand for.
 */
#ifndef MLV_REPO_FSCK_H
#define MLV_REPO_FSCK_H

#include "core/repo/needs.h"

/*
 * Whether size, number of files and plain SHA-256 are those of the data in the
 * cache, and its manifest is of the right shape as a whole: MLV_E_CORRUPT names
 * the pointer. Data that is missing or damaged itself is no failure here.
 */
mlv_err mlv_fsck_pointer(struct mlv_repo *repo, struct mlv_store *cache,
			 const struct mlv_output *output) MLV_CHECK;

/* Put key, an OBJECT, LARGE or LEAVES, from what lies at path, if it is that; *found tells. */
mlv_err mlv_fsck_salvage(struct mlv_repo *repo, struct mlv_batch *batch, const struct mlv_key *key,
			 const char *path, bool *found) MLV_CHECK;
/* Put a leaf list that is made of the large file in the cache, if that is sound. */
mlv_err mlv_fsck_list_leaves(struct mlv_ctx *ctx, struct mlv_store *cache, struct mlv_batch *batch,
			     const struct mlv_oid *oid, bool *found) MLV_CHECK;
/* Put the nodes that the directory at path, as it lies there now, has. */
mlv_err mlv_fsck_rebuild(struct mlv_repo *repo, struct mlv_batch *batch,
			 const char *path) MLV_CHECK;

#endif
