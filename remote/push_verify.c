#include "remote/push_verify.h"

#include "remote/verify.h"

static mlv_err read_state(struct mlv_push_verify *verify, enum mlv_item_state state,
			  const struct mlv_root *packs, struct mlv_problems *found,
			  struct mlv_root *unsound)
{
	MLV_SCOPED(mlv_verify_release) struct mlv_verify run = {
		.remote = verify->remote, .cache = verify->cache, .items = verify->items,
		.state = state, .packs = packs, .found = found, .must = state == MLV_ITEM_DONE,
		.whole = verify->transfer->repair,
	};
	mlv_err err = mlv_verify_run(&run);

	if (err)
		return err;
	verify->transfer->verified += run.objects;
	verify->transfer->verified_bytes += run.bytes;
	*unsound = run.unsound;
	run.unsound = (struct mlv_root){ 0 };
	return NULL;
}

static bool is_unsound(const struct mlv_root *unsound, const struct mlv_pack_ref *pack)
{
	return mlv_packs_find(unsound->packs, unsound->pack_count, &pack->id) != NULL;
}

/* No root is to name them any more. */
static void drop_packs(struct mlv_bases *bases, const struct mlv_root *unsound)
{
	for (size_t i = 0; i < bases->count; i++) {
		struct mlv_root *root = &bases->at[i].root;
		size_t kept = 0;

		for (size_t k = 0; k < root->pack_count; k++)
			if (!is_unsound(unsound, &root->packs[k]))
				root->packs[kept++] = root->packs[k];
		if (kept < root->pack_count)
			bases->at[i].lost = true;
		root->pack_count = kept;
	}
}

/*
 * What lay in a pack may go into another; what lies by itself is replaced there,
 * where some look first.
 */
static void want_again(struct mlv_items *items)
{
	for (size_t i = 0; i < items->count; i++) {
		struct mlv_item *item = &items->at[i];

		if (item->state != MLV_ITEM_DAMAGED)
			continue;
		item->state = item->pack ? MLV_ITEM_ASKED : MLV_ITEM_WRONG;
		item->pack = 0;
	}
}

static void give_up(struct mlv_items *items)
{
	for (size_t i = 0; i < items->count; i++)
		if (items->at[i].state == MLV_ITEM_DAMAGED)
			items->at[i].state = MLV_ITEM_FAILED;
}

mlv_err mlv_push_verify_relied(struct mlv_push_verify *verify)
{
	MLV_SCOPED(mlv_root_release) struct mlv_root packs = { 0 };
	struct mlv_transfer *transfer = verify->transfer;
	mlv_err err;

	if (!transfer->verify)
		return NULL;
	err = mlv_verify_add_bases(verify->bases, verify->items, MLV_ITEM_THERE, &packs);
	if (!err)
		err = read_state(verify, MLV_ITEM_THERE, &packs,
				 transfer->repair ? &transfer->mended : &transfer->problems,
				 &verify->packs->unsound);
	if (err)
		return err;
	if (transfer->repair) {
		drop_packs(verify->bases, &verify->packs->unsound);
		want_again(verify->items);
	} else {
		give_up(verify->items);
	}
	return NULL;
}

static mlv_err list_sent(const struct mlv_push_packs *packs, struct mlv_root *list)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < packs->sent.pack_count; i++)
		if (packs->sent.packs[i].size > 0)
			err = mlv_root_add_pack(list, &packs->sent.packs[i]);
	mlv_root_sort_packs(list);
	return err;
}

/* What was found damaged and is not there now has another problem. */
static void keep_mended(const struct mlv_items *items, struct mlv_problems *mended)
{
	size_t kept = 0;

	for (size_t i = 0; i < mended->count; i++) {
		const struct mlv_item *item = mlv_items_find(items, &mended->at[i].key);

		/* Of a push before it may be there. */
		if (item && mlv_item_is_there(item))
			mended->at[kept++] = mended->at[i];
		else
			mlv_problem_release(&mended->at[i]);
	}
	mended->count = kept;
}

mlv_err mlv_push_verify_sent(struct mlv_push_verify *verify)
{
	MLV_SCOPED(mlv_root_release) struct mlv_root packs = { 0 }, unsound = { 0 };
	mlv_err err;

	if (!verify->transfer->verify || verify->transfer->dry)
		return NULL;
	if ((err = list_sent(verify->packs, &packs)) ||
	    (err = read_state(verify, MLV_ITEM_DONE, &packs, &verify->transfer->problems,
			      &unsound)))
		return err;
	give_up(verify->items);
	keep_mended(verify->items, &verify->transfer->mended);
	return NULL;
}

mlv_err mlv_push_verify_roots(struct mlv_push_verify *verify)
{
	MLV_SCOPED(mlv_bases_release) struct mlv_bases bases = { 0 };
	char path[MLV_ROOT_PATH];
	mlv_err err;

	if (!verify->transfer->verify || verify->transfer->dry ||
	    verify->transfer->problems.count > 0)
		return NULL;
	if ((err = mlv_bases_read(&bases, verify->remote, verify->wants, verify->count)))
		return err;
	for (size_t i = 0; i < verify->count; i++) {
		const struct mlv_want *want = &verify->wants[i];
		const struct mlv_base *base = mlv_bases_get(&bases, &want->key.oid);

		if (mlv_want_is_tree(want) && !(base && base->there))
			return mlv_error(MLV_E_CORRUPT, "%s/%s does not lie there as it was sent",
					 verify->remote->url, mlv_root_path(&want->key.oid, path));
	}
	return NULL;
}
