/* record/show.h - mlv metrics show: what a record of an evaluation says. */
#ifndef MLV_CMD_RECORD_SHOW_H
#define MLV_CMD_RECORD_SHOW_H

#include "cmd/cmd.h"
#include "core/repo/eval.h"

struct mlv_record_show_options {
	const char *slices; /* a glob: also slices that it matches; NULL: only overall */
	const char *sort;   /* "name", "n", "worst" or "delta", both from overall; NULL: name */
	bool markdown;
	struct mlv_buf *csv; /* gets them as CSV, see csv.h, instead; NULL: not */
	unsigned precision;
};

/*
 * Print the record of an evaluation in a version: as an object of JSON, named
 * by its path, or as a table. *found is false, and nothing printed, when there is none.
 */
mlv_err mlv_record_show(struct mlv_run *run, struct mlv_metrics_place *place,
			const struct mlv_metrics_side *side, const char *name,
			const struct mlv_record_show_options *options, bool *found) MLV_CHECK;

#endif
