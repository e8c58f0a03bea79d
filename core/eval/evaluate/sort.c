/*
 * Rows by a number: doubles are compared as integers that have their order. Rows
 * are dealt out by the highest bits in which any two of them differ, and what was
 * dealt together is sorted on, so that time is linear in the rows.
 */

#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/eval/evaluate/parts.h"

#define DEAL_BITS  14 /* of the first deal: each of its heaps has a cache line under way */
#define DIGIT_BITS 8
#define DIGITS     ((size_t)1 << DIGIT_BITS)
#define FEW        24 /* rows that are sorted by insertion */
#define PART       ((size_t)1 << 16) /* rows that a thread deals, at least */
#define PARTS_EACH 4

/* A row, by its number. */
struct keyed {
	uint64_t key;
	uint32_t row;
};

struct dealing {
	struct mlv_ctx *ctx;
	const double *number;
	uint32_t *sorted;
	size_t count;
	size_t parts, part_rows; /* the rows are cut into parts */
	struct range {
		uint64_t least, most;
	} *ranges;               /* of the keys of each part */
	uint64_t least;
	unsigned shift;          /* a row's heap: what is left of its key above the least */
	size_t heaps;
	uint32_t *at;            /* of each part and heap: rows, then where the next one goes */
	uint32_t *begin;         /* of each heap, and behind the last */
	struct scratch {
		struct keyed *rows, *spare;
		size_t cap, spare_cap;
	} *scratches;            /* of each worker */
};

static void dealing_release(struct dealing *dealing)
{
	for (size_t w = 0; dealing->scratches && w < dealing->ctx->jobs; w++) {
		free(dealing->scratches[w].rows);
		free(dealing->scratches[w].spare);
	}
	free(dealing->scratches);
	free(dealing->ranges);
	free(dealing->at);
	free(dealing->begin);
}

/* Integers in the order of the numbers; both zeros are one. */
static uint64_t key_of(double number)
{
	uint64_t bits, sign = (uint64_t)1 << 63;

	number += 0.0;
	memcpy(&bits, &number, sizeof(bits));
	return bits & sign ? ~bits : bits | sign;
}

/* How far keys are shifted so that at most this many bits of them differ. */
static unsigned shift_for(uint64_t least, uint64_t most, unsigned bits)
{
	unsigned shift = 0;

	while (((most >> shift) - (least >> shift)) >> bits)
		shift++;
	return shift;
}

/* ---- one heap */

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
	uint64_t least = UINT64_MAX, most = 0;
	uint32_t end[DIGITS + 1] = { 0 };
	unsigned shift;

	if (count <= FEW) {
		insert_few(rows, count);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		least = rows[i].key < least ? rows[i].key : least;
		most = rows[i].key > most ? rows[i].key : most;
	}
	if (least == most)
		return;
	shift = shift_for(least, most, DIGIT_BITS);
	least >>= shift;
	for (size_t i = 0; i < count; i++)
		end[(rows[i].key >> shift) - least + 1]++;
	for (size_t d = 1; d <= DIGITS; d++)
		end[d] += end[d - 1];
	memcpy(spare, rows, count * sizeof(*rows));
	for (size_t i = 0; i < count; i++)
		rows[end[(spare[i].key >> shift) - least]++] = spare[i];
	for (size_t d = 0, begin = 0; shift && d < DIGITS; begin = end[d++])
		sort_keyed(rows + begin, spare, end[d] - begin);
}

static mlv_err sort_heap(void *arg, size_t index, unsigned worker)
{
	struct dealing *dealing = arg;
	struct scratch *scratch = &dealing->scratches[worker];
	uint32_t *sorted = dealing->sorted + dealing->begin[index];
	size_t count = dealing->begin[index + 1] - dealing->begin[index];
	mlv_err err;

	if ((err = mlv_array_grow(&scratch->rows, &scratch->cap, count, sizeof(*scratch->rows))) ||
	    (err = mlv_array_grow(&scratch->spare, &scratch->spare_cap, count,
				  sizeof(*scratch->spare))))
		return err;
	for (size_t i = 0; i < count; i++)
		scratch->rows[i] = (struct keyed){ key_of(dealing->number[sorted[i]]), sorted[i] };
	sort_keyed(scratch->rows, scratch->spare, count);
	for (size_t i = 0; i < count; i++) {
		bool step = i ? scratch->rows[i].key > scratch->rows[i - 1].key : index > 0;

		sorted[i] = scratch->rows[i].row | (step ? SORTED_STEP : 0);
	}
	return NULL;
}

/* ---- dealing */

static size_t part_end(const struct dealing *dealing, size_t part)
{
	return part + 1 < dealing->parts ? (part + 1) * dealing->part_rows : dealing->count;
}

static mlv_err find_range(void *arg, size_t index, unsigned worker)
{
	struct dealing *dealing = arg;
	struct range range = { UINT64_MAX, 0 };

	(void)worker;
	for (size_t i = index * dealing->part_rows; i < part_end(dealing, index); i++) {
		uint64_t key = key_of(dealing->number[i]);

		range.least = key < range.least ? key : range.least;
		range.most = key > range.most ? key : range.most;
	}
	dealing->ranges[index] = range;
	return NULL;
}

static mlv_err count_part(void *arg, size_t index, unsigned worker)
{
	struct dealing *dealing = arg;
	uint32_t *at = dealing->at + index * dealing->heaps;

	(void)worker;
	for (size_t i = index * dealing->part_rows; i < part_end(dealing, index); i++)
		at[(key_of(dealing->number[i]) >> dealing->shift) - dealing->least]++;
	return NULL;
}

static mlv_err deal_part(void *arg, size_t index, unsigned worker)
{
	struct dealing *dealing = arg;
	uint32_t *at = dealing->at + index * dealing->heaps;

	(void)worker;
	for (size_t i = index * dealing->part_rows; i < part_end(dealing, index); i++)
		dealing->sorted[at[(key_of(dealing->number[i]) >> dealing->shift) -
				  dealing->least]++] = (uint32_t)i;
	return NULL;
}

/* From how many rows of a heap a part has to where these go. */
static void place_heaps(struct dealing *dealing)
{
	uint32_t next = 0;

	for (size_t h = 0; h < dealing->heaps; h++) {
		dealing->begin[h] = next;
		for (size_t p = 0; p < dealing->parts; p++) {
			uint32_t *at = &dealing->at[p * dealing->heaps + h], rows = *at;

			*at = next;
			next += rows;
		}
	}
	dealing->begin[dealing->heaps] = next;
}

static mlv_err cut_parts(struct dealing *dealing)
{
	size_t most = (size_t)dealing->ctx->jobs * PARTS_EACH;

	dealing->parts = dealing->count / PART;
	dealing->parts = dealing->parts > most ? most : dealing->parts;
	dealing->parts += !dealing->parts;
	dealing->part_rows = dealing->count / dealing->parts;
	dealing->ranges = mlv_sys_alloc_array(dealing->parts, sizeof(*dealing->ranges));
	dealing->scratches = mlv_sys_alloc_array(dealing->ctx->jobs, sizeof(*dealing->scratches));
	return dealing->ranges && dealing->scratches ? NULL : mlv_error_nomem("an order");
}

static mlv_err choose_heaps(struct dealing *dealing)
{
	struct range all = dealing->ranges[0];

	for (size_t p = 1; p < dealing->parts; p++) {
		const struct range *range = &dealing->ranges[p];

		all.least = range->least < all.least ? range->least : all.least;
		all.most = range->most > all.most ? range->most : all.most;
	}
	dealing->shift = shift_for(all.least, all.most, DEAL_BITS);
	dealing->least = all.least >> dealing->shift;
	dealing->heaps = (size_t)((all.most >> dealing->shift) - dealing->least) + 1;
	dealing->at = mlv_sys_alloc_array(dealing->parts * dealing->heaps, sizeof(*dealing->at));
	dealing->begin = mlv_sys_alloc_array(dealing->heaps + 1, sizeof(*dealing->begin));
	return dealing->at && dealing->begin ? NULL : mlv_error_nomem("an order");
}

mlv_err mlv_evaluate_sort(struct mlv_ctx *ctx, const double *number, size_t count, uint32_t *sorted)
{
	MLV_SCOPED(dealing_release) struct dealing dealing = {
		.ctx = ctx, .number = number, .sorted = sorted, .count = count,
	};
	mlv_err err;

	if (!count)
		return NULL;
	if ((err = cut_parts(&dealing)) ||
	    (err = mlv_pool_run(ctx, ctx->jobs, dealing.parts, find_range, &dealing)) ||
	    (err = choose_heaps(&dealing)) ||
	    (err = mlv_pool_run(ctx, ctx->jobs, dealing.parts, count_part, &dealing)))
		return err;
	place_heaps(&dealing);
	if ((err = mlv_pool_run(ctx, ctx->jobs, dealing.parts, deal_part, &dealing)))
		return err;
	return mlv_pool_run(ctx, ctx->jobs, dealing.heaps, sort_heap, &dealing);
}
