/*
 * A table is read or refused. The first byte says which format; what is read of
 * CSV has in each column as many values as there are rows, and codes of words that are there.
 */
#include <stdlib.h>

#include "core/eval/frame.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const char *const names[] = { "t.csv", "t.tsv", "t.jsonl" };
	static const struct mlv_want wants[] = {
		{ .name = "a" },
		{ .name = "x", .number = true, .optional = true },
	};
	MLV_SCOPED(mlv_frame_release) struct mlv_frame frame = { 0 };
	struct mlv_frame_source source = { .fd = -1 };
	struct mlv_ctx ctx;

	if (!size)
		return 0;
	mlv_ctx_init_quiet(&ctx);
	source.name = names[data[0] % 3];
	source.bytes = (const char *)data + 1;
	source.len = size - 1;
	if (mlv_frame_read(&ctx, &source, wants, MLV_COUNT(wants), &frame))
		return 0;
	for (size_t r = 0; r < frame.rows; r++) {
		if (frame.columns[0].code[r] >= frame.columns[0].words.count)
			abort();
		if (r && mlv_frame_line(&frame, r) <= mlv_frame_line(&frame, r - 1))
			abort();
	}
	return 0;
}
