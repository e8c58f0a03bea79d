/* cmd_version.c - mlv version: which mlv this is. */
#include "cmd/cmd.h"
#include "cmd/ui/out.h"

static mlv_err version_run(struct mlv_run *run, const void *args, char **operands)
{
	(void)args;
	(void)operands;
	mlv_out_line(run->out, "mlv %s", MLV_VERSION);
	mlv_out_object_begin(run->out, NULL);
	mlv_out_text(run->out, "version", MLV_VERSION);
	mlv_out_object_end(run->out);
	return NULL;
}

const struct mlv_cmd mlv_cmd_version = {
	.name = "version",
	.summary = "print the version of mlv",
	.operands = "",
	.run = version_run,
};
