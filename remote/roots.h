/*
 * roots.h - roots/<tree id>: the proof that a directory was published.
 *
 *   mlv root 1 <tree id> <lines>\n
 *   <kind> <id> <size>\n               sorted; kind object, large, leaves, node
 *
 * One line for each key that the closure of the tree needs, with its raw
 * length. It is written after all it names is known to lie at the remote, and
 * its name is the tree's id, so that two who publish the same tree write the
 * same bytes. (mlv-formats(5))
 */
#ifndef MLV_REMOTE_ROOTS_H
#define MLV_REMOTE_ROOTS_H

#include "remote/remote.h"

#define MLV_ROOT_PATH 72 /* bytes, NUL included */
char *mlv_root_path(const struct mlv_oid *tree, char path[static MLV_ROOT_PATH]);

/* Append the text; items are sorted by key. */
mlv_err mlv_root_write(const struct mlv_oid *tree, const struct mlv_items *items,
		       struct mlv_buf *text) MLV_CHECK;
/* MLV_E_CORRUPT when the text is not canonical or is another tree's. */
mlv_err mlv_root_parse(const struct mlv_oid *tree, const char *text, size_t len,
		       struct mlv_items *items) MLV_CHECK;

/* For each want whether it is a whole tree whose root the remote has. */
mlv_err mlv_roots_look(struct mlv_transport *remote, const struct mlv_want *wants, size_t count,
		       bool *published) MLV_CHECK;
/* Whether a want is a tree, all of it: only such a one can be published. */
bool mlv_want_is_tree(const struct mlv_want *want);

#endif
