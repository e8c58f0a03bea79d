/*
 * Keys are read as integers that have their order, words of 64 bits: a number, or
 * codes side by side. Rows are sorted by the first word in which they differ, and
 * those of one word by the next.
 */
#include "core/eval/order.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/sys.h"
#include "core/eval/radix.h"
#include "core/eval/sorted.h"

#define WORD_BITS 64

/* Keys that share a word, the first in its highest bits. */
struct word {
	const struct mlv_key *keys;
	size_t count;
};

struct ordering {
	struct mlv_ctx *ctx;
	struct word *words;
	size_t word_count;
	size_t first;          /* the word by which rows are sorted at first */
	size_t rows;
	uint64_t *key, *row;   /* pairs: of each row its word, and itself */
	size_t parts, *begin;  /* those of one word are in one part */
	uint32_t *order;
	struct mlv_radix_scratch *scratches; /* of each worker */
};

static void ordering_release(struct ordering *ordering)
{
	for (size_t w = 0; ordering->scratches && w < ordering->ctx->jobs; w++)
		mlv_radix_scratch_release(&ordering->scratches[w]);
	free(ordering->scratches);
	free(ordering->words);
	free(ordering->key);
	free(ordering->row);
	free(ordering->begin);
	free(ordering->order);
}

/* ---- words of keys */

/* How many of the keys go into one word. */
static size_t fitting(const struct mlv_key *keys, size_t count)
{
	unsigned bits = 0;
	size_t fits = 0;

	if (keys[0].number)
		return 1;
	while (fits < count && !keys[fits].number && bits + mlv_radix_bits(keys[fits].codes) <= WORD_BITS)
		bits += mlv_radix_bits(keys[fits++].codes);
	return fits;
}

static uint64_t codes_of(const struct word *word, uint32_t row)
{
	uint64_t made = 0;

	for (size_t k = 0; k < word->count; k++) {
		const struct mlv_key *key = &word->keys[k];
		uint32_t code = key->code[row];

		made = made << mlv_radix_bits(key->codes) | (key->rank ? key->rank[code] : code);
	}
	return made;
}

static inline uint64_t word_of(const struct word *word, uint32_t row)
{
	return word->keys->number ? mlv_sorted_key(word->keys->number[row]) : codes_of(word, row);
}

static mlv_err cut_words(struct ordering *ordering, const struct mlv_key *keys, size_t count)
{
	if (!(ordering->words = mlv_sys_alloc_array(count, sizeof(*ordering->words))))
		return mlv_error_nomem("the order of rows");
	while (count) {
		struct word word = { keys, fitting(keys, count) };

		ordering->words[ordering->word_count++] = word;
		keys += word.count;
		count -= word.count;
	}
	return NULL;
}

static bool is_constant(const struct ordering *ordering, const struct word *word)
{
	for (size_t r = 1; r < ordering->rows; r++)
		if (word_of(word, (uint32_t)r) != word_of(word, 0))
			return false;
	return true;
}

/* The first word in which rows differ, or the last. */
static void choose_first(struct ordering *ordering)
{
	while (ordering->first + 1 < ordering->word_count &&
	       is_constant(ordering, &ordering->words[ordering->first]))
		ordering->first++;
}

static void make_pairs(const void *arg, size_t begin, size_t count, uint64_t *keys, uint64_t *words)
{
	const struct ordering *ordering = arg;

	for (size_t i = 0; keys && i < count; i++)
		keys[i] = word_of(&ordering->words[ordering->first], (uint32_t)(begin + i));
	for (size_t i = 0; words && i < count; i++)
		words[i] = begin + i;
}

/* ---- rows of one word */

static size_t run_end(const uint64_t *key, size_t begin, size_t end)
{
	size_t at = begin + 1;

	while (at < end && key[at] == key[begin])
		at++;
	return at;
}

/* Sort rows that are the same before word w. */
static mlv_err sort_on(struct ordering *ordering, struct mlv_radix_scratch *scratch, size_t begin,
		       size_t end, size_t w)
{
	uint64_t *key = ordering->key, *row = ordering->row;
	mlv_err err;

	if (end - begin < 2 || w == ordering->word_count)
		return NULL;
	for (size_t i = begin; i < end; i++)
		key[i] = word_of(&ordering->words[w], (uint32_t)row[i]);
	if ((err = mlv_radix_sort(scratch, key + begin, row + begin, end - begin)))
		return err;
	for (size_t at = begin, next; at < end && !err; at = next) {
		next = run_end(key, at, end);
		err = sort_on(ordering, scratch, at, next, w + 1);
	}
	return err;
}

static mlv_err end_part(void *arg, size_t index, unsigned worker)
{
	struct ordering *ordering = arg;
	bool steps = !ordering->first && ordering->words[0].keys->number;
	size_t end = ordering->begin[index + 1];
	mlv_err err = NULL;

	for (size_t at = ordering->begin[index], next; at < end && !err; at = next) {
		next = run_end(ordering->key, at, end);
		err = sort_on(ordering, &ordering->scratches[worker], at, next, ordering->first + 1);
		for (size_t i = at; i < next; i++)
			ordering->order[i] = (uint32_t)ordering->row[i];
		if (steps && at) /* the first row has the least */
			ordering->order[at] |= MLV_ORDER_STEP;
	}
	return err;
}

static mlv_err sort_all(struct ordering *ordering)
{
	struct mlv_ctx *ctx = ordering->ctx;
	mlv_err err;

	choose_first(ordering);
	if ((err = mlv_radix_make(ctx, make_pairs, ordering, ordering->rows, &ordering->key,
				  &ordering->row)) ||
	    (err = mlv_radix_cut(ctx, ordering->key, ordering->rows, &ordering->parts, &ordering->begin)))
		return err;
	ordering->order = mlv_sys_alloc_array(ordering->rows + 1, sizeof(*ordering->order));
	ordering->scratches = mlv_sys_alloc_array(ctx->jobs, sizeof(*ordering->scratches));
	if (!ordering->order || !ordering->scratches)
		return mlv_error_nomem("the order of rows");
	return mlv_pool_run(ctx, ctx->jobs, ordering->parts, end_part, ordering);
}

mlv_err mlv_order_rows(struct mlv_ctx *ctx, const struct mlv_key *keys, size_t count, size_t rows,
		       uint32_t **order)
{
	MLV_SCOPED(ordering_release) struct ordering ordering = { .ctx = ctx, .rows = rows };
	mlv_err err;

	if ((err = cut_words(&ordering, keys, count)) || (err = sort_all(&ordering)))
		return err;
	*order = MLV_TAKE(ordering.order);
	return NULL;
}

/* ---- ranks of words */

struct text {
	const char *text;
	size_t len;
	uint32_t code;
};

static int by_length(const void *a, const void *b)
{
	const struct text *left = a, *right = b;

	if (left->len != right->len)
		return left->len < right->len ? -1 : 1;
	return memcmp(left->text, right->text, left->len);
}

mlv_err mlv_words_rank(const struct mlv_words *words, uint32_t **rank)
{
	MLV_SCOPED(mlv_mem_free) struct text *sorted =
		mlv_sys_alloc_array(words->count + 1, sizeof(*sorted));
	MLV_SCOPED(mlv_mem_free) uint32_t *made = mlv_sys_alloc_array(words->count + 1, sizeof(*made));
	bool rises = true;

	if (!sorted || !made)
		return mlv_error_nomem("the order of rows");
	for (uint32_t code = 0; code < words->count; code++) {
		const char *text = mlv_words_at(words, code);

		sorted[code] = (struct text){ text, strlen(text), code };
		rises = rises && (!code || by_length(&sorted[code - 1], &sorted[code]) < 0);
	}
	if (!rises)
		qsort(sorted, words->count, sizeof(*sorted), by_length);
	for (size_t i = 0; i < words->count; i++)
		made[sorted[i].code] = (uint32_t)i;
	*rank = MLV_TAKE(made);
	return NULL;
}
