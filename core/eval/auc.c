#include "core/eval/auc.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/sys.h"

/* A row, by its score. */
struct place {
	double score;
	uint32_t row;
};

static int by_score(const void *a, const void *b)
{
	const struct place *left = a, *right = b;

	if (left->score < right->score || left->score > right->score)
		return left->score < right->score ? -1 : 1;
	return left->row < right->row ? -1 : left->row > right->row;
}

static mlv_err sort_rows(const struct mlv_ranked *rows, struct place **out)
{
	struct place *places = mlv_sys_alloc_array(rows->count ? rows->count : 1, sizeof(*places));
	bool sorted = true; /* rows of an evaluation are: see evaluate.c */

	if (!places)
		return mlv_error_nomem("ranks");
	for (size_t i = 0; i < rows->count; i++) {
		places[i] = (struct place){ rows->score[i], (uint32_t)i };
		sorted = sorted && (!i || rows->score[i - 1] <= rows->score[i]);
	}
	if (!sorted)
		qsort(places, rows->count, sizeof(*places), by_score);
	*out = places;
	return NULL;
}

/* Where the rows of the score at begin end. */
static size_t tie_end(const struct place *places, size_t begin, size_t count)
{
	size_t end = begin + 1;

	while (end < count && places[end].score <= places[begin].score)
		end++;
	return end;
}

void mlv_auc_add_tie(struct mlv_auc_sums *sums, const uint64_t tied[2])
{
	for (int class = 0; class < 2; class++) {
		uint64_t placed = 2 * sums->rows[!class] + tied[!class];

		sums->sum[class] += tied[class] * placed;
		sums->squares[class] += (mlv_wide)(tied[class] * placed) * placed;
	}
	sums->rows[0] += tied[0];
	sums->rows[1] += tied[1];
}

void mlv_auc_join(struct mlv_auc_sums *sums, const struct mlv_auc_sums *above)
{
	for (int class = 0; class < 2; class++) {
		/* All that were placed at x are now at x + below. */
		uint64_t below = 2 * sums->rows[!class], more = above->rows[class] * below;

		sums->squares[class] += above->squares[class] + (mlv_wide)2 * below * above->sum[class] +
					(mlv_wide)more * below;
		sums->sum[class] += above->sum[class] + more;
	}
	sums->rows[0] += above->rows[0];
	sums->rows[1] += above->rows[1];
}

/* The variance of the mean of what rows of a class are placed at, in halves of pairs with others rows. */
static double spread_variance(const struct mlv_auc_sums *sums, int class)
{
	mlv_wide n = sums->rows[class], sum = sums->sum[class];
	double top = (double)(n * sums->squares[class] - sum * sum);
	double count = (double)n, unit = 2 * (double)sums->rows[!class];

	return top / (count * (count - 1)) / (unit * unit) / count;
}

void mlv_auc_end(const struct mlv_auc_sums *sums, struct mlv_auc *auc)
{
	*auc = (struct mlv_auc){ .positives = sums->rows[1], .negatives = sums->rows[0] };
	auc->defined = auc->positives && auc->negatives;
	if (!auc->defined)
		return;
	auc->value = (double)sums->sum[1] / (2 * (double)auc->positives * (double)auc->negatives);
	auc->has_variance = auc->positives > 1 && auc->negatives > 1;
	if (auc->has_variance)
		auc->variance = spread_variance(sums, 1) + spread_variance(sums, 0);
}

/* Take the rows in the order of scores. */
static void place_rows(const struct mlv_ranked *rows, const struct place *places, uint64_t positives,
		       struct mlv_auc_sums *sums, uint32_t *placed)
{
	for (size_t begin = 0, end; begin < rows->count; begin = end) {
		uint64_t tied[2] = { 0, 0 };

		end = tie_end(places, begin, rows->count);
		for (size_t i = begin; i < end; i++)
			tied[rows->positive[places[i].row]]++;
		for (size_t i = begin; placed && i < end; i++)
			placed[places[i].row] = (uint32_t)(rows->positive[places[i].row]
				? 2 * sums->rows[0] + tied[0]
				: 2 * (positives - sums->rows[1]) - tied[1]);
		mlv_auc_add_tie(sums, tied);
	}
}

static void count_classes(const struct mlv_ranked *rows, struct mlv_auc *auc)
{
	*auc = (struct mlv_auc){ 0 };
	for (size_t i = 0; i < rows->count; i++)
		auc->positives += rows->positive[i];
	auc->negatives = rows->count - auc->positives;
	auc->defined = auc->positives && auc->negatives;
}

static double weight_of(const struct mlv_ranked *rows, size_t row)
{
	return rows->weight ? rows->weight[row] : 1;
}

/* The same with weights, which are no integers: summed in long double. */
static void weighted_area(const struct mlv_ranked *rows, const struct place *places,
			  struct mlv_auc *auc)
{
	long double below = 0, positives = 0, area = 0;

	for (size_t begin = 0, end; begin < rows->count; begin = end) {
		long double tied[2] = { 0, 0 };

		end = tie_end(places, begin, rows->count);
		for (size_t i = begin; i < end; i++)
			tied[rows->positive[places[i].row]] += (long double)weight_of(rows, places[i].row);
		area += tied[1] * (below + tied[0] / 2);
		below += tied[0];
		positives += tied[1];
	}
	auc->defined = below > 0 && positives > 0;
	auc->value = auc->defined ? (double)(area / below / positives) : 0;
}

mlv_err mlv_auc_of(const struct mlv_ranked *rows, struct mlv_auc *auc, uint32_t *placed)
{
	MLV_SCOPED(mlv_mem_free) struct place *places = NULL;
	struct mlv_auc_sums sums = { 0 };
	mlv_err err;

	count_classes(rows, auc);
	if (!auc->defined)
		return NULL;
	if ((err = sort_rows(rows, &places)))
		return err;
	if (rows->weight) {
		weighted_area(rows, places, auc);
		return NULL;
	}
	place_rows(rows, places, auc->positives, &sums, placed);
	mlv_auc_end(&sums, auc);
	return NULL;
}

double mlv_auc_covariance(const uint8_t *positive, const uint32_t *placed1,
			  const uint32_t *placed2, size_t count)
{
	uint64_t n[2] = { 0, 0 }, sums[2][2] = { { 0 } };
	mlv_wide products[2] = { 0, 0 };
	double covariance = 0;

	for (size_t i = 0; i < count; i++) {
		n[positive[i]]++;
		sums[positive[i]][0] += placed1[i];
		sums[positive[i]][1] += placed2[i];
		products[positive[i]] += (mlv_wide)placed1[i] * placed2[i];
	}
	for (int side = 0; side < 2; side++) {
		double own = (double)n[side], unit = 2 * (double)n[!side];
		mlv_wide joint = n[side] * products[side], apart = (mlv_wide)sums[side][0] * sums[side][1];
		double top = joint >= apart ? (double)(joint - apart) : -(double)(apart - joint);

		covariance += top / (own * (own - 1)) / (unit * unit) / own;
	}
	return covariance;
}

mlv_err mlv_average_precision(const struct mlv_ranked *rows, double *value, bool *defined)
{
	MLV_SCOPED(mlv_mem_free) struct place *places = NULL;
	long double hits = 0, taken = 0, sum = 0;
	mlv_err err = sort_rows(rows, &places);

	if (err)
		return err;
	for (size_t end = rows->count, begin; end > 0; end = begin) {
		long double tied[2] = { 0, 0 };

		for (begin = end; begin > 0 && places[begin - 1].score >= places[end - 1].score;) {
			begin--;
			tied[rows->positive[places[begin].row]] +=
				(long double)weight_of(rows, places[begin].row);
		}
		hits += tied[1];
		taken += tied[0] + tied[1];
		if (taken > 0)
			sum += tied[1] * (hits / taken);
	}
	*defined = hits > 0;
	*value = *defined ? (double)(sum / hits) : 0;
	return NULL;
}
