/* cmd_init.c - mlv init: make a repository. */
#include "cmd/cmd.h"
#include "cmd/ui/out.h"
#include "core/base/path.h"
#include "core/repo/repo.h"

static const struct mlv_opt init_opts[] = {
	{ MLV_OPT_FLAG, 0, "no-scm", offsetof(struct mlv_init_options, no_scm), NULL,
	  MLV_HINT_NONE, "work without git" },
	{ MLV_OPT_FLAG, 0, "subdir", offsetof(struct mlv_init_options, subdir), NULL,
	  MLV_HINT_NONE, "below the root of the git repository" },
	{ MLV_OPT_FLAG, 'f', "force", offsetof(struct mlv_init_options, force), NULL,
	  MLV_HINT_NONE, "reset the settings of one that is there" },
	{ 0 },
};

static mlv_err init_run(struct mlv_run *run, const void *args, char **operands)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	const struct mlv_init_options *options = args;
	mlv_err err;

	if ((err = mlv_path_absolute(&path, run->ctx->cwd, operands[0] ? operands[0] : ".")) ||
	    (err = mlv_repo_init(run->ctx, path.ptr, options)))
		return err;
	mlv_out_line(run->out, "made an mlv repository in %s/.mlv", path.ptr[1] ? path.ptr : "");
	if (!options->no_scm)
		mlv_out_line(run->out, "to keep it in git: git add .mlv .mlvignore");
	mlv_out_object_begin(run->out, NULL);
	mlv_out_json_path(run->out, "root", path.ptr, path.len);
	mlv_out_object_end(run->out);
	return NULL;
}

const struct mlv_cmd mlv_cmd_init = {
	.name = "init",
	.summary = "make an mlv repository",
	.operands = "[<directory>]",
	.max_operands = 1,
	.hint = MLV_HINT_DIR,
	.opts = init_opts,
	.args_size = sizeof(struct mlv_init_options),
	.run = init_run,
};
