/* Numbers as text: by exact arithmetic where that is possible, else by strtod. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/eval/frame.h"
#include "core/eval/sum.h"

#define LONGEST     128        /* characters of a number */
#define EXACT_POWER 22         /* 10^22 is a double, and so are those below */
#define DIVISOR_POWER 19       /* 10^19 is below 2^64 */
#define EXACT_MAX   ((uint64_t)1 << 53)

static const double powers[EXACT_POWER + 1] = {
	1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

/* The parts of a decimal number; digits: how many of its mantissa were read. */
struct decimal {
	bool negative;
	uint64_t mantissa;
	int digits;
	long exponent;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The digits at *at: into the mantissa as far as it holds them for sure. */
static size_t read_digits(const char *text, size_t len, size_t *at, struct decimal *decimal)
{
	size_t begin = *at;

	for (; *at < len && is_digit(text[*at]); (*at)++) {
		if (decimal->digits < 19)
			decimal->mantissa = decimal->mantissa * 10 + (uint64_t)(text[*at] - '0');
		decimal->digits += decimal->digits || text[*at] != '0';
	}
	return *at - begin;
}

static bool read_exponent(const char *text, size_t len, size_t *at, struct decimal *decimal)
{
	bool negative = false;
	long value = 0;
	size_t begin;

	if (*at >= len || (text[*at] != 'e' && text[*at] != 'E'))
		return true;
	(*at)++;
	if (*at < len && (text[*at] == '-' || text[*at] == '+'))
		negative = text[(*at)++] == '-';
	for (begin = *at; *at < len && is_digit(text[*at]); (*at)++)
		value = value < 100000 ? value * 10 + (text[*at] - '0') : value;
	decimal->exponent += negative ? -value : value;
	return *at > begin;
}

/* Whether all of text is a decimal number. */
static bool read_decimal(const char *text, size_t len, struct decimal *decimal)
{
	size_t at = 0, whole, fraction = 0;

	if (at < len && (text[at] == '-' || text[at] == '+'))
		decimal->negative = text[at++] == '-';
	whole = read_digits(text, len, &at, decimal);
	if (at < len && text[at] == '.') {
		at++;
		fraction = read_digits(text, len, &at, decimal);
		decimal->exponent -= (long)fraction;
	}
	return whole + fraction > 0 && read_exponent(text, len, &at, decimal) && at == len;
}

static bool is_word(const char *text, size_t len, const char *word)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];

		if (c != word[i])
			return false;
	}
	return !word[len];
}

static bool parse_word(const char *text, size_t len, double *number)
{
	static const char *const missing[] = { "", "nan", "na", "n/a", "null", "none" };
	bool signed_word = len && (text[0] == '-' || text[0] == '+');

	for (size_t i = 0; i < MLV_COUNT(missing); i++)
		if (is_word(text, len, missing[i])) {
			*number = (double)NAN;
			return true;
		}
	if (!is_word(text + signed_word, len - signed_word, "inf") &&
	    !is_word(text + signed_word, len - signed_word, "infinity"))
		return false;
	*number = len && text[0] == '-' ? -HUGE_VAL : HUGE_VAL;
	return true;
}

/*
 * mantissa / 10^power, rounded to the nearest double, ties to even: the 64 bits
 * of the quotient, and whether there is a rest, tell it for sure.
 */
static double divide(uint64_t mantissa, unsigned power)
{
	uint64_t divisor = 1, quotient, cut, bits;
	int up, up_divisor, shift = 64;
	mlv_wide dividend;
	double scale;

	while (power--)
		divisor *= 10;
	up = __builtin_clzll(mantissa);
	up_divisor = __builtin_clzll(divisor);
	mantissa <<= up;
	divisor <<= up_divisor;
	shift -= mantissa >= divisor; /* so that the quotient's highest bit is its 64th */
	dividend = (mlv_wide)mantissa << shift;
	quotient = (uint64_t)(dividend / divisor);
	cut = quotient & 0x7ff;
	cut = cut << 1 | ((mlv_wide)quotient * divisor != dividend);
	quotient >>= 11;
	quotient += cut > 0x800 || (cut == 0x800 && (quotient & 1));
	bits = (uint64_t)(1023 + 11 - shift - up + up_divisor) << 52;
	memcpy(&scale, &bits, sizeof(scale));
	return (double)quotient * scale;
}

bool mlv_number_parse(const char *text, size_t len, double *number)
{
	struct decimal decimal = { 0 };
	char copy[LONGEST];
	double value;

	while (len && text[len - 1] == ' ')
		len--;
	for (; len && *text == ' '; len--)
		text++;
	if (len >= LONGEST)
		return false;
	if (!read_decimal(text, len, &decimal))
		return parse_word(text, len, number);
	/* Both are exact, so that one rounding is all there is. W. Clinger (PLDI 1990). */
	if (decimal.digits <= 19 && decimal.mantissa <= EXACT_MAX &&
	    labs(decimal.exponent) <= EXACT_POWER) {
		value = (double)decimal.mantissa;
		value = decimal.exponent < 0 ? value / powers[-decimal.exponent]
					     : value * powers[decimal.exponent];
		*number = decimal.negative ? -value : value;
		return true;
	}
	if (decimal.digits <= 19 && decimal.exponent < 0 && decimal.exponent >= -DIVISOR_POWER) {
		value = divide(decimal.mantissa, (unsigned)-decimal.exponent);
		*number = decimal.negative ? -value : value;
		return true;
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	*number = strtod(copy, NULL);
	return true;
}
