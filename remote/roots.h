/*
 * roots.h - roots/<tree id>: the proof that a directory was published.
 *
 *   mlv root 1 <tree id> <lines>\n
 *   <kind> <id> <size>\n               sorted; kind object, large, leaves, node
 *
 * One line for each key that the closure of the tree needs, with its raw
 * length. Where some of it lies in packs the header says 2, such keys have no
 * line, and the packs have: of kind dpack (objects) or npack (nodes and leaf
 * lists), with the size of the file. It is written after all it names is known
 * to lie at the remote. Two who publish the same tree may find it in other
 * packs: either text is true, whichever stays. (mlv-formats(5))
 */
#ifndef MLV_REMOTE_ROOTS_H
#define MLV_REMOTE_ROOTS_H

#include "core/store/pack.h"
#include "remote/remote.h"

#define MLV_ROOT_PATH 72 /* bytes, NUL included */
#define MLV_ROOT_WORD "mlv root " /* each begins with it */
char *mlv_root_path(const struct mlv_oid *tree, char path[static MLV_ROOT_PATH]);

/* A pack, and how long its file is. */
struct mlv_pack_ref {
	struct mlv_pack_id id;
	uint64_t size;
};

struct mlv_root {
	struct mlv_items items;     /* what is not in packs, sorted */
	struct mlv_pack_ref *packs; /* sorted by mlv_pack_id_compare(), without repetition */
	size_t pack_count, pack_cap;
};
void mlv_root_release(struct mlv_root *root);
/* Add a pack; mlv_root_sort_packs() is to follow. */
mlv_err mlv_root_add_pack(struct mlv_root *root, const struct mlv_pack_ref *pack) MLV_CHECK;
void mlv_root_sort_packs(struct mlv_root *root);

/* Append the text; without packs it is of version 1. */
mlv_err mlv_root_write(const struct mlv_oid *tree, const struct mlv_root *root,
		       struct mlv_buf *text) MLV_CHECK;
/* MLV_E_CORRUPT when the text is not canonical or is another tree's. */
mlv_err mlv_root_parse(const struct mlv_oid *tree, const char *text, size_t len,
		       struct mlv_root *root) MLV_CHECK;

/* Whether a want is a tree, all of it: only such a one can be published. */
bool mlv_want_is_tree(const struct mlv_want *want);

#endif
