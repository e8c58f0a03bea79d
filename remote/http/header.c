#include "remote/http/header.h"

#include "core/base/path.h"
#include "remote/transport.h"

#define DAY_SECONDS ((time_t)86400)

const char *mlv_http_field(const struct mlv_buf *headers, const char *name)
{
	const char *at = headers->ptr, *end = headers->ptr + headers->len;

	while (at < end) {
		const char *value = at + strlen(at) + 1;

		if (value >= end)
			return NULL;
		if (strcmp(at, name) == 0)
			return value;
		at = value + strlen(value) + 1;
	}
	return NULL;
}

/* The digits at *text, which is moved past them. */
static bool take_number(const char **text, uint64_t *value)
{
	uint64_t n = 0;
	const char *at = *text;

	if (*at < '0' || *at > '9')
		return false;
	for (; *at >= '0' && *at <= '9'; at++) {
		if (n > ((uint64_t)INT64_MAX - 9) / 10)
			return false;
		n = n * 10 + (uint64_t)(*at - '0');
	}
	*text = at;
	*value = n;
	return true;
}

mlv_err mlv_http_refuse_page(const struct mlv_buf *headers)
{
	const char *type = mlv_http_field(headers, "content-type");

	if (!type || strncmp(type, "text/html", 9) != 0 || mlv_http_field(headers, "etag") ||
	    mlv_http_field(headers, "last-modified"))
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_REMOTE, "the server answered an HTML page, not data"),
			      "is the URL right? mlv remote list shows it; a page may ask for a "
			      "login");
}

void mlv_http_version(const struct mlv_buf *headers, struct mlv_version *version)
{
	static const struct {
		const char *field;
		enum mlv_version_by by;
	} fields[] = {
		{ "x-amz-version-id", MLV_VERSION_ID },
		{ "etag", MLV_VERSION_ETAG },
		{ "last-modified", MLV_VERSION_MODIFIED },
	};

	for (size_t i = 0; i < MLV_COUNT(fields); i++) {
		const char *text = mlv_http_field(headers, fields[i].field);
		size_t len = text ? strlen(text) : 0;

		if (len == 0 || len >= sizeof(version->text) || !mlv_text_is_plain(text, len) ||
		    strcmp(text, "null") == 0)
			continue;
		version->by = fields[i].by;
		memcpy(version->text, text, len + 1);
		return;
	}
}

bool mlv_http_number(const char *text, uint64_t *value)
{
	uint64_t n;

	if (!take_number(&text, &n) || *text)
		return false;
	*value = n;
	return true;
}

bool mlv_http_content_range(const char *text, uint64_t *first, uint64_t *last, uint64_t *total)
{
	uint64_t from = UINT64_MAX, to = UINT64_MAX, all = UINT64_MAX;

	if (strncmp(text, "bytes ", 6) != 0)
		return false;
	text += 6;
	if (*text == '*') {
		text++;
	} else {
		if (!take_number(&text, &from) || *text++ != '-' || !take_number(&text, &to) ||
		    to < from)
			return false;
	}
	if (*text++ != '/')
		return false;
	if (*text == '*')
		text++;
	else if (!take_number(&text, &all))
		return false;
	if (*text || (from == UINT64_MAX && all == UINT64_MAX) ||
	    (from != UINT64_MAX && to >= all))
		return false;
	*first = from;
	*last = to;
	*total = all;
	return true;
}

static bool two_digits(const char *text, int *value)
{
	if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
		return false;
	*value = (text[0] - '0') * 10 + (text[1] - '0');
	return true;
}

/* Days from 1970-01-01 to the day, in the proleptic Gregorian calendar. */
static time_t days_to(int year, int month, int day)
{
	int y = month <= 2 ? year - 1 : year, era = y / 400, of_era = y - era * 400;
	int of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return (time_t)era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool mlv_http_date(const char *text, time_t *when)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int day, century, year, hour, minute, second, month = -1;

	if (strlen(text) != 29 || text[3] != ',' || strcmp(text + 25, " GMT") != 0 ||
	    text[4] != ' ' || text[7] != ' ' || text[11] != ' ' || text[16] != ' ' ||
	    text[19] != ':' || text[22] != ':')
		return false;
	for (int m = 0; m < 12; m++)
		if (strncmp(text + 8, months + 3 * m, 3) == 0)
			month = m + 1;
	if (month < 0 || !two_digits(text + 5, &day) || !two_digits(text + 12, &century) ||
	    !two_digits(text + 14, &year) || !two_digits(text + 17, &hour) ||
	    !two_digits(text + 20, &minute) || !two_digits(text + 23, &second) || day < 1 ||
	    day > 31 || hour > 23 || minute > 59 || second > 60 || century < 19)
		return false;
	*when = days_to(century * 100 + year, month, day) * DAY_SECONDS + hour * 3600 +
		minute * 60 + second;
	return true;
}

/* "Z", "UTC", "+01:00" or "-0130": seconds that the clock there is ahead. */
static bool take_offset(const char *text, long *seconds)
{
	int hours, minutes;

	*seconds = 0;
	if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0 || strcmp(text, "UTC") == 0)
		return true;
	if ((text[0] != '+' && text[0] != '-') || !two_digits(text + 1, &hours))
		return false;
	if (!two_digits(text + 3 + (text[3] == ':'), &minutes) ||
	    text[5 + (text[3] == ':')] != '\0' || hours > 23 || minutes > 59)
		return false;
	*seconds = (text[0] == '-' ? -60L : 60L) * (hours * 60 + minutes);
	return true;
}

bool mlv_http_timestamp(const char *text, time_t *when)
{
	int century, year, month, day, hour, minute, second;
	long ahead;

	if (strlen(text) < 20 || text[4] != '-' || text[7] != '-' || !strchr("Tt ", text[10]) ||
	    text[13] != ':' || text[16] != ':' || !two_digits(text, &century) ||
	    !two_digits(text + 2, &year) || !two_digits(text + 5, &month) ||
	    !two_digits(text + 8, &day) || !two_digits(text + 11, &hour) ||
	    !two_digits(text + 14, &minute) || !two_digits(text + 17, &second) || century < 19 ||
	    month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
		return false;
	text += 19;
	if (*text == '.')
		text += 1 + strspn(text + 1, "0123456789");
	if (!take_offset(text, &ahead))
		return false;
	*when = days_to(century * 100 + year, month, day) * DAY_SECONDS + hour * 3600 +
		minute * 60 + second - ahead;
	return true;
}

bool mlv_http_retry_after(const char *text, time_t now, uint64_t *seconds)
{
	time_t when;

	if (mlv_http_number(text, seconds))
		return true;
	if (!mlv_http_date(text, &when))
		return false;
	*seconds = when > now ? (uint64_t)(when - now) : 0;
	return true;
}

bool mlv_http_etag_is_strong(const char *text)
{
	size_t len = strlen(text);

	return len > 2 && text[0] == '"' && text[len - 1] == '"';
}
