#include <stdlib.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/store/node.h"
#include "core/store/tree/build.h"

/* A node that was taken over, and not weighed yet. */
struct taken {
	struct mlv_oid oid;
	uint64_t size;
};

/*
 * Of each level: the nodes below it that were taken over into the node that is
 * being built. How much is below them all is known without reading them: what
 * the old node that listed them says, less what was read of it. That is settled
 * when its last child has come; where a cut is due before, they are read.
 */
struct level {
	struct taken *taken;
	size_t count, cap;
	uint64_t entries, bytes; /* settled of the old node that is being gone through */
};

struct edit {
	struct mlv_cursor *cursor;
	struct mlv_tree_builder *builder;
	struct mlv_node_source source;
	mlv_tree_next_fn next;
	void *arg;
	const struct mlv_entry *change; /* NULL: there are no more */
	struct level levels[MLV_TREE_LEVELS];
	int64_t files;
};

static void edit_release(struct edit *edit)
{
	mlv_cursor_freep(&edit->cursor);
	mlv_tree_builder_freep(&edit->builder);
	for (size_t i = 0; i < MLV_TREE_LEVELS; i++)
		free(edit->levels[i].taken);
}

static mlv_err next_change(struct edit *edit)
{
	return edit->next(edit->arg, &edit->change);
}

/* Weigh nodes that were taken over into an open node by reading them. */
static mlv_err weigh_by_reading(void *arg, unsigned at)
{
	struct edit *edit = arg;
	struct level *level = &edit->levels[at];
	mlv_err err = NULL;

	for (size_t i = 0; i < level->count && !err; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf raw = MLV_BUF_LIMIT(MLV_NODE_MAX);
		MLV_SCOPED(mlv_node_release) struct mlv_node node = { 0 };

		if ((err = edit->source.read(edit->source.arg, &level->taken[i].oid,
					     level->taken[i].size, &raw)) ||
		    (err = mlv_node_parse(raw.ptr, raw.len, &node)))
			return err;
		mlv_tree_builder_weigh(edit->builder, at, node.entries, node.bytes);
		level->entries += node.entries;
		level->bytes += node.bytes;
	}
	level->count = 0;
	return err;
}

/* The old node at the top of a frame lists no more: weigh what was taken over of it. */
static void weigh_rest(struct edit *edit, const struct mlv_frame *frame)
{
	struct level *level = &edit->levels[frame->node.level];

	mlv_tree_builder_weigh(edit->builder, frame->node.level,
			       frame->node.entries - frame->entries - level->entries,
			       frame->node.bytes - frame->bytes - level->bytes);
	level->count = 0;
	level->entries = level->bytes = 0;
}

/* The frame of a node whose children are looked at. */
static const struct mlv_frame *frame_at(const struct edit *edit, size_t depth)
{
	return &edit->cursor->frames[depth - 1];
}

static mlv_err take_over(struct edit *edit, const struct mlv_entry *node)
{
	const struct mlv_frame *frame = frame_at(edit, edit->cursor->depth);
	unsigned above = frame->node.level;
	struct level *level = &edit->levels[above];
	mlv_err err;

	if ((err = mlv_tree_builder_reuse(edit->builder, above - 1, node)) ||
	    (err = mlv_array_grow(&level->taken, &level->cap, level->count + 1,
				  sizeof(*level->taken))))
		return err;
	level->taken[level->count++] = (struct taken){ node->oid, node->size };
	mlv_cursor_skip(edit->cursor);
	if (frame->next == frame->node.count)
		weigh_rest(edit, frame);
	return mlv_tree_builder_end_reuse(edit->builder, above);
}

static mlv_err go_into(struct edit *edit)
{
	const struct mlv_frame *frame = frame_at(edit, edit->cursor->depth);
	mlv_err err = mlv_cursor_descend(edit->cursor);

	if (!err && frame->next == frame->node.count)
		weigh_rest(edit, frame);
	return err;
}

/* The cursor stands on a node: take it over with all below it, or look at what it lists. */
static mlv_err pass_node(struct edit *edit, const struct mlv_entry *node)
{
	const struct mlv_entry *bound = mlv_cursor_bound(edit->cursor), *change = edit->change;
	unsigned level = mlv_cursor_level(edit->cursor) - 1;
	bool closed = false;
	mlv_err err;

	if (change && (!bound || mlv_path_compare(change->path, change->path_len, bound->path,
						  bound->path_len) < 0))
		return go_into(edit);
	if ((err = mlv_tree_builder_settle(edit->builder, level, &closed)))
		return err;
	return closed ? take_over(edit, node) : go_into(edit);
}

static mlv_err put_change(struct edit *edit)
{
	const struct mlv_entry *change = edit->change;
	mlv_err err = NULL;

	if (change->kind) {
		err = mlv_tree_builder_add(edit->builder, change);
		edit->files += change->kind != 'd';
	}
	return err ? err : next_change(edit);
}

/* The cursor stands on an entry of the old tree. */
static mlv_err pass_entry(struct edit *edit, const struct mlv_entry *entry)
{
	int order = edit->change ? mlv_path_compare(edit->change->path, edit->change->path_len,
						    entry->path, entry->path_len)
				 : 1;
	mlv_err err;

	if (order < 0)
		return put_change(edit);
	if ((err = mlv_cursor_take(edit->cursor)))
		return err;
	if (order > 0)
		return mlv_tree_builder_add(edit->builder, entry);
	edit->files -= entry->kind != 'd';
	return put_change(edit);
}

static mlv_err run(struct edit *edit)
{
	const struct mlv_entry *entry;
	mlv_err err = next_change(edit);

	while (!err && !(err = mlv_cursor_peek(edit->cursor, &entry)) && entry)
		err = entry->kind == 'n' ? pass_node(edit, entry) : pass_entry(edit, entry);
	while (!err && edit->change)
		err = put_change(edit);
	return err;
}

/* What was taken over whole may list one node only: then that one is the root. */
static mlv_err find_root(struct mlv_node_source source, struct mlv_tree *tree)
{
	for (;;) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf raw = MLV_BUF_LIMIT(MLV_NODE_MAX);
		MLV_SCOPED(mlv_node_release) struct mlv_node node = { 0 };
		mlv_err err = source.read(source.arg, &tree->oid, tree->root_size, &raw);

		if (err || (err = mlv_node_parse(raw.ptr, raw.len, &node)))
			return err;
		if (node.level == 0 || node.count != 1) {
			tree->entries = node.entries;
			tree->bytes = node.bytes;
			tree->level = node.level;
			return NULL;
		}
		tree->oid = node.list[0].oid;
		tree->root_size = node.list[0].size;
	}
}

mlv_err mlv_tree_edit(struct mlv_batch *batch, struct mlv_node_source source,
		      const struct mlv_oid *root, mlv_tree_next_fn next, void *arg,
		      struct mlv_tree *tree, int64_t *files)
{
	MLV_SCOPED(edit_release) struct edit edit = { .source = source, .next = next, .arg = arg };
	struct mlv_tree made;
	mlv_err err;

	if ((err = mlv_tree_builder_new(&edit.builder, batch)) ||
	    (err = mlv_cursor_open(&edit.cursor, source, root)))
		return err;
	mlv_tree_builder_on_cut(edit.builder, weigh_by_reading, &edit);
	if ((err = run(&edit)) || (err = mlv_tree_builder_finish(edit.builder, &made)))
		return err;
	/* A node that was built says what is below it; one that was taken over has to be read. */
	if (made.entries == UINT64_MAX && (err = find_root(source, &made)))
		return err;
	made.files = 0;
	*tree = made;
	*files = edit.files;
	return NULL;
}
