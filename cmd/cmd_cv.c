/* cmd_cv.c - mlv cv: folds of a cross-validation. */
#include <string.h>

#include "cmd/cmd_cv.h"

mlv_err mlv_cv_pick(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
		    const char *typed, struct mlv_buf *name)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	const struct mlv_value *all;
	mlv_err err;

	if (typed)
		return mlv_buf_add_str(name, typed);
	if ((err = mlv_eval_yaml(place, side, &root)))
		return err;
	all = mlv_value_get(root, "cv");
	if (!all || all->type != MLV_VALUE_MAP || !all->count)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "mlv.yaml has no cross-validation"),
				      "describe one under 'cv', see mlv-cv(1)");
	if (all->count > 1)
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "mlv.yaml has %zu cross-validations: which?",
						all->count),
				      "name one: %s", all->keys[0]);
	return mlv_buf_add_str(name, all->keys[0]);
}

struct split_args {
	const char *output;
	bool dry_run;
};

static const struct mlv_opt split_opts[] = {
	{ MLV_OPT_TEXT, 'o', "output", offsetof(struct split_args, output), "<file>", MLV_HINT_FILE,
	  "write the folds to this file; -: to the terminal" },
	{ MLV_OPT_FLAG, 'n', "dry-run", offsetof(struct split_args, dry_run), NULL, MLV_HINT_NONE,
	  "write nothing" },
	{ 0 },
};

static mlv_err print_splits(struct mlv_run *run, const struct mlv_cv *cv)
{
	struct mlv_out *out = run->out;

	mlv_out_array_begin(out, "splits");
	for (size_t s = 0; s < cv->folds.splits; s++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
		size_t train = mlv_folds_count(&cv->folds, s, MLV_FOLD_TRAIN);
		size_t test = mlv_folds_count(&cv->folds, s, MLV_FOLD_TEST);
		mlv_err err = mlv_cv_split_name(&cv->folds, s, &name);

		if (err)
			return err;
		mlv_out_object_begin(out, NULL);
		mlv_out_text(out, "split", name.ptr);
		mlv_out_number(out, "train", train);
		mlv_out_number(out, "test", test);
		mlv_out_object_end(out);
		mlv_out_line(out, "%s: %zu train, %zu test", name.ptr, train, test);
		if (!train || !test)
			mlv_tell_warning(run->ctx, "split %s has no rows to %s", name.ptr,
					 train ? "test" : "train");
	}
	mlv_out_array_end(out);
	return NULL;
}

static mlv_err store(struct mlv_run *run, const struct split_args *args,
		     const struct mlv_metrics_place *place, const struct mlv_cv *cv,
		     struct mlv_buf *path)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_EVAL_TABLE_MAX);
	mlv_err err = args->output ? mlv_metrics_place_name(place, args->output, path)
				   : mlv_cv_folds_path(cv->spec.name, path);

	if (err || args->dry_run || (err = mlv_cv_folds_text(cv, &text)) ||
	    (err = mlv_ctx_check_stop(run->ctx)))
		return err;
	return mlv_metrics_place_store(place, path->ptr, &text);
}

static mlv_err split_run(struct mlv_run *run, const void *opaque, char **names)
{
	MLV_SCOPED(mlv_metrics_place_close) struct mlv_metrics_place place = { .root_fd = -1 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT, path = MLV_BUF_INIT,
						   text = MLV_BUF_LIMIT(MLV_EVAL_TABLE_MAX);
	MLV_SCOPED(mlv_cv_release) struct mlv_cv cv = { 0 };
	const struct mlv_metrics_side side = { 0 };
	const struct split_args *args = opaque;
	mlv_err err;

	if ((err = mlv_metrics_place_open(&place, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_cv_pick(&place, &side, names[0], &name)) ||
	    (err = mlv_cv_load_folds(&place, &side, name.ptr, &cv)))
		return err;
	if (cv.folds.least)
		mlv_tell_warning(run->ctx, "the smallest class has %llu row%s, fewer than folds",
				 MLV_PLURAL(cv.folds.least, ""));
	if (args->output && strcmp(args->output, "-") == 0)
		return (err = mlv_cv_folds_text(&cv, &text)) ? err
							     : mlv_out_bytes(run->out, text.ptr, text.len);
	if ((err = store(run, args, &place, &cv, &path)))
		return err;
	mlv_out_object_begin(run->out, NULL);
	mlv_out_text(run->out, "name", cv.spec.name);
	mlv_out_text(run->out, "scheme", mlv_folds_scheme_name(cv.spec.plan.scheme));
	mlv_out_number(run->out, "rows", cv.frame.rows);
	mlv_out_json_path(run->out, "path", path.ptr, path.len);
	mlv_out_line(run->out, "%s: %s, %llu %s%s%s", cv.spec.name,
		     mlv_folds_scheme_name(cv.spec.plan.scheme), MLV_PLURAL(cv.frame.rows, "row"),
		     args->dry_run ? "" : " -> ", args->dry_run ? "" : path.ptr);
	if ((err = print_splits(run, &cv)))
		return err;
	mlv_out_object_end(run->out);
	return NULL;
}

static const struct mlv_cmd cv_split = {
	.name = "split",
	.summary = "write which rows train and which test",
	.operands = "[<name>]",
	.max_operands = 1,
	.opts = split_opts,
	.args_size = sizeof(struct split_args),
	.run = split_run,
};

static const struct mlv_cmd *const cv_subs[] = {
	&mlv_cmd_cv_check, &mlv_cmd_cv_report, &mlv_cmd_cv_run, &cv_split, NULL,
};

const struct mlv_cmd mlv_cmd_cv = {
	.name = "cv",
	.summary = "split tables into folds, look for leaks, run and report",
	.operands = "[<operand>...]",
	.subs = cv_subs,
};
