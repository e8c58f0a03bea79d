/* batch.c - what is written together, on any backend. */
#include <stdlib.h>

#include "core/base/fs.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/store/batch_impl.h"
#include "core/store/deflate.h"
#include "core/store/upkeep.h"

/*
 * So many temporaries stay open until the commit, which then syncs each of
 * them; with more, one sync of the file system is cheaper.
 */
#define KEPT_OPEN 31
#define TOGETHER  ((size_t)64) /* puts that are claimed in one step */

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
	pthread_cond_init(&batch->quiet, NULL);
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
	mlv_key_set_clear(&batch->claimed);
	mlv_key_set_clear(&batch->packs);
	mlv_batch_drop_packs(batch);
}

/* What lies in room that is not used. */
struct mlv_room {
	struct mlv_room *next;
};

void *mlv_batch_take_room(struct mlv_batch *batch)
{
	struct mlv_room *room;

	pthread_mutex_lock(&batch->mutex);
	room = batch->rooms;
	if (room)
		batch->rooms = room->next;
	pthread_mutex_unlock(&batch->mutex);
	return room ? room : mlv_sys_realloc(NULL, MLV_ROOM_BYTES);
}

void mlv_batch_give_room(struct mlv_batch *batch, void *bytes)
{
	struct mlv_room *room = bytes;

	if (!room)
		return;
	pthread_mutex_lock(&batch->mutex);
	room->next = batch->rooms;
	batch->rooms = room;
	pthread_mutex_unlock(&batch->mutex);
}

static void release_rooms(struct mlv_batch *batch)
{
	while (batch->rooms)
		free(mlv_batch_take_room(batch));
}

void mlv_batch_freep(struct mlv_batch **batch)
{
	struct mlv_batch *freed = *batch;

	if (!freed)
		return;
	drop_pending(freed);
	mlv_batch_release_packers(freed);
	release_rooms(freed);
	mlv_key_set_release(&freed->claimed);
	mlv_key_set_release(&freed->packs);
	free(freed->list);
	mlv_fd_close(&freed->lock_fd);
	pthread_cond_destroy(&freed->quiet);
	pthread_mutex_destroy(&freed->mutex);
	free(MLV_TAKE(*batch));
}

/* Claim keys: wanted tells which are new to the batch. Followed by end_put(). */
static mlv_err begin_put(struct mlv_batch *batch, const struct mlv_put *puts, size_t count,
			 bool *wanted)
{
	mlv_err err = NULL;

	pthread_mutex_lock(&batch->mutex);
	while (batch->closing)
		pthread_cond_wait(&batch->quiet, &batch->mutex);
	batch->busy++;
	for (size_t i = 0; i < count && !err; i++)
		err = mlv_key_set_add(&batch->claimed, &puts[i].key, &wanted[i]);
	pthread_mutex_unlock(&batch->mutex);
	return err;
}

static mlv_err end_put(struct mlv_batch *batch, mlv_err err)
{
	err = mlv_store_no_room(batch->store->root, err);
	pthread_mutex_lock(&batch->mutex);
	if (err && !batch->failed)
		batch->failure = *err;
	batch->failed |= err != NULL;
	if (--batch->busy == 0)
		pthread_cond_broadcast(&batch->quiet);
	pthread_mutex_unlock(&batch->mutex);
	return err;
}

mlv_err mlv_batch_append(struct mlv_batch *batch, struct mlv_pending *pending)
{
	const struct mlv_backend *backend = batch->store->backend;
	mlv_err err = NULL;
	bool room;

	pthread_mutex_lock(&batch->mutex);
	room = batch->count < KEPT_OPEN;
	pthread_mutex_unlock(&batch->mutex);
	if (!room && !pending->present)
		err = backend->rest(batch->store->self, &pending->temp);
	pthread_mutex_lock(&batch->mutex);
	if (!err)
		err = mlv_array_grow(&batch->list, &batch->cap, batch->count + 1,
				     sizeof(*batch->list));
	if (!err)
		batch->list[batch->count++] = *pending;
	pthread_mutex_unlock(&batch->mutex);
	if (err && !pending->present)
		backend->discard(batch->store->self, &pending->temp);
	return err;
}

/* Its name may not be durable yet: the commit sees to it, once for a pack. */
static mlv_err append_present(struct mlv_batch *batch, const struct mlv_key *key,
			      const struct mlv_stored *stored)
{
	struct mlv_pending pending = { .key = *key, .present = true, .temp = MLV_TEMP_INIT };
	bool added = true;
	mlv_err err = NULL;

	if (stored->packed) {
		pending.place = MLV_PLACE_PACK;
		pending.key.oid = stored->pack.oid;
		pthread_mutex_lock(&batch->mutex);
		err = mlv_key_set_add(&batch->packs, &pending.key, &added);
		pthread_mutex_unlock(&batch->mutex);
	}
	return err || !added ? err : mlv_batch_append(batch, &pending);
}

/*
 * Whether key need not be written: it is stored and sound, and then is
 * touched, and its name made durable by the commit if it is a new one. A
 * length proves nothing: what is stored is compared with the raw bytes, or
 * hashed where they are not at hand (NULL). What is damaged is written anew.
 */
static mlv_err is_stored(struct mlv_batch *batch, const struct mlv_key *key, uint64_t size,
			 const void *bytes, bool *there)
{
	const struct mlv_backend *backend = batch->store->backend;
	struct mlv_stored stored = { 0 };
	mlv_err err;

	*there = false;
	err = (backend->look ? backend->look : backend->stat)(batch->store->self, key, &stored);
	if (err || !mlv_stored_fits(key, &stored, size))
		return err;
	err = bytes ? mlv_store_holds(batch->store, key, bytes, (size_t)size, there)
		    : mlv_store_sound(batch->store, key, size, there);
	if (err || !*there)
		return err;
	if (stored.old && stored.packed)
		backend->touch_pack(batch->store->self, &stored.pack);
	else if (stored.old)
		backend->touch(batch->store->self, key);
	return stored.recent ? append_present(batch, key, &stored) : NULL;
}

mlv_err mlv_batch_join(struct mlv_batch *batch, const struct mlv_key *key, uint64_t size,
		       struct mlv_temp *temp)
{
	const struct mlv_put put = { .key = *key };
	struct mlv_pending pending = { .key = *key, .temp = *temp };
	bool wanted = false, there = false;
	mlv_err err = begin_put(batch, &put, 1, &wanted);

	*temp = (struct mlv_temp)MLV_TEMP_INIT;
	if (!err && wanted)
		err = is_stored(batch, key, size, NULL, &there);
	if (!err && wanted && !there)
		err = mlv_batch_append(batch, &pending);
	else
		batch->store->backend->discard(batch->store->self, &pending.temp);
	return end_put(batch, err);
}

mlv_err mlv_batch_write(struct mlv_batch *batch, enum mlv_place place, const struct mlv_key *key,
			const void *bytes, size_t len)
{
	const struct mlv_backend *backend = batch->store->backend;
	struct mlv_pending pending = { .place = place, .key = *key, .temp = MLV_TEMP_INIT };
	mlv_err err;

	if ((err = backend->temp(batch->store->self, &pending.temp)))
		return err;
	if ((err = mlv_fs_write_full(pending.temp.fd, "an object", bytes, len))) {
		backend->discard(batch->store->self, &pending.temp);
		return err;
	}
	return mlv_batch_append(batch, &pending);
}

mlv_err mlv_batch_put_loose(struct mlv_batch *batch, const struct mlv_put *put)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf deflated = MLV_BUF_INIT;
	mlv_err err;

	if (put->key.kind != MLV_KIND_NODE)
		return mlv_batch_write(batch, MLV_PLACE_KEY, &put->key, put->bytes, put->len);
	if ((err = mlv_deflate(put->bytes, put->len, &deflated)))
		return err;
	return mlv_batch_write(batch, MLV_PLACE_KEY, &put->key, deflated.ptr, deflated.len);
}

/* What of some puts is packed, by class. */
struct sorted {
	struct mlv_put puts[2][TOGETHER];
	size_t counts[2];
};

/* Put at most TOGETHER that were claimed. */
static mlv_err put_claimed(struct mlv_batch *batch, const struct mlv_put *puts, size_t count,
			   const bool *wanted)
{
	struct sorted sorted;
	mlv_err err = NULL;

	sorted.counts[0] = sorted.counts[1] = 0;
	for (size_t i = 0; i < count && !err; i++) {
		const enum mlv_pack_class class = mlv_pack_class_of(puts[i].key.kind);
		bool there = !wanted[i];

		if (!there)
			err = is_stored(batch, &puts[i].key, puts[i].len, puts[i].bytes, &there);
		if (err || there)
			continue;
		if (mlv_batch_packs(batch, &puts[i]))
			sorted.puts[class][sorted.counts[class]++] = puts[i];
		else
			err = mlv_batch_put_loose(batch, &puts[i]);
	}
	for (size_t class = 0; class < MLV_COUNT(sorted.counts) && !err; class++) {
		if (sorted.counts[class])
			err = mlv_batch_pack(batch, (enum mlv_pack_class)class,
					     sorted.puts[class], sorted.counts[class]);
	}
	return err;
}

mlv_err mlv_batch_put_many(struct mlv_batch *batch, const struct mlv_put *puts, size_t count)
{
	for (size_t done = 0; done < count;) {
		const size_t some = count - done < TOGETHER ? count - done : TOGETHER;
		bool wanted[TOGETHER];
		mlv_err err = begin_put(batch, puts + done, some, wanted);

		if (!err)
			err = put_claimed(batch, puts + done, some, wanted);
		if ((err = end_put(batch, err)))
			return err;
		done += some;
	}
	return NULL;
}

mlv_err mlv_batch_put(struct mlv_batch *batch, const struct mlv_key *key, const void *bytes,
		      size_t len)
{
	return mlv_batch_put_many(batch, &(struct mlv_put){ *key, bytes, len }, 1);
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
	if (!err && found.kind == MLV_KIND_LARGE)
		err = put_leaves(batch, &found);
	if (err) {
		backend->discard(batch->store->self, &temp);
		return mlv_store_no_room(batch->store->root, err);
	}
	key = (struct mlv_key){ found.kind, found.oid };
	if ((err = mlv_batch_join(batch, &key, found.size, &temp)))
		return err;
	*named = found;
	found.leaves.digests = NULL;
	return NULL;
}

/* What of the list gets its name first: packs; leaf lists, for where a file is its leaves are. */
static unsigned rank(const struct mlv_pending *pending)
{
	return pending->place != MLV_PLACE_KEY ? 0 : pending->key.kind == MLV_KIND_LARGE ? 2 : 1;
}

/* A pack's file and its table come one after the other, in this order. */
static int by_rank(const void *a, const void *b)
{
	const struct mlv_pending *one = a, *other = b;
	int order = (int)rank(one) - (int)rank(other);

	if (!order)
		order = mlv_key_compare(&one->key, &other->key);
	return order ? order : (int)one->place - (int)other->place;
}

static mlv_err publish(struct mlv_batch *batch)
{
	if (!batch->count)
		return NULL;
	qsort(batch->list, batch->count, sizeof(*batch->list), by_rank);
	return batch->store->backend->publish(batch->store->self, batch->list, batch->count);
}

mlv_err mlv_batch_commit(struct mlv_batch *batch)
{
	struct mlv_error failure;
	bool failed;
	mlv_err err;

	pthread_mutex_lock(&batch->mutex);
	while (batch->closing)
		pthread_cond_wait(&batch->quiet, &batch->mutex);
	batch->closing = true;
	while (batch->busy)
		pthread_cond_wait(&batch->quiet, &batch->mutex);
	pthread_mutex_unlock(&batch->mutex);
	err = mlv_batch_flush(batch);
	pthread_mutex_lock(&batch->mutex);
	if (!err)
		err = publish(batch);
	err = mlv_store_no_room(batch->store->root, err);
	/* Done, or failed: what a sync failed for is never synced again, but written anew. */
	drop_pending(batch);
	failed = batch->failed;
	failure = batch->failure;
	batch->failed = batch->closing = false;
	pthread_cond_broadcast(&batch->quiet);
	pthread_mutex_unlock(&batch->mutex);
	return err || !failed ? err : mlv_error_copy(&failure);
}
