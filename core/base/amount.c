#include "core/base/amount.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DIGITS 18 /* at most, before the point; 3 after it */

/* Digits from *text on, and thousandths: 1.5 is 1500. */
static bool parse_thousandths(const char **text, uint64_t *number)
{
	const char *at = *text;
	uint64_t scale = 1000;

	for (*number = 0; isdigit((unsigned char)*at); at++) {
		if (at - *text >= DIGITS - 3)
			return false;
		*number = *number * 10 + (uint64_t)(*at - '0');
	}
	if (at == *text)
		return false;
	*number *= 1000;
	if (*at == '.') {
		const char *first = ++at;

		for (; isdigit((unsigned char)*at) && scale > 1; at++)
			*number += (uint64_t)(*at - '0') * (scale /= 10);
		if (at == first)
			return false;
	}
	*text = at;
	return true;
}

static bool parse_unit(const char *text, uint64_t *unit)
{
	static const char letters[] = "kmgt";
	const char *letter;
	uint64_t base;

	*unit = 1;
	if (!*text || strcasecmp(text, "b") == 0)
		return true;
	letter = strchr(letters, tolower((unsigned char)*text));
	if (!letter)
		return false;
	if (!text[1] || strcasecmp(text + 1, "ib") == 0)
		base = 1024;
	else if (strcasecmp(text + 1, "b") == 0)
		base = 1000;
	else
		return false;
	for (const char *l = letters; l <= letter; l++)
		*unit *= base;
	return true;
}

bool mlv_amount_parse(const char *text, uint64_t *bytes)
{
	uint64_t thousandths, unit;

	if (!parse_thousandths(&text, &thousandths) || !parse_unit(text, &unit))
		return false;
	if (unit == 1 && thousandths % 1000 != 0)
		return false;
	if (thousandths > UINT64_MAX / unit)
		return false;
	*bytes = thousandths * unit / 1000;
	return true;
}

const char *mlv_amount_format(uint64_t bytes, char *text, size_t size)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
	double value = (double)bytes / 1000;
	size_t unit = 0;

	if (bytes < 1000) {
		snprintf(text, size, "%u byte%s", (unsigned)bytes, bytes == 1 ? "" : "s");
		return text;
	}
	while (value >= 999.95 && unit + 1 < MLV_COUNT(units)) {
		value /= 1000;
		unit++;
	}
	snprintf(text, size, "%.1f %s", value, units[unit]);
	return text;
}
