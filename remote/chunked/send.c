/* chunked/send.c - large files, sent as what the remote lacks of their chunks. */
#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/store/chunk.h"
#include "core/store/pack/write.h"
#include "remote/chunked.h"
#include "remote/chunked/known.h"

#define PACK_BYTES ((uint64_t)16 << 20) /* raw bytes of a pack */
#define PACK_LEAST ((uint64_t)4 << 20)  /* the same of one that does not wait for the next file */
#define SPARE_BYTES ((size_t)1 << 20)   /* of a pack, for what is not raw bytes */

/* A pack that grows. */
struct growing {
	uint32_t number; /* of known: what it will be */
	struct mlv_frame_maker *maker;
	struct mlv_pack_writer *writer;
	struct mlv_buf bytes;
	struct mlv_pack_record *records;
	size_t count, cap;
	uint64_t raw;    /* bytes, those to be added too */
	size_t begin, end; /* of the chunks under way: those that are to be added */
	bool full;
};

/* A file that was cut, and waits for its packs. */
struct made {
	struct mlv_item *item;
	struct mlv_recipe recipe; /* its chunks have numbers of known for packs */
};

struct sending {
	const struct mlv_push_chunked *push;
	struct mlv_ctx *ctx;
	struct mlv_transport *remote;
	struct mlv_known known;
	struct growing *growing; /* the first may have been begun by an earlier window or file */
	size_t growing_count, growing_cap;
	const struct mlv_chunk **fresh; /* the chunks under way that the remote lacks */
	size_t fresh_count, fresh_cap;
	struct made *made;
	size_t made_count, made_cap;
};

static void release_growing(struct growing *growing)
{
	mlv_frame_maker_freep(&growing->maker);
	mlv_pack_writer_freep(&growing->writer);
	mlv_buf_release(&growing->bytes);
	free(growing->records);
}

static void release_sending(struct sending *sending)
{
	for (size_t i = 0; i < sending->growing_count; i++)
		release_growing(&sending->growing[i]);
	for (size_t i = 0; i < sending->made_count; i++)
		mlv_recipe_release(&sending->made[i].recipe);
	free(sending->growing);
	free(sending->fresh);
	free(sending->made);
	mlv_known_release(&sending->known);
}

/* ---- packs ---- */

static mlv_err begin_pack(struct sending *sending)
{
	struct growing growing = { .bytes = MLV_BUF_INIT };
	mlv_err err = mlv_array_grow(&sending->growing, &sending->growing_cap,
				     sending->growing_count + 1, sizeof(*sending->growing));

	if (err || (err = mlv_known_add_pack(&sending->known, &growing.number)))
		return err;
	growing.begin = growing.end = sending->fresh_count;
	sending->growing[sending->growing_count++] = growing;
	return NULL;
}

/* A chunk that the remote lacks goes into the last pack, or a new one. */
static mlv_err place_fresh(struct sending *sending, const struct mlv_chunk *chunk,
			   uint32_t *number)
{
	struct growing *last = sending->growing_count
				       ? &sending->growing[sending->growing_count - 1] : NULL;
	mlv_err err;

	if (last && last->raw + chunk->len > PACK_BYTES)
		last->full = true;
	if (!last || last->full) {
		if ((err = begin_pack(sending)))
			return err;
		last = &sending->growing[sending->growing_count - 1];
	}
	err = mlv_array_grow(&sending->fresh, &sending->fresh_cap, sending->fresh_count + 1,
			     sizeof(*sending->fresh));
	if (err)
		return err;
	sending->fresh[sending->fresh_count++] = chunk;
	last->end = sending->fresh_count;
	last->raw += chunk->len;
	*number = last->number;
	return mlv_known_add(&sending->known, &chunk->oid, last->number);
}

static mlv_err begin_bytes(struct growing *growing)
{
	mlv_err err;

	if (growing->writer)
		return NULL;
	if ((err = mlv_frame_maker_new(&growing->maker)) ||
	    (err = mlv_pack_writer_new(&growing->writer, MLV_PACK_DATA)))
		return err;
	return mlv_buf_reserve(&growing->bytes, PACK_BYTES + SPARE_BYTES);
}

static mlv_err add_frames(const struct sending *sending, struct growing *growing)
{
	mlv_err err = begin_bytes(growing);

	for (size_t i = growing->begin; !err && i < growing->end; i++) {
		const struct mlv_chunk *chunk = sending->fresh[i];
		const struct mlv_key key = { MLV_KIND_OBJECT, chunk->oid };

		err = mlv_array_grow(&growing->records, &growing->cap, growing->count + 1,
				     sizeof(*growing->records));
		if (!err)
			err = mlv_frame_add(growing->maker, &key, chunk->bytes, chunk->len,
					    &growing->bytes, &growing->records[growing->count]);
		if (!err)
			growing->count++;
	}
	growing->begin = growing->end = 0;
	return err;
}

static mlv_err end_pack(const struct sending *sending, struct growing *growing)
{
	struct mlv_pack_ref ref;
	size_t table_len;
	mlv_err err;

	if ((err = mlv_pack_writer_add(growing->writer, growing->records, growing->count)) ||
	    (err = mlv_pack_writer_finish(growing->writer, &growing->bytes, &table_len,
					  &ref.id)))
		return err;
	ref.size = growing->bytes.len;
	if ((err = mlv_push_packs_upload(sending->push->packs, &ref, &growing->bytes, table_len)))
		return err;
	sending->known.packs[growing->number] =
		(struct mlv_recipe_pack){ ref.id.oid, (uint32_t)ref.size };
	release_growing(growing);
	*growing = (struct growing){ .full = true, .number = growing->number };
	return NULL;
}

static mlv_err grow_round(void *arg, size_t index, unsigned worker)
{
	const struct sending *sending = arg;
	struct growing *growing = &sending->growing[index];
	mlv_err err = add_frames(sending, growing);

	(void)worker;
	return err || !growing->full ? err : end_pack(sending, growing);
}

/* Add what is fresh to its packs, and send those that are full. */
static mlv_err grow_packs(struct sending *sending)
{
	const unsigned jobs = mlv_remote_jobs(sending->remote);
	mlv_err err = mlv_pool_run(sending->ctx, jobs, sending->growing_count, grow_round,
				   sending);
	struct growing *last;

	sending->fresh_count = 0;
	if (err || sending->growing_count == 0)
		return err;
	/* All but the last were full. */
	last = &sending->growing[sending->growing_count - 1];
	if (last != sending->growing)
		sending->growing[0] = *last;
	sending->growing_count = last->full ? 0 : 1;
	return NULL;
}

/* ---- recipes ---- */

static void release_made(struct sending *sending)
{
	for (size_t i = 0; i < sending->made_count; i++)
		mlv_recipe_release(&sending->made[i].recipe);
	sending->made_count = 0;
}

static mlv_err put_recipe(struct sending *sending, struct mlv_recipe *recipe)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf bytes = MLV_BUF_INIT;
	char path[MLV_RECIPE_PATH];
	uint32_t position;
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < sending->known.pack_count; i++)
		err = mlv_recipe_add_pack(recipe, &sending->known.packs[i], &position);
	if (err || (err = mlv_recipe_settle(recipe)) ||
	    (err = mlv_recipe_list_packs(recipe, &sending->push->packs->chunked)) ||
	    (err = mlv_recipe_write(recipe, &bytes)))
		return err;
	return mlv_transport_put_bytes_later(sending->remote, mlv_recipe_path(&recipe->oid, path),
					     bytes.ptr, bytes.len);
}

/* Send the last pack, make all of them durable, and then the recipes that name them. */
static mlv_err put_recipes(struct sending *sending)
{
	const struct mlv_push_chunked *push = sending->push;
	mlv_err err = NULL;

	if (sending->made_count == 0)
		return NULL;
	if (sending->growing_count)
		sending->growing[0].full = true;
	if ((err = grow_packs(sending)) || (err = mlv_transport_flush(sending->remote, true)))
		return err;
	for (size_t i = 0; !err && i < sending->made_count; i++)
		err = put_recipe(sending, &sending->made[i].recipe);
	if (!err)
		err = mlv_transport_flush(sending->remote, false);
	for (size_t i = 0; !err && i < sending->made_count; i++) {
		sending->made[i].item->state = MLV_ITEM_DONE;
		sending->made[i].item->chunked = true;
		push->sent(push->arg, sending->made[i].item);
	}
	release_made(sending);
	return err;
}

/* ---- files ---- */

struct cutting {
	struct sending *sending;
	struct mlv_recipe *recipe;
};

static mlv_err take_chunks(void *arg, const struct mlv_chunk *chunks, size_t count)
{
	struct cutting *cutting = arg;
	struct sending *sending = cutting->sending;
	uint64_t len = 0;
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < count; len += chunks[i++].len) {
		struct mlv_recipe_chunk line = { chunks[i].oid, chunks[i].len, 0 };

		if (!mlv_known_find(&sending->known, &chunks[i].oid, &line.pack))
			err = place_fresh(sending, &chunks[i], &line.pack);
		if (!err)
			err = mlv_recipe_add_chunk(cutting->recipe, &line);
	}
	if (!err)
		err = grow_packs(sending);
	if (!err)
		mlv_tell_advance(sending->ctx, 0, len);
	return err ? err : mlv_ctx_check_stop(sending->ctx);
}

/* *ours: what failed is the file of the cache. */
static mlv_err open_file(struct mlv_store *cache, const struct mlv_item *item, int *fd,
			 struct mlv_buf *path, struct mlv_leaves *leaves)
{
	const struct mlv_key list = { MLV_KIND_LEAVES, item->key.oid };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_store_open(cache, &item->key, item->size, fd, path)) ||
	    (err = mlv_store_read(cache, &list, mlv_leaves_text_size(item->size), &text)))
		return err;
	return mlv_leaves_parse(text.ptr, text.len, leaves);
}

static mlv_err cut_file(struct sending *sending, struct made *made)
{
	MLV_SCOPED(mlv_leaves_release) struct mlv_leaves leaves = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	struct cutting cutting = { sending, &made->recipe };
	mlv_err err = open_file(sending->push->packs->cache, made->item, &fd, &path, &leaves);

	if (err)
		return err;
	made->recipe.oid = made->item->key.oid;
	made->recipe.size = leaves.size;
	return mlv_chunk_file(sending->ctx, fd, path.len ? path.ptr : "a large file", &leaves,
			      take_chunks, &cutting);
}

/* Only what ends the push is returned; what is wrong with one file is noted. */
static mlv_err send_file(struct sending *sending, struct mlv_item *item)
{
	struct made made = { .item = item };
	mlv_err err = mlv_array_grow(&sending->made, &sending->made_cap, sending->made_count + 1,
				     sizeof(*sending->made));

	if (err)
		return err;
	err = cut_file(sending, &made);
	if (!err) {
		sending->made[sending->made_count++] = made;
		mlv_tell_advance(sending->ctx, 1, 0);
		return NULL;
	}
	mlv_recipe_release(&made.recipe);
	item->state = MLV_ITEM_FAILED;
	/* No remote fails so when it is written to. */
	if (err->code == MLV_E_MISSING || err->code == MLV_E_CORRUPT)
		return mlv_problems_add(sending->push->packs->problems, item, err);
	return err;
}

static bool is_time(const struct sending *sending)
{
	return sending->growing_count == 0 || sending->growing[0].raw >= PACK_LEAST;
}

/* The positions of the items that are to be sent. */
static mlv_err list_asked(const struct mlv_items *items, size_t **positions, size_t *count)
{
	size_t at, end;

	mlv_items_range(items, MLV_KIND_LARGE, &at, &end);
	if (!(*positions = mlv_sys_alloc_array(end - at + 1, sizeof(**positions))))
		return mlv_error_nomem("a push");
	for (*count = 0; at < end; at++)
		if (items->at[at].state == MLV_ITEM_ASKED)
			(*positions)[(*count)++] = at;
	return NULL;
}

mlv_err mlv_push_chunked_send(const struct mlv_push_chunked *push)
{
	struct mlv_transport *remote = push->packs->remote;
	struct mlv_items *items = push->packs->items;
	MLV_SCOPED(release_sending) struct sending sending = {
		.push = push, .ctx = remote->ctx, .remote = remote,
	};
	MLV_SCOPED(mlv_mem_free) size_t *positions = NULL;
	size_t count = 0;
	mlv_err err = list_asked(items, &positions, &count);

	if (err || count == 0)
		return err;
	if ((err = mlv_push_packs_ask(push->packs)) ||
	    (err = mlv_known_look(&sending.known, push, positions, count)))
		return err;
	for (size_t i = 0; !err && i < count; i++) {
		err = send_file(&sending, &items->at[positions[i]]);
		if (!err && is_time(&sending))
			err = put_recipes(&sending);
	}
	return err ? err : put_recipes(&sending);
}
