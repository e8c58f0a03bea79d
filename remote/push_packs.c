#include "remote/push_packs.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/store/pack/write.h"
#include "remote/hints.h"

#define PACK_BYTES ((uint64_t)20 << 20) /* raw bytes of a pack, with what it costs to name them */
#define PACK_COUNT 32768                /* objects of a pack: so that its table is small */
#define PACKS_AT_ONCE 3

void mlv_push_packs_release(struct mlv_push_packs *packs)
{
	mlv_root_release(&packs->sent);
	mlv_root_release(&packs->chunked);
	mlv_root_release(&packs->listed);
	mlv_root_release(&packs->unsound);
}

/* ---- what is covered ---- */

bool mlv_item_is_there(const struct mlv_item *item)
{
	return item->state == MLV_ITEM_THERE || item->state == MLV_ITEM_DONE;
}

/* Whether a key lies at the remote as far as is known; what nobody asked for may. */
static bool may_be_there(const struct mlv_items *items, struct mlv_key key)
{
	const struct mlv_item *item = mlv_items_find(items, &key);

	if (item && !mlv_item_is_there(item))
		return false;
	if (key.kind != MLV_KIND_LARGE)
		return true;
	key.kind = MLV_KIND_LEAVES;
	return may_be_there(items, key);
}

mlv_err mlv_items_cover(const struct mlv_items *items, const struct mlv_buf *raw, bool *covered)
{
	MLV_SCOPED(mlv_node_release) struct mlv_node node = { 0 };
	mlv_err err = mlv_node_parse(raw->ptr, raw->len, &node);

	*covered = true;
	for (size_t i = 0; !err && *covered && i < node.count; i++)
		if (node.list[i].kind != 'd')
			*covered = may_be_there(items, mlv_entry_key(&node.list[i]));
	return err;
}

/* ---- one pack ---- */

/* The items of one pack: positions[begin] to positions[end - 1]. */
struct group {
	size_t begin, end;
	uint64_t bytes; /* at most, of the pack */
};

struct sending {
	struct mlv_push_packs *packs;
	enum mlv_pack_class class;
	const size_t *positions;
	struct group *groups;
	size_t first; /* where in packs->sent the first group's pack is noted */
};

struct making {
	struct mlv_frame_maker *maker;
	struct mlv_pack_writer *writer;
	struct mlv_buf pack, raw;
	struct mlv_pack_record *records;
	size_t count;
};

static void release_making(struct making *making)
{
	mlv_frame_maker_freep(&making->maker);
	mlv_pack_writer_freep(&making->writer);
	mlv_buf_release(&making->pack);
	mlv_buf_release(&making->raw);
	free(making->records);
}

static mlv_err begin_making(struct making *making, const struct group *group,
			    enum mlv_pack_class class)
{
	mlv_err err;

	making->records = mlv_sys_alloc_array(group->end - group->begin, sizeof(*making->records));
	if (!making->records)
		return mlv_error_nomem("a pack");
	if ((err = mlv_frame_maker_new(&making->maker)) ||
	    (err = mlv_pack_writer_new(&making->writer, class)))
		return err;
	return mlv_buf_reserve(&making->pack, (size_t)group->bytes);
}

/* Of the packs that were sent the one that holds a file. */
static const struct mlv_oid *sent_in(void *arg, const struct mlv_key *file)
{
	const struct mlv_push_packs *packs = arg;
	const struct mlv_item *item = mlv_items_find(packs->items, file);

	return item && item->pack >= packs->first
		       ? &packs->sent.packs[item->pack - packs->first].id.oid
		       : NULL;
}

/* Add one item; *sent stays false when something that it needs is not there. */
static mlv_err add_item(struct mlv_push_packs *packs, struct making *making,
			const struct mlv_item *item, bool *sent)
{
	bool covered = true;
	mlv_err err;

	mlv_buf_clear(&making->raw);
	err = mlv_store_read(packs->cache, &item->key, item->size, &making->raw);
	if (!err && item->key.kind == MLV_KIND_NODE)
		err = mlv_items_cover(packs->items, &making->raw, &covered);
	if (err || !covered)
		return err;
	if (item->key.kind == MLV_KIND_NODE &&
	    (err = mlv_hint_node(making->writer, &item->key.oid, &making->raw, sent_in, packs)))
		return err;
	err = mlv_frame_add(making->maker, &item->key, making->raw.ptr, making->raw.len,
			    &making->pack, &making->records[making->count]);
	if (err)
		return err;
	making->count++;
	*sent = true;
	return NULL;
}

/* Only what ends the push is returned; what is wrong with one object is noted. */
static mlv_err take_item(struct mlv_push_packs *packs, struct making *making,
			 struct mlv_item *item, uint32_t number)
{
	bool sent = false;
	mlv_err err = add_item(packs, making, item, &sent);

	item->state = sent ? MLV_ITEM_DONE : MLV_ITEM_FAILED;
	item->pack = sent ? number : 0;
	if (err && (err->code == MLV_E_MISSING || err->code == MLV_E_CORRUPT))
		return mlv_problems_add(packs->problems, item, err);
	if (!err)
		mlv_tell_advance(packs->ctx, 1, sent && item->key.kind == MLV_KIND_OBJECT
							? item->size : 0);
	return err ? err : mlv_ctx_check_stop(packs->ctx);
}

/* ---- sending ---- */

/* *unsound: one of this name is damaged, and to be replaced. */
static mlv_err is_there(const struct mlv_push_packs *packs, const struct mlv_pack_ref *ref,
			bool *there, bool *unsound)
{
	const struct mlv_pack_ref *found;

	*unsound = mlv_packs_find(packs->unsound.packs, packs->unsound.pack_count, &ref->id);
	if (*unsound)
		return NULL;
	if (!packs->lists)
		return mlv_packs_confirm(packs->remote, ref, 1, there);
	found = mlv_packs_find(packs->listed.packs, packs->listed.pack_count, &ref->id);
	*there = found && found->size == ref->size;
	return NULL;
}

mlv_err mlv_push_packs_upload(const struct mlv_push_packs *packs, const struct mlv_pack_ref *ref,
			      const struct mlv_buf *pack, size_t table_len)
{
	const char *table = pack->ptr + pack->len - MLV_PACK_TRAILER - table_len;
	char path[MLV_PACK_PATH];
	bool there = false, unsound = false;
	mlv_err err = is_there(packs, ref, &there, &unsound);

	/* Who lists sees the table too; who asked for the pack alone cannot know of it. */
	if (err || (there && packs->lists))
		return err;
	mlv_pack_path(&ref->id, MLV_PACK_SUFFIX, path);
	if (unsound)
		err = mlv_transport_put_bytes(packs->remote, path, pack->ptr, pack->len);
	else if (!there)
		err = mlv_transport_put_fresh(packs->remote, path, pack->ptr, pack->len);
	if (err)
		return err;
	mlv_pack_path(&ref->id, MLV_IDX_SUFFIX, path);
	return mlv_transport_put_bytes_later(packs->remote, path, table, table_len);
}

static mlv_err send_group(const struct sending *sending, size_t index)
{
	MLV_SCOPED(release_making) struct making making = { .pack = MLV_BUF_INIT,
							    .raw = MLV_BUF_INIT };
	struct mlv_push_packs *packs = sending->packs;
	const struct group *group = &sending->groups[index];
	struct mlv_pack_ref *ref = &packs->sent.packs[sending->first + index];
	const uint32_t number = packs->first + (uint32_t)(sending->first + index);
	size_t table_len;
	mlv_err err = begin_making(&making, group, sending->class);

	for (size_t i = group->begin; !err && i < group->end; i++)
		err = take_item(packs, &making, &packs->items->at[sending->positions[i]], number);
	if (err || making.count == 0)
		return err;
	if ((err = mlv_pack_writer_add(making.writer, making.records, making.count)) ||
	    (err = mlv_pack_writer_finish(making.writer, &making.pack, &table_len, &ref->id)))
		return err;
	ref->size = making.pack.len;
	return mlv_push_packs_upload(packs, ref, &making.pack, table_len);
}

static mlv_err send_round(void *arg, size_t index, unsigned worker)
{
	(void)worker;
	return send_group(arg, index);
}

/* What an item takes in a pack, at most. */
static uint64_t cost(const struct mlv_item *item)
{
	/* Four bytes for a hint, and a share of the packs that hints name. */
	return item->size + MLV_FRAME_HEAD + MLV_TABLE_RECORD + 4 + 2 * MLV_OID_RAW;
}

static size_t cut(const struct mlv_items *items, const size_t *positions, size_t count,
		  struct group *groups)
{
	const uint64_t fixed = MLV_TABLE_HEAD + MLV_PACK_TRAILER;
	size_t made = 0;

	for (size_t i = 0; i < count; i++) {
		struct group *last = made ? &groups[made - 1] : NULL;
		uint64_t bytes = cost(&items->at[positions[i]]);

		if (!last || last->bytes + bytes > PACK_BYTES || i - last->begin == PACK_COUNT) {
			last = &groups[made++];
			*last = (struct group){ .begin = i, .bytes = fixed };
		}
		last->bytes += bytes;
		last->end = i + 1;
	}
	return made;
}

/* For qsort(), which has no argument to pass. */
struct place {
	size_t position;
	unsigned level; /* leaf lists before nodes, these from the lowest level */
	uint32_t order;
};

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->level != y->level)
		return x->level < y->level ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static mlv_err sort(const struct mlv_items *items, size_t *positions, size_t count)
{
	MLV_SCOPED(mlv_mem_free) struct place *places = mlv_sys_alloc_array(count, sizeof(*places));

	if (!places)
		return mlv_error_nomem("packs");
	for (size_t i = 0; i < count; i++) {
		const struct mlv_item *item = &items->at[positions[i]];

		places[i] = (struct place){ positions[i], 0, item->order };
		if (item->key.kind == MLV_KIND_NODE)
			places[i].level = 1U + item->level;
	}
	qsort(places, count, sizeof(*places), compare_places);
	for (size_t i = 0; i < count; i++)
		positions[i] = places[i].position;
	return NULL;
}

mlv_err mlv_push_packs_ask(struct mlv_push_packs *packs)
{
	mlv_err err;

	if (packs->asked)
		return NULL;
	packs->asked = true;
	err = mlv_packs_list(packs->remote, &packs->listed);
	packs->lists = !err;
	return err && err->code == MLV_E_REFUSED ? NULL : err;
}

static mlv_err note_packs(struct mlv_push_packs *packs, size_t count)
{
	const struct mlv_pack_ref none = { 0 };
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < count; i++)
		err = mlv_root_add_pack(&packs->sent, &none);
	return err;
}

mlv_err mlv_push_packs_send(struct mlv_push_packs *packs, enum mlv_pack_class class,
			    size_t *positions, size_t count)
{
	MLV_SCOPED(mlv_mem_free) struct group *groups = mlv_sys_alloc_array(count, sizeof(*groups));
	struct sending sending = { .packs = packs, .class = class, .positions = positions,
				   .groups = groups, .first = packs->sent.pack_count };
	unsigned jobs = packs->jobs < PACKS_AT_ONCE ? packs->jobs : PACKS_AT_ONCE;
	size_t made;
	mlv_err err;

	if (!groups)
		return mlv_error_nomem("packs");
	if ((err = mlv_push_packs_ask(packs)) || (err = sort(packs->items, positions, count)))
		return err;
	made = cut(packs->items, positions, count, groups);
	if ((err = note_packs(packs, made)))
		return err;
	/* A node is packed only after what it names. */
	return mlv_pool_run(packs->ctx, class == MLV_PACK_NODES ? 1 : jobs, made, send_round,
			    &sending);
}
