/*
 * interval.h - confidence intervals.
 *
 * A level is the share of intervals that hold the truth: 0.95. Counts may be
 * fractions: weighted rows count as their effective number, (sum w)^2 / sum w^2.
 *
 * Threads   functions without state.
 */
#ifndef MLV_EVAL_INTERVAL_H
#define MLV_EVAL_INTERVAL_H

#include <stdbool.h>
#include <stdint.h>

struct mlv_interval {
	double low, high;
};

/* The share of hits among n > 0: Wilson's score interval (1927). */
struct mlv_interval mlv_interval_wilson(double hits, double n, double level);
/*
 * p1 - p2 of two independent shares: Newcombe's hybrid score interval
 * (Statistics in Medicine 17, 1998, method 10).
 */
struct mlv_interval mlv_interval_newcombe(double hits1, double n1, double hits2, double n2,
					  double level);
/*
 * The change of a share on the same n rows, where gained became hits and lost
 * no longer are: (gained - lost) / n, by adding a half to each of the four
 * cells of the table (Agresti and Min, Statistics in Medicine 24, 2005).
 */
struct mlv_interval mlv_interval_paired(uint64_t gained, uint64_t lost, uint64_t n, double level);
/* mean plus or minus a standard error's Student quantile. */
struct mlv_interval mlv_interval_t(double mean, double error, double df, double level);
/* The same with the normal quantile, cut to [low, high]. */
struct mlv_interval mlv_interval_normal(double value, double error, double level, double low,
					double high);
/* A ratio above 0, by the standard error of its logarithm, with the normal quantile. */
struct mlv_interval mlv_interval_ratio(double ratio, double log_error, double level);
/* The same with that of Student's t, df degrees of freedom. */
struct mlv_interval mlv_interval_ratio_t(double ratio, double log_error, double df, double level);

/*
 * The mean of several independent quantities, each with its interval: the
 * distances to the limits are added as squares (MOVER; Zou and Donner,
 * Statistics in Medicine 27, 2008). Begin with { 0 }.
 */
struct mlv_interval_mean {
	double sum, below, above;
	uint64_t count;
};
void mlv_interval_mean_add(struct mlv_interval_mean *mean, double value, struct mlv_interval of);
struct mlv_interval mlv_interval_mean_end(const struct mlv_interval_mean *mean);

#endif
