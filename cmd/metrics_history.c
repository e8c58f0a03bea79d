#include "cmd/metrics_history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/sys.h"

/* Records that are listed as metrics, where mlv.yaml describes no evaluation. */
static mlv_err list_records(struct mlv_run *run, struct mlv_metrics_place *place, struct mlv_strs *names)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs listed = { 0 };
	MLV_SCOPED(mlv_metrics_expanded_release) struct mlv_metrics_expanded found = { 0 };
	const struct mlv_metrics_side workspace = { 0 };
	mlv_err err;

	found.failed = MLV_E_NO;
	if ((err = mlv_metrics_list_evals(place, &workspace, names)) || names->count ||
	    (err = mlv_metrics_list(place, &workspace, MLV_OUT_METRIC, &listed)) ||
	    (err = mlv_metrics_expand_all(run, place, &workspace, &listed, &found)))
		return err;
	return mlv_metrics_take_evals(place, &workspace, 1, &found.files, names);
}

static mlv_err choose_only(struct mlv_run *run, struct mlv_metrics_place *place, char **out)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	mlv_err err = list_records(run, place, &names);

	if (err)
		return err;
	if (!names.count)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "mlv.yaml has no evaluations"),
				      "it follows what mlv eval recorded; metrics files: mlv "
				      "metrics diff <rev> <rev>; an evaluation that mlv.yaml has "
				      "no more: --eval <name>");
	if (names.count > 1)
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "which evaluation is not clear"),
				      "name it with --eval, for example --eval %s", names.at[0]);
	*out = mlv_sys_strdup(names.at[0]);
	return *out ? NULL : mlv_error_nomem("an evaluation");
}

/* A name, or a path that ends in .json. */
static mlv_err choose_typed(const struct mlv_metrics_place *place, const char *eval, char **out)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	size_t len = strlen(eval);
	mlv_err err;

	if (len > 5 && strcmp(eval + len - 5, ".json") == 0) {
		if ((err = mlv_metrics_place_name(place, eval, &path)) ||
		    (err = mlv_metrics_name_record(path.ptr, out)))
			return err;
		return NULL;
	}
	if (!mlv_eval_name_ok(eval))
		return mlv_error(MLV_E_USAGE, "'%s' cannot be the name of an evaluation", eval);
	*out = mlv_sys_strdup(eval);
	return *out ? NULL : mlv_error_nomem("an evaluation");
}

mlv_err mlv_history_open(struct mlv_run *run, const char *rev, const char *eval,
			 struct mlv_history *history)
{
	mlv_err err;

	if ((err = mlv_metrics_place_open(&history->place, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_metrics_side_init(&history->place, rev ? rev : "HEAD", &history->side)))
		return err;
	err = eval ? choose_typed(&history->place, eval, &history->eval)
		   : choose_only(run, &history->place, &history->eval);
	return err ? err : mlv_eval_path(history->eval, &history->path);
}

void mlv_history_release(struct mlv_history *history)
{
	mlv_metrics_place_close(&history->place);
	free(history->eval);
	mlv_buf_release(&history->path);
}

const struct mlv_record_slice *mlv_history_slice(const struct mlv_record *record, const char *slice)
{
	return mlv_record_find(record, slice ? slice : "overall");
}

const struct mlv_entry *mlv_history_entry(const struct mlv_record *record, const char *slice,
					  const char *metric)
{
	const struct mlv_record_slice *found = mlv_history_slice(record, slice);
	size_t m = mlv_record_find_metric(record, metric);

	return found && m < record->metric_count ? &found->entries[m] : NULL;
}

const char *mlv_history_date(int64_t when, char date[MLV_HISTORY_DATE])
{
	time_t time = (time_t)when;
	struct tm tm;

	if (!gmtime_r(&time, &tm) || !strftime(date, MLV_HISTORY_DATE, "%Y-%m-%d", &tm))
		snprintf(date, MLV_HISTORY_DATE, "-");
	return date;
}

mlv_err mlv_history_lacks(const struct mlv_history *history, const char *metric, const char *slice)
{
	return mlv_error_hint(mlv_error(MLV_E_MISSING, "%s: no version has %s of %s", history->path.ptr,
					metric, slice ? slice : "overall"),
			      "mlv metrics show --slices '*' %s shows what there is", history->path.ptr);
}
