/*
 * One pass over all rows. What a row adds is the same in each of its cells, so
 * it is made once, as integers: numbers from 2^-38 up are multiples of 2^-90,
 * and their sums and those of their squares fit into 128 bits. The few rows with
 * smaller numbers are noted, and added in a second pass.
 *
 * Axes are counted together, in the cells of all combinations of their values,
 * as long as these are few; what an axis has is added up from them in the end.
 * As rows come by their scores, only one bin of the calibration error is in them.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/eval/evaluate/parts.h"

#define TOGETHER   1024              /* cells that stay in the second cache */
#define UNIT       90                /* numbers are multiples of 2^-UNIT */
#define HALF       96                /* bits of the lower part of a square */
#define MANTISSA   52
#define BLOCK      8

/* What is added of a loss: itself, and its square in two parts. */
struct terms {
	mlv_wide sum, low, high;
};

/* What a row adds to a cell; also what a cell is. Differences have a sign, by the highest bit. */
struct row {
	struct terms losses[2];
	mlv_wide off;
};
struct quick {
	struct row sums;
	uint32_t matrix[4];
};

struct tallying {
	struct mlv_ctx *ctx;
	const struct cells *cells;
	struct tally *tallies;
	struct pack {
		size_t axis, end; /* those that are counted together */
		size_t begin;     /* its first quick cell, of all combinations of values and folds */
	} *packs;
	size_t pack_count, quick_count;
	struct worker {
		struct quick *quick;
		mlv_wide *off; /* of each bin and quick cell, but what is still there */
		size_t bin;    /* of the rows that came */
		size_t *odd; /* rows, as they are sorted, that have a number that is no multiple */
		size_t odd_count, odd_cap;
	} *workers;
};

void mlv_tallying_freep(struct tallying **tallying)
{
	struct tallying *gone = MLV_TAKE(*tallying);

	for (size_t w = 0; gone && gone->workers && w < gone->ctx->jobs; w++) {
		free(gone->workers[w].quick);
		free(gone->workers[w].off);
		free(gone->workers[w].odd);
	}
	if (gone) {
		free(gone->workers);
		free(gone->packs);
	}
	free(gone);
}

/* ---- terms */

/* value as mantissa << shift in units; false, and 0, when it is no multiple of them, or not below 2^6. */
static inline bool in_units(double value, uint64_t *mantissa, unsigned *shift)
{
	uint64_t bits;
	unsigned least;
	bool is;

	memcpy(&bits, &value, sizeof(bits));
	/* The mantissa's last bit is worth 2^(exponent - 1075). */
	least = (unsigned)(bits >> MANTISSA) - (1075 - UNIT);
	is = least <= HALF - MANTISSA - 1;
	*mantissa = is ? (bits & (((uint64_t)1 << MANTISSA) - 1)) | (uint64_t)1 << MANTISSA : 0;
	*shift = is ? least : 0;
	return is || !bits;
}

/* Whether a loss gave its terms. */
static bool make_terms(double loss, struct terms *terms)
{
	const mlv_wide lower = ((mlv_wide)1 << HALF) - 1;
	uint64_t mantissa;
	unsigned shift;
	mlv_wide square;

	bool made = in_units(loss, &mantissa, &shift);

	square = (mlv_wide)mantissa * mantissa;
	terms->sum = (mlv_wide)mantissa << shift;
	terms->low = square << 2 * shift & lower;
	terms->high = square >> (HALF - 2 * shift);
	return made;
}

/* Whether a score gave its difference from the truth; if not, the truth is in it. */
static inline bool make_off(double score, bool positive, mlv_wide *off)
{
	uint64_t mantissa;
	unsigned shift;
	bool made = in_units(score, &mantissa, &shift);

	/* one is in the upper half alone. */
	*off = ((mlv_wide)((uint64_t)positive << (UNIT - 64)) << 64) - ((mlv_wide)mantissa << shift);
	return made;
}

/* False when the row is odd. */
static bool make_row(const struct cells *cells, double score, bool positive, struct row *row)
{
	bool made = true;

	if (cells->has_losses[0])
		made &= make_terms(mlv_brier_loss(score, positive), &row->losses[0]);
	if (cells->has_losses[1])
		made &= make_terms(mlv_log_loss(score, positive), &row->losses[1]);
	if (cells->has_bins)
		made &= make_off(score, positive, &row->off);
	return made;
}

/* ---- the pass */

/* quick * times + more, in blocks that compilers make vectors of; what is behind count is anything. */
static void put_beside(uint32_t *quick, uint32_t times, const uint32_t *more, size_t count)
{
	for (size_t i = 0; i < count; i += BLOCK)
		for (size_t b = 0; b < BLOCK; b++)
			quick[i + b] = quick[i + b] * times + more[i + b];
}

/* The quick cells of a chunk's rows. */
static void find_quick(const struct cells *cells, const struct pack *pack, const struct chunk *chunk,
		       uint32_t *quick)
{
	memcpy(quick, chunk->values + pack->axis * CHUNK, CHUNK * sizeof(*quick));
	for (size_t a = pack->axis + 1; a < pack->end; a++)
		put_beside(quick, (uint32_t)cells->axes[a].values, chunk->values + a * CHUNK, chunk->count);
	put_beside(quick, (uint32_t)cells->folds, chunk->fold, chunk->count);
}

static void add_row(const struct cells *cells, const struct row *row, unsigned matrix, struct quick *to)
{
	to->matrix[matrix]++;
	for (int l = 0; l < 2; l++) {
		if (!cells->has_losses[l])
			continue;
		to->sums.losses[l].sum += row->losses[l].sum;
		to->sums.losses[l].low += row->losses[l].low;
		to->sums.losses[l].high += row->losses[l].high;
	}
	to->sums.off += row->off;
}

static mlv_err note_odd(struct worker *worker, size_t r)
{
	mlv_err err = mlv_array_grow(&worker->odd, &worker->odd_cap, worker->odd_count + 1,
				     sizeof(*worker->odd));

	if (!err)
		worker->odd[worker->odd_count++] = r;
	return err;
}

static size_t bin_of(const struct cells *cells, const struct chunk *chunk, size_t i)
{
	return cells->has_bins ? mlv_miscalibration_bin(chunk->score[i]) : 0;
}

/* The rows that come are of another bin. */
static void turn_to(struct worker *worker, size_t quick_count, size_t bin)
{
	mlv_wide *off = worker->off + worker->bin * quick_count;

	for (size_t q = 0; q < quick_count; q++) {
		off[q] += worker->quick[q].sums.off;
		worker->quick[q].sums.off = 0;
	}
	worker->bin = bin;
}

/* Add rows of one bin, from begin on. */
static void add_rows(const struct tallying *tallying, struct worker *worker, const struct chunk *chunk,
		     const struct row *rows, size_t begin, size_t end)
{
	uint32_t quick[CHUNK];

	for (size_t p = 0; p < tallying->pack_count; p++) {
		struct quick *to = worker->quick + tallying->packs[p].begin;

		find_quick(tallying->cells, &tallying->packs[p], chunk, quick);
		for (size_t i = begin; i < end; i++)
			add_row(tallying->cells, &rows[i], chunk->matrix[i], &to[quick[i]]);
	}
}

mlv_err mlv_tallying_take(struct tallying *tallying, unsigned number, const struct chunk *chunk)
{
	const struct cells *cells = tallying->cells;
	struct worker *worker = &tallying->workers[number];
	struct row rows[CHUNK];
	mlv_err err;

	if (!cells->has_bins)
		memset(rows, 0, sizeof(rows));
	for (size_t i = 0; i < chunk->count; i++)
		if (!make_row(cells, chunk->score[i], chunk->positive[i], &rows[i]) &&
		    (err = note_odd(worker, chunk->begin + i)))
			return err;
	for (size_t begin = 0, end; begin < chunk->count; begin = end) {
		size_t bin = bin_of(cells, chunk, begin);

		end = bin == bin_of(cells, chunk, chunk->count - 1) ? chunk->count : begin + 1;
		if (bin != worker->bin)
			turn_to(worker, tallying->quick_count, bin);
		add_rows(tallying, worker, chunk, rows, begin, end);
	}
	return NULL;
}

/* ---- from quick cells to tallies */

static void add_quick(const struct tallying *tallying, const struct worker *worker, size_t q,
		      struct tally *to)
{
	const struct cells *cells = tallying->cells;
	const struct quick *quick = &worker->quick[q];

	for (int m = 0; m < 4; m++)
		to->matrix[m] += quick->matrix[m];
	for (int l = 0; l < 2; l++) {
		const struct terms *terms = &quick->sums.losses[l];

		if (!cells->has_losses[l])
			continue;
		mlv_sum_add_wide(&to->losses[l].sum, terms->sum, -UNIT, false);
		mlv_sum_add_wide(&to->losses[l].squares, terms->low, -2 * UNIT, false);
		mlv_sum_add_wide(&to->losses[l].squares, terms->high, HALF - 2 * UNIT, false);
	}
	for (int b = 0; b < MLV_MISCALIBRATION_BINS && cells->has_bins; b++) {
		mlv_wide off = worker->off[(size_t)b * tallying->quick_count + q];
		bool negative = off >> 127;

		mlv_sum_add_wide(&to->bins.off[b], negative ? -off : off, -UNIT, negative);
	}
}

static size_t cell_of(const struct cells *cells, const struct axis *axis, size_t value, size_t fold)
{
	return axis->begin + value * cells->folds + fold;
}

/* Add a pack's cells to those of each of its axes. */
static void add_pack(const struct tallying *tallying, const struct pack *pack, const struct worker *worker)
{
	const struct cells *cells = tallying->cells;
	size_t combinations = 1;

	for (size_t a = pack->axis; a < pack->end; a++)
		combinations *= cells->axes[a].values;
	for (size_t q = 0; q < combinations * cells->folds; q++) {
		const uint32_t *matrix = worker->quick[pack->begin + q].matrix;
		size_t place = q / cells->folds;

		if (!(matrix[0] | matrix[1] | matrix[2] | matrix[3]))
			continue;
		for (size_t a = pack->end; a-- > pack->axis; place /= cells->axes[a].values)
			add_quick(tallying, worker, pack->begin + q,
				  &tallying->tallies[cell_of(cells, &cells->axes[a],
							     place % cells->axes[a].values,
							     q % cells->folds)]);
	}
}

static void add_odd_row(const struct cells *cells, double score, bool positive, struct tally *to)
{
	double losses[2] = { mlv_brier_loss(score, positive), mlv_log_loss(score, positive) };
	struct terms terms;
	mlv_wide off;

	for (int l = 0; l < 2; l++) {
		if (!cells->has_losses[l] || make_terms(losses[l], &terms))
			continue;
		mlv_sum_add(&to->losses[l].sum, losses[l]);
		mlv_sum_add_product(&to->losses[l].squares, losses[l], losses[l]);
	}
	if (cells->has_bins && !make_off(score, positive, &off))
		mlv_sum_add(&to->bins.off[mlv_miscalibration_bin(score)], -score);
}

static uint32_t code_of(const struct mlv_sorted *sorted, size_t field, size_t r)
{
	uint32_t code;

	mlv_sorted_codes(sorted, field, r, 1, &code);
	return code;
}

/* The odd rows of all workers, to one axis. */
static mlv_err add_odd(void *arg, size_t index, unsigned number)
{
	struct tallying *tallying = arg;
	const struct cells *cells = tallying->cells;
	const struct mlv_sorted *sorted = &cells->cases->sorted;
	const struct axis *axis = &cells->axes[index];

	(void)number;
	for (size_t w = 0; w < tallying->ctx->jobs; w++)
		for (size_t i = 0; i < tallying->workers[w].odd_count; i++) {
			size_t r = tallying->workers[w].odd[i];
			size_t value = axis->dim ? code_of(sorted, axis->field, r) : 0;
			size_t fold = code_of(sorted, MLV_FIELD_FOLD, r);

			add_odd_row(cells, mlv_sorted_number(sorted->keys[r]),
				    code_of(sorted, MLV_FIELD_LABEL, r),
				    &tallying->tallies[cell_of(cells, axis, value, fold)]);
		}
	return NULL;
}

/* Axes that follow each other are counted together while their combinations are few. */
static mlv_err make_packs(struct tallying *tallying)
{
	const struct cells *cells = tallying->cells;
	size_t count = 0;

	if (!(tallying->packs = mlv_sys_alloc_array(cells->axis_count, sizeof(*tallying->packs))))
		return mlv_error_nomem("slices");
	for (size_t a = 0; a < cells->axis_count; a++) {
		size_t values = cells->axes[a].values;

		if (!count || count * values > TOGETHER) {
			tallying->quick_count += count;
			count = cells->folds;
			tallying->packs[tallying->pack_count++] = (struct pack){ .axis = a,
									 .begin = tallying->quick_count };
		}
		count *= values;
		tallying->packs[tallying->pack_count - 1].end = a + 1;
	}
	tallying->quick_count += count;
	return NULL;
}

static mlv_err make_workers(struct tallying *tallying)
{
	size_t count = tallying->quick_count;

	tallying->workers = mlv_sys_alloc_array(tallying->ctx->jobs, sizeof(*tallying->workers));
	for (size_t w = 0; tallying->workers && w < tallying->ctx->jobs; w++) {
		struct worker *worker = &tallying->workers[w];

		worker->quick = mlv_sys_alloc_array(count, sizeof(*worker->quick));
		worker->off = mlv_sys_alloc_array(count * MLV_MISCALIBRATION_BINS, sizeof(*worker->off));
		if (!worker->quick || !worker->off)
			return mlv_error_nomem("slices");
	}
	return tallying->workers ? NULL : mlv_error_nomem("slices");
}

mlv_err mlv_tallying_new(struct mlv_ctx *ctx, const struct cells *cells, struct tallying **out)
{
	MLV_SCOPED(mlv_tallying_freep) struct tallying *made = mlv_sys_alloc(sizeof(*made));
	mlv_err err;

	if (!made)
		return mlv_error_nomem("slices");
	*made = (struct tallying){ .ctx = ctx, .cells = cells };
	if ((err = make_packs(made)) || (err = make_workers(made)))
		return err;
	*out = MLV_TAKE(made);
	return NULL;
}

mlv_err mlv_tallying_end(struct tallying *tallying, struct tally *tallies)
{
	struct mlv_ctx *ctx = tallying->ctx;

	tallying->tallies = tallies;
	for (size_t w = 0; w < ctx->jobs; w++) {
		struct worker *worker = &tallying->workers[w];

		turn_to(worker, tallying->quick_count, worker->bin);
		for (size_t p = 0; p < tallying->pack_count; p++)
			add_pack(tallying, &tallying->packs[p], worker);
	}
	return mlv_pool_run(ctx, ctx->jobs, tallying->cells->axis_count, add_odd, tallying);
}
