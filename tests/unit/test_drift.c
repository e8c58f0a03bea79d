/* Distances of distributions: values that scipy's own tests and others publish. */
#include <math.h>

#include "check.h"

#include "core/eval/drift.h"

static bool near(double a, double b, double most)
{
	return fabs(a - b) <= most;
}

/* The inputs of GeeksforGeeks' page on PSI, and counts of Evidently's tests; the sums were taken by hand. */
mlv_test(drift, psi_of_shares)
{
	static const double before[] = { 0.4, 0.3, 0.3 }, now[] = { 0.35, 0.25, 0.4 };

	cr_assert(near(mlv_drift_psi_shares(before, now, 3), 0.0445608547, 1e-10) == true);
	cr_assert(mlv_drift_psi_shares(before, before, 3) == 0);
}

mlv_test(drift, psi_of_counts_and_its_noise)
{
	/* Counts of scipy's and Evidently's tests of chi-squared; the sum was taken by hand. */
	static const double first[] = { 16. / 88, 18. / 88, 16. / 88, 14. / 88, 12. / 88, 12. / 88 };
	static const double second[] = { 16. / 88, 16. / 88, 16. / 88, 16. / 88, 16. / 88, 8. / 88 };
	static const uint64_t before[] = { 400, 300, 300, 0 }, now[] = { 350, 250, 400, 0 };
	double psi = mlv_drift_psi(before, now, 4, MLV_PSI_SMOOTH);

	cr_assert(near(mlv_drift_psi_shares(first, second, 6), 0.0372183816, 1e-10) == true);
	cr_assert(psi > 0.04 && psi < 0.05);
	cr_assert(mlv_drift_psi(before, before, 4, MLV_PSI_SMOOTH) == 0);
	cr_assert(near(mlv_drift_psi_noise(4, 1000, 1000), 0.006, 1e-15) == true);
	/* The 99% point of chi-squared with 3 degrees of freedom is 11.3449 (R: qchisq(0.99, 3)). */
	cr_assert(near(mlv_drift_psi_bound(4, 1000, 1000), 11.3449 * 0.002, 2e-4) == true);
	cr_assert(mlv_drift_psi_bound(1, 10, 10) == 0);
}

/* scipy.spatial.distance.jensenshannon, its examples. */
mlv_test(drift, jensen_shannon_of_scipys_examples)
{
	static const double one[] = { 1, 0 }, half[] = { 0.5, 0.5 };
	static const double first[] = { 1, 0, 0 }, second[] = { 0, 1, 0 };

	cr_assert(near(mlv_drift_js(one, half, 2), 0.46450140402245893, 1e-15) == true);
	cr_assert(near(mlv_drift_js(first, second, 3), sqrt(log(2)), 1e-15) == true);
	cr_assert(mlv_drift_js(half, half, 2) == 0);
}

/* scipy.stats.tests.test_stats.TestKSTwoSamples. */
mlv_test(drift, kolmogorov_smirnov_of_scipys_tests)
{
	static const struct {
		double first_from, second_from;
		size_t first, second;
		double distance, p;
	} cases[] = {
		{ 1, 1 + 2.1, 100, 100, 0.03, 0.9999999999962055 },
		{ 1, 1 + 20.1, 100, 110, 232. / 1100, 0.015739183865607353 },
	};

	for (size_t c = 0; c < MLV_COUNT(cases); c++) {
		double a[110], b[110], distance, p;

		for (size_t i = 0; i < cases[c].first; i++)
			a[i] = cases[c].first_from + (double)i;
		/* linspace(1, 100, count) + shift */
		for (size_t i = 0; i < cases[c].second; i++)
			b[i] = cases[c].second_from +
			       99 * (double)i / (double)(cases[c].second - 1);
		distance = mlv_drift_ks(a, cases[c].first, b, cases[c].second);
		cr_assert(near(distance, cases[c].distance, 1e-14) == true);
		check_ok(mlv_drift_ks_p(distance, cases[c].first, cases[c].second, &p));
		cr_assert(near(p, cases[c].p, 1e-12) == true, "%.17g", p);
	}
}

/* Its other lists: 2x3, 3x4, 5x10, 6x4 and 3x10, 4x2, 6x10, 7x4. */
mlv_test(drift, kolmogorov_smirnov_of_lists_of_other_lengths)
{
	static const struct {
		double value;
		size_t times[2];
	} of[] = { { 2, { 3, 0 } }, { 3, { 4, 10 } }, { 4, { 0, 2 } }, { 5, { 10, 0 } },
		   { 6, { 4, 10 } }, { 7, { 0, 4 } } };
	double list[2][32], p;
	size_t count[2] = { 0, 0 };

	for (size_t i = 0; i < MLV_COUNT(of); i++)
		for (size_t s = 0; s < 2; s++)
			for (size_t t = 0; t < of[i].times[s]; t++)
				list[s][count[s]++] = of[i].value;
	cr_assert(near(mlv_drift_ks(list[0], count[0], list[1], count[1]), 95. / 273, 1e-15) == true);
	check_ok(mlv_drift_ks_p(95. / 273, count[0], count[1], &p));
	cr_assert(near(p, 0.0919245790168125, 1e-14) == true, "%.17g", p);
}

mlv_test(drift, kolmogorov_smirnov_with_ties_and_few_rows)
{
	static const double a[] = { 2, 2, 2, 3, 3, 3, 3, 5, 5, 5, 5, 5, 6, 6, 6, 6 };
	double b[16], p, limit;

	for (size_t i = 0; i < 16; i++)
		b[i] = a[i] + 1;
	cr_assert(mlv_drift_ks(a, 16, b, 16) == 5. / 16);
	check_ok(mlv_drift_ks_p(5. / 16, 16, 16, &p));
	cr_assert(near(p, 0.4262934613454952, 1e-13) == true, "%.17g", p);
	check_ok(mlv_drift_ks_p(2. / 3, 2, 3, &p));
	cr_assert(near(p, 0.6, 1e-15) == true);
	check_ok(mlv_drift_ks_p(3. / 4, 2, 4, &p));
	cr_assert(near(p, 6. / 15, 1e-15) == true);
	/* Counting and the limit agree where one takes over from the other. */
	check_ok(mlv_drift_ks_p(0.06, 1000, 1000, &p));
	check_ok(mlv_drift_ks_p(0.06, 1000, 1001, &limit));
	cr_assert(near(p, limit, 0.005) == true, "%g %g", p, limit);
}

/*
 * What stands for an empty cell. Evidently, get_binned_data(): 0.0001, or where a share is not above
 * that a millionth of the least one; Deepchecks, psi(): at least 0.01. The sums were taken by hand.
 */
mlv_test(drift, psi_with_empty_cells_as_others_have_it)
{
	static const uint64_t before[] = { 50, 50, 0 }, now[] = { 25, 50, 25 };
	static const uint64_t few[] = { 999950, 50, 0 };

	cr_assert(near(mlv_drift_psi(before, now, 3, MLV_PSI_EVIDENTLY),
		       0.25 * log(2) + 0.2499 * log(2500), 1e-12) == true);
	cr_assert(near(mlv_drift_psi(before, now, 3, MLV_PSI_DEEPCHECKS),
		       0.25 * log(2) + 0.24 * log(25), 1e-12) == true);
	/* 50 in a million are 0.00005: the cell without any counts as a millionth of that. */
	cr_assert(near(mlv_drift_psi(few, few, 3, MLV_PSI_EVIDENTLY), 0, 1e-12) == true);
	cr_assert(near(mlv_drift_psi(few, now, 3, MLV_PSI_EVIDENTLY),
		       (0.25 - 0.99995) * log(0.25 / 0.99995) + (0.5 - 5e-5) * log(0.5 / 5e-5) +
			       (0.25 - 5e-11) * log(0.25 / 5e-11),
		       1e-11) == true);
}

/* Counts of scipy.stats.tests.test_stats and of Evidently's test_stattests.py, whose values these are. */
mlv_test(drift, chi_squared_and_hellinger_of_evidentlys_tests)
{
	static const uint64_t before[] = { 16, 18, 16, 14, 12, 12 }, now[] = { 16, 16, 16, 16, 16, 8 };
	static const uint64_t twice[] = { 32, 36, 32, 28, 24, 24 }, other[] = { 0, 88, 0, 0, 0, 0 };
	double p, shares[2][6];

	for (size_t i = 0; i < 6; i++) {
		shares[0][i] = (double)before[i] / 88;
		shares[1][i] = (double)now[i] / 88;
	}
	mlv_drift_chi2(before, now, 6, &p);
	cr_assert(near(p, 0.67309, 5e-6) == true, "%.17g", p);
	cr_assert(near(mlv_drift_hellinger(shares[0], shares[1], 6), 0.06812, 1e-5) == true); /* cut */
	/* The reference is scaled to as many rows; what it has not is infinitely far. */
	mlv_drift_chi2(twice, now, 6, &p);
	cr_assert(near(p, 0.67309, 5e-6) == true, "%.17g", p);
	cr_assert(isinf(mlv_drift_chi2(other, now, 6, &p)) && p == 0);
	cr_assert(mlv_drift_chi2(before, before, 6, &p) == 0 && p == 1);
}

/* scipy.stats.wasserstein_distance, the examples of its documentation. */
mlv_test(drift, wasserstein_of_scipys_examples)
{
	static const double a[] = { 0, 1, 3 }, b[] = { 5, 6, 8 }, ends[] = { 0, 1 };
	static const double three[] = { 3, 1 }, two[] = { 2, 2 };
	static const double c[] = { 3.4, 3.9, 7.5, 7.8 }, c_weights[] = { 1.4, 0.9, 3.1, 7.2 };
	static const double d[] = { 1.4, 4.5 }, d_weights[] = { 3.5, 3.2 };

	cr_assert(near(mlv_drift_wasserstein(a, NULL, 3, b, NULL, 3), 5, 1e-15) == true);
	cr_assert(near(mlv_drift_wasserstein(b, NULL, 3, a, NULL, 3), 5, 1e-15) == true);
	cr_assert(mlv_drift_wasserstein(a, NULL, 3, a, NULL, 3) == 0);
	cr_assert(mlv_drift_wasserstein(ends, three, 2, ends, two, 2) == 0.25);
	cr_assert(near(mlv_drift_wasserstein(c, c_weights, 4, d, d_weights, 2), 4.0781331438047861, 1e-15) ==
		  true);
}

/*
 * Deepchecks's test of its earth mover's distance: 0 to 99 beside 50 to 149, scaled by all of them, to
 * two digits. Evidently divides by the standard deviation of the reference.
 */
mlv_test(drift, wasserstein_scaled)
{
	static const double inf[] = { 1, (double)INFINITY }, finite[] = { 1, 2 };
	double a[100], b[100], distance;

	for (size_t i = 0; i < 100; i++) {
		a[i] = (double)i;
		b[i] = a[i] + 50;
	}
	distance = mlv_drift_wasserstein(a, NULL, 100, b, NULL, 100);
	cr_assert(near(distance, 50, 1e-12) == true);
	cr_assert(near(distance / 149, 0.33, 0.006) == true);
	/* Of 0, 1, ..., n - 1 the variance is (n^2 - 1) / 12. */
	cr_assert(near(mlv_drift_deviation(a, 100), sqrt(9999. / 12), 1e-12) == true);
	cr_assert(isinf(mlv_drift_wasserstein(inf, NULL, 2, finite, NULL, 2)));
	cr_assert(mlv_drift_wasserstein(inf, NULL, 2, inf, NULL, 2) == 0);
}

/* NannyML's tests of its L-infinity distance: a, a, b, b, c, c beside one d more, and beside b five times. */
mlv_test(drift, l_infinity_of_nannymls_tests)
{
	static const double before[] = { 2. / 6, 2. / 6, 2. / 6, 0 };
	static const double more[] = { 2. / 7, 2. / 7, 2. / 7, 1. / 7 };
	static const double one[] = { 0, 1, 0, 0 };

	cr_assert(near(mlv_drift_linf(before, more, 4), 1. / 7, 1e-15) == true);
	cr_assert(near(mlv_drift_linf(before, one, 4), 2. / 3, 1e-15) == true);
	cr_assert(mlv_drift_linf(one, one, 4) == 0);
}

/* Deepchecks's test of Cramer's V, to two digits; more of it was taken with scipy's chi2_contingency(). */
mlv_test(drift, cramers_v_of_deepchecks_test)
{
	static const uint64_t before[] = { 200, 800 }, now[] = { 400, 600 };
	static const uint64_t first[] = { 16, 18, 16, 14, 12, 12 }, second[] = { 60, 10, 5, 5, 4, 4 };

	cr_assert(near(mlv_drift_cramers_v(before, now, 2), 0.21, 0.01) == true);
	cr_assert(near(mlv_drift_cramers_v(before, now, 2), 0.2160258, 5e-8) == true);
	cr_assert(mlv_drift_cramers_v(before, before, 2) == 0);
	cr_assert(near(mlv_drift_cramers_v(first, second, 6), 0.482595486168752, 1e-12) == true);
}
