/* sha256/avx512.c - 16 lanes of AVX-512. Compiled with -mavx512f -mavx512bw -mavx512vl. */
#include "core/store/sha256/lanes.h"

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#include <immintrin.h>

#define LANES 16
/* Any function of three bits, by its table: the compiler finds half of them. */
#define TABLE(x, y, z, table) \
	((lanes_t)_mm512_ternarylogic_epi32((__m512i)(x), (__m512i)(y), (__m512i)(z), table))
#define XOR3(x, y, z)   TABLE(x, y, z, 0x96)
#define CHOOSE(x, y, z) TABLE(x, y, z, 0xca)
#define MAJOR(x, y, z)  TABLE(x, y, z, 0xe8)
#include "core/store/sha256/lanes_body.h"

bool mlv_sha256_avx512_runs(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512vl");
}

/* Turn pairs of rows, then pairs of pairs, so that each 128 bits hold one word of four lanes. */
static inline void turn_within(__m512i r[16])
{
	for (int i = 0; i < 16; i += 4) {
		const __m512i a = _mm512_unpacklo_epi32(r[i], r[i + 1]);
		const __m512i b = _mm512_unpackhi_epi32(r[i], r[i + 1]);
		const __m512i c = _mm512_unpacklo_epi32(r[i + 2], r[i + 3]);
		const __m512i d = _mm512_unpackhi_epi32(r[i + 2], r[i + 3]);

		r[i] = _mm512_unpacklo_epi64(a, c);
		r[i + 1] = _mm512_unpackhi_epi64(a, c);
		r[i + 2] = _mm512_unpacklo_epi64(b, d);
		r[i + 3] = _mm512_unpackhi_epi64(b, d);
	}
}

/* Row i of 4 words and rows i + 4, i + 8, i + 12 become words i, i + 4, i + 8, i + 12. */
static inline void turn_across(const __m512i r[16], lanes_t w[16])
{
	for (int i = 0; i < 4; i++) {
		const __m512i a = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
		const __m512i b = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
		const __m512i c = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
		const __m512i d = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);

		w[i] = (lanes_t)_mm512_shuffle_i32x4(a, c, 0x88);
		w[i + 4] = (lanes_t)_mm512_shuffle_i32x4(b, d, 0x88);
		w[i + 8] = (lanes_t)_mm512_shuffle_i32x4(a, c, 0xdd);
		w[i + 12] = (lanes_t)_mm512_shuffle_i32x4(b, d, 0xdd);
	}
}

static void load_blocks(lanes_t w[16], const unsigned char *const from[LANES])
{
	const __m512i swap = _mm512_broadcast_i32x4(
		_mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3));
	__m512i r[16];

	for (int i = 0; i < 16; i++)
		r[i] = _mm512_shuffle_epi8(_mm512_loadu_si512(from[i]), swap);
	turn_within(r);
	turn_across(r, w);
}

void mlv_sha256_avx512_many(const struct mlv_message *messages, size_t count)
{
	hash_lanes(messages, count);
}

void mlv_sha256_avx512_blocks(uint32_t *state, const void *base, size_t stride, size_t blocks)
{
	go_on(state, base, stride, blocks);
}

#else

bool mlv_sha256_avx512_runs(void)
{
	return false;
}

void mlv_sha256_avx512_many(const struct mlv_message *messages, size_t count)
{
	(void)messages;
	(void)count;
}

void mlv_sha256_avx512_blocks(uint32_t *state, const void *base, size_t stride, size_t blocks)
{
	(void)state;
	(void)base;
	(void)stride;
	(void)blocks;
}

#endif
