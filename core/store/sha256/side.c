/* sha256/side.c - streams that advance together. */
#include "core/store/sha256.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/store/sha256/lanes.h"

#define SIDE  MLV_SHA256_SIDE
#define BLOCK ((size_t)64)

struct mlv_sha256_side {
	enum mlv_sha256_way way;
	uint64_t len;                     /* bytes each stream got */
	uint32_t state[8 * SIDE];         /* in lanes: that of AVX2 is two halves */
	struct mlv_sha256 *streams[SIDE]; /* by OpenSSL */
};

/* FIPS 180-4, 5.3.3. */
static const uint32_t initial[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
				     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

static unsigned lanes_of(const struct mlv_sha256_side *side)
{
	return side->way == MLV_SHA256_AVX512 ? 16 : 8;
}

static void begin(struct mlv_sha256_side *side)
{
	const unsigned lanes = lanes_of(side);

	side->len = 0;
	for (unsigned i = 0; i < 8 * SIDE; i++)
		side->state[i] = initial[i / lanes % 8];
}

void mlv_sha256_side_freep(struct mlv_sha256_side **side)
{
	if (!*side)
		return;
	for (unsigned i = 0; i < SIDE; i++)
		mlv_sha256_freep(&(*side)->streams[i]);
	free(MLV_TAKE(*side));
}

mlv_err mlv_sha256_side_new_by(enum mlv_sha256_way way, struct mlv_sha256_side **out)
{
	MLV_SCOPED(mlv_sha256_side_freep) struct mlv_sha256_side *side = NULL;
	mlv_err err;

	if (!mlv_sha256_way_runs(way))
		return mlv_error(MLV_E_REFUSED, "SHA-256 by %s does not run on this processor",
				 mlv_sha256_way_name(way));
	if (!(side = mlv_sys_alloc(sizeof(*side))))
		return mlv_error_nomem("SHA-256 states");
	side->way = way == MLV_SHA256_AUTO ? mlv_sha256_fastest() : way;
	for (unsigned i = 0; i < SIDE && side->way == MLV_SHA256_OPENSSL; i++) {
		if ((err = mlv_sha256_new(&side->streams[i])))
			return err;
	}
	begin(side);
	*out = MLV_TAKE(side);
	return NULL;
}

mlv_err mlv_sha256_side_new(struct mlv_sha256_side **out)
{
	return mlv_sha256_side_new_by(MLV_SHA256_AUTO, out);
}

static void update_lanes(struct mlv_sha256_side *side, const unsigned char *bytes, size_t stride,
			 size_t len)
{
	if (side->way == MLV_SHA256_AVX512) {
		mlv_sha256_avx512_blocks(side->state, bytes, stride, len / BLOCK);
		return;
	}
	mlv_sha256_avx2_blocks(side->state, bytes, stride, len / BLOCK);
	mlv_sha256_avx2_blocks(side->state + 64, bytes + 8 * stride, stride, len / BLOCK);
}

mlv_err mlv_sha256_side_update(struct mlv_sha256_side *side, const void *bytes, size_t stride,
			       size_t len)
{
	const unsigned char *at = bytes;

	side->len += len;
	if (side->way != MLV_SHA256_OPENSSL) {
		update_lanes(side, at, stride, len);
		return NULL;
	}
	for (unsigned j = 0; j < SIDE; j++) {
		mlv_err err = mlv_sha256_update(side->streams[j], at + j * stride, len);

		if (err)
			return err;
	}
	return NULL;
}

/* The digest of stream j, whose last block was compressed. */
static void digest_of(const struct mlv_sha256_side *side, unsigned j, struct mlv_oid *oid)
{
	const unsigned lanes = lanes_of(side);

	for (unsigned i = 0; i < 8; i++) {
		uint32_t word = side->state[j / lanes * 64 + i * lanes + j % lanes];

		for (unsigned k = 0; k < 4; k++)
			oid->bytes[4 * i + k] = (unsigned char)(word >> (24 - 8 * k));
	}
}

mlv_err mlv_sha256_side_final(struct mlv_sha256_side *side, struct mlv_oid *oids)
{
	unsigned char padding[BLOCK] = { 0x80 };
	mlv_err err = NULL;

	for (unsigned j = 0; j < SIDE && side->way == MLV_SHA256_OPENSSL && !err; j++)
		err = mlv_sha256_final(side->streams[j], &oids[j]);
	if (side->way == MLV_SHA256_OPENSSL)
		return err;
	for (unsigned i = 0; i < 8; i++)
		padding[BLOCK - 1 - i] = (unsigned char)(side->len * 8 >> (8 * i));
	update_lanes(side, padding, 0, BLOCK);
	for (unsigned j = 0; j < SIDE; j++)
		digest_of(side, j, &oids[j]);
	begin(side);
	return NULL;
}
