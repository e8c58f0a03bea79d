/* record/reversals.h - mlv metrics diff: what went against the whole, and whether the test set changed. */
#ifndef MLV_CMD_RECORD_REVERSALS_H
#define MLV_CMD_RECORD_REVERSALS_H

#include "cmd/record/diff.h"

/* Slices that clearly move against what clearly happened to all rows, a line each. */
void mlv_record_reversals_print(struct mlv_out *out, const struct mlv_record_diff *diff);
/*
 * One line, also where there is nothing to say: how many reversals there are, those that are of
 * shares of rows (Kitagawa) included, and what changed of the test set.
 */
mlv_err mlv_record_last_line(struct mlv_out *out, const struct mlv_record_diff *diff) MLV_CHECK;
/* The reversals as a member of an object of JSON: a list of {metric, slice} and of {metric, dim}. */
void mlv_record_reversals_out(struct mlv_out *out, const struct mlv_record_diff *diff);

#endif
