/* sha256/avx2.c - 8 lanes of AVX2. Compiled with -mavx2. */
#include "core/store/sha256/lanes.h"

#if defined(__AVX2__)
#include <immintrin.h>

#define LANES 8
#include "core/store/sha256/lanes_body.h"

bool mlv_sha256_avx2_runs(void)
{
	return __builtin_cpu_supports("avx2");
}

/* Rows of 8 words, one a lane, become 8 vectors of one word each. */
static inline void turn(__m256i r[8], lanes_t w[8])
{
	for (int i = 0; i < 8; i += 4) {
		const __m256i a = _mm256_unpacklo_epi32(r[i], r[i + 1]);
		const __m256i b = _mm256_unpackhi_epi32(r[i], r[i + 1]);
		const __m256i c = _mm256_unpacklo_epi32(r[i + 2], r[i + 3]);
		const __m256i d = _mm256_unpackhi_epi32(r[i + 2], r[i + 3]);

		r[i] = _mm256_unpacklo_epi64(a, c);
		r[i + 1] = _mm256_unpackhi_epi64(a, c);
		r[i + 2] = _mm256_unpacklo_epi64(b, d);
		r[i + 3] = _mm256_unpackhi_epi64(b, d);
	}
	for (int i = 0; i < 4; i++) {
		w[i] = (lanes_t)_mm256_permute2x128_si256(r[i], r[i + 4], 0x20);
		w[i + 4] = (lanes_t)_mm256_permute2x128_si256(r[i], r[i + 4], 0x31);
	}
}

static void load_blocks(lanes_t w[16], const unsigned char *const from[LANES])
{
	const __m256i swap = _mm256_broadcastsi128_si256(
		_mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3));
	__m256i r[8];

	for (int half = 0; half < 2; half++) {
		for (int i = 0; i < 8; i++) {
			__m256i_u row;

			memcpy(&row, from[i] + 32 * half, sizeof(row));
			r[i] = _mm256_shuffle_epi8(row, swap);
		}
		turn(r, w + 8 * half);
	}
}

void mlv_sha256_avx2_many(const struct mlv_message *messages, size_t count)
{
	hash_lanes(messages, count);
}

void mlv_sha256_avx2_blocks(uint32_t *state, const void *base, size_t stride, size_t blocks)
{
	go_on(state, base, stride, blocks);
}

#else

bool mlv_sha256_avx2_runs(void)
{
	return false;
}

void mlv_sha256_avx2_many(const struct mlv_message *messages, size_t count)
{
	(void)messages;
	(void)count;
}

void mlv_sha256_avx2_blocks(uint32_t *state, const void *base, size_t stride, size_t blocks)
{
	(void)state;
	(void)base;
	(void)stride;
	(void)blocks;
}

#endif
