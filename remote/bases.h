/*
 * bases.h - what a remote holds, by the roots that lie there.
 *
 * A root (roots.h) is the proof that all it names was there when it was
 * written; a base is such a root whose packs were found there now, each with
 * its size. What the tree of a base needs lies in its packs, but for what the
 * root names by itself, which is to be looked for.
 *
 * The roots of what is wanted are read; where one is missing, those of the
 * trees that the same output had before (receipts.h), or of what the remote
 * lists and the cache has.
 *
 * Threads     one call at a time.
 */
#ifndef MLV_REMOTE_BASES_H
#define MLV_REMOTE_BASES_H

#include "remote/remote/packs.h"

struct mlv_base {
	struct mlv_oid tree;
	bool there; /* it has a root */
	bool lost;  /* which named packs that are not there */
	bool sound; /* the root was read, and (once confirmed) all packs are there */
	struct mlv_root root;
};

struct mlv_bases {
	struct mlv_base *at; /* sorted by tree */
	size_t count, cap;
};
void mlv_bases_release(struct mlv_bases *bases);
/* Read the roots of the trees among wants. */
mlv_err mlv_bases_read(struct mlv_bases *bases, struct mlv_transport *remote,
		       const struct mlv_want *wants, size_t count) MLV_CHECK;
/* For wants whose own root was not there read older ones; receipts: path of the file, or NULL. */
mlv_err mlv_bases_look_further(struct mlv_bases *bases, struct mlv_transport *remote,
			       struct mlv_store *cache, const struct mlv_want *wants,
			       size_t count, const char *receipts) MLV_CHECK;
/* A base whose packs are not all there, each with its size, is sound no longer. */
mlv_err mlv_bases_confirm(struct mlv_bases *bases, struct mlv_transport *remote) MLV_CHECK;
/* Whether the root of any of them tells nothing of packs. */
bool mlv_bases_plain(const struct mlv_bases *bases);
/* The base of a tree, or NULL. */
const struct mlv_base *mlv_bases_get(const struct mlv_bases *bases, const struct mlv_oid *tree);
/* Add the packs of all sound bases. */
mlv_err mlv_bases_add_packs(const struct mlv_bases *bases, struct mlv_remote_packs *set) MLV_CHECK;
/*
 * Set each item that lies in the packs of a base to MLV_ITEM_THERE, and its
 * pack to the base's position + 1; what a base names by itself is claimed.
 * Trees are walked as far as nodes has them.
 */
mlv_err mlv_bases_mark(const struct mlv_bases *bases, struct mlv_ctx *ctx,
		       struct mlv_node_source nodes, const struct mlv_want *wants, size_t count,
		       struct mlv_items *items) MLV_CHECK;

#endif
