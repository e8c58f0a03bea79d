/*
 * radix.h - rows as pairs of a key and a word, sorted by their keys, and those of one key by their words.
 *
 * Rows are dealt out, by the highest bits in which any two of them differ, into
 * heaps of about as many rows each, which stay in a thread's cache while they are
 * sorted: time is linear in the rows, whatever they hold.
 *
 * Ownership   what comes is given back with free().
 * Threads     sorted on all of them, and does not depend on how many.
 * Limits      below 2^31 rows, of 16 bytes. While they are sorted a thread takes 16 MiB.
 */
#ifndef MLV_EVAL_RADIX_H
#define MLV_EVAL_RADIX_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/context.h"

/* Put the keys and the words of count rows, from begin on; of NULL nothing is asked. */
typedef void (*mlv_radix_fill)(const void *arg, size_t begin, size_t count, uint64_t *keys,
			       uint64_t *words);
mlv_err mlv_radix_make(struct mlv_ctx *ctx, mlv_radix_fill fill, const void *arg, size_t rows,
		       uint64_t **keys, uint64_t **words) MLV_CHECK;

/* What a thread sorts in; {0}, and mlv_radix_scratch_release(). */
struct mlv_radix_scratch {
	struct pair *rows, *spare;
	size_t cap, spare_cap;
};
void mlv_radix_scratch_release(struct mlv_radix_scratch *scratch);
/* Sort pairs where they are, on this thread. */
mlv_err mlv_radix_sort(struct mlv_radix_scratch *scratch, uint64_t *keys, uint64_t *words,
		       size_t count) MLV_CHECK;

/*
 * Cut rows that are sorted into parts for all threads; rows of one key are in one
 * part. begin: of each part, and behind the last.
 */
mlv_err mlv_radix_cut(const struct mlv_ctx *ctx, const uint64_t *keys, size_t rows, size_t *parts,
		      size_t **begin) MLV_CHECK;

/* How many bits so many values take. */
static inline unsigned mlv_radix_bits(size_t values)
{
	return values > 1 ? 64 - (unsigned)__builtin_clzll(values - 1) : 0;
}

#endif
