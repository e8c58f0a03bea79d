#include "remote/push.h"

#include <stdlib.h>

#include "core/base/pool.h"
#include "core/base/sys.h"
#include "remote/bases.h"
#include "remote/chunked.h"
#include "remote/compare.h"
#include "remote/push_marks.h"
#include "remote/push_packs.h"
#include "remote/push_roots.h"
#include "remote/push_verify.h"
#include "remote/receipts.h"

#define LEAVES_PACKED ((uint64_t)1 << 20) /* bytes: longer lists are sent by themselves */

struct push {
	struct mlv_ctx *ctx;
	unsigned jobs;
	struct mlv_store *cache;
	struct mlv_transport *remote;
	const struct mlv_want *wants;
	size_t count;
	struct mlv_items items;
	bool formed; /* the remote has its format */
	struct mlv_bases bases;
	struct mlv_remote_packs found; /* the packs of these */
	struct mlv_push_packs packs;
	size_t *phase; /* positions of the items that are sent now */
	size_t phase_count, round; /* the round under way begins there in phase */
	_Atomic uint64_t files, keys, bytes, nodes;
	uint64_t roots;
	struct mlv_problems *problems;
	struct mlv_node_finder finder;
	const char *receipts;
	bool dry; /* nothing is written */
	struct mlv_push_verify verify;
	struct mlv_marks *seen; /* of earlier rounds */
};

static void release_push(struct push *push)
{
	mlv_push_packs_release(&push->packs);
	mlv_remote_packs_release(&push->found);
	mlv_bases_release(&push->bases);
	mlv_items_release(&push->items);
	free(push->phase);
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
		err = mlv_items_cover(&push->items, &raw, &covered);
	if (err || !covered)
		return err;
	*ours = false;
	err = mlv_remote_write(push->remote, &item->key, raw.ptr, raw.len,
			       item->state == MLV_ITEM_ASKED);
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
	err = mlv_remote_write_large(push->remote, push->cache, &item->key, item->size,
				     item->state == MLV_ITEM_ASKED);
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
	if (sent) {
		count_sent(push, item);
		mlv_tell_advance(push->ctx, 1, 0);
	}
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
	size_t count;
	mlv_err err = NULL;

	for (push->round = 0; !err && push->round < push->phase_count; push->round += count) {
		count = push->phase_count - push->round;
		/* Nobody waits for the last of a round where each put is durable by itself. */
		if (mlv_transport_puts_later(push->remote))
			count = mlv_items_round(&push->items, push->phase + push->round, count);
		err = mlv_pool_run(push->ctx, push->jobs, count, send_round, push);
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

/* ---- packs ---- */

/* Whether all that is sent will be named by roots, without which nobody finds a pack. */
static bool may_pack(const struct push *push)
{
	for (size_t i = 0; i < push->count; i++)
		if (push->wants[i].key.kind == MLV_KIND_NODE && !mlv_want_is_tree(&push->wants[i]))
			return false;
	return true;
}

static bool is_packable(const struct push *push, size_t at)
{
	const struct mlv_item *item = &push->items.at[at];

	/* Where something else lies under its name, who looks there first is to find it. */
	if (item->state != MLV_ITEM_ASKED || item->key.kind == MLV_KIND_LARGE ||
	    (item->key.kind == MLV_KIND_LEAVES && item->size > LEAVES_PACKED) ||
	    (at > 0 && mlv_key_compare(&item[-1].key, &item->key) == 0))
		return false;
	if (item->key.kind != MLV_KIND_OBJECT)
		return true;
	/* What a pointer names is sent by itself: it is to be found without a root. */
	return item->size < MLV_PACKED_MAX && !item->wanted;
}

static mlv_err send_packs(struct push *push, enum mlv_pack_class class)
{
	mlv_err err;

	push->phase_count = 0;
	for (size_t i = 0; i < push->items.count && may_pack(push); i++)
		if (mlv_pack_class_of(push->items.at[i].key.kind) == class && is_packable(push, i))
			push->phase[push->phase_count++] = i;
	if (push->phase_count < MLV_PACKED_LEAST)
		return NULL;
	err = mlv_push_packs_send(&push->packs, class, push->phase, push->phase_count);
	if ((err = settle(push, err)))
		return err;
	for (size_t i = 0; i < push->phase_count; i++)
		if (push->items.at[push->phase[i]].state == MLV_ITEM_DONE)
			count_sent(push, &push->items.at[push->phase[i]]);
	return NULL;
}

/* A tree's root node lies by itself, also when it is in a pack. */
static mlv_err send_root_nodes(struct push *push)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < push->count; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf raw = MLV_BUF_INIT;
		struct mlv_item *item = mlv_items_find(&push->items, &push->wants[i].key);

		if (push->wants[i].key.kind != MLV_KIND_NODE || !item ||
		    item->state != MLV_ITEM_DONE || item->pack == 0)
			continue;
		if (!(err = mlv_store_read(push->cache, &item->key, item->size, &raw)))
			err = mlv_remote_write(push->remote, &item->key, raw.ptr, raw.len, true);
		item->pack = 0;
	}
	return settle(push, err);
}

static void count_chunked(void *arg, const struct mlv_item *item)
{
	count_sent(arg, item);
}

static mlv_err send_large(struct push *push)
{
	const struct mlv_push_chunked chunked = {
		.packs = &push->packs, .wants = push->wants, .count = push->count,
		.source = mlv_node_source_find(&push->finder), .receipts = push->receipts,
		.sent = count_chunked, .arg = push,
	};
	mlv_err err = NULL;

	if (push->remote->dedup)
		err = settle(push, mlv_push_chunked_send(&chunked));
	/* What is damaged there may be so in a pack that looks right: that is sent whole. */
	return err ? err : send_phase(push, MLV_KIND_LARGE, 0);
}

static mlv_err send_phases(struct push *push)
{
	mlv_err err;

	if ((err = send_packs(push, MLV_PACK_DATA)) ||
	    (err = send_phase(push, MLV_KIND_OBJECT, 0)) ||
	    (err = send_large(push)) ||
	    (err = send_packs(push, MLV_PACK_NODES)) ||
	    (err = send_phase(push, MLV_KIND_LEAVES, 0)))
		return err;
	for (unsigned level = 0; !err && level < MLV_TREE_LEVELS; level++)
		err = send_phase(push, MLV_KIND_NODE, level);
	return err ? err : send_root_nodes(push);
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

/* What would be sent, as if it had been: all of it that the cache has. */
static mlv_err plan(struct push *push)
{
	mlv_err err = mlv_cache_look(push->ctx, push->cache, &push->items);

	for (size_t i = 0; !err && i < push->items.count; i++) {
		struct mlv_item *item = &push->items.at[i];

		if (!is_lacking(item))
			continue;
		item->state = item->here ? MLV_ITEM_DONE : MLV_ITEM_FAILED;
		if (item->here)
			count_sent(push, item);
		else
			err = mlv_problems_add(push->problems, item,
					       mlv_error(MLV_E_MISSING, "not in the cache"));
	}
	return err;
}

static mlv_err note_lost(void *arg, const struct mlv_item *node, mlv_err why)
{
	return mlv_problems_add(arg, node, why);
}

static mlv_err publish_all(struct push *push)
{
	struct mlv_push_roots roots = {
		.ctx = push->ctx, .jobs = push->jobs, .remote = push->remote,
		.source = mlv_node_source_find(&push->finder), .wants = push->wants,
		.count = push->count, .items = &push->items, .bases = &push->bases,
		.packs = &push->packs, .dry = push->dry,
	};
	mlv_err err;

	if (!mlv_push_roots_any(&roots))
		return NULL;
	if (!push->dry && ((err = form(push)) || (err = mlv_transport_flush(push->remote, true))))
		return err;
	err = settle(push, mlv_push_roots_send(&roots));
	push->roots = roots.sent;
	push->keys += roots.sent;
	return err;
}

/* Remember what is published now, for the next push of the same outputs. */
static mlv_err note_receipts(const struct push *push)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && !push->dry && i < push->count; i++) {
		const struct mlv_want *want = &push->wants[i];
		const struct mlv_item *root = mlv_items_find(&push->items, &want->key);

		if ((mlv_want_is_tree(want) || (root && root->chunked)) && root &&
		    mlv_item_is_there(root))
			err = mlv_receipts_note(push->receipts, push->remote->url, want->label,
						&want->key.oid);
	}
	return err;
}

static mlv_err find_bases(struct push *push)
{
	mlv_err err;

	push->packs.first = 1;
	if (!push->formed)
		return NULL;
	if ((err = mlv_bases_read(&push->bases, push->remote, push->wants, push->count)) ||
	    (err = mlv_bases_look_further(&push->bases, push->remote, push->cache, push->wants,
					  push->count, push->receipts)) ||
	    (err = mlv_bases_confirm(&push->bases, push->remote)))
		return err;
	push->packs.first = (uint32_t)push->bases.count + 1;
	return mlv_bases_add_packs(&push->bases, &push->found);
}

/* What lies at the remote: in packs, by the bases, and by itself, by looking. */
static mlv_err look(struct push *push)
{
	mlv_err err = mlv_bases_mark(&push->bases, push->ctx, mlv_node_source_store(push->cache),
				     push->wants, push->count, &push->items);

	if (!err)
		err = mlv_remote_look(push->remote, &push->items,
				      may_pack(push) && !mlv_bases_plain(&push->bases),
				      &push->packs.chunked);
	return err ? err : mlv_push_verify_relied(&push->verify);
}

/* A gc may remove what was found here; *again: it may have done so. */
static mlv_err heed_marks(struct push *push, bool *again)
{
	const struct mlv_push_marks heed = {
		.remote = push->remote, .wants = push->wants, .count = push->count,
		.items = &push->items, .bases = &push->bases, .packs = &push->packs,
		.seen = push->seen,
	};

	*again = false;
	return push->formed && !push->dry ? mlv_push_marks_heed(&heed, again) : NULL;
}

static mlv_err push_all(struct push *push, bool *again)
{
	struct mlv_node_source source = mlv_node_source_find(&push->finder);
	mlv_err err;

	if ((err = mlv_remote_check(push->remote, &push->formed)) || (err = find_bases(push)) ||
	    (err = mlv_closure_collect(push->ctx, push->jobs, source, push->wants, push->count,
				       note_lost, push->problems, &push->items)) ||
	    (err = mlv_closure_check_parts(push->ctx, source, push->wants, push->count)) ||
	    (err = look(push)) || (err = push->dry ? plan(push) : send_lacking(push)) ||
	    (err = mlv_push_verify_sent(&push->verify)) || (err = publish_all(push)) ||
	    (err = mlv_push_verify_roots(&push->verify)) || (err = heed_marks(push, again)) ||
	    *again || (err = note_receipts(push)) ||
	    (err = mlv_problems_name(&push->verify.transfer->mended, push->ctx, source,
				     push->wants, push->count)))
		return err;
	return mlv_problems_name(push->problems, push->ctx, source, push->wants, push->count);
}

static void add_counts(const struct push *push, struct mlv_transfer *transfer)
{
	transfer->files += push->files + push->roots;
	/* A part of a tree, or a tree that had lost some nodes. */
	if (push->nodes > 0 && push->roots == 0)
		transfer->files++;
	transfer->keys += push->keys;
	transfer->bytes += push->bytes;
}

static mlv_err push_round(struct mlv_store *cache, struct mlv_transport *remote,
			  const struct mlv_want *wants, size_t wants_count, struct mlv_marks *seen,
			  struct mlv_transfer *transfer, bool *again)
{
	MLV_SCOPED(release_push) struct push push = {
		.ctx = remote->ctx,
		.jobs = mlv_remote_jobs(remote),
		.cache = cache,
		.remote = remote,
		.wants = wants,
		.count = wants_count,
		.problems = &transfer->problems,
		.finder = MLV_NODE_FINDER(cache, remote),
		.receipts = transfer->receipts,
		.dry = transfer->dry,
		.seen = seen,
	};
	mlv_err err;

	mlv_remote_packs_init(&push.found, remote);
	push.finder.packs = &push.found;
	push.packs = (struct mlv_push_packs){
		.ctx = push.ctx, .cache = cache, .remote = remote, .jobs = push.jobs,
		.items = &push.items, .problems = push.problems,
	};
	push.verify = (struct mlv_push_verify){
		.remote = remote, .cache = cache, .wants = wants, .count = wants_count,
		.items = &push.items, .bases = &push.bases, .packs = &push.packs,
		.transfer = transfer,
	};
	if ((err = push_all(&push, again)))
		return err;
	add_counts(&push, transfer);
	return NULL;
}

mlv_err mlv_push(struct mlv_store *cache, struct mlv_transport *remote,
		 const struct mlv_want *wants, size_t count, struct mlv_transfer *transfer)
{
	/* Held only for the lock that keeps gc away from what is being sent. */
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	MLV_SCOPED(mlv_marks_release) struct mlv_marks seen = { 0 };
	bool again = true;
	mlv_err err = mlv_batch_begin(&batch, cache);

	for (int round = 0; !err && again; round++) {
		if (round == MLV_PUSH_ROUNDS)
			return mlv_error_hint(mlv_error(MLV_E_LOCKED, "%s: a gc of this remote goes "
							"on and on", remote->url),
					      "push again when it has ended");
		mlv_problems_release(&transfer->problems);
		err = push_round(cache, remote, wants, count, &seen, transfer, &again);
	}
	return err;
}
