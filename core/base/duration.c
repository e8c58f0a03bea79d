#include "core/base/duration.h"

#include <string.h>

#define DAY  ((int64_t)24 * 3600)
#define MOST (36525 * DAY)

/* Digits, at most so many, from *text on; false when there are none, or more. */
static bool parse_number(const char **text, unsigned digits, int64_t *number)
{
	const char *at = *text;

	for (*number = 0; *at >= '0' && *at <= '9'; at++) {
		if (at - *text >= (int)digits)
			return false;
		*number = *number * 10 + (*at - '0');
	}
	if (at == *text)
		return false;
	*text = at;
	return true;
}

bool mlv_duration_parse(const char *text, int64_t *seconds)
{
	static const char letters[] = "smhdw";
	static const int64_t units[] = { 1, 60, 3600, DAY, 7 * DAY };
	const char *letter;
	int64_t number, unit = DAY;

	if (!parse_number(&text, 10, &number))
		return false;
	if (*text) {
		letter = strchr(letters, *text);
		if (!letter || text[1])
			return false;
		unit = units[letter - letters];
	}
	if (number > MOST / unit)
		return false;
	*seconds = number * unit;
	return true;
}

static bool is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool mlv_day_parse(const char *text, int64_t *seconds)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t year, month, day, days = 0;

	if (!parse_number(&text, 4, &year) || *text++ != '-' || !parse_number(&text, 2, &month) ||
	    *text++ != '-' || !parse_number(&text, 2, &day) || *text)
		return false;
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > lengths[month - 1] + (month == 2 && is_leap(year)))
		return false;
	for (int64_t y = 1970; y < year; y++)
		days += 365 + is_leap(y);
	for (int64_t m = 1; m < month; m++)
		days += lengths[m - 1] + (m == 2 && is_leap(year));
	*seconds = (days + day - 1) * DAY;
	return true;
}
