/* remote_gc/survey.c - a look at a remote: what lies there, what is known, what is needed. */
#include "remote/remote_gc/survey.h"

#include <stdlib.h>

#include "core/base/sys.h"

void mlv_survey_init(struct mlv_survey *survey, struct mlv_transport *remote,
		     struct mlv_store *cache, const struct mlv_remote_gc_wants *wants)
{
	*survey = (struct mlv_survey){
		.ctx = remote->ctx, .remote = remote, .cache = cache, .wants = wants,
		.finder = MLV_NODE_FINDER(cache, remote),
	};
	mlv_remote_packs_init(&survey->set, remote);
	survey->finder.packs = &survey->set;
}

void mlv_survey_release(struct mlv_survey *survey)
{
	for (size_t i = 0; i < survey->root_count; i++)
		mlv_root_release(&survey->roots[i].root);
	free(survey->roots);
	free(survey->packs);
	mlv_items_release(&survey->loose);
	mlv_items_release(&survey->recipes);
	mlv_items_release(&survey->needed);
	mlv_marks_release(&survey->marks);
	mlv_remote_packs_release(&survey->set);
}

/* ---- what is known ---- */

struct mlv_there_root *mlv_survey_root(const struct mlv_survey *survey,
				       const struct mlv_oid *tree)
{
	size_t low = 0, high = survey->root_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = mlv_oid_compare(&survey->roots[middle].tree, tree);

		if (order == 0)
			return &survey->roots[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static void claim(struct mlv_survey *survey, struct mlv_key key)
{
	struct mlv_item *item = mlv_items_find(&survey->loose, &key);

	if (item)
		item->claimed = true;
	if ((item = mlv_items_find(&survey->recipes, &key)))
		item->claimed = true;
	if (key.kind == MLV_KIND_LARGE) {
		key.kind = MLV_KIND_LEAVES;
		claim(survey, key);
	}
}

/* A tree that is marked and known, and has no root any more: a gc of this clone was killed. */
static bool was_swept(const struct mlv_survey *survey, const struct mlv_want *want)
{
	return mlv_marks_find(&survey->marks, MLV_MARKED_ROOT, false, &want->key.oid) != NULL;
}

static void know_each(const struct mlv_survey *survey, struct mlv_items *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct mlv_item *item = &list->at[i];

		if (survey->wants->all_roots ||
		    (survey->resumes && mlv_marks_find(&survey->marks,
						       mlv_marked_of_kind(item->key.kind), false,
						       &item->key.oid)))
			item->claimed = true;
	}
}

static void know(struct mlv_survey *survey)
{
	const struct mlv_remote_gc_wants *wants = survey->wants;

	for (size_t i = 0; i < wants->known_count; i++) {
		const struct mlv_want *want = &wants->known[i];
		struct mlv_there_root *root = NULL;

		claim(survey, want->key);
		if (want->key.kind == MLV_KIND_NODE)
			root = mlv_survey_root(survey, &want->key.oid);
		if (root)
			root->known = true;
		else if (want->key.kind == MLV_KIND_NODE && was_swept(survey, want))
			survey->resumes = true;
	}
	for (size_t i = 0; i < wants->count; i++) {
		struct mlv_there_root *root = mlv_survey_root(survey, &wants->at[i].key.oid);

		if (root && wants->at[i].key.kind == MLV_KIND_NODE)
			root->wanted = root->known = true;
	}
	for (size_t i = 0; i < survey->root_count; i++) {
		struct mlv_there_root *root = &survey->roots[i];

		root->known |= wants->all_roots;
		for (size_t k = 0; root->known && k < root->root.items.count; k++)
			claim(survey, root->root.items.at[k].key);
	}
	know_each(survey, &survey->loose);
	know_each(survey, &survey->recipes);
}

/* ---- what is needed ---- */

static mlv_err lose(void *arg, const struct mlv_item *node, mlv_err why)
{
	const struct mlv_survey *survey = arg;

	(void)node;
	if (why->code == MLV_E_MISSING && survey->wants->skip_missing)
		return NULL;
	return mlv_error_wrap(why, "nothing is removed, because not all that is needed is known");
}

/* What roots name that stay, and what the wants need. */
static void hold(const struct mlv_survey *survey, struct mlv_items *list)
{
	for (size_t i = 0; i < survey->root_count; i++) {
		const struct mlv_there_root *root = &survey->roots[i];

		for (size_t k = 0; !root->known && k < root->root.items.count; k++) {
			struct mlv_item *item = mlv_items_find(list, &root->root.items.at[k].key);

			if (item)
				item->here = true;
		}
	}
	for (size_t i = 0; i < list->count; i++)
		if (mlv_items_find(&survey->needed, &list->at[i].key))
			list->at[i].here = true;
}

/* A root that nobody can read, of a tree that is not known, keeps nobody knows what. */
static mlv_err check_roots(const struct mlv_survey *survey)
{
	for (size_t i = 0; i < survey->root_count; i++) {
		const struct mlv_there_root *root = &survey->roots[i];
		char path[MLV_ROOT_PATH];

		if (root->sound || root->known)
			continue;
		return mlv_error_hint(mlv_error(MLV_E_CORRUPT, "%s/%s is damaged, and what it keeps "
						"is not known, so nothing is removed",
						survey->remote->url,
						mlv_root_path(&root->tree, path)),
				      "push that directory again from where it is known; if nobody "
				      "else uses the remote: --all-roots");
	}
	return NULL;
}

static mlv_err open_packs(struct mlv_survey *survey)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < survey->pack_count; i++) {
		const struct mlv_there_pack *pack = &survey->packs[i];

		if (pack->has_pack && pack->has_idx)
			err = mlv_remote_packs_add(&survey->set, &(struct mlv_pack_ref){
				pack->id, pack->pack_bytes }, 1);
	}
	if (err || (err = mlv_remote_packs_open(&survey->set, MLV_PACK_NODES, NULL)) ||
	    (err = mlv_remote_packs_open(&survey->set, MLV_PACK_DATA, NULL)))
		return err;
	for (size_t i = 0; i < survey->set.count; i++) {
		struct mlv_there_pack *pack = mlv_survey_pack(survey, &survey->set.at[i].ref.id);

		if (survey->set.at[i].open)
			pack->table = i;
		else
			mlv_tell_warning(survey->ctx, "%s: a pack has a damaged table and stays: "
					 "mlv fsck -r --repair", survey->remote->url);
	}
	return NULL;
}

static void prefer(struct mlv_survey *survey)
{
	for (size_t i = 0; survey->preferred && i < survey->preferred->count; i++) {
		const struct mlv_marked *mark = &survey->preferred->at[i];
		const struct mlv_pack_id id = {
			mark->kind == MLV_MARKED_DPACK ? MLV_PACK_DATA : MLV_PACK_NODES, mark->oid
		};
		struct mlv_there_pack *pack = mlv_survey_pack(survey, &id);

		if (pack)
			pack->preferred = true;
	}
}

/* Those that are damaged are written anew, and begin anew. */
mlv_err mlv_survey_read_marks(struct mlv_survey *survey)
{
	mlv_err err = mlv_marks_read(survey->remote, &survey->marks);

	if (!err || err->code != MLV_E_CORRUPT)
		return err;
	mlv_tell_warning(survey->ctx, "%s", err->msg);
	return NULL;
}

static mlv_err unlisted(const struct mlv_survey *survey, mlv_err err)
{
	if (err->code != MLV_E_REFUSED)
		return err;
	err = mlv_error_wrap(err, "gc has to know all that lies there");
	return survey->remote->ops->list
		       ? err
		       : mlv_error_hint(err, "where the files lie, add their directory as a remote, and run "
					"it with -r for that");
}

/* Who pushes would take a lease, or marks, that are missing for a moment for none. */
static mlv_err check_writes(const struct mlv_survey *survey)
{
	if (!survey->remote->lapses)
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: by SFTP a file cannot be replaced in one "
					"step, and gc needs that to be safe while others push",
					survey->remote->url),
			      "on the machine where the files lie, add their directory as a remote, "
			      "and run it with -r for that");
}

mlv_err mlv_survey_make(struct mlv_survey *survey)
{
	const struct mlv_remote_gc_wants *wants = survey->wants;
	mlv_err err = check_writes(survey);

	if (err || (err = mlv_remote_check(survey->remote, &survey->formed)) || !survey->formed)
		return err;
	if (survey->lease && (err = mlv_lease_watch(survey->lease, survey->remote)))
		return err;
	if ((err = mlv_survey_list(survey)))
		return unlisted(survey, err);
	if ((err = mlv_survey_read_marks(survey)))
		return err;
	know(survey);
	if ((err = check_roots(survey)) || (err = open_packs(survey)))
		return err;
	prefer(survey);
	err = mlv_closure_collect(survey->ctx, mlv_remote_jobs(survey->remote),
				  mlv_node_source_find(&survey->finder), wants->at, wants->count,
				  lose, survey, &survey->needed);
	if (err)
		return err;
	hold(survey, &survey->loose);
	hold(survey, &survey->recipes);
	err = mlv_survey_pin_recipes(survey);
	return err ? err : mlv_survey_judge_packs(survey);
}
