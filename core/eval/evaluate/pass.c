/*
 * One pass over all rows in the order of their scores, cut into parts of which
 * each goes to a thread: rows of one score are in one part. A part's rows are
 * looked at chunk by chunk, so that all who count them find them in the cache.
 */
#include <stdlib.h>

#include "core/base/pool.h"
#include "core/base/sys.h"
#include "core/eval/evaluate/parts.h"
#include "core/eval/radix.h"

struct pass {
	struct mlv_ctx *ctx;
	const struct cells *cells;
	struct tallying *tallying;
	size_t parts;
	size_t *begin;        /* of each part, and behind the last */
	struct walks **walks; /* of each part; NULL: there are no areas */
};

static void pass_release(struct pass *pass)
{
	for (size_t p = 0; pass->walks && p < pass->parts; p++)
		mlv_walks_freep(&pass->walks[p]);
	free(pass->walks);
	free(pass->begin);
	mlv_tallying_freep(&pass->tallying);
}

static mlv_err cut_parts(struct pass *pass)
{
	const struct mlv_sorted *sorted = &pass->cells->cases->sorted;
	mlv_err err = mlv_radix_cut(pass->ctx, sorted->keys, sorted->rows, &pass->parts, &pass->begin);

	if (err)
		return err;
	pass->walks = mlv_sys_alloc_array(pass->parts, sizeof(struct walks *));
	return pass->walks ? NULL : mlv_error_nomem("slices");
}

/* How many rows are in the next chunk: all of one score, or a piece of them. */
static size_t chunk_rows(const struct mlv_sorted *sorted, size_t begin, size_t end, struct chunk *chunk)
{
	const uint64_t *keys = sorted->keys;
	size_t count = CHUNK;
	bool goes_on = chunk->piece == CHUNK_PIECE;

	chunk->piece = CHUNK_WHOLE;
	if (goes_on) {
		for (count = 1; count < CHUNK && begin + count < end && keys[begin + count] == keys[begin];)
			count++;
		chunk->piece = begin + count < end && keys[begin + count] == keys[begin] ? CHUNK_PIECE
											 : CHUNK_LAST;
		return count;
	}
	if (end - begin <= CHUNK)
		return end - begin;
	while (count && keys[begin + count] == keys[begin + count - 1])
		count--;
	if (!count)
		chunk->piece = CHUNK_PIECE;
	return count ? count : CHUNK;
}

/* The next chunk of rows below end. */
static void fill(const struct cells *cells, size_t begin, size_t end, struct chunk *chunk)
{
	const struct mlv_sorted *sorted = &cells->cases->sorted;
	uint32_t code[CHUNK];
	size_t count = chunk_rows(sorted, begin, end, chunk);

	chunk->begin = begin;
	chunk->count = count;
	chunk->keys = sorted->keys + begin;
	for (size_t i = 0; i < count; i++)
		chunk->score[i] = mlv_sorted_number(chunk->keys[i]);
	mlv_sorted_codes(sorted, MLV_FIELD_LABEL, begin, count, code);
	for (size_t i = 0; i < count; i++)
		chunk->positive[i] = (uint8_t)code[i];
	mlv_sorted_codes(sorted, MLV_FIELD_GUESS, begin, count, code);
	for (size_t i = 0; i < count; i++)
		chunk->matrix[i] = (uint8_t)(chunk->positive[i] * 2 + code[i]);
	mlv_sorted_codes(sorted, MLV_FIELD_FOLD, begin, count, chunk->fold);
	for (size_t a = 0; a < cells->axis_count; a++)
		if (cells->axes[a].dim)
			mlv_sorted_codes(sorted, cells->axes[a].field, begin, count,
					 chunk->values + a * CHUNK);
	chunk->has_ties = false;
	for (size_t i = 1; i < count; i++)
		chunk->has_ties |= (chunk->keys[i] == chunk->keys[i - 1]) &
				   (chunk->positive[i] != chunk->positive[i - 1]);
}

static mlv_err count_part(void *arg, size_t index, unsigned worker)
{
	struct pass *pass = arg;
	const struct cells *cells = pass->cells;
	size_t end = pass->begin[index + 1];
	MLV_SCOPED(mlv_mem_free) uint32_t *values =
		mlv_sys_alloc_array(cells->axis_count * CHUNK, sizeof(*values));
	struct chunk chunk = { .values = values, .count = 0 };
	mlv_err err;

	if (!values)
		return mlv_error_nomem("slices");
	if (cells->has_areas && (err = mlv_walks_new(cells, &pass->walks[index])))
		return err;
	for (size_t r = pass->begin[index]; r < end; r += chunk.count) {
		fill(cells, r, end, &chunk);
		if ((err = mlv_tallying_take(pass->tallying, worker, &chunk)))
			return err;
		if (cells->has_areas)
			mlv_walks_take(pass->walks[index], cells, &chunk);
	}
	if (cells->has_areas)
		mlv_walks_settle(pass->walks[index]);
	return NULL;
}

mlv_err mlv_evaluate_pass(struct mlv_ctx *ctx, const struct cells *cells, struct tally *tallies,
			  struct areas *areas)
{
	MLV_SCOPED(pass_release) struct pass pass = { .ctx = ctx, .cells = cells };
	mlv_err err;

	if ((err = cut_parts(&pass)) || (err = mlv_tallying_new(ctx, cells, &pass.tallying)) ||
	    (err = mlv_pool_run(ctx, ctx->jobs, pass.parts, count_part, &pass)))
		return err;
	for (size_t p = 1; p < pass.parts && cells->has_areas; p++)
		mlv_walks_join(pass.walks[0], pass.walks[p]);
	if (cells->has_areas)
		mlv_walks_end(pass.walks[0], cells, areas);
	return mlv_tallying_end(pass.tallying, tallies);
}
