/*
 * pack.h - many small objects, or nodes, in one file: the form, and its reader.
 *
 * A pack is a row of frames, a table of them, and a trailer; mlv-formats(5)
 * has every byte. Numbers are little endian.
 *
 *   frame    "mlvF", kind, codec, 2 zeros, id, raw length, stored length (u32),
 *            then the stored bytes: raw, or compressed
 *   table    "mlvT", version, class, number of records, length of all frames,
 *            number of hinted packs (u32); fan-out: 256 times how many records
 *            have an id that begins with this byte or a lower one; records
 *            sorted by id and kind: id, offset of the frame, raw length, stored
 *            length, CRC-32C of the stored bytes, kind, codec, 2 zeros; hints
 *   trailer  "mlvE", length of the frames, length of the table, 4 zeros, id
 *
 * The id of a pack is the SHA-256 of its table, which lies beside it again as
 * its .idx. DATA packs hold OBJECT, raw or by zstd; NODES packs hold NODE and
 * LEAVES, raw or by zlib. Compressed bytes are fewer than raw ones.
 *
 * A table is believed only after mlv_table_open() has seen every field of it
 * and its hash. A part of one, got by range, is believed as far as bounds go;
 * and whatever a table says, what a frame holds counts only when it has the
 * id: the caller hashes it.
 *
 * Hints: for a node of level 0, up to two DATA packs that held its files when
 * the pack was written. They save requests, and may be wrong.
 *
 * Threads     no state; a table is only read.
 * Ownership   a table borrows its bytes.
 * Limits      MLV_PACK_MAX bytes a pack.
 */
#ifndef MLV_STORE_PACK_H
#define MLV_STORE_PACK_H

#include "core/base/buf.h"
#include "core/store/oid.h"

#define MLV_PACK_MAX     ((uint32_t)63 << 20) /* bytes of a pack, table and trailer included */
#define MLV_FRAME_HEAD   48                   /* bytes */
#define MLV_TABLE_HEAD   (24 + 1024)          /* bytes: what stands before the records */
#define MLV_TABLE_RECORD 52                   /* bytes */
#define MLV_PACK_TRAILER 48                   /* bytes */

enum mlv_pack_class { MLV_PACK_DATA, MLV_PACK_NODES };

/* What names a pack. */
struct mlv_pack_id {
	enum mlv_pack_class class;
	struct mlv_oid oid;
};

enum mlv_codec { MLV_CODEC_RAW, MLV_CODEC_ZLIB, MLV_CODEC_ZSTD };

/* Where one object lies. */
struct mlv_pack_record {
	struct mlv_key key;
	enum mlv_codec codec;
	uint32_t offset; /* of the frame, from the beginning of the pack */
	uint32_t raw;    /* bytes of the object */
	uint32_t stored; /* bytes in the frame, after its head */
	uint32_t crc;    /* of the stored bytes */
};

/* The class that objects of a kind go to; LARGE goes to none, and is not asked for. */
enum mlv_pack_class mlv_pack_class_of(enum mlv_kind kind);
int mlv_pack_id_compare(const struct mlv_pack_id *a, const struct mlv_pack_id *b);
/* Where a pack lies below a store: "packs/d-<id>.pack", "packs/n-<id>.idx"; suffix is one of these. */
#define MLV_PACK_SUFFIX ".pack"
#define MLV_IDX_SUFFIX  ".idx"
#define MLV_PACK_PATH   80 /* bytes, NUL included */
char *mlv_pack_path(const struct mlv_pack_id *id, const char *suffix,
		    char path[static MLV_PACK_PATH]);
/* The id in a name ("d-<id>.idx") with this suffix; false when it is none. */
bool mlv_pack_parse_name(const char *name, const char *suffix, struct mlv_pack_id *id) MLV_CHECK;

/* A table that was checked, or the head of one. */
struct mlv_table {
	const unsigned char *bytes; /* borrowed */
	size_t len;                 /* of the whole table */
	enum mlv_pack_class class;
	uint32_t count;  /* records */
	uint32_t frames; /* bytes of all frames: where the table begins in the pack */
	uint32_t hinted; /* DATA packs that hints speak of; 0: there are no hints */
};

/* Check a whole table, each field and its hash. MLV_E_CORRUPT when anything is not canonical. */
mlv_err mlv_table_open(struct mlv_table *table, const struct mlv_pack_id *id, const void *bytes,
		       size_t len) MLV_CHECK;
/* The same but for the hash: for a caller that hashes several tables at once. */
mlv_err mlv_table_check(struct mlv_table *table, const void *bytes, size_t len) MLV_CHECK;
/* Bytes of the whole pack. */
uint64_t mlv_table_pack_size(const struct mlv_table *table);
/* Record index, below count. */
void mlv_table_record(const struct mlv_table *table, uint32_t index,
		      struct mlv_pack_record *record);
/* The range of indices with an id that begins with this byte: from *first to below *end. */
void mlv_table_fan(const struct mlv_table *table, unsigned byte, uint32_t *first, uint32_t *end);
bool mlv_table_find(const struct mlv_table *table, const struct mlv_key *key,
		    struct mlv_pack_record *record);
/* The packs that hold the files of record index, in packs; how many, 0 to 2. */
unsigned mlv_table_hints(const struct mlv_table *table, uint32_t index,
			 struct mlv_pack_id packs[static 2]);

/*
 * A table by ranges. The first MLV_TABLE_HEAD bytes give a table whose records
 * cannot be read yet; mlv_table_slice() says which bytes of the table hold the
 * records of ids that begin with a byte, mlv_slice_find() looks in them. They
 * are checked for order and bounds.
 */
mlv_err mlv_table_head(struct mlv_table *table, const void *bytes, size_t len) MLV_CHECK;
void mlv_table_slice(const struct mlv_table *table, unsigned byte, uint64_t *offset, size_t *len);
mlv_err mlv_slice_find(const struct mlv_table *table, unsigned byte, const void *slice,
		       const struct mlv_key *key, struct mlv_pack_record *record,
		       bool *found) MLV_CHECK;

/* The trailer: the last MLV_PACK_TRAILER bytes of a pack of pack_size bytes. */
struct mlv_trailer {
	uint32_t frames; /* bytes: where the table begins */
	uint32_t table;  /* bytes */
	struct mlv_oid oid;
};
mlv_err mlv_trailer_parse(const void *bytes, uint64_t pack_size,
			  struct mlv_trailer *trailer) MLV_CHECK;

/*
 * Append the raw bytes of a frame (head and stored bytes, len of them) to out.
 * MLV_E_CORRUPT when it is not the one that record tells of, or damaged. The
 * caller still has to hash what comes out.
 */
mlv_err mlv_frame_decode(const struct mlv_pack_record *record, const void *frame, size_t len,
			 struct mlv_buf *out) MLV_CHECK;
/*
 * The record that the head of a frame at offset gives, but for its crc: for
 * walking a pack without its table. MLV_E_CORRUPT when it is no head of this class.
 */
mlv_err mlv_frame_head(enum mlv_pack_class class, const void *head, uint32_t offset,
		       struct mlv_pack_record *record) MLV_CHECK;

#endif
