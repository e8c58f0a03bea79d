/* remote_gc/repack.c - what is needed of packs that mostly are not, in new packs. */
#include <stdlib.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/store/sha256.h"
#include "remote/hints.h"
#include "remote/remote_gc/survey.h"

#define PACK_BYTES ((size_t)32 << 20) /* bytes of frames of a new pack */
#define PACK_COUNT 32768

/* The pack that is being made, and those that are made. */
struct packing {
	struct mlv_survey *survey;
	struct mlv_marks *made;
	enum mlv_pack_class class;
	struct mlv_frame_maker *maker;
	struct mlv_pack_writer *writer;
	struct mlv_buf pack, raw;
	size_t count; /* of the frames that it has */
};

static void release_packing(struct packing *packing)
{
	mlv_frame_maker_freep(&packing->maker);
	mlv_pack_writer_freep(&packing->writer);
	mlv_buf_release(&packing->pack);
	mlv_buf_release(&packing->raw);
}

static mlv_err upload(struct packing *packing, const struct mlv_pack_id *id, size_t table_len)
{
	const struct mlv_buf *pack = &packing->pack;
	struct mlv_transport *remote = packing->survey->remote;
	char path[MLV_PACK_PATH];
	mlv_err err;

	mlv_pack_path(id, MLV_PACK_SUFFIX, path);
	if ((err = mlv_transport_put_bytes(remote, path, pack->ptr, pack->len)))
		return err;
	mlv_pack_path(id, MLV_IDX_SUFFIX, path);
	return mlv_transport_put_bytes(remote, path,
				       pack->ptr + pack->len - MLV_PACK_TRAILER - table_len,
				       table_len);
}

/* What was gathered lies in a pack beyond those that were listed. */
static uint32_t home_of_next(const struct packing *packing)
{
	return (uint32_t)(packing->survey->pack_count + packing->made->count + 1);
}

static bool is_moved(const struct packing *packing, const struct mlv_item *item)
{
	return item->pack > packing->survey->pack_count;
}

static mlv_err finish(struct packing *packing)
{
	struct mlv_pack_id id;
	size_t table_len;
	mlv_err err;

	if (packing->count == 0)
		return NULL;
	if ((err = mlv_pack_writer_finish(packing->writer, &packing->pack, &table_len, &id)) ||
	    (err = upload(packing, &id, table_len)) ||
	    (err = mlv_marks_add(packing->made, &(struct mlv_marked){
		    .kind = mlv_marked_of_class(id.class), .oid = id.oid })))
		return err;
	packing->count = 0;
	mlv_buf_clear(&packing->pack);
	return NULL;
}

/* The data pack that has a file: one that was there, or one that was made. */
static const struct mlv_oid *lies_in(void *arg, const struct mlv_key *file)
{
	const struct packing *packing = arg;
	const struct mlv_survey *survey = packing->survey;
	const struct mlv_item *item = mlv_items_find(&survey->needed, file);

	if (!item || !item->pack || item->pack == home_of_next(packing))
		return NULL;
	return item->pack <= survey->pack_count
		       ? &survey->packs[item->pack - 1].id.oid
		       : &packing->made->at[item->pack - survey->pack_count - 1].oid;
}

/* What a frame of an old pack holds becomes a frame of the new one; one that is damaged stays. */
static mlv_err move_frame(struct packing *packing, const struct mlv_pack_record *record,
			  const struct mlv_buf *old, struct mlv_item *item)
{
	struct mlv_pack_record placed;
	struct mlv_oid oid;
	mlv_err err;

	mlv_buf_clear(&packing->raw);
	err = mlv_frame_decode(record, old->ptr + record->offset,
			       MLV_FRAME_HEAD + (size_t)record->stored, &packing->raw);
	if (!err)
		err = mlv_sha256_of(packing->raw.ptr, packing->raw.len, &oid);
	if (err)
		return err->code == MLV_E_CORRUPT ? NULL : err;
	if (!mlv_oid_equal(&oid, &record->key.oid))
		return NULL;
	if ((record->key.kind == MLV_KIND_NODE &&
	     (err = mlv_hint_node(packing->writer, &oid, &packing->raw, lies_in, packing))) ||
	    (err = mlv_frame_add(packing->maker, &record->key, packing->raw.ptr, packing->raw.len,
				 &packing->pack, &placed)) ||
	    (err = mlv_pack_writer_add(packing->writer, &placed, 1)))
		return err;
	item->pack = home_of_next(packing);
	packing->count++;
	if (packing->pack.len < PACK_BYTES && packing->count < PACK_COUNT)
		return NULL;
	return finish(packing);
}

/* For qsort(): the records of a table in the order of their frames. */
static int by_offset(const void *a, const void *b)
{
	const struct mlv_pack_record *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

static mlv_err fetch(struct mlv_survey *survey, const struct mlv_there_pack *pack,
		     struct mlv_buf *bytes)
{
	char path[MLV_PACK_PATH];

	return mlv_transport_get_all(survey->remote,
				     mlv_pack_path(&pack->id, MLV_PACK_SUFFIX, path), bytes);
}

static mlv_err move_pack(struct packing *packing, size_t at)
{
	struct mlv_survey *survey = packing->survey;
	const struct mlv_table *table = &survey->set.at[survey->packs[at].table].table;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf bytes = MLV_BUF_LIMIT(MLV_PACK_MAX);
	MLV_SCOPED(mlv_mem_free) struct mlv_pack_record *records =
		mlv_sys_alloc_array(table->count, sizeof(*records));
	mlv_err err;

	if (!records)
		return mlv_error_nomem("a pack");
	if ((err = fetch(survey, &survey->packs[at], &bytes)))
		return err;
	if (bytes.len < table->frames)
		return NULL; /* fsck tells of it */
	for (uint32_t i = 0; i < table->count; i++)
		mlv_table_record(table, i, &records[i]);
	qsort(records, table->count, sizeof(*records), by_offset);
	for (uint32_t i = 0; !err && i < table->count; i++) {
		struct mlv_item *item = mlv_items_find(&survey->needed, &records[i].key);

		if (item && !is_moved(packing, item))
			err = move_frame(packing, &records[i], &bytes, item);
		if (!err)
			err = mlv_ctx_check_stop(survey->ctx);
	}
	return err;
}

static mlv_err repack_class(struct mlv_survey *survey, enum mlv_pack_class class,
			    struct mlv_marks *made)
{
	MLV_SCOPED(release_packing) struct packing packing = {
		.survey = survey, .made = made, .class = class, .pack = MLV_BUF_INIT,
		.raw = MLV_BUF_INIT,
	};
	mlv_err err;

	if ((err = mlv_frame_maker_new(&packing.maker)) ||
	    (err = mlv_pack_writer_new(&packing.writer, class)))
		return err;
	for (size_t i = 0; !err && i < survey->pack_count; i++)
		if (survey->packs[i].fate == MLV_FATE_REWRITE && survey->packs[i].id.class == class)
			err = move_pack(&packing, i);
	return err ? err : finish(&packing);
}

mlv_err mlv_survey_repack(struct mlv_survey *survey, struct mlv_marks *made)
{
	/* Files first: packs of nodes hint where they lie. */
	mlv_err err = repack_class(survey, MLV_PACK_DATA, made);

	return err ? err : repack_class(survey, MLV_PACK_NODES, made);
}
