/* What a plain scalar is. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/yaml/parts.h"

static bool text_is(const char *text, size_t len, const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) == len && memcmp(*words, text, len) == 0)
			return true;
	return false;
}

/* A run of digits that strspn() counts; at must be NUL-terminated. */
static size_t digits(const char *at)
{
	return strspn(at, "0123456789");
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool is_float(const char *text)
{
	size_t before, after = 0;

	text += *text == '-' || *text == '+';
	text += before = digits(text);
	if (*text == '.') {
		text++;
		text += after = digits(text);
	}
	if (!before && !after)
		return false;
	if (*text == 'e' || *text == 'E') {
		text++;
		text += *text == '-' || *text == '+';
		if (!digits(text))
			return false;
		text += digits(text);
	}
	return *text == '\0';
}

static bool is_int(const char *text)
{
	text += *text == '-' || *text == '+';
	return digits(text) && text[digits(text)] == '\0';
}

/* 0o17 and 0x1f, which have no sign. */
static int radix(const char *text)
{
	if (text[0] != '0' || !text[1] || !text[2])
		return 0;
	if (text[1] == 'o' && strspn(text + 2, "01234567") == strlen(text + 2))
		return 8;
	if (text[1] == 'x' && strspn(text + 2, "0123456789abcdefABCDEF") == strlen(text + 2))
		return 16;
	return 0;
}

static void set_int(struct mlv_value *value, const char *text, int base)
{
	errno = 0;
	value->type = MLV_VALUE_INT;
	value->integer = strtoll(text, NULL, base);
	value->real = (double)value->integer;
	if (errno != ERANGE)
		return;
	value->type = MLV_VALUE_REAL;
	value->integer = 0;
	value->real = 0;
	if (base == 10) {
		value->real = strtod(text, NULL);
		return;
	}
	for (; *text; text++)
		value->real =
			value->real * base + (isdigit((unsigned char)*text)
						      ? *text - '0'
						      : tolower((unsigned char)*text) - 'a' + 10);
}

static bool set_special(struct mlv_value *value, const char *text, size_t len)
{
	static const char *const nan[] = { ".nan", ".NaN", ".NAN", NULL };
	static const char *const inf[] = { ".inf", ".Inf", ".INF", NULL };
	size_t sign = len && (text[0] == '-' || text[0] == '+');

	if (text_is(text, len, nan))
		value->real = (double)NAN;
	else if (text_is(text + sign, len - sign, inf))
		value->real = (double)(text[0] == '-' ? -INFINITY : INFINITY);
	else
		return false;
	value->type = MLV_VALUE_REAL;
	return true;
}

void mlv_yaml_resolve(struct mlv_value *value)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
	static const char *const yes[] = { "true", "True", "TRUE", NULL };
	static const char *const no[] = { "false", "False", "FALSE", NULL };
	const char *text = value->text;
	size_t len = value->text_len;

	if (text_is(text, len, nulls)) {
		value->type = MLV_VALUE_NULL;
	} else if (text_is(text, len, yes) || text_is(text, len, no)) {
		value->type = MLV_VALUE_BOOL;
		value->boolean = text_is(text, len, yes);
	} else if (strlen(text) != len || set_special(value, text, len)) {
		return;
	} else if (is_int(text)) {
		set_int(value, text, 10);
	} else if (radix(text)) {
		set_int(value, text + 2, radix(text));
	} else if (is_float(text)) {
		value->type = MLV_VALUE_REAL;
		value->real = strtod(text, NULL);
	}
}
