/*
 * number.h - plain decimal numbers, eight digits at a time.
 *
 * A number of at most 19 digits is its mantissa and a power of 10. It is rounded
 * once, to the nearest double, ties to even, so that it is what strtod() gives.
 */
#ifndef MLV_EVAL_FRAME_NUMBER_H
#define MLV_EVAL_FRAME_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/eval/sum.h"

#define NUMBER_DIGITS 19 /* so many always fit 64 bits */
#define NUMBER_AHEAD  8  /* bytes behind a text that mlv_number_plain() may look at */

struct mlv_tenth {
	uint64_t high, low;
};
extern const struct mlv_tenth mlv_number_tenths[NUMBER_DIGITS + 1];
extern const uint64_t mlv_number_powers[NUMBER_DIGITS + 1];

/*
 * mantissa / 10^power, power from 1 to NUMBER_DIGITS: D. Lemire, Number parsing at a gigabyte per second
 * (2021). 1 / 10^power is there to 128 bits, which for powers this small is always enough (N. Mushtak,
 * D. Lemire, Fast number parsing without fallback, 2023): a product that these bits leave open is no tie.
 */
static inline double mlv_number_divide(uint64_t mantissa, unsigned power)
{
	const struct mlv_tenth *tenth = &mlv_number_tenths[power];
	int zeros, shift, exponent;
	uint64_t high, low, bits;
	mlv_wide product;
	double value;

	if (!mantissa)
		return 0;
	zeros = __builtin_clzll(mantissa);
	mantissa <<= zeros;
	product = (mlv_wide)mantissa * tenth->high;
	high = (uint64_t)(product >> 64);
	low = (uint64_t)product;
	if ((high & 0x1ff) == 0x1ff) { /* what is behind may carry into the bits that count */
		uint64_t more = (uint64_t)((mlv_wide)mantissa * tenth->low >> 64);

		low += more;
		high += low < more;
	}
	shift = (int)(high >> 63) + 9;
	/* 10^-n is 5^-n, whose highest bit is 2^-(bits of 5^n), by 2^-n: 217706 / 65536 is log2(10). */
	exponent = (int)((-217706 * (int)power) >> 16) + 63 + (int)(high >> 63) - zeros + 1023;
	bits = high >> shift;
	if (low <= 1 && power <= 4 && (bits & 3) == 1 && bits << shift == high)
		bits &= ~(uint64_t)1; /* just between two doubles: to the even one */
	bits = (bits + (bits & 1)) >> 1; /* 2^53 is the next power of 2: it carries into the exponent */
	bits += (uint64_t)(exponent - 1) << 52;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* Eight bytes, the first the lowest. */
static inline uint64_t mlv_eight_bytes(const char *text)
{
	uint64_t bytes;

	memcpy(&bytes, text, sizeof(bytes));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	bytes = __builtin_bswap64(bytes);
#endif
	return bytes;
}

/* What 1 to 8 digits say; false when there is another character among them. Eight bytes are looked at. */
static inline bool mlv_number_eight(const char *text, size_t digits, uint64_t *number)
{
	uint64_t bytes = mlv_eight_bytes(text);

	bytes = bytes << (64 - 8 * digits) | 0x30303030303030U >> 8 * (digits - 1);
	if (((bytes & 0xf0f0f0f0f0f0f0f0U) |
	     ((bytes + 0x0606060606060606U) & 0xf0f0f0f0f0f0f0f0U) >> 4) != 0x3333333333333333U)
		return false;
	/* Neighbours are joined: to numbers of 2 digits, of 4, of 8. */
	bytes = ((bytes & 0x0f0f0f0f0f0f0f0fU) * (10 << 8 | 1)) >> 8;
	bytes = ((bytes & 0x00ff00ff00ff00ffU) * (100 << 16 | 1)) >> 16;
	*number = ((bytes & 0x0000ffff0000ffffU) * ((uint64_t)10000 << 32 | 1)) >> 32;
	return true;
}

/*
 * A number of the form 12, -12 or -1.25; false when it is of another, which mlv_number_parse() reads.
 * NUMBER_AHEAD bytes behind it are looked at.
 */
static inline bool mlv_number_plain(const char *text, size_t len, double *number)
{
	bool negative = len && *text == '-';
	uint64_t points, mantissa, more = 0, part;
	size_t whole, behind, first;

	text += negative;
	len -= negative;
	if (!len || len > NUMBER_DIGITS + 1)
		return false;
	points = mlv_eight_bytes(text) ^ 0x2e2e2e2e2e2e2e2eU;
	points = (points - 0x0101010101010101U) & ~points & 0x8080808080808080U;
	whole = points ? (size_t)__builtin_ctzll(points) / 8 : 8;
	if (whole >= len) {
		if (!mlv_number_eight(text, len, &mantissa))
			return false;
		*number = negative ? -(double)mantissa : (double)mantissa;
		return true;
	}
	behind = len - whole - 1;
	mantissa = (unsigned char)*text - (uint64_t)'0';
	if (!whole || whole == 8 || !behind || (whole == 1 && mantissa > 9) ||
	    (whole > 1 && !mlv_number_eight(text, whole, &mantissa)))
		return false;
	text += whole + 1;
	first = (behind - 1) % 8 + 1;
	if (!mlv_number_eight(text, first, &more))
		return false;
	for (size_t at = first; at < behind; at += 8) {
		if (!mlv_number_eight(text + at, 8, &part))
			return false;
		more = more * 100000000 + part;
	}
	*number = mlv_number_divide(mantissa * mlv_number_powers[behind] + more, (unsigned)behind);
	if (negative)
		*number = -*number;
	return true;
}

#endif
