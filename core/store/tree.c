#include "core/store/tree.h"

#include <stdlib.h>

#include "core/base/sys.h"
#include "core/store/node.h"

static mlv_err read_store(void *arg, const struct mlv_oid *oid, uint64_t size, struct mlv_buf *raw)
{
	struct mlv_key key = { MLV_KIND_NODE, *oid };

	return mlv_store_read(arg, &key, size, raw);
}

struct mlv_node_source mlv_node_source_store(struct mlv_store *store)
{
	return (struct mlv_node_source){ read_store, store };
}

mlv_err mlv_tree_open(struct mlv_node_source source, const struct mlv_oid *root,
		      struct mlv_tree *tree)
{
	MLV_SCOPED(mlv_cursor_freep) struct mlv_cursor *cursor = NULL;
	mlv_err err = mlv_cursor_open(&cursor, source, root);
	const struct mlv_frame *frame;

	if (err)
		return err;
	frame = &cursor->frames[0];
	*tree = (struct mlv_tree){ .oid = *root,
				   .entries = frame->node.entries,
				   .bytes = frame->node.bytes,
				   .level = frame->node.level,
				   .root_size = frame->raw.len };
	return NULL;
}

/* A part of a tree: one path, with what is below it or without. */
struct part {
	const char *path;
	size_t len; /* 0: all */
	bool below;
};

/* Compare path with what every path below part begins with, "part/". */
static int compare_below(const struct part *part, const char *path, size_t len)
{
	size_t least = len < part->len ? len : part->len;
	int by = memcmp(path, part->path, least);

	if (by || len <= part->len)
		return by ? by : -1;
	return ((unsigned char)path[part->len] > '/') - ((unsigned char)path[part->len] < '/');
}

static bool holds(const struct part *part, const struct mlv_entry *entry)
{
	if (!part->len)
		return true;
	if (mlv_path_compare(entry->path, entry->path_len, part->path, part->len) == 0)
		return true;
	return part->below && compare_below(part, entry->path, entry->path_len) == 0;
}

/* Whether a path of the part may lie in the node that goes from first to before bound. */
static bool touches(const struct part *part, const struct mlv_entry *first,
		    const struct mlv_entry *bound)
{
	if (!part->len)
		return true;
	if (mlv_path_compare(first->path, first->path_len, part->path, part->len) <= 0 &&
	    (!bound ||
	     mlv_path_compare(bound->path, bound->path_len, part->path, part->len) > 0))
		return true;
	/* A bound of "part/x" is above some path below part, one of "part-x" above none. */
	return part->below && compare_below(part, first->path, first->path_len) <= 0 &&
	       (!bound || compare_below(part, bound->path, bound->path_len) >= 0);
}

/* Go to the next entry that part holds and take it; NULL at the end. */
static mlv_err next_entry(struct mlv_cursor *cursor, const struct part *part,
			  const struct mlv_entry **entry)
{
	const struct mlv_entry *at;
	mlv_err err;

	while (!(err = mlv_cursor_peek(cursor, &at)) && at) {
		bool node = at->kind == 'n';

		if (node ? touches(part, at, mlv_cursor_bound(cursor)) : holds(part, at)) {
			if ((err = node ? mlv_cursor_descend(cursor) : mlv_cursor_take(cursor)))
				return err;
			if (node)
				continue;
			break;
		}
		mlv_cursor_skip(cursor);
	}
	if (!err)
		*entry = at;
	return err;
}

mlv_err mlv_tree_walk(struct mlv_node_source source, const struct mlv_oid *root,
		      const char *prefix, mlv_entry_fn fn, void *arg)
{
	MLV_SCOPED(mlv_cursor_freep) struct mlv_cursor *cursor = NULL;
	struct part part = { prefix, strlen(prefix), true };
	const struct mlv_entry *entry;
	mlv_err err = mlv_cursor_open(&cursor, source, root);

	while (!err && !(err = next_entry(cursor, &part, &entry)) && entry)
		err = fn(arg, entry);
	return err;
}

mlv_err mlv_tree_walk_nodes(struct mlv_node_source source, const struct mlv_oid *root,
			    const char *prefix, mlv_entry_fn fn, void *arg)
{
	MLV_SCOPED(mlv_cursor_freep) struct mlv_cursor *cursor = NULL;
	struct part part = { prefix, strlen(prefix), true };
	const struct mlv_entry *entry = NULL;
	mlv_err err = mlv_cursor_open(&cursor, source, root);

	if (err)
		return err;
	cursor->leave = fn;
	cursor->arg = arg;
	do
		err = next_entry(cursor, &part, &entry);
	while (!err && entry);
	return err;
}

struct mlv_tree_iter {
	struct mlv_cursor *cursor;
	char *prefix;
	struct part part;
};

mlv_err mlv_tree_iter_new(struct mlv_tree_iter **out, struct mlv_node_source source,
			  const struct mlv_oid *root, const char *prefix)
{
	MLV_SCOPED(mlv_tree_iter_freep) struct mlv_tree_iter *made = mlv_sys_alloc(sizeof(*made));
	mlv_err err;

	if (!made || !(made->prefix = mlv_sys_strdup(prefix)))
		return mlv_error_nomem("a reader of a manifest");
	made->part = (struct part){ made->prefix, strlen(prefix), true };
	if ((err = mlv_cursor_open(&made->cursor, source, root)))
		return err;
	*out = MLV_TAKE(made);
	return NULL;
}

void mlv_tree_iter_freep(struct mlv_tree_iter **iter)
{
	if (!*iter)
		return;
	mlv_cursor_freep(&(*iter)->cursor);
	free((*iter)->prefix);
	free(*iter);
	*iter = NULL;
}

mlv_err mlv_tree_iter_next(struct mlv_tree_iter *iter, const struct mlv_entry **entry)
{
	return next_entry(iter->cursor, &iter->part, entry);
}

mlv_err mlv_tree_find(struct mlv_node_source source, const struct mlv_oid *root, const char *path,
		      size_t path_len, struct mlv_entry *entry, bool *found)
{
	MLV_SCOPED(mlv_cursor_freep) struct mlv_cursor *cursor = NULL;
	struct part part = { path, path_len, false };
	const struct mlv_entry *at = NULL;
	mlv_err err = mlv_cursor_open(&cursor, source, root);

	if (err || (path_len && (err = next_entry(cursor, &part, &at))))
		return err;
	*found = at != NULL;
	if (!at)
		return NULL;
	*entry = *at;
	entry->path = NULL;
	entry->path_len = 0;
	return NULL;
}
