/* New rows beside those of a profile. */
#include <math.h>
#include <stdlib.h>

#include "core/base/sys.h"
#include "core/eval/profile/parts.h"
#include "core/eval/special.h"
#include "core/eval/test.h"

#define MANY 1000 /* rows from which on Evidently takes a distance, not a test */

/* Only bins that have rows on a side: else the halves in empty ones would look like drift. */
static size_t take_used(const uint64_t *before, const uint64_t *now, size_t bins, uint64_t *used)
{
	size_t count = 0;

	for (size_t b = 0; b < bins; b++)
		if (before[b] || now[b]) {
			used[count] = before[b];
			used[bins + count++] = now[b];
		}
	return count;
}

static struct mlv_drift_choice by_test(const char *measure, double p)
{
	return (struct mlv_drift_choice){ measure, p, p < 0.05 };
}

static struct mlv_drift_choice by_distance(const char *measure, double distance)
{
	return (struct mlv_drift_choice){ measure, distance, distance >= 0.1 };
}

/* What all measures say of bins of which none is empty. */
static void measure(const struct mlv_drift_limits *limits, const uint64_t *used, const double *shares,
		    size_t bins, size_t count, const uint64_t rows[2], struct mlv_drift *drift)
{
	double scale = 1 / (double)rows[0] + 1 / (double)rows[1];

	drift->psi = mlv_drift_psi(used, used + bins, count, limits->zero);
	drift->noise = mlv_drift_psi_noise(count, rows[0], rows[1]);
	drift->chance = count < 2 ? 1 : mlv_chi2_upper(drift->psi / scale, (double)(count - 1));
	drift->js = mlv_drift_js(shares, shares + bins, count);
	drift->hellinger = mlv_drift_hellinger(shares, shares + bins, count);
	drift->linf = mlv_drift_linf(shares, shares + bins, count);
	drift->cramers_v = mlv_drift_cramers_v(used, used + bins, count);
	drift->chi2 = mlv_drift_chi2(used, used + bins, count, &drift->chi2_p);
	drift->drifted =
		drift->psi >= limits->psi && drift->psi > mlv_drift_psi_bound(count, rows[0], rows[1]);
	drift->evidently = rows[0] > MANY ? by_distance("js", drift->js)
			   : count > 2	  ? by_test("chi2", drift->chi2_p)
			   : count == 2	  ? by_test("z", mlv_test_shares_z(used[0], rows[0], used[bins],
									   rows[1]))
					  : by_test("z", 1);
}

mlv_err mlv_drift_of_counts(const struct mlv_drift_limits *limits, const uint64_t *before,
			    const uint64_t *now, size_t bins, struct mlv_drift *drift)
{
	MLV_SCOPED(mlv_mem_free)
	double *shares = mlv_sys_alloc_array(2 * bins + 1, sizeof(*shares));
	MLV_SCOPED(mlv_mem_free) uint64_t *used = mlv_sys_alloc_array(2 * bins + 1, sizeof(*used));
	uint64_t rows[2] = { 0, 0 };
	size_t count;

	if (!shares || !used)
		return mlv_error_nomem("drift");
	*drift = (struct mlv_drift){ .chance = 1, .chi2_p = 1 };
	count = take_used(before, now, bins, used);
	for (size_t b = 0; b < count; b++) {
		rows[0] += used[b];
		rows[1] += used[bins + b];
	}
	if (!rows[0] || !rows[1])
		return NULL;
	for (size_t b = 0; b < count; b++) {
		shares[b] = (double)used[b] / (double)rows[0];
		shares[bins + b] = (double)used[bins + b] / (double)rows[1];
	}
	measure(limits, used, shares, bins, count, rows, drift);
	return NULL;
}

/* Counts of both by the deciles of the first; points stand for all of its rows. */
static size_t cut(const struct mlv_sample *before, const struct mlv_sample *now,
		  uint64_t counts[2][BINS + 2])
{
	double edges[BINS];
	size_t bins = mlv_sample_deciles(before->values, before->count, edges), places[2] = { 0, 0 };

	for (size_t b = 0; b <= bins; b++)
		for (size_t s = 0; s < 2; s++) {
			const struct mlv_sample *sample = s ? now : before;
			size_t begin = places[s];

			while (places[s] < sample->count &&
			       (b == bins || sample->values[places[s]] < edges[b]))
				places[s]++;
			counts[s][b] = (uint64_t)llround(
				(double)(places[s] - begin) * (double)sample->rows /
				(double)(sample->count ? sample->count : 1));
		}
	bins++;
	for (size_t s = 0; s < 2; s++) {
		counts[s][bins] = s ? now->missing : before->missing;
		counts[s][bins + 1] = s ? now->odd : before->odd;
	}
	return bins + 2;
}

/* Distances of values, each of which stands for as many rows of its side. */
static void measure_values(const struct mlv_sample *before, const struct mlv_sample *now,
			   struct mlv_drift *drift)
{
	double deviation = mlv_drift_deviation(before->values, before->count);

	drift->has_distance = true;
	drift->wasserstein = mlv_drift_wasserstein(before->values, NULL, before->count, now->values, NULL,
						   now->count);
	drift->wasserstein_norm = drift->wasserstein / fmax(deviation, 0.001);
	drift->evidently = before->rows > MANY ? by_distance("wasserstein_norm", drift->wasserstein_norm)
					       : by_test("ks", drift->p);
}

static mlv_err compare_numbers(const struct mlv_drift_limits *limits, const struct mlv_sample *before,
			       const struct mlv_sample *now, struct mlv_drift *drift)
{
	uint64_t counts[2][BINS + 2] = { { 0 } };
	size_t bins = cut(before, now, counts);
	mlv_err err = mlv_drift_of_counts(limits, counts[0], counts[1], bins, drift);

	drift->evidently = (struct mlv_drift_choice){ NULL, 0, false };
	if (err || !before->count || !now->count)
		return err;
	drift->has_ks = true;
	drift->ks = mlv_drift_ks(before->values, before->count, now->values, now->count);
	if ((err = mlv_drift_ks_p(drift->ks, before->rows, now->rows, &drift->p)))
		return err;
	measure_values(before, now, drift);
	/* Of many rows every difference is sure, however small: it must be one that matters, too. */
	drift->drifted =
		drift->drifted || (drift->p < limits->alpha && drift->psi >= limits->psi);
	return NULL;
}

/* How far the distribution functions are apart where bins meet. */
static double ks_of_bins(const struct mlv_sample *before, const struct mlv_sample *now)
{
	double most = 0;
	uint64_t below[2] = { 0, 0 };

	for (size_t b = 0; b < before->count; b++) {
		below[0] += before->counts[b];
		below[1] += now->counts[b];
		most = fmax(most, fabs((double)below[0] / (double)before->rows -
				       (double)below[1] / (double)now->rows));
	}
	return most;
}

static mlv_err compare_bins(const struct mlv_drift_limits *limits, const struct mlv_sample *before,
			    const struct mlv_sample *now, struct mlv_drift *drift)
{
	uint64_t counts[2][BINS + 2] = { { 0 } };
	size_t bins = before->count + 1;
	mlv_err err;

	for (size_t b = 0; b < bins; b++) {
		counts[0][b] = before->counts[b];
		counts[1][b] = now->counts[b];
	}
	counts[0][bins] = before->missing;
	counts[1][bins] = now->missing;
	counts[1][bins + 1] = now->odd;
	err = mlv_drift_of_counts(limits, counts[0], counts[1], bins + 2, drift);
	drift->evidently = (struct mlv_drift_choice){ NULL, 0, false };
	if (err || !before->rows || !now->rows)
		return err;
	drift->has_ks = true;
	drift->ks = ks_of_bins(before, now);
	return mlv_drift_ks_p(drift->ks, before->rows, now->rows, &drift->p);
}

static mlv_err compare_names(const struct mlv_drift_limits *limits, const struct mlv_sample *before,
			     const struct mlv_sample *now, struct mlv_drift *drift,
			     struct mlv_strs *fresh)
{
	size_t known = before->names.count;
	MLV_SCOPED(mlv_mem_free)
	uint64_t *counts = mlv_sys_alloc_array(2 * known + 2, sizeof(*counts));
	uint64_t left = before->rows, others = now->rows;
	mlv_err err = NULL;

	if (!counts)
		return mlv_error_nomem("drift");
	for (size_t i = 0; i < known; i++) {
		counts[i] = before->counts[i];
		left -= before->counts[i] < left ? before->counts[i] : left;
	}
	counts[known] = left;
	for (uint32_t i = 0; i < now->names.count && !err; i++) {
		const char *name = mlv_words_at(&now->names, i);
		uint32_t place = 0;
		bool found = mlv_words_find(&before->names, name, &place);

		if (found) {
			counts[known + 1 + place] += now->counts[i];
			others -= now->counts[i];
		}
		if (!found && fresh && known < MLV_PROFILE_NAMES)
			err = mlv_strs_add(fresh, name);
	}
	counts[2 * known + 1] = others;
	return err ? err : mlv_drift_of_counts(limits, counts, counts + known + 1, known + 1, drift);
}

mlv_err mlv_sample_compare(const struct mlv_drift_limits *limits, const struct mlv_sample *before,
			   const struct mlv_sample *now, struct mlv_drift *drift,
			   struct mlv_strs *fresh)
{
	if (!before->numeric)
		return compare_names(limits, before, now, drift, fresh);
	return before->binned ? compare_bins(limits, before, now, drift)
			      : compare_numbers(limits, before, now, drift);
}
