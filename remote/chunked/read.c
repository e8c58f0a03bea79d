/* chunked/read.c - a large file, put together of its chunks. */
#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/store/chunk.h"
#include "core/store/sha256.h"
#include "remote/chunked.h"
#include "remote/chunked/local.h"

#define WINDOW   ((size_t)12 << 20) /* bytes of the file that are put together at once */
#define RUN_MOST ((uint64_t)3 << 20) /* bytes of a pack that come with one request */
#define GAP      ((uint64_t)256 << 10) /* bytes that are rather read than asked around */
#define HASHED   32

/* A chunk of the window that lies in a pack. */
struct wanted {
	size_t chunk; /* from the window's first */
	size_t pack;  /* position in the set */
	struct mlv_pack_record record;
};

/* Frames that come with one request: wanted[begin] to wanted[end - 1]. */
struct run {
	size_t begin, end;
	uint64_t offset, len;
};

struct reading {
	struct mlv_transport *remote;
	unsigned jobs;
	const struct mlv_recipe *recipe;
	struct mlv_remote_packs packs; /* at the positions that the recipe has them */
	const struct mlv_local *local;
	/* The window: chunks first to end - 1. */
	size_t first, end;
	char *bytes;
	size_t *begins; /* of each, in bytes */
	bool *got;
	struct wanted *wanted;
	size_t wanted_count;
	struct run *runs;
	size_t run_count;
};

static void release_reading(struct reading *reading)
{
	mlv_remote_packs_release(&reading->packs);
	free(reading->bytes);
	free(reading->begins);
	free(reading->got);
	free(reading->wanted);
	free(reading->runs);
}

static const struct mlv_recipe_chunk *chunk_of(const struct reading *reading, size_t index)
{
	return &reading->recipe->chunks[reading->first + index];
}

/* ---- hashing ---- */

/* Chunks that are in their places and are to be hashed together. */
struct batch {
	size_t chunks[HASHED];
	size_t count;
};

/* Those that are what they should be are got. */
static mlv_err check_batch(const struct reading *reading, struct batch *batch)
{
	struct mlv_message messages[HASHED] = { 0 };
	struct mlv_oid oids[HASHED];
	mlv_err err;

	for (size_t i = 0; i < batch->count; i++)
		messages[i] = (struct mlv_message){
			.bytes = reading->bytes + reading->begins[batch->chunks[i]],
			.len = chunk_of(reading, batch->chunks[i])->len,
			.oid = &oids[i],
		};
	if ((err = mlv_sha256_many(messages, batch->count)))
		return err;
	for (size_t i = 0; i < batch->count; i++)
		reading->got[batch->chunks[i]] =
			mlv_oid_equal(&oids[i], &chunk_of(reading, batch->chunks[i])->oid);
	batch->count = 0;
	return NULL;
}

static mlv_err add_to_batch(const struct reading *reading, struct batch *batch, size_t chunk)
{
	batch->chunks[batch->count++] = chunk;
	return batch->count == HASHED ? check_batch(reading, batch) : NULL;
}

/* ---- from the cache ---- */

static mlv_err local_round(void *arg, size_t index, unsigned worker)
{
	const struct reading *reading = arg;
	const size_t count = reading->end - reading->first;
	struct batch batch = { .count = 0 };
	mlv_err err = NULL;

	(void)worker;
	for (size_t i = index * HASHED; !err && i < count && i < (index + 1) * HASHED; i++)
		if (mlv_local_read(reading->local, chunk_of(reading, i),
				   reading->bytes + reading->begins[i]))
			err = add_to_batch(reading, &batch, i);
	return err ? err : check_batch(reading, &batch);
}

/* ---- from packs ---- */

static int compare_wanted(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	if (x->pack != y->pack)
		return x->pack < y->pack ? -1 : 1;
	return (x->record.offset > y->record.offset) - (x->record.offset < y->record.offset);
}

static void find_wanted(struct reading *reading)
{
	reading->wanted_count = 0;
	for (size_t i = 0; i < reading->end - reading->first; i++) {
		const struct mlv_recipe_chunk *chunk = chunk_of(reading, i);
		const struct mlv_remote_pack *pack = &reading->packs.at[chunk->pack];
		const struct mlv_key key = { MLV_KIND_OBJECT, chunk->oid };
		struct wanted wanted = { .chunk = i, .pack = chunk->pack };

		if (!reading->got[i] && pack->open &&
		    mlv_table_find(&pack->table, &key, &wanted.record) &&
		    wanted.record.raw == chunk->len)
			reading->wanted[reading->wanted_count++] = wanted;
	}
	if (reading->wanted_count)
		qsort(reading->wanted, reading->wanted_count, sizeof(*reading->wanted),
		      compare_wanted);
}

static void make_runs(struct reading *reading)
{
	reading->run_count = 0;
	for (size_t i = 0; i < reading->wanted_count; i++) {
		const struct wanted *wanted = &reading->wanted[i];
		struct run *last = reading->run_count ? &reading->runs[reading->run_count - 1]
						      : NULL;
		uint64_t end = (uint64_t)wanted->record.offset + MLV_FRAME_HEAD +
			       wanted->record.stored;

		if (!last || reading->wanted[last->begin].pack != wanted->pack ||
		    wanted->record.offset > last->offset + last->len + GAP ||
		    end - last->offset > RUN_MOST) {
			last = &reading->runs[reading->run_count++];
			*last = (struct run){ .begin = i, .offset = wanted->record.offset };
		}
		last->end = i + 1;
		last->len = end - last->offset;
	}
}

/* Bytes that arrive of a run. */
struct inflow {
	struct mlv_buf bytes;
	uint64_t offset;
};

static mlv_err inflow_write(void *arg, const void *bytes, size_t len)
{
	struct inflow *in = arg;

	return mlv_buf_add(&in->bytes, bytes, len);
}

static mlv_err inflow_resume(void *arg, uint64_t *offset)
{
	const struct inflow *in = arg;

	*offset = in->offset + in->bytes.len;
	return NULL;
}

/* Put the frames' chunks into their places; one that is damaged is left out. */
static mlv_err take_run(const struct reading *reading, const struct run *run,
			const struct mlv_buf *bytes)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf raw = MLV_BUF_LIMIT(MLV_CHUNK_MOST);
	struct batch batch = { .count = 0 };
	mlv_err err = NULL;

	for (size_t i = run->begin; !err && i < run->end; i++) {
		const struct wanted *wanted = &reading->wanted[i];
		const size_t at = (size_t)(wanted->record.offset - run->offset);
		const size_t len = MLV_FRAME_HEAD + (size_t)wanted->record.stored;

		mlv_buf_clear(&raw);
		if (at + len > bytes->len ||
		    mlv_frame_decode(&wanted->record, bytes->ptr + at, len, &raw) ||
		    raw.len != wanted->record.raw)
			continue;
		memcpy(reading->bytes + reading->begins[wanted->chunk], raw.ptr, raw.len);
		err = add_to_batch(reading, &batch, wanted->chunk);
	}
	return err ? err : check_batch(reading, &batch);
}

static mlv_err run_round(void *arg, size_t index, unsigned worker)
{
	const struct reading *reading = arg;
	const struct run *run = &reading->runs[index];
	const struct mlv_remote_pack *pack =
		&reading->packs.at[reading->wanted[run->begin].pack];
	struct inflow in = { .bytes = MLV_BUF_INIT, .offset = run->offset };
	struct mlv_sink sink = { .write = inflow_write, .resume = inflow_resume, .arg = &in };
	char path[MLV_PACK_PATH];
	mlv_err err;

	(void)worker;
	mlv_pack_path(&pack->ref.id, MLV_PACK_SUFFIX, path);
	err = mlv_buf_reserve(&in.bytes, (size_t)run->len);
	if (!err)
		err = mlv_transport_get(reading->remote, path, run->offset, run->len, &sink);
	if (!err)
		err = take_run(reading, run, &in.bytes);
	mlv_buf_release(&in.bytes);
	/* What the remote has not, or not whole, is asked for by itself. */
	return err && (err->code == MLV_E_MISSING || err->code == MLV_E_CORRUPT) ? NULL : err;
}

/* ---- alone ---- */

static mlv_err read_alone(struct reading *reading, const struct mlv_recipe_chunk *chunk,
			  struct mlv_buf *raw)
{
	const struct mlv_key key = { MLV_KIND_OBJECT, chunk->oid };
	struct mlv_remote_pack *pack = &reading->packs.at[chunk->pack];
	struct mlv_pack_record record;
	mlv_err err = NULL;

	if (pack->open && mlv_table_find(&pack->table, &key, &record) &&
	    record.raw == chunk->len) {
		err = mlv_remote_packs_read(&reading->packs, pack, &record, raw);
		if (!err || (err->code != MLV_E_MISSING && err->code != MLV_E_CORRUPT))
			return err;
	}
	return mlv_remote_read(reading->remote, &key, chunk->len, raw);
}

/* What did not come with the others: a second time, or from another pack. */
static mlv_err alone_round(void *arg, size_t index, unsigned worker)
{
	struct reading *reading = arg;
	const struct mlv_recipe_chunk *chunk = chunk_of(reading, index);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf raw = MLV_BUF_INIT;
	char path[MLV_RECIPE_PATH], hex[MLV_OID_HEX + 1];
	mlv_err err;

	(void)worker;
	if (reading->got[index])
		return NULL;
	err = read_alone(reading, chunk, &raw);
	if (err && (err->code == MLV_E_MISSING || err->code == MLV_E_CORRUPT))
		return mlv_error(MLV_E_CORRUPT, "%s/%s: its chunk %s cannot be had",
				 reading->remote->url,
				 mlv_recipe_path(&reading->recipe->oid, path),
				 mlv_oid_format(&chunk->oid, hex));
	if (err)
		return err;
	memcpy(reading->bytes + reading->begins[index], raw.ptr, raw.len);
	reading->got[index] = true;
	return NULL;
}

/* ---- the window ---- */

/* Chunks from first on that fit, or one. */
static void place_window(struct reading *reading, size_t end)
{
	size_t len = 0;

	reading->end = reading->first;
	while (reading->end < end &&
	       len + reading->recipe->chunks[reading->end].len <= WINDOW) {
		reading->begins[reading->end - reading->first] = len;
		reading->got[reading->end - reading->first] = false;
		len += reading->recipe->chunks[reading->end++].len;
	}
	reading->begins[reading->end - reading->first] = len;
}

static mlv_err fill_window(struct reading *reading)
{
	const size_t count = reading->end - reading->first;
	struct mlv_ctx *ctx = reading->remote->ctx;
	mlv_err err = NULL;

	if (reading->local->files)
		err = mlv_pool_run(ctx, ctx->jobs, (count + HASHED - 1) / HASHED, local_round,
				   reading);
	if (err)
		return err;
	find_wanted(reading);
	make_runs(reading);
	if ((err = mlv_pool_run(ctx, reading->jobs, reading->run_count, run_round, reading)))
		return err;
	return mlv_pool_run(ctx, reading->jobs, count, alone_round, reading);
}

static mlv_err add_packs(struct reading *reading)
{
	const size_t count = reading->recipe->pack_count;
	MLV_SCOPED(mlv_mem_free) struct mlv_pack_ref *refs =
		mlv_sys_alloc_array(count, sizeof(*refs));

	if (!refs)
		return mlv_error_nomem("a file of chunks");
	for (size_t i = 0; i < count; i++)
		refs[i] = (struct mlv_pack_ref){ { MLV_PACK_DATA, reading->recipe->packs[i].oid },
						 reading->recipe->packs[i].size };
	return mlv_remote_packs_add(&reading->packs, refs, count);
}

static mlv_err begin_reading(struct reading *reading)
{
	const size_t most = WINDOW / MLV_CHUNK_LEAST + 2; /* chunks */

	reading->bytes = mlv_sys_alloc(WINDOW);
	reading->begins = mlv_sys_alloc_array(most, sizeof(*reading->begins));
	reading->got = mlv_sys_alloc_array(most, sizeof(*reading->got));
	reading->wanted = mlv_sys_alloc_array(most, sizeof(*reading->wanted));
	reading->runs = mlv_sys_alloc_array(most, sizeof(*reading->runs));
	if (!reading->bytes || !reading->begins || !reading->got || !reading->wanted ||
	    !reading->runs)
		return mlv_error_nomem("a file of chunks");
	return add_packs(reading);
}

/* Open the tables of the packs that chunks first to end - 1 come from. */
static mlv_err open_tables(struct reading *reading, size_t first, size_t end)
{
	const struct mlv_recipe *recipe = reading->recipe;
	MLV_SCOPED(mlv_mem_free) bool *chosen =
		mlv_sys_alloc_array(recipe->pack_count, sizeof(*chosen));

	if (!chosen)
		return mlv_error_nomem("tables of packs");
	for (size_t i = first; i < end; i++)
		if (!mlv_local_has(reading->local, &recipe->chunks[i].oid))
			chosen[recipe->chunks[i].pack] = true;
	return mlv_remote_packs_open(&reading->packs, MLV_PACK_DATA, chosen);
}

/* Hand on what of the window, which lies at offset in the file, is asked for. */
static mlv_err hand_on(const struct reading *reading, uint64_t offset, uint64_t first,
		       uint64_t end, mlv_chunked_fn fn, void *arg)
{
	const uint64_t len = reading->begins[reading->end - reading->first];
	const uint64_t from = first > offset ? first - offset : 0;
	const uint64_t to = end < offset + len ? end - offset : len;

	return fn(arg, reading->bytes + from, (size_t)(to - from));
}

static mlv_err read_chunks(struct mlv_transport *remote, const struct mlv_recipe *recipe,
			   const struct mlv_local *local, uint64_t first, uint64_t end,
			   mlv_chunked_fn fn, void *arg)
{
	MLV_SCOPED(release_reading) struct reading reading = {
		.remote = remote, .jobs = mlv_remote_jobs(remote), .recipe = recipe,
		.local = local,
	};
	uint64_t offset = 0, reached;
	size_t last;
	mlv_err err;

	mlv_remote_packs_init(&reading.packs, remote);
	while (reading.first < recipe->chunk_count &&
	       offset + recipe->chunks[reading.first].len <= first)
		offset += recipe->chunks[reading.first++].len;
	last = reading.first;
	for (reached = offset; last < recipe->chunk_count && reached < end;)
		reached += recipe->chunks[last++].len;
	if ((err = begin_reading(&reading)) ||
	    (err = open_tables(&reading, reading.first, last)))
		return err;
	for (; reading.first < last; reading.first = reading.end) {
		place_window(&reading, last);
		if ((err = mlv_ctx_check_stop(remote->ctx)) || (err = fill_window(&reading)) ||
		    (err = hand_on(&reading, offset, first, end, fn, arg)))
			return err;
		offset += reading.begins[reading.end - reading.first];
	}
	return NULL;
}

static mlv_err read_locked(struct mlv_transport *remote, const struct mlv_key *key, uint64_t size,
			   uint64_t first, uint64_t end, struct mlv_nearby *nearby,
			   mlv_chunked_fn fn, void *arg)
{
	MLV_SCOPED(mlv_recipe_release) struct mlv_recipe recipe = { 0 };
	MLV_SCOPED(mlv_local_release) struct mlv_local local = { 0 };
	mlv_err err;

	if ((err = mlv_recipe_get(remote, &key->oid, size, &recipe)) ||
	    (nearby && (err = mlv_local_find(&local, nearby, remote, &key->oid))))
		return err;
	return read_chunks(remote, &recipe, &local, first, end, fn, arg);
}

mlv_err mlv_chunked_read(struct mlv_transport *remote, const struct mlv_key *key, uint64_t size,
			 uint64_t first, uint64_t end, struct mlv_nearby *nearby,
			 mlv_chunked_fn fn, void *arg)
{
	mlv_err err;

	if (nearby)
		pthread_mutex_lock(&nearby->lock);
	err = read_locked(remote, key, size, first, end, nearby, fn, arg);
	if (nearby)
		pthread_mutex_unlock(&nearby->lock);
	return err;
}
