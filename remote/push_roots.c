#include "remote/push_roots.h"

#include "core/base/pool.h"
#include "core/base/sys.h"

static mlv_err give_up(void *arg, const struct mlv_item *node, mlv_err why)
{
	(void)arg;
	(void)node;
	(void)why;
	return NULL;
}

/* Every key of one tree, with what is known of it. */
static mlv_err tree_items(const struct mlv_push_roots *roots, const struct mlv_want *want,
			  struct mlv_items *items)
{
	mlv_err err = mlv_closure_collect(roots->ctx, 1, roots->source, want, 1, give_up, NULL,
					  items);

	for (size_t i = 0; !err && i < items->count; i++) {
		const struct mlv_item *known = mlv_items_find(roots->items, &items->at[i].key);

		items->at[i].state = known ? known->state : MLV_ITEM_FAILED;
		items->at[i].pack = known ? known->pack : 0;
	}
	return err;
}

static bool all_there(const struct mlv_items *items)
{
	for (size_t i = 0; i < items->count; i++)
		if (!mlv_item_is_there(&items->at[i]))
			return false;
	return true;
}

/* Add the packs that number, of a base or of this push, stands for. */
static mlv_err add_packs(const struct mlv_push_roots *roots, uint32_t number,
			 struct mlv_root *root)
{
	const struct mlv_push_packs *packs = roots->packs;
	const struct mlv_root *base;
	mlv_err err = NULL;

	if (number >= packs->first)
		return mlv_root_add_pack(root, &packs->sent.packs[number - packs->first]);
	base = &roots->bases->at[number - 1].root;
	for (size_t i = 0; !err && i < base->pack_count; i++)
		err = mlv_root_add_pack(root, &base->packs[i]);
	return err;
}

/* What the root of a tree with these items says. */
static mlv_err fill_root(const struct mlv_push_roots *roots, const struct mlv_items *items,
			 struct mlv_root *root)
{
	const size_t numbers = roots->packs->first + roots->packs->sent.pack_count;
	MLV_SCOPED(mlv_mem_free) bool *used = mlv_sys_alloc_array(numbers + 1, sizeof(*used));
	mlv_err err = NULL;

	if (!used)
		return mlv_error_nomem("a root");
	for (size_t i = 0; !err && i < items->count; i++) {
		used[items->at[i].pack] = true;
		if (items->at[i].pack == 0)
			err = mlv_items_add(&root->items, &items->at[i]);
	}
	for (uint32_t i = 1; !err && i < numbers; i++)
		if (used[i])
			err = add_packs(roots, i, root);
	mlv_root_sort_packs(root);
	return err;
}

static mlv_err publish(struct mlv_push_roots *roots, const struct mlv_want *want,
		       const struct mlv_items *items)
{
	MLV_SCOPED(mlv_root_release) struct mlv_root root = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	char path[MLV_ROOT_PATH];
	mlv_err err;

	if (!all_there(items))
		return NULL;
	if (roots->dry) {
		roots->sent++;
		return NULL;
	}
	if ((err = fill_root(roots, items, &root)) ||
	    (err = mlv_root_write(&want->key.oid, &root, &text)) ||
	    (err = mlv_transport_put_bytes_later(roots->remote,
						 mlv_root_path(&want->key.oid, path), text.ptr,
						 text.len)))
		return err;
	roots->sent++;
	return NULL;
}

/*
 * Whether the root of a want is to be written: it is not there, or names packs
 * that are not, or nothing was said of packs where some were sent now.
 */
static bool is_unpublished(const struct mlv_push_roots *roots, const struct mlv_want *want)
{
	const struct mlv_base *base;

	if (!mlv_want_is_tree(want))
		return false;
	base = mlv_bases_get(roots->bases, &want->key.oid);
	if (!base || !base->there || base->lost)
		return true;
	if (!base->sound)
		return roots->packs->sent.pack_count > 0;
	/* What it named by itself was lost, and lies in a pack now. */
	for (size_t i = 0; i < base->root.items.count; i++) {
		const struct mlv_item *item =
			mlv_items_find(roots->items, &base->root.items.at[i].key);

		if (item && item->pack >= roots->packs->first)
			return true;
	}
	return false;
}

static mlv_err publish_round(void *arg, size_t index, unsigned worker)
{
	MLV_SCOPED(mlv_items_release) struct mlv_items items = { 0 };
	struct mlv_push_roots *roots = arg;
	const struct mlv_want *want = &roots->wants[index];
	mlv_err err;

	(void)worker;
	if (!is_unpublished(roots, want))
		return NULL;
	if (roots->count == 1)
		return publish(roots, want, roots->items);
	err = tree_items(roots, want, &items);
	return err ? err : publish(roots, want, &items);
}

bool mlv_push_roots_any(const struct mlv_push_roots *roots)
{
	for (size_t i = 0; i < roots->count; i++)
		if (is_unpublished(roots, &roots->wants[i]))
			return true;
	return false;
}

mlv_err mlv_push_roots_send(struct mlv_push_roots *roots)
{
	return mlv_pool_run(roots->ctx, roots->jobs, roots->count, publish_round, roots);
}
