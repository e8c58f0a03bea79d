/* status/stages.h - the part of mlv status that tells which stages are out of date, and why. */
#ifndef MLV_CMD_STATUS_STAGES_H
#define MLV_CMD_STATUS_STAGES_H

#include "cmd/cmd.h"
#include "core/repo/pipeline.h"
#include "core/repo/pointer.h"
#include "core/repo/stage_look.h"

struct mlv_status_stages {
	struct mlv_pipeline pipeline;
	struct mlv_stage_state *at; /* those that are out of date, or frozen and would be */
	size_t count;
	size_t looked; /* at how many stages */
};
/*
 * Look at the stages: all, or with only not NULL those that make one of these targets.
 */
mlv_err mlv_status_stages_look(struct mlv_status_stages *stages, struct mlv_repo *repo,
			       const struct mlv_targets *only) MLV_CHECK;
void mlv_status_stages_release(struct mlv_status_stages *stages);
/* Print them, in JSON as the array "stages". */
void mlv_status_stages_print(struct mlv_run *run, const struct mlv_status_stages *stages);

#endif
