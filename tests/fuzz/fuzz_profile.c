/*
 * A monitor's profile is read or refused; what is read can be, is written, and
 * reads back to the same bytes. Beside itself a column of numbers has not moved.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/eval/profile.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void compare(const struct mlv_sample *sample)
{
	const struct mlv_drift_limits limits = { .psi = 0.2, .alpha = 0.01 };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs fresh = { 0 };
	struct mlv_drift drift;

	if (mlv_sample_compare(&limits, sample, sample, &drift, &fresh) || fresh.count ||
	    !isfinite(drift.psi) || !isfinite(drift.js) || !isfinite(drift.noise))
		abort();
	if (sample->numeric && (drift.drifted || fabs(drift.psi) > 0 || fabs(drift.js) > 0 || drift.ks > 0))
		abort();
}

/* In bins of its own. */
static void check_bins(const struct mlv_sample *sample)
{
	uint64_t counted = 0;

	for (size_t i = 0; i <= sample->count; i++)
		counted += sample->counts[i];
	if (counted != sample->rows || !sample->numeric)
		abort();
}

static void check(const struct mlv_sample *sample)
{
	uint64_t counted = 0;

	if (sample->binned)
		check_bins(sample);

	for (size_t i = 0; i < sample->count; i++)
		if (isnan(sample->values[i]) || (i && sample->values[i] < sample->values[i - 1]))
			abort();
	for (size_t i = 0; i < sample->names.count; i++)
		counted += sample->counts[i];
	if ((!sample->binned && sample->count > sample->rows) || counted > sample->rows || sample->odd ||
	    sample->rows + sample->missing > MLV_FRAME_ROWS)
		abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_profile_release) struct mlv_profile profile = { 0 }, again = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf one = MLV_BUF_INIT, two = MLV_BUF_INIT;

	if (mlv_profile_read("p.json", (const char *)data, size, &profile))
		return 0;
	for (size_t i = 0; i < profile.features.count; i++) {
		check(&profile.samples[i]);
		compare(&profile.samples[i]);
		for (size_t s = 0; s < profile.slice_count; s++) {
			check(&profile.slices[s].samples[i]);
			compare(&profile.slices[s].samples[i]);
		}
	}
	if (mlv_profile_write(&profile, &one) || mlv_profile_read("p.json", one.ptr, one.len, &again) ||
	    mlv_profile_write(&again, &two) || one.len != two.len || memcmp(one.ptr, two.ptr, one.len) != 0)
		abort();
	return 0;
}
