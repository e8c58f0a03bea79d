/*
 * Areas under ROC curves: rows come once in the order of their scores, and each
 * goes to the walk of its slice. What tells where a row belongs is packed into a
 * word, a field for each axis, so that this order is followed through memory once
 * and not for each axis.
 */
#include <stdlib.h>

#include "core/base/pool.h"
#include "core/base/sys.h"
#include "core/eval/evaluate/parts.h"
#include "core/eval/order.h"

#define ROUND    ((size_t)1 << 16) /* rows that a thread takes at once */
#define POSITIVE ((uint64_t)1)
#define STEP     ((uint64_t)2)     /* the score is larger than that of the row before */
#define FLAGS    2
#define WORD     64

struct ranking {
	struct mlv_ctx *ctx;
	const struct cells *cells;
	const struct tally *tallies;
	struct areas *areas;
	uint64_t *words, *in_order; /* of each row; the same in the order of scores */
	size_t axis, end;      /* those that words have fields for */
	unsigned fold_bits, *shift; /* behind the flags; of each axis */
	struct walks {
		struct mlv_auc_walk *at;
		size_t cap;
	} *walks;              /* of each worker */
};

static void ranking_release(struct ranking *ranking)
{
	for (size_t w = 0; ranking->walks && w < ranking->ctx->jobs; w++)
		free(ranking->walks[w].at);
	free(ranking->walks);
	free(ranking->shift);
	free(ranking->words);
	free(ranking->in_order);
}

static unsigned bits_for(size_t values)
{
	unsigned bits = 0;

	while ((values - 1) >> bits)
		bits++;
	return bits;
}

/* Give fields to as many axes as there is room for, from ranking->axis on. */
static void choose_fields(struct ranking *ranking)
{
	const struct cells *cells = ranking->cells;
	unsigned used = FLAGS + ranking->fold_bits;

	for (ranking->end = ranking->axis; ranking->end < cells->axis_count; ranking->end++) {
		unsigned bits = bits_for(cells->axes[ranking->end].values);

		if (ranking->end > ranking->axis && used + bits > WORD)
			return;
		ranking->shift[ranking->end] = used < WORD ? used : 0; /* no bits: any will do */
		used += bits;
	}
}

static size_t round_end(const struct ranking *ranking, size_t index)
{
	size_t rows = ranking->cells->cases->rows.count;

	return (index + 1) * ROUND < rows ? (index + 1) * ROUND : rows;
}

static mlv_err make_words(void *arg, size_t index, unsigned worker)
{
	struct ranking *ranking = arg;
	const struct mlv_cases *cases = ranking->cells->cases;
	size_t end = round_end(ranking, index);

	(void)worker;
	for (size_t r = index * ROUND; r < end; r++)
		ranking->words[r] = (cases->truth[r] == 1 ? POSITIVE : 0) |
				    (cases->fold ? (uint64_t)cases->fold[r] << FLAGS : 0);
	for (size_t a = ranking->axis; a < ranking->end; a++) {
		const struct mlv_dim *dim = ranking->cells->axes[a].dim;

		for (size_t r = index * ROUND; dim && r < end; r++)
			ranking->words[r] |= (uint64_t)dim->code[r] << ranking->shift[a];
	}
	return NULL;
}

static mlv_err put_in_order(void *arg, size_t index, unsigned worker)
{
	struct ranking *ranking = arg;
	const uint32_t *order = ranking->cells->cases->order;
	size_t end = round_end(ranking, index);

	(void)worker;
	for (size_t i = index * ROUND; i < end; i++)
		ranking->in_order[i] = ranking->words[MLV_ORDER_ROW(order[i])] |
				       (order[i] & MLV_ORDER_STEP ? STEP : 0);
	return NULL;
}

/* ---- walks */

static uint64_t positives_of(const struct tally *tally)
{
	return tally->matrix[2] + tally->matrix[3];
}

/* Begin the walks of an axis: one for each value, or with folds for each of its cells. */
static mlv_err begin_walks(const struct ranking *ranking, const struct axis *axis, size_t folds,
			   struct walks *walks)
{
	size_t all = ranking->cells->folds, count = axis->values * folds;
	mlv_err err = mlv_array_grow(&walks->at, &walks->cap, count, sizeof(*walks->at));

	for (size_t w = 0; w < count && !err; w++) {
		const struct tally *tally = &ranking->tallies[axis->begin + w * all / folds];
		uint64_t positives = 0;

		for (size_t f = 0; f < all / folds; f++)
			positives += positives_of(&tally[f]);
		mlv_auc_begin(&walks->at[w], positives);
	}
	return err;
}

static uint64_t field(uint64_t word, unsigned shift, unsigned bits)
{
	return word >> shift & (((uint64_t)1 << bits) - 1);
}

/* The walks of one axis: an even index its values, an odd one its cells. */
static mlv_err walk_axis(void *arg, size_t index, unsigned worker)
{
	struct ranking *ranking = arg;
	const struct cells *cells = ranking->cells;
	size_t a = ranking->axis + index / 2, folds = index % 2 ? cells->folds : 1;
	const struct axis *axis = &cells->axes[a];
	unsigned bits = bits_for(axis->values), shift = ranking->shift[a];
	unsigned fold_bits = index % 2 ? ranking->fold_bits : 0;
	struct walks *walks = &ranking->walks[worker];
	struct mlv_auc *to = index % 2 ? ranking->areas->of_cells + axis->begin
				       : ranking->areas->of_values + axis->begin / cells->folds;
	uint64_t tie = 0;
	mlv_err err;

	if (index % 2 && cells->folds == 1)
		return NULL;
	if ((err = begin_walks(ranking, axis, folds, walks)))
		return err;
	for (size_t i = 0; i < cells->cases->rows.count; i++) {
		uint64_t word = ranking->in_order[i];

		tie += (word & STEP) != 0;
		mlv_auc_take(&walks->at[field(word, shift, bits) * folds +
					field(word, FLAGS, fold_bits)],
			     tie, word & POSITIVE);
	}
	for (size_t w = 0; w < axis->values * folds; w++)
		mlv_auc_end(&walks->at[w], &to[w]);
	return NULL;
}

static mlv_err prepare(struct ranking *ranking)
{
	const struct cells *cells = ranking->cells;
	size_t rows = cells->cases->rows.count;

	ranking->fold_bits = bits_for(cells->folds);
	ranking->words = mlv_sys_alloc_array(rows, sizeof(*ranking->words));
	ranking->in_order = mlv_sys_alloc_array(rows, sizeof(*ranking->in_order));
	ranking->walks = mlv_sys_alloc_array(ranking->ctx->jobs, sizeof(*ranking->walks));
	ranking->shift = mlv_sys_alloc_array(cells->axis_count, sizeof(*ranking->shift));
	return ranking->words && ranking->in_order && ranking->walks && ranking->shift
		       ? NULL
		       : mlv_error_nomem("ranks");
}

mlv_err mlv_evaluate_areas(struct mlv_ctx *ctx, const struct cells *cells,
			   const struct tally *tallies, struct areas *areas)
{
	MLV_SCOPED(ranking_release) struct ranking ranking = {
		.ctx = ctx, .cells = cells, .tallies = tallies, .areas = areas,
	};
	size_t rows = cells->cases->rows.count, rounds = (rows + ROUND - 1) / ROUND;
	mlv_err err = prepare(&ranking);

	for (; ranking.axis < cells->axis_count && !err; ranking.axis = ranking.end) {
		choose_fields(&ranking);
		if ((err = mlv_pool_run(ctx, ctx->jobs, rounds, make_words, &ranking)) ||
		    (err = mlv_pool_run(ctx, ctx->jobs, rounds, put_in_order, &ranking)))
			return err;
		err = mlv_pool_run(ctx, ctx->jobs, 2 * (ranking.end - ranking.axis), walk_axis,
				   &ranking);
	}
	return err;
}
