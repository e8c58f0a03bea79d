/*
 * Areas under ROC curves: rows come in the order of their scores, and each goes
 * to the walk of its cell and to that of its value, folds together. Rows that
 * are near each other are summed in small integers, and these joined now and then
 * to those of the whole part.
 */
#include <stdlib.h>

#include "core/base/sys.h"
#include "core/eval/evaluate/parts.h"

#define JOIN_AT ((size_t)1 << 14) /* rows whose squares fit into 64 bits, and much more */

/* As mlv_auc_sums, of few rows; their numbers are doubled. */
struct near {
	uint32_t twice[2], sum[2];
	uint64_t squares[2];
};

struct walks {
	size_t count, values; /* of all cells; where those of values begin, 0: cells are their values */
	struct near *near;
	size_t near_rows;
	struct mlv_auc_sums *sums;
	uint64_t (*tied)[2];  /* rows of the score that is being collected */
};

void mlv_walks_freep(struct walks **walks)
{
	if (*walks) {
		free((*walks)->near);
		free((*walks)->sums);
		free((*walks)->tied);
	}
	free(MLV_TAKE(*walks));
}

mlv_err mlv_walks_new(const struct cells *cells, struct walks **out)
{
	MLV_SCOPED(mlv_walks_freep) struct walks *walks = mlv_sys_alloc(sizeof(*walks));

	if (!walks)
		return mlv_error_nomem("ranks");
	*walks = (struct walks){ .count = cells->count };
	if (cells->folds > 1) {
		walks->values = cells->count;
		walks->count += cells->count / cells->folds;
	}
	walks->near = mlv_sys_alloc_array(walks->count, sizeof(*walks->near));
	walks->sums = mlv_sys_alloc_array(walks->count, sizeof(*walks->sums));
	walks->tied = mlv_sys_alloc_array(walks->count, sizeof(*walks->tied));
	if (!walks->near || !walks->sums || !walks->tied)
		return mlv_error_nomem("ranks");
	*out = MLV_TAKE(walks);
	return NULL;
}

void mlv_walks_settle(struct walks *walks)
{
	for (size_t w = 0; w < walks->count; w++) {
		struct near *near = &walks->near[w];
		const struct mlv_auc_sums above = {
			.rows = { near->twice[0] / 2, near->twice[1] / 2 },
			.sum = { near->sum[0], near->sum[1] },
			.squares = { near->squares[0], near->squares[1] },
		};

		if (!(near->twice[0] | near->twice[1]))
			continue;
		mlv_auc_join(&walks->sums[w], &above);
		*near = (struct near){ 0 };
	}
	walks->near_rows = 0;
}

/* A row that is tied to none of the other class, or comes behind those that it is tied to. */
static inline void add_row(struct near *near, unsigned class)
{
	uint64_t placed = near->twice[!class];

	near->sum[class] += (uint32_t)placed;
	near->squares[class] += placed * placed;
	near->twice[class] += 2;
}

static void add_tie(struct near *near, const uint64_t tied[2])
{
	for (int class = 0; class < 2; class++) {
		uint64_t placed = near->twice[!class] + tied[!class];

		near->sum[class] += (uint32_t)(tied[class] * placed);
		near->squares[class] += tied[class] * placed * placed;
	}
	near->twice[0] += (uint32_t)(2 * tied[0]);
	near->twice[1] += (uint32_t)(2 * tied[1]);
}

/* Rows of one score. */
static void take_tie(struct walks *walks, const uint32_t *place, const uint8_t *positive, size_t count)
{
	for (size_t i = 0; i < count; i++)
		walks->tied[place[i]][positive[i]]++;
	for (size_t i = 0; i < count; i++) {
		uint64_t *tied = walks->tied[place[i]];

		if (tied[0] | tied[1])
			add_tie(&walks->near[place[i]], tied);
		tied[0] = tied[1] = 0;
	}
}

/* The rows of a chunk in which some are tied. */
static void take_ties(struct walks *walks, const struct chunk *chunk, const uint32_t *place)
{
	for (size_t begin = 0, end; begin < chunk->count; begin = end) {
		for (end = begin + 1; end < chunk->count && chunk->keys[end] == chunk->keys[begin];)
			end++;
		if (end == begin + 1)
			add_row(&walks->near[place[begin]], chunk->positive[begin]);
		else
			take_tie(walks, place + begin, chunk->positive + begin, end - begin);
	}
}

/* A piece of the rows of one score, which are placed when the last have come. */
static void collect(struct walks *walks, const struct chunk *chunk, const uint32_t *place)
{
	for (size_t i = 0; i < chunk->count; i++)
		walks->tied[place[i]][chunk->positive[i]]++;
}

static void place_collected(struct walks *walks)
{
	mlv_walks_settle(walks);
	for (size_t w = 0; w < walks->count; w++) {
		mlv_auc_add_tie(&walks->sums[w], walks->tied[w]);
		walks->tied[w][0] = walks->tied[w][1] = 0;
	}
}

/* The rows of a chunk in which none are tied: to the walk of the value and to that of the cell. */
static void take_plain(struct walks *walks, const struct cells *cells, const struct axis *axis,
		       const struct chunk *chunk, const uint32_t *value)
{
	struct near *of_values = walks->near + walks->values + axis->begin / cells->folds;
	struct near *of_cells = walks->near + axis->begin;
	const uint8_t *positive = chunk->positive;
	size_t count = chunk->count, folds = cells->folds;

	for (size_t i = 0; i < count; i++)
		add_row(&of_values[value[i]], positive[i]);
	for (size_t i = 0; folds > 1 && i < count; i++)
		add_row(&of_cells[value[i] * folds + chunk->fold[i]], positive[i]);
}

/* The same where there are ties. */
static void take_tied(struct walks *walks, const struct cells *cells, const struct axis *axis,
		      const struct chunk *chunk, const uint32_t *value)
{
	void (*take)(struct walks *walks, const struct chunk *chunk, const uint32_t *place) =
		chunk->piece ? collect : take_ties;
	uint32_t begin = (uint32_t)axis->begin, folds = (uint32_t)cells->folds;
	uint32_t first = (uint32_t)(walks->values + axis->begin / cells->folds);
	uint32_t place[CHUNK];

	for (size_t i = 0; i < chunk->count; i++)
		place[i] = first + value[i];
	take(walks, chunk, place);
	if (folds == 1)
		return;
	for (size_t i = 0; i < chunk->count; i++)
		place[i] = begin + value[i] * folds + chunk->fold[i];
	take(walks, chunk, place);
}

void mlv_walks_take(struct walks *walks, const struct cells *cells, const struct chunk *chunk)
{
	bool plain = !chunk->piece && !chunk->has_ties;

	for (size_t a = 0; a < cells->axis_count; a++)
		(plain ? take_plain : take_tied)(walks, cells, &cells->axes[a], chunk,
						 chunk->values + a * CHUNK);
	walks->near_rows += chunk->count;
	if (chunk->piece == CHUNK_LAST)
		place_collected(walks);
	else if (walks->near_rows >= JOIN_AT)
		mlv_walks_settle(walks);
}

void mlv_walks_join(struct walks *walks, const struct walks *above)
{
	for (size_t w = 0; w < walks->count; w++)
		mlv_auc_join(&walks->sums[w], &above->sums[w]);
}

void mlv_walks_end(const struct walks *walks, const struct cells *cells, struct areas *areas)
{
	for (size_t c = 0; c < cells->count; c++)
		mlv_auc_end(&walks->sums[c], &areas->of_cells[c]);
	for (size_t v = 0; v < cells->count / cells->folds; v++)
		mlv_auc_end(&walks->sums[walks->values + v], &areas->of_values[v]);
}
