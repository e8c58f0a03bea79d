/* metrics_history.h - what `mlv metrics log`, `bisect` and `blame` share. */
#ifndef MLV_CMD_METRICS_HISTORY_H
#define MLV_CMD_METRICS_HISTORY_H

#include "cmd/cmd_metrics.h"
#include "core/repo/eval_history.h"

struct mlv_history {
	struct mlv_metrics_place place;
	struct mlv_metrics_side side; /* where it begins */
	char *eval;          /* its evaluation, as mlv_eval_path() takes it */
	struct mlv_buf path; /* of the record */
};
#define MLV_HISTORY_INIT { .place = { .root_fd = -1 }, .path = MLV_BUF_INIT }
/*
 * Open it at rev (NULL: HEAD); eval: the name of an evaluation, or the path of a
 * record; NULL: the only evaluation of mlv.yaml, or record that it lists as metrics.
 */
mlv_err mlv_history_open(struct mlv_run *run, const char *rev, const char *eval,
			 struct mlv_history *history) MLV_CHECK;
void mlv_history_release(struct mlv_history *history);
/* The slice called so; NULL: overall. NULL when the record lacks it. */
const struct mlv_record_slice *mlv_history_slice(const struct mlv_record *record, const char *slice);
/* The failure that no version has the metric of the slice; NULL: overall. */
mlv_err mlv_history_lacks(const struct mlv_history *history, const char *metric,
			  const char *slice) MLV_CHECK;
/* The entry of a metric; NULL when the record lacks it or its slice. */
const struct mlv_entry *mlv_history_entry(const struct mlv_record *record, const char *slice,
					  const char *metric);
#define MLV_HISTORY_DATE 24
/* "2026-11-28": the day, in UTC. */
const char *mlv_history_date(int64_t when, char date[MLV_HISTORY_DATE]);

#endif
