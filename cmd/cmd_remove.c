/* cmd_remove.c - mlv remove: track files and directories no more. */
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/ui/out.h"
#include "core/repo/remove.h"

static const struct mlv_opt remove_opts[] = {
	{ MLV_OPT_FLAG, 'f', "force", offsetof(struct mlv_remove_options, force), NULL,
	  MLV_HINT_NONE, "with --outs, lose what is not stored" },
	{ MLV_OPT_FLAG, 0, "outs", offsetof(struct mlv_remove_options, outs), NULL, MLV_HINT_NONE,
	  "remove the data from the work tree, too" },
	{ 0 },
};

static void report(struct mlv_out *out, const struct mlv_targets *targets, bool outs)
{
	mlv_out_object_begin(out, NULL);
	mlv_out_array_begin(out, "removed");
	for (size_t i = 0; i < targets->count; i++) {
		const struct mlv_output *output = targets->at[i].output;

		mlv_out_object_begin(out, NULL);
		mlv_out_json_path(out, "path", output->path, strlen(output->path));
		mlv_out_json_path(out, "pointer", output->pointer, strlen(output->pointer));
		mlv_out_bool(out, "outs", outs);
		mlv_out_object_end(out);
		mlv_out_raw(out, "removed ");
		mlv_out_path(out, output->pointer, strlen(output->pointer));
		if (outs)
			mlv_out_raw(out, " and ");
		if (outs)
			mlv_out_path(out, output->path, strlen(output->path));
		mlv_out_raw(out, "\n");
	}
	mlv_out_array_end(out);
	mlv_out_object_end(out);
}

static mlv_err remove_run(struct mlv_run *run, const void *args, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
	const struct mlv_remove_options *options = args;
	mlv_err err;

	if ((err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_outputs_load(repo, &outputs)) ||
	    (err = mlv_targets_exact(repo, &outputs, operands, &targets)) ||
	    (err = mlv_remove(repo, &targets, options)))
		return err;
	report(run->out, &targets, options->outs);
	return NULL;
}

const struct mlv_cmd mlv_cmd_remove = {
	.name = "remove",
	.alias = "rm",
	.summary = "track files and directories no more",
	.operands = "<target>...",
	.min_operands = 1,
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.opts = remove_opts,
	.args_size = sizeof(struct mlv_remove_options),
	.run = remove_run,
};
