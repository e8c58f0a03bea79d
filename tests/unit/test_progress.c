#include "tests/unit/check.h"

#include <stdint.h>

#include "cmd/ui/progress.h"

#define SECOND UINT64_C(1000000000)

static char *shown(struct mlv_progress_phase phase, uint64_t elapsed)
{
	static char text[256];

	mlv_progress_format(&phase, elapsed, text, sizeof(text));
	return text;
}

mlv_test(progress, shows_bytes_rate_and_time_left)
{
	struct mlv_progress_phase half = { .name = "hashing",
					   .bytes = 1 << 30,
					   .all_bytes = 2u << 30 };

	cr_expect(eq(str, shown(half, 4 * SECOND),
		     "hashing:  50% 1.0 GiB of 2.0 GiB, 256 MiB/s, 5 s left"));
}

mlv_test(progress, shows_items_where_there_are_no_bytes)
{
	struct mlv_progress_phase some = { .name = "looking", .items = 30, .all_items = 120 };

	cr_expect(eq(str, shown(some, 10 * SECOND), "looking:  25% 30 of 120, 3/s, 31 s left"));
}

mlv_test(progress, shows_what_is_done_where_the_whole_is_not_known)
{
	struct mlv_progress_phase some = { .name = "listing", .items = 500 };

	cr_expect(eq(str, shown(some, 5 * SECOND), "listing: 500, 100/s"));
}

mlv_test(progress, shows_seconds_where_nothing_is_known)
{
	struct mlv_progress_phase stuck = { .name = "connecting" };

	cr_expect(eq(str, shown(stuck, 7 * SECOND), "connecting, 7 s"));
}

mlv_test(progress, shows_long_times_in_minutes_and_hours)
{
	struct mlv_progress_phase slow = { .name = "x", .items = 1, .all_items = 101 };

	cr_expect(eq(str, shown(slow, 2 * SECOND), "x:   1% 1 of 101, 0/s, 3 min 21 s left"));
	cr_expect(eq(str, shown(slow, 60 * SECOND), "x:   1% 1 of 101, 0/s, 1 h 40 min left"));
}

mlv_test(progress, never_shows_more_than_all)
{
	struct mlv_progress_phase over = { .name = "x", .bytes = 300, .all_bytes = 200 };

	cr_expect(eq(str, shown(over, SECOND), "x: 100% 300 B of 200 B, 300 B/s"));
}
