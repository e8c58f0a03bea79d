#include "remote/push_marks.h"

#include "core/base/sys.h"

/* What of the marks the push relies on. */
struct relied {
	const struct mlv_push_marks *heed;
	const struct mlv_marks *marks;
	struct mlv_marks found;
};

static void release_relied(struct relied *relied)
{
	mlv_marks_release(&relied->found);
}

static mlv_err rely_on(struct relied *relied, enum mlv_marked_kind kind, const struct mlv_oid *oid)
{
	mlv_err err = NULL;

	for (int gone = 0; !err && gone <= 1; gone++) {
		const struct mlv_marked *mark =
			mlv_marks_find(relied->marks, kind, gone != 0, oid);

		if (mark)
			err = mlv_marks_add(&relied->found, mark);
	}
	return err;
}

static mlv_err rely_on_packs(struct relied *relied, const struct mlv_root *root)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < root->pack_count; i++)
		if (root->packs[i].size > 0)
			err = rely_on(relied, mlv_marked_of_class(root->packs[i].id.class),
				      &root->packs[i].id.oid);
	return err;
}

/* The packs of each base that something was found in, of recipes, and those that were sent. */
static mlv_err rely_on_all_packs(struct relied *relied)
{
	const struct mlv_push_marks *heed = relied->heed;
	MLV_SCOPED(mlv_mem_free) bool *used =
		mlv_sys_alloc_array(heed->bases->count + 1, sizeof(*used));
	mlv_err err;

	if (!used)
		return mlv_error_nomem("marks");
	for (size_t i = 0; i < heed->items->count; i++)
		if (heed->items->at[i].pack > 0 && heed->items->at[i].pack < heed->packs->first)
			used[heed->items->at[i].pack - 1] = true;
	if (!(err = rely_on_packs(relied, &heed->packs->sent)))
		err = rely_on_packs(relied, &heed->packs->chunked);
	for (size_t i = 0; !err && i < heed->bases->count; i++)
		if (used[i])
			err = rely_on_packs(relied, &heed->bases->at[i].root);
	return err;
}

static mlv_err find_relied(struct relied *relied)
{
	const struct mlv_push_marks *heed = relied->heed;
	mlv_err err = rely_on_all_packs(relied);

	for (size_t i = 0; !err && i < heed->items->count; i++) {
		const struct mlv_item *item = &heed->items->at[i];

		if (mlv_item_is_there(item) && item->pack == 0)
			err = rely_on(relied, mlv_marked_of_kind(item->key.kind), &item->key.oid);
	}
	for (size_t i = 0; !err && i < heed->count; i++) {
		const struct mlv_item *top = mlv_items_find(heed->items, &heed->wants[i].key);

		if (mlv_want_is_tree(&heed->wants[i]) && top && mlv_item_is_there(top))
			err = rely_on(relied, MLV_MARKED_ROOT, &top->key.oid);
	}
	mlv_marks_sort(&relied->found);
	return err;
}

/*
 * Whether an earlier round saw it, and looked since: what was removed before is
 * there again; what was marked before is kept, or was, and is marked anew.
 */
static bool is_settled(const struct mlv_marks *seen, const struct mlv_marked *mark)
{
	const struct mlv_marked *before = mlv_marks_find(seen, mark->kind, mark->gone, &mark->oid);

	return before && (!mark->gone || before->when == mark->when);
}

static bool all_settled(const struct relied *relied)
{
	for (size_t i = 0; i < relied->found.count; i++)
		if (!is_settled(relied->heed->seen, &relied->found.at[i]))
			return false;
	return true;
}

/* Keep what is marked; what is gone cannot be kept. */
static mlv_err keep(const struct relied *relied)
{
	MLV_SCOPED(mlv_marks_release) struct mlv_marks marked = { 0 };
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < relied->found.count; i++)
		if (!relied->found.at[i].gone)
			err = mlv_marks_add(&marked, &relied->found.at[i]);
	mlv_marks_sort(&marked);
	return err || marked.count == 0 ? err : mlv_keep_put(relied->heed->remote, &marked);
}

static mlv_err remember(const struct relied *relied)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < relied->found.count; i++)
		err = mlv_marks_add(relied->heed->seen, &relied->found.at[i]);
	mlv_marks_sort(relied->heed->seen);
	return err;
}

mlv_err mlv_push_marks_heed(const struct mlv_push_marks *heed, bool *again)
{
	MLV_SCOPED(mlv_marks_release) struct mlv_marks marks = { 0 };
	MLV_SCOPED(release_relied) struct relied relied = { .heed = heed, .marks = &marks };
	mlv_err err;

	*again = false;
	if ((err = mlv_marks_read(heed->remote, &marks)))
		return err->code == MLV_E_CORRUPT
			       ? mlv_error_hint(err, "what was sent is there; mlv gc -c writes the "
						"marks anew, push again then")
			       : err;
	if (marks.count == 0 || (err = find_relied(&relied)) || all_settled(&relied))
		return err;
	if ((err = keep(&relied)) || (err = mlv_lease_wait(heed->remote)) ||
	    (err = remember(&relied)))
		return err;
	*again = true;
	return NULL;
}
