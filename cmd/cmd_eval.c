/* cmd_eval.c - mlv eval: from predictions to a record of metrics, overall and by slice. */
#include "cmd/cmd.h"

#include <string.h>

#include "cmd/out.h"
#include "cmd/record_table.h"
#include "core/repo/eval.h"

struct eval_args {
	bool dry_run, new_edges;
};

static const struct mlv_opt eval_opts[] = {
	{ MLV_OPT_FLAG, 'n', "dry-run", offsetof(struct eval_args, dry_run), NULL, MLV_HINT_NONE,
	  "print what would be found, and write nothing" },
	{ MLV_OPT_FLAG, 0, "new-edges", offsetof(struct eval_args, new_edges), NULL, MLV_HINT_NONE,
	  "cut quantiles anew instead of taking the record's edges" },
	{ 0 },
};

/* One evaluation in the work tree: what there is to it. */
struct evaluation {
	struct mlv_eval_spec spec;
	struct mlv_record before; /* the record that is there */
	bool has_before;
	struct mlv_cases cases;
	struct mlv_results results;
	struct mlv_buf record, flat;
};
#define EVALUATION_INIT { .record = MLV_BUF_LIMIT(MLV_RECORD_MAX), .flat = MLV_BUF_INIT }

static void evaluation_release(struct evaluation *evaluation)
{
	mlv_results_release(&evaluation->results);
	mlv_cases_release(&evaluation->cases);
	mlv_eval_spec_release(&evaluation->spec);
	mlv_record_release(&evaluation->before);
	mlv_buf_release(&evaluation->record);
	mlv_buf_release(&evaluation->flat);
}

/* Compute it; a record that is there gives the edges of quantiles, unless new_edges. */
static mlv_err evaluate(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			const char *name, bool new_edges, struct evaluation *evaluation)
{
	struct mlv_eval_ids ids;
	mlv_err err;

	if ((err = mlv_eval_spec_of(place, side, name, &evaluation->spec)))
		return err;
	if (!new_edges && (err = mlv_eval_record(place, side, name, &evaluation->before,
						 &evaluation->has_before)))
		return err->code == MLV_E_SPEC
			       ? mlv_error_hint(err, "mlv eval --new-edges %s does not read it", name)
			       : err;
	if ((err = mlv_eval_cases(place, side, &evaluation->spec,
				  evaluation->has_before ? &evaluation->before : NULL,
				  &evaluation->cases, &ids)) ||
	    (err = mlv_evaluate(place->ctx, &evaluation->cases, &evaluation->results)))
		return err;
	return mlv_eval_texts(&evaluation->results, &ids, &evaluation->record, &evaluation->flat);
}

static mlv_err print_flat(struct mlv_run *run, const struct evaluation *evaluation)
{
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	MLV_SCOPED(mlv_record_release) struct mlv_record record = { 0 };
	const char *name = evaluation->spec.name;
	mlv_err err = mlv_record_read(name, evaluation->record.ptr, evaluation->record.len, &record);

	if (err || (err = mlv_record_table_begin(&table)))
		return err;
	for (size_t m = 0; m < record.metric_count && !err; m++)
		err = mlv_record_table_row(&table, &record, &record.slices[0], m, MLV_RECORD_PRECISION);
	if (!err)
		mlv_table_print(&table, run->out, false);
	return err;
}

static mlv_err eval_one(struct mlv_run *run, const struct eval_args *args,
			struct mlv_metrics_place *place, const char *name)
{
	MLV_SCOPED(evaluation_release) struct evaluation evaluation = EVALUATION_INIT;
	const struct mlv_metrics_side side = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = evaluate(place, &side, name, args->new_edges, &evaluation);

	if (err || (err = mlv_eval_path(name, &path)))
		return err;
	if (!args->dry_run &&
	    (err = mlv_eval_store(place, name, &evaluation.record, &evaluation.flat)))
		return err;
	if (run->json) {
		mlv_out_object_begin(run->out, name);
		mlv_out_text(run->out, "record", path.ptr);
		mlv_out_number(run->out, "rows", evaluation.cases.rows.count);
		mlv_out_number(run->out, "slices", evaluation.results.count - 1);
		mlv_out_number(run->out, "folds", evaluation.results.fold_count);
		mlv_out_object_end(run->out);
		return NULL;
	}
	mlv_out_line(run->out, "%s: %zu rows, %zu slices%s%s", name, evaluation.cases.rows.count,
		     evaluation.results.count - 1, args->dry_run ? "" : " -> ",
		     args->dry_run ? "" : path.ptr);
	return print_flat(run, &evaluation);
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

static mlv_err eval_run(struct mlv_run *run, const void *args, char **typed)
{
	MLV_SCOPED(mlv_metrics_place_close) struct mlv_metrics_place place = { .root_fd = -1 };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	const struct mlv_metrics_side side = { 0 };
	mlv_err err;

	if ((err = mlv_metrics_place_open(&place, run->ctx, run->ctx->cwd)) ||
	    (err = list_names(&place, &side, typed, &names)))
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

static mlv_err verify_one(struct mlv_run *run, struct mlv_metrics_place *place,
			  const struct mlv_metrics_side *side, const char *name)
{
	MLV_SCOPED(evaluation_release) struct evaluation evaluation = EVALUATION_INIT;
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
	if ((err = evaluate(place, side, name, false, &evaluation)))
		return err;
	if (text.len != evaluation.record.len ||
	    memcmp(text.ptr, evaluation.record.ptr, text.len) != 0)
		return mlv_error_hint(mlv_error(MLV_E_CORRUPT,
						"%s:%zu: not what %s and mlv.yaml give", path.ptr,
						first_difference(&text, &evaluation.record),
						evaluation.spec.predictions),
				      "mlv eval %s writes it anew; git diff shows what changes", name);
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

static const struct mlv_cmd *const eval_subs[] = { &eval_verify, NULL };

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
