#include "cmd/monitor/stats.h"

#include <math.h>

#define NUMBER(of, heading, key, name)        { of, heading, key, offsetof(struct mlv_drift, name), SIZE_MAX }
#define WHERE(of, heading, key, name, where) \
	{ of, heading, key, offsetof(struct mlv_drift, name), offsetof(struct mlv_drift, where) }

const struct mlv_stat_number mlv_stat_numbers[MLV_STAT_NUMBERS] = {
	NUMBER(MLV_STAT_PSI, "PSI", "psi", psi),
	NUMBER(MLV_STAT_PSI, "Noise", "noise", noise),
	NUMBER(MLV_STAT_JS, "JS", "js", js),
	WHERE(MLV_STAT_KS, "KS", "ks", ks, has_ks),
	WHERE(MLV_STAT_KS, "p", "ks_p", p, has_ks),
	NUMBER(MLV_STAT_HELLINGER, "Hellinger", "hellinger", hellinger),
	WHERE(MLV_STAT_WASSERSTEIN, "W1", "wasserstein", wasserstein, has_distance),
	WHERE(MLV_STAT_WASSERSTEIN, "W1/sd", "wasserstein_norm", wasserstein_norm, has_distance),
	NUMBER(MLV_STAT_LINF, "Linf", "linf", linf),
	NUMBER(MLV_STAT_CHI2, "chi2", "chi2", chi2),
	NUMBER(MLV_STAT_CHI2, "p", "chi2_p", chi2_p),
	NUMBER(MLV_STAT_CRAMERS_V, "V", "cramers_v", cramers_v),
};

bool mlv_stat_value(const struct mlv_stat_number *number, const struct mlv_drift *drift, double *value)
{
	const char *bytes = (const char *)drift;

	*value = *(const double *)(const void *)(bytes + number->number);
	return (number->there == SIZE_MAX || *(const bool *)(const void *)(bytes + number->there)) &&
	       isfinite(*value);
}
