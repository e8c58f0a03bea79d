#include "core/eval/drift.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/sys.h"
#include "core/eval/special.h"

#define LATTICE_MAX 1000000 /* pairs of rows whose paths are counted */

static double total_of(const uint64_t *counts, size_t bins)
{
	double total = 0;

	for (size_t b = 0; b < bins; b++)
		total += (double)counts[b];
	return total;
}

/* What stands for a share of 0 in Evidently. */
static double least_of(const uint64_t *counts, size_t bins, double total)
{
	double least = 1;

	for (size_t b = 0; b < bins; b++)
		if (counts[b] && (double)counts[b] / total < least)
			least = (double)counts[b] / total;
	return least <= 0.0001 ? least / 1e6 : 0.0001;
}

/* Of one side: its rows, and what stands for none. */
struct side {
	double total, least;
};

static double share(uint64_t count, const struct side *side, size_t bins, enum mlv_psi_zero zero)
{
	double part = (double)count / side->total;

	if (zero == MLV_PSI_SMOOTH)
		return ((double)count + 0.5) / (side->total + 0.5 * (double)bins);
	if (zero == MLV_PSI_EVIDENTLY)
		return count ? part : side->least;
	return part > 0.01 ? part : 0.01;
}

double mlv_drift_psi(const uint64_t *before, const uint64_t *now, size_t bins, enum mlv_psi_zero zero)
{
	struct side a = { .total = total_of(before, bins) }, b = { .total = total_of(now, bins) };
	double psi = 0;

	a.least = least_of(before, bins, a.total);
	b.least = least_of(now, bins, b.total);
	for (size_t i = 0; i < bins; i++) {
		double p = share(before[i], &a, bins, zero), q = share(now[i], &b, bins, zero);

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

double mlv_drift_hellinger(const double *before, const double *now, size_t bins)
{
	double sum = 0;

	for (size_t i = 0; i < bins; i++) {
		double apart = sqrt(before[i]) - sqrt(now[i]);

		sum += apart * apart;
	}
	return sqrt(sum / 2);
}

double mlv_drift_linf(const double *before, const double *now, size_t bins)
{
	double most = 0;

	for (size_t i = 0; i < bins; i++)
		most = fmax(most, fabs(now[i] - before[i]));
	return most;
}

double mlv_drift_chi2(const uint64_t *before, const uint64_t *now, size_t bins, double *p)
{
	double scale = total_of(now, bins) / total_of(before, bins), chi2 = 0;

	for (size_t i = 0; i < bins; i++) {
		double expected = (double)before[i] * scale, apart = (double)now[i] - expected;

		chi2 += expected > 0 ? apart * apart / expected : (double)INFINITY;
	}
	*p = bins < 2 ? 1 : mlv_chi2_upper(chi2, (double)(bins - 1));
	return chi2;
}

/* Whether two shares are alike, as chi-squared of their table of 2 by 2, corrected for continuity. */
static double yates(const uint64_t *before, const uint64_t *now)
{
	double a = (double)before[0], b = (double)before[1], c = (double)now[0], d = (double)now[1];
	double n = a + b + c + d, apart = fmax(0, fabs(a * d - b * c) - n / 2);

	return n * apart * apart / ((a + b) * (c + d) * (a + c) * (b + d));
}

double mlv_drift_cramers_v(const uint64_t *before, const uint64_t *now, size_t bins)
{
	double rows[2] = { total_of(before, bins), total_of(now, bins) }, n = rows[0] + rows[1];
	double k = (double)bins, chi2 = 0, phi2, least;

	if (bins < 2)
		return 0;
	for (size_t i = 0; i < bins && bins > 2; i++) {
		double column = (double)before[i] + (double)now[i];

		for (size_t s = 0; s < 2; s++) {
			double expected = rows[s] * column / n;
			double apart = (double)(s ? now : before)[i] - expected;

			chi2 += apart * apart / expected;
		}
	}
	phi2 = fmax(0, (bins > 2 ? chi2 : yates(before, now)) / n - (k - 1) / (n - 1));
	least = fmin(k - (k - 1) * (k - 1) / (n - 1), 2 - 1 / (n - 1)) - 1;
	return least > 0 ? sqrt(phi2 / least) : 0;
}

/* The values of a side, as they are passed by. */
struct passing {
	const double *values, *weights;
	size_t count, at;
	double passed, total;
};

static double weight_at(const struct passing *side, size_t i)
{
	return side->weights ? side->weights[i] : 1;
}

static void pass(struct passing *side, double value)
{
	for (; side->at < side->count && side->values[side->at] <= value; side->at++)
		side->passed += weight_at(side, side->at);
}

/* The least value that is not passed yet. */
static double next_of(const struct passing sides[2])
{
	double next = (double)INFINITY;

	for (size_t s = 0; s < 2; s++)
		if (sides[s].at < sides[s].count)
			next = fmin(next, sides[s].values[sides[s].at]);
	return next;
}

double mlv_drift_wasserstein(const double *before, const double *before_weights, size_t before_count,
			     const double *now, const double *now_weights, size_t now_count)
{
	struct passing sides[2] = { { .values = before, .weights = before_weights, .count = before_count },
				    { .values = now, .weights = now_weights, .count = now_count } };
	double distance = 0, at, next;

	for (size_t s = 0; s < 2; s++)
		for (size_t i = 0; i < sides[s].count; i++)
			sides[s].total += weight_at(&sides[s], i);
	for (at = next_of(sides); sides[0].at < before_count || sides[1].at < now_count; at = next) {
		double apart;

		pass(&sides[0], at);
		pass(&sides[1], at);
		next = next_of(sides);
		apart = fabs(sides[0].passed / sides[0].total - sides[1].passed / sides[1].total);
		if ((sides[0].at < before_count || sides[1].at < now_count) && apart > 0)
			distance += apart * (next - at);
	}
	return distance;
}

double mlv_drift_deviation(const double *values, size_t count)
{
	double mean = 0, squares = 0;

	for (size_t i = 0; i < count; i++)
		mean += values[i] / (double)count;
	for (size_t i = 0; i < count; i++)
		squares += (values[i] - mean) * (values[i] - mean) / (double)count;
	return sqrt(squares);
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
