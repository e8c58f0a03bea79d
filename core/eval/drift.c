#include "core/eval/drift.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/sys.h"

#define LATTICE_MAX 1000000 /* pairs of rows whose paths are counted */

static double share(uint64_t count, double total, size_t bins)
{
	return ((double)count + 0.5) / (total + 0.5 * (double)bins);
}

static double total_of(const uint64_t *counts, size_t bins)
{
	double total = 0;

	for (size_t b = 0; b < bins; b++)
		total += (double)counts[b];
	return total;
}

double mlv_drift_psi(const uint64_t *before, const uint64_t *now, size_t bins)
{
	double a = total_of(before, bins), b = total_of(now, bins), psi = 0;

	for (size_t i = 0; i < bins; i++) {
		double p = share(before[i], a, bins), q = share(now[i], b, bins);

		psi += (q - p) * log(q / p);
	}
	return psi;
}

double mlv_drift_psi_shares(const double *before, const double *now, size_t bins)
{
	double psi = 0;

	for (size_t i = 0; i < bins; i++)
		psi += (now[i] - before[i]) * log(now[i] / before[i]);
	return psi;
}

double mlv_drift_psi_noise(size_t bins, uint64_t before, uint64_t now)
{
	return bins < 2 ? 0 : (double)(bins - 1) * (1 / (double)before + 1 / (double)now);
}

double mlv_drift_psi_bound(size_t bins, uint64_t before, uint64_t now)
{
	double df = (double)(bins - 1), root;

	if (bins < 2)
		return 0;
	root = 1 - 2 / (9 * df) + 2.3263478740408408 * sqrt(2 / (9 * df));
	return df * root * root * root * (1 / (double)before + 1 / (double)now);
}

double mlv_drift_js(const double *before, const double *now, size_t bins)
{
	double divergence = 0;

	for (size_t i = 0; i < bins; i++) {
		double middle = (before[i] + now[i]) / 2;

		if (before[i] > 0)
			divergence += before[i] / 2 * log(before[i] / middle);
		if (now[i] > 0)
			divergence += now[i] / 2 * log(now[i] / middle);
	}
	return sqrt(divergence > 0 ? divergence : 0);
}

double mlv_drift_ks(const double *before, size_t before_count, const double *now, size_t now_count)
{
	size_t i = 0, j = 0;
	double most = 0;

	while (i < before_count && j < now_count) {
		double at = before[i] < now[j] ? before[i] : now[j], apart;

		while (i < before_count && before[i] <= at)
			i++;
		while (j < now_count && now[j] <= at)
			j++;
		apart = fabs((double)i / (double)before_count - (double)j / (double)now_count);
		most = apart > most ? apart : most;
	}
	return most;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/*
 * The share of paths from (0, 0) to (n, m) that touch the line at this
 * distance: the chance to stay inside is that of the two ways into a point,
 * weighted by how many paths come each way.
 */
static mlv_err exact_p(uint64_t steps, uint64_t unit, uint64_t n, uint64_t m, double *p)
{
	MLV_SCOPED(mlv_mem_free) double *outside = mlv_sys_alloc_array((size_t)m + 1, sizeof(*outside));
	double rows = (double)(n / unit), columns = (double)(m / unit);

	if (!outside)
		return mlv_error_nomem("a test");
	for (uint64_t i = 0; i <= n; i++)
		for (uint64_t j = 0; j <= m; j++) {
			double apart = fabs((double)i * columns - (double)j * rows);
			double from_left = j ? outside[j - 1] : 0, from_above = i ? outside[j] : 0;

			if (apart > (double)steps - 0.5)
				outside[j] = 1;
			else if (i + j == 0)
				outside[j] = 0;
			else
				outside[j] = ((double)i * from_above + (double)j * from_left) /
					     (double)(i + j);
		}
	*p = outside[m];
	return NULL;
}

/* Kolmogorov's limit: 2 times the sum of (-1)^(k - 1) exp(-2 k^2 x^2). */
static double limit_p(double x)
{
	double sum = 0, sign = 1;

	if (x < 0.2)
		return 1;
	for (int k = 1; k <= 100; k++, sign = -sign)
		sum += sign * exp(-2 * (double)k * (double)k * x * x);
	return sum > 0.5 ? 1 : sum < 0 ? 0 : 2 * sum;
}

mlv_err mlv_drift_ks_p(double distance, uint64_t before, uint64_t now, double *p)
{
	uint64_t unit = common_divisor(before, now);
	/* The distance is a whole number of these steps. */
	double steps = (double)(before / unit) * (double)now, n = (double)before, m = (double)now;

	if (n * m <= LATTICE_MAX)
		return exact_p((uint64_t)llround(distance * steps), unit, before, now, p);
	*p = limit_p(distance * sqrt(n / (n + m) * m));
	return NULL;
}
