#include "core/eval/find.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"

/* The rows of one slice on the way down, sorted by the values of one dimension at a time. */
struct level {
	uint32_t *row;  /* those of the slice, in the order of the dimension that is looked at */
	size_t *begin;  /* of each value, and behind the last */
};

struct search {
	struct mlv_ctx *ctx;
	const struct mlv_find_dim *dims;
	size_t dim_count;
	const double *error;
	const struct mlv_find_plan *plan;
	double all_rows, all_error;
	struct level levels[MLV_FIND_LEVELS];
	struct mlv_found *found;
	size_t found_count;
};

static void search_release(struct search *search)
{
	for (size_t l = 0; l < MLV_FIND_LEVELS; l++) {
		free(search->levels[l].row);
		free(search->levels[l].begin);
	}
}

double mlv_find_score(double rows, double error, double all_rows, double all_error, double alpha)
{
	return alpha * (error / rows / (all_error / all_rows) - 1) - (1 - alpha) * (all_rows / rows - 1);
}

/* What a slice may be asked for: its rows, their error, and the largest of one row. */
struct sums {
	uint64_t rows;
	double error, largest;
};

/*
 * The best score that a part of a slice may have. For rows from the fewest
 * allowed to all of it, the error is at most all, and at most the largest for
 * each row: the score falls or rises on both sides of where these meet.
 */
static double bound(const struct search *search, const struct sums *of)
{
	double least = (double)search->plan->min_rows, most = (double)of->rows, best = -HUGE_VAL;
	double meet = of->largest > 0 ? of->error / of->largest : least;
	double at[3];

	least = least < 1 ? 1 : least;
	at[0] = least;
	at[1] = fmin(fmax(meet, least), most);
	at[2] = most;
	for (size_t i = 0; i < 3; i++)
		best = fmax(best, mlv_find_score(at[i], fmin(of->error, at[i] * of->largest),
						 search->all_rows, search->all_error,
						 search->plan->alpha));
	return best;
}

/* What a slice must be above to be kept. */
static double bar(const struct search *search)
{
	return search->found_count < search->plan->top ? 0 : search->found[search->plan->top - 1].score;
}

/* Whether a stands before b: by score, then by fewer dimensions, then as they were found. */
static bool is_better(const struct mlv_found *a, const struct mlv_found *b)
{
	if (a->score > b->score || a->score < b->score)
		return a->score > b->score;
	return a->level < b->level;
}

static void keep(struct search *search, const struct mlv_found *slice)
{
	size_t at = search->found_count;

	if (at == search->plan->top && !is_better(slice, &search->found[at - 1]))
		return;
	search->found_count += at < search->plan->top;
	at = search->found_count - 1;
	for (; at > 0 && is_better(slice, &search->found[at - 1]); at--)
		search->found[at] = search->found[at - 1];
	search->found[at] = *slice;
}

static struct sums sum_rows(const struct search *search, const uint32_t *row, size_t count)
{
	struct sums sums = { .rows = count };

	for (size_t i = 0; i < count; i++) {
		sums.error += search->error[row[i]];
		sums.largest = fmax(sums.largest, search->error[row[i]]);
	}
	return sums;
}

/* Sort the rows by their value in a dimension, those of one value as they stand. */
static void sort_rows(const struct mlv_find_dim *dim, const uint32_t *row, size_t count, struct level *to)
{
	memset(to->begin, 0, (dim->values + 2) * sizeof(*to->begin));
	for (size_t i = 0; i < count; i++)
		to->begin[dim->code[row[i]] + 2]++;
	for (size_t v = 2; v < dim->values + 2; v++)
		to->begin[v] += to->begin[v - 1];
	for (size_t i = 0; i < count; i++)
		to->row[to->begin[dim->code[row[i]] + 1]++] = row[i];
}

static mlv_err descend(struct search *search, const struct mlv_found *slice, const uint32_t *row,
		       size_t count);

/* One value more: keep it if it is good, and look into it if a part of it can be. */
static mlv_err look_at(struct search *search, const struct mlv_found *slice, size_t dim, uint32_t value,
		       const uint32_t *row, size_t count)
{
	struct mlv_found child = *slice;
	struct sums sums;

	if (count < search->plan->min_rows || !count || count == slice->rows)
		return NULL;
	sums = sum_rows(search, row, count);
	child.at[child.level].dim = dim;
	child.at[child.level++].value = value;
	child.rows = count;
	child.error = sums.error;
	child.score = mlv_find_score((double)count, sums.error, search->all_rows, search->all_error,
				     search->plan->alpha);
	if (child.score > 0)
		keep(search, &child);
	if (child.level == search->plan->levels || !(bound(search, &sums) > bar(search)))
		return NULL;
	return descend(search, &child, row, count);
}

/* Dimensions in order, so that each combination is met once. */
static mlv_err descend(struct search *search, const struct mlv_found *slice, const uint32_t *row,
		       size_t count)
{
	struct level *level = &search->levels[slice->level];
	size_t first = slice->level ? slice->at[slice->level - 1].dim + 1 : 0;
	mlv_err err = mlv_ctx_check_stop(search->ctx);

	for (size_t d = first; d < search->dim_count && !err; d++) {
		sort_rows(&search->dims[d], row, count, level);
		for (uint32_t v = 0; v < search->dims[d].values && !err; v++)
			err = look_at(search, slice, d, v, level->row + level->begin[v],
				      level->begin[v + 1] - level->begin[v]);
	}
	return err;
}

static mlv_err make_levels(struct search *search, size_t count)
{
	size_t values = 0;

	for (size_t d = 0; d < search->dim_count; d++)
		values = search->dims[d].values > values ? search->dims[d].values : values;
	for (size_t l = 0; l < search->plan->levels; l++) {
		search->levels[l].row = mlv_sys_alloc_array(count + 1, sizeof(uint32_t));
		search->levels[l].begin = mlv_sys_alloc_array(values + 2, sizeof(size_t));
		if (!search->levels[l].row || !search->levels[l].begin)
			return mlv_error_nomem("slices");
	}
	return NULL;
}

mlv_err mlv_find_slices(struct mlv_ctx *ctx, const struct mlv_find_dim *dims, size_t dim_count,
			const double *error, const uint32_t *rows, size_t count,
			const struct mlv_find_plan *plan, struct mlv_found *found, size_t *found_count)
{
	MLV_SCOPED(search_release) struct search search = {
		.ctx = ctx, .dims = dims, .dim_count = dim_count, .error = error, .plan = plan,
		.all_rows = (double)count, .found = found,
	};
	const struct mlv_found all = { .rows = count };
	mlv_err err;

	*found_count = 0;
	search.all_error = sum_rows(&search, rows, count).error;
	if (!(search.all_error > 0) || !plan->top || !plan->levels)
		return NULL;
	if ((err = make_levels(&search, count)) || (err = descend(&search, &all, rows, count)))
		return err;
	*found_count = search.found_count;
	return NULL;
}
