/* record/mermaid.h - mlv metrics diff: charts that GitHub and GitLab draw from Markdown. */
#ifndef MLV_CMD_RECORD_MERMAID_H
#define MLV_CMD_RECORD_MERMAID_H

#include "cmd/record/diff_table.h"

#define MLV_MERMAID_SLICES 20 /* of a chart: more cannot be read */

/*
 * A block of Mermaid (xychart-beta) for each metric of which rows show a slice: bars of what is, and
 * a line of what was, of all rows and of the first slices there.
 */
mlv_err mlv_record_mermaid_print(struct mlv_out *out, const struct mlv_metrics_side sides[2],
				 const struct mlv_record_diff_rows *rows, unsigned precision) MLV_CHECK;

#endif
