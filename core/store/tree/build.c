#include <stdlib.h>

#include "core/base/sys.h"
#include "core/store/node.h"
#include "core/store/sha256.h"
#include "core/store/tree/build.h"

#define QUEUE 32 /* nodes of level 0 that are hashed at once, in lanes, and put at once */

/* A node that grows. */
struct open_node {
	struct mlv_buf body; /* entries, without the header */
	struct mlv_buf first; /* path of the first */
	struct mlv_oid first_digest;
	size_t count;
	bool ends; /* the last, which was taken over, is one to cut after */
	uint64_t entries, bytes; /* below */
};

/* A node that was cut. */
struct cut_node {
	struct mlv_buf raw;
	struct mlv_buf first;
	struct mlv_oid first_digest;
	struct mlv_oid oid;
	unsigned level;
	uint64_t entries, bytes;
};

static void cut_node_release(struct cut_node *node)
{
	mlv_buf_release(&node->raw);
	mlv_buf_release(&node->first);
}

/* Where an entry that waits for the digest of its path lies in the text. */
struct waiting {
	size_t start, path, end;
	uint64_t bytes; /* that it counts for */
};

struct mlv_tree_builder {
	struct mlv_batch *batch;
	struct mlv_path_order order;
	struct mlv_buf text; /* of the entries that wait */
	struct waiting waiting[MLV_TREE_GROUP];
	size_t waits;
	struct open_node open[MLV_TREE_LEVELS];
	uint64_t cut[MLV_TREE_LEVELS]; /* nodes of the level so far */
	struct cut_node queue[QUEUE];
	size_t queued;
	struct mlv_tree last[MLV_TREE_LEVELS]; /* the last of them */
	uint64_t files, bytes;
	mlv_weigh_fn weigh; /* NULL: no node is taken over */
	void *weigh_arg;
};

mlv_err mlv_tree_builder_new(struct mlv_tree_builder **out, struct mlv_batch *batch)
{
	struct mlv_tree_builder *made = mlv_sys_alloc(sizeof(*made));

	if (!made)
		return mlv_error_nomem("a manifest");
	made->batch = batch;
	made->text = (struct mlv_buf)MLV_BUF_INIT;
	for (size_t i = 0; i < MLV_TREE_LEVELS; i++) {
		made->open[i].body = (struct mlv_buf)MLV_BUF_LIMIT(MLV_NODE_MAX);
		made->open[i].first = (struct mlv_buf)MLV_BUF_INIT;
	}
	for (size_t i = 0; i < QUEUE; i++) {
		made->queue[i].raw = (struct mlv_buf)MLV_BUF_LIMIT(MLV_NODE_MAX);
		made->queue[i].first = (struct mlv_buf)MLV_BUF_INIT;
	}
	*out = made;
	return NULL;
}

void mlv_tree_builder_freep(struct mlv_tree_builder **builder)
{
	struct mlv_tree_builder *b = *builder;

	if (!b)
		return;
	mlv_buf_release(&b->text);
	for (size_t i = 0; i < MLV_TREE_LEVELS; i++) {
		mlv_buf_release(&b->open[i].body);
		mlv_buf_release(&b->open[i].first);
	}
	for (size_t i = 0; i < QUEUE; i++)
		cut_node_release(&b->queue[i]);
	free(b);
	*builder = NULL;
}

/* Move the open node of a level to a node that was cut. */
static mlv_err cut(struct mlv_tree_builder *b, unsigned level, struct cut_node *to)
{
	struct open_node *open = &b->open[level];
	mlv_err err;

	mlv_buf_clear(&to->raw);
	mlv_buf_clear(&to->first);
	if ((err = mlv_node_add_header(&to->raw, level, open->entries, open->bytes)) ||
	    (err = mlv_buf_add(&to->raw, open->body.ptr, open->body.len)))
		return mlv_error_wrap(err, "a node of the manifest");
	if ((err = mlv_buf_add(&to->first, open->first.ptr, open->first.len)))
		return err;
	to->first_digest = open->first_digest;
	to->level = level;
	to->entries = open->entries;
	to->bytes = open->bytes;
	mlv_buf_clear(&open->body);
	mlv_buf_clear(&open->first);
	open->count = 0;
	open->ends = false;
	open->entries = open->bytes = 0;
	b->cut[level]++;
	return NULL;
}

/* Append an entry, formatted, to the open node of a level. */
static mlv_err append(struct open_node *open, const char *text, size_t len, const char *path,
		      size_t path_len, const struct mlv_oid *digest)
{
	mlv_err err = mlv_buf_add(&open->body, text, len);

	if (!err && !open->count) {
		open->first_digest = *digest;
		err = mlv_buf_add(&open->first, path, path_len);
	}
	open->count++;
	return err ? mlv_error_wrap(err, "a node of the manifest") : NULL;
}

static mlv_err cut_above(struct mlv_tree_builder *b, unsigned level);

/* List a node that was put in the level above, which may be cut by that. */
static mlv_err list(struct mlv_tree_builder *b, const struct cut_node *node)
{
	struct mlv_entry entry = { 'n', node->oid, node->raw.len, node->first.ptr,
				   node->first.len };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	unsigned above = node->level + 1;
	mlv_err err;

	b->last[node->level] = (struct mlv_tree){ .oid = node->oid,
						  .entries = node->entries,
						  .bytes = node->bytes,
						  .level = node->level,
						  .root_size = node->raw.len };
	if (above == MLV_TREE_LEVELS)
		return NULL;
	if ((err = mlv_node_add_entry(&text, &entry)) ||
	    (err = append(&b->open[above], text.ptr, text.len, entry.path, entry.path_len,
			  &node->first_digest)))
		return err;
	b->open[above].entries += node->entries;
	b->open[above].bytes += node->bytes;
	return mlv_node_cut(above, &node->first_digest) ? cut_above(b, above) : NULL;
}

/* Put nodes whose ids are known. */
static mlv_err put_nodes(const struct mlv_tree_builder *b, const struct cut_node *nodes,
			 size_t count)
{
	struct mlv_put puts[QUEUE];

	for (size_t i = 0; i < count; i++)
		puts[i] = (struct mlv_put){ { MLV_KIND_NODE, nodes[i].oid }, nodes[i].raw.ptr,
					    nodes[i].raw.len };
	return b->batch && count ? mlv_batch_put_many(b->batch, puts, count) : NULL;
}

/* Cut a level above 0, where nodes are too few for lanes. */
static mlv_err cut_above(struct mlv_tree_builder *b, unsigned level)
{
	MLV_SCOPED(cut_node_release) struct cut_node node = { .raw = MLV_BUF_LIMIT(MLV_NODE_MAX),
							      .first = MLV_BUF_INIT };
	mlv_err err = b->weigh ? b->weigh(b->weigh_arg, level) : NULL;

	if (err || (err = cut(b, level, &node)) ||
	    (err = mlv_sha256_of(node.raw.ptr, node.raw.len, &node.oid)) ||
	    (err = put_nodes(b, &node, 1)))
		return err;
	return list(b, &node);
}

/* Hash and put the nodes of level 0 that were cut, and list them. */
static mlv_err flush_queue(struct mlv_tree_builder *b)
{
	struct mlv_message messages[QUEUE];
	mlv_err err;

	for (size_t i = 0; i < b->queued; i++)
		messages[i] = (struct mlv_message){ b->queue[i].raw.ptr, b->queue[i].raw.len,
						    &b->queue[i].oid };
	if (!(err = mlv_sha256_many(messages, b->queued)))
		err = put_nodes(b, b->queue, b->queued);
	for (size_t i = 0; !err && i < b->queued; i++)
		err = list(b, &b->queue[i]);
	b->queued = 0;
	return err;
}

static mlv_err cut_queued(struct mlv_tree_builder *b)
{
	mlv_err err = b->queued == QUEUE ? flush_queue(b) : NULL;

	if (!err)
		err = cut(b, 0, &b->queue[b->queued]);
	if (!err)
		b->queued++;
	return err;
}

/* Hash the paths that wait, and let their entries join nodes of level 0. */
static mlv_err flush_waiting(struct mlv_tree_builder *b)
{
	struct mlv_message messages[MLV_TREE_GROUP];
	struct mlv_oid digests[MLV_TREE_GROUP];
	struct open_node *open = &b->open[0];
	mlv_err err;

	for (size_t i = 0; i < b->waits; i++) {
		const struct waiting *w = &b->waiting[i];

		messages[i] = (struct mlv_message){ b->text.ptr + w->path, w->end - 1 - w->path,
						    &digests[i] };
	}
	err = mlv_sha256_many(messages, b->waits);
	for (size_t i = 0; !err && i < b->waits; i++) {
		const struct waiting *w = &b->waiting[i];

		err = append(open, b->text.ptr + w->start, w->end - w->start, b->text.ptr + w->path,
			     w->end - 1 - w->path, &digests[i]);
		open->entries++;
		open->bytes += w->bytes;
		if (!err && mlv_node_cut(0, &digests[i]))
			err = cut_queued(b);
	}
	b->waits = 0;
	mlv_buf_clear(&b->text);
	return err;
}

mlv_err mlv_tree_builder_add(struct mlv_tree_builder *b, const struct mlv_entry *entry)
{
	const char *why = entry->kind == 'n' ? "its kind is not known" : mlv_entry_check(entry);
	uint64_t bytes = mlv_entry_has_bytes(entry->kind) ? entry->size : 0;
	struct waiting *w = &b->waiting[b->waits];
	char shown[256];
	mlv_err err;

	if (!why && bytes > MLV_SIZE_MAX - b->bytes)
		why = "the sizes of all files are beyond what can be";
	if (!why)
		why = mlv_path_order_next(&b->order, entry->path, entry->path_len);
	if (why)
		return mlv_error(MLV_E_REFUSED, "'%s' cannot be in a manifest: %s",
				 mlv_path_shown(entry->path, entry->path_len, shown, sizeof(shown)),
				 why);
	w->start = b->text.len;
	if ((err = mlv_node_add_entry(&b->text, entry)))
		return err;
	w->end = b->text.len;
	w->path = w->end - 1 - entry->path_len;
	w->bytes = bytes;
	b->bytes += bytes;
	b->files += entry->kind != 'd';
	return ++b->waits == MLV_TREE_GROUP ? flush_waiting(b) : NULL;
}

void mlv_tree_builder_on_cut(struct mlv_tree_builder *b, mlv_weigh_fn fn, void *arg)
{
	b->weigh = fn;
	b->weigh_arg = arg;
}

mlv_err mlv_tree_builder_settle(struct mlv_tree_builder *b, unsigned level, bool *closed)
{
	mlv_err err = flush_waiting(b);

	if (err || (err = flush_queue(b)))
		return err;
	*closed = true;
	for (unsigned i = 0; i <= level; i++)
		*closed &= b->open[i].count == 0;
	return NULL;
}

mlv_err mlv_tree_builder_reuse(struct mlv_tree_builder *b, unsigned level,
			       const struct mlv_entry *entry)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	struct mlv_oid digest;
	mlv_err err;

	if ((err = mlv_entry_digests(entry, 1, &digest)) ||
	    (err = mlv_node_add_entry(&text, entry)) ||
	    (err = append(&b->open[level + 1], text.ptr, text.len, entry->path, entry->path_len,
			  &digest)))
		return err;
	b->open[level + 1].ends = mlv_node_cut(level + 1, &digest);
	/* Below it are one or more nodes of each level: not to be taken for the only one. */
	for (unsigned i = 0; i < level; i++)
		b->cut[i] += 2;
	b->cut[level]++;
	b->last[level] = (struct mlv_tree){ .oid = entry->oid, .entries = UINT64_MAX,
					    .level = level, .root_size = entry->size };
	b->order.begun = true;
	return NULL;
}

void mlv_tree_builder_weigh(struct mlv_tree_builder *b, unsigned level, uint64_t entries,
			    uint64_t bytes)
{
	b->open[level].entries += entries;
	b->open[level].bytes += bytes;
}

mlv_err mlv_tree_builder_end_reuse(struct mlv_tree_builder *b, unsigned level)
{
	return b->open[level].ends ? cut_above(b, level) : NULL;
}

/* Cut what is open, level by level, until a level has exactly one node. */
mlv_err mlv_tree_builder_finish(struct mlv_tree_builder *b, struct mlv_tree *tree)
{
	mlv_err err = flush_waiting(b);

	if (!err && (b->open[0].count || !b->order.begun))
		err = cut_queued(b);
	if (!err)
		err = flush_queue(b);
	for (unsigned level = 0; !err && level < MLV_TREE_LEVELS; level++) {
		if (level && b->open[level].count)
			err = cut_above(b, level);
		if (err || b->cut[level] != 1)
			continue;
		*tree = b->last[level];
		tree->files = b->files;
		return NULL;
	}
	return err ? err : mlv_error(MLV_E_REFUSED, "a manifest of too many paths");
}
