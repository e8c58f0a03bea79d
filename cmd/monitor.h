/*
 * monitor.h - what an evaluation was of, kept small, and new rows beside it.
 *
 * mlv.yaml names monitors; a monitor refers to an evaluation, whose record has
 * the slices with the edges that count, and names features. Its profile,
 * monitor/NAME.json (profile.h), keeps what these are like. New rows need
 * neither the training data nor labels.
 *
 * Ownership   mlv_monitor_release(), mlv_monitor_found_release().
 */
#ifndef MLV_CMD_MONITOR_H
#define MLV_CMD_MONITOR_H

#include "core/eval/compare.h"
#include "core/eval/profile.h"
#include "core/repo/eval.h"

#define MLV_MONITOR_LOG_MAX ((size_t)256 << 20) /* bytes of monitor/NAME.jsonl */

struct mlv_monitor {
	char *name, *eval;
	char *gate; /* whose rules rows with labels must meet; NULL: none */
	struct mlv_strs features;
	struct mlv_drift_limits limits;
};
/* Read the monitor called name, or with NULL the only one, from mlv.yaml of this version. */
mlv_err mlv_monitor_read(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			 const char *name, struct mlv_monitor *monitor) MLV_CHECK;
void mlv_monitor_release(struct mlv_monitor *monitor);
/* Append the profile of the evaluation's tables in the work tree, which the record must be of. */
mlv_err mlv_monitor_profile(struct mlv_metrics_place *place, const struct mlv_monitor *monitor,
			    struct mlv_buf *to) MLV_CHECK;

/* How a feature, the score or the shares of a dimension's slices moved. */
struct mlv_drift_row {
	char *name;
	struct mlv_drift drift;
};
struct mlv_drift_slice {
	char *name;
	uint64_t before, now; /* rows; those of all are the first slice's */
};
struct mlv_monitor_found {
	struct mlv_drift_row *rows;
	size_t row_count, row_cap;
	struct mlv_drift_slice *slices; /* overall first */
	size_t slice_count, slice_cap;
	struct mlv_strs fresh; /* "color=blue": values that the reference has not */
	bool labelled, drifted;
	struct mlv_record reference, current; /* current: only where there are labels */
	struct mlv_comparison comparison;     /* the same */
};
/*
 * Hold the rows of a table, at path as the user typed it, against the profile
 * and the record of a version. MLV_E_CORRUPT when these are not of one
 * evaluation, or slices are not cut alike.
 */
mlv_err mlv_monitor_check(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			  const struct mlv_monitor *monitor, const char *path,
			  struct mlv_monitor_found *found) MLV_CHECK;
void mlv_monitor_found_release(struct mlv_monitor_found *found);

/* The monitor's gate, whose base is the reference: its rules are those of the same version. */
struct mlv_monitor_gated {
	bool judged; /* there is a gate, and there are labels */
	struct mlv_gate gate;
	struct mlv_comparison comparison;
	struct mlv_fair_entries entries;
	struct mlv_fair_audited audited;
	struct mlv_gate_report report;
};
mlv_err mlv_monitor_gate(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			 const struct mlv_monitor *monitor, const struct mlv_monitor_found *found,
			 struct mlv_monitor_gated *gated) MLV_CHECK;
void mlv_monitor_gated_release(struct mlv_monitor_gated *gated);

#endif
