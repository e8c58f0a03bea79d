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

/* How often the byte stands in blocks of 16, of which there are at most 255. */
static inline size_t scan_sum(const char *bytes, size_t blocks, char wanted)
{
	const __m128i sought = _mm_set1_epi8(wanted);
	__m128i counts = _mm_setzero_si128();

	for (size_t i = 0; i < blocks; i++) {
		__m128i block = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 16 * i));

		counts = _mm_sub_epi8(counts, _mm_cmpeq_epi8(block, sought));
	}
	counts = _mm_sad_epu8(counts, _mm_setzero_si128());
	return (size_t)_mm_cvtsi128_si64(counts) +
	       (size_t)_mm_cvtsi128_si64(_mm_srli_si128(counts, 8));
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
	for (size_t blocks; (blocks = (len - at) / 16) > 0; at += 16 * blocks) {
		blocks = blocks < 255 ? blocks : 255;
		count += scan_sum(bytes + at, blocks, wanted);
	}
#endif
	for (; at < len; at++)
		count += bytes[at] == wanted;
	return count;
}

#endif
