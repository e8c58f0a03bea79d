/* parts.h - what the files behind compare.h share. */
#ifndef MLV_EVAL_COMPARE_PARTS_H
#define MLV_EVAL_COMPARE_PARTS_H

#include "core/eval/compare.h"

/* The rows of a slice that are paired, gathered from both sides, each with its matrix. */
struct paired_slice {
	struct mlv_rows old, new_rows;
	struct mlv_cells old_cells, new_cells;
	double level;
};
/* Whether a pair is in a slice says the new side. name NULL: all. */
mlv_err mlv_paired_slice_make(const struct mlv_pairs *pairs, const char *dim, const char *name,
			      double level, struct paired_slice *slice) MLV_CHECK;
void mlv_paired_slice_release(struct paired_slice *slice);
/* How many pairs are in another slice of a dimension than they were; 0 where a side does not have it. */
mlv_err mlv_pairs_moved(const struct mlv_pairs *pairs, const char *dim, uint64_t *rows) MLV_CHECK;
void mlv_pairs_churn(const struct mlv_pairs *pairs, struct mlv_churn *churn);
/* Values, interval and p of a metric; change has names and directions already. */
mlv_err mlv_change_by_rows(const struct paired_slice *slice, struct mlv_change *change) MLV_CHECK;
/*
 * The same from the folds of a slice in both records, of the metrics that are
 * so far down in each; ratio is rows that test by rows that train. *possible is
 * false where folds differ, are fewer than two, or one has no value.
 */
mlv_err mlv_change_by_folds(const struct mlv_record_slice *old,
			    const struct mlv_record_slice *new_slice, const size_t metrics[2],
			    double ratio, double level, struct mlv_change *change,
			    bool *possible) MLV_CHECK;
/* The same from two records' entries. */
void mlv_change_by_summary(const struct mlv_entry *old, const struct mlv_entry *new_entry,
			   double level, struct mlv_change *change);

#endif
