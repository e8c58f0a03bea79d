/* cmd_metrics_log.c - mlv metrics log: a metric along history. */
#include <math.h>
#include <stdlib.h>

#include "cmd/metrics_history.h"
#include "cmd/record/table.h"
#include "cmd/ui/bar.h"
#include "core/eval/metric.h"

#define VERSIONS 20 /* that are shown where nothing else is asked for */

struct log_args {
	const char *slice, *eval, *precision;
	uint64_t count;
	bool all;
};

static const struct mlv_opt log_opts[] = {
	{ MLV_OPT_TEXT, 0, "slice", offsetof(struct log_args, slice), "<name>", MLV_HINT_NONE,
	  "of this slice instead of all rows" },
	{ MLV_OPT_TEXT, 0, "eval", offsetof(struct log_args, eval), "<name>", MLV_HINT_NONE,
	  "of this evaluation, if there are several" },
	{ MLV_OPT_COUNT, 'n', "count", offsetof(struct log_args, count), "<n>", MLV_HINT_NONE,
	  "show so many versions of the record (default: 20)" },
	{ MLV_OPT_FLAG, 0, "all", offsetof(struct log_args, all), NULL, MLV_HINT_NONE,
	  "show all versions" },
	{ MLV_OPT_TEXT, 0, "precision", offsetof(struct log_args, precision), "<n>", MLV_HINT_NONE,
	  "digits after the point (default: 5)" },
	{ 0 },
};

/* What one version of the record says. */
struct point {
	struct mlv_git_id commit; /* that made it */
	int64_t when;
	bool there, has_interval; /* the record has the metric of the slice, and it has a value */
	double value, low, high;
	uint64_t rows;
};

struct log {
	struct mlv_run *run;
	const struct log_args *args;
	const char *metric;
	unsigned precision;
	struct mlv_table table;
	struct point last;
	bool pending;   /* last is a version that was not shown yet */
	size_t shown, known; /* versions; those in which the record has the metric of the slice */
	double *values; /* of those shown that have one, the newest first */
	size_t count, cap;
};

static void log_release(struct log *log)
{
	mlv_table_release(&log->table);
	free(log->values);
}

static void out_point(struct mlv_out *out, const struct point *point)
{
	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "commit", point->commit.hex);
	mlv_out_number(out, "time", (uint64_t)point->when);
	mlv_out_maybe(out, "value", point->there, point->value);
	if (point->has_interval)
		mlv_out_range(out, "ci", point->low, point->high);
	mlv_out_number(out, "n", point->rows);
	mlv_out_object_end(out);
}

static mlv_err add_row(struct log *log, const struct point *point)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf commit = MLV_BUF_INIT, value = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf interval = MLV_BUF_INIT;
	char date[MLV_HISTORY_DATE];
	mlv_err err;

	if ((err = mlv_buf_printf(&commit, "%.10s", point->commit.hex)) ||
	    (err = point->there ? mlv_metric_format_number(&value, point->value, log->precision)
				: mlv_buf_add_str(&value, "-")) ||
	    (err = mlv_record_interval(&interval, point->has_interval, point->low, point->high,
				       log->precision)) ||
	    (err = mlv_table_cell(&log->table, commit.ptr)) ||
	    (err = mlv_table_cell(&log->table, mlv_history_date(point->when, date))) ||
	    (err = mlv_table_cell(&log->table, value.ptr)) ||
	    (err = mlv_table_cell(&log->table, interval.ptr)))
		return err;
	return mlv_table_count(&log->table, point->rows);
}

/* Show the version that is pending: which commit made it is known only now. */
static mlv_err flush(struct log *log)
{
	mlv_err err;

	if (!log->pending)
		return NULL;
	log->pending = false;
	log->shown++;
	out_point(log->run->out, &log->last);
	if ((err = add_row(log, &log->last)) || !log->last.there)
		return err;
	if ((err = mlv_array_grow(&log->values, &log->cap, log->count + 1, sizeof(*log->values))))
		return err;
	log->values[log->count++] = log->last.value;
	return NULL;
}

static void take_entry(struct log *log, const struct mlv_record *record)
{
	const struct mlv_entry *entry = mlv_history_entry(record, log->args->slice, log->metric);

	log->last = (struct point){ .there = entry && entry->defined };
	log->known += entry != NULL;
	if (!entry)
		return;
	log->last.rows = mlv_history_slice(record, log->args->slice)->n;
	log->last.value = entry->value;
	log->last.has_interval = entry->has_interval;
	log->last.low = entry->low;
	log->last.high = entry->high;
}

static mlv_err log_version(void *arg, const struct mlv_eval_version *version, bool *stop)
{
	struct log *log = arg;
	mlv_err err;

	if (!version->same) {
		if ((err = flush(log)))
			return err;
		*stop = !log->args->all &&
			log->shown == (log->args->count ? log->args->count : VERSIONS);
		if (*stop || !version->found)
			return NULL;
		take_entry(log, version->record);
		log->pending = true;
	}
	log->last.commit = version->commit;
	log->last.when = version->when;
	return NULL;
}

/* The values from the oldest to the newest, as bars. */
static void print_trend(const struct log *log)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	double low = HUGE_VAL, high = -HUGE_VAL;
	mlv_err err = NULL;

	for (size_t i = 0; i < log->count; i++) {
		low = log->values[i] < low ? log->values[i] : low;
		high = log->values[i] > high ? log->values[i] : high;
	}
	for (size_t i = log->count; i-- > 0 && !err;) {
		double share = high > low ? (log->values[i] - low) / (high - low) : 0;

		err = mlv_bar_add_standing(&text, share);
	}
	if (!err && log->count > 1)
		mlv_out_line(log->run->out, "%s", text.ptr);
}

static mlv_err check_found(const struct log *log, const struct mlv_history *history)
{
	if (!log->shown)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "%s: in no commit of %s", history->path.ptr,
						history->side.rev),
				      "git commit it, or name another evaluation with --eval");
	return log->known ? NULL : mlv_history_lacks(history, log->metric, log->args->slice);
}

static mlv_err log_run(struct mlv_run *run, const void *opaque, char **operands)
{
	static const char *const headings[] = { "Commit", "Date", "Value", "Interval", "Rows" };
	MLV_SCOPED(mlv_history_release) struct mlv_history history = MLV_HISTORY_INIT;
	MLV_SCOPED(log_release) struct log log = { .run = run, .args = opaque, .metric = operands[0] };
	mlv_err err;

	if ((err = mlv_metrics_precision(log.args->precision, &log.precision)) ||
	    (err = mlv_history_open(run, operands[1], log.args->eval, &history)) ||
	    (err = mlv_table_init(&log.table, MLV_COUNT(headings), 1U << 4, headings)))
		return err;
	mlv_out_object_begin(run->out, NULL);
	mlv_out_text(run->out, "metric", log.metric);
	mlv_out_text(run->out, "slice", log.args->slice ? log.args->slice : "overall");
	mlv_out_array_begin(run->out, "versions");
	if ((err = mlv_eval_each_version(&history.place, &history.side, history.eval, log.args->slice,
					 false, log_version, &log)) ||
	    (err = flush(&log)) || (err = check_found(&log, &history)))
		return err;
	mlv_out_array_end(run->out);
	mlv_out_object_end(run->out);
	mlv_table_print(&log.table, run->out, false);
	print_trend(&log);
	return NULL;
}

const struct mlv_cmd mlv_cmd_metrics_log = {
	.name = "log",
	.summary = "show a metric of an evaluation along history",
	.operands = "<metric> [<rev>]",
	.min_operands = 1,
	.max_operands = 2,
	.opts = log_opts,
	.args_size = sizeof(struct log_args),
	.run = log_run,
};
