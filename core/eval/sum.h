/*
 * sum.h - sums of doubles without any rounding.
 *
 * What is added is kept as a fixed-point number that is wide enough for every
 * double (R. Neal, Fast Exact Summation Using Small and Large Superaccumulators,
 * 2015), so that a sum is the same in any order and however the work is cut.
 * Only reading it out rounds, once, to the nearest double.
 *
 * Limits    at most 2^62 doubles. A sum with an infinity or a NaN in it is one.
 */
#ifndef MLV_EVAL_SUM_H
#define MLV_EVAL_SUM_H

#include <stdbool.h>
#include <stdint.h>

#define MLV_SUM_LIMBS 70 /* of 32 bits each: 2^-1074 to 2^1023, and room above */

struct mlv_sum {
	int64_t limb[MLV_SUM_LIMBS];
	uint32_t pending; /* additions since the carries were put away */
	double special;   /* the sum of what is not finite */
};

__extension__ typedef unsigned __int128 mlv_wide;

void mlv_sum_add(struct mlv_sum *sum, double value);
/* Add value * 2^exponent, or take it away; no bit of it is below 2^-1074, none from 2^1024 on. */
void mlv_sum_add_wide(struct mlv_sum *sum, mlv_wide value, int exponent, bool negative);
void mlv_sum_add_sum(struct mlv_sum *sum, const struct mlv_sum *more);
/* Add a * b, not rounded either (but where that needs more than a double's range). */
void mlv_sum_add_product(struct mlv_sum *sum, double a, double b);
/* The sum, rounded to the nearest double. */
double mlv_sum_value(struct mlv_sum *sum);
/*
 * Of count values, of which these are the sum and the sum of the squares: the
 * sum of their squared distances from their mean, rounded only at the end.
 */
double mlv_sum_around(struct mlv_sum *sum, struct mlv_sum *squares, uint64_t count);

#endif
