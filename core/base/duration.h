/*
 * duration.h - lengths of time and days, as people write them.
 */
#ifndef MLV_BASE_DURATION_H
#define MLV_BASE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/attr.h"

/*
 * "90s", "30m", "12h", "14d", "2w", and a number alone is of days; false when it
 * is none of these or more than 100 years.
 */
bool mlv_duration_parse(const char *text, int64_t *seconds) MLV_CHECK;
/* The beginning of a day "2026-01-31" in UTC, in seconds since 1970. */
bool mlv_day_parse(const char *text, int64_t *seconds) MLV_CHECK;

#endif
