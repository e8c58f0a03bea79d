/* cmd_eval.c - mlv eval: from predictions to a record of metrics, overall and by slice. */
#include "cmd/cmd_eval.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/ui/out.h"
#include "core/base/sys.h"

static const struct mlv_opt eval_opts[] = {
	{ MLV_OPT_FLAG, 'n', "dry-run", offsetof(struct eval_args, dry_run), NULL, MLV_HINT_NONE,
	  "print what would be found, and write nothing" },
	{ MLV_OPT_FLAG, 0, "new-edges", offsetof(struct eval_args, new_edges), NULL, MLV_HINT_NONE,
	  "cut quantiles anew instead of taking the record's edges" },
	{ MLV_OPT_FLAG, 0, "partial", offsetof(struct eval_args, partial), NULL, MLV_HINT_NONE,
	  "write the partial of a shard, for mlv eval merge" },
	{ MLV_OPT_TEXT, 'o', "output", offsetof(struct eval_args, output), "<file>", MLV_HINT_FILE,
	  "where the partial goes; <name>.partial" },
	{ MLV_OPT_TEXT, 0, "predictions", offsetof(struct eval_args, predictions), "<file>",
	  MLV_HINT_FILE, "these instead of mlv.yaml's, with -n or --partial" },
	{ MLV_OPT_TEXT, 0, "features", offsetof(struct eval_args, features), "<file>", MLV_HINT_FILE,
	  "these instead of mlv.yaml's, with -n or --partial" },
	{ MLV_OPT_TEXT, 0, "shard", offsetof(struct eval_args, shard), "<i/n>", MLV_HINT_NONE,
	  "which of how many shards it is: none is forgotten then" },
	{ 0 },
};

/* Take a table that the user typed for one of mlv.yaml; typed NULL: not. */
static mlv_err replace(const struct mlv_metrics_place *place, const char *typed, char **path)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	mlv_err err = typed ? mlv_metrics_place_name(place, typed, &name) : NULL;

	if (err || !typed)
		return err;
	free(*path);
	*path = mlv_sys_strdup(name.ptr);
	return *path ? NULL : mlv_error_nomem("a path");
}

/* other NULL: the tables are those of mlv.yaml. */
static mlv_err evaluate(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			const char *name, const struct eval_args *other,
			struct mlv_evaluation *evaluation)
{
	struct mlv_eval_spec *spec = &evaluation->spec;
	mlv_err err = mlv_evaluation_begin(place, side, name, other && other->new_edges, evaluation);

	if (!err && other && other->features && !spec->join)
		err = mlv_error(MLV_E_USAGE, "--features needs 'join' in mlv.yaml");
	if (err || (other && ((err = replace(place, other->predictions, &spec->predictions)) ||
			      (err = replace(place, other->features, &spec->join)))) ||
	    (err = mlv_eval_cases(place, side, &evaluation->spec, mlv_evaluation_frozen(evaluation),
				  &evaluation->cases, &evaluation->ids)))
		return err;
	return mlv_evaluation_finish(place, side, evaluation);
}

static mlv_err eval_one(struct mlv_run *run, const struct eval_args *args,
			struct mlv_metrics_place *place, const char *name)
{
	MLV_SCOPED(mlv_evaluation_release) struct mlv_evaluation evaluation = MLV_EVALUATION_INIT;
	const struct mlv_metrics_side side = { 0 };
	mlv_err err;

	if (args->partial)
		return mlv_eval_one_shard(run, args, place, name);
	err = evaluate(place, &side, name, args, &evaluation);
	return err ? err : mlv_evaluation_put(run, place, &evaluation, args->dry_run);
}

/* The evaluations that are meant: those named, or all. */
static mlv_err list_names(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			  char **typed, struct mlv_strs *names)
{
	mlv_err err = NULL;

	for (; *typed && !err; typed++)
		err = mlv_strs_add(names, *typed);
	if (err || names->count)
		return err;
	if ((err = mlv_eval_names(place, side, names)))
		return err;
	return names->count ? NULL
			    : mlv_error_hint(mlv_error(MLV_E_MISSING, "mlv.yaml has no evaluations"),
					     "describe them under 'evals', see mlv-eval(1)");
}

static mlv_err check_args(const struct eval_args *args, size_t names)
{
	if (args->partial && names > 1)
		return mlv_error(MLV_E_USAGE, "a partial is of one evaluation: name it");
	if (args->partial && args->new_edges)
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "a partial has no edges"),
				      "mlv eval merge --new-edges");
	if (!args->partial && (args->output || args->shard))
		return mlv_error(MLV_E_USAGE, "--output and --shard are of --partial");
	if (!args->partial && !args->dry_run && (args->predictions || args->features))
		return mlv_error_hint(mlv_error(MLV_E_USAGE,
						"--predictions and --features need -n or --partial"),
				      "a record is of the tables that mlv.yaml names");
	if ((args->predictions || args->features) && names != 1)
		return mlv_error(MLV_E_USAGE, "--predictions and --features are of one evaluation: name it");
	return NULL;
}

static mlv_err eval_run(struct mlv_run *run, const void *args, char **typed)
{
	MLV_SCOPED(mlv_metrics_place_close) struct mlv_metrics_place place = { .root_fd = -1 };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	const struct mlv_metrics_side side = { 0 };
	mlv_err err;

	if ((err = mlv_metrics_place_open(&place, run->ctx, run->ctx->cwd)) ||
	    (err = list_names(&place, &side, typed, &names)) || (err = check_args(args, names.count)))
		return err;
	mlv_tell_begin(run->ctx, "evaluating", 0, 0);
	mlv_out_object_begin(run->out, NULL);
	for (size_t i = 0; i < names.count && !err; i++)
		err = eval_one(run, args, &place, names.at[i]);
	if (err)
		return err;
	mlv_out_object_end(run->out);
	mlv_tell_end(run->ctx);
	return NULL;
}

/* ---- verify */

struct verify_args {
	const char *rev;
};

static const struct mlv_opt verify_opts[] = {
	{ MLV_OPT_TEXT, 0, "rev", offsetof(struct verify_args, rev), "<rev>", MLV_HINT_REV,
	  "check the record of this revision" },
	{ 0 },
};

/* The first line in which two texts differ, from 1. */
static size_t first_difference(const struct mlv_buf *a, const struct mlv_buf *b)
{
	size_t line = 1;

	for (size_t i = 0; i < a->len && i < b->len && a->ptr[i] == b->ptr[i]; i++)
		line += a->ptr[i] == '\n';
	return line;
}

static mlv_err not_same(const struct mlv_evaluation *evaluation, const char *path, const struct mlv_buf *text)
{
	MLV_SCOPED(mlv_record_release) struct mlv_record now = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf why = MLV_BUF_INIT;
	const char *name = evaluation->spec.name;
	enum mlv_eval_rows are;
	mlv_err err;

	if ((err = mlv_record_read(path, evaluation->record.ptr, evaluation->record.len, &now)) ||
	    (err = mlv_eval_rows_of(&evaluation->before, &evaluation->cases, now.rows, &are)) ||
	    (err = are == MLV_EVAL_ROWS_UNGROUPED
			   ? mlv_buf_add_str(&why, "it is of an earlier mlv, whose digest of rows "
						   "left out groups")
			   : mlv_record_differ(&evaluation->before, &now, &why)))
		return err;
	/* What versions of mlv tell of rows may differ: that is no fault of whoever upgrades. */
	if (!why.len &&
	    (err = mlv_buf_add_str(&why, "it is of these rows, edited or of another version of mlv")))
		return err;
	return mlv_error_hint(mlv_error(MLV_E_CORRUPT, "%s:%zu: not what %s and mlv.yaml give: %s", path,
					first_difference(text, &evaluation->record),
					evaluation->spec.predictions, why.ptr),
			      "mlv eval %s writes it anew; git diff shows what changes", name);
}

static mlv_err verify_one(struct mlv_run *run, struct mlv_metrics_place *place,
			  const struct mlv_metrics_side *side, const char *name)
{
	MLV_SCOPED(mlv_evaluation_release) struct mlv_evaluation evaluation = MLV_EVALUATION_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_RECORD_MAX);
	bool found = false;
	mlv_err err;

	if ((err = mlv_eval_path(name, &path)) ||
	    (err = mlv_metrics_text(place, side, path.ptr, &text, &found)))
		return err;
	if (!found)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "%s: not in %s", path.ptr,
						mlv_metrics_side_name(side)),
				      "mlv eval %s", name);
	if ((err = evaluate(place, side, name, NULL, &evaluation)))
		return err;
	if (text.len != evaluation.record.len ||
	    memcmp(text.ptr, evaluation.record.ptr, text.len) != 0)
		return not_same(&evaluation, path.ptr, &text);
	if (run->json)
		mlv_out_bool(run->out, name, true);
	mlv_out_line(run->out, "%s: %zu rows give the same bytes", path.ptr,
		     evaluation.cases.rows.count);
	return NULL;
}

static mlv_err verify_run(struct mlv_run *run, const void *opaque, char **typed)
{
	MLV_SCOPED(mlv_metrics_place_close) struct mlv_metrics_place place = { .root_fd = -1 };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	const struct verify_args *args = opaque;
	struct mlv_metrics_side side;
	mlv_err err;

	if ((err = mlv_metrics_place_open(&place, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_metrics_side_init(&place, args->rev, &side)) ||
	    (err = list_names(&place, &side, typed, &names)))
		return err;
	mlv_tell_begin(run->ctx, "evaluating", 0, 0);
	mlv_out_object_begin(run->out, NULL);
	for (size_t i = 0; i < names.count && !err; i++)
		err = verify_one(run, &place, &side, names.at[i]);
	if (err)
		return err;
	mlv_out_object_end(run->out);
	mlv_tell_end(run->ctx);
	return NULL;
}

static const struct mlv_cmd eval_verify = {
	.name = "verify",
	.summary = "compute records again and see that they are the same",
	.operands = "[<name>...]",
	.max_operands = -1,
	.opts = verify_opts,
	.args_size = sizeof(struct verify_args),
	.run = verify_run,
};

static const struct mlv_cmd *const eval_subs[] = { &mlv_cmd_eval_merge, &eval_verify, NULL };

const struct mlv_cmd mlv_cmd_eval = {
	.name = "eval",
	.summary = "compute metrics of predictions, overall and by slice",
	.operands = "[<name>...]",
	.max_operands = -1,
	.opts = eval_opts,
	.subs = eval_subs,
	.args_size = sizeof(struct eval_args),
	.run = eval_run,
};
