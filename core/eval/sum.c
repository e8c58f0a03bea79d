#include "core/eval/sum.h"

#include <math.h>
#include <string.h>

#define LIMB_BITS 32
#define LIMB_MASK 0xffffffffU
#define CARRY_AT  (1U << 29) /* additions of 32-bit parts that an int64_t holds for sure */
#define LOWEST    1074       /* the last bit of limb 0 is worth 2^-LOWEST */

/* Bring each limb but the highest into 0..2^32-1. */
static void carry(struct mlv_sum *sum)
{
	for (int i = 0; i + 1 < MLV_SUM_LIMBS; i++) {
		int64_t low = sum->limb[i] & (int64_t)LIMB_MASK;

		sum->limb[i + 1] += (sum->limb[i] - low) / ((int64_t)1 << LIMB_BITS);
		sum->limb[i] = low;
	}
	sum->pending = 0;
}

void mlv_sum_add(struct mlv_sum *sum, double value)
{
	uint64_t bits, mantissa, low;
	unsigned exponent, place, shift;
	int64_t sign;

	if (!isfinite(value)) {
		sum->special += value;
		return;
	}
	memcpy(&bits, &value, sizeof(bits));
	exponent = (unsigned)(bits >> 52) & 0x7ff;
	mantissa = bits & (((uint64_t)1 << 52) - 1);
	sign = bits >> 63 ? -1 : 1;
	if (exponent)
		mantissa |= (uint64_t)1 << 52;
	else
		exponent = 1;
	/* The mantissa's last bit is worth 2^(exponent - 1075): bit exponent - 1 of the sum. */
	place = (exponent - 1) / LIMB_BITS;
	shift = (exponent - 1) % LIMB_BITS;
	low = mantissa << shift; /* loses what belongs into the third limb */
	sum->limb[place] += sign * (int64_t)(low & LIMB_MASK);
	sum->limb[place + 1] += sign * (int64_t)(low >> LIMB_BITS);
	if (shift)
		sum->limb[place + 2] += sign * (int64_t)(mantissa >> (64 - shift));
	if (++sum->pending == CARRY_AT)
		carry(sum);
}

void mlv_sum_add_wide(struct mlv_sum *sum, mlv_wide value, int exponent, bool negative)
{
	unsigned place = (unsigned)(exponent + LOWEST) / LIMB_BITS;
	unsigned shift = (unsigned)(exponent + LOWEST) % LIMB_BITS;
	int64_t sign = negative ? -1 : 1;

	/* What the shift would lose goes first. */
	if (shift)
		sum->limb[place + 4] += sign * (int64_t)(value >> (128 - shift));
	for (value <<= shift; value; value >>= LIMB_BITS)
		sum->limb[place++] += sign * (int64_t)((uint64_t)value & LIMB_MASK);
	if (++sum->pending == CARRY_AT)
		carry(sum);
}

void mlv_sum_add_sum(struct mlv_sum *sum, const struct mlv_sum *more)
{
	struct mlv_sum added = *more;

	carry(&added);
	carry(sum);
	for (int i = 0; i < MLV_SUM_LIMBS; i++)
		sum->limb[i] += added.limb[i];
	sum->special += added.special;
	carry(sum);
}

/* The halves of a double, of 26 bits each. T. Dekker, A Floating-Point Technique (1971). */
static void split(double a, double *high, double *low)
{
	double scaled = a * 134217729; /* 2^27 + 1 */

	*high = scaled - (scaled - a);
	*low = a - *high;
}

void mlv_sum_add_product(struct mlv_sum *sum, double a, double b)
{
	double product = a * b, a_high, a_low, b_high, b_low, rest;

	split(a, &a_high, &a_low);
	split(b, &b_high, &b_low);
	rest = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
	mlv_sum_add(sum, product);
	if (isfinite(rest))
		mlv_sum_add(sum, rest);
}

/* Of limbs of no sign whose carries are put away: the double that is nearest, ties to even. */
static double round_limbs(const int64_t *limb, int count, int lowest)
{
	int top = count - 1, bits = 0;
	uint64_t head, kept, cut;
	int sticky = 0, drop;

	while (top > 0 && !limb[top])
		top--;
	if (top < 2) /* at most 64 bits of the smallest: no more than a double holds near 0 */
		return ldexp((double)limb[1], LIMB_BITS - lowest) + ldexp((double)limb[0], -lowest);
	head = (uint64_t)limb[top] << LIMB_BITS | (uint64_t)limb[top - 1];
	while (bits < 64 && head >> bits)
		bits++;
	/* 64 bits and whether there is anything below them. */
	head = head << (64 - bits) | (uint64_t)limb[top - 2] >> (bits - LIMB_BITS);
	sticky = ((uint64_t)limb[top - 2] & (((uint64_t)1 << (bits - LIMB_BITS)) - 1)) != 0;
	for (int i = top - 3; i >= 0 && !sticky; i--)
		sticky = limb[i] != 0;
	drop = 64 - 53;
	kept = head >> drop;
	cut = head & (((uint64_t)1 << drop) - 1);
	if (cut > (uint64_t)1 << (drop - 1) ||
	    (cut == (uint64_t)1 << (drop - 1) && (sticky || (kept & 1))))
		kept++;
	return ldexp((double)kept, drop + (top - 1) * LIMB_BITS - (64 - bits) - lowest);
}

double mlv_sum_value(struct mlv_sum *sum)
{
	struct mlv_sum positive;

	if (isnan(sum->special) || isinf(sum->special))
		return sum->special;
	carry(sum);
	if (sum->limb[MLV_SUM_LIMBS - 1] >= 0)
		return round_limbs(sum->limb, MLV_SUM_LIMBS, LOWEST);
	positive = *sum;
	for (int i = 0; i < MLV_SUM_LIMBS; i++)
		positive.limb[i] = -positive.limb[i];
	carry(&positive);
	return -round_limbs(positive.limb, MLV_SUM_LIMBS, LOWEST);
}

/* ---- squares */

/* Limbs of 32 bits, from 2^-2148 on: what a product of two sums needs, and room above. */
#define SQUARE_LIMBS (2 * MLV_SUM_LIMBS + 2)

/* Let 32 bits stay in each limb; the last takes what is left, with its sign. */
static void settle(int64_t *limb)
{
	for (int i = 0; i + 1 < SQUARE_LIMBS; i++) {
		int64_t low = limb[i] & (int64_t)LIMB_MASK;

		limb[i + 1] += (limb[i] - low) / ((int64_t)1 << LIMB_BITS);
		limb[i] = low;
	}
}

/* Take the square of a sum of no sign whose carries are put away. */
static void subtract_square(int64_t *limb, const int64_t *root)
{
	for (int i = 0; i < MLV_SUM_LIMBS; i++) {
		for (int j = 0; root[i] && j < MLV_SUM_LIMBS; j++) {
			uint64_t product = (uint64_t)root[i] * (uint64_t)root[j];

			limb[i + j] -= (int64_t)(product & LIMB_MASK);
			limb[i + j + 1] -= (int64_t)(product >> LIMB_BITS);
		}
	}
}

/* Add the sum times count, which is below 2^32. */
static void add_multiple(int64_t *limb, const int64_t *sum, uint64_t count)
{
	unsigned place = LOWEST / LIMB_BITS, shift = LOWEST % LIMB_BITS;

	for (unsigned i = 0; i < MLV_SUM_LIMBS; i++) {
		mlv_wide product = (mlv_wide)((uint64_t)sum[i] * count) << shift;

		for (unsigned p = i + place; product; p++, product >>= LIMB_BITS)
			limb[p] += (int64_t)((uint64_t)product & LIMB_MASK);
	}
}

double mlv_sum_around(struct mlv_sum *sum, struct mlv_sum *squares, uint64_t count)
{
	int64_t limb[SQUARE_LIMBS] = { 0 };
	struct mlv_sum root = *sum;

	if (!isfinite(sum->special) || !isfinite(squares->special))
		return sum->special * sum->special + squares->special;
	carry(&root);
	if (root.limb[MLV_SUM_LIMBS - 1] < 0) {
		for (int i = 0; i < MLV_SUM_LIMBS; i++)
			root.limb[i] = -root.limb[i];
		carry(&root);
	}
	carry(squares);
	add_multiple(limb, squares->limb, count);
	subtract_square(limb, root.limb);
	settle(limb);
	if (limb[SQUARE_LIMBS - 1] < 0) /* squares that were too small for a double are not there */
		return 0;
	return round_limbs(limb, SQUARE_LIMBS, 2 * LOWEST) / (double)count;
}
