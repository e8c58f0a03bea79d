/*
 * test.h - p-values: whether a difference can be luck, and what many of them mean together.
 *
 * All are two-sided. A test that has nothing to go by (no rows, no variance)
 * says 1, or 0 where the difference is certain.
 *
 * Threads   functions without shared state.
 */
#ifndef MLV_EVAL_TEST_H
#define MLV_EVAL_TEST_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

/* McNemar's exact test: of the rows that changed, b one way and c the other. */
double mlv_test_mcnemar(uint64_t b, uint64_t c);
/*
 * Whether several versions are right equally often on the same rows: Cochran's Q
 * (Biometrika 37, 1950), which is McNemar's test of more than two. A pattern says
 * with bit v whether version v is right; rows[pattern] are so many. Versions are
 * 2 to MLV_COCHRAN_MAX, and rows 2^versions numbers.
 */
#define MLV_COCHRAN_MAX 16
struct mlv_cochran {
	double q;   /* chi-squared with versions - 1 degrees of freedom */
	double p;   /* 1 where no row says one of them from another */
};
struct mlv_cochran mlv_test_cochran(const uint64_t *rows, size_t versions);
/*
 * Two independent shares: the score test with the pooled variance; Fisher's
 * exact test where one of the four counts is below five, unless n1 and the hits
 * of both are over a million: its time is linear in the smaller of these, and
 * the approximation is as good as the counts to be expected are large (Cochran,
 * Biometrics 10, 1954).
 */
double mlv_test_shares(uint64_t hits1, uint64_t n1, uint64_t hits2, uint64_t n2);
/* The score test alone, however small the counts are; n1 and n2 are above 0. */
double mlv_test_shares_z(uint64_t hits1, uint64_t n1, uint64_t hits2, uint64_t n2);
/* A difference by its standard error: Student's t, df degrees of freedom. */
double mlv_test_t(double difference, double error, double df);
/* The same by the normal distribution. */
double mlv_test_z(double difference, double error);
/*
 * Whether the mean of paired differences is 0, of few rows: how many ways of
 * giving each difference a sign have a sum at least as far from 0; all ways
 * up to 16 rows, else 10,000 by chance (PCG32, always the same ones).
 */
double mlv_test_sign_flip(const double *differences, size_t count);
/*
 * The standard error of the mean of count differences between the folds of
 * cross-validations, whose training sets overlap: Nadeau and Bengio (Machine
 * Learning 52, 2003); ratio is n_test / n_train. count is at least 2.
 */
double mlv_test_folds_error(const double *differences, size_t count, double ratio);

/* PCG32 (M. O'Neill 2014): numbers that are the same everywhere. */
struct mlv_pcg32 {
	uint64_t state, increment;
};
void mlv_pcg32_seed(struct mlv_pcg32 *pcg, uint64_t state, uint64_t sequence);
uint32_t mlv_pcg32_next(struct mlv_pcg32 *pcg);

/* How p-values are adjusted for there being many. */
enum mlv_adjust {
	MLV_ADJUST_NONE,
	MLV_ADJUST_HOLM, /* family-wise (Holm 1979) */
	MLV_ADJUST_BH,   /* false discovery rate (Benjamini and Hochberg 1995) */
	MLV_ADJUST_BY,   /* the same under any dependence (Benjamini and Yekutieli 2001) */
};
/* Adjust count p-values in place. */
mlv_err mlv_adjust(enum mlv_adjust how, double *p, size_t count) MLV_CHECK;

#endif
