/* cmd_stage.c - mlv stage: the stages of mlv.yaml. */
#include "cmd/cmd_stage.h"

static const struct mlv_cmd *const stage_subs[] = {
	&mlv_cmd_stage_add,
	&mlv_cmd_stage_list,
	NULL,
};

const struct mlv_cmd mlv_cmd_stage = {
	.name = "stage",
	.summary = "add and list stages of pipelines",
	.operands = "[<operand>...]",
	.subs = stage_subs,
};
