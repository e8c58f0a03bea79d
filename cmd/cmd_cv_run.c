/* cmd_cv_run.c - mlv cv run: the command of a cross-validation, for each split. */
#include "cmd/cmd_cv.h"
#include "core/repo/cv_run.h"

struct run_args {
	const char *split;
	bool force;
};

static const struct mlv_opt run_opts[] = {
	{ MLV_OPT_TEXT, 0, "split", offsetof(struct run_args, split), "<split>", MLV_HINT_NONE,
	  "run only this split" },
	{ MLV_OPT_TEXT, 0, "fold", offsetof(struct run_args, split), "<r.k>", MLV_HINT_NONE,
	  "the same, by its repeat and fold" },
	{ MLV_OPT_FLAG, 'f', "force", offsetof(struct run_args, force), NULL, MLV_HINT_NONE,
	  "run also splits where nothing has changed" },
	{ 0 },
};

static mlv_err cv_run(struct mlv_run *run, const void *opaque, char **names)
{
	MLV_SCOPED(mlv_metrics_place_close) struct mlv_metrics_place place = { .root_fd = -1 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	MLV_SCOPED(mlv_cv_release) struct mlv_cv cv = { 0 };
	const struct mlv_metrics_side side = { 0 };
	const struct run_args *args = opaque;
	const struct mlv_cv_run_options options = { .split = args->split, .force = args->force };
	struct mlv_cv_run_result result;
	mlv_err err;

	if ((err = mlv_metrics_place_open(&place, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_cv_pick(&place, &side, names[0], &name)) ||
	    (err = mlv_cv_load(&place, &side, name.ptr, &cv)) ||
	    (err = mlv_cv_run(&place, &cv, &options, &result)))
		return err;
	mlv_out_object_begin(run->out, NULL);
	mlv_out_number(run->out, "ran", result.ran);
	mlv_out_number(run->out, "kept", result.kept);
	if (!args->split) {
		mlv_out_text(run->out, "out", cv.spec.out);
		mlv_out_number(run->out, "rows", result.rows);
	}
	mlv_out_object_end(run->out);
	mlv_out_line(run->out, "%s: %zu ran, %zu unchanged%s%s", cv.spec.name, result.ran, result.kept,
		     args->split ? "" : " -> ", args->split ? "" : cv.spec.out);
	return NULL;
}

const struct mlv_cmd mlv_cmd_cv_run = {
	.name = "run",
	.summary = "run a command for each split, where something has changed",
	.operands = "[<name>]",
	.max_operands = 1,
	.opts = run_opts,
	.args_size = sizeof(struct run_args),
	.run = cv_run,
};
