/* chunked/recipes.c - recipes at a remote: read, and looked for. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/sys.h"
#include "remote/chunked.h"

#define TRIES 2
#define HEAD_MOST 16 /* recipes that are asked for one by one */

/* ---- reading ---- */

/* Which recipe is read. */
struct asked {
	const struct mlv_oid *oid;
	uint64_t size;   /* of the file; UINT64_MAX: not known */
	uint64_t stored; /* bytes that lie there; UINT64_MAX: not known */
};

/* A recipe that arrives: once its head is there it is known how long it may be. */
struct inflow {
	const struct asked *asked;
	bool packs_only;
	struct mlv_buf bytes;
	uint64_t packs_end, whole; /* 0: not known yet */
	bool enough;
};

/* One that was cut short has its packs, but not all of its chunks. */
static mlv_err measure(struct inflow *in)
{
	mlv_err err = mlv_recipe_measure(in->bytes.ptr, in->bytes.len, in->asked->oid,
					 in->asked->size, &in->packs_end, &in->whole);

	if (err || in->asked->stored == UINT64_MAX || in->asked->stored == in->whole)
		return err;
	return mlv_error(MLV_E_CORRUPT, "%" PRIu64 " bytes lie there, and the recipe has %" PRIu64,
			 in->asked->stored, in->whole);
}

static mlv_err inflow_write(void *arg, const void *bytes, size_t len)
{
	struct inflow *in = arg;
	mlv_err err;

	if (in->whole && len > in->whole - in->bytes.len)
		return mlv_error(MLV_E_CORRUPT, "more came than a recipe has");
	if ((err = mlv_buf_add(&in->bytes, bytes, len)))
		return err;
	if (!in->whole && in->bytes.len >= MLV_RECIPE_HEAD && (err = measure(in)))
		return err;
	in->enough = in->packs_only && in->whole && in->bytes.len >= in->packs_end;
	return in->enough ? mlv_error(MLV_E_CORRUPT, "enough") : NULL;
}

static mlv_err inflow_resume(void *arg, uint64_t *offset)
{
	const struct inflow *in = arg;

	*offset = in->bytes.len;
	return NULL;
}

static mlv_err get_once(struct mlv_transport *remote, const char *path, const struct asked *asked,
			bool packs_only, struct mlv_recipe *recipe)
{
	struct inflow in = { .asked = asked, .packs_only = packs_only, .bytes = MLV_BUF_INIT };
	struct mlv_sink sink = { .write = inflow_write, .resume = inflow_resume, .arg = &in };
	mlv_err err = mlv_transport_get(remote, path, 0, UINT64_MAX, &sink);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf bytes = in.bytes;

	if (err && !in.enough)
		return err;
	if (packs_only)
		return mlv_recipe_parse_packs(bytes.ptr, bytes.len, asked->oid, asked->size, recipe);
	return mlv_recipe_parse(bytes.ptr, bytes.len, asked->oid, asked->size, recipe);
}

static mlv_err get(struct mlv_transport *remote, const struct asked *asked, bool packs_only,
		   struct mlv_recipe *recipe)
{
	char path[MLV_RECIPE_PATH];
	mlv_err err = NULL;

	mlv_recipe_path(asked->oid, path);
	for (int i = 0; i < TRIES; i++) {
		err = get_once(remote, path, asked, packs_only, recipe);
		if (!err || err->code != MLV_E_CORRUPT)
			return err;
	}
	return mlv_error_wrap(err, "%s/%s", remote->url, path);
}

mlv_err mlv_recipe_get(struct mlv_transport *remote, const struct mlv_oid *oid, uint64_t size,
		       struct mlv_recipe *recipe)
{
	return get(remote, &(struct asked){ oid, size, UINT64_MAX }, false, recipe);
}

mlv_err mlv_recipe_get_packs(struct mlv_transport *remote, const struct mlv_oid *oid,
			     uint64_t size, struct mlv_recipe *recipe)
{
	return get(remote, &(struct asked){ oid, size, UINT64_MAX }, true, recipe);
}

mlv_err mlv_recipe_list_packs(const struct mlv_recipe *recipe, struct mlv_root *root)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < recipe->pack_count; i++)
		err = mlv_root_add_pack(root, &(struct mlv_pack_ref){
			{ MLV_PACK_DATA, recipe->packs[i].oid }, recipe->packs[i].size });
	return err;
}

/* ---- which files have one ---- */

/* The items that were not found, and the packs of their recipes. */
struct look {
	struct mlv_transport *remote;
	struct mlv_items *items;
	size_t *positions;
	struct mlv_recipe *recipes; /* of each of these; no packs: it has none */
	size_t count;
	size_t first;    /* position of the first LARGE */
	uint64_t *sizes; /* from it on: bytes of the recipe, if they were listed */
	bool lists; /* those that have a recipe were listed, and are chunked for the time being */
};

static void release_look(struct look *look)
{
	for (size_t i = 0; look->recipes && i < look->count; i++)
		mlv_recipe_release(&look->recipes[i]);
	free(look->recipes);
	free(look->positions);
	free(look->sizes);
}

static mlv_err find_lacking(struct look *look)
{
	size_t at, end;

	mlv_items_range(look->items, MLV_KIND_LARGE, &at, &end);
	look->first = at;
	look->sizes = mlv_sys_alloc_array(end - at + 1, sizeof(*look->sizes));
	look->positions = mlv_sys_alloc_array(end - at + 1, sizeof(*look->positions));
	look->recipes = mlv_sys_alloc_array(end - at + 1, sizeof(*look->recipes));
	if (!look->positions || !look->recipes || !look->sizes)
		return mlv_error_nomem("recipes");
	for (; at < end; at++)
		if (look->items->at[at].state == MLV_ITEM_ASKED ||
		    look->items->at[at].state == MLV_ITEM_WRONG)
			look->positions[look->count++] = at;
	return NULL;
}

static mlv_err take_listed(void *arg, const char *path, uint64_t size)
{
	const struct look *look = arg;
	const struct mlv_item *end = look->items->at + look->items->count;
	struct mlv_key key = { .kind = MLV_KIND_LARGE };
	struct mlv_item *item;

	if (!mlv_recipe_parse_path(path, &key.oid))
		return NULL;
	item = mlv_items_find(look->items, &key);
	for (; item && item < end && mlv_key_compare(&item->key, &key) == 0; item++) {
		item->chunked = true;
		look->sizes[item - look->items->at - (ptrdiff_t)look->first] = size;
	}
	return NULL;
}

/* Of many files it is asked at once which have one; who cannot list is asked for each. */
static mlv_err list_recipes(struct look *look)
{
	mlv_err err = mlv_transport_list(look->remote, "recipes/", take_listed, look);

	look->lists = !err;
	return err && err->code == MLV_E_REFUSED ? NULL : err;
}

/* One that is damaged counts as none: it will be written anew. */
static mlv_err read_round(void *arg, size_t index, unsigned worker)
{
	struct look *look = arg;
	const size_t position = look->positions[index];
	const struct mlv_item *item = &look->items->at[position];
	struct asked asked = { &item->key.oid, item->size, look->sizes[position - look->first] };
	char path[MLV_RECIPE_PATH];
	bool there = item->chunked;
	mlv_err err;

	(void)worker;
	/* A remote that is not made yet can be asked what is there, but not read from. */
	if (!look->lists &&
	    (err = mlv_transport_head(look->remote, mlv_recipe_path(&item->key.oid, path), &there,
				      &asked.stored)))
		return err;
	if (!there)
		return NULL;
	err = get(look->remote, &asked, true, &look->recipes[index]);
	if (!err || err->code == MLV_E_MISSING)
		return NULL;
	if (err->code != MLV_E_CORRUPT)
		return err;
	mlv_tell_detail(look->remote->ctx, "%s", err->msg);
	return NULL;
}

/* All packs of all recipes, sorted. */
static mlv_err gather(const struct look *look, struct mlv_root *all)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < look->count; i++)
		err = mlv_recipe_list_packs(&look->recipes[i], all);
	mlv_root_sort_packs(all);
	return err;
}

static bool all_there(const struct mlv_recipe *recipe, const struct mlv_root *all,
		      const bool *there)
{
	for (size_t i = 0; i < recipe->pack_count; i++) {
		const struct mlv_pack_id id = { MLV_PACK_DATA, recipe->packs[i].oid };
		const struct mlv_pack_ref *found =
			mlv_packs_find(all->packs, all->pack_count, &id);

		if (!found || !there[found - all->packs] || found->size != recipe->packs[i].size)
			return false;
	}
	return recipe->pack_count > 0;
}

mlv_err mlv_recipes_look(struct mlv_transport *remote, struct mlv_items *items,
			 struct mlv_root *relied)
{
	MLV_SCOPED(release_look) struct look look = { .remote = remote, .items = items };
	MLV_SCOPED(mlv_root_release) struct mlv_root all = { 0 };
	MLV_SCOPED(mlv_mem_free) bool *there = NULL;
	mlv_err err = find_lacking(&look);

	if (err || look.count == 0)
		return err;
	if (look.count > HEAD_MOST && (err = list_recipes(&look)))
		return err;
	if ((err = mlv_pool_run(remote->ctx, mlv_remote_jobs(remote), look.count, read_round,
				&look)) ||
	    (err = gather(&look, &all)))
		return err;
	if (!(there = mlv_sys_alloc_array(all.pack_count + 1, sizeof(*there))))
		return mlv_error_nomem("packs");
	if ((err = mlv_packs_confirm(remote, all.packs, all.pack_count, there)))
		return err;
	for (size_t i = 0; !err && i < look.count; i++) {
		struct mlv_item *item = &items->at[look.positions[i]];

		item->chunked = all_there(&look.recipes[i], &all, there);
		if (item->chunked)
			item->state = MLV_ITEM_THERE;
		if (item->chunked && relied)
			err = mlv_recipe_list_packs(&look.recipes[i], relied);
	}
	return err;
}
