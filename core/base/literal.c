#include "core/base/literal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX 400 /* bytes of a number, without underscores */

mlv_err mlv_scan_error(const struct mlv_scan *cursor, const char *what)
{
	const char *line = cursor->at;

	while (line > cursor->start && line[-1] != '\n')
		line--;
	return mlv_error(MLV_E_SPEC, "%s:%u:%u: %s", cursor->name, mlv_scan_line(cursor),
			 (unsigned)(cursor->at - line) + 1, what);
}

unsigned mlv_scan_line(const struct mlv_scan *cursor)
{
	unsigned line = 1;

	for (const char *c = cursor->start; (c = memchr(c, '\n', (size_t)(cursor->at - c))); c++)
		line++;
	return line;
}

char mlv_scan_peek(const struct mlv_scan *cursor, size_t ahead)
{
	return (size_t)(cursor->end - cursor->at) > ahead ? cursor->at[ahead] : '\0';
}

bool mlv_scan_take(struct mlv_scan *cursor, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(cursor->end - cursor->at) < len || memcmp(cursor->at, text, len) != 0)
		return false;
	cursor->at += len;
	return true;
}

/* Digits of a base with single underscores between them, appended to digits; false: none. */
static bool take_digits(struct mlv_scan *cursor, int base, char *digits, size_t *count)
{
	size_t before = *count;

	for (;; cursor->at++) {
		char c = mlv_scan_peek(cursor, 0);
		int digit = isdigit((unsigned char)c) ? c - '0'
			    : isalpha((unsigned char)c)
				    ? tolower((unsigned char)c) - 'a' + 10
				    : 99;

		if (c == '_' && *count > before && cursor->at[-1] != '_')
			continue;
		if (digit >= base || *count >= NUMBER_MAX)
			break;
		digits[(*count)++] = c;
	}
	return *count > before && cursor->at[-1] != '_';
}

static void set_int(struct mlv_value *value, const char *digits, int base)
{
	errno = 0;
	value->type = MLV_VALUE_INT;
	value->integer = strtoll(digits, NULL, base);
	value->real = (double)value->integer;
	if (errno == ERANGE) {
		value->type = MLV_VALUE_REAL;
		value->integer = 0;
		value->real = base == 10 ? strtod(digits, NULL) : 0;
	}
}

/* "0x" and its like have been gone over. */
static bool take_based(struct mlv_scan *cursor, int base, bool minus, struct mlv_value *value)
{
	char digits[NUMBER_MAX + 2] = "-";
	size_t count = 1;

	if (!take_digits(cursor, base, digits, &count))
		return false;
	digits[count] = '\0';
	set_int(value, digits + !minus, base);
	return true;
}

static bool take_exponent(struct mlv_scan *cursor, char *digits, size_t *count)
{
	char c = mlv_scan_peek(cursor, 0);

	if (c != 'e' && c != 'E')
		return true;
	cursor->at++;
	digits[(*count)++] = 'e';
	c = mlv_scan_peek(cursor, 0);
	if (c == '+' || c == '-') {
		digits[(*count)++] = c;
		cursor->at++;
	}
	return take_digits(cursor, 10, digits, count);
}

static bool take_decimal(struct mlv_scan *cursor, bool minus, struct mlv_value *value)
{
	char digits[NUMBER_MAX + 8] = "-";
	size_t count = 1;
	bool whole = take_digits(cursor, 10, digits, &count), real = false;

	if (mlv_scan_peek(cursor, 0) == '.') {
		bool part;

		cursor->at++;
		digits[count++] = '.';
		part = take_digits(cursor, 10, digits, &count);
		if (!whole && !part)
			return false;
		real = true;
	} else if (!whole) {
		return false;
	}
	real |= (mlv_scan_peek(cursor, 0) | 0x20) == 'e';
	if (!take_exponent(cursor, digits, &count))
		return false;
	digits[count] = '\0';
	if (!real) {
		set_int(value, digits + !minus, 10);
		return true;
	}
	value->type = MLV_VALUE_REAL;
	value->real = strtod(digits + !minus, NULL);
	return true;
}

bool mlv_literal_number(struct mlv_scan *cursor, struct mlv_value *value)
{
	static const struct {
		const char *prefix;
		int base;
	} bases[] = { { "0x", 16 }, { "0X", 16 }, { "0o", 8 }, { "0O", 8 }, { "0b", 2 }, { "0B", 2 } };
	const char *start = cursor->at;
	bool minus = mlv_scan_peek(cursor, 0) == '-', ok = false, based = false;
	char next;

	if (minus || mlv_scan_peek(cursor, 0) == '+')
		cursor->at++;
	for (size_t i = 0; i < MLV_COUNT(bases) && !based; i++)
		if ((based = mlv_scan_take(cursor, bases[i].prefix)))
			ok = take_based(cursor, bases[i].base, minus, value);
	if (!based)
		ok = take_decimal(cursor, minus, value);
	next = mlv_scan_peek(cursor, 0);
	ok &= !isalnum((unsigned char)next) && next != '_' && !(next & 0x80);
	if (!ok)
		cursor->at = start;
	return ok;
}

mlv_err mlv_literal_add_char(struct mlv_buf *to, uint32_t point, bool *ok)
{
	char bytes[4];
	size_t len;

	*ok = point && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
	if (!*ok)
		return NULL;
	len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	for (size_t i = len; i-- > 1; point >>= 6)
		bytes[i] = (char)(0x80 | (point & 0x3f));
	bytes[0] = (char)(len == 1 ? point : (0xf00u >> len | point) & 0xff);
	return mlv_buf_add(to, bytes, len);
}

bool mlv_literal_hex(struct mlv_scan *cursor, unsigned digits, uint32_t *number)
{
	*number = 0;
	for (unsigned i = 0; i < digits; i++) {
		char c = mlv_scan_peek(cursor, 0);

		if (!isxdigit((unsigned char)c))
			return false;
		*number = *number << 4 | (uint32_t)(isdigit((unsigned char)c)
							    ? c - '0'
							    : tolower((unsigned char)c) - 'a' + 10);
		cursor->at++;
	}
	return true;
}
