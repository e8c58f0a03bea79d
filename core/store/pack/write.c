#include "core/store/pack/write.h"

#include <stdlib.h>

#include "core/base/crc32c.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/store/deflate.h"
#include "core/store/pack/form.h"
#include "core/store/sha256.h"
#include "core/store/zstd.h"

#define SKIPPED_MOST 31U /* objects in a row that compressing is not tried on */
#define SHRINKS(raw, stored) ((uint64_t)(stored) * 20 <= (uint64_t)(raw) * 19) /* by 5% */

struct mlv_frame_maker {
	struct mlv_zstd *zstd; /* made when it is first needed */
	unsigned failures;     /* objects in a row that did not shrink, at most SKIPPED_MOST */
	unsigned skip;         /* objects that are not to be tried */
};

/* What is hinted for a node. */
struct hint {
	struct mlv_oid node;
	struct mlv_oid packs[2];
	unsigned count;
};

struct mlv_pack_writer {
	enum mlv_pack_class class;
	struct mlv_pack_record *records;
	size_t count, cap;
	uint32_t frames; /* bytes */
	struct hint *hints;
	size_t hint_count, hint_cap;
};

mlv_err mlv_frame_maker_new(struct mlv_frame_maker **out)
{
	return (*out = mlv_sys_alloc(sizeof(**out))) ? NULL : mlv_error_nomem("a pack");
}

void mlv_frame_maker_freep(struct mlv_frame_maker **maker)
{
	if (*maker)
		mlv_zstd_freep(&(*maker)->zstd);
	free(MLV_TAKE(*maker));
}

/* Append data, compressed, if that is tried and does any good; *codec tells. */
static mlv_err add_data(struct mlv_frame_maker *maker, const void *bytes, size_t len,
			struct mlv_buf *out, enum mlv_codec *codec)
{
	const size_t begin = out->len;
	mlv_err err;

	if (maker->skip || !len) {
		maker->skip -= maker->skip > 0;
		return mlv_buf_add(out, bytes, len);
	}
	if ((!maker->zstd && (err = mlv_zstd_new(&maker->zstd))) ||
	    (err = mlv_zstd_compress(maker->zstd, bytes, len, out)))
		return err;
	if (SHRINKS(len, out->len - begin)) {
		maker->failures = 0;
		*codec = MLV_CODEC_ZSTD;
		return NULL;
	}
	maker->failures += maker->failures < SKIPPED_MOST;
	maker->skip = maker->failures;
	mlv_buf_truncate(out, begin);
	return mlv_buf_add(out, bytes, len);
}

/* The same for a node or a leaf list, which shrink unless they are tiny. */
static mlv_err add_text(const void *bytes, size_t len, struct mlv_buf *out, enum mlv_codec *codec)
{
	const size_t begin = out->len;
	mlv_err err = mlv_deflate(bytes, len, out);

	if (!err && out->len - begin < len) {
		*codec = MLV_CODEC_ZLIB;
		return NULL;
	}
	mlv_buf_truncate(out, begin);
	return err ? err : mlv_buf_add(out, bytes, len);
}

static void put_frame_head(unsigned char *at, const struct mlv_pack_record *record)
{
	memcpy(at, MLV_FRAME_MAGIC, 4);
	at[4] = (unsigned char)record->key.kind;
	at[5] = (unsigned char)record->codec;
	at[6] = at[7] = 0;
	memcpy(at + 8, record->key.oid.bytes, MLV_OID_RAW);
	mlv_put32(at + 40, record->raw);
	mlv_put32(at + 44, record->stored);
}

mlv_err mlv_frame_add(struct mlv_frame_maker *maker, const struct mlv_key *key, const void *bytes,
		      size_t len, struct mlv_buf *frames, struct mlv_pack_record *record)
{
	static const unsigned char room[MLV_FRAME_HEAD];
	const size_t begin = frames->len, at = begin + MLV_FRAME_HEAD;
	enum mlv_codec codec = MLV_CODEC_RAW;
	mlv_err err;

	if (len > MLV_PACK_MAX)
		return mlv_error(MLV_E_REFUSED, "too large for a pack");
	if ((err = mlv_buf_add(frames, room, sizeof(room))))
		return err;
	err = key->kind == MLV_KIND_OBJECT ? add_data(maker, bytes, len, frames, &codec)
					   : add_text(bytes, len, frames, &codec);
	if (err) {
		mlv_buf_truncate(frames, begin);
		return err;
	}
	*record = (struct mlv_pack_record){
		.key = *key, .codec = codec, .raw = (uint32_t)len,
		.stored = (uint32_t)(frames->len - at),
		.crc = mlv_crc32c(0, frames->ptr + at, frames->len - at),
	};
	put_frame_head((unsigned char *)frames->ptr + begin, record);
	return NULL;
}

mlv_err mlv_pack_writer_new(struct mlv_pack_writer **out, enum mlv_pack_class class)
{
	if (!(*out = mlv_sys_alloc(sizeof(**out))))
		return mlv_error_nomem("a pack");
	(*out)->class = class;
	return NULL;
}

void mlv_pack_writer_freep(struct mlv_pack_writer **writer)
{
	if (*writer) {
		free((*writer)->records);
		free((*writer)->hints);
	}
	free(MLV_TAKE(*writer));
}

uint32_t mlv_pack_writer_count(const struct mlv_pack_writer *writer)
{
	return (uint32_t)writer->count;
}

uint32_t mlv_pack_writer_frames(const struct mlv_pack_writer *writer)
{
	return writer->frames;
}

bool mlv_pack_writer_fits(const struct mlv_pack_writer *writer, size_t frames_len, size_t count)
{
	return frames_len <= MLV_PACK_MAX && count <= MLV_PACK_MAX &&
	       writer->frames + (uint64_t)frames_len + MLV_PACK_TRAILER +
			       mlv_table_size(writer->count + count, 0) <= MLV_PACK_MAX;
}

mlv_err mlv_pack_writer_add(struct mlv_pack_writer *writer, struct mlv_pack_record *records,
			    size_t count)
{
	mlv_err err = mlv_array_grow(&writer->records, &writer->cap, writer->count + count,
				     sizeof(*records));

	if (err)
		return err;
	for (size_t i = 0; i < count; i++) {
		records[i].offset = writer->frames;
		writer->frames += MLV_FRAME_HEAD + records[i].stored;
		writer->records[writer->count++] = records[i];
	}
	return NULL;
}

mlv_err mlv_pack_writer_hint(struct mlv_pack_writer *writer, const struct mlv_oid *node,
			     const struct mlv_oid *packs, unsigned count)
{
	struct hint hint = { .node = *node, .count = count < 2 ? count : 2 };
	mlv_err err = mlv_array_grow(&writer->hints, &writer->hint_cap, writer->hint_count + 1,
				     sizeof(hint));

	if (err || !count)
		return err;
	memcpy(hint.packs, packs, hint.count * sizeof(*packs));
	if (hint.count == 2 && mlv_oid_equal(&packs[0], &packs[1]))
		hint.count = 1;
	writer->hints[writer->hint_count++] = hint;
	return NULL;
}

static int by_key(const void *a, const void *b)
{
	const struct mlv_pack_record *one = a, *other = b;

	return mlv_pack_order(&one->key, &other->key);
}

static int by_node(const void *a, const void *b)
{
	const struct hint *one = a, *other = b;

	return mlv_oid_compare(&one->node, &other->node);
}

static int by_oid(const void *a, const void *b)
{
	return mlv_oid_compare(a, b);
}

static void put_record(unsigned char *at, const struct mlv_pack_record *record)
{
	memcpy(at, record->key.oid.bytes, MLV_OID_RAW);
	mlv_put32(at + 32, record->offset);
	mlv_put32(at + 36, record->raw);
	mlv_put32(at + 40, record->stored);
	mlv_put32(at + 44, record->crc);
	at[48] = (unsigned char)record->key.kind;
	at[49] = (unsigned char)record->codec;
	at[50] = at[51] = 0;
}

/* The packs that hints speak of, ascending, each once; *count of them. */
static mlv_err hinted_packs(const struct mlv_pack_writer *writer, struct mlv_oid **out,
			    size_t *count)
{
	struct mlv_oid *packs;
	size_t all = 0, kept = 0;

	*count = 0;
	if (!writer->hint_count)
		return NULL;
	if (!(packs = mlv_sys_alloc_array(writer->hint_count, 2 * sizeof(*packs))))
		return mlv_error_nomem("the hints of a pack");
	for (size_t i = 0; i < writer->hint_count; i++) {
		for (unsigned k = 0; k < writer->hints[i].count; k++)
			packs[all++] = writer->hints[i].packs[k];
	}
	qsort(packs, all, sizeof(*packs), by_oid);
	for (size_t i = 0; i < all; i++) {
		if (!kept || !mlv_oid_equal(&packs[kept - 1], &packs[i]))
			packs[kept++] = packs[i];
	}
	*out = packs;
	*count = kept;
	return NULL;
}

static uint16_t position_of(const struct mlv_oid *packs, size_t count, const struct mlv_oid *pack)
{
	const struct mlv_oid *at = bsearch(pack, packs, count, sizeof(*packs), by_oid);

	return at ? (uint16_t)(at - packs) : MLV_NO_HINT;
}

/* The four bytes of hints of one record. */
static void put_hint(const struct mlv_pack_writer *writer, const struct mlv_pack_record *record,
		     const struct mlv_oid *packs, size_t count, unsigned char *at)
{
	const struct hint wanted = { .node = record->key.oid };
	const struct hint *hint = NULL;
	uint16_t a = MLV_NO_HINT, b = MLV_NO_HINT;

	if (record->key.kind == MLV_KIND_NODE && writer->hint_count)
		hint = bsearch(&wanted, writer->hints, writer->hint_count, sizeof(*hint), by_node);
	if (hint)
		a = position_of(packs, count, &hint->packs[0]);
	if (hint && hint->count == 2)
		b = position_of(packs, count, &hint->packs[1]);
	mlv_put16(at, a < b ? a : b);
	mlv_put16(at + 2, a < b ? b : a);
}

static void put_table(const struct mlv_pack_writer *writer, const struct mlv_oid *packs,
		      size_t hinted, unsigned char *at)
{
	uint32_t fan[256] = { 0 }, sum = 0;

	memcpy(at, MLV_TABLE_MAGIC, 4);
	mlv_put32(at + 4, MLV_PACK_VERSION);
	mlv_put32(at + 8, (uint32_t)writer->class);
	mlv_put32(at + 12, (uint32_t)writer->count);
	mlv_put32(at + 16, writer->frames);
	mlv_put32(at + 20, (uint32_t)hinted);
	for (size_t i = 0; i < writer->count; i++)
		fan[writer->records[i].key.oid.bytes[0]]++;
	for (unsigned i = 0; i < 256; i++)
		mlv_put32(at + MLV_TABLE_FAN + 4 * i, sum += fan[i]);
	at += MLV_TABLE_HEAD;
	for (size_t i = 0; i < writer->count; i++, at += MLV_TABLE_RECORD)
		put_record(at, &writer->records[i]);
	if (!hinted)
		return;
	memcpy(at, packs, hinted * sizeof(*packs));
	at += hinted * sizeof(*packs);
	for (size_t i = 0; i < writer->count; i++, at += 4)
		put_hint(writer, &writer->records[i], packs, hinted, at);
}

static void put_trailer(const struct mlv_pack_writer *writer, uint32_t table_len,
			const struct mlv_oid *oid, unsigned char *at)
{
	memset(at, 0, MLV_PACK_TRAILER);
	memcpy(at, MLV_TRAILER_MAGIC, 4);
	mlv_put32(at + 4, writer->frames);
	mlv_put32(at + 8, table_len);
	memcpy(at + 16, oid->bytes, MLV_OID_RAW);
}

static bool has_twice(const struct mlv_pack_writer *writer)
{
	for (size_t i = 1; i < writer->count; i++) {
		if (by_key(&writer->records[i - 1], &writer->records[i]) == 0)
			return true;
	}
	return false;
}

mlv_err mlv_pack_writer_finish(struct mlv_pack_writer *writer, struct mlv_buf *tail,
			       size_t *table_len, struct mlv_pack_id *id)
{
	MLV_SCOPED(mlv_mem_free) struct mlv_oid *packs = NULL;
	unsigned char *at;
	size_t hinted, len;
	mlv_err err;

	if (writer->count)
		qsort(writer->records, writer->count, sizeof(*writer->records), by_key);
	if (!writer->count || has_twice(writer))
		return mlv_error(MLV_E_REFUSED, "a pack of nothing, or of one object twice");
	if (writer->hint_count)
		qsort(writer->hints, writer->hint_count, sizeof(*writer->hints), by_node);
	if ((err = hinted_packs(writer, &packs, &hinted)))
		return err;
	if (hinted > MLV_HINTED_MAX || writer->frames + MLV_PACK_TRAILER +
					       mlv_table_size(writer->count, hinted) > MLV_PACK_MAX)
		hinted = 0;
	len = (size_t)mlv_table_size(writer->count, hinted);
	if ((err = mlv_buf_reserve(tail, len + MLV_PACK_TRAILER)))
		return err;
	at = (unsigned char *)tail->ptr + tail->len;
	put_table(writer, packs, hinted, at);
	id->class = writer->class;
	if ((err = mlv_sha256_of(at, len, &id->oid)))
		return err;
	put_trailer(writer, (uint32_t)len, &id->oid, at + len);
	mlv_buf_advance(tail, len + MLV_PACK_TRAILER);
	*table_len = len;
	writer->count = writer->hint_count = 0;
	writer->frames = 0;
	return NULL;
}
