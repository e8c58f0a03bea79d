#include "remote/verify.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/sys.h"
#include "core/store/sha256.h"
#include "remote/reader.h"

#define PACKS_AT_ONCE 3
#define TRIES 2

void mlv_verify_release(struct mlv_verify *verify)
{
	mlv_root_release(&verify->unsound);
}

/* What a verification has, and what its threads find. */
struct run {
	struct mlv_verify *of;
	struct mlv_ctx *ctx;
	pthread_mutex_t lock;
	bool *sound;             /* of each pack */
	/* What is right in packs that are, and in others; under lock while they are read. */
	struct mlv_items proven, partly;
	size_t *alone;           /* positions of items that lie by themselves */
	size_t alone_count;
};

static void release_run(struct run *run)
{
	free(run->sound);
	free(run->alone);
	mlv_items_release(&run->proven);
	mlv_items_release(&run->partly);
	pthread_mutex_destroy(&run->lock);
}

/* ---- packs ---- */

/* A pack and what lies beside it. */
struct read_pack {
	const struct mlv_pack_ref *ref;
	struct mlv_buf bytes, idx;
	struct mlv_table table;
	struct mlv_items holds;
};

static void release_pack(struct read_pack *pack)
{
	mlv_buf_release(&pack->bytes);
	mlv_buf_release(&pack->idx);
	mlv_items_release(&pack->holds);
}

static mlv_err get(struct mlv_transport *remote, const struct mlv_pack_ref *ref,
		   const char *suffix, struct mlv_buf *bytes)
{
	char path[MLV_PACK_PATH];

	mlv_buf_clear(bytes);
	return mlv_transport_get_all(remote, mlv_pack_path(&ref->id, suffix, path), bytes);
}

/* The table within the pack is the one beside it, and all is as long as it should be. */
static mlv_err check_frame_of_pack(struct read_pack *pack)
{
	struct mlv_trailer trailer;
	const struct mlv_buf *bytes = &pack->bytes, *idx = &pack->idx;
	mlv_err err = mlv_table_open(&pack->table, &pack->ref->id, idx->ptr, idx->len);

	if (err)
		return err;
	if (bytes->len != pack->ref->size || mlv_table_pack_size(&pack->table) != bytes->len)
		return mlv_error(MLV_E_CORRUPT, "it has another length than it should");
	err = mlv_trailer_parse(bytes->ptr + bytes->len - MLV_PACK_TRAILER, bytes->len, &trailer);
	if (err)
		return err;
	if (trailer.frames != pack->table.frames || trailer.table != idx->len ||
	    !mlv_oid_equal(&trailer.oid, &pack->ref->id.oid) ||
	    memcmp(bytes->ptr + trailer.frames, idx->ptr, idx->len) != 0)
		return mlv_error(MLV_E_CORRUPT, "its table is another than the one beside it");
	return NULL;
}

static mlv_err check_object(const struct mlv_pack_record *record, const struct read_pack *pack,
			    struct mlv_buf *raw)
{
	struct mlv_oid oid;
	mlv_err err;

	mlv_buf_clear(raw);
	err = mlv_frame_decode(record, pack->bytes.ptr + record->offset,
			       MLV_FRAME_HEAD + (size_t)record->stored, raw);
	if (err || (err = mlv_sha256_of(raw->ptr, raw->len, &oid)))
		return err;
	if (!mlv_oid_equal(&oid, &record->key.oid))
		return mlv_error(MLV_E_CORRUPT, "an object in it has other bytes than its name says");
	return NULL;
}

/* List what is right in it; the failure is that of the first object that is not. */
static mlv_err check_objects(struct read_pack *pack, struct mlv_ctx *ctx)
{
	struct mlv_error first = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf raw = MLV_BUF_INIT;
	mlv_err err = NULL;

	for (uint32_t i = 0; !err && i < pack->table.count; i++) {
		struct mlv_item item = { 0 };
		struct mlv_pack_record record;

		mlv_table_record(&pack->table, i, &record);
		item.key = record.key;
		item.size = record.raw;
		err = check_object(&record, pack, &raw);
		if (!err)
			err = mlv_items_add(&pack->holds, &item);
		if (err && err->code != MLV_E_CORRUPT)
			return err;
		if (err && !first.code)
			first = *err;
		err = mlv_ctx_check_stop(ctx);
	}
	return err || !first.code ? err : mlv_error_copy(&first);
}

static mlv_err check_pack(struct mlv_transport *remote, struct read_pack *pack)
{
	mlv_err err;

	pack->holds.count = 0;
	if ((err = get(remote, pack->ref, MLV_IDX_SUFFIX, &pack->idx)) ||
	    (err = get(remote, pack->ref, MLV_PACK_SUFFIX, &pack->bytes)) ||
	    (err = check_frame_of_pack(pack)))
		return err;
	return check_objects(pack, remote->ctx);
}

static mlv_err keep(struct run *run, struct mlv_items *list, const struct mlv_items *holds)
{
	mlv_err err = NULL;

	pthread_mutex_lock(&run->lock);
	for (size_t i = 0; !err && i < holds->count; i++)
		err = mlv_items_add(list, &holds->at[i]);
	pthread_mutex_unlock(&run->lock);
	return err;
}

static bool is_found(const struct mlv_error *why)
{
	return why->code == MLV_E_MISSING || why->code == MLV_E_CORRUPT;
}

static mlv_err pack_round(void *arg, size_t index, unsigned worker)
{
	MLV_SCOPED(release_pack) struct read_pack pack = { .bytes = MLV_BUF_LIMIT(MLV_PACK_MAX),
							   .idx = MLV_BUF_LIMIT(MLV_PACK_MAX) };
	struct run *run = arg;
	char path[MLV_PACK_PATH];
	mlv_err err = NULL;

	(void)worker;
	pack.ref = &run->of->packs->packs[index];
	for (int i = 0; i < TRIES; i++) {
		err = check_pack(run->of->remote, &pack);
		if (!err || err->code != MLV_E_CORRUPT)
			break;
	}
	mlv_tell_advance(run->ctx, 1, pack.ref->size);
	if (!err) {
		run->sound[index] = true;
		return keep(run, &run->proven, &pack.holds);
	}
	if (!is_found(err))
		return err;
	mlv_pack_path(&pack.ref->id, MLV_PACK_SUFFIX, path);
	mlv_tell_detail(run->ctx, "%s/%s: %s", run->of->remote->url, path, err->msg);
	return keep(run, &run->partly, &pack.holds);
}

static mlv_err read_packs(struct run *run)
{
	const struct mlv_root *packs = run->of->packs;
	unsigned jobs = mlv_remote_jobs(run->of->remote);
	mlv_err err;

	if (!(run->sound = mlv_sys_alloc_array(packs->pack_count + 1, sizeof(*run->sound))))
		return mlv_error_nomem("packs");
	err = mlv_pool_run(run->ctx, jobs < PACKS_AT_ONCE ? jobs : PACKS_AT_ONCE,
			   packs->pack_count, pack_round, run);
	for (size_t i = 0; !err && i < packs->pack_count; i++)
		if (!run->sound[i])
			err = mlv_root_add_pack(&run->of->unsound, &packs->packs[i]);
	mlv_root_sort_packs(&run->of->unsound);
	mlv_items_sort(&run->proven);
	mlv_items_sort(&run->partly);
	return err;
}

/* ---- by themselves ---- */

static mlv_err give_remote(void *arg, struct mlv_transport **remote)
{
	*remote = arg;
	return NULL;
}

/* Put the leaf list of a large file into an empty store, if the cache has a good one. */
static mlv_err lend_list(const struct mlv_verify *verify, const struct mlv_oid *large,
			 struct mlv_store *to)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	const struct mlv_key list = { MLV_KIND_LEAVES, *large };
	mlv_err err = mlv_store_read(verify->cache, &list, UINT64_MAX, &text);

	if (err)
		return is_found(err) ? NULL : err;
	if ((err = mlv_batch_begin(&batch, to)) ||
	    (err = mlv_batch_put(batch, &list, text.ptr, text.len)))
		return err;
	return mlv_batch_commit(batch);
}

static mlv_err pass_on(void *arg, const void *bytes, size_t len)
{
	(void)bytes;
	mlv_tell_advance(arg, 0, len);
	return NULL;
}

static mlv_err read_large(const struct mlv_verify *verify, const struct mlv_item *item)
{
	MLV_SCOPED(mlv_store_freep) struct mlv_store *lists = NULL;
	struct mlv_reader reader = { .ctx = verify->remote->ctx, .open = give_remote,
				     .arg = verify->remote };
	mlv_err err;

	if ((err = mlv_store_open_memory(&lists, verify->remote->ctx)) ||
	    (err = lend_list(verify, &item->key.oid, lists)))
		return err;
	reader.cache = lists;
	return mlv_reader_stream(&reader, &item->key, item->size, MLV_SPAN_ALL, pass_on,
				 verify->remote->ctx);
}

static mlv_err read_alone(const struct mlv_verify *verify, const struct mlv_item *item)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf raw = MLV_BUF_INIT;

	if (item->key.kind == MLV_KIND_LARGE)
		return read_large(verify, item);
	return mlv_remote_read_alone(verify->remote, &item->key, item->size, &raw);
}

static mlv_err note(const struct mlv_verify *verify, struct mlv_item *item, mlv_err why)
{
	const bool lost = why->code == MLV_E_MISSING && !verify->must;

	item->state = lost ? MLV_ITEM_ASKED : MLV_ITEM_DAMAGED;
	return lost ? NULL : mlv_problems_add(verify->found, item, why);
}

static mlv_err alone_round(void *arg, size_t index, unsigned worker)
{
	struct run *run = arg;
	struct mlv_item *item = &run->of->items->at[run->alone[index]];
	mlv_err err = read_alone(run->of, item);

	(void)worker;
	mlv_tell_advance(run->ctx, 1, item->key.kind == MLV_KIND_OBJECT ? item->size : 0);
	return err && is_found(err) ? note(run->of, item, err) : err;
}

/* ---- all ---- */

/* One that should lie in a pack, and lies in none that is whole. */
static mlv_err note_packed(const struct run *run, struct mlv_item *item)
{
	return note(run->of, item, mlv_error(MLV_E_CORRUPT, "%s: the pack that it lies in is damaged "
					     "or lost", run->of->remote->url));
}

static mlv_err judge_packed(struct run *run)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < run->of->items->count; i++) {
		struct mlv_item *item = &run->of->items->at[i];

		if (item->state != run->of->state || !item->pack ||
		    mlv_items_find(&run->proven, &item->key))
			continue;
		if (!mlv_items_find(&run->partly, &item->key))
			err = note_packed(run, item);
		else if (run->of->whole)
			item->state = MLV_ITEM_DAMAGED;
	}
	return err;
}

static mlv_err find_alone(struct run *run, uint64_t *bytes)
{
	const struct mlv_items *items = run->of->items;

	*bytes = 0;
	if (!(run->alone = mlv_sys_alloc_array(items->count + 1, sizeof(*run->alone))))
		return mlv_error_nomem("a verification");
	for (size_t i = 0; i < items->count; i++) {
		const struct mlv_item *item = &items->at[i];

		if (item->state != run->of->state || item->pack)
			continue;
		run->alone[run->alone_count++] = i;
		if (item->key.kind == MLV_KIND_OBJECT || item->key.kind == MLV_KIND_LARGE)
			*bytes += item->size;
	}
	for (size_t i = 0; i < run->of->packs->pack_count; i++)
		*bytes += run->of->packs->packs[i].size;
	return NULL;
}

static void count_right(struct mlv_verify *verify)
{
	for (size_t i = 0; i < verify->items->count; i++) {
		const struct mlv_item *item = &verify->items->at[i];

		if (item->state != verify->state)
			continue;
		verify->objects++;
		if (item->key.kind == MLV_KIND_OBJECT || item->key.kind == MLV_KIND_LARGE)
			verify->bytes += item->size;
	}
}

mlv_err mlv_verify_run(struct mlv_verify *verify)
{
	MLV_SCOPED(release_run) struct run run = { .of = verify, .ctx = verify->remote->ctx,
						   .lock = PTHREAD_MUTEX_INITIALIZER };
	uint64_t bytes;
	mlv_err err = find_alone(&run, &bytes);

	if (err)
		return err;
	verify->found->there = true;
	mlv_tell_begin(run.ctx, "verifying", run.alone_count + verify->packs->pack_count, bytes);
	if (!(err = read_packs(&run)) && !(err = judge_packed(&run)))
		err = mlv_pool_run(run.ctx, mlv_remote_jobs(verify->remote), run.alone_count,
				   alone_round, &run);
	mlv_tell_end(run.ctx);
	verify->found->there = false;
	if (!err)
		count_right(verify);
	return err;
}

mlv_err mlv_verify_add_bases(const struct mlv_bases *bases, const struct mlv_items *items,
			     enum mlv_item_state state, struct mlv_root *packs)
{
	MLV_SCOPED(mlv_mem_free) bool *used = mlv_sys_alloc_array(bases->count + 1, sizeof(*used));
	mlv_err err = NULL;

	if (!used)
		return mlv_error_nomem("packs");
	for (size_t i = 0; i < items->count; i++)
		if (items->at[i].state == state && items->at[i].pack <= bases->count)
			used[items->at[i].pack] = true;
	for (size_t i = 0; i < bases->count; i++)
		for (size_t k = 0; !err && used[i + 1] && k < bases->at[i].root.pack_count; k++)
			err = mlv_root_add_pack(packs, &bases->at[i].root.packs[k]);
	mlv_root_sort_packs(packs);
	return err;
}
