/*
 * monitor.h - what an evaluation was of, kept small, and new rows beside it.
 *
 * mlv.yaml names monitors; a monitor refers to an evaluation, whose record has
 * the slices with the edges that count, and names features. Its profile,
 * monitor/NAME.json (profile.h), keeps what these are like. New rows need
 * neither the training data nor labels.
 *
 * Ownership   mlv_monitor_release(), mlv_monitor_inputs_release(), mlv_monitor_reference_release(),
 *             which outlives what was found, and mlv_monitor_found_release().
 */
#ifndef MLV_CMD_MONITOR_H
#define MLV_CMD_MONITOR_H

#include "core/eval/compare.h"
#include "core/eval/profile.h"
#include "core/repo/eval.h"

#define MLV_MONITOR_LOG_MAX ((size_t)256 << 20) /* bytes of monitor/NAME.jsonl */

/* What is told of how far features moved; bits. */
enum mlv_monitor_stat {
	MLV_STAT_PSI = 1 << 0, /* with its noise */
	MLV_STAT_KS = 1 << 1,
	MLV_STAT_JS = 1 << 2,
	MLV_STAT_HELLINGER = 1 << 3,
	MLV_STAT_WASSERSTEIN = 1 << 4,
	MLV_STAT_LINF = 1 << 5,
	MLV_STAT_CHI2 = 1 << 6,
	MLV_STAT_CRAMERS_V = 1 << 7,
	MLV_STAT_EVIDENTLY = 1 << 8, /* what Evidently would take, and say */
};

struct mlv_monitor {
	char *name, *eval;
	char *gate; /* whose rules rows with labels must meet; NULL: none */
	char *input; /* a pattern (*, **, ?, [...]) for the tables of new rows, below the root; NULL: none */
	int64_t window; /* seconds of the tables that are checked together; 0: each alone */
	struct mlv_strs features; /* columns, or names of entries of slices */
	unsigned line;            /* where they stand in mlv.yaml */
	struct mlv_drift_limits limits;
	unsigned stats;
};
/* What stands for a share of 0, by its name; NULL: smooth. False when there is no such way. */
bool mlv_monitor_psi_zero(const char *name, enum mlv_psi_zero *zero);
/* Read the monitor called name, or with NULL the only one, from mlv.yaml of this version. */
mlv_err mlv_monitor_read(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			 const char *name, struct mlv_monitor *monitor) MLV_CHECK;
void mlv_monitor_release(struct mlv_monitor *monitor);
/* Append the profile of the evaluation's tables in the work tree, which the record must be of. */
mlv_err mlv_monitor_profile(struct mlv_metrics_place *place, const struct mlv_monitor *monitor,
			    struct mlv_buf *to) MLV_CHECK;

/* Tables of new rows that are checked together. */
struct mlv_monitor_input {
	char *name;            /* what they are called in the log: "2026-11-28" */
	struct mlv_strs files;
	uint64_t bytes;        /* of all of them; 0 where typed */
	bool typed; /* paths as the user typed them; else of files below the root, as mlv.yaml has them */
};
struct mlv_monitor_inputs {
	struct mlv_monitor_input *at;
	size_t count, cap;
};
/*
 * List what the monitor's `input` stands for in the work tree, in the order of
 * time: each file by itself, called by its path; with a window those whose names
 * have a date in it, called by its beginning. MLV_E_SPEC when a name has none,
 * MLV_E_MISSING when there are no files.
 */
mlv_err mlv_monitor_inputs_list(const struct mlv_metrics_place *place, const struct mlv_monitor *monitor,
				struct mlv_monitor_inputs *inputs) MLV_CHECK;
/* The one that the user typed: path, called name, or with NULL by its path. */
mlv_err mlv_monitor_inputs_typed(const char *path, const char *name,
				 struct mlv_monitor_inputs *inputs) MLV_CHECK;
void mlv_monitor_inputs_release(struct mlv_monitor_inputs *inputs);

/* What new rows are held against, of one version of a monitor: { 0 } until the first check reads it. */
struct mlv_monitor_reference {
	bool is_read;
	struct mlv_record record;
	struct mlv_profile profile;
};
void mlv_monitor_reference_release(struct mlv_monitor_reference *reference);

/* How a feature, the score, what is predicted or the shares of a dimension's slices moved. */
struct mlv_drift_row {
	char *name;
	double adjusted; /* of slices: drift.chance, for there being many (Benjamini and Hochberg) */
	struct mlv_drift drift;
};
struct mlv_drift_rows {
	struct mlv_drift_row *at;
	size_t count, cap;
};
struct mlv_drift_slice {
	char *name;
	uint64_t before, now; /* rows; those of all are the first slice's */
	/* Rows for which each class of the profile was predicted; NULL: it is not known. */
	const uint64_t *predicted_before, *predicted_now;
	struct mlv_drift_rows rows; /* within it; of all rows: those of found */
};
struct mlv_monitor_found {
	struct mlv_drift_rows rows;
	struct mlv_drift_slice *slices; /* overall first */
	size_t slice_count, slice_cap;
	struct mlv_strs fresh; /* "color=blue": values that the reference has not */
	bool labelled, drifted;
	const struct mlv_record *reference;
	const struct mlv_profile *profile; /* the reference's */
	struct mlv_profile now;            /* of the new rows */
	struct mlv_record current;        /* only where there are labels */
	struct mlv_comparison comparison; /* the same; of it and the reference */
};
/*
 * Hold new rows against the profile and the record of a version. Without rows
 * MLV_E_SPEC; in a window of mlv.yaml that is warned of, and no slice is found.
 * MLV_E_CORRUPT when profile and record are not of one evaluation, or slices
 * are not cut alike.
 */
mlv_err mlv_monitor_check(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			  const struct mlv_monitor *monitor, struct mlv_monitor_reference *reference,
			  const struct mlv_monitor_input *input,
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

/* The log, monitor/NAME.jsonl, has what checks found, a line of JSON each. Append what was found as one. */
mlv_err mlv_monitor_line(const struct mlv_monitor *monitor, const struct mlv_monitor_input *input,
			 const struct mlv_monitor_found *found, const struct mlv_monitor_gated *gated,
			 struct mlv_buf *to) MLV_CHECK;
/*
 * Append a line, durably, and whole or not at all. One process at a time: who
 * else appends is waited for (MLV_E_LOCKED after core.lock_timeout).
 */
mlv_err mlv_monitor_log_append(struct mlv_metrics_place *place, const struct mlv_monitor *monitor,
			       const struct mlv_buf *line) MLV_CHECK;

/* A log that was read. */
struct mlv_monitor_log {
	struct mlv_buf text;
	struct mlv_value **lines;
	size_t count, cap;
};
/* Read that of the work tree, or of a version; no log is one without lines. */
mlv_err mlv_monitor_log_read(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			     const char *name, struct mlv_monitor_log *log) MLV_CHECK;
/* Whether it has a check of these very files, which are still as large as then. */
bool mlv_monitor_log_has(const struct mlv_monitor_log *log, const struct mlv_monitor_input *input);
void mlv_monitor_log_release(struct mlv_monitor_log *log);

#endif
