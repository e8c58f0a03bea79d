#include "core/store/upkeep.h"

#include "core/store/batch_impl.h"

#define TOGETHER 64 /* objects read before they are packed */

mlv_err mlv_store_lock(struct mlv_store *store, int *fd)
{
	return store->backend->lock(store->self, store->ctx, true, fd);
}

mlv_err mlv_store_used(struct mlv_store *store, const struct mlv_key *key, int64_t *when)
{
	struct mlv_stored stored = { 0 };
	mlv_err err = store->backend->stat(store->self, key, &stored);

	if (!err)
		*when = stored.there ? stored.used : 0;
	return err;
}

mlv_err mlv_store_is_packed(struct mlv_store *store, const struct mlv_key *key, bool *packed)
{
	struct mlv_stored stored = { 0 };
	mlv_err err = store->backend->stat(store->self, key, &stored);

	if (!err)
		*packed = stored.packed;
	return err;
}

mlv_err mlv_store_remove(struct mlv_store *store, const struct mlv_key *key)
{
	return store->backend->remove(store->self, key);
}

mlv_err mlv_store_each_pack(struct mlv_store *store, mlv_pack_fn fn, void *arg)
{
	return store->backend->each_pack ? store->backend->each_pack(store->self, fn, arg) : NULL;
}

mlv_err mlv_store_each_record(struct mlv_store *store, const struct mlv_pack_id *id,
			      mlv_record_fn fn, void *arg)
{
	return store->backend->each_record(store->self, id, fn, arg);
}

mlv_err mlv_store_remove_pack(struct mlv_store *store, const struct mlv_pack_id *id)
{
	return store->backend->remove_pack(store->self, id);
}

mlv_err mlv_store_settle(struct mlv_store *store)
{
	return store->backend->settle ? store->backend->settle(store->self) : NULL;
}

bool mlv_store_packs(const struct mlv_store *store, const struct mlv_key *key, uint64_t len)
{
	return store->packs && key->kind != MLV_KIND_LARGE && len < MLV_PACKED_MAX;
}

/* Read keys [first, end) and pack what is sound. */
static mlv_err repack_some(struct mlv_batch *batch, const struct mlv_key *keys, size_t first,
			   size_t end, bool *good)
{
	struct mlv_buf raw[TOGETHER];
	struct mlv_put puts[2][TOGETHER];
	size_t counts[2] = { 0 };
	mlv_err err = NULL;

	for (size_t i = 0; i < TOGETHER; i++)
		raw[i] = (struct mlv_buf)MLV_BUF_INIT;
	for (size_t i = first; i < end && !err; i++) {
		struct mlv_buf *to = &raw[i - first];
		enum mlv_pack_class class = mlv_pack_class_of(keys[i].kind);

		err = mlv_store_read(batch->store, &keys[i], UINT64_MAX, to);
		good[i] = !err;
		if (!err)
			puts[class][counts[class]++] = (struct mlv_put){ keys[i], to->ptr, to->len };
		else if (err->code == MLV_E_MISSING || err->code == MLV_E_CORRUPT)
			err = NULL;
	}
	for (int class = MLV_PACK_DATA; class <= MLV_PACK_NODES && !err; class++)
		if (counts[class])
			err = mlv_batch_pack(batch, (enum mlv_pack_class)class, puts[class],
					     counts[class]);
	for (size_t i = 0; i < TOGETHER; i++)
		mlv_buf_release(&raw[i]);
	return err;
}

mlv_err mlv_store_repack(struct mlv_store *store, const struct mlv_key *keys, size_t count,
			 bool *good)
{
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	mlv_err err = mlv_batch_begin_locked(&batch, store);

	for (size_t at = 0; at < count && !err; at += TOGETHER) {
		if (!(err = mlv_ctx_check_stop(store->ctx)))
			err = repack_some(batch, keys, at, at + TOGETHER < count ? at + TOGETHER : count,
					  good);
		mlv_tell_advance(store->ctx, at + TOGETHER < count ? TOGETHER : count - at, 0);
	}
	return err ? err : mlv_batch_commit(batch);
}
