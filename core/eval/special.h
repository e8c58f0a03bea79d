/*
 * special.h - the distributions that intervals and tests need.
 *
 * Tails are computed as tails, never as one minus the rest, so that a p-value
 * of 1e-200 is one. Densities are by Loader's saddle-point expansion, which
 * loses no digits at millions of trials; the incomplete beta function is a
 * continued fraction (Lentz's method; Numerical Recipes 6.4) with such a
 * density as its factor. Relative error: about 1e-13.
 *
 * Threads   functions without state.
 */
#ifndef MLV_EVAL_SPECIAL_H
#define MLV_EVAL_SPECIAL_H

#include <stdint.h>

/* The z below which a standard normal falls with probability p, 0 < p < 1. */
double mlv_normal_quantile(double p);
/* P(|Z| >= |z|), Z standard normal. */
double mlv_normal_two_sided(double z);
/* The regularised incomplete beta function I_x(a, b), given both x and y = 1 - x. */
double mlv_incomplete_beta(double a, double b, double x, double y);
/* P(T >= t) of Student's t with df degrees of freedom. */
double mlv_t_upper(double t, double df);
/* P(|T| >= |t|). */
double mlv_t_two_sided(double t, double df);
/* The t below which Student's t falls with probability p, 0 < p < 1. */
double mlv_t_quantile(double p, double df);
/*
 * P(X >= x) of chi-squared with df > 0 degrees of freedom: the incomplete gamma
 * function, by its series or its continued fraction (Numerical Recipes 6.2).
 */
double mlv_chi2_upper(double x, double df);
/* P(X <= k), X the heads of n fair coins. */
double mlv_fair_coins_at_most(uint64_t k, uint64_t n);
/*
 * Fisher's exact test of the table {{a, b}, {c, d}}, two-sided: the probability
 * of all tables with these margins that are at most as likely. Time is
 * linear in the smallest margin.
 */
double mlv_fisher_exact(uint64_t a, uint64_t b, uint64_t c, uint64_t d);

#endif
