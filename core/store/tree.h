/*
 * tree.h - the manifest of a tracked directory: one sorted list of all paths
 * below it, cut into nodes, so that equal directories have equal ids whatever
 * their history.
 *
 *   mlv tree 1 <level> <entries below> <bytes below>\n
 *   <kind> <id> <size> <path>\0          one for each entry
 *
 * Kinds: f file, x executable, F and X the same named by their leaves, l
 * symbolic link (the object holds its target, size is its length), d empty
 * directory (id "-", size 0), n a node of the level below (size its raw
 * length, path its first). Entries counts f x F X l d, bytes f x F X. Paths
 * are relative, as mlv_path_check() allows, and sorted by their bytes; a path
 * below another that is not a directory is refused.
 *
 * Sizes: f and x at most 16 MiB, F and X above, l 1 to 4095, n at most 16 MiB.
 *
 * A node of level L ends after an entry where byte L of SHA-256(its path) is
 * zero (256 entries on average); level 7 is never cut. The first level with
 * exactly one node is the root; a root above level 0 has at least two
 * entries. Any other shape is refused. An empty directory is a level 0 node
 * without entries. The cut depends on the paths alone (the key-only boundary
 * of prolly trees): an edit never moves one.
 *
 * Every reader here checks order, paths, kinds, sizes, counts, levels and
 * cuts as it reads; damage is MLV_E_CORRUPT and names the node.
 *
 * Threads     different builders and walks may run in different threads.
 */
#ifndef MLV_STORE_TREE_H
#define MLV_STORE_TREE_H

#include "core/base/buf.h"
#include "core/base/context.h"
#include "core/store/store.h"

#define MLV_TREE_LEVELS 8

/* One entry. path is not NUL-terminated where a reader gives it; it may hold any byte but NUL. */
struct mlv_entry {
	char kind; /* f x F X l d n */
	struct mlv_oid oid; /* zero for d */
	uint64_t size;
	const char *path;
	size_t path_len;
};

/* The key under which an entry's bytes are stored. Not for d. */
struct mlv_key mlv_entry_key(const struct mlv_entry *entry);

/* What a pointer says of a directory: its manifest's root node and what is below. */
struct mlv_tree {
	struct mlv_oid oid;
	uint64_t entries; /* f x F X l d */
	uint64_t files;   /* f x F X l, as nfiles of a pointer; only a builder knows: else 0 */
	uint64_t bytes;   /* f x F X */
	unsigned level;
	uint64_t root_size; /* raw length of the root node */
};

/*
 * Build: entries in order, then the end. Nodes go to the batch as they are
 * cut; without a batch (NULL) the tree is only named. After a failure the
 * builder can only be freed.
 */
struct mlv_tree_builder;
mlv_err mlv_tree_builder_new(struct mlv_tree_builder **out, struct mlv_batch *batch) MLV_CHECK;
void mlv_tree_builder_freep(struct mlv_tree_builder **builder);
/*
 * Add the next entry (not n). MLV_E_REFUSED when the path may not be tracked,
 * does not sort after the last, or lies below one that is not a directory.
 */
mlv_err mlv_tree_builder_add(struct mlv_tree_builder *builder,
			     const struct mlv_entry *entry) MLV_CHECK;
mlv_err mlv_tree_builder_finish(struct mlv_tree_builder *builder, struct mlv_tree *tree) MLV_CHECK;

/*
 * Where a walk takes nodes from: appends the verified raw bytes of a node.
 * size is its raw length, UINT64_MAX for a root. mlv_tree_read_store is the
 * one that reads a store.
 */
struct mlv_node_source {
	mlv_err (*read)(void *arg, const struct mlv_oid *oid, uint64_t size, struct mlv_buf *raw);
	void *arg;
};
struct mlv_node_source mlv_node_source_store(struct mlv_store *store);

/* Read the root's header: entries, bytes, level. */
mlv_err mlv_tree_open(struct mlv_node_source source, const struct mlv_oid *root,
		      struct mlv_tree *tree) MLV_CHECK;

/*
 * Walk all entries (never n), in order, that are prefix or lie below it;
 * prefix "" is all. Nodes outside the range are not read. entry is good
 * during the call only.
 */
typedef mlv_err (*mlv_entry_fn)(void *arg, const struct mlv_entry *entry);
mlv_err mlv_tree_walk(struct mlv_node_source source, const struct mlv_oid *root,
		      const char *prefix, mlv_entry_fn fn, void *arg) MLV_CHECK;

/*
 * Walk the nodes: calls fn for each node's entry (kind n; the root's has path
 * "" and its raw size), children before parents, those in the range of prefix.
 */
mlv_err mlv_tree_walk_nodes(struct mlv_node_source source, const struct mlv_oid *root,
			    const char *prefix, mlv_entry_fn fn, void *arg) MLV_CHECK;

/*
 * An iterator over the same entries as mlv_tree_walk, for merging two lists.
 * next: *entry is NULL at the end, else good until the next call.
 */
struct mlv_tree_iter;
mlv_err mlv_tree_iter_new(struct mlv_tree_iter **out, struct mlv_node_source source,
			  const struct mlv_oid *root, const char *prefix) MLV_CHECK;
void mlv_tree_iter_freep(struct mlv_tree_iter **iter);
mlv_err mlv_tree_iter_next(struct mlv_tree_iter *iter, const struct mlv_entry **entry) MLV_CHECK;

/* The entry at exactly this path; *found false when there is none. path of entry is NULL. */
mlv_err mlv_tree_find(struct mlv_node_source source, const struct mlv_oid *root, const char *path,
		      size_t path_len, struct mlv_entry *entry, bool *found) MLV_CHECK;

/*
 * Compare two trees; a or b may be NULL (empty). Calls fn in path order for
 * each path that differs: old NULL: added; new NULL: deleted. Nodes with the
 * same id on both sides are not read.
 */
typedef mlv_err (*mlv_change_fn)(void *arg, const struct mlv_entry *old,
				 const struct mlv_entry *new_entry);
mlv_err mlv_tree_diff(struct mlv_node_source source, const struct mlv_oid *a,
		      const struct mlv_oid *b, mlv_change_fn fn, void *arg) MLV_CHECK;

/*
 * Make of a tree the one that differs from it in these paths: next gives them
 * in order, NULL at the end; an entry takes the place of what is there, kind 0
 * takes it away. Reads and puts only the nodes on the way to them (without a
 * batch none is put); of other nodes not even their presence is needed. tree
 * has no files; *files is how many more the new tree has. The result equals
 * what a builder makes of all entries.
 */
typedef mlv_err (*mlv_tree_next_fn)(void *arg, const struct mlv_entry **change);
mlv_err mlv_tree_edit(struct mlv_batch *batch, struct mlv_node_source source,
		      const struct mlv_oid *root, mlv_tree_next_fn next, void *arg,
		      struct mlv_tree *tree, int64_t *files) MLV_CHECK;

/* Parse one raw node, all checks that can be made on it alone; for ls-tree and fuzzing. */
struct mlv_node {
	unsigned level;
	uint64_t entries; /* below */
	uint64_t bytes;   /* below */
	struct mlv_entry *list; /* paths point into the raw bytes; owned by the node */
	size_t count;
};
mlv_err mlv_node_parse(const char *raw, size_t len, struct mlv_node *node) MLV_CHECK;
void mlv_node_release(struct mlv_node *node);

#endif
