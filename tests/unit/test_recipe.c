#include "tests/unit/check.h"

#include "core/store/pack.h"
#include "core/store/recipe.h"
#include "core/store/sha256.h"

#define SIZE ((uint64_t)16777217)

static struct mlv_oid oid_of(unsigned char first)
{
	struct mlv_oid oid = { { first } };

	return oid;
}

/* Of 64 chunks of 256 KiB and one byte, of which every other lies in the second pack. */
static struct mlv_recipe example(void)
{
	struct mlv_recipe recipe = { .oid = oid_of(7), .size = SIZE };
	uint32_t position;

	check_ok(mlv_recipe_add_pack(&recipe, &(struct mlv_recipe_pack){ oid_of(9), 1000 },
				     &position));
	check_ok(mlv_recipe_add_pack(&recipe, &(struct mlv_recipe_pack){ oid_of(5), 2000 },
				     &position));
	check_ok(mlv_recipe_add_pack(&recipe, &(struct mlv_recipe_pack){ oid_of(6), 3000 },
				     &position));
	cr_assert(position == 2);
	for (unsigned i = 0; i < 65; i++)
		check_ok(mlv_recipe_add_chunk(&recipe, &(struct mlv_recipe_chunk){
			oid_of((unsigned char)i), i == 64 ? 1 : 262144, i % 2 }));
	check_ok(mlv_recipe_settle(&recipe));
	return recipe;
}

mlv_test(recipe, bytes_and_back)
{
	MLV_SCOPED(mlv_recipe_release) struct mlv_recipe recipe = example(), again = { 0 },
							 packs = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf bytes = MLV_BUF_INIT;
	uint64_t packs_end, whole;
	char path[MLV_RECIPE_PATH];

	/* Sorted, and the third pack, which holds nothing, is gone. */
	cr_assert(recipe.pack_count == 2 && recipe.packs[0].size == 2000);
	cr_assert(recipe.chunks[0].pack == 1 && recipe.chunks[1].pack == 0);
	check_ok(mlv_recipe_write(&recipe, &bytes));
	check_ok(mlv_recipe_measure(bytes.ptr, MLV_RECIPE_HEAD, &recipe.oid, SIZE, &packs_end,
				    &whole));
	cr_assert(packs_end == 56 + 2 * 36 + 32);
	cr_assert(whole == packs_end + 65 * 40 + 32 && whole == bytes.len);
	check_ok(mlv_recipe_parse(bytes.ptr, bytes.len, &recipe.oid, SIZE, &again));
	cr_assert(again.chunk_count == 65 && again.chunks[64].len == 1);
	cr_assert(again.chunks[63].pack == 0 && again.packs[1].size == 1000);
	check_ok(mlv_recipe_parse_packs(bytes.ptr, packs_end, &recipe.oid, SIZE, &packs));
	cr_assert(packs.pack_count == 2 && packs.chunks == NULL);
	cr_assert(strcmp(mlv_recipe_path(&recipe.oid, path),
			 "recipes/07/00000000000000000000000000000000000000000000000000000000000000") == 0);
}

/* mlv-formats(5): recipe of 16777217 zero bytes. */
mlv_test(recipe, of_the_vector)
{
	MLV_SCOPED(mlv_recipe_release) struct mlv_recipe recipe = { .size = SIZE };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf bytes = MLV_BUF_INIT;
	static const unsigned char zeros[262144];
	struct mlv_recipe_pack pack = { .size = 48 + 262144 + 48 + 1 + 1048 + 2 * 52 + 48 };
	struct mlv_oid of_long, of_short, sum;
	char hex[MLV_OID_HEX + 1];
	uint32_t position;

	check_ok(mlv_sha256_of(zeros, sizeof(zeros), &of_long));
	check_ok(mlv_sha256_of(zeros, 1, &of_short));
	cr_assert(mlv_oid_parse("99ab9f05c2295ccdb123cbe2e0ac9761eb19648c96e3a83ca1fb2bd3e1e9ea9c",
				MLV_OID_HEX, &recipe.oid));
	cr_assert(mlv_oid_parse("227ef7cd7e299b414a4fb82e3dcc0e25526721cb093dbf49666cace5d046acb1",
				MLV_OID_HEX, &pack.oid));
	check_ok(mlv_recipe_add_pack(&recipe, &pack, &position));
	for (unsigned i = 0; i < 64; i++)
		check_ok(mlv_recipe_add_chunk(&recipe,
					      &(struct mlv_recipe_chunk){ of_long, 262144, 0 }));
	check_ok(mlv_recipe_add_chunk(&recipe, &(struct mlv_recipe_chunk){ of_short, 1, 0 }));
	check_ok(mlv_recipe_settle(&recipe));
	check_ok(mlv_recipe_write(&recipe, &bytes));
	check_ok(mlv_sha256_of(bytes.ptr, bytes.len, &sum));
	cr_assert(strcmp(mlv_oid_format(&sum, hex),
			 "0fc70dfc5d5fe8d4cbc90bdc66752834e80d97cf2f3b3f07ebaab23b9717b3e8") == 0,
		  "%s", hex);
}

mlv_test(recipe, every_changed_byte_is_noticed)
{
	MLV_SCOPED(mlv_recipe_release) struct mlv_recipe recipe = example();
	MLV_SCOPED(mlv_buf_release) struct mlv_buf bytes = MLV_BUF_INIT;

	check_ok(mlv_recipe_write(&recipe, &bytes));
	for (size_t i = 0; i < bytes.len; i++) {
		MLV_SCOPED(mlv_recipe_release) struct mlv_recipe read = { 0 };

		bytes.ptr[i] ^= 1;
		check_fails(mlv_recipe_parse(bytes.ptr, bytes.len, &recipe.oid, SIZE, &read),
			    MLV_E_CORRUPT);
		bytes.ptr[i] ^= 1;
		if (i < 400)
			check_fails(mlv_recipe_parse(bytes.ptr, i, &recipe.oid, SIZE, &read),
				    MLV_E_CORRUPT);
	}
}

/* Written as it is, with right sums, it is refused. */
static void refused(struct mlv_recipe *recipe, const char *what)
{
	MLV_SCOPED(mlv_recipe_release) struct mlv_recipe read = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf bytes = MLV_BUF_INIT;
	mlv_err err;

	check_ok(mlv_recipe_write(recipe, &bytes));
	err = mlv_recipe_parse(bytes.ptr, bytes.len, &recipe->oid, recipe->size, &read);
	cr_assert(err && err->code == MLV_E_CORRUPT, "%s: %s", what, err ? err->msg : "taken");
	mlv_recipe_release(recipe);
}

mlv_test(recipe, what_cannot_be_is_refused)
{
	struct mlv_recipe recipe = example();

	recipe.chunks[3].len++;
	refused(&recipe, "a chunk that is too long");
	recipe = example();
	recipe.chunks[3].len = 16383;
	refused(&recipe, "a chunk that is too short, and too little of the file");
	recipe = example();
	recipe.chunks[64].len = 2;
	refused(&recipe, "more than the file");
	recipe = example();
	recipe.chunks[64].len = 0;
	refused(&recipe, "an empty chunk");
	recipe = example();
	recipe.chunk_count = 64;
	refused(&recipe, "one chunk less");
	recipe = example();
	recipe.chunks[9].pack = 2;
	refused(&recipe, "a chunk in no pack");
	recipe = example();
	recipe.packs[0].size = MLV_PACK_MAX + 1;
	refused(&recipe, "a pack that is too long");
	recipe = example();
	recipe.packs[1].oid = recipe.packs[0].oid;
	refused(&recipe, "a pack twice");
	recipe = example();
	for (unsigned i = 0; i < 65; i++)
		recipe.chunks[i].pack = 0;
	refused(&recipe, "a pack without a chunk");
	recipe = example();
	recipe.size = MLV_SMALL_MAX;
	refused(&recipe, "a file that is small");
}

/* A head alone says how much may be read: never more than the file could need. */
mlv_test(recipe, counts_are_bounded_by_the_size)
{
	MLV_SCOPED(mlv_recipe_release) struct mlv_recipe recipe = example();
	MLV_SCOPED(mlv_buf_release) struct mlv_buf bytes = MLV_BUF_INIT;
	uint64_t packs_end, whole;

	check_ok(mlv_recipe_write(&recipe, &bytes));
	memcpy(bytes.ptr + 20, "\x01\x04\x00\x00", 4); /* 1025 chunks, of 16 KiB all but one */
	check_ok(mlv_recipe_measure(bytes.ptr, 56, &recipe.oid, SIZE, &packs_end, &whole));
	memcpy(bytes.ptr + 20, "\x02\x04\x00\x00", 4);
	check_fails(mlv_recipe_measure(bytes.ptr, 56, &recipe.oid, SIZE, &packs_end, &whole),
		    MLV_E_CORRUPT);
	memcpy(bytes.ptr + 20, "\xff\xff\xff\xff", 4);
	check_fails(mlv_recipe_measure(bytes.ptr, 56, &recipe.oid, SIZE, &packs_end, &whole),
		    MLV_E_CORRUPT);
	memcpy(bytes.ptr + 16, "\x00\x00\x00\x00", 4);
	check_fails(mlv_recipe_measure(bytes.ptr, 56, &recipe.oid, SIZE, &packs_end, &whole),
		    MLV_E_CORRUPT);
	check_fails(mlv_recipe_measure(bytes.ptr, 55, &recipe.oid, SIZE, &packs_end, &whole),
		    MLV_E_CORRUPT);
}
