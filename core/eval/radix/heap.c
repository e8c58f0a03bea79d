/* A heap of rows is sorted: with keys and words side by side, where it is not too large for that. */
#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/eval/radix/parts.h"

#define DIGIT_BITS 11
#define DIGITS     ((size_t)1 << DIGIT_BITS)
#define SPLIT_BITS 8
#define SPLITS     ((size_t)1 << SPLIT_BITS)
#define FEW        16 /* rows that are sorted by insertion */
#define MANY       ((size_t)1 << 19) /* rows that are split where they are */

struct pair {
	uint64_t key, word;
};

void mlv_radix_scratch_release(struct mlv_radix_scratch *scratch)
{
	free(scratch->rows);
	free(scratch->spare);
}

/* ---- few rows */

static bool is_less(const struct pair *a, const struct pair *b)
{
	return a->key < b->key || (a->key == b->key && a->word < b->word);
}

static void insert_few(struct pair *rows, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct pair row = rows[i];
		size_t at = i;

		for (; at > 0 && is_less(&row, &rows[at - 1]); at--)
			rows[at] = rows[at - 1];
		rows[at] = row;
	}
}

static uint64_t digit_of(const struct pair *row, bool by_word, unsigned shift)
{
	return (by_word ? row->word : row->key) >> shift;
}

/* So many bits that few rows have the same. */
static unsigned digit_bits(size_t count)
{
	unsigned bits = mlv_radix_bits(count) - 1;

	return bits < DIGIT_BITS ? bits : DIGIT_BITS;
}

/* Sort by the highest bits that differ, then what is the same in these; by words what has one key. */
static void sort_pairs(struct pair *rows, struct pair *spare, size_t count, bool by_word)
{
	struct range range = { UINT64_MAX, 0 };
	uint32_t end[DIGITS + 1];
	unsigned shift;

	if (count <= FEW) {
		insert_few(rows, count);
		return;
	}
	for (size_t i = 0; i < count; i++)
		widen(&range, digit_of(&rows[i], by_word, 0));
	if (range.least == range.most) {
		if (!by_word)
			sort_pairs(rows, spare, count, true);
		return;
	}
	shift = shift_for(&range, digit_bits(count));
	range.least >>= shift;
	range.most >>= shift;
	memset(end, 0, (range.most - range.least + 2) * sizeof(*end));
	for (size_t i = 0; i < count; i++)
		end[digit_of(&rows[i], by_word, shift) - range.least + 1]++;
	for (size_t d = 1; d <= range.most - range.least; d++)
		end[d] += end[d - 1];
	memcpy(spare, rows, count * sizeof(*rows));
	for (size_t i = 0; i < count; i++)
		rows[end[digit_of(&spare[i], by_word, shift) - range.least]++] = spare[i];
	for (size_t d = 0, begin = 0; d <= range.most - range.least; begin = end[d++])
		if (end[d] - begin > 1)
			sort_pairs(rows + begin, spare, end[d] - begin, by_word);
}

static mlv_err sort_few(struct mlv_radix_scratch *scratch, uint64_t *keys, uint64_t *words, size_t count)
{
	mlv_err err;

	if ((err = mlv_array_grow(&scratch->rows, &scratch->cap, count, sizeof(*scratch->rows))) ||
	    (err = mlv_array_grow(&scratch->spare, &scratch->spare_cap, count, sizeof(*scratch->spare))))
		return err;
	for (size_t i = 0; i < count; i++)
		scratch->rows[i] = (struct pair){ keys[i], words[i] };
	sort_pairs(scratch->rows, scratch->spare, count, false);
	for (size_t i = 0; i < count; i++) {
		keys[i] = scratch->rows[i].key;
		words[i] = scratch->rows[i].word;
	}
	return NULL;
}

/* ---- many rows, of nearly the same number */

static void swap(uint64_t *a, uint64_t *b)
{
	uint64_t kept = *a;

	*a = *b;
	*b = kept;
}

/* Bring each row to its digit: each swap puts one where it stays. P. McIlroy and others (1993). */
static void split(uint64_t *by, uint64_t *beside, unsigned shift, uint64_t least, const uint32_t *end)
{
	uint32_t next[SPLITS];

	for (size_t d = 0; d < SPLITS; d++)
		next[d] = d ? end[d - 1] : 0;
	for (size_t d = 0; d < SPLITS; d++)
		while (next[d] < end[d]) {
			uint32_t *to = &next[(by[next[d]] >> shift) - least];

			if (to != &next[d]) {
				swap(&by[next[d]], &by[*to]);
				swap(&beside[next[d]], &beside[*to]);
			}
			++*to;
		}
}

/* by_word: keys are equal. */
static mlv_err sort_many(struct mlv_radix_scratch *scratch, uint64_t *keys, uint64_t *words, size_t count,
			 bool by_word)
{
	uint64_t *by = by_word ? words : keys;
	struct range range = { UINT64_MAX, 0 };
	uint32_t end[SPLITS] = { 0 };
	unsigned shift;
	mlv_err err = NULL;

	if (count <= MANY)
		return sort_few(scratch, keys, words, count);
	for (size_t i = 0; i < count; i++)
		widen(&range, by[i]);
	if (range.least == range.most)
		return by_word ? NULL : sort_many(scratch, keys, words, count, true);
	shift = shift_for(&range, SPLIT_BITS);
	range.least >>= shift;
	for (size_t i = 0; i < count; i++)
		end[(by[i] >> shift) - range.least]++;
	for (size_t d = 1; d < SPLITS; d++)
		end[d] += end[d - 1];
	split(by, by_word ? keys : words, shift, range.least, end);
	for (size_t d = 0, from = 0; d < SPLITS && !err; from = end[d++])
		err = sort_many(scratch, keys + from, words + from, end[d] - from, by_word);
	return err;
}

mlv_err mlv_radix_sort(struct mlv_radix_scratch *scratch, uint64_t *keys, uint64_t *words, size_t count)
{
	return sort_many(scratch, keys, words, count, false);
}
