/* A recipe that is taken is canonical, and is all of its file. */
#include <stdlib.h>
#include <string.h>

#include "core/store/recipe.h"
#include "core/store/sha256.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* The two sums are made right, which no change of the bytes would do. */
static void mend_sums(unsigned char *data, size_t size, const struct mlv_oid *oid, uint64_t of)
{
	uint64_t ends[2];

	if (mlv_recipe_measure(data, size, oid, of, &ends[0], &ends[1]))
		return;
	for (unsigned i = 0; i < 2; i++) {
		struct mlv_oid sum;

		if (ends[i] > size || mlv_sha256_of(data, (size_t)ends[i] - MLV_OID_RAW, &sum))
			return;
		memcpy(data + ends[i] - MLV_OID_RAW, sum.bytes, MLV_OID_RAW);
	}
}

static void look(unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_recipe_release) struct mlv_recipe recipe = { 0 }, packs = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf again = MLV_BUF_INIT;
	struct mlv_oid oid;
	uint64_t of = 0, sum = 0;

	/* Whose recipe it is, as it says itself. */
	if (size < MLV_RECIPE_HEAD)
		return;
	memcpy(oid.bytes, data + 24, MLV_OID_RAW);
	for (unsigned i = 0; i < 8; i++)
		of |= (uint64_t)data[8 + i] << 8 * i;
	mend_sums(data, size, &oid, of);
	if (mlv_recipe_parse_packs(data, size, &oid, of, &packs) == NULL && packs.pack_count == 0)
		abort();
	if (mlv_recipe_parse(data, size, &oid, of, &recipe))
		return;
	for (size_t i = 0; i < recipe.chunk_count; i++)
		sum += recipe.chunks[i].len;
	if (sum != of || recipe.pack_count != packs.pack_count || mlv_recipe_settle(&recipe) ||
	    mlv_recipe_write(&recipe, &again) || again.len != size ||
	    memcmp(again.ptr, data, size) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	unsigned char *copy = malloc(size + 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	look(copy, size);
	free(copy);
	return 0;
}
