#include "remote/chunked/known.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "remote/chunked/older.h"

#define LISTED_MOST 8 /* recipes that are read of those listed */

void mlv_known_release(struct mlv_known *known)
{
	mlv_ids_release(&known->ids);
	free(known->packs);
	*known = (struct mlv_known){ 0 };
}

mlv_err mlv_known_add_pack(struct mlv_known *known, uint32_t *number)
{
	mlv_err err = mlv_array_grow(&known->packs, &known->pack_cap, known->pack_count + 1,
				     sizeof(*known->packs));

	if (err)
		return err;
	*number = (uint32_t)known->pack_count;
	known->packs[known->pack_count++] = (struct mlv_recipe_pack){ .size = 0 };
	return NULL;
}

mlv_err mlv_known_add(struct mlv_known *known, const struct mlv_oid *chunk, uint32_t number)
{
	return mlv_ids_add(&known->ids, chunk, number);
}

bool mlv_known_find(const struct mlv_known *known, const struct mlv_oid *chunk, uint32_t *number)
{
	const struct mlv_id_number *found = mlv_ids_find(&known->ids, chunk);

	if (found)
		*number = found->number;
	return found != NULL;
}

/* ---- where to look ---- */

/* Files whose recipes may name packs that hold what is wanted. */
struct guess {
	struct mlv_transport *remote;
	struct mlv_store *cache;
	struct mlv_oid *at;
	size_t count, cap;
	struct mlv_recipe *recipes; /* of each, as far as their packs; none: without packs */
};

static void release_guess(struct guess *guess)
{
	for (size_t i = 0; guess->recipes && i < guess->count; i++)
		mlv_recipe_release(&guess->recipes[i]);
	free(guess->recipes);
	free(guess->at);
}

static mlv_err add_guess(struct guess *guess, const struct mlv_oid *oid)
{
	mlv_err err;

	for (size_t i = 0; i < guess->count; i++)
		if (mlv_oid_equal(&guess->at[i], oid))
			return NULL;
	err = mlv_array_grow(&guess->at, &guess->cap, guess->count + 1, sizeof(*guess->at));
	if (!err)
		guess->at[guess->count++] = *oid;
	return err;
}

static mlv_err guess_older(struct guess *guess, const struct mlv_push_chunked *push,
			   const size_t *positions, size_t count)
{
	MLV_SCOPED(mlv_older_release) struct mlv_older older = { 0 };
	mlv_err err = mlv_older_find(&older, guess->remote, guess->cache, push->source,
				     push->wants, push->count, push->receipts);

	for (size_t i = 0; !err && i < count; i++) {
		size_t at, end;

		mlv_older_range(&older, &push->packs->items->at[positions[i]].key.oid, &at, &end);
		for (; !err && at < end; at++)
			err = add_guess(guess, &older.at[at].before);
	}
	return err;
}

static mlv_err take_listed(void *arg, const char *path, uint64_t size)
{
	struct guess *guess = arg;
	struct mlv_key key = { .kind = MLV_KIND_LEAVES };
	bool here = false;
	mlv_err err;

	(void)size;
	if (guess->count == LISTED_MOST || !mlv_recipe_parse_path(path, &key.oid))
		return NULL;
	err = mlv_store_has(guess->cache, &key, UINT64_MAX, &here);
	return err || !here ? err : add_guess(guess, &key.oid);
}

static mlv_err guess_listed(struct guess *guess)
{
	mlv_err err = mlv_transport_list(guess->remote, "recipes/", take_listed, guess);

	return err && err->code == MLV_E_REFUSED ? NULL : err;
}

/* ---- looking ---- */

static mlv_err read_round(void *arg, size_t index, unsigned worker)
{
	struct guess *guess = arg;
	mlv_err err = mlv_recipe_get_packs(guess->remote, &guess->at[index], UINT64_MAX,
					   &guess->recipes[index]);

	(void)worker;
	return err && (err->code == MLV_E_MISSING || err->code == MLV_E_CORRUPT) ? NULL : err;
}

static mlv_err read_recipes(struct guess *guess)
{
	guess->recipes = mlv_sys_alloc_array(guess->count + 1, sizeof(*guess->recipes));
	if (!guess->recipes)
		return mlv_error_nomem("recipes");
	return mlv_pool_run(guess->remote->ctx, mlv_remote_jobs(guess->remote), guess->count,
			    read_round, guess);
}

/* All packs that the recipes name and that are there. */
static mlv_err gather(const struct guess *guess, struct mlv_root *found)
{
	MLV_SCOPED(mlv_root_release) struct mlv_root all = { 0 };
	MLV_SCOPED(mlv_mem_free) bool *there = NULL;
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < guess->count; i++)
		err = mlv_recipe_list_packs(&guess->recipes[i], &all);
	if (err)
		return err;
	mlv_root_sort_packs(&all);
	if (!(there = mlv_sys_alloc_array(all.pack_count + 1, sizeof(*there))))
		return mlv_error_nomem("packs");
	err = mlv_packs_confirm(guess->remote, all.packs, all.pack_count, there);
	for (size_t i = 0; !err && i < all.pack_count; i++)
		if (there[i])
			err = mlv_root_add_pack(found, &all.packs[i]);
	return err;
}

/* What the table of a pack has is there. */
static mlv_err add_table(struct mlv_known *known, const struct mlv_remote_pack *pack)
{
	uint32_t number;
	mlv_err err = pack->open ? mlv_known_add_pack(known, &number) : NULL;

	if (err || !pack->open)
		return err;
	known->packs[number] =
		(struct mlv_recipe_pack){ pack->ref.id.oid, (uint32_t)pack->ref.size };
	for (uint32_t i = 0; !err && i < pack->table.count; i++) {
		struct mlv_pack_record record;

		mlv_table_record(&pack->table, i, &record);
		err = mlv_known_add(known, &record.key.oid, number);
	}
	return err;
}

mlv_err mlv_known_look(struct mlv_known *known, const struct mlv_push_chunked *push,
		       const size_t *positions, size_t count)
{
	MLV_SCOPED(release_guess) struct guess guess = { .remote = push->packs->remote,
							 .cache = push->packs->cache };
	MLV_SCOPED(mlv_root_release) struct mlv_root found = { 0 };
	MLV_SCOPED(mlv_remote_packs_release) struct mlv_remote_packs packs = { 0 };
	mlv_err err;

	mlv_remote_packs_init(&packs, guess.remote);
	if ((err = guess_older(&guess, push, positions, count)) ||
	    (guess.count == 0 && (err = guess_listed(&guess))) ||
	    (err = read_recipes(&guess)) || (err = gather(&guess, &found)) ||
	    (err = mlv_remote_packs_add(&packs, found.packs, found.pack_count)) ||
	    (err = mlv_remote_packs_open(&packs, MLV_PACK_DATA, NULL)))
		return err;
	for (size_t i = 0; !err && i < packs.count; i++)
		err = add_table(known, &packs.at[i]);
	return err;
}
