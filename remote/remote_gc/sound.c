/* remote_gc/sound.c - a pack that was replaced goes only when what replaced it is sound. */
#include "core/base/sys.h"
#include "remote/remote_gc/survey.h"
#include "remote/verify.h"

bool mlv_survey_is_ripe(const struct mlv_survey *survey, const struct mlv_marked *mark)
{
	const struct mlv_remote_gc_wants *wants = survey->wants;
	const struct mlv_marked *known =
		mlv_marks_find(&survey->marks, mark->kind, false, &mark->oid);

	return wants->grace == 0 || (known && known->when + wants->grace <= wants->now);
}

/* What is read, and where. */
struct proof {
	struct mlv_items items; /* the keys */
	struct mlv_root homes;  /* the packs that have them else */
	struct mlv_problems found;
};

static void release_proof(struct proof *proof)
{
	mlv_items_release(&proof->items);
	mlv_root_release(&proof->homes);
	mlv_problems_release(&proof->found);
}

static bool needs_proof(const struct mlv_there_pack *pack)
{
	return pack->fate == MLV_FATE_DROP && pack->spare_count > 0;
}

static bool goes_now(const struct mlv_survey *survey, const struct mlv_there_pack *pack)
{
	return mlv_survey_is_ripe(survey, &(struct mlv_marked){
		.kind = mlv_marked_of_class(pack->id.class), .oid = pack->id.oid });
}

static const struct mlv_table *table_of(const struct mlv_survey *survey,
					const struct mlv_there_pack *pack)
{
	return &survey->set.at[pack->table].table;
}

/* The keys of a pack that goes which are needed, with their homes. */
static mlv_err ask(const struct mlv_survey *survey, const struct mlv_there_pack *pack,
		   struct proof *proof)
{
	const struct mlv_table *table = table_of(survey, pack);
	mlv_err err = NULL;

	for (uint32_t i = 0; !err && i < table->count; i++) {
		const struct mlv_there_pack *home;
		struct mlv_pack_record record;
		struct mlv_item *item;

		mlv_table_record(table, i, &record);
		item = mlv_items_find(&survey->needed, &record.key);
		if (!item)
			continue;
		home = &survey->packs[item->pack - 1];
		if ((err = mlv_items_add(&proof->items, &(struct mlv_item){
			     .key = item->key, .size = item->size, .pack = 1 })))
			return err;
		err = mlv_root_add_pack(&proof->homes, &(struct mlv_pack_ref){
			home->id, home->pack_bytes });
	}
	return err;
}

/* Whether all that is needed of a pack was read elsewhere. */
static bool is_proven(const struct mlv_survey *survey, const struct mlv_there_pack *pack,
		      const struct proof *proof)
{
	const struct mlv_table *table = table_of(survey, pack);

	for (uint32_t i = 0; i < table->count; i++) {
		const struct mlv_item *item;
		struct mlv_pack_record record;

		mlv_table_record(table, i, &record);
		item = mlv_items_find(&proof->items, &record.key);
		if (item && item->state != MLV_ITEM_ASKED)
			return false;
	}
	return true;
}

static mlv_err read_homes(struct mlv_survey *survey, struct proof *proof)
{
	struct mlv_verify verify = {
		.remote = survey->remote, .cache = survey->cache, .items = &proof->items,
		.state = MLV_ITEM_ASKED, .packs = &proof->homes, .found = &proof->found, .must = true,
	};
	mlv_err err;

	mlv_items_sort(&proof->items);
	mlv_root_sort_packs(&proof->homes);
	err = mlv_verify_run(&verify);
	mlv_verify_release(&verify);
	return err;
}

mlv_err mlv_survey_prove(struct mlv_survey *survey)
{
	MLV_SCOPED(release_proof) struct proof proof = { .found = MLV_PROBLEMS_INIT };
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < survey->pack_count; i++) {
		struct mlv_there_pack *pack = &survey->packs[i];

		pack->unproven = needs_proof(pack) && !goes_now(survey, pack);
		if (needs_proof(pack) && !pack->unproven)
			err = ask(survey, pack, &proof);
	}
	if (err || proof.items.count == 0 || (err = read_homes(survey, &proof)))
		return err;
	if (proof.found.count > 0)
		mlv_tell_warning(survey->ctx, "%s: a pack is damaged, and one with the same stays: "
				 "mlv fsck -r --repair", survey->remote->url);
	for (size_t i = 0; i < survey->pack_count; i++) {
		struct mlv_there_pack *pack = &survey->packs[i];

		if (needs_proof(pack) && !pack->unproven && !is_proven(survey, pack, &proof))
			pack->fate = MLV_FATE_KEEP;
	}
	return NULL;
}
