/*
 * sha256/lanes.h - SHA-256 of many messages in the lanes of vector registers.
 *
 * Each vector file defines LANES, checks that the compiler may use the
 * instructions, and includes sha256/lanes_body.h, which is the algorithm. Where
 * the processor family has no such instructions, _runs() is false and _many()
 * does nothing.
 *
 * Limits    a message is shorter than 2^61 bytes.
 */
#ifndef MLV_STORE_SHA256_LANES_H
#define MLV_STORE_SHA256_LANES_H

#include "core/store/sha256.h"

bool mlv_sha256_avx2_runs(void);
bool mlv_sha256_avx512_runs(void);
/* Whether the processor has instructions for one stream (SHA-NI). */
bool mlv_sha256_instructions(void);
/* Of many messages of one length. */
enum mlv_sha256_way mlv_sha256_fastest(void);
/* Call only where _runs(). */
void mlv_sha256_avx2_many(const struct mlv_message *messages, size_t count);
void mlv_sha256_avx512_many(const struct mlv_message *messages, size_t count);
/*
 * Compress blocks of 64 bytes of 8 or 16 streams; stream j's lie at base +
 * j * stride. state holds word i of stream j at [i * lanes + j].
 */
void mlv_sha256_avx2_blocks(uint32_t *state, const void *base, size_t stride, size_t blocks);
void mlv_sha256_avx512_blocks(uint32_t *state, const void *base, size_t stride, size_t blocks);

#endif
