#include <stdlib.h>

#include "core/base/sys.h"
#include "core/store/node.h"

static struct mlv_frame *top(struct mlv_cursor *cursor)
{
	return &cursor->frames[cursor->depth - 1];
}

/* A failure about the node that a frame holds. */
static mlv_err about(const struct mlv_frame *frame, mlv_err cause)
{
	char hex[MLV_OID_HEX + 1];

	return mlv_error_wrap(cause, "node %s", mlv_oid_format(&frame->self.oid, hex));
}

static mlv_err damaged(const struct mlv_frame *frame, const char *why)
{
	return about(frame, mlv_error(MLV_E_CORRUPT, "%s", why));
}

/* What a node has to be because of the entry that led to it. */
static mlv_err check_child(const struct mlv_frame *frame, const struct mlv_frame *parent)
{
	const struct mlv_node *node = &frame->node;
	const struct mlv_entry *first = node->list, *last;
	struct mlv_oid digest;
	mlv_err err;

	if (node->level + 1 != parent->node.level)
		return damaged(frame, "its level is not the one below the node that lists it");
	if (frame->raw.len != frame->self.size)
		return damaged(frame, "its length is not what the node that lists it says");
	if (!node->count)
		return damaged(frame, "it is listed and has no entries");
	last = &node->list[node->count - 1];
	if (mlv_path_compare(first->path, first->path_len, frame->self.path,
			     frame->self.path_len) != 0)
		return damaged(frame, "its first path is not what the node that lists it says");
	if (!frame->bound)
		return NULL;
	if (mlv_path_compare(last->path, last->path_len, frame->bound->path,
			     frame->bound->path_len) >= 0)
		return damaged(frame, "its paths reach into the next node");
	if ((err = mlv_entry_digests(last, 1, &digest)))
		return err;
	return mlv_node_cut(node->level, &digest) ? NULL :
	       damaged(frame, "it ends where it has to go on");
}

static mlv_err check_root(const struct mlv_frame *frame)
{
	return frame->node.level == 0 || frame->node.count > 1 ? NULL :
	       damaged(frame, "a root above level 0 lists one node");
}

/* Count a child that was read towards what its parent says is below it. */
static mlv_err count_child(struct mlv_frame *parent, const struct mlv_node *child)
{
	if (child->entries > parent->node.entries - parent->entries ||
	    child->bytes > parent->node.bytes - parent->bytes)
		return damaged(parent, "there is more below it than its header says");
	parent->entries += child->entries;
	parent->bytes += child->bytes;
	return NULL;
}

/* Read the node of self onto the stack. */
static mlv_err push(struct mlv_cursor *cursor, const struct mlv_entry *self,
		    const struct mlv_entry *bound)
{
	struct mlv_frame *frame = &cursor->frames[cursor->depth];
	struct mlv_frame *parent = cursor->depth ? frame - 1 : NULL;
	mlv_err err;

	mlv_node_release(&frame->node);
	mlv_buf_clear(&frame->raw);
	frame->self = *self;
	frame->next = 0;
	frame->bound = bound;
	frame->entries = frame->bytes = 0;
	frame->skipped = false;
	if ((err = cursor->source.read(cursor->source.arg, &self->oid, self->size, &frame->raw)))
		return err;
	if ((err = mlv_node_parse(frame->raw.ptr, frame->raw.len, &frame->node)))
		return about(frame, err);
	if ((err = parent ? check_child(frame, parent) : check_root(frame)) ||
	    (parent && (err = count_child(parent, &frame->node))))
		return err;
	if (!parent)
		frame->self.size = frame->raw.len;
	cursor->depth++;
	return NULL;
}

mlv_err mlv_cursor_open(struct mlv_cursor **out, struct mlv_node_source source,
			const struct mlv_oid *root)
{
	MLV_SCOPED(mlv_cursor_freep) struct mlv_cursor *made = mlv_sys_alloc(sizeof(*made));
	struct mlv_entry self = { 'n', *root, UINT64_MAX, "", 0 };
	mlv_err err;

	if (!made)
		return mlv_error_nomem("a reader of a manifest");
	made->source = source;
	for (size_t i = 0; i < MLV_TREE_LEVELS; i++)
		made->frames[i].raw = (struct mlv_buf)MLV_BUF_LIMIT(MLV_NODE_MAX);
	if ((err = push(made, &self, NULL)))
		return err;
	*out = MLV_TAKE(made);
	return NULL;
}

void mlv_cursor_freep(struct mlv_cursor **cursor)
{
	struct mlv_cursor *c = *cursor;

	for (size_t i = 0; c && i < MLV_TREE_LEVELS; i++) {
		mlv_buf_release(&c->frames[i].raw);
		mlv_node_release(&c->frames[i].node);
	}
	free(c);
	*cursor = NULL;
}

static mlv_err pop(struct mlv_cursor *cursor)
{
	const struct mlv_frame *frame = top(cursor);

	if (frame->node.level && !frame->skipped &&
	    (frame->entries != frame->node.entries || frame->bytes != frame->node.bytes))
		return damaged(frame, "there is less below it than its header says");
	cursor->depth--;
	return cursor->leave ? cursor->leave(cursor->arg, &frame->self) : NULL;
}

mlv_err mlv_cursor_peek(struct mlv_cursor *cursor, const struct mlv_entry **entry)
{
	mlv_err err;

	while (cursor->depth && top(cursor)->next == top(cursor)->node.count)
		if ((err = pop(cursor)))
			return err;
	*entry = cursor->depth ? &top(cursor)->node.list[top(cursor)->next] : NULL;
	return NULL;
}

const struct mlv_entry *mlv_cursor_bound(const struct mlv_cursor *cursor)
{
	const struct mlv_frame *frame = &cursor->frames[cursor->depth - 1];

	return frame->next + 1 < frame->node.count ? &frame->node.list[frame->next + 1] :
						      frame->bound;
}

unsigned mlv_cursor_level(const struct mlv_cursor *cursor)
{
	return cursor->frames[cursor->depth - 1].node.level;
}

mlv_err mlv_cursor_descend(struct mlv_cursor *cursor)
{
	const struct mlv_entry *bound = mlv_cursor_bound(cursor);
	struct mlv_frame *frame = top(cursor);

	return push(cursor, &frame->node.list[frame->next++], bound);
}

void mlv_cursor_skip(struct mlv_cursor *cursor)
{
	struct mlv_frame *frame = top(cursor);

	frame->skipped = true;
	frame->next++;
}

mlv_err mlv_cursor_take(struct mlv_cursor *cursor)
{
	struct mlv_frame *frame = top(cursor);
	const struct mlv_entry *entry = &frame->node.list[frame->next];
	const char *why = mlv_path_order_next(&cursor->order, entry->path, entry->path_len);
	char shown[256];

	if (why)
		return about(frame, mlv_error(MLV_E_CORRUPT, "'%s': %s",
					      mlv_path_shown(entry->path, entry->path_len, shown,
							     sizeof(shown)),
					      why));
	frame->next++;
	return NULL;
}
