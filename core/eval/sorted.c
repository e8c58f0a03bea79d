/*
 * Rows are dealt out, by the highest bits in which any two of them differ, into
 * heaps of about as many rows each, which stay in a thread's cache while they are
 * sorted: time is linear in the rows, whatever they hold.
 */
#include "core/eval/sorted.h"

#include <stdlib.h>

#include "core/base/pool.h"
#include "core/base/sys.h"
#include "core/eval/sorted/parts.h"

#define WORD_BITS  64
#define FINE_BITS  14   /* rows are counted by so many bits before heaps are made of them */
#define HEAPS      1024 /* each has a cache line and a page under way while rows are dealt */
#define PART       ((size_t)1 << 16) /* rows that a thread deals, at least */
#define PARTS_EACH 4
#define STEP       ((size_t)256) /* rows whose words are made at once */
#define BLOCK      8

struct sorting {
	struct mlv_ctx *ctx;
	const double *number;
	struct mlv_sorted *to;
	size_t parts, part_rows; /* the rows are cut into parts */
	struct range *ranges;    /* of the rows of each part */
	bool by_word;            /* rows are dealt by these: all keys are equal */
	uint64_t least;
	unsigned shift;          /* what is left of a key above the least: its place */
	size_t places;
	uint32_t *counts;        /* of each part and place */
	uint16_t *heap;          /* of each place */
	size_t heaps;
	uint32_t *at;            /* of each part and heap: where the next row goes */
	uint32_t *begin;         /* of each heap, and behind the last */
	struct scratch *scratches; /* of each worker */
};

static void sorting_release(struct sorting *sorting)
{
	for (size_t w = 0; sorting->scratches && w < sorting->ctx->jobs; w++)
		mlv_sorted_scratch_release(&sorting->scratches[w]);
	free(sorting->scratches);
	free(sorting->ranges);
	free(sorting->counts);
	free(sorting->heap);
	free(sorting->at);
	free(sorting->begin);
}

void mlv_sorted_release(struct mlv_sorted *sorted)
{
	free(sorted->keys);
	free(sorted->words);
	free(sorted->fields);
	*sorted = (struct mlv_sorted){ 0 };
}

/* ---- words */

static void place_fields(struct mlv_sorted *sorted)
{
	unsigned all = 0, free_bits = WORD_BITS;

	for (size_t f = 0; f < sorted->field_count; f++) {
		sorted->fields[f].bits = bits_for(sorted->fields[f].code ? sorted->fields[f].codes : 1);
		all += sorted->fields[f].bits;
	}
	sorted->row_bits = all > WORD_BITS ? bits_for(sorted->rows) : 0;
	for (size_t f = 0; f < sorted->field_count; f++) {
		struct mlv_field *field = &sorted->fields[f];

		field->apart = field->bits > free_bits - sorted->row_bits;
		free_bits -= field->apart ? 0 : field->bits;
		field->shift = free_bits < WORD_BITS ? free_bits : 0;
	}
}

/* Blocks of a fixed size are what compilers make vectors of. */
static void add_codes(uint64_t *words, const uint32_t *code, size_t count, unsigned shift)
{
	size_t i = 0;

	for (; i + BLOCK <= count; i += BLOCK)
		for (size_t b = 0; b < BLOCK; b++)
			words[i + b] |= (uint64_t)code[i + b] << shift;
	for (; i < count; i++)
		words[i] |= (uint64_t)code[i] << shift;
}

static void make_words(const struct sorting *sorting, size_t begin, size_t count, uint64_t *words)
{
	const struct mlv_sorted *sorted = sorting->to;

	for (size_t i = 0; i < count; i++)
		words[i] = sorted->row_bits ? begin + i : 0;
	for (size_t f = 0; f < sorted->field_count; f++) {
		const struct mlv_field *field = &sorted->fields[f];

		if (field->bits && !field->apart)
			add_codes(words, field->code + begin, count, field->shift);
	}
}

static void make_keys(const struct sorting *sorting, size_t begin, size_t count, uint64_t *keys)
{
	for (size_t i = 0; i < count; i++)
		keys[i] = sorting->number ? mlv_sorted_key(sorting->number[begin + i]) : MLV_SORTED_SIGN;
}

void mlv_sorted_codes(const struct mlv_sorted *sorted, size_t f, size_t begin, size_t count, uint32_t *to)
{
	const struct mlv_field *field = &sorted->fields[f];
	const uint64_t *words = sorted->words + begin;
	uint32_t mask = (uint32_t)(((uint64_t)1 << (field->apart ? sorted->row_bits : field->bits)) - 1);
	unsigned shift = field->apart ? 0 : field->shift;
	size_t i = 0;

	for (; i + BLOCK <= count; i += BLOCK)
		for (size_t b = 0; b < BLOCK; b++)
			to[i + b] = (uint32_t)(words[i + b] >> shift) & mask;
	for (; i < count; i++)
		to[i] = (uint32_t)(words[i] >> shift) & mask;
	for (i = 0; field->apart && i < count; i++)
		to[i] = field->code[to[i]];
}

/* ---- heaps */

static size_t part_end(const struct sorting *sorting, size_t part)
{
	return part + 1 < sorting->parts ? (part + 1) * sorting->part_rows : sorting->to->rows;
}

/* What a step's rows are dealt by. */
static void make_dealt(const struct sorting *sorting, size_t begin, size_t count, uint64_t *dealt)
{
	if (sorting->by_word)
		make_words(sorting, begin, count, dealt);
	else
		make_keys(sorting, begin, count, dealt);
}

static mlv_err find_range(void *arg, size_t index, unsigned worker)
{
	struct sorting *sorting = arg;
	struct range range = { UINT64_MAX, 0 };
	size_t end = part_end(sorting, index), count;
	uint64_t dealt[STEP];

	(void)worker;
	for (size_t r = index * sorting->part_rows; r < end; r += count) {
		count = end - r < STEP ? end - r : STEP;
		make_dealt(sorting, r, count, dealt);
		for (size_t i = 0; i < count; i++)
			widen(&range, dealt[i]);
	}
	sorting->ranges[index] = range;
	return NULL;
}

static mlv_err count_part(void *arg, size_t index, unsigned worker)
{
	struct sorting *sorting = arg;
	uint32_t *counts = sorting->counts + index * sorting->places;
	size_t end = part_end(sorting, index), count;
	uint64_t dealt[STEP];

	(void)worker;
	for (size_t r = index * sorting->part_rows; r < end; r += count) {
		count = end - r < STEP ? end - r : STEP;
		make_dealt(sorting, r, count, dealt);
		for (size_t i = 0; i < count; i++)
			counts[(dealt[i] >> sorting->shift) - sorting->least]++;
	}
	return NULL;
}

static mlv_err deal_part(void *arg, size_t index, unsigned worker)
{
	struct sorting *sorting = arg;
	uint32_t *at = sorting->at + index * sorting->heaps;
	size_t end = part_end(sorting, index), count;
	uint64_t keys[STEP], words[STEP];
	const uint64_t *dealt = sorting->by_word ? words : keys;

	(void)worker;
	for (size_t r = index * sorting->part_rows; r < end; r += count) {
		count = end - r < STEP ? end - r : STEP;
		make_keys(sorting, r, count, keys);
		make_words(sorting, r, count, words);
		for (size_t i = 0; i < count; i++) {
			uint64_t place = (dealt[i] >> sorting->shift) - sorting->least;
			uint32_t to = at[sorting->heap[place]]++;

			sorting->to->keys[to] = keys[i];
			sorting->to->words[to] = words[i];
		}
	}
	return NULL;
}

static mlv_err sort_heap(void *arg, size_t index, unsigned worker)
{
	struct sorting *sorting = arg;
	size_t begin = sorting->begin[index];

	return mlv_sorted_heap(sorting->to, &sorting->scratches[worker], begin,
			       sorting->begin[index + 1] - begin, sorting->by_word);
}

static mlv_err prepare(struct sorting *sorting, const struct mlv_field *fields, size_t count)
{
	size_t most = (size_t)sorting->ctx->jobs * PARTS_EACH;
	struct mlv_sorted *to = sorting->to;

	sorting->parts = to->rows / PART;
	sorting->parts = sorting->parts > most ? most : sorting->parts;
	sorting->parts += !sorting->parts;
	sorting->part_rows = to->rows / sorting->parts;
	sorting->ranges = mlv_sys_alloc_array(sorting->parts, sizeof(*sorting->ranges));
	sorting->scratches = mlv_sys_alloc_array(sorting->ctx->jobs, sizeof(*sorting->scratches));
	to->keys = mlv_sys_alloc_array(to->rows, sizeof(*to->keys));
	to->words = mlv_sys_alloc_array(to->rows, sizeof(*to->words));
	to->fields = mlv_sys_alloc_array(count, sizeof(*to->fields));
	if (!sorting->ranges || !sorting->scratches || !to->keys || !to->words || !to->fields)
		return mlv_error_nomem("the order of rows");
	memcpy(to->fields, fields, count * sizeof(*fields));
	to->field_count = count;
	place_fields(to);
	return NULL;
}

/* What rows are dealt by, and which bits of it. */
static mlv_err choose_places(struct sorting *sorting)
{
	struct range all;
	mlv_err err;

	for (;; sorting->by_word = true) {
		if ((err = mlv_pool_run(sorting->ctx, sorting->ctx->jobs, sorting->parts, find_range,
					sorting)))
			return err;
		all = sorting->ranges[0];
		for (size_t p = 1; p < sorting->parts; p++) {
			widen(&all, sorting->ranges[p].least);
			widen(&all, sorting->ranges[p].most);
		}
		if (all.least != all.most || sorting->by_word)
			break;
	}
	sorting->shift = shift_for(&all, FINE_BITS);
	sorting->least = all.least >> sorting->shift;
	sorting->places = (size_t)((all.most >> sorting->shift) - sorting->least) + 1;
	sorting->counts = mlv_sys_alloc_array(sorting->parts * sorting->places, sizeof(*sorting->counts));
	sorting->heap = mlv_sys_alloc_array(sorting->places, sizeof(*sorting->heap));
	sorting->at = mlv_sys_alloc_array(sorting->parts * (HEAPS + 1), sizeof(*sorting->at));
	sorting->begin = mlv_sys_alloc_array(HEAPS + 2, sizeof(*sorting->begin));
	return sorting->counts && sorting->heap && sorting->at && sorting->begin
		       ? NULL
		       : mlv_error_nomem("the order of rows");
}

/* Make heaps of places that follow each other. */
static void make_heaps(struct sorting *sorting)
{
	size_t enough = sorting->to->rows / HEAPS + 1, filled = 0;

	for (size_t place = 0; place < sorting->places; place++) {
		size_t rows = 0;

		for (size_t p = 0; p < sorting->parts; p++)
			rows += sorting->counts[p * sorting->places + place];
		if (filled >= enough) {
			sorting->heaps++;
			filled = 0;
		}
		sorting->heap[place] = (uint16_t)sorting->heaps;
		filled += rows;
	}
	sorting->heaps++;
}

/* From how many rows of a heap a part has to where these go. */
static void place_heaps(struct sorting *sorting)
{
	uint32_t next = 0;

	for (size_t p = 0; p < sorting->parts; p++)
		for (size_t place = 0; place < sorting->places; place++)
			sorting->at[p * sorting->heaps + sorting->heap[place]] +=
				sorting->counts[p * sorting->places + place];
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

static mlv_err sort_all(struct sorting *sorting)
{
	struct mlv_ctx *ctx = sorting->ctx;
	mlv_err err;

	if ((err = choose_places(sorting)) ||
	    (err = mlv_pool_run(ctx, ctx->jobs, sorting->parts, count_part, sorting)))
		return err;
	make_heaps(sorting);
	place_heaps(sorting);
	if ((err = mlv_pool_run(ctx, ctx->jobs, sorting->parts, deal_part, sorting)))
		return err;
	return mlv_pool_run(ctx, ctx->jobs, sorting->heaps, sort_heap, sorting);
}

mlv_err mlv_sorted_make(struct mlv_ctx *ctx, const double *number, const struct mlv_field *fields,
			size_t field_count, size_t rows, struct mlv_sorted *sorted)
{
	MLV_SCOPED(mlv_sorted_release) struct mlv_sorted made = { .rows = rows };
	MLV_SCOPED(sorting_release) struct sorting sorting = {
		.ctx = ctx, .number = number, .to = &made,
	};
	mlv_err err;

	if ((err = prepare(&sorting, fields, field_count)) || (rows && (err = sort_all(&sorting))))
		return err;
	*sorted = made;
	made = (struct mlv_sorted){ 0 };
	return NULL;
}
