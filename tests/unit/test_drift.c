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
	double psi = mlv_drift_psi(before, now, 4);

	cr_assert(near(mlv_drift_psi_shares(first, second, 6), 0.0372183816, 1e-10) == true);
	cr_assert(psi > 0.04 && psi < 0.05);
	cr_assert(mlv_drift_psi(before, before, 4) == 0);
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
