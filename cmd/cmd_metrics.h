/* cmd_metrics.h - what `mlv metrics show` and `mlv metrics diff` share. */
#ifndef MLV_CMD_CMD_METRICS_H
#define MLV_CMD_CMD_METRICS_H

#include "cmd/cmd.h"
#include "cmd/ui/out.h"
#include "cmd/ui/table.h"
#include "core/repo/metrics.h"

extern const struct mlv_cmd mlv_cmd_metrics_bisect, mlv_cmd_metrics_blame, mlv_cmd_metrics_diff,
	mlv_cmd_metrics_list, mlv_cmd_metrics_log, mlv_cmd_metrics_show, mlv_cmd_plots_list;
extern const struct mlv_cmd mlv_cmd_metrics;

/*
 * Add the names, relative to the root, that the user typed; directories only when recursive. What is
 * no file in the work tree, and an evaluation in one of the versions, stands for its record.
 */
struct mlv_metrics_typed {
	const char *const *at;
	size_t count;
	bool recursive;
};
mlv_err mlv_metrics_add_typed(const struct mlv_metrics_place *place,
			      const struct mlv_metrics_side *sides, size_t side_count,
			      const struct mlv_metrics_typed *typed,
			      struct mlv_strs *names) MLV_CHECK;
/*
 * The files of names in one version, sorted, and the names that stand for none there. What cannot
 * be looked into is told, as mlv_metrics_goes_on() does.
 */
struct mlv_metrics_expanded {
	struct mlv_strs files, empty;
	enum mlv_errc failed; /* MLV_E_NO at first */
};
mlv_err mlv_metrics_expand_all(struct mlv_run *run, struct mlv_metrics_place *place,
			       const struct mlv_metrics_side *side, const struct mlv_strs *names,
			       struct mlv_metrics_expanded *to) MLV_CHECK;
void mlv_metrics_expanded_release(struct mlv_metrics_expanded *expanded);
/* Add the evaluations of this version; that there is no mlv.yaml is no failure. */
mlv_err mlv_metrics_list_evals(const struct mlv_metrics_place *place,
			       const struct mlv_metrics_side *side, struct mlv_strs *evals) MLV_CHECK;
/* What a record at this path goes by, see mlv_eval_path(): to be freed; NULL: there can be none. */
mlv_err mlv_metrics_name_record(const char *file, char **name) MLV_CHECK;
/*
 * Move those files that are records of evaluations in any of count versions to evals, by what
 * mlv_eval_path() takes.
 */
mlv_err mlv_metrics_take_evals(struct mlv_metrics_place *place, const struct mlv_metrics_side *sides,
			       size_t count, struct mlv_strs *files, struct mlv_strs *evals) MLV_CHECK;
/* The failure of having nothing to show; how is the command that files are named to. */
mlv_err mlv_metrics_no_files(const char *how) MLV_CHECK MLV_NEVER_NULL;
/*
 * Whether the others are shown although a file could not be read: it is told,
 * and failed, MLV_E_NO so far, gets the reason. Else the failure is the command's.
 */
bool mlv_metrics_goes_on(struct mlv_run *run, mlv_err err, enum mlv_errc *failed);
/* What such failures mean for the command: NULL for MLV_E_NO, which is none of them. */
mlv_err mlv_metrics_verdict(enum mlv_errc failed) MLV_CHECK;
/* A metric as JSON: a number, a text, null, or for folds {mean, std, n, folds}. */
void mlv_metrics_out_value(struct mlv_out *out, const char *name, const struct mlv_metric *metric);
mlv_err mlv_metrics_cell(struct mlv_table *table, const struct mlv_metric *metric,
			 unsigned precision) MLV_CHECK;
mlv_err mlv_metrics_path_cell(struct mlv_table *table, const char *file) MLV_CHECK;
/* The digits of --precision; 5 when it was not given. */
mlv_err mlv_metrics_precision(const char *text, unsigned *precision) MLV_CHECK;

#endif
