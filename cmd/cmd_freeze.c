/* cmd_freeze.c - mlv freeze, mlv unfreeze: whether an import or a stage is left as it is. */
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/ui/out.h"
#include "core/repo/freeze.h"

static void tell(struct mlv_out *out, const char *key, const char *name, bool frozen, bool changed)
{
	mlv_out_object_begin(out, NULL);
	mlv_out_json_path(out, key, name, strlen(name));
	mlv_out_bool(out, "frozen", frozen);
	mlv_out_bool(out, "changed", changed);
	mlv_out_object_end(out);
	mlv_out_raw(out, !changed ? "unchanged " : frozen ? "frozen " : "unfrozen ");
	mlv_out_path(out, name, strlen(name));
	mlv_out_raw(out, "\n");
}

static mlv_err freeze_stages(struct mlv_run *run, struct mlv_repo *repo, const char *target,
			     bool frozen)
{
	const struct mlv_pipeline_find find = { 0 };
	MLV_SCOPED(mlv_pipeline_release) struct mlv_pipeline pipeline = { 0 };
	MLV_SCOPED(mlv_stage_set_release) struct mlv_stage_set set = { 0 };
	const char *group = NULL;
	mlv_err err;

	if ((err = mlv_pipeline_load(repo, &pipeline)) ||
	    (err = mlv_pipeline_find(repo, &pipeline, target, &find, &set)))
		return err;
	for (size_t i = 0; i < set.count; i++) {
		const struct mlv_stage *stage = &pipeline.stages[set.at[i]];
		bool changed;

		/* Stages of a group stand next to each other, and are one in the file. */
		if (stage->group && group && strcmp(stage->group, group) == 0)
			continue;
		group = stage->group;
		if ((err = mlv_freeze_stage(repo, stage, frozen, &changed)))
			return err;
		tell(run->out, "stage", group ? group : stage->name, frozen, changed);
	}
	return NULL;
}

static mlv_err freeze_one(struct mlv_run *run, struct mlv_repo *repo,
			  const struct mlv_outputs *outputs, char *operand, bool frozen)
{
	MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
	char *const alone[] = { operand, NULL };
	struct mlv_error kept;
	bool changed;
	mlv_err err = mlv_targets_exact(repo, outputs, alone, &targets);

	if (err) {
		kept = *err;
		err = freeze_stages(run, repo, operand, frozen);
		return err && err->code == MLV_E_MISSING ? mlv_error_copy(&kept) : err;
	}
	for (size_t i = 0; !err && i < targets.count; i++)
		if (!(err = mlv_freeze(repo, targets.at[i].output, frozen, &changed)))
			tell(run->out, "path", targets.at[i].output->path, frozen, changed);
	return err;
}

static mlv_err set_all(struct mlv_run *run, char **operands, bool frozen)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	mlv_err err;

	if ((err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_outputs_load(repo, &outputs)))
		return err;
	mlv_out_object_begin(run->out, NULL);
	mlv_out_array_begin(run->out, "targets");
	for (; !err && *operands; operands++)
		err = freeze_one(run, repo, &outputs, *operands, frozen);
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
	.summary = "leave imports and stages as they are",
	.operands = "<target>...",
	.min_operands = 1,
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.run = freeze_run,
};

const struct mlv_cmd mlv_cmd_unfreeze = {
	.name = "unfreeze",
	.summary = "have imports and stages brought up to date again",
	.operands = "<target>...",
	.min_operands = 1,
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.run = unfreeze_run,
};
