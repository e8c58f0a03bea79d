/* cmd_stage.h - what the sub-commands of mlv stage share. */
#ifndef MLV_CMD_CMD_STAGE_H
#define MLV_CMD_CMD_STAGE_H

#include "cmd/cmd.h"
#include "core/repo/pipeline.h"

extern const struct mlv_cmd mlv_cmd_stage_add;
extern const struct mlv_cmd mlv_cmd_stage_list;

/*
 * Run the stage of this mlv.yaml and name, and nothing that it depends on, as mlv repro -s does;
 * in JSON what happened is the array "run" of the object that is open.
 */
mlv_err mlv_repro_run_one(struct mlv_run *run, struct mlv_repo *repo, const char *file,
			  const char *name) MLV_CHECK;
/* A stage as an object of JSON, after mlv_out_object_begin(). */
void mlv_stage_json(struct mlv_out *out, const struct mlv_stage *stage);

#endif
