#include "tests/unit/check.h"

#include "core/base/amount.h"

mlv_test(amount, numbers_and_units)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} good[] = {
		{ "0", 0 }, { "17", 17 }, { "17B", 17 }, { "1K", 1024 }, { "1k", 1024 }, { "1KiB", 1024 },
		{ "1kB", 1000 }, { "1.5M", 1572864 }, { "1.25MB", 1250000 }, { "2G", 2147483648 },
		{ "3TiB", 3298534883328 }, { "999999999999999", 999999999999999 },
	};
	static const char *const bad[] = { "", "K", "-1", "1.", ".5", "1.5", "3x", "3KK", " 3", "3 K",
					   "1.2345K", "1Ki", "1ib", "9999999999999999",
					   "999999999999999T" };

	for (size_t i = 0; i < MLV_COUNT(good); i++) {
		uint64_t bytes = 1;

		cr_assert(mlv_amount_parse(good[i].text, &bytes), "%s", good[i].text);
		cr_assert(bytes == good[i].bytes, "%s", good[i].text);
	}
	for (size_t i = 0; i < MLV_COUNT(bad); i++) {
		uint64_t bytes;

		cr_assert(not(mlv_amount_parse(bad[i], &bytes)), "%s", bad[i]);
	}
}

mlv_test(amount, written_for_people)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} all[] = {
		{ 0, "0 bytes" }, { 1, "1 byte" }, { 999, "999 bytes" }, { 1000, "1.0 kB" },
		{ 999949, "999.9 kB" }, { 999950, "1.0 MB" }, { 20000000, "20.0 MB" },
		{ UINT64_MAX, "18.4 EB" },
	};

	for (size_t i = 0; i < MLV_COUNT(all); i++) {
		char text[32];

		cr_assert_str_eq(mlv_amount_format(all[i].bytes, text, sizeof(text)), all[i].text);
	}
}
