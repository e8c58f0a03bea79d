/* record/diff_json.h - mlv metrics diff: two records compared, as JSON. */
#ifndef MLV_CMD_RECORD_DIFF_JSON_H
#define MLV_CMD_RECORD_DIFF_JSON_H

#include "cmd/record/diff.h"
#include "core/repo/glob.h"

/* Members of an object that is open; glob, NULL for none: only of slices that it matches. */
void mlv_record_diff_out(struct mlv_out *out, const struct mlv_record_diff *diff,
			 const struct mlv_glob *glob);

#endif
