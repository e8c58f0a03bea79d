/* cmd_commit.c - mlv commit: store what tracked outputs hold now. */
#include "cmd/added.h"
#include "cmd/url_marks.h"
#include "core/repo/commit.h"
#include "core/repo/stage_commit.h"

static const struct mlv_opt commit_opts[] = {
	{ MLV_OPT_FLAG, 'f', "force", offsetof(struct mlv_commit_options, force), NULL,
	  MLV_HINT_NONE, "change pointers to what is there now" },
	{ 0 },
};

static void tell_stage(void *arg, const struct mlv_stage *stage, bool changed)
{
	mlv_added_tell_stage(arg, stage->name, changed);
}

static mlv_err commit_run(struct mlv_run *run, const void *args, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
	struct mlv_added_out out = { .run = run, .verb = "committed" };
	struct mlv_url_marks marks;
	const struct mlv_commit_options *options = args;
	mlv_err err;

	if ((err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)))
		return err;
	mlv_url_marks_use(&marks, run, repo);
	/* Before anything is stored: afterwards a file may be a link to what is. */
	if ((err = mlv_outputs_load(repo, &outputs)) ||
	    (err = mlv_targets_resolve(repo, &outputs, operands, &targets)) ||
	    (err = mlv_commit(repo, operands, options, mlv_added_tell, &out)) ||
	    (err = mlv_stage_commit(repo, &targets, !operands[0], options->force, tell_stage,
				    &out)))
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
