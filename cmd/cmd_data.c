/* cmd_data.c - mlv data: what is told of tracked data alone. */
#include "cmd/cmd_data.h"

static const struct mlv_cmd *const data_subs[] = {
	&mlv_cmd_data_status,
	NULL,
};

const struct mlv_cmd mlv_cmd_data = {
	.name = "data",
	.summary = "show how commits, pointers, data and cache stand to each other",
	.operands = "[<operand>...]",
	.subs = data_subs,
};
