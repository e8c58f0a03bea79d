/* record/folds.h - mlv metrics diff: what the folds of a cross-validation say. */
#ifndef MLV_CMD_RECORD_FOLDS_H
#define MLV_CMD_RECORD_FOLDS_H

#include "cmd/record/diff.h"

/* A line for each metric; none where a record tells of no cross-validation. */
mlv_err mlv_record_folds_print(struct mlv_out *out, const struct mlv_record_diff *diff,
			       unsigned precision) MLV_CHECK;
/* The same as a member of an object of JSON: folds. */
void mlv_record_folds_out(struct mlv_out *out, const struct mlv_record_diff *diff);

#endif
