/* gc_packs.c - which packs go, and which are written again. */
#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "remote/gc.h"

#define DEAD_SHARE 4 /* one part of so many is not needed: the pack is written again */
#define SMALL      (MLV_PACK_MAX / 4)
#define MANY       32 /* small packs of a class that are made few */

static mlv_err list_pack(void *arg, const struct mlv_pack_look *look)
{
	struct mlv_gc *gc = arg;
	mlv_err err = mlv_array_grow(&gc->packs, &gc->pack_cap, gc->pack_count + 1,
				     sizeof(*gc->packs));

	if (!err)
		gc->packs[gc->pack_count++] = (struct mlv_gc_pack){ .look = *look };
	return err;
}

/* Young packs come first: what several have is needed in the first of them. */
static int by_age(const void *a, const void *b)
{
	const struct mlv_gc_pack *x = a, *y = b;
	int order = (x->look.used < y->look.used) - (x->look.used > y->look.used);

	return order ? order : mlv_pack_id_compare(&x->look.id, &y->look.id);
}

struct judging {
	struct mlv_gc *gc;
	struct mlv_gc_pack *pack;
	struct mlv_items *needed;
	int64_t before;
};

/* First pass: how much of a pack is needed, and in no pack before it. */
static mlv_err weigh(void *arg, const struct mlv_pack_record *record)
{
	struct judging *judging = arg;
	struct mlv_item *item = mlv_items_find(judging->needed, &record->key);
	uint64_t bytes = MLV_FRAME_HEAD + (uint64_t)record->stored;

	if (!item || item->state == MLV_ITEM_THERE) {
		judging->pack->dead += bytes;
		return NULL;
	}
	item->state = MLV_ITEM_THERE;
	judging->pack->live += bytes;
	judging->pack->live_count++;
	return NULL;
}

static bool is_small(const struct mlv_gc_pack *pack, int64_t before)
{
	return pack->look.used < before && pack->live_count > 0 && pack->look.bytes < SMALL;
}

static void judge(struct mlv_gc *gc, int64_t before)
{
	size_t small[2] = { 0 };

	for (size_t i = 0; i < gc->pack_count; i++)
		small[gc->packs[i].look.id.class] += is_small(&gc->packs[i], before);
	for (size_t i = 0; i < gc->pack_count; i++) {
		struct mlv_gc_pack *pack = &gc->packs[i];

		if (pack->look.used >= before)
			continue;
		if (pack->live_count == 0)
			pack->verdict = MLV_GC_DROP;
		else if (pack->dead * DEAD_SHARE >= pack->live + pack->dead ||
			 (small[pack->look.id.class] >= MANY && is_small(pack, before)))
			pack->verdict = MLV_GC_REWRITE;
	}
}

static mlv_err take_dead(struct judging *judging, const struct mlv_pack_record *record)
{
	struct mlv_gc *gc = judging->gc;

	if (judging->pack->verdict != MLV_GC_KEEP)
		return mlv_gc_add(gc, &record->key, record->raw);
	if (judging->pack->look.used >= judging->before) {
		gc->young++;
		gc->young_bytes += record->raw;
	} else {
		gc->packed++;
	}
	return NULL;
}

/* Second pass, in the same order: what a pack that is written again keeps is moved. */
static mlv_err take(void *arg, const struct mlv_pack_record *record)
{
	struct judging *judging = arg;
	struct mlv_item *item = mlv_items_find(judging->needed, &record->key);
	struct mlv_gc *gc = judging->gc;
	mlv_err err;

	if (!item)
		return take_dead(judging, record);
	if (item->state != MLV_ITEM_THERE)
		return NULL;
	item->state = MLV_ITEM_DONE;
	if (judging->pack->verdict != MLV_GC_REWRITE)
		return NULL;
	err = mlv_array_grow(&gc->moved, &gc->moved_cap, gc->moved_count + 1, sizeof(*gc->moved));
	if (err)
		return err;
	gc->moved[gc->moved_count++] = record->key;
	judging->pack->moved_count++;
	return NULL;
}

mlv_err mlv_gc_judge_packs(struct mlv_gc *gc, struct mlv_store *store, struct mlv_items *needed,
			   int64_t before)
{
	struct judging judging = { .gc = gc, .needed = needed, .before = before };
	mlv_err err = mlv_store_each_pack(store, list_pack, gc);

	if (err || gc->pack_count == 0)
		return err;
	qsort(gc->packs, gc->pack_count, sizeof(*gc->packs), by_age);
	for (size_t i = 0; !err && i < gc->pack_count; i++) {
		judging.pack = &gc->packs[i];
		err = mlv_store_each_record(store, &judging.pack->look.id, weigh, &judging);
	}
	judge(gc, before);
	for (size_t i = 0; !err && i < gc->pack_count; i++) {
		judging.pack = &gc->packs[i];
		judging.pack->moved = gc->moved_count;
		err = mlv_store_each_record(store, &judging.pack->look.id, take, &judging);
	}
	return err;
}

mlv_err mlv_gc_repack(struct mlv_gc *gc, struct mlv_ctx *ctx, struct mlv_store *store, bool **good)
{
	mlv_err err;

	if (!(*good = mlv_sys_alloc_array(gc->moved_count + 1, sizeof(**good))))
		return mlv_error_nomem("packs");
	if (gc->moved_count == 0)
		return NULL;
	mlv_tell_begin(ctx, "packing", gc->moved_count, 0);
	err = mlv_store_repack(store, gc->moved, gc->moved_count, *good);
	mlv_tell_end(ctx);
	return err;
}

struct removal {
	const struct mlv_gc *gc;
	const bool *good;
	struct mlv_pack_id *ids;
	size_t count, cap;
};

static void release_removal(struct removal *removal)
{
	free(removal->ids);
}

/* Whether all that is needed of a pack now lies elsewhere. */
static bool is_free(const struct removal *removal, const struct mlv_gc_pack *pack)
{
	if (pack->verdict == MLV_GC_KEEP)
		return false;
	for (size_t i = 0; i < pack->moved_count; i++)
		if (!removal->good[pack->moved + i])
			return false;
	return true;
}

/* A pack with the time that it had is the old one: one just written may have the same id. */
static mlv_err choose(void *arg, const struct mlv_pack_look *look)
{
	struct removal *removal = arg;
	const struct mlv_gc *gc = removal->gc;
	mlv_err err;

	for (size_t i = 0; i < gc->pack_count; i++) {
		const struct mlv_gc_pack *pack = &gc->packs[i];

		if (mlv_pack_id_compare(&pack->look.id, &look->id) != 0 ||
		    pack->look.used != look->used || !is_free(removal, pack))
			continue;
		err = mlv_array_grow(&removal->ids, &removal->cap, removal->count + 1,
				     sizeof(*removal->ids));
		if (err)
			return err;
		removal->ids[removal->count++] = look->id;
	}
	return NULL;
}

/* What was gathered has its old file removed when it is in a pack. */
static mlv_err remove_gathered(const struct mlv_gc *gc, struct mlv_store *store, const bool *good)
{
	mlv_err err = NULL;

	for (size_t i = gc->moved_count - gc->gathered; !err && i < gc->moved_count; i++) {
		bool packed = false;

		err = mlv_store_is_packed(store, &gc->moved[i], &packed);
		if (!err && good[i] && packed)
			err = mlv_store_remove(store, &gc->moved[i]);
	}
	return err;
}

mlv_err mlv_gc_remove_packs(struct mlv_gc *gc, struct mlv_store *store, const bool *good)
{
	MLV_SCOPED(release_removal) struct removal removal = { .gc = gc, .good = good };
	mlv_err err = mlv_store_each_pack(store, choose, &removal);

	/* Nodes, which are listed last, go before the files that they name. */
	for (size_t i = removal.count; !err && i-- > 0;)
		err = mlv_store_remove_pack(store, &removal.ids[i]);
	return err ? err : remove_gathered(gc, store, good);
}
