/*
 * param_rows.h - the parameters of one version of a file, a row each, for comparing.
 *
 * The keys of nested maps are joined by dots: {"train": {"lr": 0.1}} is train.lr.
 * A list is one parameter, as is a map without keys. Rows are sorted by name, by
 * bytes, and each name is there once. Two values are the same when their JSON is,
 * which is what mlv.lock records of a parameter: 1 and 1.0 differ.
 *
 * Ownership   mlv_param_rows_release() frees all that rows hold.
 * Threads     functions without shared state.
 * Limits      MLV_PARAMS_MAX bytes a file.
 */
#ifndef MLV_REPO_PARAM_ROWS_H
#define MLV_REPO_PARAM_ROWS_H

#include "core/repo/metrics.h"

struct mlv_param_row {
	char *name;
	const struct mlv_value *value; /* in root */
	char *json;                    /* the value, on one line */
};

struct mlv_param_rows {
	struct mlv_value *root;
	struct mlv_param_row *at;
	size_t count, cap;
};
void mlv_param_rows_release(struct mlv_param_rows *rows);

/* A list of files, and of each which keys. */
struct mlv_param_files {
	struct mlv_stage_param *at; /* sorted by file once they are settled; no keys: all */
	size_t count;
};
void mlv_param_files_release(struct mlv_param_files *files);
/*
 * Add the files that hold parameters in this version, whole: params.yaml if it is
 * there, those that mlv.yaml files list, those of stages and those that templates
 * take values from. With deps only the keys that stages depend on.
 */
mlv_err mlv_param_files_add(struct mlv_param_files *files, struct mlv_metrics_place *place,
			    const struct mlv_metrics_side *side, bool deps) MLV_CHECK;
/* Add one file, whole. */
mlv_err mlv_param_files_whole(struct mlv_param_files *files, const char *file) MLV_CHECK;
/* Sort them, and the keys of each. */
void mlv_param_files_settle(struct mlv_param_files *files);
/*
 * Read the rows of one file; *found is false when the version does not have it. A
 * key that it does not have is no failure. MLV_E_SPEC, naming file and version, when
 * it is no file of parameters.
 */
mlv_err mlv_param_rows_read(struct mlv_param_rows *rows, struct mlv_metrics_place *place,
			    const struct mlv_metrics_side *side,
			    const struct mlv_stage_param *file, bool *found) MLV_CHECK;

#endif
