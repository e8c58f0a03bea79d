/* compare_look.c - which of many keys a remote and the cache have. */
#include <stdio.h>
#include <string.h>

#include "core/base/pool.h"
#include "remote/chunked.h"
#include "remote/compare.h"

#define HEAD_MOST 16  /* keys that are asked for one by one without thinking */
#define PAGE 1000     /* keys that one answer of a listing holds, as S3 has it */
#define FANS 256      /* directories of a kind: objects/00/ to objects/ff/ */

/* The items of one top directory, and how they are looked for. */
struct look {
	struct mlv_transport *remote;
	struct mlv_items *items;
	size_t first, end;
	bool presume, presumed; /* it may be done; it is done */
	const char *top; /* "objects" */
	bool fans[FANS]; /* the directories that items lie in */
	size_t fans_count;
	size_t wanted[FANS]; /* the numbers of those */
};

static bool size_fits(const struct mlv_item *item, uint64_t size)
{
	return item->key.kind == MLV_KIND_NODE ? size > 0 : size == item->size;
}

/* All items of this key, which lie side by side. */
static void set_seen(struct mlv_items *items, struct mlv_item *at, uint64_t size)
{
	const struct mlv_item *end = items->at + items->count;
	struct mlv_key key = at->key;

	for (; at < end && mlv_key_compare(&at->key, &key) == 0; at++)
		if (at->state == MLV_ITEM_ASKED || at->state == MLV_ITEM_WRONG)
			at->state = size_fits(at, size) ? MLV_ITEM_THERE : MLV_ITEM_WRONG;
}

struct listing {
	struct look *look;
	uint64_t seen;
};

static mlv_err take_listed(void *arg, const char *path, uint64_t size)
{
	struct listing *listing = arg;
	struct look *look = listing->look;
	struct mlv_item *item;
	struct mlv_key key;

	listing->seen++;
	if (!mlv_key_parse_path(path, &key))
		return NULL;
	item = mlv_items_find(look->items, &key);
	if (item)
		set_seen(look->items, item, size);
	return NULL;
}

static mlv_err list_prefix(struct look *look, const char *prefix, uint64_t *seen)
{
	struct listing listing = { .look = look };
	mlv_err err = mlv_transport_list(look->remote, prefix, take_listed, &listing);

	*seen = listing.seen;
	return err;
}

static mlv_err list_fan(struct look *look, size_t fan, uint64_t *seen)
{
	char prefix[32];

	snprintf(prefix, sizeof(prefix), "%s/%02zx/", look->top, fan);
	return list_prefix(look, prefix, seen);
}

static mlv_err list_round(void *arg, size_t index, unsigned worker)
{
	struct look *look = arg;
	uint64_t seen;

	(void)worker;
	return list_fan(look, look->wanted[index], &seen);
}

static bool is_presumed(const struct mlv_item *item)
{
	return !item->claimed && !item->wanted && item->key.kind != MLV_KIND_LARGE &&
	       item->size < MLV_PACKED_MAX;
}

/* Whether what would be presumed is so much that it goes in a pack. */
static bool fills_pack(const struct look *look)
{
	size_t count = 0;

	for (size_t i = look->first; i < look->end; i++)
		count += look->items->at[i].state == MLV_ITEM_ASKED && is_presumed(&look->items->at[i]);
	return count >= MLV_PACKED_LEAST;
}

static mlv_err head_round(void *arg, size_t index, unsigned worker)
{
	struct look *look = arg;
	struct mlv_item *item = &look->items->at[look->first + index];
	char path[MLV_KEY_PATH];
	uint64_t size;
	bool there;
	mlv_err err;

	(void)worker;
	if (item->state != MLV_ITEM_ASKED || (look->presumed && is_presumed(item)))
		return NULL;
	err = mlv_transport_head(look->remote, mlv_key_path(&item->key, path), &there, &size);
	if (!err && there)
		item->state = size_fits(item, size) ? MLV_ITEM_THERE : MLV_ITEM_WRONG;
	return err;
}

static mlv_err head_all(struct look *look, unsigned jobs)
{
	return mlv_pool_run(look->remote->ctx, jobs, look->end - look->first, head_round, look);
}

static mlv_err list_all(struct look *look)
{
	char prefix[16];
	uint64_t seen;

	snprintf(prefix, sizeof(prefix), "%s/", look->top);
	return list_prefix(look, prefix, &seen);
}

static size_t count_asked(const struct look *look)
{
	size_t count = 0;

	for (size_t i = look->first; i < look->end; i++)
		count += look->items->at[i].state == MLV_ITEM_ASKED;
	return count;
}

/* seen: what lies in one directory. Take the way of fewest rounds. */
static mlv_err look_on(struct look *look, unsigned jobs, uint64_t seen)
{
	uint64_t by_head = count_asked(look) / jobs + 1;
	uint64_t by_fan = look->fans_count * (seen / PAGE + 1) / jobs + 1;
	uint64_t whole = seen * FANS / PAGE + 1;

	if (whole <= by_fan && whole <= by_head)
		return list_all(look);
	if (by_fan <= by_head)
		return mlv_pool_run(look->remote->ctx, jobs, look->fans_count, list_round, look);
	return head_all(look, jobs);
}

static void find_fans(struct look *look)
{
	for (size_t i = look->first; i < look->end; i++)
		if (look->items->at[i].state == MLV_ITEM_ASKED)
			look->fans[look->items->at[i].key.oid.bytes[0]] = true;
	for (size_t fan = 0; fan < FANS; fan++)
		if (look->fans[fan])
			look->wanted[look->fans_count++] = fan;
}

static mlv_err look_group(struct look *look)
{
	unsigned jobs = mlv_remote_jobs(look->remote);
	uint64_t seen = 0;
	mlv_err err;

	if (count_asked(look) <= HEAD_MOST)
		return head_all(look, jobs);
	find_fans(look);
	err = list_fan(look, look->wanted[look->fans_count / 2], &seen);
	if (!err)
		err = look_on(look, jobs, seen);
	/* A remote that does not list is no failure: what is not known yet is asked for. */
	if (!err || err->code != MLV_E_REFUSED)
		return err;
	look->presumed = look->presume && fills_pack(look);
	return head_all(look, jobs);
}

mlv_err mlv_remote_look(struct mlv_transport *remote, struct mlv_items *items, bool presume,
			struct mlv_root *relied)
{
	struct look objects = { .remote = remote, .items = items, .presume = presume,
				.top = "objects" };
	struct look large = { .remote = remote, .items = items, .presume = presume,
			      .top = "large" };
	struct look nodes = { .remote = remote, .items = items, .presume = presume,
			      .top = "nodes" };
	size_t leaves;
	mlv_err err;

	mlv_items_range(items, MLV_KIND_OBJECT, &objects.first, &objects.end);
	mlv_items_range(items, MLV_KIND_LARGE, &large.first, &leaves);
	mlv_items_range(items, MLV_KIND_LEAVES, &leaves, &large.end);
	mlv_items_range(items, MLV_KIND_NODE, &nodes.first, &nodes.end);
	if ((err = look_group(&objects)) || (err = look_group(&large)) ||
	    (err = mlv_recipes_look(remote, items, relied)))
		return err;
	return look_group(&nodes);
}

struct cache_look {
	struct mlv_store *cache;
	struct mlv_items *items;
};

#define BLOCK 256 /* keys a round looks for */

static mlv_err cache_round(void *arg, size_t index, unsigned worker)
{
	struct cache_look *look = arg;
	size_t end = (index + 1) * BLOCK;
	mlv_err err = NULL;

	(void)worker;
	if (end > look->items->count)
		end = look->items->count;
	for (size_t i = index * BLOCK; !err && i < end; i++) {
		struct mlv_item *item = &look->items->at[i];

		err = mlv_store_has(look->cache, &item->key, item->size, &item->here);
	}
	return err;
}

mlv_err mlv_cache_look(struct mlv_ctx *ctx, struct mlv_store *cache, struct mlv_items *items)
{
	struct cache_look look = { .cache = cache, .items = items };

	return mlv_pool_run(ctx, ctx->jobs, (items->count + BLOCK - 1) / BLOCK, cache_round,
			    &look);
}
