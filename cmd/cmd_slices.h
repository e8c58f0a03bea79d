/* cmd_slices.h - what the sub-commands of mlv slices share. */
#ifndef MLV_CMD_CMD_SLICES_H
#define MLV_CMD_CMD_SLICES_H

#include "cmd/cmd.h"
#include "cmd/ui/out.h"
#include "core/repo/eval.h"

extern const struct mlv_cmd mlv_cmd_slices_find;

/* An evaluation and its rows. */
struct mlv_sliced {
	struct mlv_eval_spec spec;
	struct mlv_cases cases;
};
/* Load the evaluation that was typed, or the only one of mlv.yaml; rev NULL: the work tree. */
mlv_err mlv_sliced_load(struct mlv_run *run, const char *rev, const char *typed,
			struct mlv_sliced *sliced) MLV_CHECK;
void mlv_sliced_release(struct mlv_sliced *sliced);

#endif
