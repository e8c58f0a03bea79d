#include "cmd/report/charts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/report/specs.h"
#include "core/base/sys.h"
#include "core/eval/curve.h"

#define FOREST_MAX    60  /* slices of a chart; the table of slices has all */
#define CURVE_POINTS  200

mlv_err mlv_report_begin(struct mlv_page *page, const char *id, const char *title)
{
	return mlv_html_raw(page->html, "<section id=\"", id, "\">\n<h2>", title, "</h2>\n", NULL);
}

mlv_err mlv_report_end(struct mlv_page *page)
{
	return mlv_buf_add_str(page->html, "</section>\n");
}

/* ---- forest */

static mlv_err forest_row(struct mlv_figure *figure, const struct mlv_report_input *input,
			  const struct mlv_record_slice *slice, size_t metric)
{
	const struct mlv_entry *entry = &slice->entries[metric];
	const char *name = input->record->metrics[metric].name;
	const struct mlv_change *change = mlv_comparison_find(input->comparison, slice->name, name);
	bool ranged = entry->defined && entry->has_interval;
	mlv_err err;

	if ((err = mlv_figure_text(figure, slice->name)) ||
	    (err = mlv_figure_number(figure, true, (double)slice->n)) ||
	    (err = mlv_figure_number(figure, change && change->sides[0].defined,
				     change ? change->sides[0].value : 0)) ||
	    (err = mlv_figure_number(figure, entry->defined, entry->value)) ||
	    (err = mlv_figure_number(figure, ranged, entry->low)) ||
	    (err = mlv_figure_number(figure, ranged, entry->high)))
		return err;
	return mlv_figure_text(figure, change && input->old ? mlv_verdict_name(change->verdict) : "");
}

static mlv_err forest(struct mlv_page *page, const struct mlv_report_input *input, size_t metric)
{
	const struct mlv_record *record = input->record;
	MLV_SCOPED(mlv_figure_release) struct mlv_figure figure = {
		.title = record->metrics[metric].name,
		.note = input->old ? "Blue with its interval: now; hollow: before; \u25bc worse, \u25b2 "
				     "better, by the test; dashed: all rows now."
				   : "Each slice with its interval; dashed: all rows.",
		.spec = mlv_spec_forest,
		.columns = { { "slice", "Slice", false }, { "n", "Rows", true }, { "old", "Before", true },
			     { "new", "Now", true }, { "low", "From", true }, { "high", "To", true },
			     { "verdict", "Verdict", false } },
	};
	mlv_err err = NULL;

	for (size_t s = 0; s < record->slice_count && s < FOREST_MAX && !err; s++)
		if (record->slices[s].entries[metric].defined)
			err = forest_row(&figure, input, &record->slices[s], metric);
	if (err)
		return err;
	figure.height = 70 + 24 * (unsigned)mlv_figure_rows(&figure);
	return mlv_figure_print(page, &figure);
}

mlv_err mlv_report_forest(struct mlv_page *page, const struct mlv_report_input *input)
{
	mlv_err err = mlv_report_begin(page, "forest", "Slices beside each other");

	if (!err && input->record->slice_count > FOREST_MAX)
		err = mlv_buf_printf(
			page->html, "<p>The first %d of %zu slices; the table below has all.</p>\n",
			FOREST_MAX, input->record->slice_count);
	for (size_t m = 0; m < input->record->metric_count && !err; m++)
		err = forest(page, input, m);
	return err ? err : mlv_report_end(page);
}

/* ---- folds */

static mlv_err fold_rows(struct mlv_figure *figure, const struct mlv_record *record,
			 const char *metric, const char *version)
{
	const struct mlv_record_slice *all = &record->slices[0];
	size_t m = mlv_record_find_metric(record, metric);
	mlv_err err = NULL;

	for (size_t f = 0; f < all->fold_count && m < record->metric_count && !err; f++) {
		const struct mlv_entry *entry = &all->folds[f].entries[m];

		if (!entry->defined)
			continue;
		if ((err = mlv_figure_text(figure, version)) ||
		    (err = mlv_figure_text(figure, all->folds[f].name)) ||
		    (err = mlv_figure_number(figure, true, (double)all->folds[f].n)))
			return err;
		err = mlv_figure_number(figure, true, entry->value);
	}
	return err;
}

static mlv_err folds(struct mlv_page *page, const struct mlv_report_input *input, const char *metric)
{
	MLV_SCOPED(mlv_figure_release) struct mlv_figure figure = {
		.title = metric, .note = "Each point is a fold; the upright stroke is their mean.",
		.spec = mlv_spec_folds, .height = input->old ? 130 : 95,
		.columns = { { "version", "Version", false }, { "fold", "Fold", false },
			     { "n", "Rows", true }, { "value", "Value", true } },
	};
	mlv_err err = fold_rows(&figure, input->record, metric, "now");

	if (!err && input->old)
		err = fold_rows(&figure, input->old, metric, "before");
	return err ? err : mlv_figure_print(page, &figure);
}

mlv_err mlv_report_folds(struct mlv_page *page, const struct mlv_report_input *input)
{
	mlv_err err;

	if (!input->record->slices[0].fold_count)
		return NULL;
	err = mlv_report_begin(page, "folds", "Folds");
	for (size_t m = 0; m < input->record->metric_count && !err; m++)
		err = folds(page, input, input->record->metrics[m].name);
	return err ? err : mlv_report_end(page);
}

/* ---- curves */

/* The rows of a binary task as ranks see them; false where there are no scores. */
static mlv_err ranked_of(const struct mlv_cases *cases, uint8_t **positive, struct mlv_ranked *rows)
{
	if (!(*positive = mlv_sys_alloc_array(cases->rows.count + 1, 1)))
		return mlv_error_nomem("a curve");
	for (size_t r = 0; r < cases->rows.count; r++)
		(*positive)[r] = cases->truth[r] == 1;
	*rows = (struct mlv_ranked){ cases->score, cases->weight, *positive, cases->rows.count };
	return NULL;
}

static mlv_err curve_row(struct mlv_figure *roc, struct mlv_figure *recall, const char *series,
			 const struct mlv_curve *curve, const struct mlv_curve_point *point)
{
	double tpr = curve->positives > 0 ? point->tp / curve->positives : 0;
	double fpr = curve->negatives > 0 ? point->fp / curve->negatives : 0;
	bool any = point->tp + point->fp > 0;
	mlv_err err;

	if ((err = mlv_figure_text(roc, series)) ||
	    (err = mlv_figure_number(roc, any, point->threshold)) ||
	    (err = mlv_figure_number(roc, true, fpr)) || (err = mlv_figure_number(roc, true, tpr)))
		return err;
	if (!any)
		return NULL;
	if ((err = mlv_figure_text(recall, series)) ||
	    (err = mlv_figure_number(recall, true, point->threshold)) ||
	    (err = mlv_figure_number(recall, true, tpr)))
		return err;
	return mlv_figure_number(recall, true, point->tp / (point->tp + point->fp));
}

static mlv_err calibration_rows(struct mlv_figure *figure, const char *series,
				const struct mlv_ranked *rows, double level)
{
	struct mlv_calibration bins[MLV_CALIBRATION_BINS];
	mlv_err err = NULL;

	if (!mlv_calibration_of(rows, level, bins))
		return NULL;
	for (size_t b = 0; b < MLV_CALIBRATION_BINS && !err; b++) {
		if (!bins[b].rows)
			continue;
		if ((err = mlv_figure_text(figure, series)) ||
		    (err = mlv_figure_number(figure, true, (double)bins[b].rows)) ||
		    (err = mlv_figure_number(figure, true, bins[b].score)) ||
		    (err = mlv_figure_number(figure, true, bins[b].positive)) ||
		    (err = mlv_figure_number(figure, true, bins[b].interval.low)))
			return err;
		err = mlv_figure_number(figure, true, bins[b].interval.high);
	}
	return err;
}

/* The rows of one version in all three charts. */
static mlv_err curve_rows(struct mlv_figure figures[3], const struct mlv_cases *cases,
			  const char *series, double level)
{
	MLV_SCOPED(mlv_mem_free) uint8_t *positive = NULL;
	MLV_SCOPED(mlv_curve_release) struct mlv_curve curve = { 0 };
	struct mlv_ranked rows;
	mlv_err err;

	if (!cases || !cases->score)
		return NULL;
	if ((err = ranked_of(cases, &positive, &rows)) || (err = mlv_curve_of(&rows, &curve)))
		return err;
	if (!(curve.positives > 0) || !(curve.negatives > 0))
		return NULL;
	mlv_curve_thin(&curve, CURVE_POINTS);
	err = curve_row(&figures[0], &figures[1], series, &curve, &(struct mlv_curve_point){ 0 });
	for (size_t i = 0; i < curve.count && !err; i++)
		err = curve_row(&figures[0], &figures[1], series, &curve, &curve.at[i]);
	return err ? err : calibration_rows(&figures[2], series, &rows, level);
}

static void curves_release(struct mlv_figure (*figures)[3])
{
	for (size_t i = 0; i < 3; i++)
		mlv_figure_release(&(*figures)[i]);
}

mlv_err mlv_report_curves(struct mlv_page *page, const struct mlv_report_input *input)
{
	const char *note = input->old_cases ? "Solid: now; dashed: before." : NULL;
	MLV_SCOPED(curves_release) struct mlv_figure figures[3] = {
		{ .title = "ROC curve",
		  .note = note,
		  .spec = mlv_spec_roc,
		  .height = 380,
		  .columns = { { "series", "Version", false },
			       { "threshold", "Threshold", true },
			       { "fpr", "False positive rate", true },
			       { "tpr", "True positive rate", true } } },
		{ .title = "Precision and recall",
		  .note = note,
		  .spec = mlv_spec_recall,
		  .height = 380,
		  .columns = { { "series", "Version", false },
			       { "threshold", "Threshold", true },
			       { "recall", "Recall", true },
			       { "precision", "Precision", true } } },
		{ .title = "Calibration",
		  .note = note,
		  .spec = mlv_spec_calibration,
		  .height = 380,
		  .columns = { { "series", "Version", false },
			       { "rows", "Rows", true },
			       { "score", "Mean score", true },
			       { "positive", "Share of positives", true },
			       { "low", "From", true },
			       { "high", "To", true } } },
	};
	mlv_err err;

	if (!input->cases || !input->cases->score)
		return NULL;
	if ((err = mlv_report_begin(page, "curves", "Scores")) ||
	    (err = curve_rows(figures, input->cases, "new", input->record->level)) ||
	    (err = curve_rows(figures, input->old_cases, "old", input->record->level)) ||
	    (err = mlv_buf_add_str(page->html, "<div class=\"side\">\n")))
		return err;
	for (size_t i = 0; i < 3 && !err; i++)
		err = mlv_figure_print(page, &figures[i]);
	if (err || (err = mlv_buf_add_str(page->html, "</div>\n")))
		return err;
	return mlv_report_end(page);
}

/* ---- history */

static mlv_err history_row(struct mlv_figure *figure, const struct mlv_report_version *version,
			   const char *metric)
{
	const struct mlv_record *record = &version->record;
	size_t m = mlv_record_find_metric(record, metric);
	const struct mlv_entry *entry;
	mlv_err err;

	if (m == record->metric_count)
		return NULL;
	entry = &record->slices[0].entries[m];
	if ((err = mlv_figure_text(figure, version->name)) ||
	    (err = mlv_figure_number(figure, true, (double)record->slices[0].n)) ||
	    (err = mlv_figure_number(figure, entry->defined, entry->value)) ||
	    (err = mlv_figure_number(figure, entry->has_interval, entry->low)))
		return err;
	return mlv_figure_number(figure, entry->has_interval, entry->high);
}

mlv_err mlv_report_history(struct mlv_page *page, const struct mlv_report_version *versions,
			   size_t count)
{
	const struct mlv_record *last = &versions[count ? count - 1 : 0].record;
	mlv_err err;

	if (count < 2)
		return NULL;
	if ((err = mlv_report_begin(page, "history", "Along commits")))
		return err;
	for (size_t m = 0; m < last->metric_count && !err; m++) {
		MLV_SCOPED(mlv_figure_release) struct mlv_figure figure = {
			.title = last->metrics[m].name, .note = "All rows, with the interval.",
			.spec = mlv_spec_history, .height = 200,
			.columns = { { "commit", "Commit", false }, { "n", "Rows", true },
				     { "value", "Value", true }, { "low", "From", true },
				     { "high", "To", true } },
		};

		for (size_t v = 0; v < count && !err; v++)
			err = history_row(&figure, &versions[v], last->metrics[m].name);
		if (!err)
			err = mlv_figure_print(page, &figure);
	}
	return err ? err : mlv_report_end(page);
}
