/* record/versions.h - mlv metrics diff: three revisions or more of an evaluation, on the same rows. */
#ifndef MLV_CMD_RECORD_VERSIONS_H
#define MLV_CMD_RECORD_VERSIONS_H

#include "cmd/record/diff.h"

#define MLV_VERSIONS_MAX 8

/*
 * Print how often each of the versions, three to MLV_VERSIONS_MAX, is right on the rows that all have,
 * overall and by slices as the first has them, and whether that can be luck: by Cochran's Q, see
 * core/eval/test.h. MLV_E_MISSING where one's predictions are not there; MLV_E_SPEC for a regression,
 * weights, rows in groups, and rows that cannot be paired.
 */
mlv_err mlv_record_versions_print(struct mlv_run *run, struct mlv_metrics_place *place,
				  const struct mlv_metrics_side *sides, size_t count, const char *name,
				  const struct mlv_record_diff_how *how,
				  const struct mlv_record_diff_options *options) MLV_CHECK;

#endif
