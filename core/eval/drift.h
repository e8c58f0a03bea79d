/*
 * drift.h - how far apart two distributions are, and how far chance alone would put them.
 *
 * Threads   functions without shared state.
 */
#ifndef MLV_EVAL_DRIFT_H
#define MLV_EVAL_DRIFT_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

/*
 * What stands for a share of 0, which has no logarithm: each count is raised by
 * a half; or as others have it, whose shares then do not sum to 1:
 */
enum mlv_psi_zero {
	MLV_PSI_SMOOTH,
	MLV_PSI_EVIDENTLY,  /* 0.0001; where a share of that side is as small, a millionth of the least */
	MLV_PSI_DEEPCHECKS, /* each share is at least 0.01 */
};
/* The population stability index of counts in the same bins: the sum of (b - a) ln(b / a) over shares. */
double mlv_drift_psi(const uint64_t *before, const uint64_t *now, size_t bins, enum mlv_psi_zero zero);
/* The index of given shares, none of them 0. */
double mlv_drift_psi_shares(const double *before, const double *now, size_t bins);
/*
 * What the index is on average where nothing changed: (bins - 1) (1/n + 1/m).
 * It is that multiple of chi-squared with bins - 1 degrees of freedom.
 */
double mlv_drift_psi_noise(size_t bins, uint64_t before, uint64_t now);
/* What it exceeds once in a hundred times although nothing changed (Wilson and Hilferty 1931). */
double mlv_drift_psi_bound(size_t bins, uint64_t before, uint64_t now);
/* The Jensen-Shannon distance of shares: the root of the divergence, in natural logarithms. */
double mlv_drift_js(const double *before, const double *now, size_t bins);
/* Hellinger's distance of shares, from 0 to 1. */
double mlv_drift_hellinger(const double *before, const double *now, size_t bins);
/* The largest difference of two shares. */
double mlv_drift_linf(const double *before, const double *now, size_t bins);
/*
 * Pearson's chi-squared: whether the counts of now are dealt out as those of
 * before, which are taken for the truth. Infinite, with p 0, where now has what
 * before has not; bins that are empty on both sides may not be given.
 */
double mlv_drift_chi2(const uint64_t *before, const uint64_t *now, size_t bins, double *p);
/*
 * Cramer's V of the table of both sides, corrected for bias (Bergsma, Journal of
 * the Korean Statistical Society 42, 2013); of two bins with Yates's correction.
 */
double mlv_drift_cramers_v(const uint64_t *before, const uint64_t *now, size_t bins);
/*
 * Wasserstein's distance of order 1: how far the values of one must be moved to
 * be those of the other. Values are sorted, counts above 0; weights NULL: all
 * are alike. Infinite where infinite values are not matched.
 */
double mlv_drift_wasserstein(const double *before, const double *before_weights, size_t before_count,
			     const double *now, const double *now_weights, size_t now_count);
/* The standard deviation of values, of all of them (ddof 0). */
double mlv_drift_deviation(const double *values, size_t count);
/* The largest distance of two distribution functions; values are sorted, counts above 0. */
double mlv_drift_ks(const double *before, size_t before_count, const double *now, size_t now_count);
/*
 * How often two samples of one continuous distribution are at least this far
 * apart: by counting lattice paths (Hodges, Arkiv for Matematik 3, 1958) up to
 * a million pairs of rows, else by Kolmogorov's limit.
 */
mlv_err mlv_drift_ks_p(double distance, uint64_t before, uint64_t now, double *p) MLV_CHECK;

#endif
