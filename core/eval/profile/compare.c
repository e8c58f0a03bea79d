/* New rows beside those of a profile. */
#include <math.h>
#include <stdlib.h>

#include "core/base/sys.h"
#include "core/eval/drift.h"
#include "core/eval/profile.h"

#define BINS 10 /* of numbers, by the reference's deciles */

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
	*drift = (struct mlv_drift){ 0 };
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
	drift->psi = mlv_drift_psi(used, used + bins, count);
	drift->noise = mlv_drift_psi_noise(count, rows[0], rows[1]);
	drift->js = mlv_drift_js(shares, shares + bins, count);
	drift->drifted =
		drift->psi >= limits->psi && drift->psi > mlv_drift_psi_bound(count, rows[0], rows[1]);
	return NULL;
}

/* Counts of both by the deciles of the first; points stand for all of its rows. */
static size_t cut(const struct mlv_sample *before, const struct mlv_sample *now,
		  uint64_t counts[2][BINS + 2])
{
	double edges[BINS];
	size_t bins = 0, places[2] = { 0, 0 };

	for (size_t i = 1; i < BINS && before->count; i++) {
		double edge = before->values[i * before->count / BINS];

		if (edge > before->values[0] && (!bins || edge > edges[bins - 1]))
			edges[bins++] = edge;
	}
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

static mlv_err compare_numbers(const struct mlv_drift_limits *limits, const struct mlv_sample *before,
			       const struct mlv_sample *now, struct mlv_drift *drift)
{
	uint64_t counts[2][BINS + 2] = { { 0 } };
	size_t bins = cut(before, now, counts);
	mlv_err err = mlv_drift_of_counts(limits, counts[0], counts[1], bins, drift);

	if (err || !before->count || !now->count)
		return err;
	drift->has_ks = true;
	drift->ks = mlv_drift_ks(before->values, before->count, now->values, now->count);
	if ((err = mlv_drift_ks_p(drift->ks, before->rows, now->rows, &drift->p)))
		return err;
	/* Of many rows every difference is sure, however small: it must be one that matters, too. */
	drift->drifted =
		drift->drifted || (drift->p < limits->alpha && drift->psi >= limits->psi);
	return NULL;
}

static mlv_err compare_names(const struct mlv_drift_limits *limits, const struct mlv_sample *before,
			     const struct mlv_sample *now, struct mlv_drift *drift,
			     struct mlv_strs *fresh)
{
	size_t known = before->names.count;
	MLV_SCOPED(mlv_mem_free)
	uint64_t *counts = mlv_sys_alloc_array(2 * known + 2, sizeof(*counts));
	uint64_t left = before->rows;
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

		counts[known + 1 + (found ? place : known)] += now->counts[i];
		if (!found && known < MLV_PROFILE_NAMES)
			err = mlv_strs_add(fresh, name);
	}
	return err ? err : mlv_drift_of_counts(limits, counts, counts + known + 1, known + 1, drift);
}

mlv_err mlv_sample_compare(const struct mlv_drift_limits *limits, const struct mlv_sample *before,
			   const struct mlv_sample *now, struct mlv_drift *drift,
			   struct mlv_strs *fresh)
{
	return before->numeric ? compare_numbers(limits, before, now, drift)
			       : compare_names(limits, before, now, drift, fresh);
}
