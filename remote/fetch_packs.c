#include "remote/fetch_packs.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/store/sha256.h"

#define GAP ((uint64_t)256 << 10)         /* bytes that are rather read than asked around */
#define INTAKE ((size_t)1 << 20)          /* bytes that are taken apart at once */
#define HASHED 64                         /* objects that are hashed at once */

/* One frame that is wanted. */
struct wanted {
	uint32_t pack; /* position in the set */
	uint32_t item;
	uint32_t offset;
	uint32_t record; /* index in the table */
};

/* Frames that come with one request: wanted[begin] to wanted[end - 1]. */
struct run {
	size_t begin, end;
	uint64_t offset, len;
};

struct plan {
	const struct mlv_fetch_packs *fetch;
	struct wanted *wanted;
	size_t count, cap;
	struct run *runs;
	size_t run_count, run_cap;
	bool *planned; /* of each item */
	_Atomic size_t *left; /* of each pack: runs that are not over */
};

static void release_plan(struct plan *plan)
{
	free(plan->wanted);
	free(plan->runs);
	free(plan->planned);
	free(plan->left);
}

/* ---- what is wanted of which pack ---- */

static bool is_wanted(const struct plan *plan, const struct mlv_item *item)
{
	return !item->here && item->state == MLV_ITEM_ASKED &&
	       (item->key.kind == MLV_KIND_OBJECT || item->key.kind == MLV_KIND_LEAVES) &&
	       !plan->planned[item - plan->fetch->items->at];
}

static mlv_err plan_record(struct plan *plan, size_t pack, uint32_t index)
{
	const struct mlv_items *items = plan->fetch->items;
	const struct mlv_item *item;
	struct mlv_pack_record record;
	mlv_err err;

	mlv_table_record(&plan->fetch->set->at[pack].table, index, &record);
	item = mlv_items_find(items, &record.key);
	if (!item || !is_wanted(plan, item) || item->size != record.raw)
		return NULL;
	err = mlv_array_grow(&plan->wanted, &plan->cap, plan->count + 1, sizeof(*plan->wanted));
	if (err)
		return err;
	plan->planned[item - items->at] = true;
	plan->wanted[plan->count++] = (struct wanted){
		.pack = (uint32_t)pack, .item = (uint32_t)(item - items->at),
		.offset = record.offset, .record = index,
	};
	return NULL;
}

/* Look in the tables that are open; seen (of each pack) tells which were looked in before. */
static mlv_err plan_tables(struct plan *plan, bool *seen)
{
	const struct mlv_remote_packs *set = plan->fetch->set;
	mlv_err err = NULL;

	for (size_t i = 0; i < set->count; i++) {
		if (!set->at[i].open || seen[i])
			continue;
		seen[i] = true;
		for (uint32_t k = 0; !err && k < set->at[i].table.count; k++)
			err = plan_record(plan, i, k);
	}
	return err;
}

static void choose(const struct mlv_remote_packs *set, const struct mlv_pack_id *id, bool *chosen)
{
	for (size_t i = 0; i < set->count; i++)
		if (mlv_pack_id_compare(&set->at[i].ref.id, id) == 0)
			chosen[i] = true;
}

/* Choose the packs that hold the files of nodes which are wanted, as far as hints tell. */
static void take_hints(const struct plan *plan, bool *chosen)
{
	const struct mlv_remote_packs *set = plan->fetch->set;
	struct mlv_pack_id packs[2];
	struct mlv_pack_record record;

	for (size_t i = 0; i < set->count; i++) {
		const struct mlv_table *table = &set->at[i].table;

		if (!set->at[i].open || !table->hinted)
			continue;
		for (uint32_t k = 0; k < table->count; k++) {
			unsigned count;

			mlv_table_record(table, k, &record);
			if (!mlv_items_find(plan->fetch->items, &record.key))
				continue;
			count = mlv_table_hints(table, k, packs);
			for (unsigned h = 0; h < count; h++)
				choose(set, &packs[h], chosen);
		}
	}
}

/* Whether a root says that it lies by itself. */
static bool is_claimed(const struct mlv_bases *bases, const struct mlv_key *key)
{
	for (size_t i = 0; i < bases->count; i++)
		if (bases->at[i].sound && mlv_items_find(&bases->at[i].root.items, key))
			return true;
	return false;
}

static bool lacks_any(const struct plan *plan)
{
	const struct mlv_items *items = plan->fetch->items;

	for (size_t i = 0; i < items->count; i++)
		if (is_wanted(plan, &items->at[i]) &&
		    !is_claimed(plan->fetch->bases, &items->at[i].key))
			return true;
	return false;
}

static mlv_err find_in_set(struct plan *plan)
{
	struct mlv_remote_packs *set = plan->fetch->set;
	MLV_SCOPED(mlv_mem_free) bool *chosen =
		mlv_sys_alloc_array(set->count + 1, sizeof(*chosen));
	MLV_SCOPED(mlv_mem_free) bool *seen = mlv_sys_alloc_array(set->count + 1, sizeof(*seen));
	mlv_err err;

	if (!chosen || !seen)
		return mlv_error_nomem("a fetch");
	take_hints(plan, chosen);
	if ((err = mlv_remote_packs_open(set, MLV_PACK_DATA, chosen)) ||
	    (err = plan_tables(plan, seen)) || !lacks_any(plan))
		return err;
	err = mlv_remote_packs_open(set, MLV_PACK_DATA, NULL);
	return err ? err : plan_tables(plan, seen);
}

static mlv_err find_frames(struct plan *plan)
{
	struct mlv_remote_packs *set = plan->fetch->set;
	const size_t count = plan->fetch->items->count;
	mlv_err err;

	if (!(plan->planned = mlv_sys_alloc_array(count + 1, sizeof(*plan->planned))))
		return mlv_error_nomem("a fetch");
	if (!lacks_any(plan))
		return NULL;
	if ((err = find_in_set(plan)) || !lacks_any(plan) || !mlv_remote_packs_lost(set))
		return err;
	/* A root named what is not there; what is needed may lie in another pack. */
	if ((err = mlv_remote_packs_list(set)))
		return err;
	plan->count = 0;
	memset(plan->planned, 0, count * sizeof(*plan->planned));
	return find_in_set(plan);
}

/* ---- runs ---- */

static int compare_wanted(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	if (x->pack != y->pack)
		return x->pack < y->pack ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

static struct mlv_pack_record record_of(const struct plan *plan, const struct wanted *wanted)
{
	struct mlv_pack_record record;

	mlv_table_record(&plan->fetch->set->at[wanted->pack].table, wanted->record, &record);
	return record;
}

static uint64_t frame_end(const struct mlv_pack_record *record)
{
	return (uint64_t)record->offset + MLV_FRAME_HEAD + record->stored;
}

static mlv_err make_runs(struct plan *plan)
{
	mlv_err err = NULL;

	if (plan->count)
		qsort(plan->wanted, plan->count, sizeof(*plan->wanted), compare_wanted);
	for (size_t i = 0; !err && i < plan->count; i++) {
		const struct mlv_pack_record record = record_of(plan, &plan->wanted[i]);
		struct run *last = plan->run_count ? &plan->runs[plan->run_count - 1] : NULL;

		if (!last || plan->wanted[last->begin].pack != plan->wanted[i].pack ||
		    record.offset > last->offset + last->len + GAP) {
			err = mlv_array_grow(&plan->runs, &plan->run_cap, plan->run_count + 1,
					     sizeof(*plan->runs));
			if (err)
				break;
			last = &plan->runs[plan->run_count++];
			*last = (struct run){ .begin = i, .offset = record.offset };
		}
		last->end = i + 1;
		last->len = frame_end(&record) - last->offset;
	}
	return err;
}

/* ---- taking what comes ---- */

struct intake {
	const struct plan *plan;
	const struct run *run;
	size_t next;        /* of plan->wanted: not taken yet */
	uint64_t at;        /* where in the pack the first byte of held lies */
	struct mlv_buf held;
	struct mlv_buf raw; /* of up to HASHED objects */
};

static void release_intake(struct intake *in)
{
	mlv_buf_release(&in->held);
	mlv_buf_release(&in->raw);
}

/* Objects that were taken out of frames, and are to be hashed together. */
struct opened {
	struct mlv_message messages[HASHED];
	struct mlv_oid oids[HASHED];
	size_t begins[HASHED];
	const struct wanted *wanted[HASHED];
	size_t count;
};

static void open_frame(struct intake *in, struct opened *opened, const struct wanted *wanted,
		       const struct mlv_pack_record *record)
{
	const size_t begin = in->raw.len;
	mlv_err err = mlv_frame_decode(record, in->held.ptr + (record->offset - in->at),
				       MLV_FRAME_HEAD + (size_t)record->stored, &in->raw);

	/* One that is damaged is asked for again by itself. */
	if (err)
		return;
	opened->begins[opened->count] = begin;
	opened->messages[opened->count].len = in->raw.len - begin;
	opened->wanted[opened->count++] = wanted;
}

/* Hash what was opened, and put into the batch what is what it should be. */
static mlv_err keep(struct intake *in, struct opened *opened)
{
	const struct mlv_fetch_packs *fetch = in->plan->fetch;
	struct mlv_item *items[HASHED];
	struct mlv_put puts[HASHED];
	size_t sound = 0;
	mlv_err err;

	for (size_t i = 0; i < opened->count; i++) {
		opened->messages[i].bytes = in->raw.ptr + opened->begins[i];
		opened->messages[i].oid = &opened->oids[i];
	}
	err = mlv_sha256_many(opened->messages, opened->count);
	for (size_t i = 0; !err && i < opened->count; i++) {
		struct mlv_item *item = &fetch->items->at[opened->wanted[i]->item];

		if (!mlv_oid_equal(&opened->oids[i], &item->key.oid))
			continue;
		items[sound] = item;
		puts[sound++] = (struct mlv_put){ item->key, opened->messages[i].bytes,
						  opened->messages[i].len };
	}
	if (!err && fetch->batch)
		err = mlv_batch_put_many(fetch->batch, puts, sound);
	for (size_t i = 0; !err && i < sound; i++)
		err = fetch->done(fetch->arg, items[i]);
	mlv_buf_clear(&in->raw);
	opened->count = 0;
	return err;
}

/* Take all frames that are whole, and forget their bytes. */
static mlv_err take_frames(struct intake *in)
{
	const uint64_t end = in->at + in->held.len;
	struct opened opened;
	size_t used;
	mlv_err err = NULL;

	opened.count = 0;
	for (; !err && in->next < in->run->end; in->next++) {
		const struct wanted *wanted = &in->plan->wanted[in->next];
		const struct mlv_pack_record record = record_of(in->plan, wanted);

		if (frame_end(&record) > end)
			break;
		open_frame(in, &opened, wanted, &record);
		if (opened.count == HASHED || in->raw.len > INTAKE)
			err = keep(in, &opened);
	}
	if (!err && opened.count)
		err = keep(in, &opened);
	used = in->next < in->run->end ? in->plan->wanted[in->next].offset : end;
	used = used < end ? used - in->at : in->held.len;
	memmove(in->held.ptr, in->held.ptr + used, in->held.len - used);
	mlv_buf_truncate(&in->held, in->held.len - used);
	in->at += used;
	return err;
}

static mlv_err intake_write(void *arg, const void *bytes, size_t len)
{
	struct intake *in = arg;
	mlv_err err = mlv_buf_add(&in->held, bytes, len);

	if (err || in->held.len < INTAKE)
		return err;
	return take_frames(in);
}

static mlv_err intake_resume(void *arg, uint64_t *offset)
{
	const struct intake *in = arg;

	*offset = in->at + in->held.len;
	return NULL;
}

/* Whether all that was wanted of the run's pack came. */
static bool is_done(const struct plan *plan, const struct run *run)
{
	const struct mlv_items *items = plan->fetch->items;
	const uint32_t pack = plan->wanted[run->begin].pack;
	size_t at = run->begin;

	while (at > 0 && plan->wanted[at - 1].pack == pack)
		at--;
	for (; at < plan->count && plan->wanted[at].pack == pack; at++)
		if (items->at[plan->wanted[at].item].state != MLV_ITEM_DONE)
			return false;
	return true;
}

/*
 * The last run of a pack closes its table, as the cache gets one of its own.
 * What was damaged is asked for again by an open one.
 */
static void end_run(const struct plan *plan, const struct run *run)
{
	const uint32_t at = plan->wanted[run->begin].pack;
	struct mlv_remote_pack *pack = &plan->fetch->set->at[at];

	if (--plan->left[at] == 0 && pack->ref.id.class == MLV_PACK_DATA && is_done(plan, run))
		mlv_remote_pack_close(pack);
}

/* What the remote has not, or not whole, is asked for by itself later. */
static mlv_err receive_run(void *arg, size_t index, unsigned worker)
{
	const struct plan *plan = arg;
	const struct run *run = &plan->runs[index];
	const struct mlv_remote_pack *pack = &plan->fetch->set->at[plan->wanted[run->begin].pack];
	MLV_SCOPED(release_intake) struct intake in = {
		.plan = plan, .run = run, .next = run->begin, .at = run->offset,
		.held = MLV_BUF_INIT, .raw = MLV_BUF_INIT,
	};
	struct mlv_sink sink = { .write = intake_write, .resume = intake_resume, .arg = &in };
	char path[MLV_PACK_PATH];
	mlv_err err;

	(void)worker;
	mlv_pack_path(&pack->ref.id, MLV_PACK_SUFFIX, path);
	err = mlv_transport_get(plan->fetch->remote, path, run->offset, run->len, &sink);
	if (!err)
		err = take_frames(&in);
	if (err && err->code != MLV_E_MISSING && err->code != MLV_E_CORRUPT)
		return err;
	end_run(plan, run);
	return NULL;
}

mlv_err mlv_fetch_packs(const struct mlv_fetch_packs *fetch)
{
	MLV_SCOPED(release_plan) struct plan plan = { .fetch = fetch };
	mlv_err err;

	if ((err = find_frames(&plan)) || (err = make_runs(&plan)))
		return err;
	if (!(plan.left = mlv_sys_alloc_array(fetch->set->count + 1, sizeof(*plan.left))))
		return mlv_error_nomem("a fetch");
	for (size_t i = 0; i < plan.run_count; i++)
		plan.left[plan.wanted[plan.runs[i].begin].pack]++;
	return mlv_pool_run(fetch->ctx, fetch->jobs, plan.run_count, receive_run, &plan);
}
