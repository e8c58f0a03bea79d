/* parts.h - what the files behind radix.h share. */
#ifndef MLV_EVAL_RADIX_PARTS_H
#define MLV_EVAL_RADIX_PARTS_H

#include "core/eval/radix.h"

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
