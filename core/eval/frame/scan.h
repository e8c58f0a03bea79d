/*
 * scan.h - the bytes that matter in a table, many at a time.
 *
 * Where the processor always has vectors (x86-64 has SSE2) they are used; the
 * plain form gives the same.
 */
#ifndef MLV_EVAL_FRAME_SCAN_H
#define MLV_EVAL_FRAME_SCAN_H

#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define SCAN_BLOCK 64

#ifdef __SSE2__
/* Bit i: byte i of the block is one of the three. */
static inline uint64_t scan_block(const char *block, char a, char b, char c)
{
	const __m128i as = _mm_set1_epi8(a), bs = _mm_set1_epi8(b), cs = _mm_set1_epi8(c);
	uint64_t bits = 0;

	for (unsigned i = 0; i < SCAN_BLOCK / 16; i++) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(block + 16 * i));
		__m128i found = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, as),
							  _mm_cmpeq_epi8(bytes, bs)),
					     _mm_cmpeq_epi8(bytes, cs));

		bits |= (uint64_t)(unsigned)_mm_movemask_epi8(found) << 16 * i;
	}
	return bits;
}

/* How many bytes of a block, of 16, are this one: added to the sums. */
static inline __m128i scan_add(__m128i sums, const char *bytes, char wanted)
{
	__m128i found = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)bytes),
				       _mm_set1_epi8(wanted));

	return _mm_add_epi64(sums, _mm_sad_epu8(_mm_sub_epi8(_mm_setzero_si128(), found),
						_mm_setzero_si128()));
}
#else
static inline uint64_t scan_block(const char *block, char a, char b, char c)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < SCAN_BLOCK; i++)
		bits |= (uint64_t)(block[i] == a || block[i] == b || block[i] == c) << i;
	return bits;
}
#endif

/* How many of the bytes are this one. */
static inline size_t scan_count(const char *bytes, size_t len, char wanted)
{
	size_t at = 0, count = 0;
#ifdef __SSE2__
	__m128i sums = _mm_setzero_si128();

	for (; at + 16 <= len; at += 16)
		sums = scan_add(sums, bytes + at, wanted);
	count = (size_t)_mm_cvtsi128_si64(sums) +
		(size_t)_mm_cvtsi128_si64(_mm_srli_si128(sums, 8));
#endif
	for (; at < len; at++)
		count += bytes[at] == wanted;
	return count;
}

#endif
