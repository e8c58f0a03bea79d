/* Numbers as text: by exact arithmetic where that is possible, else by strtod. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/eval/frame.h"
#include "core/eval/frame/number.h"

#define LONGEST     128        /* characters of a number */
#define EXACT_POWER 22         /* 10^22 is a double, and so are those below */
#define EXACT_MAX   ((uint64_t)1 << 53)

static const double powers[EXACT_POWER + 1] = {
	1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

/* 1 / 5^n, from its highest bit on, rounded up; the first is not used. */
const struct mlv_tenth mlv_number_tenths[NUMBER_DIGITS + 1] = {
	{ 0, 0 },
	{ 0xccccccccccccccccU, 0xcccccccccccccccdU },
	{ 0xa3d70a3d70a3d70aU, 0x3d70a3d70a3d70a4U },
	{ 0x83126e978d4fdf3bU, 0x645a1cac083126eaU },
	{ 0xd1b71758e219652bU, 0xd3c36113404ea4a9U },
	{ 0xa7c5ac471b478423U, 0x0fcf80dc33721d54U },
	{ 0x8637bd05af6c69b5U, 0xa63f9a49c2c1b110U },
	{ 0xd6bf94d5e57a42bcU, 0x3d32907604691b4dU },
	{ 0xabcc77118461cefcU, 0xfdc20d2b36ba7c3eU },
	{ 0x89705f4136b4a597U, 0x31680a88f8953031U },
	{ 0xdbe6fecebdedd5beU, 0xb573440e5a884d1cU },
	{ 0xafebff0bcb24aafeU, 0xf78f69a51539d749U },
	{ 0x8cbccc096f5088cbU, 0xf93f87b7442e45d4U },
	{ 0xe12e13424bb40e13U, 0x2865a5f206b06fbaU },
	{ 0xb424dc35095cd80fU, 0x538484c19ef38c95U },
	{ 0x901d7cf73ab0acd9U, 0x0f9d37014bf60a11U },
	{ 0xe69594bec44de15bU, 0x4c2ebe687989a9b4U },
	{ 0xb877aa3236a4b449U, 0x09befeb9fad487c3U },
	{ 0x9392ee8e921d5d07U, 0x3aff322e62439fd0U },
	{ 0xec1e4a7db69561a5U, 0x2b31e9e3d06c32e6U },
};

const uint64_t mlv_number_powers[NUMBER_DIGITS + 1] = {
	1U, 10U, 100U, 1000U, 10000U, 100000U, 1000000U, 10000000U, 100000000U, 1000000000U,
	10000000000U, 100000000000U, 1000000000000U, 10000000000000U, 100000000000000U,
	1000000000000000U, 10000000000000000U, 100000000000000000U, 1000000000000000000U,
	10000000000000000000U,
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
		if (decimal->digits < NUMBER_DIGITS)
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
	if (decimal.digits <= NUMBER_DIGITS && decimal.mantissa <= EXACT_MAX &&
	    labs(decimal.exponent) <= EXACT_POWER) {
		value = (double)decimal.mantissa;
		value = decimal.exponent < 0 ? value / powers[-decimal.exponent]
					     : value * powers[decimal.exponent];
		*number = decimal.negative ? -value : value;
		return true;
	}
	if (decimal.digits <= NUMBER_DIGITS && decimal.exponent < 0 &&
	    decimal.exponent >= -NUMBER_DIGITS) {
		value = mlv_number_divide(decimal.mantissa, (unsigned)-decimal.exponent);
		*number = decimal.negative ? -value : value;
		return true;
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	*number = strtod(copy, NULL);
	return true;
}
