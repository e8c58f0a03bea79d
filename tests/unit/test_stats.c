/* Intervals, tests and what they stand on, beside published values. */
#include "check.h"

#include <float.h>
#include <math.h>

#include "core/eval/auc.h"
#include "core/eval/interval.h"
#include "core/eval/special.h"
#include "core/eval/sum.h"
#include "core/eval/test.h"

#define near(a, b, relative) \
	cr_assert(fabs((a) - (b)) <= (relative) * fabs(b), "%.17g is not %.17g", (double)(a), (double)(b))

/*
 * R 4, qnorm() and qt(); that of one degree of freedom is tan(0.475 pi), that of ten solves the
 * closed form of Abramowitz and Stegun 26.7.4. (scipy.stats.t.ppf() 1.10 is good to eight digits.)
 */
mlv_test(stats, quantiles)
{
	near(mlv_normal_quantile(0.975), 1.959963984540054, 1e-15);
	near(mlv_normal_quantile(0.025), -1.959963984540054, 1e-15);
	near(mlv_normal_quantile(1e-10), -6.361340902404056, 1e-14);
	near(mlv_t_quantile(0.975, 1), tan(0.475 * 3.14159265358979323846), 1e-12);
	near(mlv_t_quantile(0.975, 2), 4.302652729749464, 1e-13);
	near(mlv_t_quantile(0.975, 10), 2.228138851986273, 1e-12);
	near(mlv_t_quantile(0.025, 10), -2.228138851986273, 1e-12);
}

/* Closed forms: with 1 and 2 degrees of freedom, and all tails of a few coins. */
mlv_test(stats, tails_are_those_of_closed_forms)
{
	near(mlv_t_two_sided(3, 1), 1 - 2 / 3.14159265358979323846 * atan(3), 1e-13);
	near(mlv_t_two_sided(2.5, 2), 1 - 2.5 / sqrt(2 + 2.5 * 2.5), 1e-13);
	near(mlv_t_two_sided(1e100, 2), 1e-200, 1e-12);
	near(mlv_fair_coins_at_most(0, 10), 1.0 / 1024, 1e-13);
	near(mlv_chi2_upper(7, 2), exp(-3.5), 1e-13);
	near(mlv_chi2_upper(9, 1), erfc(3 / sqrt(2)), 1e-13);
	near(mlv_chi2_upper(3, 4), exp(-1.5) * 2.5, 1e-13);
	near(mlv_chi2_upper(30, 4), exp(-15) * 16, 1e-13);
	near(mlv_chi2_upper(1400, 2), exp(-700), 1e-12);
	cr_assert(mlv_chi2_upper(0, 3) == 1);
	near(mlv_fair_coins_at_most(3, 10), 176.0 / 1024, 1e-13);
	near(mlv_fair_coins_at_most(0, 1000), ldexp(1, -1000), 1e-12);
	near(mlv_incomplete_beta(2, 3, 0.4, 0.6), 0.5248, 1e-13);
	cr_assert(mlv_fair_coins_at_most(10, 10) == 1);
}

/* R binom.confint(method = "wilson"), as statsmodels tests proportion_confint() with. */
mlv_test(stats, wilson)
{
	static const struct {
		double hits, n, low, high, digits;
	} known[] = {
		{ 18, 20, 0.6989663547715128, 0.9721335187862319, 1e-13 },
		{ 4, 20, 0.0806576625797981, 0.4160174322518935, 1e-13 },
		{ 4, 200, 0.0078044264163, 0.0502870869058, 1e-10 },
		{ 190, 200, 0.910421851861224, 0.972617354399236, 1e-13 },
		{ 1, 30, 0.00590859, 0.16670391, 1e-6 },
		{ 29, 30, 0.8332961, 0.9940914, 1e-7 },
		{ 19, 38, 0.348499283643951, 0.651500716356049, 1e-13 },
		{ 100, 200, 0.4313609, 0.5686391, 1e-7 },
	};

	for (size_t i = 0; i < MLV_COUNT(known); i++) {
		struct mlv_interval in = mlv_interval_wilson(known[i].hits, known[i].n, 0.95);

		near(in.low, known[i].low, known[i].digits);
		near(in.high, known[i].high, known[i].digits);
	}
	cr_assert(mlv_interval_wilson(38, 38, 0.95).high == 1);
	cr_assert(mlv_interval_wilson(0, 77, 0.95).low == 0);
	near(mlv_interval_wilson(0, 30, 0.95).high, 0.11351339, 1e-7);
	/* One-sided at 95% is each side of one at 90%. */
	near(mlv_interval_wilson(100, 200, 0.9).high, 0.557765, 1e-6);
	near(mlv_interval_wilson(100, 200, 0.9).low, 0.442235, 1e-6);
}

/* 7/34 against 1/34: M. Fagerland and others, Statistical Methods in Medical Research 24 (2015). */
mlv_test(stats, newcombe)
{
	struct mlv_interval in = mlv_interval_newcombe(7, 34, 1, 34, 0.95);

	near(in.low, 0.018921, 1e-4);
	near(in.high, 0.340369, 1e-5);
	cr_assert(fabs(in.low - 0.019) < 5e-4 && fabs(in.high - 0.340) < 5e-4);
}

/* mlxtend mcnemar(), table [[101,121],[59,33]]; statsmodels and R, [[23,15],[19,31]]. */
mlv_test(stats, mcnemar)
{
	near(mlv_test_mcnemar(121, 59), 4.4344492637555101e-06, 1e-12);
	near(mlv_test_mcnemar(59, 121), 4.4344492637555101e-06, 1e-12);
	near(mlv_test_mcnemar(15, 19), 0.60759136127308, 1e-12);
	cr_assert(mlv_test_mcnemar(0, 0) == 1);
	cr_assert(mlv_test_mcnemar(4, 4) == 1);
}

/*
 * The same tables by chi-squared with one degree of freedom, (b - c)^2 / (b + c), which is z^2, and with
 * Edwards's correction (|b - c| - 1)^2 / (b + c): mlxtend, mcnemar(); statsmodels and R, [[23,15],[19,31]].
 */
mlv_test(stats, mcnemar_by_chi_squared)
{
	static const struct {
		double b, c, corrected, corrected_p, plain, plain_p;
	} known[] = {
		{ 121, 59, 20.672222222, 5.4500948254271171e-06, 21.355555556, 3.8151358651125936e-06 },
		{ 15, 19, 9. / 34, .606905427217951, .470588235294118, NAN },
	};

	for (size_t i = 0; i < MLV_COUNT(known); i++) {
		double apart = fabs(known[i].b - known[i].c), error = sqrt(known[i].b + known[i].c);

		near(apart * apart / error / error, known[i].plain, 1e-9);
		near((apart - 1) * (apart - 1) / error / error, known[i].corrected, 1e-9);
		near(mlv_test_z(apart - 1, error), known[i].corrected_p, 1e-12);
		near(mlv_chi2_upper((apart - 1) * (apart - 1) / error / error, 1),
		     known[i].corrected_p, 1e-12);
		if (!isnan(known[i].plain_p))
			near(mlv_test_z(apart, error), known[i].plain_p, 1e-12);
	}
}

/* Closed forms; and qchisq(0.95, df) of R, as tables have it. */
mlv_test(stats, chi_squared)
{
	static const double at95[] = { 3.841458820694124, 5.991464547107979, 7.814727903251179,
				       9.487729036781154, 11.070497693516351 };

	for (size_t i = 0; i < MLV_COUNT(at95); i++)
		near(mlv_chi2_upper(at95[i], (double)i + 1), 0.05, 1e-12);
	near(mlv_chi2_upper(10, 4), 6 * exp(-5), 1e-14);
	cr_assert(mlv_chi2_upper(0, 3) == 1);
}

static struct mlv_cochran cochran(const char *const *table, size_t count)
{
	uint64_t rows[1 << 5] = { 0 };

	for (size_t i = 0; i < count; i++) {
		size_t pattern = 0;

		for (size_t v = 0; table[i][v]; v++)
			pattern |= (size_t)(table[i][v] == '1') << v;
		rows[pattern]++;
	}
	return mlv_test_cochran(rows, strlen(table[0]));
}

/* statsmodels, test_contingency_tables.py, test_cochranq(): of R's CVST, cochranq.test(). */
mlv_test(stats, cochran)
{
	static const char *const four[] = { "1011", "0111", "1110", "0100", "0100",
					    "1010", "0100", "1111", "0100" };
	static const char *const five[] = { "00110", "01010", "01101", "10001", "11000",
					    "10100", "01000", "00110", "00000" };
	static const char *const two[] = { "10", "10", "01", "10", "11" }, *const same[] = { "111", "000" };

	near(cochran(four, 9).q, 4.2, 1e-14);
	near(cochran(four, 9).p, mlv_chi2_upper(4.2, 3), 1e-14);
	near(cochran(five, 9).q, 1.2174, 1e-4);
	/* Of two versions it is McNemar's, without a correction: (3 - 1)^2 / 4. */
	near(cochran(two, 5).q, 1.0, 1e-14);
	near(cochran(two, 5).p, mlv_test_z(2, 2), 1e-13);
	cr_assert(cochran(same, 2).p == 1);
}

/* Fisher's tea, {3,1;1,3}: 34/70 (The Design of Experiments); R fisher.test(), Convictions: 0.0005367. */
mlv_test(stats, fisher)
{
	near(mlv_fisher_exact(3, 1, 1, 3), 34.0 / 70, 1e-13);
	near(mlv_fisher_exact(10, 2, 3, 15), 0.0005367241, 1e-6);
	cr_assert(mlv_fisher_exact(0, 0, 3, 4) == 1);
	near(mlv_fisher_exact(5, 0, 0, 5), 2.0 / 252, 1e-13);
}

/* The pooled score test, by its formula; with a small count Fisher's. */
mlv_test(stats, two_shares)
{
	double z = 0.2 / sqrt(0.5 * 0.5 * 2 / 100);

	near(mlv_test_shares(60, 100, 40, 100), erfc(z / sqrt(2)), 1e-13);
	near(mlv_test_shares(3, 4, 1, 4), 34.0 / 70, 1e-13);
	cr_assert(mlv_test_shares(0, 0, 1, 4) == 1);
	/* As many tables as would take for ever are not gone through. */
	near(mlv_test_shares(4000000000000000000, 4000000000000000000, 4000000000000000000,
			     4000000000000000000), 1.0, 1e-13);
	cr_assert(mlv_test_shares(3, 2000000000, 2000000000, 2000000000) == 0);
}

/*
 * Nadeau and Bengio as in baycomp's tests: x=[4,2,6] y=[5,7,3] has variance
 * 16 * (1/3 + 1/2); x=[4,2,6,4] y=[5,7,3,5] in two runs (32/3) * (1/4 + 1).
 */
mlv_test(stats, overlapping_folds)
{
	static const double three[] = { 1, 5, -3 }, four[] = { 1, 5, -3, 1 };

	near(mlv_test_folds_error(three, 3, 0.5), sqrt(16 * (1.0 / 3 + 0.5)), 1e-14);
	near(mlv_test_folds_error(four, 4, 1), sqrt(32.0 / 3 * 1.25), 1e-14);
	/* baycomp: where nothing varies, a difference of 0 is none, and any other one is sure. */
	cr_assert(mlv_test_t(0, 0, 2) == 1);
	cr_assert(mlv_test_t(1, 0, 2) == 0);
}

/*
 * scikit-learn's example "Statistical comparison of models using grid search": 10 x 10 folds, whose
 * mean is 2.611 plain standard errors off, so that t is 0.750 and one-sided p 0.227.
 */
mlv_test(stats, overlapping_folds_of_scikit_learn)
{
	double apart[100], error, plain, t;

	/* Half are one above the mean, half one below: the variance is 100 / 99. */
	plain = sqrt(100.0 / 99 / 100);
	for (size_t i = 0; i < 100; i++)
		apart[i] = 2.611 * plain + (i % 2 ? 1 : -1);
	error = mlv_test_folds_error(apart, 100, 10.0 / 90);
	t = 2.611 * plain / error;
	cr_assert(fabs(t - 0.750) < 5e-4);
	cr_assert(fabs(mlv_test_t(2.611 * plain, error, 99) / 2 - 0.227) < 5e-4);
	/* Taken for independent: 0.005. */
	cr_assert(fabs(mlv_test_t(2.611, 1, 99) / 2 - 0.005) < 5e-4);
}

static const double many[] = { .838541367553, .642193923795, .680845947633, .967833824309,
			       .71626938238, .177096952723, 5.23656777208e-05, .0202732688798,
			       .00028140506198, .0149877310796 };

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return left < right ? -1 : left > right;
}

static void check_adjusted(enum mlv_adjust how, const double *sorted, size_t count, double digits)
{
	double p[MLV_COUNT(many)];

	memcpy(p, many, sizeof(p));
	check_ok(mlv_adjust(how, p, MLV_COUNT(p)));
	/* A smaller p-value never gets a larger one than another: its order is that of p. */
	cr_assert(p[6] <= p[8] && p[8] <= p[9] && p[9] <= p[7] && p[7] <= p[5]);
	qsort(p, MLV_COUNT(p), sizeof(*p), by_size);
	for (size_t i = 0; i < count; i++)
		near(p[i], sorted[i], digits);
}

/* R's multtest, as statsmodels tests multipletests() with. */
mlv_test(stats, adjusted)
{
	static const double holm[] = { .000523656777, .002532645558, .119901848637, .141912882159, 1, 1 };
	static const double bh[] = { .000523656777, .00140702531, .0499591036, .0506831722,
				     .3541939054, .8953367280, .8953367280, .8953367280,
				     .9317126306, .9678338243 };
	static const double by[] = { .001533774076, .004121132445, .146328628437, .148449402383, 1 };

	check_adjusted(MLV_ADJUST_HOLM, holm, MLV_COUNT(holm), 1e-9);
	check_adjusted(MLV_ADJUST_BH, bh, MLV_COUNT(bh), 1e-8);
	check_adjusted(MLV_ADJUST_BY, by, MLV_COUNT(by), 1e-8);
	check_ok(mlv_adjust(MLV_ADJUST_BH, NULL, 0));
}

/* pcg32-demo of pcg-c-basic, seeded with 42 and 54. */
mlv_test(stats, pcg32)
{
	static const uint32_t known[] = { 0xa15c02b7, 0x7b47f409, 0xba1d3330, 0x83d2f293, 0xbfa4784b,
					  0xcbed606e };
	struct mlv_pcg32 pcg;

	mlv_pcg32_seed(&pcg, 42, 54);
	for (size_t i = 0; i < MLV_COUNT(known); i++)
		cr_assert(eq(u32, mlv_pcg32_next(&pcg), known[i]));
}

/* mlxtend permutation_test(paired=True): 4 of 128 ways. */
mlv_test(stats, flipping_signs)
{
	static const double a[] = { 3.67, 1.72, 3.46, 2.60, 2.03, 2.10, 3.01 };
	static const double b[] = { 2.11, 1.79, 2.71, 1.89, 1.69, 1.71, 2.01 };
	double apart[7], many_apart[25];

	for (size_t i = 0; i < 7; i++)
		apart[i] = a[i] - b[i];
	near(mlv_test_sign_flip(apart, 7), 4.0 / 128, 1e-15);
	/* Beyond what is tried in full, a case whose answer is nearly 0, and one that is 1. */
	for (size_t i = 0; i < 25; i++)
		many_apart[i] = 1;
	cr_assert(mlv_test_sign_flip(many_apart, 25) < 1e-3);
	for (size_t i = 0; i < 25; i++)
		many_apart[i] = 0;
	cr_assert(mlv_test_sign_flip(many_apart, 25) == 1);
}

/* ---- ranks */

/* scikit-learn's documentation of roc_auc_score() and average_precision_score(). */
mlv_test(stats, area_and_average_precision)
{
	static const double score[] = { .1, .4, .35, .8 };
	static const uint8_t positive[] = { 0, 0, 1, 1 }, none[] = { 0, 0, 0, 0 };
	struct mlv_ranked rows = { score, NULL, positive, 4 };
	struct mlv_auc auc;
	double value = 0;
	bool defined = false;

	check_ok(mlv_auc_of(&rows, &auc, NULL));
	cr_assert(auc.value == 0.75 && auc.defined && auc.positives == 2);
	check_ok(mlv_average_precision(&rows, &value, &defined));
	near(value, 0.8333333333333333, 1e-15);
	rows.positive = none;
	check_ok(mlv_auc_of(&rows, &auc, NULL));
	cr_assert(auc.defined == false);
	check_ok(mlv_average_precision(&rows, &value, &defined));
	cr_assert(defined == false);
}

#define ROWS 120

/* psi(a, b) of DeLong and others, twice: what a positive's score gains over a negative's. */
static double twice_psi(double positive, double negative)
{
	return positive > negative ? 2 : positive < negative ? 0 : 1;
}

/* Their formulas as they stand: S10 and S01 of two scores, by all pairs. */
static double plain_covariance(const double *a, const double *b, const uint8_t *positive)
{
	double sum = 0;

	for (int side = 0; side < 2; side++) {
		double own[2][ROWS], mean[2] = { 0, 0 }, around = 0;
		size_t n = 0, others = 0;

		for (size_t i = 0; i < ROWS; i++) {
			if (positive[i] != side)
				continue;
			own[0][n] = own[1][n] = 0;
			others = 0;
			for (size_t j = 0; j < ROWS; j++) {
				if (positive[j] == side)
					continue;
				own[0][n] += side ? twice_psi(a[i], a[j]) : twice_psi(a[j], a[i]);
				own[1][n] += side ? twice_psi(b[i], b[j]) : twice_psi(b[j], b[i]);
				others++;
			}
			n++;
		}
		for (size_t i = 0; i < n; i++)
			for (int s = 0; s < 2; s++) {
				own[s][i] /= 2 * (double)others;
				mean[s] += own[s][i] / (double)n;
			}
		for (size_t i = 0; i < n; i++)
			around += (own[0][i] - mean[0]) * (own[1][i] - mean[1]);
		sum += around / (double)(n - 1) / (double)n;
	}
	return sum;
}

/* The fast way gives what all pairs give, with many ties. */
mlv_test(stats, delong_is_that_of_all_pairs)
{
	double a[ROWS], b[ROWS];
	uint8_t positive[ROWS];
	uint32_t placed[2][ROWS], state = 7;
	struct mlv_auc first, second;

	for (size_t i = 0; i < ROWS; i++) {
		state = state * 1664525 + 1013904223;
		positive[i] = state >> 30 == 0;
		a[i] = (state >> 24) % 17 + positive[i] * 3;
		b[i] = (state >> 16) % 11 + positive[i];
	}
	check_ok(mlv_auc_of(&(struct mlv_ranked){ a, NULL, positive, ROWS }, &first, placed[0]));
	check_ok(mlv_auc_of(&(struct mlv_ranked){ b, NULL, positive, ROWS }, &second, placed[1]));
	near(first.variance, plain_covariance(a, a, positive), 1e-12);
	near(second.variance, plain_covariance(b, b, positive), 1e-12);
	near(mlv_auc_covariance(positive, placed[0], placed[1], ROWS), plain_covariance(a, b, positive),
	     1e-11);
	near(mlv_auc_covariance(positive, placed[0], placed[0], ROWS), first.variance, 1e-12);
}

/* ---- sums */

mlv_test(sum, is_exact_whatever_cancels)
{
	static const double values[] = { 1e308, 1, -1e308, 1e-300, 0x1p-1074, 1e16, -1e16, 1e-300 };
	struct mlv_sum forward = { 0 }, backward = { 0 };

	for (size_t i = 0; i < MLV_COUNT(values); i++) {
		mlv_sum_add(&forward, values[i]);
		mlv_sum_add(&backward, values[MLV_COUNT(values) - 1 - i]);
	}
	cr_assert(mlv_sum_value(&forward) == 1);
	mlv_sum_add(&forward, -1);
	mlv_sum_add(&backward, -1);
	cr_assert(mlv_sum_value(&forward) == 2e-300);
	cr_assert(mlv_sum_value(&backward) == 2e-300);
	mlv_sum_add(&forward, -3e-300);
	near(mlv_sum_value(&forward), -1e-300, 1e-15);
}

mlv_test(sum, takes_integers_and_sums)
{
	struct mlv_sum sum = { 0 }, more = { 0 };

	mlv_sum_add_wide(&sum, ((mlv_wide)1 << 127) + 1, -90, false);
	cr_assert(mlv_sum_value(&sum) == 0x1p37);
	mlv_sum_add(&sum, -0x1p37);
	cr_assert(mlv_sum_value(&sum) == 0x1p-90);
	mlv_sum_add_wide(&sum, (mlv_wide)3 << 125, -1074, true);
	cr_assert(mlv_sum_value(&sum) == 0x1p-90);
	mlv_sum_add(&more, -0x1p-90);
	mlv_sum_add_sum(&more, &sum);
	cr_assert(mlv_sum_value(&more) == -0x1.8p-948);
}

/* Of 1e9 + 1, 2 and 3, and of constants that are no binary fractions: nothing cancels. */
mlv_test(sum, of_squares_around_the_mean)
{
	static const double values[] = { 1e9 + 1, 1e9 + 2, 1e9 + 3 };
	struct mlv_sum sum = { 0 }, squares = { 0 }, same = { 0 }, same_squares = { 0 };

	for (size_t i = 0; i < MLV_COUNT(values); i++) {
		mlv_sum_add(&sum, -values[i]);
		mlv_sum_add_product(&squares, values[i], values[i]);
		mlv_sum_add(&same, 0.1);
		mlv_sum_add_product(&same_squares, 0.1, 0.1);
	}
	cr_assert(mlv_sum_around(&sum, &squares, 3) == 2);
	cr_assert(mlv_sum_around(&same, &same_squares, 3) == 0);
}

/* Rounded once, ties to even: 2^53 + 1 is not a double, 2^53 + 1 + 2^-50 is above the tie. */
mlv_test(sum, is_rounded_once)
{
	struct mlv_sum sum = { 0 };

	mlv_sum_add(&sum, 0x1p53);
	mlv_sum_add(&sum, 1);
	cr_assert(mlv_sum_value(&sum) == 0x1p53);
	mlv_sum_add(&sum, 0x1p-50);
	cr_assert(mlv_sum_value(&sum) == 0x1p53 + 2);
	mlv_sum_add(&sum, -0x1p54);
	cr_assert(mlv_sum_value(&sum) == -0x1p53 + 1);
}

mlv_test(sum, of_the_smallest_and_of_what_is_no_number)
{
	struct mlv_sum sum = { 0 }, large = { 0 };

	for (int i = 0; i < 5; i++)
		mlv_sum_add(&sum, 0x1p-1074);
	cr_assert(mlv_sum_value(&sum) == 0x5p-1074);
	mlv_sum_add(&sum, INFINITY);
	cr_assert(isinf(mlv_sum_value(&sum)));
	mlv_sum_add(&sum, -INFINITY);
	cr_assert(isnan(mlv_sum_value(&sum)));
	mlv_sum_add(&large, DBL_MAX);
	mlv_sum_add(&large, DBL_MAX);
	cr_assert(isinf(mlv_sum_value(&large)));
	mlv_sum_add(&large, -DBL_MAX);
	cr_assert(mlv_sum_value(&large) == DBL_MAX);
}

/* (1 + 2^-30)^2 has 61 bits; what is left beside its rounding is kept. */
mlv_test(sum, of_products_is_exact)
{
	struct mlv_sum sum = { 0 };

	mlv_sum_add_product(&sum, 1 + 0x1p-30, 1 + 0x1p-30);
	mlv_sum_add(&sum, -1);
	mlv_sum_add(&sum, -0x1p-29);
	cr_assert(mlv_sum_value(&sum) == 0x1p-60);
	mlv_sum_add_product(&sum, 1e300, 1e300);
	cr_assert(isinf(mlv_sum_value(&sum)));
}
