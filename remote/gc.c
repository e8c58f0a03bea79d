#include "remote/gc.h"

#include <stdlib.h>

#include "core/base/strs.h"
#include "core/base/sys.h"

void mlv_gc_release(struct mlv_gc *gc)
{
	free(gc->at);
	free(gc->packs);
	free(gc->moved);
	*gc = (struct mlv_gc){ 0 };
}

struct plan {
	struct mlv_gc *gc;
	struct mlv_store *store;
	const struct mlv_gc_wants *wants;
	struct mlv_items needed, linked;
	size_t scattered[2]; /* needed small objects with files of their own, by class of pack */
	struct mlv_gc_key *loose; /* these */
	size_t loose_count, loose_cap;
};

static void release_plan(struct plan *plan)
{
	mlv_items_release(&plan->needed);
	mlv_items_release(&plan->linked);
	free(plan->loose);
}

static mlv_err lose(void *arg, const struct mlv_item *node, mlv_err why)
{
	const struct plan *plan = arg;

	(void)node;
	if (why->code == MLV_E_MISSING && plan->wants->skip_missing)
		return NULL;
	return mlv_error_wrap(why, "nothing is removed, because not all that is needed is known");
}

mlv_err mlv_gc_add(struct mlv_gc *gc, const struct mlv_key *key, uint64_t stored)
{
	mlv_err err = mlv_array_grow(&gc->at, &gc->cap, gc->count + 1, sizeof(*gc->at));

	if (!err)
		gc->at[gc->count++] = (struct mlv_gc_key){ .key = *key, .stored = stored };
	return err;
}

/* One that is needed: small ones with files of their own may be gathered. */
static mlv_err take_needed(struct plan *plan, const struct mlv_item *item, uint64_t stored)
{
	mlv_err err;

	plan->gc->kept++;
	if (item->state == MLV_ITEM_DONE || !mlv_store_packs(plan->store, &item->key, stored) ||
	    mlv_items_find(&plan->linked, &item->key))
		return NULL;
	err = mlv_array_grow(&plan->loose, &plan->loose_cap, plan->loose_count + 1,
			     sizeof(*plan->loose));
	if (err)
		return err;
	plan->loose[plan->loose_count++] = (struct mlv_gc_key){ .key = item->key };
	plan->scattered[mlv_pack_class_of(item->key.kind)]++;
	return NULL;
}

static mlv_err take(void *arg, const struct mlv_key *key, uint64_t stored)
{
	struct plan *plan = arg;
	const struct mlv_item *item = mlv_items_find(&plan->needed, key);
	int64_t used = 0;
	bool packed = false;
	mlv_err err;

	if (item)
		return take_needed(plan, item, stored);
	if ((err = mlv_store_is_packed(plan->store, key, &packed)) ||
	    (err = mlv_store_used(plan->store, key, &used)))
		return err;
	if (packed)
		return NULL; /* judged with its pack */
	if (used < plan->wants->before)
		return mlv_gc_add(plan->gc, key, stored);
	plan->gc->young++;
	plan->gc->young_bytes += stored;
	return NULL;
}

/* What is scattered is packed when there is enough of a class. */
static mlv_err gather(struct plan *plan)
{
	struct mlv_gc *gc = plan->gc;

	for (size_t i = 0; i < plan->loose_count; i++) {
		const struct mlv_key *key = &plan->loose[i].key;
		mlv_err err;

		if (plan->scattered[mlv_pack_class_of(key->kind)] < MLV_PACKED_LEAST)
			continue;
		err = mlv_array_grow(&gc->moved, &gc->moved_cap, gc->moved_count + 1,
				     sizeof(*gc->moved));
		if (err)
			return err;
		gc->moved[gc->moved_count++] = *key;
		gc->gathered++;
	}
	return NULL;
}

/* Nodes, then all files, then the lists of the large ones. */
static int by_turn(const void *a, const void *b)
{
	static const int turns[] = {
		[MLV_KIND_NODE] = 0, [MLV_KIND_OBJECT] = 1,
		[MLV_KIND_LARGE] = 2, [MLV_KIND_LEAVES] = 3,
	};
	const struct mlv_gc_key *x = a, *y = b;
	int order = turns[x->key.kind] - turns[y->key.kind];

	return order ? order : mlv_oid_compare(&x->key.oid, &y->key.oid);
}

/* In turn; what lay in several packs once. */
static void settle(struct mlv_gc *gc)
{
	size_t kept = 0;

	if (gc->count)
		qsort(gc->at, gc->count, sizeof(*gc->at), by_turn);
	for (size_t i = 0; i < gc->count; i++) {
		if (i && by_turn(&gc->at[kept - 1], &gc->at[i]) == 0)
			continue;
		gc->at[kept++] = gc->at[i];
		gc->bytes += gc->at[i].stored;
	}
	gc->count = kept;
}

static mlv_err find_needed(struct plan *plan, struct mlv_ctx *ctx)
{
	const struct mlv_gc_wants *wants = plan->wants;
	mlv_err err;

	err = mlv_closure_collect(ctx, ctx->jobs, mlv_node_source_store(plan->store), wants->at,
				  wants->count, lose, plan, &plan->needed);
	for (size_t i = 0; !err && i < wants->linked_count; i++) {
		struct mlv_item item = { .key = wants->linked[i].key };

		err = mlv_items_add(&plan->linked, &item);
	}
	mlv_items_sort(&plan->linked);
	return err;
}

mlv_err mlv_gc_plan(struct mlv_gc *gc, struct mlv_ctx *ctx, struct mlv_store *store,
		    const struct mlv_gc_wants *wants)
{
	MLV_SCOPED(mlv_gc_release) struct mlv_gc made = { 0 };
	MLV_SCOPED(release_plan) struct plan plan = { .gc = &made, .store = store,
						      .wants = wants };
	mlv_err err;

	if ((err = find_needed(&plan, ctx)) ||
	    (err = mlv_gc_judge_packs(&made, store, &plan.needed, wants->before)) ||
	    (err = mlv_store_each(store, take, &plan)) || (err = gather(&plan)))
		return err;
	settle(&made);
	*gc = made;
	made = (struct mlv_gc){ 0 };
	return NULL;
}

static mlv_err remove_loose(const struct mlv_gc *gc, struct mlv_ctx *ctx, struct mlv_store *store)
{
	mlv_err err = NULL;

	mlv_tell_begin(ctx, "removing", gc->count, gc->bytes);
	for (size_t i = 0; !err && i < gc->count; i++) {
		if ((err = mlv_ctx_check_stop(ctx)))
			break;
		err = mlv_store_remove(store, &gc->at[i].key);
		mlv_tell_advance(ctx, 1, gc->at[i].stored);
	}
	mlv_tell_end(ctx);
	return err;
}

mlv_err mlv_gc_sweep(struct mlv_gc *gc, struct mlv_ctx *ctx, struct mlv_store *store)
{
	MLV_SCOPED(mlv_mem_free) bool *good = NULL;
	mlv_err err;

	if ((err = mlv_gc_repack(gc, ctx, store, &good)) ||
	    (err = remove_loose(gc, ctx, store)) ||
	    (err = mlv_gc_remove_packs(gc, store, good)))
		return err;
	return mlv_store_settle(store);
}
