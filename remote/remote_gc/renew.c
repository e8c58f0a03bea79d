/* remote_gc/renew.c - roots of trees that are needed, written anew when packs that they name go. */
#include "core/base/sys.h"
#include "remote/remote_gc/survey.h"

static mlv_err note_lost(void *arg, const struct mlv_item *node, mlv_err why)
{
	bool *whole = arg;

	(void)node;
	*whole = false;
	return why->code == MLV_E_MISSING || why->code == MLV_E_CORRUPT ? NULL : why;
}

/*
 * The pack that the root is to name for a key: one that was written just now,
 * else one that it names already, for others may be damaged.
 */
static const struct mlv_there_pack *home_of(const struct mlv_survey *survey,
					    const struct mlv_there_root *root,
					    const struct mlv_item *needed)
{
	const struct mlv_there_pack *home = &survey->packs[needed->pack - 1];
	struct mlv_pack_record record;

	for (size_t i = 0; !home->preferred && i < root->root.pack_count; i++) {
		const struct mlv_there_pack *pack =
			mlv_survey_pack(survey, &root->root.packs[i].id);

		if (pack && pack->fate == MLV_FATE_KEEP && pack->table != SIZE_MAX &&
		    mlv_table_find(&survey->set.at[pack->table].table, &needed->key, &record))
			return pack;
	}
	return home;
}

/* Where a key of the tree lies. The root node has a line, also when a pack has it. */
static mlv_err place(struct mlv_survey *survey, const struct mlv_there_root *root,
		     const struct mlv_item *item, struct mlv_root *made, bool *whole)
{
	const struct mlv_item *needed = mlv_items_find(&survey->needed, &item->key);
	const bool top = item->key.kind == MLV_KIND_NODE &&
			 mlv_oid_equal(&item->key.oid, &root->tree);

	if (needed && needed->pack && !top) {
		const struct mlv_there_pack *pack = home_of(survey, root, needed);

		return mlv_root_add_pack(made, &(struct mlv_pack_ref){ pack->id,
								      pack->pack_bytes });
	}
	if (!mlv_items_find(&survey->loose, &item->key) &&
	    !mlv_items_find(&survey->recipes, &item->key))
		*whole = false;
	return mlv_items_add(&made->items, item);
}

mlv_err mlv_survey_root_items(struct mlv_survey *survey, const struct mlv_there_root *root,
			      struct mlv_root *made, bool *whole)
{
	MLV_SCOPED(mlv_items_release) struct mlv_items items = { 0 };
	const struct mlv_want tree = { .key = { MLV_KIND_NODE, root->tree }, .part = "",
				       .label = "" };
	mlv_err err;

	*whole = true;
	err = mlv_closure_collect(survey->ctx, mlv_remote_jobs(survey->remote),
				  mlv_node_source_find(&survey->finder), &tree, 1, note_lost, whole,
				  &items);
	for (size_t i = 0; !err && *whole && i < items.count; i++)
		err = place(survey, root, &items.at[i], made, whole);
	mlv_root_sort_packs(made);
	return err;
}

static mlv_err renew(struct mlv_survey *survey, const struct mlv_there_root *root)
{
	MLV_SCOPED(mlv_root_release) struct mlv_root made = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	char path[MLV_ROOT_PATH];
	bool whole = false;
	mlv_err err;

	if ((err = mlv_survey_root_items(survey, root, &made, &whole)) ||
	    (err = mlv_root_write(&root->tree, &made, &text)))
		return err;
	if (!whole)
		return mlv_error(MLV_E_MISSING, "%s: something of a tree went meanwhile",
				 survey->remote->url);
	return mlv_transport_put_bytes(survey->remote, mlv_root_path(&root->tree, path), text.ptr,
				       text.len);
}

mlv_err mlv_survey_renew_roots(struct mlv_survey *survey)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < survey->root_count; i++)
		if (survey->roots[i].renewed)
			err = renew(survey, &survey->roots[i]);
	return err;
}
