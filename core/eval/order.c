#include "core/eval/order.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"

#define BYTES 8 /* of a key's word */

/* Codes that share a word, the first in its highest bits; or one number. */
struct packed {
	const struct mlv_key *keys;
	size_t count;
};

struct sorting {
	size_t rows;
	uint64_t *word;        /* of each row, of the keys that are sorted by now */
	uint32_t *order, *next;
};

static void sorting_release(struct sorting *sorting)
{
	free(sorting->word);
	free(sorting->order);
	free(sorting->next);
}

static unsigned bits_of(const struct mlv_key *key)
{
	unsigned bits = 0;

	for (size_t most = key->codes ? key->codes - 1 : 0; most; most >>= 1)
		bits++;
	return bits;
}

/* The bits of a number as those of an integer that rises with it. */
static uint64_t rising(double number)
{
	const uint64_t sign = (uint64_t)1 << 63;
	uint64_t bits;

	number += 0.0; /* -0 is 0 */
	memcpy(&bits, &number, sizeof(bits));
	return bits & sign ? ~bits : bits | sign;
}

static void pack(const struct packed *packed, size_t rows, uint64_t *word)
{
	for (size_t r = 0; r < rows; r++)
		word[r] = packed->keys[0].number ? rising(packed->keys[0].number[r]) : 0;
	for (size_t k = 0; k < packed->count && packed->keys[k].code; k++) {
		const struct mlv_key *key = &packed->keys[k];
		unsigned bits = bits_of(key);

		for (size_t r = 0; bits && r < rows; r++)
			word[r] = word[r] << bits |
				  (key->rank ? key->rank[key->code[r]] : key->code[r]);
	}
}

/* One pass for each byte that differs, the lowest first, each keeping what is equal. */
static void sort_by_word(struct sorting *sorting)
{
	uint64_t same = 0;

	for (size_t r = 1; r < sorting->rows; r++)
		same |= sorting->word[r] ^ sorting->word[0];
	for (unsigned shift = 0; shift < 8 * BYTES; shift += 8) {
		size_t begin[257] = { 0 };
		uint32_t *swap = sorting->order;

		if (!(same >> shift & 0xff))
			continue;
		for (size_t r = 0; r < sorting->rows; r++)
			begin[(sorting->word[r] >> shift & 0xff) + 1]++;
		for (size_t b = 1; b < 256; b++)
			begin[b] += begin[b - 1];
		for (size_t i = 0; i < sorting->rows; i++) {
			uint32_t row = sorting->order[i];

			sorting->next[begin[sorting->word[row] >> shift & 0xff]++] = row;
		}
		sorting->order = sorting->next;
		sorting->next = swap;
	}
}

/* How many of the keys before the first count go into one word with the last of them. */
static size_t fitting(const struct mlv_key *keys, size_t count)
{
	unsigned bits = 0;
	size_t fits = 0;

	if (keys[count - 1].number)
		return 1;
	while (fits < count && !keys[count - 1 - fits].number &&
	       bits + bits_of(&keys[count - 1 - fits]) <= 8 * BYTES)
		bits += bits_of(&keys[count - 1 - fits++]);
	return fits;
}

mlv_err mlv_order_rows(const struct mlv_key *keys, size_t count, size_t rows, uint32_t **order)
{
	MLV_SCOPED(sorting_release) struct sorting sorting = { .rows = rows };

	sorting.word = mlv_sys_alloc_array(rows + 1, sizeof(*sorting.word));
	sorting.order = mlv_sys_alloc_array(rows + 1, sizeof(*sorting.order));
	sorting.next = mlv_sys_alloc_array(rows + 1, sizeof(*sorting.next));
	if (!sorting.word || !sorting.order || !sorting.next)
		return mlv_error_nomem("the order of rows");
	for (size_t r = 0; r < rows; r++)
		sorting.order[r] = (uint32_t)r;
	while (count) {
		struct packed packed = { NULL, fitting(keys, count) };

		count -= packed.count;
		packed.keys = keys + count;
		pack(&packed, rows, sorting.word);
		sort_by_word(&sorting);
	}
	*order = MLV_TAKE(sorting.order);
	return NULL;
}

/* ---- words */

struct word {
	const char *text;
	size_t len;
	uint32_t code;
};

static int by_length(const void *a, const void *b)
{
	const struct word *left = a, *right = b;

	if (left->len != right->len)
		return left->len < right->len ? -1 : 1;
	return memcmp(left->text, right->text, left->len);
}

mlv_err mlv_words_rank(const struct mlv_words *words, uint32_t **rank)
{
	MLV_SCOPED(mlv_mem_free) struct word *sorted =
		mlv_sys_alloc_array(words->count + 1, sizeof(*sorted));
	MLV_SCOPED(mlv_mem_free) uint32_t *made = mlv_sys_alloc_array(words->count + 1, sizeof(*made));
	bool rises = true;

	if (!sorted || !made)
		return mlv_error_nomem("the order of rows");
	for (uint32_t code = 0; code < words->count; code++) {
		const char *text = mlv_words_at(words, code);

		sorted[code] = (struct word){ text, strlen(text), code };
		rises = rises && (!code || by_length(&sorted[code - 1], &sorted[code]) < 0);
	}
	if (!rises)
		qsort(sorted, words->count, sizeof(*sorted), by_length);
	for (size_t i = 0; i < words->count; i++)
		made[sorted[i].code] = (uint32_t)i;
	*rank = MLV_TAKE(made);
	return NULL;
}
