/* cmd_eval.h - what the files of mlv eval share. */
#ifndef MLV_CMD_CMD_EVAL_H
#define MLV_CMD_CMD_EVAL_H

#include "cmd/cmd.h"
#include "cmd/evaluation.h"

struct eval_args {
	bool dry_run, new_edges, partial;
	const char *output, *predictions, *features, *shard; /* of a partial */
};

/* Write the partial of a shard. */
mlv_err mlv_eval_one_shard(struct mlv_run *run, const struct eval_args *args,
			   struct mlv_metrics_place *place, const char *name) MLV_CHECK;
extern const struct mlv_cmd mlv_cmd_eval_merge;

#endif
