/*
 * Keys are read as integers that have their order, words of 64 bits: a number, or
 * codes side by side. Rows are dealt out by the highest bits in which any two of
 * them differ, and what was dealt together is sorted on, each heap on a thread, so
 * that time is linear in the rows; those of one word go on by the next.
 */
#include "core/eval/order.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/sys.h"

#define WORD_BITS  64
#define DEAL_BITS  14 /* of the first deal: each of its heaps has a cache line under way */
#define DIGIT_BITS 8
#define DIGITS     ((size_t)1 << DIGIT_BITS)
#define FEW        24 /* rows that are sorted by insertion */
#define MANY       ((size_t)1 << 19) /* rows that are dealt on before they are sorted with their keys */
#define PART       ((size_t)1 << 16) /* rows that a thread deals, at least */
#define PARTS_EACH 4

/* A row, by a word of it. */
struct keyed {
	uint64_t key;
	uint32_t row;
};

/* What a worker sorts in. */
struct scratch {
	struct keyed *rows, *spare;
	size_t cap, spare_cap;
	uint32_t *many;
	size_t many_cap;
};

struct range {
	uint64_t least, most;
};

/* Keys that share a word, the first in its highest bits. */
struct word {
	const struct mlv_key *keys;
	size_t count;
};

struct sorting {
	struct mlv_ctx *ctx;
	struct word *words;
	size_t word_count;
	uint32_t *order;
	size_t rows;
	size_t parts, part_rows; /* the rows are cut into parts */
	struct range *ranges;    /* of a word, of the rows of each part */
	size_t dealt;            /* the word by which rows are dealt */
	uint64_t least;
	unsigned shift;          /* a row's heap: what is left of its word above the least */
	size_t heaps;
	uint32_t *at;            /* of each part and heap: rows, then where the next one goes */
	uint32_t *begin;         /* of each heap, and behind the last */
	struct scratch *scratches; /* of each worker */
};

static void sorting_release(struct sorting *sorting)
{
	for (size_t w = 0; sorting->scratches && w < sorting->ctx->jobs; w++) {
		free(sorting->scratches[w].rows);
		free(sorting->scratches[w].spare);
		free(sorting->scratches[w].many);
	}
	free(sorting->scratches);
	free(sorting->words);
	free(sorting->order);
	free(sorting->ranges);
	free(sorting->at);
	free(sorting->begin);
}

/* ---- words of keys */

static unsigned bits_of(const struct mlv_key *key)
{
	unsigned bits = 0;

	for (size_t most = key->codes ? key->codes - 1 : 0; most; most >>= 1)
		bits++;
	return bits;
}

/* How many of the keys go into one word. */
static size_t fitting(const struct mlv_key *keys, size_t count)
{
	unsigned bits = 0;
	size_t fits = 0;

	if (keys[0].number)
		return 1;
	while (fits < count && !keys[fits].number && bits + bits_of(&keys[fits]) <= WORD_BITS)
		bits += bits_of(&keys[fits++]);
	return fits;
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

static uint64_t codes_of(const struct word *word, uint32_t row)
{
	uint64_t made = 0;

	for (size_t k = 0; k < word->count; k++) {
		const struct mlv_key *key = &word->keys[k];
		uint32_t code = key->code[row];

		made = made << bits_of(key) | (key->rank ? key->rank[code] : code);
	}
	return made;
}

static inline uint64_t word_of(const struct word *word, uint32_t row)
{
	return word->keys->number ? rising(word->keys->number[row]) : codes_of(word, row);
}

/* How far words are shifted so that at most this many bits of them differ. */
static unsigned shift_for(const struct range *range, unsigned bits)
{
	unsigned shift = 0;

	while (((range->most >> shift) - (range->least >> shift)) >> bits)
		shift++;
	return shift;
}

static void widen(struct range *range, uint64_t key)
{
	range->least = key < range->least ? key : range->least;
	range->most = key > range->most ? key : range->most;
}

/* ---- few rows, with their keys */

static void insert_few(struct keyed *rows, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct keyed row = rows[i];
		size_t at = i;

		for (; at > 0 && rows[at - 1].key > row.key; at--)
			rows[at] = rows[at - 1];
		rows[at] = row;
	}
}

/* Sort by the highest bits that differ, then what is the same in these: at most 8 levels. */
static void sort_keyed(struct keyed *rows, struct keyed *spare, size_t count)
{
	struct range range = { UINT64_MAX, 0 };
	uint32_t end[DIGITS + 1] = { 0 };
	unsigned shift;

	if (count <= FEW) {
		insert_few(rows, count);
		return;
	}
	for (size_t i = 0; i < count; i++)
		widen(&range, rows[i].key);
	if (range.least == range.most)
		return;
	shift = shift_for(&range, DIGIT_BITS);
	range.least >>= shift;
	for (size_t i = 0; i < count; i++)
		end[(rows[i].key >> shift) - range.least + 1]++;
	for (size_t d = 1; d <= DIGITS; d++)
		end[d] += end[d - 1];
	memcpy(spare, rows, count * sizeof(*rows));
	for (size_t i = 0; i < count; i++)
		rows[end[(spare[i].key >> shift) - range.least]++] = spare[i];
	for (size_t d = 0, begin = 0; shift && d < DIGITS; begin = end[d++])
		sort_keyed(rows + begin, spare, end[d] - begin);
}

/* Whether a larger word of this index is a step of the order. */
static bool is_step(const struct sorting *sorting, size_t w)
{
	return w == 0 && sorting->words[0].keys->number;
}

/* By one word, and rows that have the same by the next. */
static void sort_words(const struct sorting *sorting, struct keyed *rows, struct keyed *spare,
		       size_t count, size_t w)
{
	for (size_t i = 0; i < count; i++)
		rows[i].key = word_of(&sorting->words[w], rows[i].row);
	sort_keyed(rows, spare, count);
	for (size_t begin = 0, end; begin < count; begin = end) {
		for (end = begin + 1; end < count && rows[end].key == rows[begin].key;)
			end++;
		if (end - begin > 1 && w + 1 < sorting->word_count)
			sort_words(sorting, rows + begin, spare, end - begin, w + 1);
		if (begin && is_step(sorting, w))
			rows[begin].row |= MLV_ORDER_STEP;
	}
}

static mlv_err sort_few(const struct sorting *sorting, struct scratch *scratch, uint32_t *rows,
			size_t count, size_t w)
{
	mlv_err err;

	if ((err = mlv_array_grow(&scratch->rows, &scratch->cap, count, sizeof(*scratch->rows))) ||
	    (err = mlv_array_grow(&scratch->spare, &scratch->spare_cap, count,
				  sizeof(*scratch->spare))))
		return err;
	for (size_t i = 0; i < count; i++)
		scratch->rows[i].row = rows[i];
	sort_words(sorting, scratch->rows, scratch->spare, count, w);
	for (size_t i = 0; i < count; i++)
		rows[i] = scratch->rows[i].row;
	return NULL;
}

/* ---- many rows */

/* Deal rows by the highest digit of a word in which they differ; end of each heap. */
static mlv_err deal_many(const struct word *word, const struct range *range, unsigned shift,
			 struct scratch *scratch, uint32_t *rows, size_t count,
			 uint32_t end[DIGITS + 1])
{
	uint64_t least = range->least >> shift;
	mlv_err err = mlv_array_grow(&scratch->many, &scratch->many_cap, count,
				     sizeof(*scratch->many));

	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		end[(word_of(word, rows[i]) >> shift) - least + 1]++;
	for (size_t d = 1; d <= DIGITS; d++)
		end[d] += end[d - 1];
	memcpy(scratch->many, rows, count * sizeof(*rows));
	for (size_t i = 0; i < count; i++) {
		uint32_t row = scratch->many[i];

		rows[end[(word_of(word, row) >> shift) - least]++] = row;
	}
	return NULL;
}

/* Sort rows that are the same before word w: so many that their keys would take much memory. */
static mlv_err sort_rows(const struct sorting *sorting, struct scratch *scratch, uint32_t *rows,
			 size_t count, size_t w)
{
	struct range range = { UINT64_MAX, 0 };
	uint32_t end[DIGITS + 1] = { 0 };
	unsigned shift;
	mlv_err err;

	if (count < 2 || w == sorting->word_count)
		return NULL;
	if (count <= MANY)
		return sort_few(sorting, scratch, rows, count, w);
	for (size_t i = 0; i < count; i++)
		widen(&range, word_of(&sorting->words[w], rows[i]));
	if (range.least == range.most)
		return sort_rows(sorting, scratch, rows, count, w + 1);
	shift = shift_for(&range, DIGIT_BITS);
	err = deal_many(&sorting->words[w], &range, shift, scratch, rows, count, end);
	for (size_t d = 0, begin = 0; d < DIGITS && !err; begin = end[d++]) {
		err = sort_rows(sorting, scratch, rows + begin, end[d] - begin, shift ? w : w + 1);
		if (begin && begin < end[d] && is_step(sorting, w))
			rows[begin] |= MLV_ORDER_STEP;
	}
	return err;
}

/* ---- all rows */

static size_t part_end(const struct sorting *sorting, size_t part)
{
	return part + 1 < sorting->parts ? (part + 1) * sorting->part_rows : sorting->rows;
}

static mlv_err find_range(void *arg, size_t index, unsigned worker)
{
	struct sorting *sorting = arg;
	struct range range = { UINT64_MAX, 0 };

	(void)worker;
	for (size_t r = index * sorting->part_rows; r < part_end(sorting, index); r++)
		widen(&range, word_of(&sorting->words[sorting->dealt], (uint32_t)r));
	sorting->ranges[index] = range;
	return NULL;
}

static mlv_err count_part(void *arg, size_t index, unsigned worker)
{
	struct sorting *sorting = arg;
	const struct word *word = &sorting->words[sorting->dealt];
	uint32_t *at = sorting->at + index * sorting->heaps;

	(void)worker;
	for (size_t r = index * sorting->part_rows; r < part_end(sorting, index); r++)
		at[(word_of(word, (uint32_t)r) >> sorting->shift) - sorting->least]++;
	return NULL;
}

static mlv_err deal_part(void *arg, size_t index, unsigned worker)
{
	struct sorting *sorting = arg;
	const struct word *word = &sorting->words[sorting->dealt];
	uint32_t *at = sorting->at + index * sorting->heaps;

	(void)worker;
	for (size_t r = index * sorting->part_rows; r < part_end(sorting, index); r++) {
		size_t heap = (size_t)((word_of(word, (uint32_t)r) >> sorting->shift) - sorting->least);

		sorting->order[at[heap]++] = (uint32_t)r;
	}
	return NULL;
}

static mlv_err sort_heap(void *arg, size_t index, unsigned worker)
{
	struct sorting *sorting = arg;
	uint32_t *rows = sorting->order + sorting->begin[index];
	size_t count = sorting->begin[index + 1] - sorting->begin[index];
	mlv_err err = sort_rows(sorting, &sorting->scratches[worker], rows, count,
				sorting->shift ? sorting->dealt : sorting->dealt + 1);

	if (index && count && is_step(sorting, sorting->dealt)) /* the first heap has the least */
		rows[0] |= MLV_ORDER_STEP;
	return err;
}

/* From how many rows of a heap a part has to where these go. */
static void place_heaps(struct sorting *sorting)
{
	uint32_t next = 0;

	for (size_t h = 0; h < sorting->heaps; h++) {
		sorting->begin[h] = next;
		for (size_t p = 0; p < sorting->parts; p++) {
			uint32_t *at = &sorting->at[p * sorting->heaps + h], rows = *at;

			*at = next;
			next += rows;
		}
	}
	sorting->begin[sorting->heaps] = next;
}

static mlv_err cut_parts(struct sorting *sorting)
{
	size_t most = (size_t)sorting->ctx->jobs * PARTS_EACH;

	sorting->parts = sorting->rows / PART;
	sorting->parts = sorting->parts > most ? most : sorting->parts;
	sorting->parts += !sorting->parts;
	sorting->part_rows = sorting->rows / sorting->parts;
	sorting->ranges = mlv_sys_alloc_array(sorting->parts, sizeof(*sorting->ranges));
	sorting->scratches = mlv_sys_alloc_array(sorting->ctx->jobs, sizeof(*sorting->scratches));
	sorting->order = mlv_sys_alloc_array(sorting->rows + 1, sizeof(*sorting->order));
	return sorting->ranges && sorting->scratches && sorting->order
		       ? NULL
		       : mlv_error_nomem("the order of rows");
}

static mlv_err cut_words(struct sorting *sorting, const struct mlv_key *keys, size_t count)
{
	if (!(sorting->words = mlv_sys_alloc_array(count, sizeof(*sorting->words))))
		return mlv_error_nomem("the order of rows");
	while (count) {
		struct word word = { keys, fitting(keys, count) };

		sorting->words[sorting->word_count++] = word;
		keys += word.count;
		count -= word.count;
	}
	return NULL;
}

/* The first word in which rows differ is that by which they are dealt. */
static mlv_err choose_heaps(struct sorting *sorting)
{
	struct range all;
	mlv_err err;

	for (;; sorting->dealt++) {
		if ((err = mlv_pool_run(sorting->ctx, sorting->ctx->jobs, sorting->parts, find_range,
					sorting)))
			return err;
		all = sorting->ranges[0];
		for (size_t p = 1; p < sorting->parts; p++) {
			widen(&all, sorting->ranges[p].least);
			widen(&all, sorting->ranges[p].most);
		}
		if (all.least != all.most || sorting->dealt + 1 == sorting->word_count)
			break;
	}
	sorting->shift = shift_for(&all, DEAL_BITS);
	sorting->least = all.least >> sorting->shift;
	sorting->heaps = (size_t)((all.most >> sorting->shift) - sorting->least) + 1;
	sorting->at = mlv_sys_alloc_array(sorting->parts * sorting->heaps, sizeof(*sorting->at));
	sorting->begin = mlv_sys_alloc_array(sorting->heaps + 1, sizeof(*sorting->begin));
	return sorting->at && sorting->begin ? NULL : mlv_error_nomem("the order of rows");
}

static mlv_err sort_all(struct sorting *sorting)
{
	struct mlv_ctx *ctx = sorting->ctx;
	mlv_err err;

	if ((err = choose_heaps(sorting)) ||
	    (err = mlv_pool_run(ctx, ctx->jobs, sorting->parts, count_part, sorting)))
		return err;
	place_heaps(sorting);
	if ((err = mlv_pool_run(ctx, ctx->jobs, sorting->parts, deal_part, sorting)))
		return err;
	return mlv_pool_run(ctx, ctx->jobs, sorting->heaps, sort_heap, sorting);
}

mlv_err mlv_order_rows(struct mlv_ctx *ctx, const struct mlv_key *keys, size_t count, size_t rows,
		       uint32_t **order)
{
	MLV_SCOPED(sorting_release) struct sorting sorting = { .ctx = ctx, .rows = rows };
	mlv_err err;

	if ((err = cut_words(&sorting, keys, count)) || (err = cut_parts(&sorting)) ||
	    (rows && (err = sort_all(&sorting))))
		return err;
	*order = MLV_TAKE(sorting.order);
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
