/* fairness/report.h - a fairness audit, as tables for people, as JSON, and as the CSV of Aequitas. */
#ifndef MLV_CMD_FAIRNESS_REPORT_H
#define MLV_CMD_FAIRNESS_REPORT_H

#include "cmd/cmd.h"
#include "cmd/ui/out.h"
#include "core/base/buf.h"
#include "core/eval/fairness.h"

struct mlv_fairness_heading {
	const char *name;      /* of the evaluation, or the table */
	const char *threshold; /* as Aequitas calls it: "binary 0/1", "0.5_val" */
	const char *cut;       /* the same in words, for people; NULL: as it is */
	const char *model;     /* NULL: none */
	const bool *rates;     /* MLV_RATES of them for each attribute: what is shown to people */
	bool markdown;
};
/* Everything, in JSON; or the rates that are to be shown, parities and spreads. */
mlv_err mlv_fairness_print(struct mlv_run *run, const struct mlv_fairness_heading *heading,
			   const struct mlv_fairness *fairness) MLV_CHECK;
/* Append a line for each group, under Aequitas's names; the heading line too when with_heading. */
mlv_err mlv_fairness_csv(const struct mlv_fairness_heading *heading, const struct mlv_fairness *fairness,
			 bool with_heading, struct mlv_buf *to) MLV_CHECK;

#endif
