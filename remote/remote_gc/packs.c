/* remote_gc/packs.c - what is needed of each pack, and what becomes of it. */
#include <stdlib.h>

#include "core/base/sys.h"
#include "remote/remote_gc/survey.h"

#define DEAD_SHARE 2 /* one part of so many is not needed: the pack is written again */
#define SMALL (MLV_PACK_MAX / 8)
#define MANY  32 /* small packs of a class that are made few */

static const struct mlv_table *table_of(const struct mlv_survey *survey,
					const struct mlv_there_pack *pack)
{
	return &survey->set.at[pack->table].table;
}

static bool is_marked(const struct mlv_survey *survey, const struct mlv_there_pack *pack)
{
	return mlv_marks_find(&survey->marks, mlv_marked_of_class(pack->id.class), false,
			      &pack->id.oid) != NULL;
}

/* One that was replaced by an earlier gc, and waits: it is marked, and no root names it. */
static bool was_replaced(const struct mlv_survey *survey, const struct mlv_there_pack *pack)
{
	return !pack->pinned && !pack->named && is_marked(survey, pack);
}

/* In which order packs are taken to be the home of what they have. */
static unsigned turn_of(const struct mlv_survey *survey, const struct mlv_there_pack *pack)
{
	if (pack->preferred)
		return 0;
	return was_replaced(survey, pack) ? 2 : 1;
}

/*
 * What is needed is live in every pack that has it, since any of them may be
 * damaged; but not beside one that was written just now, from what was read and
 * found sound, and not in one that was replaced so.
 */
static bool is_live(const struct mlv_survey *survey, const struct mlv_there_pack *pack,
		    const struct mlv_item *item)
{
	return item && (!item->pack ||
			turn_of(survey, pack) == turn_of(survey, &survey->packs[item->pack - 1]));
}

static void weigh(struct mlv_survey *survey, size_t at)
{
	struct mlv_there_pack *pack = &survey->packs[at];
	const struct mlv_table *table;

	if (pack->table == SIZE_MAX)
		return;
	table = table_of(survey, pack);
	for (uint32_t i = 0; i < table->count; i++) {
		struct mlv_pack_record record;
		struct mlv_item *item;
		uint64_t bytes;

		mlv_table_record(table, i, &record);
		bytes = MLV_FRAME_HEAD + (uint64_t)record.stored;
		item = mlv_items_find(&survey->needed, &record.key);
		if (!is_live(survey, pack, item)) {
			pack->dead += bytes;
			pack->spare_count += item != NULL;
			continue;
		}
		if (!item->pack)
			item->pack = (uint32_t)at + 1;
		pack->live += bytes;
		pack->live_count++;
	}
}

static void weigh_all(struct mlv_survey *survey)
{
	for (size_t i = 0; i < survey->needed.count; i++)
		survey->needed.at[i].pack = 0;
	for (size_t i = 0; i < survey->pack_count; i++) {
		survey->packs[i].live = survey->packs[i].dead = 0;
		survey->packs[i].live_count = survey->packs[i].spare_count = 0;
	}
	for (unsigned turn = 0; turn <= 2; turn++)
		for (size_t i = 0; i < survey->pack_count; i++)
			if (turn_of(survey, &survey->packs[i]) == turn)
				weigh(survey, i);
}

static bool is_small(const struct mlv_there_pack *pack)
{
	return !pack->pinned && pack->live_count > 0 && pack->pack_bytes < SMALL;
}

/* A pack without its table is what a killed push left, unless a root names it. */
static enum mlv_fate judge(const struct mlv_there_pack *pack, bool may_rewrite, bool many_small)
{
	if (pack->pinned || (pack->has_idx && pack->has_pack && pack->table == SIZE_MAX))
		return MLV_FATE_KEEP;
	if (pack->live_count == 0)
		return MLV_FATE_DROP;
	if (may_rewrite && (pack->dead * DEAD_SHARE >= pack->live + pack->dead ||
			    (many_small && is_small(pack))))
		return MLV_FATE_REWRITE;
	return MLV_FATE_KEEP;
}

static void judge_all(struct mlv_survey *survey)
{
	size_t small[2] = { 0 };

	weigh_all(survey);
	for (size_t i = 0; i < survey->pack_count; i++)
		small[survey->packs[i].id.class] += is_small(&survey->packs[i]);
	for (size_t i = 0; i < survey->pack_count; i++)
		survey->packs[i].fate = judge(&survey->packs[i], !survey->preferred,
					      small[survey->packs[i].id.class] >= MANY);
}

static bool names_what_goes(const struct mlv_survey *survey, const struct mlv_there_root *root)
{
	for (size_t i = 0; i < root->root.pack_count; i++) {
		const struct mlv_there_pack *pack =
			mlv_survey_pack(survey, &root->root.packs[i].id);

		if (pack && pack->fate != MLV_FATE_KEEP)
			return true;
	}
	return false;
}

static void name_packs(struct mlv_survey *survey, const struct mlv_there_root *root)
{
	for (size_t i = 0; i < root->root.pack_count; i++) {
		struct mlv_there_pack *pack = mlv_survey_pack(survey, &root->root.packs[i].id);

		if (pack)
			pack->named = true;
	}
}

static void pin(struct mlv_survey *survey, const struct mlv_there_root *root)
{
	for (size_t i = 0; i < root->root.pack_count; i++) {
		struct mlv_there_pack *pack = mlv_survey_pack(survey, &root->root.packs[i].id);

		if (pack)
			pack->pinned = true;
	}
}

/*
 * The root of a tree that is needed names only what stays: it is written anew,
 * or, where not all of its tree lies there, what it names stays too.
 */
static mlv_err settle_roots(struct mlv_survey *survey, bool *pinned)
{
	*pinned = false;
	for (size_t i = 0; i < survey->root_count; i++) {
		struct mlv_there_root *root = &survey->roots[i];
		MLV_SCOPED(mlv_root_release) struct mlv_root made = { 0 };
		bool whole = false;
		mlv_err err;

		if (!root->wanted || !root->sound || !names_what_goes(survey, root))
			continue;
		if ((err = mlv_survey_root_items(survey, root, &made, &whole)))
			return err;
		root->renewed = whole;
		if (whole)
			continue;
		pin(survey, root);
		*pinned = true;
	}
	return NULL;
}

mlv_err mlv_survey_judge_packs(struct mlv_survey *survey)
{
	bool again = true;
	mlv_err err = NULL;

	for (size_t i = 0; i < survey->root_count; i++)
		if (survey->roots[i].wanted)
			name_packs(survey, &survey->roots[i]);
		else if (!survey->roots[i].known)
			pin(survey, &survey->roots[i]);
	while (!err && again) {
		judge_all(survey);
		err = settle_roots(survey, &again);
	}
	return err;
}
