/* Schemes that divide the rows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/folds/parts.h"

uint64_t *mlv_folds_tally(const uint32_t *code, size_t rows, size_t codes)
{
	uint64_t *count = mlv_sys_alloc_array(codes + 1, sizeof(*count));

	for (size_t r = 0; count && r < rows; r++)
		count[code[r]]++;
	return count;
}

mlv_err mlv_fold_kfold(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
		       struct mlv_mt19937 *random, uint32_t *fold)
{
	MLV_SCOPED(mlv_mem_free) uint32_t *order = mlv_sys_alloc_array(rows->count + 1, sizeof(*order));
	size_t at = 0;

	if (!order)
		return mlv_error_nomem("folds");
	for (size_t i = 0; i < rows->count; i++)
		order[i] = (uint32_t)i;
	if (random)
		mlv_mt19937_shuffle(random, order, rows->count);
	for (size_t f = 0; f < plan->k; f++) {
		size_t size = rows->count / plan->k + (f < rows->count % plan->k);

		for (size_t i = 0; i < size; i++)
			fold[order[at++]] = (uint32_t)f;
	}
	return NULL;
}

/* Classes numbered in the order of their first row: number[label]. */
static void number_labels(const struct mlv_folds_rows *rows, uint32_t *number)
{
	uint32_t next = 0;

	for (size_t l = 0; l < rows->labels; l++)
		number[l] = UINT32_MAX;
	for (size_t r = 0; r < rows->count; r++)
		if (number[rows->label[r]] == UINT32_MAX)
			number[rows->label[r]] = next++;
}

/* How many of a class go to a fold: those at i, i + k, i + 2k ... of the labels in order. */
static uint64_t share_of(uint64_t begin, uint64_t end, uint64_t fold, uint64_t k)
{
	uint64_t before = begin > fold ? (begin - fold + k - 1) / k : 0;
	uint64_t upto = end > fold ? (end - fold + k - 1) / k : 0;

	return upto - before;
}

/* A stretch of rows a class, and in each stretch the folds one after the other. */
static void fill(const struct mlv_folds_plan *plan, const uint64_t *begin, size_t labels,
		 struct mlv_mt19937 *random, uint32_t *folds)
{
	for (size_t c = 0; c < labels; c++) {
		uint64_t at = begin[c];

		for (size_t f = 0; f < plan->k; f++)
			for (uint64_t n = share_of(begin[c], begin[c + 1], f, plan->k); n > 0; n--)
				folds[at++] = (uint32_t)f;
		if (random)
			mlv_mt19937_shuffle(random, folds + begin[c], (size_t)(begin[c + 1] - begin[c]));
	}
}

mlv_err mlv_fold_stratified(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
			    struct mlv_mt19937 *random, uint32_t *fold)
{
	MLV_SCOPED(mlv_mem_free) uint32_t *number = NULL, *folds = NULL;
	MLV_SCOPED(mlv_mem_free) uint64_t *begin = NULL;

	number = mlv_sys_alloc_array(rows->labels + 1, sizeof(*number));
	folds = mlv_sys_alloc_array(rows->count + 1, sizeof(*folds));
	begin = mlv_sys_alloc_array(rows->labels + 2, sizeof(*begin));
	if (!number || !folds || !begin)
		return mlv_error_nomem("folds");
	number_labels(rows, number);
	for (size_t r = 0; r < rows->count; r++)
		begin[number[rows->label[r]] + 1]++;
	for (size_t c = 1; c <= rows->labels; c++)
		begin[c] += begin[c - 1];
	fill(plan, begin, rows->labels, random, folds);
	for (size_t r = 0; r < rows->count; r++)
		fold[r] = folds[begin[number[rows->label[r]]]++];
	return NULL;
}

mlv_err mlv_fold_group(const struct mlv_folds_plan *plan, const struct mlv_folds_rows *rows,
		       struct mlv_mt19937 *random, uint32_t *fold)
{
	MLV_SCOPED(mlv_mem_free) uint64_t *count = mlv_folds_tally(rows->group, rows->count, rows->groups);
	MLV_SCOPED(mlv_mem_free) uint64_t *load = mlv_sys_alloc_array(plan->k, sizeof(*load));
	MLV_SCOPED(mlv_mem_free) uint32_t *order = mlv_sys_alloc_array(rows->groups + 1, sizeof(*order));
	MLV_SCOPED(mlv_mem_free)
	uint32_t *of_group = mlv_sys_alloc_array(rows->groups + 1, sizeof(*of_group));

	(void)random;
	if (!count || !load || !order || !of_group)
		return mlv_error_nomem("folds");
	for (size_t g = 0; g < rows->groups; g++)
		order[g] = (uint32_t)g;
	mlv_numpy_argsort(count, order, rows->groups);
	for (size_t i = rows->groups; i-- > 0;) {
		size_t lightest = 0;

		for (size_t f = 1; f < plan->k; f++)
			if (load[f] < load[lightest])
				lightest = f;
		load[lightest] += count[order[i]];
		of_group[order[i]] = (uint32_t)lightest;
	}
	for (size_t r = 0; r < rows->count; r++)
		fold[r] = of_group[rows->group[r]];
	return NULL;
}

/* ---- stratified groups */

/* What is counted while groups are given to folds. */
struct balance {
	size_t k, labels, groups;
	double *in_group; /* groups * labels */
	double *in_fold;  /* k * labels */
	double *total;    /* labels */
	double *spread;   /* labels: of the shares of each class over the folds */
	double *scratch;  /* labels */
	double *deviation; /* groups: how uneven the classes of each are */
};

static void balance_release(struct balance *balance)
{
	free(balance->in_group);
	free(balance->in_fold);
	free(balance->total);
	free(balance->spread);
	free(balance->scratch);
	free(balance->deviation);
}

static mlv_err balance_init(struct balance *balance, const struct mlv_folds_plan *plan,
			    const struct mlv_folds_rows *rows)
{
	size_t labels = rows->labels, size = sizeof(double);

	balance->k = plan->k;
	balance->labels = labels;
	balance->groups = rows->groups;
	if (rows->groups > ((size_t)1 << 32) / (labels ? labels : 1))
		return mlv_error(MLV_E_SPEC, "%zu groups with %zu classes are too many to stratify",
				 rows->groups, labels);
	if (!(balance->in_group = mlv_sys_alloc_array(rows->groups * labels + 1, size)) ||
	    !(balance->in_fold = mlv_sys_alloc_array(plan->k * labels + 1, size)) ||
	    !(balance->total = mlv_sys_alloc_array(labels + 1, size)) ||
	    !(balance->spread = mlv_sys_alloc_array(labels + 1, size)) ||
	    !(balance->scratch = mlv_sys_alloc_array(labels + 1, size)) ||
	    !(balance->deviation = mlv_sys_alloc_array(rows->groups + 1, size)))
		return mlv_error_nomem("folds");
	for (size_t r = 0; r < rows->count; r++) {
		balance->in_group[rows->group[r] * labels + rows->label[r]]++;
		balance->total[rows->label[r]]++;
	}
	return NULL;
}

/* The mean, over the classes, of how a class's shares in the folds are spread. */
static double unevenness(struct balance *balance)
{
	size_t labels = balance->labels;
	double k = (double)balance->k;

	for (size_t c = 0; c < labels; c++) {
		double mean = 0, squares = 0;

		for (size_t f = 0; f < balance->k; f++)
			mean += balance->in_fold[f * labels + c] / balance->total[c];
		mean /= k;
		for (size_t f = 0; f < balance->k; f++) {
			double off = balance->in_fold[f * labels + c] / balance->total[c] - mean;

			squares += off * off;
		}
		balance->spread[c] = sqrt(squares / k);
	}
	return mlv_numpy_sum(balance->spread, labels) / (double)labels;
}

static void put(struct balance *balance, size_t fold, const double *counts, double sign)
{
	for (size_t c = 0; c < balance->labels; c++)
		balance->in_fold[fold * balance->labels + c] += sign * counts[c];
}

/* The fold that a group does least harm in; of those about as good the one with fewest rows. */
static size_t best_fold(struct balance *balance, const double *counts)
{
	double least = HUGE_VAL, fewest = HUGE_VAL;
	size_t best = 0;

	for (size_t f = 0; f < balance->k; f++) {
		double uneven, rows;

		put(balance, f, counts, 1);
		uneven = unevenness(balance);
		put(balance, f, counts, -1);
		rows = mlv_numpy_sum(balance->in_fold + f * balance->labels, balance->labels);
		if (uneven < least ||
		    (isfinite(least) && fabs(uneven - least) <= 1e-8 + 1e-5 * fabs(least) && rows < fewest)) {
			least = uneven;
			fewest = rows;
			best = f;
		}
	}
	return best;
}

/* Merge sort, the most uneven first; equal ones stay in order. */
static void sort_uneven(const double *deviation, uint32_t *order, uint32_t *scratch, size_t count)
{
	size_t half = count / 2, i = 0, j = half;

	if (count < 2)
		return;
	sort_uneven(deviation, order, scratch, half);
	sort_uneven(deviation, order + half, scratch + half, count - half);
	for (size_t at = 0; at < count; at++)
		scratch[at] = j == count || (i < half && deviation[order[i]] >= deviation[order[j]])
				      ? order[i++]
				      : order[j++];
	memcpy(order, scratch, count * sizeof(*order));
}

mlv_err mlv_fold_stratified_group(const struct mlv_folds_plan *plan,
				  const struct mlv_folds_rows *rows, struct mlv_mt19937 *random,
				  uint32_t *fold)
{
	MLV_SCOPED(balance_release) struct balance balance = { 0 };
	MLV_SCOPED(mlv_mem_free) uint32_t *order = mlv_sys_alloc_array(rows->groups + 1, sizeof(*order));
	MLV_SCOPED(mlv_mem_free) uint32_t *scratch = mlv_sys_alloc_array(rows->groups + 1, sizeof(*scratch));
	MLV_SCOPED(mlv_mem_free)
	uint32_t *of_group = mlv_sys_alloc_array(rows->groups + 1, sizeof(*of_group));
	mlv_err err;

	if (!order || !scratch || !of_group)
		return mlv_error_nomem("folds");
	if ((err = balance_init(&balance, plan, rows)))
		return err;
	for (size_t g = 0; g < rows->groups; g++) {
		order[g] = (uint32_t)g;
		balance.deviation[g] = mlv_numpy_std(balance.in_group + g * rows->labels, rows->labels,
						     balance.scratch);
	}
	if (random)
		mlv_mt19937_shuffle(random, order, rows->groups);
	sort_uneven(balance.deviation, order, scratch, rows->groups);
	for (size_t i = 0; i < rows->groups; i++) {
		const double *counts = balance.in_group + order[i] * rows->labels;

		of_group[order[i]] = (uint32_t)best_fold(&balance, counts);
		put(&balance, of_group[order[i]], counts, 1);
	}
	for (size_t r = 0; r < rows->count; r++)
		fold[r] = of_group[rows->group[r]];
	return NULL;
}
