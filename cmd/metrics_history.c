#include "cmd/metrics_history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/sys.h"

static mlv_err choose_eval(const struct mlv_metrics_place *place, const char *eval, char **out)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	const struct mlv_metrics_side workspace = { 0 };
	mlv_err err;

	if (!eval) {
		if ((err = mlv_metrics_list_evals(place, &workspace, &names)))
			return err;
		if (!names.count)
			return mlv_error_hint(mlv_error(MLV_E_MISSING, "mlv.yaml has no evaluations"),
					      "it follows what mlv eval recorded; metrics files: mlv "
					      "metrics diff <rev> <rev>; an evaluation that mlv.yaml has "
					      "no more: --eval <name>");
		if (names.count > 1)
			return mlv_error_hint(mlv_error(MLV_E_USAGE, "which evaluation is not clear"),
					      "name it with --eval, for example --eval %s", names.at[0]);
		eval = names.at[0];
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
	return choose_eval(&history->place, eval, &history->eval);
}

void mlv_history_release(struct mlv_history *history)
{
	mlv_metrics_place_close(&history->place);
	free(history->eval);
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
