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

#include <stdint.h>

#define MLV_SUM_LIMBS 70 /* of 32 bits each: 2^-1074 to 2^1023, and room above */

struct mlv_sum {
	int64_t limb[MLV_SUM_LIMBS];
	uint32_t pending; /* additions since the carries were put away */
	double special;   /* the sum of what is not finite */
};

void mlv_sum_add(struct mlv_sum *sum, double value);
/* Add a * b, not rounded either (but where that needs more than a double's range). */
void mlv_sum_add_product(struct mlv_sum *sum, double a, double b);
/* The sum, rounded to the nearest double. */
double mlv_sum_value(struct mlv_sum *sum);

#endif
