#include "core/eval/test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/base/sys.h"
#include "core/eval/special.h"

#define FLIP_ALL    16
#define FLIP_SOME   10000
#define EXACT_BELOW 5 /* a count for which the normal approximation is none */
#define EXACT_MOST  1000000 /* tables that Fisher's test goes through */

static double at_most_one(double p)
{
	return p < 1 ? p : 1;
}

double mlv_test_mcnemar(uint64_t b, uint64_t c)
{
	return at_most_one(2 * mlv_fair_coins_at_most(b < c ? b : c, b + c));
}

double mlv_test_shares_z(uint64_t hits1, uint64_t n1, uint64_t hits2, uint64_t n2)
{
	double pooled = ((double)hits1 + (double)hits2) / ((double)n1 + (double)n2);

	return mlv_test_z((double)hits1 / (double)n1 - (double)hits2 / (double)n2,
			  sqrt(pooled * (1 - pooled) * (1 / (double)n1 + 1 / (double)n2)));
}

double mlv_test_shares(uint64_t hits1, uint64_t n1, uint64_t hits2, uint64_t n2)
{
	const uint64_t cells[] = { hits1, n1 - hits1, hits2, n2 - hits2 };
	double hits = (double)hits1 + (double)hits2;

	if (!n1 || !n2)
		return 1;
	for (size_t i = 0; i < 4; i++)
		if (cells[i] < EXACT_BELOW && fmin((double)n1, hits) <= EXACT_MOST)
			return mlv_fisher_exact(cells[0], cells[1], cells[2], cells[3]);
	return mlv_test_shares_z(hits1, n1, hits2, n2);
}

double mlv_test_t(double difference, double error, double df)
{
	if (error > 0 && df > 0)
		return mlv_t_two_sided(difference / error, df);
	return df > 0 && fabs(difference) > 0 ? 0 : 1;
}

double mlv_test_z(double difference, double error)
{
	if (error > 0)
		return mlv_normal_two_sided(difference / error);
	return fabs(difference) > 0 ? 0 : 1;
}

double mlv_test_folds_error(const double *differences, size_t count, double ratio)
{
	double n = (double)count, mean = 0, squares = 0;

	for (size_t i = 0; i < count; i++)
		mean += differences[i] / n;
	for (size_t i = 0; i < count; i++)
		squares += (differences[i] - mean) * (differences[i] - mean);
	return sqrt(squares / (n - 1) * (1 / n + ratio));
}

struct mlv_cochran mlv_test_cochran(const uint64_t *rows, size_t versions)
{
	double k = (double)versions, all = 0, right[MLV_COCHRAN_MAX] = { 0 }, apart = 0, mixed = 0, q;

	for (size_t pattern = 0; pattern < (size_t)1 << versions; pattern++) {
		double of = 0;

		for (size_t v = 0; v < versions; v++) {
			of += pattern >> v & 1 ? 1 : 0;
			right[v] += pattern >> v & 1 ? (double)rows[pattern] : 0;
		}
		all += of * (double)rows[pattern];
		mixed += of * (k - of) * (double)rows[pattern];
	}
	if (!(mixed > 0))
		return (struct mlv_cochran){ 0, 1 };
	for (size_t v = 0; v < versions; v++)
		apart += (right[v] - all / k) * (right[v] - all / k);
	q = k * (k - 1) * apart / mixed;
	return (struct mlv_cochran){ q, mlv_chi2_upper(q, k - 1) };
}

uint32_t mlv_pcg32_next(struct mlv_pcg32 *pcg)
{
	uint64_t old = pcg->state;
	uint32_t mixed = (uint32_t)((old >> 18 ^ old) >> 27);
	unsigned turn = (unsigned)(old >> 59);

	pcg->state = old * 6364136223846793005U + pcg->increment;
	return mixed >> turn | mixed << (-turn & 31);
}

void mlv_pcg32_seed(struct mlv_pcg32 *pcg, uint64_t state, uint64_t sequence)
{
	pcg->state = 0;
	pcg->increment = sequence << 1 | 1;
	(void)mlv_pcg32_next(pcg);
	pcg->state += state;
	(void)mlv_pcg32_next(pcg);
}

static double signed_sum(const double *differences, size_t count, uint32_t signs)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += signs >> (i % 32) & 1 ? -differences[i] : differences[i];
	return fabs(sum);
}

double mlv_test_sign_flip(const double *differences, size_t count)
{
	/* Sums that differ by rounding alone are equal. */
	double limit = signed_sum(differences, count, 0) * (1 - 1e-12);
	bool all = count <= FLIP_ALL;
	uint32_t ways = all ? 1U << count : FLIP_SOME, as_far = 0;
	struct mlv_pcg32 pcg;

	mlv_pcg32_seed(&pcg, 42, 54);
	for (uint32_t way = 0; way < ways; way++)
		as_far += signed_sum(differences, count, all ? way : mlv_pcg32_next(&pcg)) >= limit;
	return all ? (double)as_far / ways : ((double)as_far + 1) / (ways + 1);
}

struct ranked {
	double p;
	size_t place;
};

static int by_p(const void *a, const void *b)
{
	const struct ranked *left = a, *right = b;

	if (left->p < right->p || left->p > right->p)
		return left->p < right->p ? -1 : 1;
	return left->place < right->place ? -1 : left->place > right->place;
}

/* From the smallest up: none may be smaller than the one before. */
static void step_down(const struct ranked *ranked, size_t count, double *p)
{
	double worst = 0;

	for (size_t i = 0; i < count; i++) {
		double own = at_most_one((double)(count - i) * ranked[i].p);

		worst = own > worst ? own : worst;
		p[ranked[i].place] = worst;
	}
}

/* From the largest down: none may be larger than the one after. */
static void step_up(const struct ranked *ranked, size_t count, double factor, double *p)
{
	double best = 1;

	for (size_t i = count; i-- > 0;) {
		double own = factor * ranked[i].p * (double)count / (double)(i + 1);

		best = own < best ? own : best;
		p[ranked[i].place] = best;
	}
}

mlv_err mlv_adjust(enum mlv_adjust how, double *p, size_t count)
{
	MLV_SCOPED(mlv_mem_free) struct ranked *ranked = NULL;
	double harmonic = 1;

	if (!count || how == MLV_ADJUST_NONE)
		return NULL;
	if (!(ranked = mlv_sys_alloc_array(count, sizeof(*ranked))))
		return mlv_error_nomem("p-values");
	for (size_t i = 0; i < count; i++) {
		ranked[i] = (struct ranked){ p[i], i };
		harmonic += i ? 1 / (double)(i + 1) : 0;
	}
	qsort(ranked, count, sizeof(*ranked), by_p);
	if (how == MLV_ADJUST_HOLM)
		step_down(ranked, count, p);
	else
		step_up(ranked, count, how == MLV_ADJUST_BY ? harmonic : 1, p);
	return NULL;
}
