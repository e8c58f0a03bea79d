/*
 * charts.h - the parts of a report: each appends a section to a page, or nothing where there is
 * nothing to say.
 */
#ifndef MLV_CMD_REPORT_CHARTS_H
#define MLV_CMD_REPORT_CHARTS_H

#include "cmd/report/figure.h"
#include "core/eval/compare.h"
#include "core/eval/fairness_plan.h"

/* An evaluation, and where there is one what it is compared with. */
struct mlv_report_input {
	const struct mlv_record *record, *old;      /* old NULL: there is no base */
	const struct mlv_comparison *comparison;    /* NULL without a base */
	const struct mlv_cases *cases, *old_cases;  /* NULL: the predictions are not there */
	const struct mlv_fair_audited *audited;     /* NULL: nothing is said of groups */
	const char *unaudited;                      /* why groups could not be compared; NULL: they could */
};

/* The metrics of all rows, then of all slices, as tables. */
mlv_err mlv_report_overall(struct mlv_page *page, const struct mlv_report_input *input) MLV_CHECK;
mlv_err mlv_report_slices(struct mlv_page *page, const struct mlv_report_input *input) MLV_CHECK;
/* A chart for each metric: slices with their intervals, old and new. */
mlv_err mlv_report_forest(struct mlv_page *page, const struct mlv_report_input *input) MLV_CHECK;
/* A chart for each metric: its value in each fold. */
mlv_err mlv_report_folds(struct mlv_page *page, const struct mlv_report_input *input) MLV_CHECK;
/* ROC, precision and recall, calibration: of binary rows with a score. */
mlv_err mlv_report_curves(struct mlv_page *page, const struct mlv_report_input *input) MLV_CHECK;
bool mlv_report_has_groups(const struct mlv_report_input *input);
/* A chart for each attribute of `fairness`: ratios to the reference, in the band of tau. */
mlv_err mlv_report_groups(struct mlv_page *page, const struct mlv_report_input *input) MLV_CHECK;
mlv_err mlv_report_confusion(struct mlv_page *page, const struct mlv_report_input *input) MLV_CHECK;

/* A version of the record, the oldest first. */
struct mlv_report_version {
	char name[16]; /* of the commit, short; "workspace" */
	struct mlv_record record;
};
mlv_err mlv_report_history(struct mlv_page *page, const struct mlv_report_version *versions,
			   size_t count) MLV_CHECK;

mlv_err mlv_report_begin(struct mlv_page *page, const char *id, const char *title) MLV_CHECK;
mlv_err mlv_report_end(struct mlv_page *page) MLV_CHECK;

#endif
