/*
 * node.h - one node of a manifest: its text, and the rules that a list of
 * paths keeps. tree.h has the format; this is what its builder and its
 * readers share.
 *
 * Threads   no state of its own.
 */
#ifndef MLV_STORE_NODE_H
#define MLV_STORE_NODE_H

#include "core/base/path.h"
#include "core/store/tree.h"

#define MLV_SIZE_MAX ((uint64_t)INT64_MAX)      /* bytes: the largest file */
#define MLV_LINK_MAX ((uint64_t)MLV_PATH_MAX)   /* bytes: the longest target of a link */
#define MLV_TREE_GROUP 256                      /* paths that are hashed at once */

/*
 * The last path of a list, and which of its beginnings are paths of the list:
 * between "a" and "a/b" may lie "a-b", so that looking one path back is not
 * enough to see that "a" cannot be both a file and a directory.
 */
struct mlv_path_order {
	size_t len;   /* of last */
	size_t depth; /* of lens */
	bool begun;
	uint16_t lens[MLV_PATH_MAX + 1]; /* lengths of the paths that last begins with, itself too */
	char last[MLV_PATH_MAX];
};

/*
 * Take the next path. NULL when it may follow, else why not; then the order is
 * unchanged. Checks mlv_path_check() too.
 */
const char *mlv_path_order_next(struct mlv_path_order *order, const char *path,
				size_t len) MLV_CHECK;

/* Compare two paths by their bytes, as strcmp() does. */
int mlv_path_compare(const char *a, size_t a_len, const char *b, size_t b_len);
/* Whether kind, id and size fit each other. NULL, else why not. The path is not looked at. */
const char *mlv_entry_check(const struct mlv_entry *entry) MLV_CHECK;
/* Whether a kind's size is part of a tree's bytes: f x F X. */
bool mlv_entry_has_bytes(char kind);

/* SHA-256 of the paths of at most MLV_TREE_GROUP entries. */
mlv_err mlv_entry_digests(const struct mlv_entry *list, size_t count,
			  struct mlv_oid *digests) MLV_CHECK;
/* Whether a node of this level ends after the path with this digest. */
bool mlv_node_cut(unsigned level, const struct mlv_oid *digest);

mlv_err mlv_node_add_header(struct mlv_buf *raw, unsigned level, uint64_t entries,
			    uint64_t bytes) MLV_CHECK;
mlv_err mlv_node_add_entry(struct mlv_buf *raw, const struct mlv_entry *entry) MLV_CHECK;

/*
 * The place of a reader in a tree: a stack of nodes, the root's at the bottom.
 * Nodes are read as they are descended into, and checked against what led
 * there: level, first path, counts, sizes, cuts.
 */
struct mlv_frame {
	struct mlv_entry self; /* kind n; path "" for the root */
	struct mlv_buf raw;
	struct mlv_node node;
	size_t next;                   /* entry that is looked at */
	const struct mlv_entry *bound; /* first entry after all that is below; NULL: none */
	uint64_t entries, bytes;       /* of the children that were read so far */
	bool skipped;                  /* not all children were read */
};

struct mlv_cursor {
	struct mlv_node_source source;
	struct mlv_frame frames[MLV_TREE_LEVELS];
	size_t depth; /* frames in use */
	/* Called for each node when it is left; may be NULL. */
	mlv_err (*leave)(void *arg, const struct mlv_entry *self);
	void *arg;
	struct mlv_path_order order; /* of the entries that were taken */
};

mlv_err mlv_cursor_open(struct mlv_cursor **out, struct mlv_node_source source,
			const struct mlv_oid *root) MLV_CHECK;
void mlv_cursor_freep(struct mlv_cursor **cursor);
/* What it stands on, of any kind; NULL at the end. Good until the next call. */
mlv_err mlv_cursor_peek(struct mlv_cursor *cursor, const struct mlv_entry **entry) MLV_CHECK;
/* The first entry after what it stands on and all below it; NULL at the end. */
const struct mlv_entry *mlv_cursor_bound(const struct mlv_cursor *cursor);
/* The level of the node it stands in. */
unsigned mlv_cursor_level(const struct mlv_cursor *cursor);
/* It stands on n: go to the first entry of that node. */
mlv_err mlv_cursor_descend(struct mlv_cursor *cursor) MLV_CHECK;
/* Go on without reading what it stands on. */
void mlv_cursor_skip(struct mlv_cursor *cursor);
/* It stands on another kind than n: check its place and go on; the entry stays good until peek. */
mlv_err mlv_cursor_take(struct mlv_cursor *cursor) MLV_CHECK;

#endif
