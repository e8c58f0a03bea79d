/* record/spread.h - mlv metrics diff: the worst slices, and how far apart slices are. */
#ifndef MLV_CMD_RECORD_SPREAD_H
#define MLV_CMD_RECORD_SPREAD_H

#include "cmd/record/diff.h"
#include "core/repo/glob.h"

/*
 * Print the spreads of a comparison, a line each. Unless all are asked for:
 * what changed, and of each metric the one dimension whose gap grew most, and
 * the one by whose slices' shares it moved most. glob, NULL for none: only of
 * dimensions with a slice that it matches.
 */
mlv_err mlv_record_spread_print(struct mlv_out *out, const struct mlv_record_diff *diff,
				const struct mlv_glob *glob, bool all, unsigned precision) MLV_CHECK;
/* Whether that prints anything. */
bool mlv_record_spread_any(const struct mlv_record_diff *diff, const struct mlv_glob *glob, bool all);
/*
 * Where the test set changed: what of each change of all rows is the model's,
 * and what the test set's; a line each.
 */
mlv_err mlv_record_parts_print(struct mlv_out *out, const struct mlv_record_diff *diff,
			       unsigned precision) MLV_CHECK;
/* The same as a member of an object of JSON: parts. */
void mlv_record_parts_out(struct mlv_out *out, const struct mlv_record_diff *diff);
/* The spreads as members of an object of JSON: worst, gaps and mix; all of them. */
void mlv_record_spread_out(struct mlv_out *out, const struct mlv_record_diff *diff,
			   const struct mlv_glob *glob);

#endif
