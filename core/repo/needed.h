/*
 * needed.h - which paths of which outputs need given objects: for fsck.
 *
 * A node below which none of them lies is read once, however many trees share
 * it. What cannot be read is passed over: it is one of those asked for, or
 * lies below one.
 *
 * Limits   64 bytes for each node of all trees.
 */
#ifndef MLV_REPO_NEEDED_H
#define MLV_REPO_NEEDED_H

#include "core/repo/needs.h"
#include "core/store/tree.h"

/*
 * The key at this position is needed by need, as path: that of the output or of
 * a file below it; of a node the output's and a slash.
 */
typedef mlv_err (*mlv_needed_fn)(void *arg, size_t at, const struct mlv_need *need,
				 const char *path);
/* Find who needs the keys, which are sorted and different. */
mlv_err mlv_needed(struct mlv_ctx *ctx, struct mlv_node_source source,
		   const struct mlv_needs *needs, const struct mlv_key *keys, size_t count,
		   mlv_needed_fn fn, void *arg) MLV_CHECK;

#endif
