/*
 * tree/build.h - what tree/edit.c needs of a builder beside tree.h: whole nodes
 * of another tree can be taken over where the new one would cut them the same.
 *
 * A node is cut by its paths alone. So one of the old tree, with all below it,
 * is one of the new tree, too, if the builder has just cut all levels up to
 * its own, and no path in its range changed.
 */
#ifndef MLV_STORE_TREE_BUILD_H
#define MLV_STORE_TREE_BUILD_H

#include "core/store/tree.h"

/*
 * Called before a node of a level above 0 is cut: what is below the nodes that
 * were taken over has to be counted by mlv_tree_builder_weigh() until then.
 */
typedef mlv_err (*mlv_weigh_fn)(void *arg, unsigned level);
void mlv_tree_builder_on_cut(struct mlv_tree_builder *builder, mlv_weigh_fn fn, void *arg);

/* Let all that was added join its nodes; *closed: no node of these levels is open. */
mlv_err mlv_tree_builder_settle(struct mlv_tree_builder *builder, unsigned level,
				bool *closed) MLV_CHECK;
/*
 * Take over a node of this level (entry: kind n); its level is closed. It is
 * not weighed yet; if it turns out to be the root, the tree has UINT64_MAX entries.
 */
mlv_err mlv_tree_builder_reuse(struct mlv_tree_builder *builder, unsigned level,
			       const struct mlv_entry *entry) MLV_CHECK;
/* Count this much more below the open node of this level. */
void mlv_tree_builder_weigh(struct mlv_tree_builder *builder, unsigned level, uint64_t entries,
			    uint64_t bytes);
/* Cut the node of this level if what it took over last says so. */
mlv_err mlv_tree_builder_end_reuse(struct mlv_tree_builder *builder, unsigned level) MLV_CHECK;

#endif
