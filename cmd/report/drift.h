/*
 * drift.h - what monitors found in new rows, window after window, as charts of a report.
 *
 * Ownership   mlv_report_monitors_release().
 * Limits      the last MLV_REPORT_WINDOWS windows of a monitor.
 */
#ifndef MLV_CMD_REPORT_DRIFT_H
#define MLV_CMD_REPORT_DRIFT_H

#include "cmd/report/figure.h"
#include "core/base/value.h"
#include "core/repo/eval.h"

#define MLV_REPORT_WINDOWS 100

struct mlv_report_monitors {
	struct mlv_report_monitor {
		char *name;
		double psi; /* its limit */
		struct mlv_value *windows[MLV_REPORT_WINDOWS]; /* lines of its log, the oldest first */
		size_t count;
	} *at;
	size_t count, cap;
};
/* The monitors of the work tree that are of the evaluation, and that have a log. */
mlv_err mlv_report_monitors_load(struct mlv_metrics_place *place, const char *eval,
				 struct mlv_report_monitors *monitors) MLV_CHECK;
void mlv_report_monitors_release(struct mlv_report_monitors *monitors);
/* Whether there is anything to draw. */
bool mlv_report_has_drift(const struct mlv_report_monitors *monitors);
/* A chart for each thing that is watched. */
mlv_err mlv_report_drift(struct mlv_page *page, const struct mlv_report_monitors *monitors) MLV_CHECK;

#endif
