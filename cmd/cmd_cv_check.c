/* cmd_cv_check.c - mlv cv check: whether what trains tells of what tests. */
#include <string.h>

#include "cmd/cmd_cv.h"

struct check_args {
	const char *rev;
};

static const struct mlv_opt check_opts[] = {
	{ MLV_OPT_TEXT, 0, "rev", offsetof(struct check_args, rev), "<rev>", MLV_HINT_REV,
	  "check this revision instead of the work tree" },
	{ 0 },
};

/* What a problem is, of one row or one class and of many. */
static const char *const said[MLV_CV_PROBLEMS][2] = {
	[MLV_CV_SAME_ID] = { "row that tests has an id that trains",
			     "rows that test have an id that trains" },
	[MLV_CV_SAME_ROW] = { "row that tests also trains, equal but for its id",
			      "rows that test also train, equal but for their id" },
	[MLV_CV_NEAR_ROW] = { "row that tests also trains, but for case, space and how numbers are written",
			      "rows that test also train, but for case, space and how numbers are written" },
	[MLV_CV_OTHER_LABEL] = { "row that tests also trains, with another label",
				 "rows that test also train, with another label" },
	[MLV_CV_SAME_GROUP] = { "row that tests is of a group that trains",
				"rows that test are of a group that trains" },
	[MLV_CV_LATER] = { "row that tests is earlier than one that trains",
			   "rows that test are earlier than one that trains" },
	[MLV_CV_EMPTY] = { "set of rows is empty", "sets of rows are empty" },
	[MLV_CV_NO_CLASS] = { "class does not train or does not test",
			      "classes do not train or do not test" },
	[MLV_CV_NO_SLICE] = { "slice does not train or does not test",
			      "slices do not train or do not test" },
};

static mlv_err example(const struct mlv_cv *cv, const struct mlv_cv_finding *finding, struct mlv_buf *to)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf split = MLV_BUF_INIT;
	mlv_err err = mlv_cv_split_name(&cv->folds, finding->first_split, &split);

	if (err || (err = mlv_buf_printf(to, "split %s", split.ptr)))
		return err;
	if (finding->value && (err = mlv_buf_printf(to, ", '%s'", finding->value)))
		return err;
	return finding->test_line ? mlv_buf_printf(to, ", %s:%u and :%u", cv->spec.data, finding->test_line,
						   finding->train_line)
				  : NULL;
}

static mlv_err print_finding(struct mlv_run *run, const struct mlv_cv *cv,
			     const struct mlv_cv_finding *finding)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT, split = MLV_BUF_INIT;
	bool leaks = mlv_cv_problem_leaks(finding->problem);
	struct mlv_out *out = run->out;
	mlv_err err;

	if ((err = example(cv, finding, &text)) ||
	    (err = mlv_cv_split_name(&cv->folds, finding->first_split, &split)))
		return err;
	mlv_out_line(out, "%s %s: %llu %s in %zu of %zu splits (%s)", leaks ? "leak" : "gap ",
		     mlv_cv_problem_name(finding->problem), (unsigned long long)finding->rows,
		     said[finding->problem][finding->rows > 1], finding->splits, cv->folds.splits, text.ptr);
	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "problem", mlv_cv_problem_name(finding->problem));
	mlv_out_bool(out, "leak", leaks);
	mlv_out_number(out, "count", finding->rows);
	mlv_out_number(out, "splits", finding->splits);
	mlv_out_text(out, "split", split.ptr);
	if (finding->value)
		mlv_out_text(out, "value", finding->value);
	if (finding->test_line) {
		mlv_out_number(out, "test_line", finding->test_line);
		mlv_out_number(out, "train_line", finding->train_line);
	}
	mlv_out_object_end(out);
	return NULL;
}

/* Whether the file of the folds is what mlv.yaml and the table give; there need not be one. */
static mlv_err check_file(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			  const struct mlv_cv *cv, struct mlv_buf *path, bool *stale)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_EVAL_TABLE_MAX);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf there = MLV_BUF_LIMIT(MLV_EVAL_TABLE_MAX);
	bool found = false;
	mlv_err err;

	if ((err = mlv_cv_folds_path(cv->spec.name, path)) ||
	    (err = mlv_metrics_text(place, side, path->ptr, &there, &found)) || !found)
		return err;
	if ((err = mlv_cv_folds_text(cv, &text)))
		return err;
	*stale = text.len != there.len || memcmp(text.ptr, there.ptr, text.len) != 0;
	return NULL;
}

static void tell_left(struct mlv_out *out, const struct mlv_cv *cv, const struct mlv_strs *left)
{
	mlv_out_array_begin(out, "slices_left_out");
	for (size_t i = 0; i < left->count; i++) {
		mlv_out_line(out, "note slices of %s: not looked at, for %s has not all that they need",
			     left->at[i], cv->spec.data);
		mlv_out_text(out, NULL, left->at[i]);
	}
	mlv_out_array_end(out);
}

static mlv_err tell(struct mlv_run *run, const struct mlv_cv *cv, const struct mlv_cv_findings *findings,
		    const struct mlv_strs *left, bool *leaks)
{
	struct mlv_out *out = run->out;
	mlv_err err = NULL;

	*leaks = false;
	mlv_out_line(out, "%s: %s, %llu %s, %llu %s", cv->spec.name,
		     mlv_folds_scheme_name(cv->spec.plan.scheme), MLV_PLURAL(cv->frame.rows, "row"),
		     MLV_PLURAL(cv->folds.splits, "split"));
	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "name", cv->spec.name);
	mlv_out_number(out, "rows", cv->frame.rows);
	mlv_out_number(out, "splits", cv->folds.splits);
	mlv_out_array_begin(out, "findings");
	for (size_t p = 0; p < MLV_CV_PROBLEMS && !err; p++) {
		const struct mlv_cv_finding *finding = &findings->at[p];

		if (!finding->splits)
			continue;
		*leaks |= mlv_cv_problem_leaks(finding->problem);
		err = print_finding(run, cv, finding);
	}
	mlv_out_array_end(out);
	tell_left(out, cv, left);
	mlv_out_object_end(out);
	if (!findings->count)
		mlv_out_line(out, "no leaks were found");
	return err;
}

static mlv_err check_run(struct mlv_run *run, const void *opaque, char **names)
{
	MLV_SCOPED(mlv_metrics_place_close) struct mlv_metrics_place place = { .root_fd = -1 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT, path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_cv_findings_release) struct mlv_cv_findings findings = { 0 };
	MLV_SCOPED(mlv_cv_sliced_release) struct mlv_cv_sliced sliced = { 0 };
	MLV_SCOPED(mlv_cv_release) struct mlv_cv cv = { 0 };
	const struct check_args *args = opaque;
	struct mlv_metrics_side side = { 0 };
	bool leaks = false, stale = false;
	mlv_err err;

	if ((err = mlv_metrics_place_open(&place, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_metrics_side_init(&place, args->rev, &side)) ||
	    (err = mlv_cv_pick(&place, &side, names[0], &name)) ||
	    (err = mlv_cv_load(&place, &side, name.ptr, &cv)) ||
	    (err = mlv_cv_sliced_load(&place, &side, &cv, &sliced)) ||
	    (err = mlv_cv_check(run->ctx, &cv, &sliced.cases, &findings)) ||
	    (err = tell(run, &cv, &findings, &sliced.left, &leaks)) ||
	    (err = check_file(&place, &side, &cv, &path, &stale)))
		return err;
	if (stale)
		return mlv_error_hint(mlv_error(MLV_E_CORRUPT, "%s: not what mlv.yaml and %s give", path.ptr,
						cv.spec.data),
				      "mlv cv split %s writes it anew", cv.spec.name);
	return leaks ? mlv_error(MLV_E_NO, "%s", "") : NULL;
}

const struct mlv_cmd mlv_cmd_cv_check = {
	.name = "check",
	.summary = "look for leaks between what trains and what tests",
	.operands = "[<name>]",
	.max_operands = 1,
	.opts = check_opts,
	.args_size = sizeof(struct check_args),
	.run = check_run,
};
