/* cmd_add.c - mlv add: track files and directories. */
#include "cmd/added.h"
#include "core/repo/add.h"

static const struct mlv_opt add_opts[] = {
	{ MLV_OPT_FLAG, 'f', "force", offsetof(struct mlv_add_options, force), NULL, MLV_HINT_NONE,
	  "with -o, replace what is there" },
	{ MLV_OPT_FLAG, 0, "glob", offsetof(struct mlv_add_options, glob), NULL, MLV_HINT_NONE,
	  "targets are patterns: *, **, ?, [...]" },
	{ MLV_OPT_FLAG, 0, "no-commit", offsetof(struct mlv_add_options, no_commit), NULL,
	  MLV_HINT_NONE, "write pointers but store nothing yet" },
	{ MLV_OPT_TEXT, 'o', "out", offsetof(struct mlv_add_options, out), "<path>", MLV_HINT_FILE,
	  "copy the target to this path and track it there" },
	{ MLV_OPT_FLAG, 0, "sha256", offsetof(struct mlv_add_options, sha256), NULL, MLV_HINT_NONE,
	  "record the plain SHA-256 of large files, too" },
	{ 0 },
};

static mlv_err add_run(struct mlv_run *run, const void *args, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	struct mlv_added_out out = { .run = run, .verb = "added" };
	mlv_err err;

	if ((err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_add(repo, operands, args, mlv_added_tell, &out)))
		return err;
	mlv_added_end(&out);
	return NULL;
}

const struct mlv_cmd mlv_cmd_add = {
	.name = "add",
	.summary = "track files and directories",
	.operands = "<target>...",
	.min_operands = 1,
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.opts = add_opts,
	.args_size = sizeof(struct mlv_add_options),
	.run = add_run,
};
