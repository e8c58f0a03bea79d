/*
 * closure.h - what is needed to have what is wanted: every key that a file or
 * a tree stands for.
 *
 * A file needs its OBJECT, or its LARGE and LEAVES; a tree its nodes and what
 * every entry below needs; a part of a tree the nodes on the way to it and
 * what lies in it. Trees are walked breadth first, all wants at once and each
 * level in parallel, so that a node that many trees share is read once, and a
 * remote that is far away costs one round of requests for each level.
 *
 * The walk checks what one node can tell and that a child is of the level its
 * parent says; whoever writes paths into a work tree walks with tree.h, which
 * checks all. A node that is missing or damaged is told of and left out; the
 * walk goes on beside it.
 *
 * Threads     one walk at a time for each struct; its source is called from
 *             several threads, the other functions from the calling one.
 * Limits      56 bytes for each distinct key of all wants.
 */
#ifndef MLV_REMOTE_CLOSURE_H
#define MLV_REMOTE_CLOSURE_H

#include "core/store/tree.h"

/* A file, or a tree by its root node. The strings outlive what is made of it. */
struct mlv_want {
	struct mlv_key key; /* OBJECT, LARGE, or NODE: a tree's root */
	uint64_t size;      /* bytes of a file; not used for a tree */
	const char *part;   /* of a tree: what below it is wanted, "" for all */
	const char *label;  /* what to call it: the path of its output */
	bool optional;      /* that the part is not in the tree is no failure */
};

/* What a key turned out to be during a transfer. */
enum mlv_item_state {
	MLV_ITEM_ASKED,  /* nothing is known yet */
	MLV_ITEM_THERE,  /* it was there before */
	MLV_ITEM_DONE,   /* it was moved there */
	MLV_ITEM_WRONG,  /* something else lies under its name */
	MLV_ITEM_DAMAGED, /* it was read, and is not what it is named by */
	MLV_ITEM_FAILED, /* missing or damaged at its origin */
};

struct mlv_item {
	struct mlv_key key;
	uint32_t order;      /* where the walk met it first: small objects lie in packs so */
	uint64_t size;       /* raw bytes; UINT64_MAX: a node that could not be read */
	uint32_t pack;       /* for who sends: which one it lies in; 0: none */
	unsigned char level; /* of a NODE */
	unsigned char state; /* enum mlv_item_state */
	bool here;           /* for comparing: the cache has it */
	bool claimed : 1;    /* a root at the remote says that it lies there by itself */
	bool chunked : 1;    /* of a LARGE: it is there as a recipe (chunked.h) */
	bool wanted : 1;     /* a want names it: it lies by itself wherever it is */
};

/* Sorted by key and size, the first of each kept, once mlv_items_sort() was called. */
struct mlv_items {
	struct mlv_item *at;
	size_t count, cap;
};
void mlv_items_release(struct mlv_items *items);
mlv_err mlv_items_add(struct mlv_items *items, const struct mlv_item *item) MLV_CHECK;
void mlv_items_sort(struct mlv_items *items);
/* The first of this key in a sorted list, or NULL. */
struct mlv_item *mlv_items_find(const struct mlv_items *items, const struct mlv_key *key);
/* What is made durable together, and lost together to a kill: at most, and what goes beyond it. */
#define MLV_ROUND_KEYS  4096
#define MLV_ROUND_BYTES ((uint64_t)64 << 20)
/* How many of the first of these positions, of one kind, are that. */
size_t mlv_items_round(const struct mlv_items *items, const size_t *positions, size_t count);
/* The positions [*first, *end) that hold items of a kind in a sorted list. */
void mlv_items_range(const struct mlv_items *items, enum mlv_kind kind, size_t *first,
		     size_t *end);

/* What a walk meets. Any function may be NULL. */
struct mlv_closure_walk {
	struct mlv_ctx *ctx;
	unsigned jobs; /* nodes asked for at once */
	struct mlv_node_source source;
	/* A node that was read. */
	mlv_err (*node)(void *arg, const struct mlv_item *node);
	/* An entry (not n) that is wanted. */
	mlv_err (*entry)(void *arg, const struct mlv_entry *entry);
	/* A node that is missing or damaged; a failure ends the walk. NULL: why ends it. */
	mlv_err (*lost)(void *arg, const struct mlv_item *node, mlv_err why);
	void *arg;
};

/* Walk the trees among wants. Files among them are passed over. */
mlv_err mlv_closure_walk(const struct mlv_closure_walk *walk, const struct mlv_want *wants,
			 size_t count) MLV_CHECK;

/*
 * All keys that the wants need, sorted. Nodes that are missing or damaged are
 * given to lost (with arg) and are in items as MLV_ITEM_FAILED.
 */
mlv_err mlv_closure_collect(struct mlv_ctx *ctx, unsigned jobs, struct mlv_node_source source,
			    const struct mlv_want *wants, size_t count,
			    mlv_err (*lost)(void *arg, const struct mlv_item *node, mlv_err why),
			    void *arg, struct mlv_items *items) MLV_CHECK;

/*
 * Call fn for each key the wants need with the path it is needed for: the
 * label, or the label and what is below it; of a node the label and a slash.
 * The same path may come more than once, in no special order. What cannot be
 * read is passed over.
 */
typedef mlv_err (*mlv_named_key_fn)(void *arg, const struct mlv_key *key, const char *path);
mlv_err mlv_closure_paths(struct mlv_ctx *ctx, unsigned jobs, struct mlv_node_source source,
			  const struct mlv_want *wants, size_t count, mlv_named_key_fn fn,
			  void *arg) MLV_CHECK;

/*
 * MLV_E_MISSING when a part that is wanted is in none of the trees it is wanted
 * of. A tree that cannot be read may have it.
 */
mlv_err mlv_closure_check_parts(struct mlv_ctx *ctx, struct mlv_node_source source,
				const struct mlv_want *wants, size_t count) MLV_CHECK;

#endif
