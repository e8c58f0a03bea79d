/* batch.c - what is written together, on any backend. */
#include "core/store/store.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/base/fs.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/store/backend.h"
#include "core/store/deflate.h"
#include "core/store/upkeep.h"

/*
 * So many temporaries stay open until the commit, which then syncs each of
 * them; with more, one sync of the file system is cheaper.
 */
#define KEPT_OPEN 31

struct mlv_batch {
	struct mlv_store *store;
	int lock_fd;
	pthread_mutex_t mutex;
	struct mlv_pending *list; /* under mutex, as all below */
	size_t count, cap;
	size_t *slots;      /* indices of list + 1, open addressing; slot_count of them */
	size_t slot_count;  /* a power of two, at least twice count */
};

struct mlv_store *mlv_batch_store(const struct mlv_batch *batch)
{
	return batch->store;
}

mlv_err mlv_batch_begin_locked(struct mlv_batch **out, struct mlv_store *store)
{
	struct mlv_batch *batch = mlv_sys_alloc(sizeof(*batch));

	if (!batch)
		return mlv_error_nomem("a batch");
	batch->store = store;
	batch->lock_fd = -1;
	pthread_mutex_init(&batch->mutex, NULL);
	*out = batch;
	return NULL;
}

mlv_err mlv_batch_begin(struct mlv_batch **out, struct mlv_store *store)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	mlv_err err;

	if ((err = store->backend->lock(store->self, store->ctx, false, &fd)) ||
	    (err = mlv_batch_begin_locked(out, store)))
		return err;
	(*out)->lock_fd = fd;
	fd = -1;
	return NULL;
}

/* Forget what is pending; temporaries that have no name yet are removed. */
static void drop_pending(struct mlv_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		if (!batch->list[i].present)
			batch->store->backend->discard(batch->store->self, &batch->list[i].temp);
	}
	batch->count = 0;
	for (size_t i = 0; i < batch->slot_count; i++)
		batch->slots[i] = 0;
}

void mlv_batch_freep(struct mlv_batch **batch)
{
	struct mlv_batch *freed = *batch;

	if (!freed)
		return;
	drop_pending(freed);
	free(freed->list);
	free(freed->slots);
	mlv_fd_close(&freed->lock_fd);
	pthread_mutex_destroy(&freed->mutex);
	free(MLV_TAKE(*batch));
}

/* The slot where key is, or the empty one where it would be. */
static size_t slot_of(const struct mlv_batch *batch, const struct mlv_key *key)
{
	size_t at;

	memcpy(&at, key->oid.bytes, sizeof(at));
	for (at += (size_t)key->kind;; at++) {
		size_t index = batch->slots[at & (batch->slot_count - 1)];

		if (!index || mlv_key_compare(&batch->list[index - 1].key, key) == 0)
			return at & (batch->slot_count - 1);
	}
}

static bool is_pending(struct mlv_batch *batch, const struct mlv_key *key)
{
	bool found;

	pthread_mutex_lock(&batch->mutex);
	found = batch->slot_count && batch->slots[slot_of(batch, key)];
	pthread_mutex_unlock(&batch->mutex);
	return found;
}

/* Make room for one more; under the mutex. */
static mlv_err grow(struct mlv_batch *batch)
{
	size_t wanted = batch->slot_count ? batch->slot_count * 2 : 64;
	size_t *old = batch->slots;
	mlv_err err = mlv_array_grow(&batch->list, &batch->cap, batch->count + 1,
				     sizeof(*batch->list));

	if (err || (batch->count + 1) * 2 <= batch->slot_count)
		return err;
	if (!(batch->slots = mlv_sys_alloc_array(wanted, sizeof(*batch->slots)))) {
		batch->slots = old;
		return mlv_error_nomem("a batch");
	}
	batch->slot_count = wanted;
	free(old);
	for (size_t i = 0; i < batch->count; i++)
		batch->slots[slot_of(batch, &batch->list[i].key)] = i + 1;
	return NULL;
}

/* Add to the list unless another thread did; *added tells. temp is taken then. */
static mlv_err append(struct mlv_batch *batch, const struct mlv_pending *pending, bool *added)
{
	mlv_err err = NULL;

	*added = false;
	pthread_mutex_lock(&batch->mutex);
	if (!batch->slot_count || !batch->slots[slot_of(batch, &pending->key)])
		err = grow(batch);
	if (!err && !batch->slots[slot_of(batch, &pending->key)]) {
		batch->slots[slot_of(batch, &pending->key)] = batch->count + 1;
		batch->list[batch->count++] = *pending;
		*added = true;
	}
	pthread_mutex_unlock(&batch->mutex);
	return err;
}

static bool has_room_open(struct mlv_batch *batch)
{
	bool room;

	pthread_mutex_lock(&batch->mutex);
	room = batch->count < KEPT_OPEN;
	pthread_mutex_unlock(&batch->mutex);
	return room;
}

/*
 * Whether key need not be written: it is in the batch, or stored and sound,
 * and then is touched, and its name made durable by the commit if it is a new
 * one. A length proves nothing: what is stored is compared with the raw bytes,
 * or hashed where they are not at hand (NULL). What is damaged is written anew.
 */
static mlv_err is_there(struct mlv_batch *batch, const struct mlv_key *key, uint64_t size,
			const void *bytes, bool *there)
{
	const struct mlv_backend *backend = batch->store->backend;
	struct mlv_pending pending = { .key = *key, .present = true, .temp = MLV_TEMP_INIT };
	struct mlv_stored stored = { 0 };
	bool added;
	mlv_err err;

	if ((*there = is_pending(batch, key)))
		return NULL;
	if ((err = backend->stat(batch->store->self, key, &stored)) ||
	    !mlv_stored_fits(key, &stored, size))
		return err;
	err = bytes ? mlv_store_holds(batch->store, key, bytes, (size_t)size, there)
		    : mlv_store_sound(batch->store, key, size, there);
	if (err || !*there)
		return err;
	if (stored.old)
		backend->touch(batch->store->self, key);
	return stored.recent ? append(batch, &pending, &added) : NULL;
}

/* A temporary that is whole joins the list; another thread may have been faster. Takes temp. */
static mlv_err add_temp(struct mlv_batch *batch, const struct mlv_key *key, struct mlv_temp *temp)
{
	const struct mlv_backend *backend = batch->store->backend;
	struct mlv_pending pending = { .key = *key };
	bool added = false;
	mlv_err err = NULL;

	if (!has_room_open(batch))
		err = backend->rest(batch->store->self, temp);
	if (!err) {
		pending.temp = *temp;
		err = append(batch, &pending, &added);
	}
	if (!added)
		backend->discard(batch->store->self, temp);
	*temp = (struct mlv_temp)MLV_TEMP_INIT;
	return err;
}

mlv_err mlv_batch_join(struct mlv_batch *batch, const struct mlv_key *key, uint64_t size,
		       struct mlv_temp *temp)
{
	bool there = false;
	mlv_err err = is_there(batch, key, size, NULL, &there);

	if (!err && !there)
		return add_temp(batch, key, temp);
	batch->store->backend->discard(batch->store->self, temp);
	*temp = (struct mlv_temp)MLV_TEMP_INIT;
	return err;
}

/* Write a temporary of these bytes, as they are to lie in the store. */
static mlv_err put_stored(struct mlv_batch *batch, const struct mlv_key *key, const void *bytes,
			  size_t len)
{
	const struct mlv_backend *backend = batch->store->backend;
	struct mlv_temp temp = MLV_TEMP_INIT;
	mlv_err err;

	if ((err = backend->temp(batch->store->self, &temp)))
		return err;
	if ((err = mlv_fs_write_full(temp.fd, "an object", bytes, len))) {
		backend->discard(batch->store->self, &temp);
		return err;
	}
	return add_temp(batch, key, &temp);
}

mlv_err mlv_batch_put(struct mlv_batch *batch, const struct mlv_key *key, const void *bytes,
		      size_t len)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf deflated = MLV_BUF_INIT;
	bool there = false;
	mlv_err err;

	if ((err = is_there(batch, key, len, bytes, &there)) || there)
		return err;
	if (key->kind != MLV_KIND_NODE)
		return put_stored(batch, key, bytes, len);
	if ((err = mlv_deflate(bytes, len, &deflated)))
		return err;
	return put_stored(batch, key, deflated.ptr, deflated.len);
}

/* Put the leaf list of named beside it. */
static mlv_err put_leaves(struct mlv_batch *batch, const struct mlv_named *named)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	const struct mlv_key key = { MLV_KIND_LEAVES, named->oid };
	mlv_err err = mlv_leaves_write(&named->leaves, &text);

	return err ? err : mlv_batch_put(batch, &key, text.ptr, text.len);
}

mlv_err mlv_batch_put_file(struct mlv_batch *batch, int fd, const char *path,
			   struct mlv_named *named)
{
	const struct mlv_backend *backend = batch->store->backend;
	MLV_SCOPED(mlv_named_release) struct mlv_named found = { 0 };
	struct mlv_temp temp = MLV_TEMP_INIT;
	struct mlv_key key;
	mlv_err err;

	if ((err = backend->temp(batch->store->self, &temp)))
		return err;
	err = mlv_hash_share(batch->store->ctx, fd, temp.fd, path, &found);
	/* The list first: where the file is, its leaves are. */
	if (!err && found.kind == MLV_KIND_LARGE)
		err = put_leaves(batch, &found);
	if (err) {
		backend->discard(batch->store->self, &temp);
		return err;
	}
	key = (struct mlv_key){ found.kind, found.oid };
	if ((err = mlv_batch_join(batch, &key, found.size, &temp)))
		return err;
	*named = found;
	found.leaves.digests = NULL;
	return NULL;
}

mlv_err mlv_batch_commit(struct mlv_batch *batch)
{
	mlv_err err = NULL;

	pthread_mutex_lock(&batch->mutex);
	if (batch->count > 0)
		err = batch->store->backend->publish(batch->store->self, batch->list, batch->count);
	/* Done, or failed: what a sync failed for is never synced again, but written anew. */
	drop_pending(batch);
	pthread_mutex_unlock(&batch->mutex);
	return err;
}
