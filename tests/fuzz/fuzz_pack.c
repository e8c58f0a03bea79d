/*
 * A pack, or a table alone: what is taken keeps its bounds, each record is found where it is, and
 * a frame that is decoded has the length that its record says.
 */
#include <stdlib.h>
#include <string.h>

#include "core/store/pack.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void look(const struct mlv_table *table, const unsigned char *pack)
{
	for (uint32_t i = 0; i < table->count; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf raw = MLV_BUF_INIT;
		struct mlv_pack_record record, found;
		struct mlv_pack_id packs[2];

		mlv_table_record(table, i, &record);
		if (!mlv_table_find(table, &record.key, &found) || found.offset != record.offset)
			abort();
		(void)mlv_table_hints(table, i, packs);
		if (pack && mlv_frame_decode(&record, pack + record.offset,
					     MLV_FRAME_HEAD + (size_t)record.stored, &raw) == NULL &&
		    raw.len != record.raw)
			abort();
	}
}

static void look_in_slices(const unsigned char *data, size_t size)
{
	const struct mlv_key key = { MLV_KIND_OBJECT, { { 0x9f } } };
	struct mlv_pack_record record;
	struct mlv_table head;

	if (mlv_table_head(&head, data, size))
		return;
	for (unsigned byte = 0; byte < 256; byte++) {
		uint64_t offset;
		bool found;
		size_t len;

		mlv_table_slice(&head, byte, &offset, &len);
		if (offset > size || len > size - offset)
			return;
		if (mlv_slice_find(&head, byte, data + offset, &key, &record, &found) == NULL &&
		    found && record.offset + (uint64_t)record.stored > head.frames)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct mlv_trailer trailer;
	struct mlv_table table;

	if (mlv_table_check(&table, data, size) == NULL)
		look(&table, NULL);
	look_in_slices(data, size);
	if (size < MLV_PACK_TRAILER ||
	    mlv_trailer_parse(data + size - MLV_PACK_TRAILER, size, &trailer))
		return 0;
	if (mlv_table_check(&table, data + trailer.frames, trailer.table) == NULL &&
	    table.frames == trailer.frames)
		look(&table, data);
	return 0;
}
