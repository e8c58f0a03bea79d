#include "core/eval/radix.h"

#include <stdlib.h>

#include "core/base/pool.h"
#include "core/base/sys.h"
#include "core/eval/radix/parts.h"

#define FINE_BITS  14   /* rows are counted by so many bits before heaps are made of them */
#define HEAPS      1024 /* each has a cache line and a page under way while rows are dealt */
#define PART       ((size_t)1 << 16) /* rows that a thread takes, at least */
#define PARTS_EACH 4
#define STEP       ((size_t)256) /* rows whose pairs are made at once */

struct sorting {
	struct mlv_ctx *ctx;
	mlv_radix_fill fill;
	const void *arg;
	size_t rows;
	uint64_t *keys, *words;
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
	struct mlv_radix_scratch *scratches; /* of each worker */
};

static void sorting_release(struct sorting *sorting)
{
	for (size_t w = 0; sorting->scratches && w < sorting->ctx->jobs; w++)
		mlv_radix_scratch_release(&sorting->scratches[w]);
	free(sorting->scratches);
	free(sorting->keys);
	free(sorting->words);
	free(sorting->ranges);
	free(sorting->counts);
	free(sorting->heap);
	free(sorting->at);
	free(sorting->begin);
}

static size_t count_parts(const struct mlv_ctx *ctx, size_t rows)
{
	size_t most = (size_t)ctx->jobs * PARTS_EACH, parts = rows / PART;

	parts = parts < most ? parts : most;
	return parts ? parts : 1;
}

static size_t part_end(const struct sorting *sorting, size_t part)
{
	return part + 1 < sorting->parts ? (part + 1) * sorting->part_rows : sorting->rows;
}

/* What a step's rows are dealt by. */
static void make_dealt(const struct sorting *sorting, size_t begin, size_t count, uint64_t *dealt)
{
	sorting->fill(sorting->arg, begin, count, sorting->by_word ? NULL : dealt,
		      sorting->by_word ? dealt : NULL);
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
		sorting->fill(sorting->arg, r, count, keys, words);
		for (size_t i = 0; i < count; i++) {
			uint64_t place = (dealt[i] >> sorting->shift) - sorting->least;
			uint32_t to = at[sorting->heap[place]]++;

			sorting->keys[to] = keys[i];
			sorting->words[to] = words[i];
		}
	}
	return NULL;
}

static mlv_err sort_heap(void *arg, size_t index, unsigned worker)
{
	struct sorting *sorting = arg;
	size_t begin = sorting->begin[index];

	return mlv_radix_sort(&sorting->scratches[worker], sorting->keys + begin, sorting->words + begin,
			      sorting->begin[index + 1] - begin);
}

static mlv_err prepare(struct sorting *sorting)
{
	sorting->parts = count_parts(sorting->ctx, sorting->rows);
	sorting->part_rows = sorting->rows / sorting->parts;
	sorting->ranges = mlv_sys_alloc_array(sorting->parts, sizeof(*sorting->ranges));
	sorting->scratches = mlv_sys_alloc_array(sorting->ctx->jobs, sizeof(*sorting->scratches));
	sorting->keys = mlv_sys_alloc_array(sorting->rows, sizeof(*sorting->keys));
	sorting->words = mlv_sys_alloc_array(sorting->rows, sizeof(*sorting->words));
	return sorting->ranges && sorting->scratches && sorting->keys && sorting->words
		       ? NULL
		       : mlv_error_nomem("the order of rows");
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
	size_t enough = sorting->rows / HEAPS + 1, filled = 0;

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

mlv_err mlv_radix_make(struct mlv_ctx *ctx, mlv_radix_fill fill, const void *arg, size_t rows,
		       uint64_t **keys, uint64_t **words)
{
	MLV_SCOPED(sorting_release) struct sorting sorting = {
		.ctx = ctx, .fill = fill, .arg = arg, .rows = rows,
	};
	mlv_err err;

	if ((err = prepare(&sorting)) || (rows && (err = sort_all(&sorting))))
		return err;
	*keys = MLV_TAKE(sorting.keys);
	*words = MLV_TAKE(sorting.words);
	return NULL;
}

/* Where the rows end that have the key of the one before the end. */
static size_t tie_end(const uint64_t *keys, size_t rows, size_t end)
{
	while (end && end < rows && keys[end] == keys[end - 1])
		end++;
	return end;
}

mlv_err mlv_radix_cut(const struct mlv_ctx *ctx, const uint64_t *keys, size_t rows, size_t *parts,
		      size_t **begin)
{
	size_t count = count_parts(ctx, rows), *made = mlv_sys_alloc_array(count + 1, sizeof(*made));

	if (!made)
		return mlv_error_nomem("the order of rows");
	for (size_t p = 1; p < count; p++) {
		size_t end = tie_end(keys, rows, rows / count * p);

		made[p] = end > made[p - 1] ? end : made[p - 1];
	}
	made[count] = rows;
	*parts = count;
	*begin = made;
	return NULL;
}
