#include "remote/remote/packs.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/store/sha256.h"

#define AHEAD_LEAST ((uint64_t)64 << 10) /* bytes read after where a node begins */
#define AHEAD_MOST ((uint64_t)4 << 20)   /* the same, when one follows the other */
#define BEHIND ((uint64_t)128 << 10)     /* and before: several threads ask, out of order */
#define TRIES 2
#define HEADS_MOST 1 /* packs that are asked for one by one where listing works */

void mlv_remote_packs_init(struct mlv_remote_packs *set, struct mlv_transport *remote)
{
	*set = (struct mlv_remote_packs){ .remote = remote };
	pthread_mutex_init(&set->lock, NULL);
}

void mlv_remote_packs_release(struct mlv_remote_packs *set)
{
	for (size_t i = 0; i < set->count; i++) {
		mlv_buf_release(&set->at[i].idx);
		for (size_t k = 0; k < MLV_COUNT(set->at[i].extents); k++)
			mlv_buf_release(&set->at[i].extents[k].bytes);
	}
	free(set->at);
	pthread_mutex_destroy(&set->lock);
}

static int compare_packs(const void *a, const void *b)
{
	const struct mlv_remote_pack *x = a, *y = b;

	return mlv_pack_id_compare(&x->ref.id, &y->ref.id);
}

static void sort(struct mlv_remote_packs *set)
{
	size_t kept = 0;

	if (set->count == 0)
		return;
	qsort(set->at, set->count, sizeof(*set->at), compare_packs);
	for (size_t i = 1; i < set->count; i++)
		if (compare_packs(&set->at[kept], &set->at[i]) != 0)
			set->at[++kept] = set->at[i];
	set->count = kept + 1;
}

static struct mlv_remote_pack *find_pack(struct mlv_remote_packs *set, size_t count,
				  const struct mlv_pack_id *id)
{
	const struct mlv_remote_pack asked = { .ref = { .id = *id } };

	return count ? bsearch(&asked, set->at, count, sizeof(*set->at), compare_packs) : NULL;
}

/* A pack that was named with another size, which turned out wrong, gets a second look. */
static void correct(struct mlv_remote_pack *pack, uint64_t size)
{
	if (pack->open || pack->ref.size == size)
		return;
	pack->ref.size = size;
	pack->asked = false;
}

mlv_err mlv_remote_packs_add(struct mlv_remote_packs *set, const struct mlv_pack_ref *refs,
			     size_t count)
{
	const size_t before = set->count; /* these are sorted */
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < count; i++) {
		struct mlv_remote_pack pack = { .ref = refs[i], .idx = MLV_BUF_LIMIT(MLV_PACK_MAX),
					 .extents = { { MLV_BUF_INIT, 0 },
						      { MLV_BUF_INIT, 0 } } };

		struct mlv_remote_pack *known = find_pack(set, before, &refs[i].id);

		if (known) {
			correct(known, refs[i].size);
			continue;
		}
		err = mlv_array_grow(&set->at, &set->cap, set->count + 1, sizeof(*set->at));
		if (!err)
			set->at[set->count++] = pack;
	}
	sort(set);
	return err;
}

/* ---- which packs there are ---- */

struct listing {
	struct mlv_root packs; /* those whose pack was listed */
	struct mlv_root tables;
};

static void release_listing(struct listing *listing)
{
	mlv_root_release(&listing->packs);
	mlv_root_release(&listing->tables);
}

static mlv_err take_listed(void *arg, const char *key, uint64_t size)
{
	struct listing *listing = arg;
	struct mlv_pack_ref ref = { .size = size };
	const char *name = key + strlen("packs/");

	if (strncmp(key, "packs/", strlen("packs/")) != 0)
		return NULL;
	if (mlv_pack_parse_name(name, MLV_PACK_SUFFIX, &ref.id))
		return mlv_root_add_pack(&listing->packs, &ref);
	if (mlv_pack_parse_name(name, MLV_IDX_SUFFIX, &ref.id))
		return mlv_root_add_pack(&listing->tables, &ref);
	return NULL;
}

static int compare_refs(const void *a, const void *b)
{
	const struct mlv_pack_ref *x = a, *y = b;

	return mlv_pack_id_compare(&x->id, &y->id);
}

const struct mlv_pack_ref *mlv_packs_find(const struct mlv_pack_ref *packs, size_t count,
					  const struct mlv_pack_id *id)
{
	const struct mlv_pack_ref asked = { .id = *id };

	return count ? bsearch(&asked, packs, count, sizeof(asked), compare_refs) : NULL;
}

mlv_err mlv_packs_list(struct mlv_transport *remote, struct mlv_root *packs)
{
	MLV_SCOPED(release_listing) struct listing found = { 0 };
	mlv_err err = mlv_transport_list(remote, "packs/", take_listed, &found);

	if (err)
		return err;
	mlv_root_sort_packs(&found.packs);
	mlv_root_sort_packs(&found.tables);
	for (size_t i = 0; !err && i < found.packs.pack_count; i++)
		if (mlv_packs_find(found.tables.packs, found.tables.pack_count,
				   &found.packs.packs[i].id))
			err = mlv_root_add_pack(packs, &found.packs.packs[i]);
	return err;
}

mlv_err mlv_remote_packs_list(struct mlv_remote_packs *set)
{
	MLV_SCOPED(mlv_root_release) struct mlv_root found = { 0 };
	mlv_err err = mlv_packs_list(set->remote, &found);

	if (err)
		return err->code == MLV_E_REFUSED ? NULL : err;
	return mlv_remote_packs_add(set, found.packs, found.pack_count);
}

struct confirming {
	struct mlv_transport *remote;
	const struct mlv_pack_ref *packs;
	bool *there;
};

static mlv_err confirm_round(void *arg, size_t index, unsigned worker)
{
	const struct confirming *confirming = arg;
	char path[MLV_PACK_PATH];
	uint64_t size = 0;
	bool there = false;
	mlv_err err;

	(void)worker;
	mlv_pack_path(&confirming->packs[index].id, MLV_PACK_SUFFIX, path);
	err = mlv_transport_head(confirming->remote, path, &there, &size);
	if (err || !there || size != confirming->packs[index].size)
		return err;
	mlv_pack_path(&confirming->packs[index].id, MLV_IDX_SUFFIX, path);
	if ((err = mlv_transport_head(confirming->remote, path, &there, &size)))
		return err;
	confirming->there[index] = there && size > MLV_TABLE_HEAD;
	return NULL;
}

static mlv_err confirm_by_list(struct mlv_transport *remote, const struct mlv_pack_ref *packs,
			       size_t count, bool *there)
{
	MLV_SCOPED(mlv_root_release) struct mlv_root found = { 0 };
	mlv_err err = mlv_packs_list(remote, &found);

	for (size_t i = 0; !err && i < count; i++) {
		const struct mlv_pack_ref *seen =
			mlv_packs_find(found.packs, found.pack_count, &packs[i].id);

		there[i] = seen && seen->size == packs[i].size;
	}
	return err;
}

mlv_err mlv_packs_confirm(struct mlv_transport *remote, const struct mlv_pack_ref *packs,
			  size_t count, bool *there)
{
	struct confirming confirming = { remote, packs, there };
	mlv_err err;

	if (count > HEADS_MOST) {
		err = confirm_by_list(remote, packs, count, there);
		if (!err || err->code != MLV_E_REFUSED)
			return err;
	}
	return mlv_pool_run(remote->ctx, mlv_remote_jobs(remote), count, confirm_round,
			    &confirming);
}

/* ---- tables ---- */

/* Bytes that arrive: where the next one is in the pack. */
struct inflow {
	struct mlv_buf *to;
	uint64_t begin;
};

static mlv_err inflow_write(void *arg, const void *bytes, size_t len)
{
	const struct inflow *in = arg;

	return mlv_buf_add(in->to, bytes, len);
}

static mlv_err inflow_resume(void *arg, uint64_t *offset)
{
	const struct inflow *in = arg;

	*offset = in->begin + in->to->len;
	return NULL;
}

struct opening {
	struct mlv_remote_packs *set;
	size_t *wanted; /* positions of packs */
};

static mlv_err fetch_table(struct mlv_remote_packs *set, struct mlv_remote_pack *pack)
{
	char path[MLV_PACK_PATH];
	mlv_err err;

	mlv_pack_path(&pack->ref.id, MLV_IDX_SUFFIX, path);
	/* It stands in the pack, too. */
	pack->idx.limit = pack->ref.size < MLV_PACK_MAX ? (size_t)pack->ref.size : MLV_PACK_MAX;
	if ((err = mlv_transport_get_all(set->remote, path, &pack->idx)))
		return err;
	err = mlv_table_open(&pack->table, &pack->ref.id, pack->idx.ptr, pack->idx.len);
	if (!err && mlv_table_pack_size(&pack->table) != pack->ref.size)
		err = mlv_error(MLV_E_CORRUPT, "its pack is of another length");
	if (err)
		mlv_buf_release(&pack->idx);
	return err ? mlv_error_wrap(err, "%s/%s", set->remote->url, path) : NULL;
}

/* Append the bytes from offset on. */
static mlv_err get_range(struct mlv_remote_packs *set, const struct mlv_remote_pack *pack,
			 uint64_t offset, size_t len, struct mlv_buf *bytes)
{
	struct inflow in = { .to = bytes, .begin = offset };
	struct mlv_sink sink = { .write = inflow_write, .resume = inflow_resume, .arg = &in };
	char path[MLV_PACK_PATH];

	return mlv_transport_get(set->remote, mlv_pack_path(&pack->ref.id, MLV_PACK_SUFFIX, path),
				 offset, len, &sink);
}

/* The table that ends the pack itself: the one beside it is lost or damaged. */
static mlv_err fetch_table_within(struct mlv_remote_packs *set, struct mlv_remote_pack *pack)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf end = MLV_BUF_LIMIT(MLV_PACK_TRAILER);
	const uint64_t size = pack->ref.size;
	struct mlv_trailer trailer;
	mlv_err err;

	if (size < MLV_PACK_TRAILER)
		return mlv_error(MLV_E_CORRUPT, "a pack that is too short");
	err = get_range(set, pack, size - MLV_PACK_TRAILER, MLV_PACK_TRAILER, &end);
	if (err || (err = mlv_trailer_parse(end.ptr, size, &trailer)) ||
	    (err = get_range(set, pack, trailer.frames, trailer.table, &pack->idx)) ||
	    (err = mlv_table_open(&pack->table, &pack->ref.id, pack->idx.ptr, pack->idx.len)))
		mlv_buf_clear(&pack->idx);
	return err;
}

static bool is_lost(const struct mlv_error *why)
{
	return why->code == MLV_E_CORRUPT || why->code == MLV_E_MISSING;
}

static mlv_err open_round(void *arg, size_t index, unsigned worker)
{
	struct opening *opening = arg;
	struct mlv_remote_pack *pack = &opening->set->at[opening->wanted[index]];
	mlv_err err = NULL;

	(void)worker;
	for (int i = 0; i < TRIES; i++) {
		err = fetch_table(opening->set, pack);
		if (!err || err->code != MLV_E_CORRUPT)
			break;
	}
	if (err && is_lost(err)) {
		mlv_tell_detail(opening->set->remote->ctx, "%s", err->msg);
		err = fetch_table_within(opening->set, pack);
		pack->within = !err;
	}
	pack->open = !err;
	return err && is_lost(err) ? NULL : err;
}

mlv_err mlv_remote_packs_open(struct mlv_remote_packs *set, enum mlv_pack_class class,
			      const bool *chosen)
{
	MLV_SCOPED(mlv_mem_free) size_t *wanted =
		mlv_sys_alloc_array(set->count + 1, sizeof(*wanted));
	struct opening opening = { .set = set, .wanted = wanted };
	size_t count = 0;

	if (!wanted)
		return mlv_error_nomem("tables of packs");
	for (size_t i = 0; i < set->count; i++) {
		if (set->at[i].asked || set->at[i].ref.id.class != class || (chosen && !chosen[i]))
			continue;
		set->at[i].asked = true;
		wanted[count++] = i;
	}
	return mlv_pool_run(set->remote->ctx, mlv_remote_jobs(set->remote), count, open_round,
			    &opening);
}

void mlv_remote_pack_close(struct mlv_remote_pack *pack)
{
	mlv_buf_release(&pack->idx);
	pack->idx = (struct mlv_buf)MLV_BUF_LIMIT(MLV_PACK_MAX);
	pack->table = (struct mlv_table){ 0 };
	pack->open = pack->asked = pack->within = false;
}

bool mlv_remote_packs_lost(const struct mlv_remote_packs *set)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->at[i].asked && !set->at[i].open)
			return true;
	return false;
}

struct mlv_remote_pack *mlv_remote_packs_find(struct mlv_remote_packs *set,
					      const struct mlv_key *key,
					      struct mlv_pack_record *record)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->at[i].open && mlv_table_find(&set->at[i].table, key, record))
			return &set->at[i];
	return NULL;
}

/* ---- frames ---- */

static size_t frame_len(const struct mlv_pack_record *record)
{
	return MLV_FRAME_HEAD + (size_t)record->stored;
}

/* The extent that holds the frame, or NULL. */
static const struct mlv_extent *extent_of(const struct mlv_remote_pack *pack,
					  const struct mlv_pack_record *record)
{
	for (size_t i = 0; i < MLV_COUNT(pack->extents); i++) {
		const struct mlv_extent *extent = &pack->extents[i];

		if (record->offset >= extent->at &&
		    record->offset + frame_len(record) <= extent->at + extent->bytes.len)
			return extent;
	}
	return NULL;
}

/* Which bytes are read for the frame: more each time when it follows what was read last. */
static void choose_extent(struct mlv_remote_pack *pack, const struct mlv_pack_record *record,
			  uint64_t *begin, uint64_t *len)
{
	const struct mlv_extent *last = &pack->extents[0];
	const uint64_t read = last->at + last->bytes.len;
	const bool follows = last->bytes.len && record->offset >= last->at &&
			     record->offset <= read + BEHIND;
	const uint64_t from = follows && read < record->offset ? read : record->offset;
	uint64_t end = record->offset + frame_len(record);

	pack->ahead = !follows ? AHEAD_LEAST : pack->ahead < AHEAD_MOST ? pack->ahead * 2
									: AHEAD_MOST;
	if (end < record->offset + pack->ahead)
		end = record->offset + pack->ahead;
	*begin = from > BEHIND ? from - BEHIND : 0;
	*len = (end < pack->table.frames ? end : pack->table.frames) - *begin;
}

/* Read the frame and what lies about it; under the lock. */
static mlv_err read_extent(struct mlv_remote_packs *set, struct mlv_remote_pack *pack,
			   const struct mlv_pack_record *record)
{
	struct mlv_extent *newest = &pack->extents[0];
	const struct mlv_extent oldest = pack->extents[1];
	struct inflow in = { .to = &newest->bytes };
	struct mlv_sink sink = { .write = inflow_write, .resume = inflow_resume, .arg = &in };
	char path[MLV_PACK_PATH];
	uint64_t len;
	mlv_err err;

	choose_extent(pack, record, &in.begin, &len);
	pack->extents[1] = *newest;
	*newest = oldest;
	mlv_buf_clear(&newest->bytes);
	newest->at = in.begin;
	err = mlv_transport_get(set->remote, mlv_pack_path(&pack->ref.id, MLV_PACK_SUFFIX, path),
				in.begin, len, &sink);
	if (err)
		mlv_buf_clear(&newest->bytes);
	return err;
}

/* Append the frame to frame. */
static mlv_err take_frame(struct mlv_remote_packs *set, struct mlv_remote_pack *pack,
			  const struct mlv_pack_record *record, struct mlv_buf *frame)
{
	const struct mlv_extent *extent;
	mlv_err err = NULL;

	/* An object, alone: who wants many of them plans runs. */
	if (pack->ref.id.class == MLV_PACK_DATA)
		return get_range(set, pack, record->offset, frame_len(record), frame);
	pthread_mutex_lock(&set->lock);
	if (!(extent = extent_of(pack, record))) {
		err = read_extent(set, pack, record);
		extent = &pack->extents[0];
	}
	if (!err)
		err = mlv_buf_add(frame, extent->bytes.ptr + (record->offset - extent->at),
				  frame_len(record));
	pthread_mutex_unlock(&set->lock);
	return err;
}

static void forget_extents(struct mlv_remote_packs *set, struct mlv_remote_pack *pack)
{
	pthread_mutex_lock(&set->lock);
	for (size_t i = 0; i < MLV_COUNT(pack->extents); i++)
		mlv_buf_clear(&pack->extents[i].bytes);
	pthread_mutex_unlock(&set->lock);
}

static mlv_err read_once(struct mlv_remote_packs *set, struct mlv_remote_pack *pack,
			 const struct mlv_pack_record *record, struct mlv_buf *raw)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf frame = MLV_BUF_INIT;
	const size_t begin = raw->len;
	struct mlv_oid oid;
	mlv_err err = take_frame(set, pack, record, &frame);

	if (!err)
		err = mlv_frame_decode(record, frame.ptr, frame.len, raw);
	if (!err)
		err = mlv_sha256_of(raw->ptr + begin, raw->len - begin, &oid);
	if (!err && !mlv_oid_equal(&oid, &record->key.oid))
		err = mlv_error(MLV_E_CORRUPT, "what came does not have the SHA-256 it is named by");
	if (err)
		mlv_buf_truncate(raw, begin);
	return err;
}

mlv_err mlv_remote_packs_read(struct mlv_remote_packs *set, struct mlv_remote_pack *pack,
			  const struct mlv_pack_record *record, struct mlv_buf *raw)
{
	char path[MLV_PACK_PATH];
	mlv_err err = NULL;

	for (int i = 0; i < TRIES; i++) {
		err = read_once(set, pack, record, raw);
		if (!err || err->code != MLV_E_CORRUPT)
			return err;
		forget_extents(set, pack);
	}
	return mlv_error_wrap(err, "%s/%s is not what it should be", set->remote->url,
			      mlv_pack_path(&pack->ref.id, MLV_PACK_SUFFIX, path));
}
