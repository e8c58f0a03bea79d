/* frame/avx512.c - marks of 64 bytes at a time. Compiled with -mavx512f -mavx512bw -mavx512vl. */
#include "core/eval/frame/separators.h"

#if defined(__AVX512F__) && defined(__AVX512BW__)
#include <immintrin.h>

bool mlv_separators_avx512_runs(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512vl");
}

/* Where the bits are: those of 16 places are put together, and all 16 are written. */
static inline uint32_t *put_marks(uint32_t *at, uint64_t marks, uint32_t base)
{
	__m512i places = _mm512_add_epi32(_mm512_set1_epi32((int)base),
					  _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
							    13, 14, 15));

	for (unsigned i = 0; i < 64; i += 16) {
		__mmask16 some = (__mmask16)(marks >> i);

		_mm512_storeu_si512(at, _mm512_maskz_compress_epi32(some, places));
		at += (unsigned)__builtin_popcount(some);
		places = _mm512_add_epi32(places, _mm512_set1_epi32(16));
	}
	return at;
}

struct mlv_separators mlv_separators_avx512(const char *bytes, size_t len, char separator, uint32_t *at)
{
	const __m512i separators = _mm512_set1_epi8(separator), feeds = _mm512_set1_epi8('\n'),
		      quotes = _mm512_set1_epi8('"');
	struct mlv_separators found = { 0, 0, false };
	uint32_t *begin = at;
	uint64_t quoted = 0;

	for (size_t done = 0; done < len; done += 64) {
		__mmask64 there = len - done < 64 ? UINT64_MAX >> (64 - (len - done)) : UINT64_MAX;
		__m512i block = _mm512_maskz_loadu_epi8(there, bytes + done);
		uint64_t lines = _mm512_cmpeq_epi8_mask(block, feeds);

		quoted |= _mm512_cmpeq_epi8_mask(block, quotes);
		found.lines += (unsigned)__builtin_popcountll(lines);
		at = put_marks(at, lines | _mm512_cmpeq_epi8_mask(block, separators), (uint32_t)done);
	}
	found.count = (size_t)(at - begin);
	found.quotes = quoted != 0;
	return found;
}

#else

bool mlv_separators_avx512_runs(void)
{
	return false;
}

struct mlv_separators mlv_separators_avx512(const char *bytes, size_t len, char separator, uint32_t *at)
{
	return mlv_separators_find(bytes, len, separator, at);
}

#endif
