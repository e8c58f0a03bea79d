/* gate/export.h - what a gate found, for other programs: SARIF, OpenMetrics, GitHub's summary. */
#ifndef MLV_CMD_GATE_EXPORT_H
#define MLV_CMD_GATE_EXPORT_H

#include "cmd/gate/report.h"

/*
 * SARIF 2.1.0 into the file at path, as the user typed it: what failed is an
 * error, what is inconclusive a warning, each at its rule's line. A result has
 * the same fingerprint in every run.
 */
mlv_err mlv_gate_write_sarif(struct mlv_ctx *ctx, const char *path,
			     const struct mlv_gate_heading *heading,
			     const struct mlv_gate_report *report) MLV_CHECK;
/*
 * Every metric of the record that is defined, by slice, and how many findings
 * of the gate there are, as OpenMetrics text: what GitLab shows beside a merge request.
 */
mlv_err mlv_gate_write_openmetrics(struct mlv_ctx *ctx, const char *path,
				   const struct mlv_gate_heading *heading,
				   const struct mlv_record *record,
				   const struct mlv_gate_report *report) MLV_CHECK;
/*
 * Append the table to the file that GITHUB_STEP_SUMMARY names, if it is set, in
 * 950,000 bytes at most, and so many that all of it is within the MiB that
 * GitHub takes: last rows are left out. A summary that has no room for the
 * rest is left as it is, with a warning.
 */
mlv_err mlv_gate_write_summary(struct mlv_ctx *ctx, const struct mlv_gate_heading *heading,
			       const struct mlv_gate_report *report) MLV_CHECK;

#endif
