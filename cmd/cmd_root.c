/* cmd_root.c - mlv root: where the repository is. */
#include "cmd/cmd.h"
#include "cmd/ui/out.h"
#include "core/base/buf.h"
#include "core/repo/repo.h"

static mlv_err root_run(struct mlv_run *run, const void *args, char **operands)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf root = MLV_BUF_INIT;
	mlv_err err = mlv_repo_find(run->ctx->cwd, &root);

	(void)args;
	(void)operands;
	if (err)
		return err;
	mlv_out_line(run->out, "%s", root.ptr);
	mlv_out_object_begin(run->out, NULL);
	mlv_out_json_path(run->out, "root", root.ptr, root.len);
	mlv_out_object_end(run->out);
	return NULL;
}

const struct mlv_cmd mlv_cmd_root = {
	.name = "root",
	.summary = "print the root directory of the repository",
	.operands = "",
	.run = root_run,
};
