#include "tests/unit/check.h"

#include "core/store/pack/write.h"
#include "core/store/sha256.h"

#define OBJECTS 300

/* A pack in memory, and what was put there. */
struct pack {
	struct mlv_buf bytes; /* the whole file */
	size_t table_at, table_len;
	struct mlv_pack_id id;
	struct mlv_key keys[OBJECTS];
	struct mlv_buf raw[OBJECTS];
	size_t count;
};

static void pack_release(struct pack *pack)
{
	mlv_buf_release(&pack->bytes);
	for (size_t i = 0; i < pack->count; i++)
		mlv_buf_release(&pack->raw[i]);
}

/* Object i: empty, text that shrinks, or bytes that do not. */
static void make_object(struct mlv_buf *raw, size_t i)
{
	unsigned state = 12345 + (unsigned)i;

	*raw = (struct mlv_buf)MLV_BUF_INIT;
	for (size_t k = 0; i && k < 10 + i * 7; k++) {
		state = state * 1103515245U + 12345U;
		check_ok(mlv_buf_add_char(raw, i % 3 ? (char)('a' + i % 26) : (char)(state >> 16)));
	}
}

static void put(struct pack *pack, struct mlv_pack_writer *writer, struct mlv_frame_maker *maker,
		enum mlv_kind kind)
{
	struct mlv_buf *raw = &pack->raw[pack->count];
	struct mlv_key *key = &pack->keys[pack->count++];
	struct mlv_pack_record record;
	const size_t begin = pack->bytes.len;

	key->kind = kind;
	check_ok(mlv_sha256_of(raw->ptr, raw->len, &key->oid));
	check_ok(mlv_frame_add(maker, key, raw->ptr, raw->len, &pack->bytes, &record));
	cr_assert(mlv_pack_writer_fits(writer, pack->bytes.len - begin, 1));
	check_ok(mlv_pack_writer_add(writer, &record, 1));
	cr_assert(eq(sz, record.offset, begin));
}

static void finish(struct pack *pack, struct mlv_pack_writer *writer)
{
	pack->table_at = pack->bytes.len;
	check_ok(mlv_pack_writer_finish(writer, &pack->bytes, &pack->table_len, &pack->id));
}

/* A pack of OBJECTS objects; or of two nodes with hints, and a leaf list. */
static void build(struct pack *pack, enum mlv_pack_class class)
{
	MLV_SCOPED(mlv_pack_writer_freep) struct mlv_pack_writer *writer = NULL;
	MLV_SCOPED(mlv_frame_maker_freep) struct mlv_frame_maker *maker = NULL;
	struct mlv_oid packs[2] = { { { 9 } }, { { 3 } } };

	*pack = (struct pack){ .bytes = MLV_BUF_INIT };
	check_ok(mlv_pack_writer_new(&writer, class));
	check_ok(mlv_frame_maker_new(&maker));
	if (class == MLV_PACK_DATA) {
		for (size_t i = 0; i < OBJECTS; i++) {
			make_object(&pack->raw[i], i);
			put(pack, writer, maker, MLV_KIND_OBJECT);
		}
	} else {
		make_object(&pack->raw[0], 1);
		put(pack, writer, maker, MLV_KIND_NODE);
		make_object(&pack->raw[1], 2);
		put(pack, writer, maker, MLV_KIND_NODE);
		make_object(&pack->raw[2], 298);
		put(pack, writer, maker, MLV_KIND_LEAVES);
		check_ok(mlv_pack_writer_hint(writer, &pack->keys[0].oid, packs, 2));
		check_ok(mlv_pack_writer_hint(writer, &pack->keys[1].oid, packs, 1));
	}
	finish(pack, writer);
}

static mlv_err open_table(const struct pack *pack, struct mlv_table *table)
{
	return mlv_table_open(table, &pack->id, pack->bytes.ptr + pack->table_at, pack->table_len);
}

static void check_frame(const struct pack *pack, const struct mlv_pack_record *record, size_t i)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf raw = MLV_BUF_INIT;

	check_ok(mlv_frame_decode(record, pack->bytes.ptr + record->offset,
				  MLV_FRAME_HEAD + record->stored, &raw));
	cr_assert(eq(sz, raw.len, pack->raw[i].len));
	cr_assert(raw.len == 0 || memcmp(raw.ptr, pack->raw[i].ptr, raw.len) == 0);
}

mlv_test(pack, all_that_was_put_is_found_and_whole)
{
	MLV_SCOPED(pack_release) struct pack pack = { 0 };
	bool codecs[3] = { false };
	struct mlv_table table;
	struct mlv_pack_record record;
	struct mlv_key none = { MLV_KIND_OBJECT, { { 1 } } };

	build(&pack, MLV_PACK_DATA);
	check_ok(open_table(&pack, &table));
	cr_assert(eq(u64, mlv_table_pack_size(&table), pack.bytes.len));
	for (size_t i = 0; i < OBJECTS; i++) {
		cr_assert(mlv_table_find(&table, &pack.keys[i], &record));
		check_frame(&pack, &record, i);
		codecs[record.codec] = true;
		pack.keys[i].kind = MLV_KIND_NODE;
		cr_assert(not(mlv_table_find(&table, &pack.keys[i], &record)));
	}
	cr_assert(codecs[MLV_CODEC_RAW] && codecs[MLV_CODEC_ZSTD]);
	cr_assert(not(mlv_table_find(&table, &none, &record)));
}

mlv_test(pack, nodes_and_their_hints)
{
	MLV_SCOPED(pack_release) struct pack pack = { 0 };
	struct mlv_table table;
	struct mlv_pack_record record;
	struct mlv_pack_id packs[2];
	unsigned hints[3] = { 0 };

	build(&pack, MLV_PACK_NODES);
	check_ok(open_table(&pack, &table));
	for (uint32_t i = 0; i < table.count; i++) {
		unsigned count = mlv_table_hints(&table, i, packs);

		mlv_table_record(&table, i, &record);
		cr_assert(record.codec == MLV_CODEC_ZLIB || record.codec == MLV_CODEC_RAW);
		hints[count]++;
		cr_assert(count == 0 || packs[count - 1].oid.bytes[0] == 9);
		cr_assert(count < 2 || packs[0].oid.bytes[0] == 3);
	}
	cr_assert(hints[0] == 1 && hints[1] == 1 && hints[2] == 1);
}

mlv_test(pack, a_table_is_read_by_ranges)
{
	MLV_SCOPED(pack_release) struct pack pack = { 0 };
	const char *bytes;
	struct mlv_table head;
	struct mlv_pack_record record;

	build(&pack, MLV_PACK_DATA);
	bytes = pack.bytes.ptr + pack.table_at;
	check_ok(mlv_table_head(&head, bytes, MLV_TABLE_HEAD));
	cr_assert(eq(sz, head.len, pack.table_len));
	for (size_t i = 0; i < OBJECTS; i++) {
		const unsigned byte = pack.keys[i].oid.bytes[0];
		bool found = false;
		uint64_t offset;
		size_t len;

		mlv_table_slice(&head, byte, &offset, &len);
		check_ok(mlv_slice_find(&head, byte, bytes + offset, &pack.keys[i], &record,
					&found));
		cr_assert(found);
		check_frame(&pack, &record, i);
	}
}

mlv_test(pack, each_flipped_byte_of_a_table_is_noticed)
{
	MLV_SCOPED(pack_release) struct pack pack = { 0 };
	unsigned char *at;
	struct mlv_table table;

	build(&pack, MLV_PACK_DATA);
	at = (unsigned char *)pack.bytes.ptr + pack.table_at;
	for (size_t i = 0; i < pack.table_len; i++) {
		at[i] ^= 1;
		check_fails(open_table(&pack, &table), MLV_E_CORRUPT);
		at[i] ^= 1;
	}
	for (size_t len = 0; len < pack.table_len; len += 13)
		check_fails(mlv_table_open(&table, &pack.id, at, len), MLV_E_CORRUPT);
	check_ok(open_table(&pack, &table));
}

/* Without the hash: whatever a byte says, no reader looks beyond what is there. */
mlv_test(pack, each_flipped_byte_is_refused_or_stays_in_bounds)
{
	MLV_SCOPED(pack_release) struct pack pack = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf raw = MLV_BUF_INIT;
	struct mlv_table table;
	struct mlv_pack_record record;

	build(&pack, MLV_PACK_DATA);
	for (size_t i = 0; i < pack.bytes.len; i++) {
		pack.bytes.ptr[i] ^= (char)0x80;
		if (mlv_table_check(&table, pack.bytes.ptr + pack.table_at, pack.table_len) == NULL) {
			for (uint32_t k = i % 16; k < table.count; k += 16) {
				mlv_table_record(&table, k, &record);
				mlv_buf_clear(&raw);
				if (mlv_frame_decode(&record, pack.bytes.ptr + record.offset,
						     MLV_FRAME_HEAD + record.stored, &raw) == NULL)
					cr_assert(eq(sz, raw.len, record.raw));
			}
		}
		pack.bytes.ptr[i] ^= (char)0x80;
	}
}

mlv_test(pack, each_flipped_byte_of_a_frame_is_noticed)
{
	MLV_SCOPED(pack_release) struct pack pack = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf raw = MLV_BUF_INIT;
	struct mlv_pack_record record;
	struct mlv_table table;

	build(&pack, MLV_PACK_DATA);
	check_ok(open_table(&pack, &table));
	for (size_t k = 0; k < OBJECTS; k += 37) {
		cr_assert(mlv_table_find(&table, &pack.keys[k], &record));
		for (size_t i = 0; i < MLV_FRAME_HEAD + record.stored; i++) {
			char *at = pack.bytes.ptr + record.offset + i;

			*at ^= 4;
			check_fails(mlv_frame_decode(&record, pack.bytes.ptr + record.offset,
						     MLV_FRAME_HEAD + record.stored, &raw),
				    MLV_E_CORRUPT);
			*at ^= 4;
		}
		check_fails(mlv_frame_decode(&record, pack.bytes.ptr + record.offset,
					     MLV_FRAME_HEAD + record.stored - 1, &raw),
			    MLV_E_CORRUPT);
	}
	cr_assert(eq(sz, raw.len, 0));
}

mlv_test(pack, a_trailer_leads_to_the_table)
{
	MLV_SCOPED(pack_release) struct pack pack = { 0 };
	struct mlv_trailer trailer;
	char *at;

	build(&pack, MLV_PACK_DATA);
	at = pack.bytes.ptr + pack.bytes.len - MLV_PACK_TRAILER;
	check_ok(mlv_trailer_parse(at, pack.bytes.len, &trailer));
	cr_assert(eq(sz, trailer.frames, pack.table_at));
	cr_assert(eq(sz, trailer.table, pack.table_len));
	cr_assert(mlv_oid_equal(&trailer.oid, &pack.id.oid));
	check_fails(mlv_trailer_parse(at, pack.bytes.len + 1, &trailer), MLV_E_CORRUPT);
	for (size_t i = 0; i < 16; i++) {
		at[i] ^= 1;
		check_fails(mlv_trailer_parse(at, pack.bytes.len, &trailer), MLV_E_CORRUPT);
		at[i] ^= 1;
	}
}

mlv_test(pack, frames_can_be_walked_without_the_table)
{
	MLV_SCOPED(pack_release) struct pack pack = { 0 };
	struct mlv_pack_record record;
	uint32_t at = 0;

	build(&pack, MLV_PACK_DATA);
	for (size_t i = 0; i < OBJECTS; i++) {
		check_ok(mlv_frame_head(MLV_PACK_DATA, pack.bytes.ptr + at, at, &record));
		cr_assert(mlv_oid_equal(&record.key.oid, &pack.keys[i].oid));
		at += MLV_FRAME_HEAD + record.stored;
	}
	cr_assert(eq(sz, at, pack.table_at));
	check_fails(mlv_frame_head(MLV_PACK_NODES, pack.bytes.ptr, 0, &record), MLV_E_CORRUPT);
}

mlv_test(pack, the_same_frames_make_the_same_pack_and_it_is_bounded)
{
	MLV_SCOPED(mlv_pack_writer_freep) struct mlv_pack_writer *writer = NULL;
	MLV_SCOPED(pack_release) struct pack one = { 0 };
	MLV_SCOPED(pack_release) struct pack other = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf tail = MLV_BUF_INIT;
	struct mlv_pack_record twice[2] = { { .key = { .kind = MLV_KIND_OBJECT } } };
	struct mlv_pack_id id;
	size_t len;

	build(&one, MLV_PACK_DATA);
	build(&other, MLV_PACK_DATA);
	cr_assert(eq(int, mlv_pack_id_compare(&one.id, &other.id), 0));
	check_ok(mlv_pack_writer_new(&writer, MLV_PACK_DATA));
	check_fails(mlv_pack_writer_finish(writer, &tail, &len, &id), MLV_E_REFUSED);
	cr_assert(not(mlv_pack_writer_fits(writer, MLV_PACK_MAX, 1)));
	cr_assert(mlv_pack_writer_fits(writer, MLV_PACK_MAX - 4096, 1));
	cr_assert(not(mlv_pack_writer_fits(writer, 4096, MLV_PACK_MAX / MLV_TABLE_RECORD)));
	twice[1] = twice[0];
	check_ok(mlv_pack_writer_add(writer, twice, 2));
	check_fails(mlv_pack_writer_finish(writer, &tail, &len, &id), MLV_E_REFUSED);
}

mlv_test(pack, names)
{
	struct mlv_pack_id id = { MLV_PACK_NODES, { { 0xab } } }, again;
	char path[MLV_PACK_PATH];

	mlv_pack_path(&id, MLV_IDX_SUFFIX, path);
	cr_assert(strncmp(path, "packs/n-ab00", 12) == 0 && strcmp(path + 72, ".idx") == 0);
	cr_assert(mlv_pack_parse_name(path + 6, MLV_IDX_SUFFIX, &again));
	cr_assert(eq(int, mlv_pack_id_compare(&id, &again), 0));
	cr_assert(not(mlv_pack_parse_name(path + 6, MLV_PACK_SUFFIX, &again)));
	cr_assert(not(mlv_pack_parse_name("d-", MLV_IDX_SUFFIX, &again)));
	path[6] = 'x';
	cr_assert(not(mlv_pack_parse_name(path + 6, MLV_IDX_SUFFIX, &again)));
}

static void check_vector(enum mlv_kind kind, const char *const *texts, const size_t *lens,
			 const char *hex)
{
	MLV_SCOPED(mlv_pack_writer_freep) struct mlv_pack_writer *writer = NULL;
	MLV_SCOPED(mlv_frame_maker_freep) struct mlv_frame_maker *maker = NULL;
	MLV_SCOPED(pack_release) struct pack pack = { .bytes = MLV_BUF_INIT };
	char found[MLV_OID_HEX + 1];

	check_ok(mlv_pack_writer_new(&writer, mlv_pack_class_of(kind)));
	check_ok(mlv_frame_maker_new(&maker));
	for (size_t i = 0; i < 2; i++) {
		pack.raw[i] = (struct mlv_buf)MLV_BUF_INIT;
		check_ok(mlv_buf_add(&pack.raw[i], texts[i], lens[i]));
		put(&pack, writer, maker, kind);
	}
	finish(&pack, writer);
	cr_assert(strcmp(mlv_oid_format(&pack.id.oid, found), hex) == 0, "%s", found);
}

/* Of mlv-formats(5). */
mlv_test(pack, vectors)
{
	static const char *const objects[] = { "test", "" };
	static const char *const nodes[] = { "mlv tree 1 0 0 0\n", "mlv tree 1 0 1 0\nd - 0 a" };

	check_vector(MLV_KIND_OBJECT, objects, (const size_t[]){ 4, 0 },
		     "bf339eea731dc4cf44b118c3c71fe9ecebd03efae73c1b1589cc95f808d51bfd");
	check_vector(MLV_KIND_NODE, nodes, (const size_t[]){ 17, 25 },
		     "b64001633af85aad5e4b256280eabd867723f748aceaaaedbace2348d594671b");
}
