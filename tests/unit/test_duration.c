#include "tests/unit/check.h"

#include "core/base/duration.h"

#define DAY ((int64_t)86400)

mlv_test(duration, numbers_and_units)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} good[] = {
		{ "0", 0 }, { "0s", 0 }, { "90s", 90 }, { "30m", 1800 }, { "12h", 43200 },
		{ "14d", 14 * DAY }, { "14", 14 * DAY }, { "2w", 14 * DAY }, { "36525d", 36525 * DAY },
	};
	static const char *const bad[] = { "", "d", "-1", "1.5h", "3x", "3dd", " 3", "3 d", "36526d",
					   "99999999999s" };

	for (size_t i = 0; i < MLV_COUNT(good); i++) {
		int64_t seconds = -1;

		cr_assert(mlv_duration_parse(good[i].text, &seconds), "%s", good[i].text);
		cr_assert(seconds == good[i].seconds, "%s", good[i].text);
	}
	for (size_t i = 0; i < MLV_COUNT(bad); i++) {
		int64_t seconds;

		cr_assert(not(mlv_duration_parse(bad[i], &seconds)), "%s", bad[i]);
	}
}

/* Expected: date -u -d DAY +%s */
mlv_test(duration, days)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} good[] = {
		{ "1970-01-01", 0 },	       { "2000-02-29", 951782400 },
		{ "2024-12-31", 1735603200 },  { "2026-03-01", 1772323200 },
		{ "2100-03-01", 4107542400 },
	};
	static const char *const bad[] = { "", "2026", "2026-1", "2026-13-01", "2026-00-01", "2026-02-29",
					   "2026-01-32", "2026-01-01x", "1969-12-31", "01.02.2026" };

	for (size_t i = 0; i < MLV_COUNT(good); i++) {
		int64_t seconds = -1;

		cr_assert(mlv_day_parse(good[i].text, &seconds), "%s", good[i].text);
		cr_assert(seconds == good[i].seconds, "%s", good[i].text);
	}
	for (size_t i = 0; i < MLV_COUNT(bad); i++) {
		int64_t seconds;

		cr_assert(not(mlv_day_parse(bad[i], &seconds)), "%s", bad[i]);
	}
}
