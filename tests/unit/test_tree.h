/*
 * test_tree.h - a manifest builder that shares nothing with core/store/tree*.c
 * but SHA-256: it sorts, cuts recursively, and keeps the nodes in memory.
 */
#ifndef MLV_TESTS_UNIT_TEST_TREE_H
#define MLV_TESTS_UNIT_TEST_TREE_H

#include "core/base/strs.h"
#include "core/store/sha256.h"
#include "core/store/tree.h"
#include "tests/unit/check.h"

struct kept_node {
	struct mlv_oid oid;
	char *raw;
	size_t len;
};

/* Nodes in memory, a source of them, and how many were read. */
struct nodes {
	struct kept_node *at;
	size_t count, cap;
	size_t reads;
};

struct item {
	struct mlv_entry entry; /* path is owned by the item */
	struct mlv_oid digest;  /* of the path */
};

static inline struct mlv_oid nodes_keep(struct nodes *nodes, const char *raw, size_t len)
{
	struct kept_node node = { .raw = malloc(len + 1), .len = len };

	check_ok(mlv_sha256_of(raw, len, &node.oid));
	memcpy(node.raw, raw, len);
	check_ok(mlv_array_grow(&nodes->at, &nodes->cap, nodes->count + 1, sizeof(node)));
	nodes->at[nodes->count++] = node;
	return node.oid;
}

static inline void nodes_release(struct nodes *nodes)
{
	for (size_t i = 0; i < nodes->count; i++)
		free(nodes->at[i].raw);
	free(nodes->at);
	*nodes = (struct nodes){ 0 };
}

static inline mlv_err nodes_read(void *arg, const struct mlv_oid *oid, uint64_t size,
				 struct mlv_buf *raw)
{
	struct nodes *nodes = arg;

	(void)size;
	nodes->reads++;
	for (size_t i = 0; i < nodes->count; i++)
		if (mlv_oid_equal(&nodes->at[i].oid, oid))
			return mlv_buf_add(raw, nodes->at[i].raw, nodes->at[i].len);
	return mlv_error(MLV_E_MISSING, "no such node");
}

static inline struct mlv_node_source nodes_source(struct nodes *nodes)
{
	return (struct mlv_node_source){ nodes_read, nodes };
}

/* Text of a node made with printf alone; cut by nobody: for forging, too. */
static inline void node_text(struct mlv_buf *text, unsigned level, uint64_t entries, uint64_t bytes,
			     const struct mlv_entry *list, size_t count)
{
	char hex[MLV_OID_HEX + 1];

	check_ok(mlv_buf_printf(text, "mlv tree 1 %u %llu %llu\n", level,
				(unsigned long long)entries, (unsigned long long)bytes));
	for (size_t i = 0; i < count; i++) {
		const char *id = list[i].kind == 'd' ? "-" : mlv_oid_format(&list[i].oid, hex);

		check_ok(mlv_buf_printf(text, "%c %s %llu ", list[i].kind, id,
					(unsigned long long)list[i].size));
		check_ok(mlv_buf_add(text, list[i].path, list[i].path_len));
		check_ok(mlv_buf_add_char(text, '\0'));
	}
}

struct below {
	uint64_t entries, bytes;
};

/*
 * The recursive reference: cut the list of this level into nodes; one node is
 * the root, else their list is that of the next level. below[i] is what item i
 * stands for.
 */
static inline struct mlv_oid reference_level(struct nodes *nodes, unsigned level,
					     const struct item *items, const struct below *below,
					     size_t count, unsigned *root_level)
{
	struct item *up = calloc(count + 1, sizeof(*up));
	struct below *up_below = calloc(count + 1, sizeof(*up_below));
	struct mlv_entry *list = calloc(count + 1, sizeof(*list));
	size_t made = 0, start = 0;
	struct mlv_oid root;

	for (size_t i = 0; i < count || (!count && !made); i++) {
		struct mlv_buf text = MLV_BUF_INIT;

		if (count) {
			list[i] = items[i].entry;
			up_below[made].entries += below[i].entries;
			up_below[made].bytes += below[i].bytes;
			if (i + 1 < count && (level == 7 || items[i].digest.bytes[level] != 0))
				continue;
			up[made] = items[start];
		}
		node_text(&text, level, up_below[made].entries, up_below[made].bytes, list + start,
			  count ? i + 1 - start : 0);
		up[made].entry.kind = 'n';
		up[made].entry.size = text.len;
		up[made].entry.oid = nodes_keep(nodes, text.ptr, text.len);
		mlv_buf_release(&text);
		start = i + 1;
		made++;
	}
	root = up[0].entry.oid;
	*root_level = level;
	if (made > 1)
		root = reference_level(nodes, level + 1, up, up_below, made, root_level);
	free(up);
	free(up_below);
	free(list);
	return root;
}

static inline int by_path(const void *a, const void *b)
{
	const struct mlv_entry *x = &((const struct item *)a)->entry;
	const struct mlv_entry *y = &((const struct item *)b)->entry;
	size_t least = x->path_len < y->path_len ? x->path_len : y->path_len;
	int by = memcmp(x->path, y->path, least);

	return by ? by : (x->path_len > y->path_len) - (x->path_len < y->path_len);
}

/* Sort the items and make their tree. */
static inline struct mlv_oid reference_tree(struct nodes *nodes, struct item *items, size_t count,
					    unsigned *level)
{
	struct below *below = calloc(count + 1, sizeof(*below));
	struct mlv_oid root;

	if (count)
		qsort(items, count, sizeof(*items), by_path);
	for (size_t i = 0; i < count; i++) {
		const struct mlv_entry *e = &items[i].entry;

		check_ok(mlv_sha256_of(e->path, e->path_len, &items[i].digest));
		below[i].entries = 1;
		below[i].bytes = strchr("fxFX", e->kind) ? e->size : 0;
	}
	root = reference_level(nodes, 0, items, below, count, level);
	free(below);
	return root;
}

static inline bool same_entry(const struct mlv_entry *a, const struct mlv_entry *b)
{
	return a->kind == b->kind && a->size == b->size && mlv_oid_equal(&a->oid, &b->oid) &&
	       a->path_len == b->path_len && memcmp(a->path, b->path, a->path_len) == 0;
}

static inline bool below_prefix(const struct mlv_entry *e, const char *prefix)
{
	size_t len = strlen(prefix);

	return !len || (e->path_len >= len && memcmp(e->path, prefix, len) == 0 &&
			(e->path_len == len || e->path[len] == '/'));
}

#endif
