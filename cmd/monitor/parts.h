/* parts.h - what the files behind monitor.h share. */
#ifndef MLV_CMD_MONITOR_PARTS_H
#define MLV_CMD_MONITOR_PARTS_H

#include "cmd/monitor.h"

/* Make *field hold a copy of text, or NULL. */
mlv_err mlv_monitor_set_text(char **field, const char *text) MLV_CHECK;

/*
 * What is read of tables: their cases, and what features are like. Slices and
 * features are read at once, for features are read as slices are: a column, of
 * the predictions or the features joined to them, or what an entry of `slices:`
 * computes.
 */
struct mlv_monitor_rows {
	struct mlv_eval_spec spec; /* behind its slices, and not counted, stand the features */
	size_t features;           /* so many of them are made */
	struct mlv_profile profile; /* what they are like: samples, sorted */
	struct mlv_column *columns; /* they themselves, row by row; NULL: nothing was read */
	struct mlv_cases cases;
	bool labelled;
};
void mlv_monitor_rows_release(struct mlv_monitor_rows *rows);
/*
 * Read the features, which stand in this line of mlv.yaml, of the evaluation's
 * own tables, in rows->spec, which have so many rows; there are no cases of
 * them. MLV_E_SPEC when they have no such column.
 */
mlv_err mlv_monitor_read_reference(struct mlv_metrics_place *place, const struct mlv_strs *features,
				   unsigned line, size_t count,
				   struct mlv_monitor_rows *rows) MLV_CHECK;
/*
 * Read new rows, for which rows->spec is cut to what they have: ids and a join
 * are not asked for, weights and folds may be missing, and where a table has no
 * labels what needs these is left out. Bins and values have the slices of the reference.
 * MLV_E_SPEC when there are none and they were typed; else there are no cases.
 */
mlv_err mlv_monitor_read_rows(struct mlv_metrics_place *place, const struct mlv_monitor_input *input,
			      const struct mlv_profile *profile, const struct mlv_record *reference,
			      struct mlv_monitor_rows *rows) MLV_CHECK;

/*
 * Which of the classes is predicted for each row, *predicted; classes->count for
 * others, which are appended to fresh. NULL: rows are not predicted to be of classes.
 */
mlv_err mlv_monitor_predicted(const struct mlv_cases *cases, const struct mlv_strs *classes,
			      struct mlv_strs *fresh, uint32_t **predicted) MLV_CHECK;

/* Hold features, predictions and slices of new rows against the reference; rows->profile is taken. */
mlv_err mlv_monitor_drift(struct mlv_ctx *ctx, const struct mlv_monitor *monitor,
			  struct mlv_monitor_rows *rows, struct mlv_monitor_found *found) MLV_CHECK;
void mlv_drift_rows_release(struct mlv_drift_rows *rows);

#endif
