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

#define ROUND      ((size_t)1 << 16) /* rows that a thread takes at once */
#define BLOCK      ((size_t)128)     /* of them whose terms are made before they are added */
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
	unsigned char matrix, bin;
};
struct quick {
	uint64_t matrix[4];
	struct terms losses[2];
	mlv_wide off[MLV_MISCALIBRATION_BINS];
};

struct pass {
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
		uint32_t *odd; /* rows that have a number that is no multiple */
		size_t odd_count, odd_cap;
	} *workers;
};

static void pass_release(struct pass *pass)
{
	for (size_t w = 0; pass->workers && w < pass->ctx->jobs; w++) {
		free(pass->workers[w].quick);
		free(pass->workers[w].odd);
	}
	free(pass->workers);
	free(pass->packs);
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
static bool make_row(const struct cells *cells, size_t r, struct row *row)
{
	const struct mlv_rows *rows = &cells->cases->rows;
	bool positive = rows->truth[r] == 1, made = true;
	double score = rows->score ? rows->score[r] : 0;

	row->matrix = (unsigned char)(rows->truth[r] * 2 + rows->guess[r]);
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

static uint32_t value_of(const struct axis *axis, size_t r)
{
	return axis->dim ? axis->dim->code[r] : 0;
}

static size_t fold_of(const struct cells *cells, size_t r)
{
	return cells->cases->fold ? cells->cases->fold[r] : 0;
}

static size_t quick_of(const struct cells *cells, const struct pack *pack, size_t r)
{
	size_t place = 0;

	for (size_t a = pack->axis; a < pack->end; a++)
		place = place * cells->axes[a].values + value_of(&cells->axes[a], r);
	return pack->begin + place * cells->folds + fold_of(cells, r);
}

static void add_row(const struct cells *cells, const struct row *row, struct quick *to)
{
	to->matrix[row->matrix]++;
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
		worker->odd[worker->odd_count++] = (uint32_t)r;
	return err;
}

static mlv_err add_rows(void *arg, size_t index, unsigned number)
{
	struct pass *pass = arg;
	const struct cells *cells = pass->cells;
	struct worker *worker = &pass->workers[number];
	size_t rows = cells->cases->rows.count;
	size_t end = (index + 1) * ROUND < rows ? (index + 1) * ROUND : rows, count;
	struct row block[BLOCK];
	mlv_err err = NULL;

	for (size_t r = index * ROUND; r < end && !err; r += count) {
		count = end - r < BLOCK ? end - r : BLOCK;
		for (size_t i = 0; i < count && !err; i++)
			if (!make_row(cells, r + i, &block[i]))
				err = note_odd(worker, r + i);
		for (size_t p = 0; p < pass->pack_count; p++)
			for (size_t i = 0; i < count; i++)
				add_row(cells, &block[i],
					&worker->quick[quick_of(cells, &pass->packs[p], r + i)]);
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
static void add_pack(const struct pass *pass, const struct pack *pack, const struct quick *quick)
{
	const struct cells *cells = pass->cells;
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
				  &pass->tallies[cell_of(cells, &cells->axes[a],
							 place % cells->axes[a].values,
							 q % cells->folds)]);
	}
}

static void add_odd_row(const struct cells *cells, size_t r, struct tally *to)
{
	const struct mlv_rows *rows = &cells->cases->rows;
	bool positive = rows->truth[r] == 1;
	double losses[2] = { mlv_brier_loss(rows->score[r], positive),
			     mlv_log_loss(rows->score[r], positive) };
	struct terms terms;
	mlv_wide off;

	for (int l = 0; l < 2; l++) {
		if (!cells->has_losses[l] || make_terms(losses[l], &terms))
			continue;
		mlv_sum_add(&to->losses[l].sum, losses[l]);
		mlv_sum_add_product(&to->losses[l].squares, losses[l], losses[l]);
	}
	if (cells->has_bins && !make_off(rows->score[r], positive, &off))
		mlv_sum_add(&to->bins.off[mlv_miscalibration_bin(rows->score[r])], -rows->score[r]);
}

/* The odd rows of all workers, to one axis. */
static mlv_err add_odd(void *arg, size_t index, unsigned number)
{
	struct pass *pass = arg;
	const struct cells *cells = pass->cells;
	const struct axis *axis = &cells->axes[index];

	(void)number;
	for (size_t w = 0; w < pass->ctx->jobs; w++)
		for (size_t i = 0; i < pass->workers[w].odd_count; i++) {
			size_t r = pass->workers[w].odd[i];

			add_odd_row(cells, r,
				    &pass->tallies[cell_of(cells, axis, value_of(axis, r),
							   fold_of(cells, r))]);
		}
	return NULL;
}

/* Axes that follow each other are counted together while their combinations are few. */
static mlv_err make_packs(struct pass *pass)
{
	const struct cells *cells = pass->cells;
	size_t count = 0;

	if (!(pass->packs = mlv_sys_alloc_array(cells->axis_count, sizeof(*pass->packs))))
		return mlv_error_nomem("slices");
	for (size_t a = 0; a < cells->axis_count; a++) {
		size_t values = cells->axes[a].values;

		if (!count || count * values > TOGETHER) {
			pass->quick_count += count;
			count = cells->folds;
			pass->packs[pass->pack_count++] = (struct pack){ .axis = a,
									 .begin = pass->quick_count };
		}
		count *= values;
		pass->packs[pass->pack_count - 1].end = a + 1;
	}
	pass->quick_count += count;
	return NULL;
}

static mlv_err make_workers(struct pass *pass)
{
	pass->workers = mlv_sys_alloc_array(pass->ctx->jobs, sizeof(*pass->workers));
	for (size_t w = 0; pass->workers && w < pass->ctx->jobs; w++)
		if (!(pass->workers[w].quick = mlv_sys_alloc_array(pass->quick_count,
								   sizeof(*pass->workers[w].quick))))
			return mlv_error_nomem("slices");
	return pass->workers ? NULL : mlv_error_nomem("slices");
}

mlv_err mlv_evaluate_tally(struct mlv_ctx *ctx, const struct cells *cells, struct tally *tallies)
{
	MLV_SCOPED(pass_release) struct pass pass = { .ctx = ctx, .cells = cells, .tallies = tallies };
	size_t rounds = (cells->cases->rows.count + ROUND - 1) / ROUND;
	mlv_err err;

	if ((err = make_packs(&pass)) || (err = make_workers(&pass)) ||
	    (err = mlv_pool_run(ctx, ctx->jobs, rounds, add_rows, &pass)))
		return err;
	for (size_t w = 0; w < ctx->jobs; w++)
		for (size_t p = 0; p < pass.pack_count; p++)
			add_pack(&pass, &pass.packs[p], pass.workers[w].quick);
	return mlv_pool_run(ctx, ctx->jobs, cells->axis_count, add_odd, &pass);
}
