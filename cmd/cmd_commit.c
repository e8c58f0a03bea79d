/* cmd_commit.c - mlv commit: store what tracked outputs hold now. */
#include "cmd/added.h"
#include "core/repo/commit.h"

static const struct mlv_opt commit_opts[] = {
	{ MLV_OPT_FLAG, 'f', "force", offsetof(struct mlv_commit_options, force), NULL,
	  MLV_HINT_NONE, "change pointers to what is there now" },
	{ 0 },
};

static mlv_err commit_run(struct mlv_run *run, const void *args, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	struct mlv_added_out out = { .run = run, .verb = "committed" };
	mlv_err err;

	if ((err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_commit(repo, operands, args, mlv_added_tell, &out)))
		return err;
	mlv_added_end(&out);
	return NULL;
}

const struct mlv_cmd mlv_cmd_commit = {
	.name = "commit",
	.summary = "store what tracked files and directories hold now",
	.operands = "[<target>...]",
	.min_operands = 0,
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.opts = commit_opts,
	.args_size = sizeof(struct mlv_commit_options),
	.run = commit_run,
};
