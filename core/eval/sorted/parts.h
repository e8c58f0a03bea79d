/* parts.h - what the files behind sorted.h share. */
#ifndef MLV_EVAL_SORTED_PARTS_H
#define MLV_EVAL_SORTED_PARTS_H

#include "core/eval/sorted.h"

/* What a worker sorts in. */
struct scratch {
	struct pair {
		uint64_t key, word;
	} *rows, *spare;
	size_t cap, spare_cap;
};
void mlv_sorted_scratch_release(struct scratch *scratch);
/* Sort count rows from begin on; by_word: their keys are equal. */
mlv_err mlv_sorted_heap(struct mlv_sorted *sorted, struct scratch *scratch, size_t begin, size_t count,
			bool by_word) MLV_CHECK;

/* How many bits so many values take. */
static inline unsigned bits_for(size_t values)
{
	unsigned bits = 0;

	while (values > 1 && (values - 1) >> bits)
		bits++;
	return bits;
}

struct range {
	uint64_t least, most;
};
static inline void widen(struct range *range, uint64_t key)
{
	range->least = key < range->least ? key : range->least;
	range->most = key > range->most ? key : range->most;
}

/* How far words are shifted so that at most this many bits of them differ. */
static inline unsigned shift_for(const struct range *range, unsigned bits)
{
	unsigned shift = 0;

	while (((range->most >> shift) - (range->least >> shift)) >> bits)
		shift++;
	return shift;
}

#endif
