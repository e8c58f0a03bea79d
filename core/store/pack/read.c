/* pack/read.c - what is in a pack, by its table; nothing that it says is believed unseen. */
#include "core/store/pack.h"

#include <stdio.h>

#include "core/base/crc32c.h"
#include "core/store/deflate.h"
#include "core/store/leaves.h"
#include "core/store/pack/form.h"
#include "core/store/sha256.h"
#include "core/store/zstd.h"

enum mlv_pack_class mlv_pack_class_of(enum mlv_kind kind)
{
	return kind == MLV_KIND_OBJECT ? MLV_PACK_DATA : MLV_PACK_NODES;
}

int mlv_pack_id_compare(const struct mlv_pack_id *a, const struct mlv_pack_id *b)
{
	return a->class != b->class ? (int)a->class - (int)b->class
				    : mlv_oid_compare(&a->oid, &b->oid);
}

char *mlv_pack_path(const struct mlv_pack_id *id, const char *suffix,
		    char path[static MLV_PACK_PATH])
{
	char hex[MLV_OID_HEX + 1];

	snprintf(path, MLV_PACK_PATH, "packs/%c-%s%.5s", id->class == MLV_PACK_DATA ? 'd' : 'n',
		 mlv_oid_format(&id->oid, hex), suffix);
	return path;
}

bool mlv_pack_parse_name(const char *name, const char *suffix, struct mlv_pack_id *id)
{
	if (strlen(name) < 2 + MLV_OID_HEX || (name[0] != 'd' && name[0] != 'n') ||
	    name[1] != '-' || strcmp(name + 2 + MLV_OID_HEX, suffix) != 0)
		return false;
	id->class = name[0] == 'd' ? MLV_PACK_DATA : MLV_PACK_NODES;
	return mlv_oid_parse(name + 2, MLV_OID_HEX, &id->oid);
}

static mlv_err damaged(const char *what)
{
	return mlv_error(MLV_E_CORRUPT, "a pack is damaged: %s", what);
}

/* Whether kind, codec and lengths are what a pack of this class may have. */
static bool is_possible(enum mlv_pack_class class, unsigned kind, unsigned codec, uint64_t raw,
			uint64_t stored)
{
	const unsigned other = class == MLV_PACK_DATA ? MLV_CODEC_ZSTD : MLV_CODEC_ZLIB;

	if (codec != MLV_CODEC_RAW && codec != other)
		return false;
	if (codec == MLV_CODEC_RAW ? stored != raw : stored == 0 || stored >= raw)
		return false;
	if (class == MLV_PACK_DATA)
		return kind == MLV_KIND_OBJECT && raw <= MLV_SMALL_MAX;
	if (kind == MLV_KIND_NODE)
		return raw > 0 && raw <= MLV_NODE_MAX;
	return kind == MLV_KIND_LEAVES && raw >= mlv_leaves_text_size(MLV_SMALL_MAX + 1) &&
	       raw <= MLV_PACK_MAX;
}

mlv_err mlv_table_head(struct mlv_table *table, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	uint32_t last = 0;
	uint64_t size;

	if (len < MLV_TABLE_HEAD || memcmp(at, MLV_TABLE_MAGIC, 4) != 0)
		return damaged("no table");
	if (mlv_get32(at + 4) != MLV_PACK_VERSION)
		return mlv_error_hint(mlv_error(MLV_E_CORRUPT, "a pack of a later version, %lu",
						(unsigned long)mlv_get32(at + 4)),
				      "a newer mlv made it: install that one");
	*table = (struct mlv_table){ .bytes = at, .count = mlv_get32(at + 12),
				     .frames = mlv_get32(at + 16), .hinted = mlv_get32(at + 20) };
	if (mlv_get32(at + 8) > MLV_PACK_NODES)
		return damaged("its class is not known");
	table->class = (enum mlv_pack_class)mlv_get32(at + 8);
	size = mlv_table_size(table->count, table->hinted);
	if (size + table->frames + MLV_PACK_TRAILER > MLV_PACK_MAX || !table->count ||
	    table->hinted > MLV_HINTED_MAX ||
	    (table->hinted && table->class != MLV_PACK_NODES))
		return damaged("its counts cannot be");
	table->len = (size_t)size;
	for (unsigned i = 0; i < 256; i++) {
		const uint32_t here = mlv_get32(at + MLV_TABLE_FAN + 4 * i);

		if (here < last || here > table->count)
			return damaged("its fan-out is not in order");
		last = here;
	}
	return last == table->count ? NULL : damaged("its fan-out does not count all");
}

void mlv_table_fan(const struct mlv_table *table, unsigned byte, uint32_t *first, uint32_t *end)
{
	const unsigned char *at = table->bytes + MLV_TABLE_FAN + 4 * (size_t)byte;

	*first = byte ? mlv_get32(at - 4) : 0;
	*end = mlv_get32(at);
}

void mlv_table_slice(const struct mlv_table *table, unsigned byte, uint64_t *offset, size_t *len)
{
	uint32_t first, end;

	mlv_table_fan(table, byte, &first, &end);
	*offset = MLV_TABLE_HEAD + (uint64_t)MLV_TABLE_RECORD * first;
	*len = (size_t)MLV_TABLE_RECORD * (end - first);
}

static void get_record(const unsigned char *at, struct mlv_pack_record *record)
{
	memcpy(record->key.oid.bytes, at, MLV_OID_RAW);
	record->offset = mlv_get32(at + 32);
	record->raw = mlv_get32(at + 36);
	record->stored = mlv_get32(at + 40);
	record->crc = mlv_get32(at + 44);
	record->key.kind = (enum mlv_kind)at[48];
	record->codec = (enum mlv_codec)at[49];
}

/* Take a record of those that begin with byte; before is the one before it, or NULL. */
static mlv_err check_record(const struct mlv_table *table, unsigned byte, const unsigned char *at,
			    const struct mlv_pack_record *before, struct mlv_pack_record *record)
{
	const uint64_t frames = table->frames;

	if (!is_possible(table->class, at[48], at[49], mlv_get32(at + 36), mlv_get32(at + 40)) ||
	    at[50] || at[51])
		return damaged("a record of what cannot be");
	get_record(at, record);
	if (record->key.oid.bytes[0] != byte ||
	    (before && mlv_pack_order(&before->key, &record->key) >= 0))
		return damaged("its records are not in order");
	if ((uint64_t)record->offset + MLV_FRAME_HEAD + record->stored > frames)
		return damaged("a frame beyond its end");
	return NULL;
}

/* Check the count records at *at, all of ids that begin with byte; adds what their frames take. */
static mlv_err check_slice(const struct mlv_table *table, unsigned byte, const unsigned char *at,
			   uint32_t count, uint64_t *bytes)
{
	struct mlv_pack_record both[2];
	mlv_err err;

	for (uint32_t i = 0; i < count; i++, at += MLV_TABLE_RECORD) {
		if ((err = check_record(table, byte, at, i ? &both[(i - 1) % 2] : NULL,
					&both[i % 2])))
			return err;
		*bytes += MLV_FRAME_HEAD + both[i % 2].stored;
	}
	return NULL;
}

static const unsigned char *hinted_packs(const struct mlv_table *table)
{
	return table->bytes + MLV_TABLE_HEAD + MLV_TABLE_RECORD * (size_t)table->count;
}

static const unsigned char *hints_of(const struct mlv_table *table, uint32_t index)
{
	return hinted_packs(table) + MLV_OID_RAW * (size_t)table->hinted + 4 * (size_t)index;
}

/* Packs ascending, each position one of them, two different ones ascending, none last. */
static mlv_err check_hints(const struct mlv_table *table)
{
	const unsigned char *packs = hinted_packs(table);

	for (uint32_t i = 1; i < table->hinted; i++) {
		if (memcmp(packs + MLV_OID_RAW * (size_t)(i - 1), packs + MLV_OID_RAW * (size_t)i,
			   MLV_OID_RAW) >= 0)
			return damaged("its hinted packs are not in order");
	}
	for (uint32_t i = 0; table->hinted && i < table->count; i++) {
		const uint16_t a = mlv_get16(hints_of(table, i));
		const uint16_t b = mlv_get16(hints_of(table, i) + 2);

		if ((a != MLV_NO_HINT && a >= table->hinted) ||
		    (b != MLV_NO_HINT && (b >= table->hinted || a >= b)))
			return damaged("a hint of nothing");
	}
	return NULL;
}

mlv_err mlv_table_check(struct mlv_table *table, const void *bytes, size_t len)
{
	uint64_t frames = 0;
	mlv_err err = mlv_table_head(table, bytes, len);

	if (err)
		return err;
	if (table->len != len)
		return damaged("its table is of another length");
	for (unsigned byte = 0; byte < 256; byte++) {
		uint64_t offset;
		uint32_t first, end;
		size_t size;

		mlv_table_fan(table, byte, &first, &end);
		mlv_table_slice(table, byte, &offset, &size);
		if ((err = check_slice(table, byte, table->bytes + offset, end - first, &frames)))
			return err;
	}
	if (frames != table->frames)
		return damaged("its frames do not add up");
	return check_hints(table);
}

mlv_err mlv_table_open(struct mlv_table *table, const struct mlv_pack_id *id, const void *bytes,
		       size_t len)
{
	struct mlv_oid found;
	mlv_err err = mlv_sha256_of(bytes, len, &found);

	if (err)
		return err;
	if (!mlv_oid_equal(&found, &id->oid))
		return damaged("its table is not the one of its name");
	if ((err = mlv_table_check(table, bytes, len)))
		return err;
	return table->class == id->class ? NULL : damaged("it is of another class than its name");
}

uint64_t mlv_table_pack_size(const struct mlv_table *table)
{
	return (uint64_t)table->frames + table->len + MLV_PACK_TRAILER;
}

void mlv_table_record(const struct mlv_table *table, uint32_t index,
		      struct mlv_pack_record *record)
{
	get_record(table->bytes + MLV_TABLE_HEAD + MLV_TABLE_RECORD * (size_t)index, record);
}

/* Look among count records, which are in order. */
static bool find_in(const unsigned char *records, uint32_t count, const struct mlv_key *key,
		    struct mlv_pack_record *record)
{
	uint32_t low = 0, high = count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		const unsigned char *at = records + MLV_TABLE_RECORD * (size_t)middle;
		int order = memcmp(at, key->oid.bytes, MLV_OID_RAW);

		if (!order)
			order = (int)at[48] - (int)key->kind;
		if (!order) {
			get_record(at, record);
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool mlv_table_find(const struct mlv_table *table, const struct mlv_key *key,
		    struct mlv_pack_record *record)
{
	uint64_t offset;
	size_t len;

	mlv_table_slice(table, key->oid.bytes[0], &offset, &len);
	return find_in(table->bytes + offset, (uint32_t)(len / MLV_TABLE_RECORD), key, record);
}

mlv_err mlv_slice_find(const struct mlv_table *table, unsigned byte, const void *slice,
		       const struct mlv_key *key, struct mlv_pack_record *record, bool *found)
{
	uint32_t first, end;
	uint64_t frames = 0;
	mlv_err err;

	mlv_table_fan(table, byte, &first, &end);
	if ((err = check_slice(table, byte, slice, end - first, &frames)))
		return err;
	if (frames > table->frames)
		return damaged("its frames do not add up");
	*found = find_in(slice, end - first, key, record);
	return NULL;
}

unsigned mlv_table_hints(const struct mlv_table *table, uint32_t index,
			 struct mlv_pack_id packs[static 2])
{
	unsigned count = 0;

	for (unsigned i = 0; table->hinted && i < 2; i++) {
		const uint16_t at = mlv_get16(hints_of(table, index) + 2 * i);

		if (at == MLV_NO_HINT)
			continue;
		packs[count].class = MLV_PACK_DATA;
		memcpy(packs[count++].oid.bytes,
		       hinted_packs(table) + MLV_OID_RAW * (size_t)at, MLV_OID_RAW);
	}
	return count;
}

mlv_err mlv_trailer_parse(const void *bytes, uint64_t pack_size, struct mlv_trailer *trailer)
{
	const unsigned char *at = bytes;

	if (memcmp(at, MLV_TRAILER_MAGIC, 4) != 0 || mlv_get32(at + 12) != 0)
		return damaged("it does not end as a pack does");
	trailer->frames = mlv_get32(at + 4);
	trailer->table = mlv_get32(at + 8);
	memcpy(trailer->oid.bytes, at + 16, MLV_OID_RAW);
	if (pack_size > MLV_PACK_MAX || trailer->table < MLV_TABLE_HEAD ||
	    (uint64_t)trailer->frames + trailer->table + MLV_PACK_TRAILER != pack_size)
		return damaged("it is of another length than its end says");
	return NULL;
}

mlv_err mlv_frame_head(enum mlv_pack_class class, const void *head, uint32_t offset,
		       struct mlv_pack_record *record)
{
	const unsigned char *at = head;

	if (memcmp(at, MLV_FRAME_MAGIC, 4) != 0 || at[6] || at[7] ||
	    !is_possible(class, at[4], at[5], mlv_get32(at + 40), mlv_get32(at + 44)))
		return damaged("a frame begins wrongly");
	*record = (struct mlv_pack_record){
		.key = { .kind = (enum mlv_kind)at[4] }, .codec = (enum mlv_codec)at[5],
		.offset = offset, .raw = mlv_get32(at + 40), .stored = mlv_get32(at + 44),
	};
	memcpy(record->key.oid.bytes, at + 8, MLV_OID_RAW);
	return NULL;
}

mlv_err mlv_frame_decode(const struct mlv_pack_record *record, const void *frame, size_t len,
			 struct mlv_buf *out)
{
	const unsigned char *stored = (const unsigned char *)frame + MLV_FRAME_HEAD;
	struct mlv_pack_record head;
	mlv_err err;

	if (len < MLV_FRAME_HEAD || len - MLV_FRAME_HEAD != record->stored)
		return damaged("a frame is cut short");
	if ((err = mlv_frame_head(mlv_pack_class_of(record->key.kind), frame, record->offset,
				  &head)))
		return err;
	if (mlv_pack_order(&head.key, &record->key) != 0 || head.codec != record->codec ||
	    head.raw != record->raw || head.stored != record->stored)
		return damaged("a frame is not the one that the table tells of");
	if (mlv_crc32c(0, stored, record->stored) != record->crc)
		return damaged("the checksum of a frame is wrong");
	if (record->codec == MLV_CODEC_RAW)
		return mlv_buf_add(out, stored, record->stored);
	if (record->codec == MLV_CODEC_ZSTD)
		return mlv_zstd_expand(stored, record->stored, record->raw, out);
	const size_t begin = out->len;

	if ((err = mlv_inflate(stored, record->stored, record->raw, out)))
		return err;
	if (out->len - begin == record->raw)
		return NULL;
	mlv_buf_truncate(out, begin);
	return damaged("a frame holds fewer bytes than it says");
}
