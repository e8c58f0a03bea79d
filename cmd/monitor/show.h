/* monitor/show.h - what a check of a monitor found, as tables. */
#ifndef MLV_CMD_MONITOR_SHOW_H
#define MLV_CMD_MONITOR_SHOW_H

#include "cmd/cmd.h"
#include "cmd/monitor.h"
#include "cmd/ui/table.h"

/*
 * Print what was found in a window: a table each for features and shares, slices,
 * features in slices, predictions and metrics, the worst first, of at most so
 * many rows (0: any number); and what the reference has not.
 */
mlv_err mlv_monitor_show(struct mlv_run *run, const struct mlv_monitor *monitor, const char *window,
			 const struct mlv_monitor_found *found, uint64_t most) MLV_CHECK;
/* A cell with a number as tables have it and what follows it; empty where it is not there. */
mlv_err mlv_monitor_cell(struct mlv_table *table, bool there, double number, const char *unit) MLV_CHECK;

#endif
