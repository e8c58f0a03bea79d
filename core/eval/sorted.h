/*
 * sorted.h - rows in the order of a number, with their codes beside it.
 *
 * A row is two words: its number, as an integer that rises with it, and its
 * codes side by side, the first in the highest bits. Who follows the order reads
 * these one after the other and never looks into the columns, where each row
 * would be far from the one before. Only codes for which there is no room are
 * looked up: then words end with the row.
 *
 * Rows are sorted by their numbers, of which there is one zero, and then by all
 * their codes, so that their order in their file makes no difference.
 *
 * Ownership   mlv_sorted_release(). It refers to the columns it is made from.
 * Threads     made on all of them, and does not depend on how many.
 * Limits      below 2^31 rows, of 16 bytes. While it is made a thread takes 16 MiB.
 */
#ifndef MLV_EVAL_SORTED_H
#define MLV_EVAL_SORTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/base/context.h"

/* A column of codes. */
struct mlv_field {
	const uint32_t *code; /* of each row; NULL: all 0 */
	size_t codes;         /* how many there are */
	unsigned bits, shift; /* where words have it: is set */
	bool apart;           /* words have no room for it: is set */
};

struct mlv_sorted {
	size_t rows;
	uint64_t *keys, *words;
	struct mlv_field *fields;
	size_t field_count;
	unsigned row_bits; /* the lowest of words, that have the row; 0: no code is apart */
};

/*
 * Sort rows by number (NULL: all are equal) and fields, which is copied. The first
 * fields, that have 32 bits or less together, are never apart.
 */
mlv_err mlv_sorted_make(struct mlv_ctx *ctx, const double *number, const struct mlv_field *fields,
			size_t field_count, size_t rows, struct mlv_sorted *sorted) MLV_CHECK;
void mlv_sorted_release(struct mlv_sorted *sorted);

/* The codes of a field, of count rows from begin on. */
void mlv_sorted_codes(const struct mlv_sorted *sorted, size_t field, size_t begin, size_t count,
		      uint32_t *to);
/* Whether a row is that before it by number and by all fields up to this one. */
static inline bool mlv_sorted_tied(const struct mlv_sorted *sorted, size_t field, size_t row)
{
	return sorted->keys[row] == sorted->keys[row - 1] &&
	       !((sorted->words[row] ^ sorted->words[row - 1]) >> sorted->fields[field].shift);
}

#define MLV_SORTED_SIGN ((uint64_t)1 << 63)
/* The bits of a number as those of an integer that rises with it. */
static inline uint64_t mlv_sorted_key(double number)
{
	uint64_t bits;

	number += 0.0; /* -0 is 0 */
	memcpy(&bits, &number, sizeof(bits));
	return bits & MLV_SORTED_SIGN ? ~bits : bits | MLV_SORTED_SIGN;
}
static inline double mlv_sorted_number(uint64_t key)
{
	uint64_t bits = key & MLV_SORTED_SIGN ? key ^ MLV_SORTED_SIGN : ~key;
	double number;

	memcpy(&number, &bits, sizeof(number));
	return number;
}

#endif
