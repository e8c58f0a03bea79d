/* cmd_plots.c - mlv plots: the files that plots are drawn of. */
#include "cmd/cmd_metrics.h"

static const struct mlv_cmd *const plots_subs[] = {
	&mlv_cmd_plots_list,
	NULL,
};

const struct mlv_cmd mlv_cmd_plots = {
	.name = "plots",
	.summary = "show which files are plots",
	.operands = "[<operand>...]",
	.subs = plots_subs,
};
