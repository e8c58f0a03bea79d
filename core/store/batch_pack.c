/* batch_pack.c - the part of a batch that makes packs. */
#include <stdlib.h>

#include "core/base/fs.h"
#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/store/batch_impl.h"

#define TEXT_MAX  ((size_t)1 << 20) /* bytes: nodes and leaf lists that are packed have no more */
#define PART_LEAST 4U /* texts that are worth a thread */
#define PARTS_MOST 16U
#define WRITEBACK ((uint64_t)8 << 20) /* bytes that the disk is given at once */

/* What one thread needs to make frames. */
struct mlv_packer {
	struct mlv_frame_maker *maker;
	struct mlv_buf frames;
	struct mlv_pack_record *records;
	size_t count, cap;
};

static void packer_freep(struct mlv_packer **packer)
{
	if (!*packer)
		return;
	mlv_frame_maker_freep(&(*packer)->maker);
	mlv_buf_release(&(*packer)->frames);
	free((*packer)->records);
	free(MLV_TAKE(*packer));
}

void mlv_batch_release_packers(struct mlv_batch *batch)
{
	for (size_t i = 0; i < batch->idle_count; i++)
		packer_freep(&batch->idle[i]);
	free(batch->idle);
}

static mlv_err packer_take(struct mlv_batch *batch, struct mlv_packer **out)
{
	MLV_SCOPED(packer_freep) struct mlv_packer *packer = NULL;
	mlv_err err;

	pthread_mutex_lock(&batch->mutex);
	if (batch->idle_count)
		packer = batch->idle[--batch->idle_count];
	pthread_mutex_unlock(&batch->mutex);
	if (!packer) {
		if (!(packer = mlv_sys_alloc(sizeof(*packer))))
			return mlv_error_nomem("a pack");
		packer->frames = (struct mlv_buf)MLV_BUF_INIT;
		if ((err = mlv_frame_maker_new(&packer->maker)))
			return err;
	}
	mlv_buf_clear(&packer->frames);
	packer->count = 0;
	*out = MLV_TAKE(packer);
	return NULL;
}

/* Keep it for the next put; where that is not possible it goes. */
static void packer_give(struct mlv_batch *batch, struct mlv_packer *packer)
{
	mlv_err err;

	pthread_mutex_lock(&batch->mutex);
	err = mlv_array_grow(&batch->idle, &batch->idle_cap, batch->idle_count + 1,
			     sizeof(*batch->idle));
	if (!err)
		batch->idle[batch->idle_count++] = MLV_TAKE(packer);
	pthread_mutex_unlock(&batch->mutex);
	packer_freep(&packer);
}

static mlv_err packer_add(struct mlv_packer *packer, const struct mlv_put *puts, size_t count)
{
	mlv_err err = mlv_array_grow(&packer->records, &packer->cap, packer->count + count,
				     sizeof(*packer->records));

	for (size_t i = 0; i < count && !err; i++) {
		err = mlv_frame_add(packer->maker, &puts[i].key, puts[i].bytes, puts[i].len,
				    &packer->frames, &packer->records[packer->count]);
		packer->count += !err;
	}
	return err;
}

bool mlv_batch_packs(const struct mlv_batch *batch, const struct mlv_put *put)
{
	if (!batch->store->packs)
		return false;
	return put->key.kind == MLV_KIND_OBJECT ? put->len < MLV_PACKED_MAX : put->len <= TEXT_MAX;
}

static void release_held(struct mlv_put *held, size_t count)
{
	for (size_t i = 0; i < count; i++)
		mlv_mem_free(&held[i].bytes);
}

/* Copy what came to what is held; under the mutex. */
static mlv_err hold(struct mlv_packing *packing, const struct mlv_put *puts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		/* A byte more: nothing needs an address too. */
		void *copy = mlv_sys_alloc(puts[i].len + 1);

		if (!copy)
			return mlv_error_nomem("an object");
		if (puts[i].len)
			memcpy(copy, puts[i].bytes, puts[i].len);
		packing->held[packing->held_count++] =
			(struct mlv_put){ puts[i].key, copy, puts[i].len };
	}
	return NULL;
}

/* What was held, for who goes on with it. */
struct taken {
	struct mlv_put held[MLV_PACKED_LEAST - 1];
	size_t count;
};

static void taken_release(struct taken *taken)
{
	release_held(taken->held, taken->count);
}

static void take_held(struct mlv_packing *packing, struct taken *taken)
{
	memcpy(taken->held, packing->held, packing->held_count * sizeof(*packing->held));
	taken->count = packing->held_count;
	packing->held_count = 0;
}

/* A pack that nobody writes to any more is given up. */
static void give_up(struct mlv_batch *batch, struct mlv_growing *growing)
{
	batch->store->backend->discard(batch->store->self, &growing->temp);
	mlv_pack_writer_freep(&growing->writer);
	free(growing);
}

/* Nobody writes to it any more: give it its table, and its .idx. Takes growing. */
static mlv_err close_pack(struct mlv_batch *batch, struct mlv_growing *growing)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf tail = MLV_BUF_INIT;
	struct mlv_pending pending = { .place = MLV_PLACE_PACK };
	const uint32_t at = mlv_pack_writer_frames(growing->writer);
	struct mlv_pack_id id = { .class = MLV_PACK_DATA };
	size_t table_len = 0;
	mlv_err err = NULL;

	if (growing->broken)
		err = mlv_error(MLV_E_SYSTEM, "a pack could not be written");
	if (err || (err = mlv_pack_writer_finish(growing->writer, &tail, &table_len, &id)) ||
	    (err = mlv_fs_pwrite_full(growing->temp.fd, "a pack", tail.ptr, tail.len, at))) {
		give_up(batch, growing);
		return err;
	}
	mlv_sys_start_writeback(growing->temp.fd, at / WRITEBACK * WRITEBACK, WRITEBACK + tail.len);
	pending.key.kind = id.class == MLV_PACK_DATA ? MLV_KIND_OBJECT : MLV_KIND_NODE;
	pending.key.oid = id.oid;
	pending.temp = growing->temp;
	growing->temp = (struct mlv_temp)MLV_TEMP_INIT;
	give_up(batch, growing);
	/* The table has its name after the pack. */
	if ((err = mlv_batch_append(batch, &pending)))
		return err;
	return mlv_batch_write(batch, MLV_PLACE_IDX, &pending.key, tail.ptr, table_len);
}

static mlv_err begin_pack(struct mlv_batch *batch, enum mlv_pack_class class,
			  struct mlv_growing **out)
{
	struct mlv_growing *growing = mlv_sys_alloc(sizeof(*growing));
	mlv_err err;

	if (!growing)
		return mlv_error_nomem("a pack");
	growing->temp = (struct mlv_temp)MLV_TEMP_INIT;
	if ((err = mlv_pack_writer_new(&growing->writer, class)) ||
	    (err = batch->store->backend->temp(batch->store->self, &growing->temp))) {
		give_up(batch, growing);
		return err;
	}
	*out = growing;
	return NULL;
}

/*
 * Find the frames a place, in the pack that grows or a new one; *full is the
 * one that has no room, when nobody writes to it. Under the mutex.
 */
static mlv_err reserve(struct mlv_batch *batch, enum mlv_pack_class class,
		       struct mlv_packer *packer, struct mlv_growing **out,
		       struct mlv_growing **full)
{
	struct mlv_growing *growing = batch->packing[class].growing;
	mlv_err err;

	if (growing && !mlv_pack_writer_fits(growing->writer, packer->frames.len, packer->count)) {
		growing->full = true;
		if (!growing->writes)
			*full = growing;
		growing = batch->packing[class].growing = NULL;
	}
	if (!growing && (err = begin_pack(batch, class, &growing)))
		return err;
	batch->packing[class].growing = growing;
	if ((err = mlv_pack_writer_add(growing->writer, packer->records, packer->count)))
		return err;
	growing->writes++;
	*out = growing;
	return NULL;
}

/* The disk works on what was written while the next is made. */
static void start_writeback(const struct mlv_growing *growing, uint64_t offset, uint64_t len)
{
	const uint64_t end = (offset + len) / WRITEBACK * WRITEBACK;

	if (end > offset)
		mlv_sys_start_writeback(growing->temp.fd, end - WRITEBACK, WRITEBACK);
}

/* Write the frames of a packer to their place. */
static mlv_err write_frames(struct mlv_batch *batch, enum mlv_pack_class class,
			    struct mlv_packer *packer)
{
	struct mlv_growing *growing = NULL, *full = NULL;
	mlv_err err, failed = NULL;
	bool last;

	pthread_mutex_lock(&batch->mutex);
	err = reserve(batch, class, packer, &growing, &full);
	pthread_mutex_unlock(&batch->mutex);
	if (full)
		failed = close_pack(batch, full);
	if (err)
		return err;
	err = mlv_fs_pwrite_full(growing->temp.fd, "a pack", packer->frames.ptr,
				 packer->frames.len, packer->records[0].offset);
	if (!err)
		start_writeback(growing, packer->records[0].offset, packer->frames.len);
	pthread_mutex_lock(&batch->mutex);
	growing->broken |= err != NULL;
	last = --growing->writes == 0 && growing->full;
	pthread_mutex_unlock(&batch->mutex);
	if (last && !err)
		err = close_pack(batch, growing);
	else if (last)
		give_up(batch, growing);
	return failed ? failed : err;
}

/* What is put at once, in parts of which each becomes frames on a thread of its own. */
struct parts {
	struct mlv_packer *packers[PARTS_MOST];
	const struct taken *taken; /* before the first of them */
	const struct mlv_put *puts;
	size_t count, parts;
};

static mlv_err make_part(void *arg, size_t index, unsigned worker)
{
	const struct parts *parts = arg;
	const size_t first = parts->count * index / parts->parts;
	const size_t end = parts->count * (index + 1) / parts->parts;
	struct mlv_packer *packer = parts->packers[index];
	mlv_err err = NULL;

	(void)worker;
	if (index == 0)
		err = packer_add(packer, parts->taken->held, parts->taken->count);
	return err ? err : packer_add(packer, parts->puts + first, end - first);
}

/* Nodes come from one thread, and deflating them takes long; objects come from many. */
static size_t parts_of(const struct mlv_batch *batch, enum mlv_pack_class class, size_t count)
{
	size_t parts = class == MLV_PACK_DATA ? 1 : count / PART_LEAST;

	parts = parts < batch->store->ctx->jobs ? parts : batch->store->ctx->jobs;
	parts = parts < PARTS_MOST ? parts : PARTS_MOST;
	return parts ? parts : 1;
}

/* Make frames of all and write them, in the order in which they came. */
static mlv_err pack_all(struct mlv_batch *batch, enum mlv_pack_class class,
			const struct taken *taken, const struct mlv_put *puts, size_t count)
{
	struct parts parts = { .taken = taken, .puts = puts, .count = count,
			       .parts = parts_of(batch, class, count) };
	mlv_err err = NULL;

	for (size_t i = 0; i < parts.parts && !err; i++)
		err = packer_take(batch, &parts.packers[i]);
	if (!err)
		err = mlv_pool_run(batch->store->ctx, (unsigned)parts.parts, parts.parts, make_part,
				   &parts);
	for (size_t i = 0; i < parts.parts && !err; i++)
		err = write_frames(batch, class, parts.packers[i]);
	for (size_t i = 0; i < parts.parts; i++) {
		if (parts.packers[i])
			packer_give(batch, parts.packers[i]);
	}
	return err;
}

mlv_err mlv_batch_pack(struct mlv_batch *batch, enum mlv_pack_class class,
		       const struct mlv_put *puts, size_t count)
{
	MLV_SCOPED(taken_release) struct taken taken = { 0 };
	struct mlv_packing *packing = &batch->packing[class];
	mlv_err err = NULL;
	bool begun;

	pthread_mutex_lock(&batch->mutex);
	packing->begun |= packing->held_count + count >= MLV_PACKED_LEAST;
	begun = packing->begun;
	if (begun)
		take_held(packing, &taken);
	else
		err = hold(packing, puts, count);
	pthread_mutex_unlock(&batch->mutex);
	return begun ? pack_all(batch, class, &taken, puts, count) : err;
}

mlv_err mlv_batch_flush(struct mlv_batch *batch)
{
	mlv_err err = NULL;

	for (size_t class = 0; class < MLV_COUNT(batch->packing) && !err; class++) {
		MLV_SCOPED(taken_release) struct taken taken = { 0 };
		struct mlv_growing *growing;

		pthread_mutex_lock(&batch->mutex);
		growing = MLV_TAKE(batch->packing[class].growing);
		take_held(&batch->packing[class], &taken);
		batch->packing[class].begun = false;
		pthread_mutex_unlock(&batch->mutex);
		for (size_t i = 0; i < taken.count && !err; i++)
			err = mlv_batch_put_loose(batch, &taken.held[i]);
		if (growing && err)
			give_up(batch, growing);
		else if (growing)
			err = close_pack(batch, growing);
	}
	return err;
}

void mlv_batch_drop_packs(struct mlv_batch *batch)
{
	for (size_t class = 0; class < MLV_COUNT(batch->packing); class++) {
		struct mlv_packing *packing = &batch->packing[class];

		release_held(packing->held, packing->held_count);
		packing->held_count = 0;
		packing->begun = false;
		if (packing->growing)
			give_up(batch, MLV_TAKE(packing->growing));
	}
}
