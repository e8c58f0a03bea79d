/*
 * remote_gc/recipes.c - recipes of large files: one that stays keeps its packs,
 * which no root names, as they are.
 *
 * Its mark is that of the file (MLV_MARKED_LARGE), as a push relies on the file
 * and on the packs, however it lies there.
 */
#include <stdlib.h>

#include "core/base/pool.h"
#include "core/base/sys.h"
#include "remote/chunked.h"
#include "remote/remote_gc/survey.h"

mlv_err mlv_survey_take_recipe(void *arg, const char *path, uint64_t size)
{
	struct mlv_survey *survey = arg;
	struct mlv_item item = { .key = { .kind = MLV_KIND_LARGE }, .size = size };

	/* What this version does not know may hold anything together. */
	if (!mlv_recipe_parse_path(path, &item.key.oid))
		return mlv_error(MLV_E_REFUSED, "%s/%s: this version does not know what it needs, "
				 "so nothing is removed", survey->remote->url, path);
	return mlv_items_add(&survey->recipes, &item);
}

/* The packs of recipes, read side by side. */
struct reading {
	const struct mlv_survey *survey;
	const struct mlv_item **at;
	size_t count;
	struct mlv_recipe *recipes; /* no packs: it is gone */
};

static void release_reading(struct reading *reading)
{
	for (size_t i = 0; reading->recipes && i < reading->count; i++)
		mlv_recipe_release(&reading->recipes[i]);
	free(reading->recipes);
	free(reading->at);
}

static mlv_err read_one(void *arg, size_t index, unsigned worker)
{
	struct reading *reading = arg;
	mlv_err err = mlv_recipe_get_packs(reading->survey->remote, &reading->at[index]->key.oid,
					   UINT64_MAX, &reading->recipes[index]);

	(void)worker;
	if (err && err->code == MLV_E_MISSING)
		return NULL;
	if (err && err->code == MLV_E_CORRUPT)
		return mlv_error_hint(mlv_error_wrap(err, "nothing is removed, because what a recipe "
						     "keeps is not known"),
				      "push the file again from where it is: that writes it anew");
	return err;
}

/* Read those of list for which stays() holds. */
static mlv_err read_staying(struct reading *reading, const struct mlv_items *list,
			    bool (*stays)(const void *arg, const struct mlv_item *recipe),
			    const void *arg)
{
	reading->at = mlv_sys_alloc_array(list->count + 1, sizeof(*reading->at));
	reading->recipes = mlv_sys_alloc_array(list->count + 1, sizeof(*reading->recipes));
	if (!reading->at || !reading->recipes)
		return mlv_error_nomem("recipes");
	for (size_t i = 0; i < list->count; i++)
		if (stays(arg, &list->at[i]))
			reading->at[reading->count++] = &list->at[i];
	return mlv_pool_run(reading->survey->ctx, mlv_remote_jobs(reading->survey->remote),
			    reading->count, read_one, reading);
}

/* ---- at the survey ---- */

static bool is_kept(const void *arg, const struct mlv_item *recipe)
{
	(void)arg;
	return recipe->here || !recipe->claimed;
}

mlv_err mlv_survey_pin_recipes(struct mlv_survey *survey)
{
	MLV_SCOPED(release_reading) struct reading reading = { .survey = survey };
	mlv_err err = read_staying(&reading, &survey->recipes, is_kept, NULL);

	for (size_t i = 0; !err && i < reading.count; i++)
		for (size_t k = 0; k < reading.recipes[i].pack_count; k++) {
			struct mlv_there_pack *pack = mlv_survey_pack(survey, &(struct mlv_pack_id){
				MLV_PACK_DATA, reading.recipes[i].packs[k].oid });

			if (pack)
				pack->pinned = true;
		}
	return err;
}

/* ---- at the sweep ---- */

static bool is_not_ripe(const void *arg, const struct mlv_item *recipe)
{
	const struct mlv_doomed *doomed =
		mlv_remote_gc_find(arg, MLV_MARKED_LARGE, &recipe->key.oid);

	return !doomed || !doomed->ripe;
}

mlv_err mlv_survey_heed_recipes(struct mlv_remote_gc *gc, const struct mlv_survey *survey)
{
	MLV_SCOPED(mlv_survey_release) struct mlv_survey now;
	MLV_SCOPED(release_reading) struct reading reading = { .survey = survey };
	mlv_err err;

	mlv_survey_init(&now, survey->remote, survey->cache, survey->wants);
	if ((err = mlv_transport_list(survey->remote, "recipes/", mlv_survey_take_recipe, &now)))
		return err;
	err = read_staying(&reading, &now.recipes, is_not_ripe, gc);
	for (size_t i = 0; !err && i < reading.count; i++)
		for (size_t k = 0; k < reading.recipes[i].pack_count; k++) {
			struct mlv_doomed *doomed = mlv_remote_gc_find(
				gc, MLV_MARKED_DPACK, &reading.recipes[i].packs[k].oid);

			if (doomed)
				doomed->ripe = false;
		}
	return err;
}
