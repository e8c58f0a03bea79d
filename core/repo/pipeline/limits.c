/* What a stage may take: resources, timeout, retry. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/amount.h"
#include "core/base/duration.h"
#include "core/repo/pipeline/parts.h"

#define TIME_MAX ((int64_t)100 * 366 * 24 * 3600) /* seconds */

/* "1:30:00", "30:00": hours, minutes, seconds. */
static bool parse_clock(const char *text, uint64_t *seconds)
{
	uint64_t sum = 0;
	unsigned parts = 0;

	for (const char *at = text;; at++) {
		size_t digits = strspn(at, "0123456789");

		if (!digits || digits > 6 || ++parts > 3)
			return false;
		sum = sum * 60 + strtoull(at, NULL, 10);
		at += digits;
		if (!*at)
			break;
		if (*at != ':')
			return false;
	}
	*seconds = sum;
	return parts > 1;
}

/* Seconds as a number, "90s", "30m", "2h", "1d", or "h:mm:ss". */
static mlv_err read_time(const struct mlv_source *source, const struct mlv_value *value,
			 const char *key, uint64_t *seconds)
{
	int64_t parsed = 0;

	if (!value)
		return NULL;
	if (value->type == MLV_VALUE_INT && value->integer > 0 && value->integer <= TIME_MAX)
		*seconds = (uint64_t)value->integer;
	else if (value->type == MLV_VALUE_TEXT && parse_clock(value->text, seconds))
		return *seconds ? NULL : mlv_source_error_at(source, value, "'%s' is zero", key);
	else if (value->type == MLV_VALUE_TEXT && mlv_duration_parse(value->text, &parsed) &&
		 parsed > 0)
		*seconds = (uint64_t)parsed;
	else
		return mlv_source_error_at(source, value,
					   "'%s' must be a time: 90s, 30m, 2h, 1d, or seconds", key);
	return NULL;
}

static mlv_err read_count(const struct mlv_source *source, const struct mlv_value *value,
			  const char *key, int64_t most, unsigned *count)
{
	if (!value)
		return NULL;
	if (value->type != MLV_VALUE_INT || value->integer < 0 || value->integer > most)
		return mlv_source_error_at(source, value, "'%s' must be a number from 0 to %lld",
					   key, (long long)most);
	*count = (unsigned)value->integer;
	return NULL;
}

static mlv_err read_cpus(const struct mlv_source *source, const struct mlv_value *value,
			 double *cpus)
{
	if (!value)
		return NULL;
	if ((value->type != MLV_VALUE_INT && value->type != MLV_VALUE_REAL) ||
	    !(value->real > 0 && value->real <= 1e6))
		return mlv_source_error_at(source, value, "'cpus' must be a number above 0");
	*cpus = value->real;
	return NULL;
}

static mlv_err read_mem(const struct mlv_source *source, const struct mlv_value *value,
			uint64_t *bytes)
{
	if (!value)
		return NULL;
	if (value->type == MLV_VALUE_INT && value->integer > 0)
		*bytes = (uint64_t)value->integer;
	else if (value->type != MLV_VALUE_TEXT || !mlv_amount_parse(value->text, bytes) || !*bytes)
		return mlv_source_error_at(source, value, "'mem' must be an amount: 512M, 16G");
	return NULL;
}

mlv_err mlv_stage_read_limits(const struct mlv_source *source, const struct mlv_value *map,
			      struct mlv_stage *stage)
{
	static const char *const known[] = { "cpus", "mem", "gpus", "time", NULL };
	const struct mlv_value *resources = mlv_value_get(map, "resources");
	struct mlv_stage_resources *to = &stage->resources;
	mlv_err err;

	if ((err = read_time(source, mlv_value_get(map, "timeout"), "timeout", &stage->timeout)) ||
	    (err = read_count(source, mlv_value_get(map, "retry"), "retry", 1000, &stage->retry)))
		return err;
	if (!resources)
		return NULL;
	if (resources->type != MLV_VALUE_MAP)
		return mlv_source_error_at(source, resources, "'resources' must be a map");
	if ((err = mlv_source_check_keys(source, resources, known, "resources")) ||
	    (err = read_cpus(source, mlv_value_get(resources, "cpus"), &to->cpus)) ||
	    (err = read_mem(source, mlv_value_get(resources, "mem"), &to->mem)) ||
	    (err = read_count(source, mlv_value_get(resources, "gpus"), "gpus", 100000, &to->gpus)))
		return err;
	return read_time(source, mlv_value_get(resources, "time"), "time", &to->time);
}
