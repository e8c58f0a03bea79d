/* monitor/stats.h - the numbers that tell how far something moved, as tables and JSON have them. */
#ifndef MLV_CMD_MONITOR_STATS_H
#define MLV_CMD_MONITOR_STATS_H

#include "cmd/monitor.h"

struct mlv_stat_number {
	enum mlv_monitor_stat of; /* which must be asked for */
	const char *heading, *key;
	size_t number; /* offset in struct mlv_drift */
	size_t there;  /* offset of whether it is there; SIZE_MAX: always */
};
#define MLV_STAT_NUMBERS 12
extern const struct mlv_stat_number mlv_stat_numbers[MLV_STAT_NUMBERS];
/* Its value; false when there is none, or it is not finite. */
bool mlv_stat_value(const struct mlv_stat_number *number, const struct mlv_drift *drift, double *value);

#endif
