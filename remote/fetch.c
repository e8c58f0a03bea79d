#include "remote/fetch.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "core/base/amount.h"
#include "core/base/pool.h"
#include "core/base/sys.h"
#include "remote/chunked.h"
#include "remote/compare.h"
#include "remote/fetch_packs.h"
#include "remote/receipts.h"

struct fetch {
	struct mlv_ctx *ctx;
	unsigned jobs;
	struct mlv_store *cache;
	struct mlv_transport *remote;
	struct mlv_batch *batch;
	const struct mlv_want *wants;
	size_t count;
	struct mlv_items items;
	size_t *lacking; /* positions of items, in the order in which they are fetched */
	size_t lacking_count;
	bool *fresh;  /* of each want: a tree whose root was not in the cache */
	size_t round; /* where in lacking the round under way begins */
	_Atomic uint64_t files, keys, bytes;
	_Atomic uint64_t unkept_bytes, unkept_keys; /* that came and are not durable yet */
	struct mlv_problems *problems;
	const struct mlv_spares *spares;
	struct mlv_node_finder finder;
	struct mlv_bases bases; /* the roots of the wants, once anything was lacking */
	struct mlv_remote_packs packs;
	const char *receipts;
	bool dry; /* nothing is written */
	struct mlv_items *planned;
	struct mlv_nearby nearby;
};

static void release_fetch(struct fetch *fetch)
{
	mlv_nearby_release(&fetch->nearby);
	mlv_remote_packs_release(&fetch->packs);
	mlv_bases_release(&fetch->bases);
	mlv_items_release(&fetch->items);
	free(fetch->lacking);
	free(fetch->fresh);
	mlv_batch_freep(&fetch->batch);
}

static mlv_err receive_small(struct fetch *fetch, const struct mlv_item *item)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf raw = MLV_BUF_INIT;
	mlv_err err = mlv_remote_read_from(&fetch->packs, &item->key, item->size, &raw);

	if (!err)
		err = mlv_batch_put(fetch->batch, &item->key, raw.ptr, raw.len);
	if (!err && item->key.kind == MLV_KIND_OBJECT)
		mlv_tell_advance(fetch->ctx, 0, raw.len);
	return err;
}

static void count_received(struct fetch *fetch, struct mlv_item *item)
{
	item->state = MLV_ITEM_DONE;
	fetch->keys++;
	if (item->key.kind != MLV_KIND_LEAVES) {
		fetch->files++;
		fetch->bytes += item->size;
	}
	mlv_tell_advance(fetch->ctx, 1, 0);
}

/* Whether the leaf list that a large file is proved by could not be had. */
static bool is_unproved(const struct fetch *fetch, const struct mlv_item *item)
{
	struct mlv_key list = { .kind = MLV_KIND_LEAVES, .oid = item->key.oid };
	const struct mlv_item *leaves = mlv_items_find(&fetch->items, &list);

	return leaves && leaves->state == MLV_ITEM_FAILED;
}

static mlv_err receive_large(struct fetch *fetch, const struct mlv_item *item,
			     const struct mlv_spares *spares)
{
	return mlv_remote_read_large(fetch->remote, fetch->cache, fetch->batch, &item->key,
				     item->size, spares, &fetch->nearby);
}

static mlv_err receive(struct fetch *fetch, const struct mlv_item *item)
{
	mlv_err err;

	if (item->key.kind != MLV_KIND_LARGE)
		return receive_small(fetch, item);
	err = receive_large(fetch, item, fetch->spares);
	if (!err || err->code != MLV_E_NOSPACE || !fetch->spares || fetch->spares->dir < 0)
		return err;
	/* What spares took is room for it; the work tree may have its file already. */
	mlv_spares_shed(fetch->spares);
	return receive_large(fetch, item, NULL);
}

/* Make durable what came, by whoever has the one that makes it enough: the others go on. */
static mlv_err keep(struct fetch *fetch, uint64_t bytes, unsigned keys)
{
	mlv_err err;

	fetch->unkept_bytes += bytes;
	fetch->unkept_keys += keys;
	if (fetch->unkept_bytes < MLV_ROUND_BYTES && fetch->unkept_keys < MLV_ROUND_KEYS)
		return NULL;
	bytes = atomic_exchange(&fetch->unkept_bytes, 0);
	fetch->unkept_keys = 0;
	if ((err = mlv_batch_commit(fetch->batch)))
		fetch->unkept_bytes += bytes;
	return err;
}

/* Only what ends the fetch is returned; what is wrong with one object is noted. */
static mlv_err receive_round(void *arg, size_t index, unsigned worker)
{
	struct fetch *fetch = arg;
	struct mlv_item *item = &fetch->items.at[fetch->lacking[fetch->round + index]];
	mlv_err err;

	(void)worker;
	if (item->key.kind == MLV_KIND_LARGE && is_unproved(fetch, item)) {
		item->state = MLV_ITEM_FAILED; /* the list was named */
		return NULL;
	}
	err = receive(fetch, item);
	if (!err) {
		count_received(fetch, item);
		return keep(fetch, item->size, 1);
	}
	item->state = MLV_ITEM_FAILED;
	if (err->code == MLV_E_MISSING || err->code == MLV_E_CORRUPT)
		return mlv_problems_add(fetch->problems, item, err);
	return err;
}

/* Make durable what came, whether all did or not: err is what the round came to. */
static mlv_err settle(struct fetch *fetch, mlv_err err)
{
	struct mlv_error kept;
	mlv_err failed;

	if (!err)
		return mlv_batch_commit(fetch->batch);
	kept = *err;
	failed = mlv_batch_commit(fetch->batch);
	if (failed)
		mlv_tell_detail(fetch->ctx, "what came could not be kept: %s", failed->msg);
	return mlv_error_copy(&kept);
}

/* How many follow that are of the kind of the first: leaf lists must be kept before their files come. */
static size_t of_one_kind(const struct fetch *fetch)
{
	const size_t *at = fetch->lacking + fetch->round;
	const enum mlv_kind kind = fetch->items.at[*at].key.kind;
	size_t count = 1;

	while (fetch->round + count < fetch->lacking_count &&
	       fetch->items.at[at[count]].key.kind == kind)
		count++;
	return count;
}

static mlv_err receive_all(struct fetch *fetch)
{
	size_t count;
	mlv_err err = NULL;

	for (fetch->round = 0; !err && fetch->round < fetch->lacking_count; fetch->round += count) {
		count = of_one_kind(fetch);
		err = mlv_pool_run(fetch->ctx, fetch->jobs, count, receive_round, fetch);
		err = settle(fetch, err);
	}
	return err;
}

/* Leaf lists come before the files they prove, small files before large. Without a list: count. */
static void order_lacking(struct fetch *fetch, uint64_t *bytes)
{
	static const enum mlv_kind kinds[] = { MLV_KIND_LEAVES, MLV_KIND_OBJECT, MLV_KIND_LARGE };

	*bytes = 0;
	fetch->lacking_count = 0;
	for (size_t i = 0; i < MLV_COUNT(kinds); i++) {
		size_t at, end;

		mlv_items_range(&fetch->items, kinds[i], &at, &end);
		for (; at < end; at++) {
			if (fetch->items.at[at].here ||
			    fetch->items.at[at].state == MLV_ITEM_DONE)
				continue;
			if (fetch->lacking)
				fetch->lacking[fetch->lacking_count] = at;
			fetch->lacking_count++;
			if (kinds[i] != MLV_KIND_LEAVES)
				*bytes += fetch->items.at[at].size;
		}
	}
}

/* The same with a list, which is short once what lay in packs has come. */
static mlv_err list_lacking(struct fetch *fetch)
{
	uint64_t bytes;

	order_lacking(fetch, &bytes);
	fetch->lacking = mlv_sys_alloc_array(fetch->lacking_count + 1, sizeof(*fetch->lacking));
	if (!fetch->lacking)
		return mlv_error_nomem("a fetch");
	order_lacking(fetch, &bytes);
	return NULL;
}

/* Which packs there may be: those of the wants' roots; where these do not help, those listed. */
static mlv_err find_packs(void *arg)
{
	struct fetch *fetch = arg;
	bool lacking = false;
	mlv_err err = mlv_bases_read(&fetch->bases, fetch->remote, fetch->wants, fetch->count);

	if (err || (err = mlv_bases_add_packs(&fetch->bases, &fetch->packs)))
		return err;
	if ((err = mlv_remote_packs_open(&fetch->packs, MLV_PACK_NODES, NULL)))
		return err;
	lacking = mlv_remote_packs_lost(&fetch->packs);
	for (size_t i = 0; i < fetch->bases.count; i++)
		lacking |= !fetch->bases.at[i].there;
	return lacking ? mlv_remote_packs_list(&fetch->packs) : NULL;
}

/* However many there are, they are packed here, too. */
static mlv_err take_packed(void *arg, struct mlv_item *item)
{
	struct fetch *fetch = arg;

	count_received(fetch, item);
	if (item->key.kind == MLV_KIND_OBJECT)
		mlv_tell_advance(fetch->ctx, 0, item->size);
	return keep(fetch, item->size, 0);
}

static mlv_err receive_packed(struct fetch *fetch)
{
	const struct mlv_fetch_packs packs = {
		.ctx = fetch->ctx, .jobs = fetch->jobs, .remote = fetch->remote,
		.batch = fetch->batch, .set = &fetch->packs, .bases = &fetch->bases,
		.items = &fetch->items, .done = take_packed, .arg = fetch,
	};
	mlv_err err = mlv_node_finder_open(&fetch->finder);

	return err || fetch->packs.count == 0 ? err : settle(fetch, mlv_fetch_packs(&packs));
}

/* What no root led to may lie in packs that are listed. */
static mlv_err look_in_packs(struct fetch *fetch)
{
	bool opened = false;
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < fetch->lacking_count; i++) {
		struct mlv_item *item = &fetch->items.at[fetch->lacking[i]];
		struct mlv_pack_record record;

		if (item->state == MLV_ITEM_THERE)
			continue;
		if (!opened)
			err = mlv_remote_packs_open(&fetch->packs, MLV_PACK_DATA, NULL);
		opened = true;
		if (!err && mlv_remote_packs_find(&fetch->packs, &item->key, &record))
			item->state = MLV_ITEM_THERE;
	}
	return err;
}

/* Whether the remote has what the cache has not. */
static mlv_err look(struct fetch *fetch)
{
	mlv_err err;

	if ((err = mlv_node_finder_open(&fetch->finder)) ||
	    (err = mlv_bases_confirm(&fetch->bases, fetch->remote)) ||
	    (err = mlv_bases_mark(&fetch->bases, fetch->ctx, mlv_node_source_find(&fetch->finder),
				  fetch->wants, fetch->count, &fetch->items)))
		return err;
	for (size_t i = 0; i < fetch->items.count; i++) {
		struct mlv_item *item = &fetch->items.at[i];

		if (item->state == MLV_ITEM_ASKED &&
		    (item->here || item->key.kind == MLV_KIND_NODE))
			item->state = MLV_ITEM_THERE; /* it is not asked for */
	}
	err = mlv_remote_look(fetch->remote, &fetch->items, false, NULL);
	return err ? err : look_in_packs(fetch);
}

/* What would come, as if it had. */
static mlv_err plan(struct fetch *fetch)
{
	mlv_err err = look(fetch);

	for (size_t i = 0; !err && i < fetch->lacking_count; i++) {
		struct mlv_item *item = &fetch->items.at[fetch->lacking[i]];

		if (item->state != MLV_ITEM_THERE) {
			err = mlv_problems_add(fetch->problems, item,
					       mlv_error(MLV_E_MISSING, "not at the remote"));
			continue;
		}
		count_received(fetch, item);
		err = mlv_items_add(fetch->planned, item);
	}
	mlv_items_sort(fetch->planned);
	return err;
}

/* What another remote is to give already. */
static void pass_over_planned(struct fetch *fetch)
{
	for (size_t i = 0; i < fetch->items.count; i++)
		if (mlv_items_find(fetch->planned, &fetch->items.at[i].key))
			fetch->items.at[i].here = true;
}

/* A full disk is told with what it has to have room for: of all bytes, those that are not kept. */
static mlv_err say_needed(const struct fetch *fetch, uint64_t bytes, mlv_err err)
{
	char left[32];

	if (!err || err->code != MLV_E_NOSPACE)
		return err;
	mlv_amount_format(bytes + fetch->unkept_bytes - fetch->bytes, left, sizeof(left));
	return mlv_error_wrap(err, "no room for the %s still to come", left);
}

static mlv_err receive_lacking(struct fetch *fetch)
{
	uint64_t bytes;
	mlv_err err;

	if ((err = mlv_cache_look(fetch->ctx, fetch->cache, &fetch->items)))
		return err;
	pass_over_planned(fetch);
	order_lacking(fetch, &bytes);
	if (fetch->lacking_count == 0)
		return NULL;
	if (fetch->dry)
		return (err = list_lacking(fetch)) ? err : plan(fetch);
	mlv_tell_begin(fetch->ctx, "fetching", fetch->lacking_count, bytes);
	if (!(err = receive_packed(fetch)) && !(err = list_lacking(fetch)))
		err = receive_all(fetch);
	mlv_tell_end(fetch->ctx);
	return say_needed(fetch, bytes, err);
}

static mlv_err note_lost(void *arg, const struct mlv_item *node, mlv_err why)
{
	return mlv_problems_add(arg, node, why);
}

static mlv_err find_fresh(struct fetch *fetch)
{
	mlv_err err = NULL;

	fetch->fresh = mlv_sys_alloc_array(fetch->count + 1, sizeof(*fetch->fresh));
	if (!fetch->fresh)
		return mlv_error_nomem("a fetch");
	for (size_t i = 0; !err && i < fetch->count; i++) {
		bool here = true;

		if (fetch->wants[i].key.kind == MLV_KIND_NODE)
			err = mlv_store_has(fetch->cache, &fetch->wants[i].key, UINT64_MAX, &here);
		fetch->fresh[i] = !here && !mlv_items_find(fetch->planned, &fetch->wants[i].key);
	}
	return err;
}

/* Trees count as a file each when their list came. */
static uint64_t count_trees(const struct fetch *fetch)
{
	uint64_t trees = 0;

	for (size_t i = 0; i < fetch->count; i++) {
		const struct mlv_item *root = mlv_items_find(&fetch->items, &fetch->wants[i].key);

		trees += fetch->fresh[i] && root && root->state != MLV_ITEM_FAILED;
	}
	return trees;
}

/* The lists of trees that were read are counted once, whichever remote gave them. */
static mlv_err plan_trees(const struct fetch *fetch)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && fetch->dry && i < fetch->count; i++) {
		const struct mlv_item *root = mlv_items_find(&fetch->items, &fetch->wants[i].key);

		if (fetch->fresh[i] && root && root->state != MLV_ITEM_FAILED)
			err = mlv_items_add(fetch->planned, root);
	}
	mlv_items_sort(fetch->planned);
	return err;
}

/* Remember what was published, for the next push of the same outputs. */
static mlv_err note_receipts(const struct fetch *fetch)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && !fetch->dry && i < fetch->count; i++) {
		const struct mlv_want *want = &fetch->wants[i];
		const struct mlv_base *base = mlv_bases_get(&fetch->bases, &want->key.oid);

		if ((mlv_want_is_tree(want) && base && base->there) ||
		    (want->key.kind == MLV_KIND_LARGE && fetch->remote->dedup))
			err = mlv_receipts_note(fetch->receipts, fetch->remote->url, want->label,
						&want->key.oid);
	}
	return err;
}

static mlv_err list_large(const struct fetch *fetch, struct mlv_items *large)
{
	size_t at, end;
	mlv_err err = NULL;

	mlv_items_range(&fetch->items, MLV_KIND_LARGE, &at, &end);
	for (; !err && at < end; at++)
		if (fetch->items.at[at].state == MLV_ITEM_DONE && !fetch->dry)
			err = mlv_items_add(large, &fetch->items.at[at]);
	return err;
}

static mlv_err fetch_all(struct fetch *fetch)
{
	struct mlv_node_source source = mlv_node_source_find(&fetch->finder);
	bool formed;
	mlv_err err;

	if ((err = mlv_remote_check(fetch->remote, &formed)) || (err = find_fresh(fetch)))
		return err;
	err = mlv_closure_collect(fetch->ctx, fetch->jobs, source, fetch->wants, fetch->count,
				  note_lost, fetch->problems, &fetch->items);
	if ((err = settle(fetch, err)) ||
	    (err = mlv_closure_check_parts(fetch->ctx, source, fetch->wants, fetch->count)) ||
	    (err = receive_lacking(fetch)))
		return err;
	return mlv_problems_name(fetch->problems, fetch->ctx, source, fetch->wants, fetch->count);
}

mlv_err mlv_fetch(struct mlv_store *cache, struct mlv_transport *remote,
		  const struct mlv_want *wants, size_t count, struct mlv_transfer *transfer)
{
	MLV_SCOPED(release_fetch) struct fetch fetch = {
		.ctx = remote->ctx,
		.jobs = mlv_remote_jobs(remote),
		.cache = cache,
		.remote = remote,
		.wants = wants,
		.count = count,
		.problems = &transfer->problems,
		.spares = transfer->spares,
		.finder = MLV_NODE_FINDER(cache, remote),
		.receipts = transfer->receipts,
		.dry = transfer->dry,
		.planned = &transfer->planned,
		.nearby = MLV_NEARBY_INIT,
	};
	mlv_err err;

	mlv_remote_packs_init(&fetch.packs, remote);
	fetch.finder.packs = &fetch.packs;
	fetch.finder.find_packs = find_packs;
	fetch.finder.arg = &fetch;
	fetch.nearby.cache = cache;
	fetch.nearby.receipts = transfer->receipts;
	fetch.nearby.wants = wants;
	fetch.nearby.count = count;
	fetch.nearby.source = mlv_node_source_find(&fetch.finder);
	if ((err = mlv_batch_begin(&fetch.batch, cache)))
		return err;
	if (!fetch.dry)
		fetch.finder.keep = fetch.batch;
	if ((err = fetch_all(&fetch)) || (err = plan_trees(&fetch)) ||
	    (err = note_receipts(&fetch)) ||
	    (err = list_large(&fetch, &transfer->large)))
		return err;
	transfer->files = fetch.files + count_trees(&fetch);
	transfer->keys = fetch.keys + fetch.finder.found;
	transfer->bytes = fetch.bytes;
	return NULL;
}
