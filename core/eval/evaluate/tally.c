/*
 * One pass over all rows. What a row adds is the same in each of its cells, so
 * it is made once, as integers: numbers from 2^-38 up are multiples of 2^-90,
 * and their sums and those of their squares fit into 128 bits. The few rows with
 * smaller numbers are noted, and added in a second pass.
 *
 * Axes are counted together, in the cells of all combinations of their values,
 * as long as these are few; what an axis has is added up from them in the end.
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

static const mlv_wide one = (mlv_wide)1 << UNIT;

/* What is added of a loss: itself, and its square in two parts. */
struct terms {
	mlv_wide sum, low, high;
};

/* What a row adds to a cell; also what a cell is. Differences have a sign, by the highest bit. */
struct row {
	struct terms losses[2];
	mlv_wide off;
	unsigned char bin;
};
struct quick {
	uint64_t matrix[4];
	struct terms losses[2];
	mlv_wide off[MLV_MISCALIBRATION_BINS];
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
		size_t *odd; /* rows, as they are sorted, that have a number that is no multiple */
		size_t odd_count, odd_cap;
	} *workers;
};

void mlv_tallying_freep(struct tallying **tallying)
{
	struct tallying *gone = MLV_TAKE(*tallying);

	for (size_t w = 0; gone && gone->workers && w < gone->ctx->jobs; w++) {
		free(gone->workers[w].quick);
		free(gone->workers[w].odd);
	}
	if (gone) {
		free(gone->workers);
		free(gone->packs);
	}
	free(gone);
}

/* ---- terms */

/* value as mantissa << shift in units; false when it is no multiple of them, or not below 2^6. */
static bool in_units(double value, uint64_t *mantissa, unsigned *shift)
{
	uint64_t bits;
	unsigned exponent;

	memcpy(&bits, &value, sizeof(bits));
	if (!bits) {
		*mantissa = *shift = 0;
		return true;
	}
	/* The mantissa's last bit is worth 2^(exponent - 1075). */
	exponent = (unsigned)(bits >> MANTISSA);
	*mantissa = (bits & (((uint64_t)1 << MANTISSA) - 1)) | (uint64_t)1 << MANTISSA;
	*shift = exponent - (1075 - UNIT);
	return *shift <= HALF - MANTISSA - 1;
}

/* Whether a loss gave its terms. */
static bool make_terms(double loss, struct terms *terms)
{
	const mlv_wide lower = ((mlv_wide)1 << HALF) - 1;
	uint64_t mantissa;
	unsigned shift;
	mlv_wide square;

	if (!in_units(loss, &mantissa, &shift)) {
		*terms = (struct terms){ 0 };
		return false;
	}
	square = (mlv_wide)mantissa * mantissa;
	terms->sum = (mlv_wide)mantissa << shift;
	terms->low = square << 2 * shift & lower;
	terms->high = square >> (HALF - 2 * shift);
	return true;
}

/* Whether a score gave its difference from the truth; if not, the truth is in it. */
static bool make_off(double score, bool positive, mlv_wide *off)
{
	uint64_t mantissa;
	unsigned shift;
	bool made = in_units(score, &mantissa, &shift);

	*off = (positive ? one : 0) - (made ? (mlv_wide)mantissa << shift : 0);
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
	if (cells->has_bins) {
		row->bin = (unsigned char)mlv_miscalibration_bin(score);
		made &= make_off(score, positive, &row->off);
	}
	return made;
}

/* ---- the pass */

/* The quick cells of a chunk's rows. */
static void find_quick(const struct cells *cells, const struct pack *pack, const struct chunk *chunk,
		       uint32_t *quick)
{
	for (size_t i = 0; i < chunk->count; i++)
		quick[i] = 0;
	for (size_t a = pack->axis; a < pack->end; a++)
		for (size_t i = 0; i < chunk->count; i++)
			quick[i] = quick[i] * (uint32_t)cells->axes[a].values + chunk->values[a * CHUNK + i];
	for (size_t i = 0; i < chunk->count; i++)
		quick[i] = (uint32_t)pack->begin + quick[i] * (uint32_t)cells->folds + chunk->fold[i];
}

static void add_row(const struct cells *cells, const struct row *row, unsigned matrix, struct quick *to)
{
	to->matrix[matrix]++;
	for (int l = 0; l < 2; l++) {
		if (!cells->has_losses[l])
			continue;
		to->losses[l].sum += row->losses[l].sum;
		to->losses[l].low += row->losses[l].low;
		to->losses[l].high += row->losses[l].high;
	}
	if (cells->has_bins)
		to->off[row->bin] += row->off;
}

static mlv_err note_odd(struct worker *worker, size_t r)
{
	mlv_err err = mlv_array_grow(&worker->odd, &worker->odd_cap, worker->odd_count + 1,
				     sizeof(*worker->odd));

	if (!err)
		worker->odd[worker->odd_count++] = r;
	return err;
}

mlv_err mlv_tallying_take(struct tallying *tallying, unsigned number, const struct chunk *chunk)
{
	const struct cells *cells = tallying->cells;
	struct worker *worker = &tallying->workers[number];
	struct row rows[CHUNK];
	uint32_t quick[CHUNK];
	mlv_err err = NULL;

	for (size_t i = 0; i < chunk->count && !err; i++)
		if (!make_row(cells, chunk->score[i], chunk->positive[i], &rows[i]))
			err = note_odd(worker, chunk->begin + i);
	for (size_t p = 0; p < tallying->pack_count && !err; p++) {
		find_quick(cells, &tallying->packs[p], chunk, quick);
		for (size_t i = 0; i < chunk->count; i++)
			add_row(cells, &rows[i], chunk->matrix[i], &worker->quick[quick[i]]);
	}
	return err;
}

/* ---- from quick cells to tallies */

static void add_quick(const struct cells *cells, const struct quick *quick, struct tally *to)
{
	for (int m = 0; m < 4; m++)
		to->matrix[m] += quick->matrix[m];
	for (int l = 0; l < 2; l++) {
		if (!cells->has_losses[l])
			continue;
		mlv_sum_add_wide(&to->losses[l].sum, quick->losses[l].sum, -UNIT, false);
		mlv_sum_add_wide(&to->losses[l].squares, quick->losses[l].low, -2 * UNIT, false);
		mlv_sum_add_wide(&to->losses[l].squares, quick->losses[l].high, HALF - 2 * UNIT,
				 false);
	}
	for (int b = 0; b < MLV_MISCALIBRATION_BINS && cells->has_bins; b++) {
		bool negative = quick->off[b] >> 127;

		mlv_sum_add_wide(&to->bins.off[b], negative ? -quick->off[b] : quick->off[b], -UNIT,
				 negative);
	}
}

static size_t cell_of(const struct cells *cells, const struct axis *axis, size_t value, size_t fold)
{
	return axis->begin + value * cells->folds + fold;
}

/* Add a pack's cells to those of each of its axes. */
static void add_pack(const struct tallying *tallying, const struct pack *pack, const struct quick *quick)
{
	const struct cells *cells = tallying->cells;
	size_t combinations = 1;

	for (size_t a = pack->axis; a < pack->end; a++)
		combinations *= cells->axes[a].values;
	for (size_t q = 0; q < combinations * cells->folds; q++) {
		const struct quick *from = &quick[pack->begin + q];
		size_t place = q / cells->folds;

		if (!(from->matrix[0] | from->matrix[1] | from->matrix[2] | from->matrix[3]))
			continue;
		for (size_t a = pack->end; a-- > pack->axis; place /= cells->axes[a].values)
			add_quick(cells, from,
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
	tallying->workers = mlv_sys_alloc_array(tallying->ctx->jobs, sizeof(*tallying->workers));
	for (size_t w = 0; tallying->workers && w < tallying->ctx->jobs; w++)
		if (!(tallying->workers[w].quick = mlv_sys_alloc_array(tallying->quick_count,
								   sizeof(*tallying->workers[w].quick))))
			return mlv_error_nomem("slices");
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
	for (size_t w = 0; w < ctx->jobs; w++)
		for (size_t p = 0; p < tallying->pack_count; p++)
			add_pack(tallying, &tallying->packs[p], tallying->workers[w].quick);
	return mlv_pool_run(ctx, ctx->jobs, tallying->cells->axis_count, add_odd, tallying);
}
