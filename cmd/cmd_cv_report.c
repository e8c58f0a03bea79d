/* cmd_cv_report.c - mlv cv report: the metrics of a cross-validation, fold by fold. */
#include <string.h>

#include "cmd/cmd_cv.h"
#include "cmd/record/table.h"
#include "core/eval/metric.h"

struct report_args {
	const char *rev, *slice;
	bool folds, markdown;
};

static const struct mlv_opt report_opts[] = {
	{ MLV_OPT_TEXT, 0, "rev", offsetof(struct report_args, rev), "<rev>", MLV_HINT_REV,
	  "report this revision instead of the work tree" },
	{ MLV_OPT_TEXT, 0, "slice", offsetof(struct report_args, slice), "<name>", MLV_HINT_NONE,
	  "report this slice instead of all rows" },
	{ MLV_OPT_FLAG, 0, "folds", offsetof(struct report_args, folds), NULL, MLV_HINT_NONE,
	  "print the values of each fold, too" },
	{ MLV_OPT_FLAG, 0, "md", offsetof(struct report_args, markdown), NULL, MLV_HINT_NONE,
	  "write Markdown tables" },
	{ 0 },
};

struct reporting {
	struct mlv_run *run;
	const struct report_args *args;
	struct mlv_record record;
	const struct mlv_record_slice *slice;
};

static void reporting_release(struct reporting *reporting)
{
	mlv_record_release(&reporting->record);
}

/* Whether the folds of the record are those that mlv.yaml and the table give, where that is there. */
static mlv_err check_folds(const struct reporting *reporting, struct mlv_metrics_place *place,
			   const struct mlv_metrics_side *side, const struct mlv_cv_spec *spec)
{
	const struct mlv_record_cv *of = &reporting->record.cv;
	MLV_SCOPED(mlv_cv_release) struct mlv_cv cv = { 0 };
	char folds[MLV_EVAL_ID];
	mlv_err err;

	if (!of->folds && !reporting->record.slices[0].fold_count)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "evals/%s.json has no folds", spec->eval),
				      "say 'fold: fold' among the columns of the evaluation");
	if (!of->folds || strcmp(of->name, spec->name) != 0)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "evals/%s.json: its folds are not the splits "
							       "of '%s'", spec->eval, spec->name),
				      "mlv cv run %s && mlv eval %s", spec->name, spec->eval);
	if ((err = mlv_cv_load_folds(place, side, spec->name, &cv)))
		return err->code == MLV_E_MISSING ? NULL : err;
	if ((err = mlv_cv_folds_name(&cv, folds)) || strcmp(folds, of->folds) == 0)
		return err;
	return mlv_error_hint(mlv_error(MLV_E_CORRUPT, "evals/%s.json: its folds are not those that mlv.yaml "
					"and %s give", spec->eval, spec->data),
			      "mlv cv run %s && mlv eval %s", spec->name, spec->eval);
}

static mlv_err load(struct reporting *reporting, const char *typed)
{
	MLV_SCOPED(mlv_metrics_place_close) struct mlv_metrics_place place = { .root_fd = -1 };
	MLV_SCOPED(mlv_cv_spec_release) struct mlv_cv_spec spec = { 0 };
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	struct mlv_ctx *ctx = reporting->run->ctx;
	struct mlv_metrics_side side = { 0 };
	bool found = false;
	mlv_err err;

	if ((err = mlv_metrics_place_open(&place, ctx, ctx->cwd)) ||
	    (err = mlv_metrics_side_init(&place, reporting->args->rev, &side)) ||
	    (err = mlv_cv_pick(&place, &side, typed, &name)) ||
	    (err = mlv_eval_yaml(&place, &side, &root)) ||
	    (err = mlv_cv_spec_read("mlv.yaml", root, name.ptr, &spec)) ||
	    (err = mlv_eval_record(&place, &side, spec.eval, &reporting->record, &found)))
		return err;
	if (!found)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "evals/%s.json: there is no record",
						spec.eval),
				      "mlv eval %s", spec.eval);
	if ((err = check_folds(reporting, &place, &side, &spec)))
		return err;
	reporting->slice = mlv_record_find(&reporting->record,
					   reporting->args->slice ? reporting->args->slice : "overall");
	return reporting->slice ? NULL
				: mlv_error(MLV_E_USAGE, "evals/%s.json has no slice '%s'", spec.eval,
					    reporting->args->slice);
}

static mlv_err cell(struct mlv_table *table, bool there, double number)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = there ? mlv_metric_format_number(&text, number, MLV_RECORD_PRECISION) : NULL;

	return err ? err : mlv_table_cell(table, there ? text.ptr : "-");
}

static mlv_err add_summary(struct mlv_table *table, const char *metric, const struct mlv_cv_summary *of,
			   const struct mlv_entry *pooled)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf interval = MLV_BUF_INIT;
	mlv_err err = mlv_record_interval(&interval, of->has_spread, of->interval.low, of->interval.high,
					  MLV_RECORD_PRECISION);

	if (err || (err = mlv_table_cell(table, metric)) || (err = cell(table, of->folds, of->mean)) ||
	    (err = cell(table, of->has_spread, of->sd)) || (err = mlv_table_cell(table, interval.ptr)) ||
	    (err = cell(table, of->folds, of->least)) || (err = cell(table, of->folds, of->most)) ||
	    (err = cell(table, pooled->defined, pooled->value)))
		return err;
	return mlv_table_count(table, of->folds);
}

static void out_summary(const struct reporting *reporting, size_t m, const struct mlv_cv_summary *of)
{
	const struct mlv_record_slice *slice = reporting->slice;
	struct mlv_out *out = reporting->run->out;

	mlv_out_object_begin(out, reporting->record.metrics[m].name);
	mlv_out_maybe(out, "mean", of->folds, of->mean);
	mlv_out_maybe(out, "sd", of->has_spread, of->sd);
	mlv_out_maybe(out, "se_corrected", of->has_spread, of->error);
	if (of->has_spread)
		mlv_out_range(out, "ci_corrected", of->interval.low, of->interval.high);
	mlv_out_maybe(out, "min", of->folds, of->least);
	mlv_out_maybe(out, "max", of->folds, of->most);
	mlv_out_maybe(out, "pooled", slice->entries[m].defined, slice->entries[m].value);
	mlv_out_object_begin(out, "folds");
	for (size_t f = 0; f < slice->fold_count; f++)
		mlv_out_maybe(out, slice->folds[f].name, slice->folds[f].entries[m].defined,
			      slice->folds[f].entries[m].value);
	mlv_out_object_end(out);
	mlv_out_object_end(out);
}

static mlv_err print_summaries(const struct reporting *reporting)
{
	static const char *const headings[] = { "Metric", "Mean", "Sd", "Interval", "Min", "Max", "Pooled",
						"Folds" };
	const struct mlv_record_slice *slice = reporting->slice;
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	mlv_err err = mlv_table_init(&table, MLV_COUNT(headings), 1U << 7, headings);

	for (size_t m = 0; m < reporting->record.metric_count && !err; m++) {
		struct mlv_cv_summary summary;

		if ((err = mlv_record_summarise(&reporting->record, slice, m, &summary)))
			break;
		out_summary(reporting, m, &summary);
		err = add_summary(&table, reporting->record.metrics[m].name, &summary, &slice->entries[m]);
	}
	if (!err)
		mlv_table_print(&table, reporting->run->out, reporting->args->markdown);
	return err;
}

static mlv_err print_folds(const struct reporting *reporting)
{
	static const char *const headings[] = { "Metric", "Fold", "Rows", "Value" };
	const struct mlv_record_slice *slice = reporting->slice;
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	mlv_err err = mlv_table_init(&table, MLV_COUNT(headings), 1U << 2, headings);

	for (size_t m = 0; m < reporting->record.metric_count; m++)
		for (size_t f = 0; f < slice->fold_count; f++) {
			const struct mlv_record_fold *fold = &slice->folds[f];

			if (err || (err = mlv_table_cell(&table, reporting->record.metrics[m].name)) ||
			    (err = mlv_table_cell(&table, fold->name)) ||
			    (err = mlv_table_count(&table, fold->n)) ||
			    (err = cell(&table, fold->entries[m].defined, fold->entries[m].value)))
				return err;
		}
	if (!err)
		mlv_table_print(&table, reporting->run->out, reporting->args->markdown);
	return err;
}

static mlv_err report_run(struct mlv_run *run, const void *args, char **names)
{
	MLV_SCOPED(reporting_release) struct reporting reporting = { .run = run, .args = args };
	mlv_err err = load(&reporting, names[0]);

	if (err)
		return err;
	mlv_out_line(run->out, "%s: %s, evals/%s.json, %s", reporting.record.cv.name,
		     reporting.record.cv.scheme, reporting.record.name, reporting.slice->name);
	if (reporting.args->markdown)
		mlv_out_line(run->out, "%s", "");
	mlv_out_object_begin(run->out, NULL);
	mlv_out_real(run->out, "test_by_train", reporting.record.cv.ratio);
	if ((err = print_summaries(&reporting)))
		return err;
	mlv_out_object_end(run->out);
	if (!reporting.args->folds)
		return NULL;
	if (reporting.args->markdown)
		mlv_out_line(run->out, "%s", "");
	return print_folds(&reporting);
}

const struct mlv_cmd mlv_cmd_cv_report = {
	.name = "report",
	.summary = "summarise metrics over the folds",
	.operands = "[<name>]",
	.max_operands = 1,
	.opts = report_opts,
	.args_size = sizeof(struct report_args),
	.run = report_run,
};
