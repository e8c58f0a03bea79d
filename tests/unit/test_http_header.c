#include "remote/http/header.h"

#include "tests/unit/check.h"

mlv_test(http_header, fields_are_found_by_name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf headers = MLV_BUF_INIT;

	check_ok(mlv_buf_add(&headers, "etag\0\"x\"\0date\0\0x\0y\0", 19));
	cr_assert_str_eq(mlv_http_field(&headers, "etag"), "\"x\"");
	cr_assert_str_eq(mlv_http_field(&headers, "date"), "");
	cr_assert_str_eq(mlv_http_field(&headers, "x"), "y");
	cr_assert(mlv_http_field(&headers, "y") == NULL);
	mlv_buf_truncate(&headers, headers.len - 3);
	cr_assert(mlv_http_field(&headers, "x") == NULL);
}

mlv_test(http_header, numbers_are_digits)
{
	static const char *const wrong[] = { "", "-1", "+1", " 1", "1 ", "0x1", "1.0", "1,000",
					     "99999999999999999999" };
	uint64_t value = 5;

	cr_assert(mlv_http_number("9223372036854775799", &value) && value == 9223372036854775799u);
	for (size_t i = 0; i < MLV_COUNT(wrong); i++)
		cr_assert(mlv_http_number(wrong[i], &value) == false, "%s", wrong[i]);
}

/* RFC 9110, section 14.4. */
mlv_test(http_header, ranges_are_read)
{
	static const char *const wrong[] = { "bytes 5-4/10", "bytes 0-10/10", "bytes */*", "bytes 5-/10",
					     "bytes -5/10", "byte 1-2/3", "bytes 1-2", "bytes 1-2/3x",
					     "bytes=1-2/3", "" };
	uint64_t first, last, total;

	cr_assert(mlv_http_content_range("bytes 42-1233/1234", &first, &last, &total));
	cr_assert(first == 42 && last == 1233 && total == 1234);
	cr_assert(mlv_http_content_range("bytes 42-1233/*", &first, &last, &total));
	cr_assert(first == 42 && last == 1233 && total == UINT64_MAX);
	cr_assert(mlv_http_content_range("bytes */1234", &first, &last, &total));
	cr_assert(first == UINT64_MAX && total == 1234);
	for (size_t i = 0; i < MLV_COUNT(wrong); i++)
		cr_assert(mlv_http_content_range(wrong[i], &first, &last, &total) == false, "%s",
			  wrong[i]);
}

/* The example of RFC 9110, section 5.6.7; seconds by `date -d ... +%s`. */
mlv_test(http_header, dates_are_read)
{
	static const struct {
		const char *text;
		time_t when;
	} cases[] = {
		{ "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },
		{ "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
		{ "Thu, 29 Feb 2024 23:59:59 GMT", 1709251199 },
		{ "Fri, 01 Mar 2024 00:00:00 GMT", 1709251200 },
		{ "Wed, 31 Dec 2098 12:00:00 GMT", 4070865600 },
	};
	static const char *const wrong[] = { "Sunday, 06-Nov-94 08:49:37 GMT", "06 Nov 1994 08:49:37 GMT",
					     "Sun, 06 Nov 1994 08:49:37 UTC",
					     "Sun, 06 Noo 1994 08:49:37 GMT",
					     "Sun, 06 ovD 1994 08:49:37 GMT",
					     "Sun, 06 Nov 1994 24:49:37 GMT", "" };
	time_t when;

	for (size_t i = 0; i < MLV_COUNT(cases); i++) {
		cr_assert(mlv_http_date(cases[i].text, &when), "%s", cases[i].text);
		cr_assert(when == cases[i].when, "%s: %lld", cases[i].text, (long long)when);
	}
	for (size_t i = 0; i < MLV_COUNT(wrong); i++)
		cr_assert(mlv_http_date(wrong[i], &when) == false, "%s", wrong[i]);
}

mlv_test(http_header, retry_after_is_seconds_or_a_date)
{
	uint64_t seconds;

	cr_assert(mlv_http_retry_after("120", 0, &seconds) && seconds == 120);
	cr_assert(mlv_http_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 784111770, &seconds));
	cr_assert(seconds == 7);
	cr_assert(mlv_http_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 884111770, &seconds));
	cr_assert(seconds == 0);
	cr_assert(mlv_http_retry_after("soon", 0, &seconds) == false);
}

mlv_test(http_header, weak_etags_are_known)
{
	cr_assert(mlv_http_etag_is_strong("\"abc\""));
	cr_assert(mlv_http_etag_is_strong("W/\"abc\"") == false);
	cr_assert(mlv_http_etag_is_strong("abc") == false);
	cr_assert(mlv_http_etag_is_strong("\"") == false);
}

mlv_test(http_header, timestamps)
{
	static const struct {
		const char *text;
		time_t when; /* -1: it is none */
	} cases[] = {
		/* RFC 3339, section 5.8: the same moment in two zones. */
		{ "1985-04-12T23:20:50.52Z", 482196050 },
		{ "1996-12-19T16:39:57-08:00", 851042397 },
		{ "1996-12-20T00:39:57Z", 851042397 },
		{ "2020-06-17T10:02:08UTC", 1592388128 },
		{ "2020-06-17 12:02:08.123456+0200", 1592388128 },
		{ "2020-06-17T10:02:08", -1 },
		{ "2020-06-17T10:02:08+2:00", -1 },
		{ "2020-06-17T10:02:08+02", -1 },
		{ "2020-06-17T10:02:08Zx", -1 },
		{ "2020-13-17T10:02:08Z", -1 },
		{ "2020-06-17T24:02:08Z", -1 },
		{ "soon", -1 },
		{ "", -1 },
	};

	for (size_t i = 0; i < MLV_COUNT(cases); i++) {
		time_t when = -1;

		cr_assert(mlv_http_timestamp(cases[i].text, &when) == (cases[i].when != -1) &&
				  when == cases[i].when,
			  "%s: %lld", cases[i].text, (long long)when);
	}
}
