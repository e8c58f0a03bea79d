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
 * The population stability index of counts in the same bins: the sum of
 * (b - a) ln(b / a) over shares, each count raised by a half so that none is 0.
 */
double mlv_drift_psi(const uint64_t *before, const uint64_t *now, size_t bins);
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
/* The largest distance of two distribution functions; values are sorted, counts above 0. */
double mlv_drift_ks(const double *before, size_t before_count, const double *now, size_t now_count);
/*
 * How often two samples of one continuous distribution are at least this far
 * apart: by counting lattice paths (Hodges, Arkiv for Matematik 3, 1958) up to
 * a million pairs of rows, else by Kolmogorov's limit.
 */
mlv_err mlv_drift_ks_p(double distance, uint64_t before, uint64_t now, double *p) MLV_CHECK;

#endif
