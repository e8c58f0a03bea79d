/* remote_gc/sweep.c - what goes: marked, and removed when it was long enough. */
#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/store/recipe.h"
#include "remote/remote_gc/survey.h"

#define AT_ONCE 64 /* files that are removed between two beats */

void mlv_remote_gc_release(struct mlv_remote_gc *gc)
{
	free(gc->at);
	*gc = (struct mlv_remote_gc){ 0 };
}

uint64_t mlv_remote_gc_count(const struct mlv_remote_gc *gc, bool ripe, uint64_t *bytes)
{
	uint64_t count = 0;

	*bytes = 0;
	for (size_t i = 0; i < gc->count; i++) {
		if ((gc->at[i].ripe || gc->at[i].gone) != ripe)
			continue;
		count++;
		*bytes += gc->at[i].bytes;
	}
	return count;
}

/* ---- what goes ---- */

/* Since when it is marked, as the list of marks has it. */
static void date(const struct mlv_survey *survey, struct mlv_doomed *doomed)
{
	const struct mlv_remote_gc_wants *wants = survey->wants;
	const struct mlv_marked *known = mlv_marks_find(&survey->marks, doomed->mark.kind, false,
						      &doomed->mark.oid);

	doomed->mark.when = known ? known->when : wants->now;
	doomed->ripe = !doomed->unproven && mlv_survey_is_ripe(survey, &doomed->mark);
}

static mlv_err doom(struct mlv_remote_gc *gc, const struct mlv_survey *survey,
		    struct mlv_doomed doomed)
{
	mlv_err err = mlv_array_grow(&gc->at, &gc->cap, gc->count + 1, sizeof(*gc->at));

	date(survey, &doomed);
	if (!err)
		gc->at[gc->count++] = doomed;
	return err;
}

static mlv_err doom_pack(struct mlv_remote_gc *gc, const struct mlv_survey *survey,
			 const struct mlv_there_pack *pack)
{
	return doom(gc, survey, (struct mlv_doomed){
		.mark = { .kind = mlv_marked_of_class(pack->id.class), .oid = pack->id.oid },
		.bytes = pack->pack_bytes + pack->idx_bytes, .unproven = pack->unproven });
}

/* Roots, then nodes and packs of them, large files with their recipes, then the rest. */
static int by_turn(const void *a, const void *b)
{
	static const int turns[] = {
		[MLV_MARKED_ROOT] = 0, [MLV_MARKED_NODE] = 1, [MLV_MARKED_NPACK] = 2,
		[MLV_MARKED_LARGE] = 3, [MLV_MARKED_DPACK] = 4, [MLV_MARKED_OBJECT] = 5,
		[MLV_MARKED_LEAVES] = 6,
	};
	const struct mlv_doomed *x = a, *y = b;
	int order = turns[x->mark.kind] - turns[y->mark.kind];

	return order ? order : mlv_oid_compare(&x->mark.oid, &y->mark.oid);
}

static mlv_err doom_loose(struct mlv_remote_gc *gc, const struct mlv_survey *survey)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < survey->loose.count; i++) {
		const struct mlv_item *item = &survey->loose.at[i];
		const struct mlv_item *recipe = mlv_items_find(&survey->recipes, &item->key);

		if (!item->here && item->claimed)
			err = doom(gc, survey, (struct mlv_doomed){
				.mark = { .kind = mlv_marked_of_kind(item->key.kind),
					  .oid = item->key.oid },
				.bytes = item->size + (recipe ? recipe->size : 0),
				.recipe = recipe != NULL });
		gc->foreign += !item->here && !item->claimed;
	}
	return err;
}

/* Of files that lie there as recipes alone. */
static mlv_err doom_recipes(struct mlv_remote_gc *gc, const struct mlv_survey *survey)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < survey->recipes.count; i++) {
		const struct mlv_item *recipe = &survey->recipes.at[i];

		if (mlv_items_find(&survey->loose, &recipe->key))
			continue;
		if (!recipe->here && recipe->claimed)
			err = doom(gc, survey, (struct mlv_doomed){
				.mark = { .kind = MLV_MARKED_LARGE, .oid = recipe->key.oid },
				.bytes = recipe->size, .recipe = true });
		gc->foreign += !recipe->here && !recipe->claimed;
	}
	return err;
}

static mlv_err judge(struct mlv_remote_gc *gc, const struct mlv_survey *survey)
{
	mlv_err err = doom_loose(gc, survey);

	if (!err)
		err = doom_recipes(gc, survey);
	gc->kept = survey->needed.count;
	for (size_t i = 0; !err && i < survey->root_count; i++) {
		const struct mlv_there_root *root = &survey->roots[i];

		if (!root->wanted && root->known)
			err = doom(gc, survey, (struct mlv_doomed){
				.mark = { .kind = MLV_MARKED_ROOT, .oid = root->tree },
				.bytes = root->bytes });
		gc->foreign_roots += !root->known;
	}
	for (size_t i = 0; !err && i < survey->pack_count; i++) {
		const struct mlv_there_pack *pack = &survey->packs[i];

		if (pack->fate == MLV_FATE_DROP)
			err = doom_pack(gc, survey, pack);
		gc->rewritten += pack->fate == MLV_FATE_REWRITE;
	}
	if (!err && gc->count)
		qsort(gc->at, gc->count, sizeof(*gc->at), by_turn);
	return err;
}

mlv_err mlv_remote_gc_plan(struct mlv_remote_gc *gc, struct mlv_transport *remote,
			   struct mlv_store *cache, const struct mlv_remote_gc_wants *wants)
{
	MLV_SCOPED(mlv_survey_release) struct mlv_survey survey;
	MLV_SCOPED(mlv_remote_gc_release) struct mlv_remote_gc made = { 0 };
	mlv_err err;

	mlv_survey_init(&survey, remote, cache, wants);
	if ((err = mlv_survey_make(&survey)) || (err = judge(&made, &survey)))
		return err;
	*gc = made;
	made = (struct mlv_remote_gc){ 0 };
	return NULL;
}

/* ---- what stays after all ---- */

struct mlv_doomed *mlv_remote_gc_find(const struct mlv_remote_gc *gc, enum mlv_marked_kind kind,
				      const struct mlv_oid *oid)
{
	const struct mlv_doomed asked = { .mark = { .kind = kind, .oid = *oid } };

	return gc->count ? bsearch(&asked, gc->at, gc->count, sizeof(asked), by_turn) : NULL;
}

static void spare(struct mlv_remote_gc *gc, enum mlv_marked_kind kind, const struct mlv_oid *oid)
{
	struct mlv_doomed *doomed = mlv_remote_gc_find(gc, kind, oid);

	if (doomed)
		doomed->ripe = false;
}

static void spare_named(struct mlv_remote_gc *gc, const struct mlv_root *root)
{
	for (size_t i = 0; i < root->pack_count; i++)
		spare(gc, mlv_marked_of_class(root->packs[i].id.class), &root->packs[i].id.oid);
	for (size_t i = 0; i < root->items.count; i++)
		spare(gc, mlv_marked_of_kind(root->items.at[i].key.kind),
		      &root->items.at[i].key.oid);
}

/* What a push relies on is marked as of now, also when its mark was renewed since the push saw it. */
static void heed_keeps(struct mlv_remote_gc *gc, const struct mlv_survey *survey,
		       const struct mlv_marks *kept)
{
	for (size_t i = 0; i < kept->count; i++) {
		struct mlv_doomed *doomed =
			mlv_remote_gc_find(gc, kept->at[i].kind, &kept->at[i].oid);

		if (!doomed)
			continue;
		doomed->ripe = false;
		if (doomed->mark.when < survey->wants->now)
			doomed->mark.when = survey->wants->now;
	}
}

/* Read the roots that lie there now: what one names that stays, stays. */
static mlv_err heed_roots(struct mlv_remote_gc *gc, const struct mlv_survey *survey)
{
	MLV_SCOPED(mlv_survey_release) struct mlv_survey now;
	mlv_err err;

	mlv_survey_init(&now, survey->remote, survey->cache, survey->wants);
	if ((err = mlv_survey_list_roots(&now)))
		return err;
	for (size_t i = 0; i < now.root_count; i++) {
		const struct mlv_there_root *root = &now.roots[i];
		const struct mlv_doomed *doomed =
			mlv_remote_gc_find(gc, MLV_MARKED_ROOT, &root->tree);
		const struct mlv_there_root *before = mlv_survey_root(survey, &root->tree);

		if (doomed && doomed->ripe)
			continue;
		if (!root->sound && !(before && before->known))
			return mlv_error(MLV_E_CORRUPT, "%s: a root came that is damaged, so "
					 "nothing is removed", survey->remote->url);
		spare_named(gc, &root->root);
	}
	return NULL;
}

/* ---- removing ---- */

struct removing {
	const struct mlv_lease *lease;
	struct mlv_remote_gc *gc;
	size_t first;
};

/* The table last: who asks whether a pack is there asks for the pack. */
static mlv_err remove_pack(const struct mlv_lease *lease, enum mlv_pack_class class,
			   const struct mlv_oid *oid)
{
	const struct mlv_pack_id id = { class, *oid };
	char path[MLV_PACK_PATH];
	mlv_err err = mlv_transport_remove(lease->remote,
					   mlv_pack_path(&id, MLV_PACK_SUFFIX, path));

	if (err || (err = mlv_lease_check(lease)))
		return err;
	return mlv_transport_remove(lease->remote, mlv_pack_path(&id, MLV_IDX_SUFFIX, path));
}

/* The recipe first: the file itself proves more. */
static mlv_err remove_recipe(const struct mlv_lease *lease, const struct mlv_oid *oid)
{
	char path[MLV_RECIPE_PATH];
	mlv_err err = mlv_transport_remove(lease->remote, mlv_recipe_path(oid, path));

	return err ? err : mlv_lease_check(lease);
}

static mlv_err remove_one(const struct mlv_lease *lease, const struct mlv_doomed *doomed)
{
	const struct mlv_marked *mark = &doomed->mark;
	struct mlv_key key = { .oid = mark->oid };
	mlv_err err;
	char path[MLV_KEY_PATH];

	switch (mark->kind) {
	case MLV_MARKED_ROOT:
		return mlv_transport_remove(lease->remote, mlv_root_path(&mark->oid, path));
	case MLV_MARKED_DPACK:
		return remove_pack(lease, MLV_PACK_DATA, &mark->oid);
	case MLV_MARKED_NPACK:
		return remove_pack(lease, MLV_PACK_NODES, &mark->oid);
	case MLV_MARKED_LARGE:
		if (doomed->recipe && (err = remove_recipe(lease, &mark->oid)))
			return err;
		key.kind = MLV_KIND_LARGE;
		break;
	case MLV_MARKED_LEAVES:
		key.kind = MLV_KIND_LEAVES;
		break;
	case MLV_MARKED_NODE:
		key.kind = MLV_KIND_NODE;
		break;
	case MLV_MARKED_OBJECT:
		key.kind = MLV_KIND_OBJECT;
		break;
	}
	return mlv_transport_remove(lease->remote, mlv_key_path(&key, path));
}

static mlv_err remove_round(void *arg, size_t index, unsigned worker)
{
	struct removing *removing = arg;
	struct mlv_doomed *doomed = &removing->gc->at[removing->first + index];
	mlv_err err;

	(void)worker;
	if (!doomed->ripe)
		return NULL;
	if ((err = mlv_lease_check(removing->lease)))
		return err;
	doomed->tried = true;
	if ((err = remove_one(removing->lease, doomed)))
		return err;
	doomed->gone = true;
	mlv_tell_advance(removing->lease->remote->ctx, 1, doomed->bytes);
	return NULL;
}

/* The end of those that go together: of one kind. */
static size_t end_of_turn(const struct mlv_remote_gc *gc, size_t first)
{
	size_t end = first + 1;

	while (end < gc->count && end - first < AT_ONCE &&
	       gc->at[end].mark.kind == gc->at[first].mark.kind)
		end++;
	return end;
}

static mlv_err remove_ripe(struct mlv_remote_gc *gc, struct mlv_lease *lease)
{
	struct mlv_transport *remote = lease->remote;
	struct removing removing = { .lease = lease, .gc = gc };
	uint64_t bytes, count = mlv_remote_gc_count(gc, true, &bytes);
	mlv_err err = NULL;

	mlv_tell_begin(remote->ctx, "removing", count, bytes);
	for (size_t end; !err && removing.first < gc->count; removing.first = end) {
		end = end_of_turn(gc, removing.first);
		if (!(err = mlv_lease_beat(lease)))
			err = mlv_pool_run(remote->ctx, mlv_remote_jobs(remote),
					   end - removing.first, remove_round, &removing);
	}
	mlv_tell_end(remote->ctx);
	return err;
}

/* Something failed: while nobody else sweeps, say what is gone, or may be. Returns why. */
static mlv_err tell_of_gone(const struct mlv_remote_gc *gc, struct mlv_survey *survey,
			    const struct mlv_marks *kept, const struct mlv_lease *lease, mlv_err why)
{
	const struct mlv_error first = *why;

	if (why->code != MLV_E_LOCKED && !mlv_lease_check(lease) &&
	    mlv_survey_write_marks(gc, survey, kept, false))
		mlv_tell_detail(survey->ctx, "%s: what is gone could not be written",
				survey->remote->url);
	return mlv_error_copy(&first);
}

/* All of them were heeded: of what they keep each mark that is left has a new time. */
static mlv_err remove_keeps(struct mlv_transport *remote, const struct mlv_strs *paths)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < paths->count; i++)
		err = mlv_transport_remove(remote, paths->at[i]);
	return err;
}

/* Under the lease: mark, see what came meanwhile, remove, and say what is gone. */
static mlv_err sweep(struct mlv_remote_gc *gc, struct mlv_survey *survey, struct mlv_lease *lease)
{
	MLV_SCOPED(mlv_marks_release) struct mlv_marks kept = { 0 };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs keeps = { 0 };
	uint64_t bytes;
	mlv_err err;

	/* Another gc may have been here since the survey. */
	survey->alone = lease->alone;
	mlv_marks_release(&survey->marks);
	if ((err = mlv_survey_read_marks(survey)))
		return err;
	for (size_t i = 0; i < gc->count; i++)
		date(survey, &gc->at[i]);
	if ((err = mlv_survey_write_marks(gc, survey, &kept, false)) ||
	    (err = mlv_keeps_read(survey->remote, &kept, &keeps)))
		return err;
	heed_keeps(gc, survey, &kept);
	if (mlv_remote_gc_count(gc, true, &bytes) > 0 &&
	    ((err = heed_roots(gc, survey)) || (err = mlv_survey_heed_recipes(gc, survey)) ||
	     (err = remove_ripe(gc, lease))))
		return tell_of_gone(gc, survey, &kept, lease, err);
	if ((err = mlv_lease_beat(lease)) ||
	    (err = mlv_survey_write_marks(gc, survey, &kept, true)))
		return err;
	return remove_keeps(survey->remote, &keeps);
}

/* Pack anew what is to be, and look again; without that the survey is as it was. */
static mlv_err survey_all(struct mlv_survey *survey, uint64_t *rewritten, struct mlv_marks *made)
{
	mlv_err err = mlv_survey_make(survey);

	for (size_t i = 0; !err && i < survey->pack_count; i++)
		*rewritten += survey->packs[i].fate == MLV_FATE_REWRITE;
	if (!err && *rewritten > 0) {
		struct mlv_transport *remote = survey->remote;
		struct mlv_store *cache = survey->cache;
		const struct mlv_remote_gc_wants *wants = survey->wants;
		struct mlv_lease *lease = survey->lease;

		if ((err = mlv_survey_repack(survey, made)))
			return err;
		mlv_survey_release(survey);
		mlv_survey_init(survey, remote, cache, wants);
		survey->preferred = made;
		survey->lease = lease;
		err = mlv_survey_make(survey);
	}
	if (err || (err = mlv_survey_prove(survey)))
		return err;
	return mlv_survey_renew_roots(survey);
}

mlv_err mlv_remote_gc_run(struct mlv_remote_gc *gc, struct mlv_transport *remote,
			  struct mlv_store *cache, const struct mlv_remote_gc_wants *wants)
{
	MLV_SCOPED(mlv_survey_release) struct mlv_survey survey;
	MLV_SCOPED(mlv_remote_gc_release) struct mlv_remote_gc made = { 0 };
	MLV_SCOPED(mlv_marks_release) struct mlv_marks packs = { 0 };
	MLV_SCOPED(mlv_lease_release) struct mlv_lease lease = { .remote = remote };
	uint64_t rewritten = 0;
	mlv_err err;

	mlv_survey_init(&survey, remote, cache, wants);
	survey.lease = &lease;
	if ((err = survey_all(&survey, &rewritten, &packs)) || (err = judge(&made, &survey)))
		return err;
	made.rewritten = rewritten;
	if (survey.formed && (made.count > 0 || survey.marks.count > 0)) {
		if ((err = mlv_lease_take(&lease, remote)) ||
		    (err = sweep(&made, &survey, &lease)) || (err = mlv_lease_end(&lease)))
			return err;
	}
	*gc = made;
	made = (struct mlv_remote_gc){ 0 };
	return NULL;
}
