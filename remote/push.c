#include "remote/push.h"

#include <stdlib.h>

#include "core/base/pool.h"
#include "core/base/sys.h"
#include "remote/compare.h"
#include "remote/roots.h"

#define ROUND 4096 /* keys that are made durable at once */

struct push {
	struct mlv_ctx *ctx;
	unsigned jobs;
	struct mlv_store *cache;
	struct mlv_transport *remote;
	const struct mlv_want *wants;
	size_t count;
	struct mlv_items items;
	bool formed; /* the remote has its format */
	size_t *phase; /* positions of the items that are sent now */
	size_t phase_count, round; /* the round under way begins there in phase */
	bool *published; /* of each want */
	_Atomic uint64_t files, keys, bytes, nodes, roots;
	struct mlv_problems *problems;
	struct mlv_node_finder finder;
};

static void release_push(struct push *push)
{
	mlv_items_release(&push->items);
	free(push->phase);
	free(push->published);
}

static bool is_there(const struct mlv_item *item)
{
	return item->state == MLV_ITEM_THERE || item->state == MLV_ITEM_DONE;
}

/* Whether a key lies at the remote as far as is known; what nobody asked for may. */
static bool may_be_there(const struct push *push, struct mlv_key key)
{
	const struct mlv_item *item = mlv_items_find(&push->items, &key);

	if (item && !is_there(item))
		return false;
	if (key.kind != MLV_KIND_LARGE)
		return true;
	key.kind = MLV_KIND_LEAVES;
	return may_be_there(push, key);
}

/* Whether all that a node names is at the remote. */
static mlv_err is_covered(const struct push *push, const struct mlv_buf *raw, bool *covered)
{
	MLV_SCOPED(mlv_node_release) struct mlv_node node = { 0 };
	mlv_err err = mlv_node_parse(raw->ptr, raw->len, &node);

	*covered = true;
	for (size_t i = 0; !err && *covered && i < node.count; i++)
		if (node.list[i].kind != 'd')
			*covered = may_be_there(push, mlv_entry_key(&node.list[i]));
	return err;
}

/* *sent stays false when something else failed that the item needs. */
static mlv_err send_small(struct push *push, const struct mlv_item *item, bool *sent, bool *ours)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf raw = MLV_BUF_INIT;
	bool covered = true;
	mlv_err err;

	*ours = true;
	err = mlv_store_read(push->cache, &item->key, item->size, &raw);
	if (!err && item->key.kind == MLV_KIND_NODE)
		err = is_covered(push, &raw, &covered);
	if (err || !covered)
		return err;
	*ours = false;
	err = mlv_remote_write(push->remote, &item->key, raw.ptr, raw.len);
	if (!err)
		*sent = true;
	if (!err && item->key.kind == MLV_KIND_OBJECT)
		mlv_tell_advance(push->ctx, 0, raw.len);
	return err;
}

static mlv_err send_item(struct push *push, const struct mlv_item *item, bool *sent, bool *ours)
{
	mlv_err err;

	if (item->key.kind != MLV_KIND_LARGE)
		return send_small(push, item, sent, ours);
	*ours = true; /* its failures of reading are MISSING or CORRUPT, which no remote gives */
	err = mlv_remote_write_large(push->remote, push->cache, &item->key, item->size);
	if (!err)
		*sent = true;
	return err;
}

static void count_sent(struct push *push, const struct mlv_item *item)
{
	push->keys++;
	if (item->key.kind == MLV_KIND_NODE)
		push->nodes++;
	if (item->key.kind == MLV_KIND_OBJECT || item->key.kind == MLV_KIND_LARGE) {
		push->files++;
		push->bytes += item->size;
	}
	mlv_tell_advance(push->ctx, 1, 0);
}

/* Only what ends the push is returned; what is wrong with one object is noted. */
static mlv_err send_round(void *arg, size_t index, unsigned worker)
{
	struct push *push = arg;
	struct mlv_item *item = &push->items.at[push->phase[push->round + index]];
	bool sent = false, ours = false;
	mlv_err err;

	(void)worker;
	err = send_item(push, item, &sent, &ours);
	item->state = sent ? MLV_ITEM_DONE : MLV_ITEM_FAILED;
	if (sent)
		count_sent(push, item);
	if (err && ours && (err->code == MLV_E_MISSING || err->code == MLV_E_CORRUPT))
		err = mlv_problems_add(push->problems, item, err);
	return err;
}

static bool is_lacking(const struct mlv_item *item)
{
	return item->state == MLV_ITEM_ASKED || item->state == MLV_ITEM_WRONG;
}

/* Make durable what was sent, whether all was or not: err is what the round came to. */
static mlv_err settle(struct push *push, mlv_err err)
{
	struct mlv_error kept;
	mlv_err failed;

	if (!err)
		return mlv_transport_flush(push->remote, false);
	kept = *err;
	failed = mlv_transport_flush(push->remote, false);
	if (failed)
		mlv_tell_detail(push->ctx, "what was sent could not be kept: %s", failed->msg);
	return mlv_error_copy(&kept);
}

static mlv_err send_rounds(struct push *push)
{
	mlv_err err = NULL;

	for (push->round = 0; !err && push->round < push->phase_count; push->round += ROUND) {
		size_t left = push->phase_count - push->round;

		err = mlv_pool_run(push->ctx, push->jobs, left < ROUND ? left : ROUND, send_round,
				   push);
		err = settle(push, err);
	}
	return err;
}

static mlv_err send_phase(struct push *push, enum mlv_kind kind, unsigned level)
{
	size_t at, end;

	push->phase_count = 0;
	mlv_items_range(&push->items, kind, &at, &end);
	for (; at < end; at++)
		if (is_lacking(&push->items.at[at]) && push->items.at[at].level == level)
			push->phase[push->phase_count++] = at;
	return send_rounds(push);
}

static mlv_err send_phases(struct push *push)
{
	mlv_err err;

	if ((err = send_phase(push, MLV_KIND_OBJECT, 0)) ||
	    (err = send_phase(push, MLV_KIND_LARGE, 0)) ||
	    (err = send_phase(push, MLV_KIND_LEAVES, 0)))
		return err;
	for (unsigned level = 0; !err && level < MLV_TREE_LEVELS; level++)
		err = send_phase(push, MLV_KIND_NODE, level);
	return err;
}

/* Before anything else is written, a new remote gets its format. */
static mlv_err form(struct push *push)
{
	mlv_err err = push->formed ? NULL : mlv_remote_mark(push->remote);

	if (!err)
		push->formed = true;
	return err;
}

static mlv_err send_lacking(struct push *push)
{
	uint64_t lacking = 0, bytes = 0;
	mlv_err err;

	for (size_t i = 0; i < push->items.count; i++) {
		const struct mlv_item *item = &push->items.at[i];

		if (!is_lacking(item))
			continue;
		lacking++;
		if (item->key.kind == MLV_KIND_OBJECT || item->key.kind == MLV_KIND_LARGE)
			bytes += item->size;
	}
	if (lacking == 0)
		return NULL;
	if (!(push->phase = mlv_sys_alloc_array(push->items.count, sizeof(*push->phase))))
		return mlv_error_nomem("a push");
	if ((err = form(push)))
		return err;
	mlv_tell_begin(push->ctx, "pushing", lacking, bytes);
	err = send_phases(push);
	mlv_tell_end(push->ctx);
	return err;
}

static mlv_err note_lost(void *arg, const struct mlv_item *node, mlv_err why)
{
	return mlv_problems_add(arg, node, why);
}

static mlv_err give_up(void *arg, const struct mlv_item *node, mlv_err why)
{
	(void)arg;
	(void)node;
	(void)why;
	return NULL;
}

/* Every key of one tree, with what is known of it. */
static mlv_err tree_items(struct push *push, const struct mlv_want *want, struct mlv_items *items)
{
	mlv_err err = mlv_closure_collect(push->ctx, 1, mlv_node_source_find(&push->finder), want,
					  1, give_up, NULL, items);

	for (size_t i = 0; !err && i < items->count; i++) {
		const struct mlv_item *known = mlv_items_find(&push->items, &items->at[i].key);

		items->at[i].state = known ? known->state : MLV_ITEM_FAILED;
	}
	return err;
}

static bool all_there(const struct mlv_items *items)
{
	for (size_t i = 0; i < items->count; i++)
		if (!is_there(&items->at[i]))
			return false;
	return true;
}

static mlv_err publish(struct push *push, const struct mlv_want *want,
		       const struct mlv_items *items)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	char path[MLV_ROOT_PATH];
	mlv_err err;

	if (!all_there(items))
		return NULL;
	if ((err = mlv_root_write(&want->key.oid, items, &text)) ||
	    (err = mlv_transport_put_bytes_later(push->remote, mlv_root_path(&want->key.oid, path),
						 text.ptr, text.len)))
		return err;
	push->keys++;
	push->roots++;
	return NULL;
}

static mlv_err publish_round(void *arg, size_t index, unsigned worker)
{
	MLV_SCOPED(mlv_items_release) struct mlv_items items = { 0 };
	struct push *push = arg;
	const struct mlv_want *want = &push->wants[index];
	mlv_err err;

	(void)worker;
	if (!mlv_want_is_tree(want) || push->published[index])
		return NULL;
	if (push->count == 1)
		return publish(push, want, &push->items);
	err = tree_items(push, want, &items);
	return err ? err : publish(push, want, &items);
}

static mlv_err publish_all(struct push *push)
{
	bool any = false;
	mlv_err err;

	push->published = mlv_sys_alloc_array(push->count + 1, sizeof(*push->published));
	if (!push->published)
		return mlv_error_nomem("a push");
	if ((err = mlv_roots_look(push->remote, push->wants, push->count, push->published)))
		return err;
	for (size_t i = 0; i < push->count; i++)
		any = any || (mlv_want_is_tree(&push->wants[i]) && !push->published[i]);
	if (!any)
		return NULL;
	if ((err = form(push)) || (err = mlv_transport_flush(push->remote, true)))
		return err;
	err = mlv_pool_run(push->ctx, push->jobs, push->count, publish_round, push);
	return settle(push, err);
}

static mlv_err push_all(struct push *push)
{
	struct mlv_node_source source = mlv_node_source_find(&push->finder);
	mlv_err err;

	if ((err = mlv_remote_check(push->remote, &push->formed)) ||
	    (err = mlv_closure_collect(push->ctx, push->jobs, source, push->wants, push->count,
				       note_lost, push->problems, &push->items)) ||
	    (err = mlv_closure_check_parts(push->ctx, source, push->wants, push->count)) ||
	    (err = mlv_remote_look(push->remote, &push->items)) || (err = send_lacking(push)) ||
	    (err = publish_all(push)))
		return err;
	return mlv_problems_name(push->problems, push->ctx, source, push->wants, push->count);
}

mlv_err mlv_push(struct mlv_store *cache, struct mlv_transport *remote,
		 const struct mlv_want *wants, size_t count, struct mlv_transfer *transfer)
{
	/* Held only for the lock that keeps gc away from what is being sent. */
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	MLV_SCOPED(release_push) struct push push = {
		.ctx = remote->ctx,
		.jobs = mlv_remote_jobs(remote),
		.cache = cache,
		.remote = remote,
		.wants = wants,
		.count = count,
		.problems = &transfer->problems,
		.finder = { .cache = cache, .remote = remote },
	};
	mlv_err err;

	if ((err = mlv_batch_begin(&batch, cache)) || (err = push_all(&push)))
		return err;
	transfer->files = push.files + push.roots;
	/* A part of a tree, or a tree that had lost some nodes. */
	if (push.nodes > 0 && push.roots == 0)
		transfer->files++;
	transfer->keys = push.keys;
	transfer->bytes = push.bytes;
	return NULL;
}
