#include "core/eval/frame/separators.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define BLOCK 64

#ifdef __SSE2__
/* The bytes of a block: where one is, and of all blocks so far how many are, or whether any. */
struct scan {
	uint64_t marks;  /* of the last block: separators and line feeds */
	unsigned count;  /* of them */
	__m128i lines;   /* two sums */
	__m128i quotes;
};

static void scan_begin(struct scan *strip)
{
	strip->lines = strip->quotes = _mm_setzero_si128();
}

static void scan_block(struct scan *strip, const char *block, char separator)
{
	const __m128i separators = _mm_set1_epi8(separator), feeds = _mm_set1_epi8('\n'),
		      quotes = _mm_set1_epi8('"'), zero = _mm_setzero_si128();
	__m128i lines = zero, marks = zero;

	strip->marks = 0;
	for (unsigned i = 0; i < BLOCK / 16; i++) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(block + 16 * i));
		__m128i feed = _mm_cmpeq_epi8(bytes, feeds);
		__m128i mark = _mm_or_si128(feed, _mm_cmpeq_epi8(bytes, separators));

		strip->quotes = _mm_or_si128(strip->quotes, _mm_cmpeq_epi8(bytes, quotes));
		strip->marks |= (uint64_t)(unsigned)_mm_movemask_epi8(mark) << 16 * i;
		lines = _mm_sub_epi8(lines, feed);
		marks = _mm_sub_epi8(marks, mark);
	}
	strip->lines = _mm_add_epi64(strip->lines, _mm_sad_epu8(lines, zero));
	marks = _mm_sad_epu8(marks, zero);
	strip->count = (unsigned)_mm_cvtsi128_si32(marks) +
		       (unsigned)_mm_cvtsi128_si32(_mm_srli_si128(marks, 8));
}

static size_t scan_lines(const struct scan *strip)
{
	return (size_t)_mm_cvtsi128_si64(strip->lines) +
	       (size_t)_mm_cvtsi128_si64(_mm_srli_si128(strip->lines, 8));
}

static bool scan_quotes(const struct scan *strip)
{
	return _mm_movemask_epi8(strip->quotes) != 0;
}
#else
struct scan {
	uint64_t marks;
	unsigned count;
	size_t lines;
	bool quotes;
};

static void scan_begin(struct scan *strip)
{
	strip->lines = 0;
	strip->quotes = false;
}

static void scan_block(struct scan *strip, const char *block, char separator)
{
	strip->marks = 0;
	strip->count = 0;
	for (unsigned i = 0; i < BLOCK; i++) {
		bool mark = block[i] == separator || block[i] == '\n';

		strip->marks |= (uint64_t)mark << i;
		strip->count += mark;
		strip->lines += block[i] == '\n';
		strip->quotes |= block[i] == '"';
	}
}

static size_t scan_lines(const struct scan *strip)
{
	return strip->lines;
}

static bool scan_quotes(const struct scan *strip)
{
	return strip->quotes;
}
#endif

/* Append where the marks of a block are; what is written behind them is overwritten. */
static uint32_t *put_marks(uint32_t *at, const struct scan *scan, uint32_t base)
{
	uint64_t marks = scan->marks;

	for (unsigned done = 0; done < scan->count; done += 8)
		for (unsigned i = 0; i < 8; i++) {
			at[done + i] = base + (uint32_t)__builtin_ctzll(marks | (uint64_t)1 << 63);
			marks &= marks - 1;
		}
	return at + scan->count;
}

struct mlv_separators mlv_separators_find(const char *bytes, size_t len, char separator, uint32_t *at)
{
	uint32_t *begin = at;
	struct scan scan;

	scan_begin(&scan);
	for (size_t done = 0; done < len; done += BLOCK) {
		char tail[BLOCK] = { 0 };
		const char *block = bytes + done;

		if (len - done < BLOCK)
			block = memcpy(tail, block, len - done);
		scan_block(&scan, block, separator);
		at = put_marks(at, &scan, (uint32_t)done);
	}
	return (struct mlv_separators){ (size_t)(at - begin), scan_lines(&scan), scan_quotes(&scan) };
}

mlv_separators_fn mlv_separators_best(void)
{
	return mlv_separators_avx512_runs() ? mlv_separators_avx512 : mlv_separators_find;
}
