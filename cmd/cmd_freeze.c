/* cmd_freeze.c - mlv freeze, mlv unfreeze: whether update leaves an import as it is. */
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/out.h"
#include "core/repo/freeze.h"

static mlv_err freeze_one(struct mlv_run *run, struct mlv_repo *repo,
			  const struct mlv_output *output, bool frozen)
{
	struct mlv_out *out = run->out;
	bool changed;
	mlv_err err = mlv_freeze(repo, output, frozen, &changed);

	if (err)
		return err;
	mlv_out_object_begin(out, NULL);
	mlv_out_json_path(out, "path", output->path, strlen(output->path));
	mlv_out_bool(out, "frozen", frozen);
	mlv_out_bool(out, "changed", changed);
	mlv_out_object_end(out);
	mlv_out_raw(out, !changed ? "unchanged " : frozen ? "frozen " : "unfrozen ");
	mlv_out_path(out, output->path, strlen(output->path));
	mlv_out_raw(out, "\n");
	return NULL;
}

static mlv_err set_all(struct mlv_run *run, char **operands, bool frozen)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
	mlv_err err;

	if ((err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_outputs_load(repo, &outputs)) ||
	    (err = mlv_targets_exact(repo, &outputs, operands, &targets)))
		return err;
	mlv_out_object_begin(run->out, NULL);
	mlv_out_array_begin(run->out, "targets");
	for (size_t i = 0; !err && i < targets.count; i++)
		err = freeze_one(run, repo, targets.at[i].output, frozen);
	if (err)
		return err;
	mlv_out_array_end(run->out);
	mlv_out_object_end(run->out);
	return NULL;
}

static mlv_err freeze_run(struct mlv_run *run, const void *args, char **operands)
{
	(void)args;
	return set_all(run, operands, true);
}

static mlv_err unfreeze_run(struct mlv_run *run, const void *args, char **operands)
{
	(void)args;
	return set_all(run, operands, false);
}

const struct mlv_cmd mlv_cmd_freeze = {
	.name = "freeze",
	.summary = "have update leave imports as they are",
	.operands = "<target>...",
	.min_operands = 1,
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.run = freeze_run,
};

const struct mlv_cmd mlv_cmd_unfreeze = {
	.name = "unfreeze",
	.summary = "have update bring imports up to date again",
	.operands = "<target>...",
	.min_operands = 1,
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.run = unfreeze_run,
};
