/* record/diff_table.h - mlv metrics diff: changes of metrics between two records, as rows of a table. */
#ifndef MLV_CMD_RECORD_DIFF_TABLE_H
#define MLV_CMD_RECORD_DIFF_TABLE_H

#include "cmd/record/diff.h"

struct mlv_record_diff_rows {
	const struct mlv_change **at;
	size_t count;
	const struct mlv_change *fall; /* the largest of a slice, which is marked; NULL: none */
};
void mlv_record_diff_rows_release(struct mlv_record_diff_rows *rows);
/* All changes: those of all rows, then those of slices, the worst first. */
mlv_err mlv_record_diff_worst_first(const struct mlv_comparison *comparison,
				    struct mlv_record_diff_rows *rows) MLV_CHECK;
/* Print them, in Markdown between empty lines; nothing where there are none. */
mlv_err mlv_record_diff_table(struct mlv_out *out, const struct mlv_metrics_side sides[2],
			      const struct mlv_comparison *comparison,
			      const struct mlv_record_diff_rows *rows, bool markdown,
			      unsigned precision) MLV_CHECK;

#endif
