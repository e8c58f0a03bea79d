/* cmd_metrics_diff.c - mlv metrics diff: what changed between two versions. */
#include "cmd/cmd_metrics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/record/diff.h"
#include "cmd/record/versions.h"
#include "cmd/ui/budget.h"
#include "cmd/ui/value.h"
#include "core/base/sys.h"

struct diff_args {
	struct mlv_opt_list targets;
	bool recursive, all, markdown, mermaid, no_path, no_rows, merge_base, exit_code;
	const char *precision, *slices, *sort, *adjust, *max_bytes, *paired, *level, *margin, *format;
	uint64_t min_n;
};

static const struct mlv_opt diff_opts[] = {
	{ MLV_OPT_LIST, 0, "targets", offsetof(struct diff_args, targets), "<path>",
	  MLV_HINT_FILE, "compare this file instead of those of mlv.yaml" },
	{ MLV_OPT_FLAG, 'R', "recursive", offsetof(struct diff_args, recursive), NULL,
	  MLV_HINT_NONE, "take the files below a target that is a directory" },
	{ MLV_OPT_FLAG, 0, "all", offsetof(struct diff_args, all), NULL, MLV_HINT_NONE,
	  "show what did not change, too" },
	{ MLV_OPT_FLAG, 0, "md", offsetof(struct diff_args, markdown), NULL, MLV_HINT_NONE,
	  "write a Markdown table" },
	{ MLV_OPT_TEXT, 0, "format", offsetof(struct diff_args, format), "<how>", MLV_HINT_NONE,
	  "table (default), or dvc-json: as dvc metrics diff --json" },
	{ MLV_OPT_FLAG, 0, "mermaid", offsetof(struct diff_args, mermaid), NULL, MLV_HINT_NONE,
	  "with --md, draw slices as charts that GitHub and GitLab show" },
	{ MLV_OPT_TEXT, 0, "max-bytes", offsetof(struct diff_args, max_bytes), "<n>", MLV_HINT_NONE,
	  "with --md, leave out last rows to fit (default: 60000)" },
	{ MLV_OPT_FLAG, 0, "no-path", offsetof(struct diff_args, no_path), NULL, MLV_HINT_NONE,
	  "leave out the column of files" },
	{ MLV_OPT_TEXT, 0, "precision", offsetof(struct diff_args, precision), "<n>",
	  MLV_HINT_NONE, "digits after the point (default: 5)" },
	{ MLV_OPT_TEXT, 0, "slices", offsetof(struct diff_args, slices), "<glob>", MLV_HINT_NONE,
	  "of evaluations, show slices whose names match" },
	{ MLV_OPT_TEXT, 0, "sort", offsetof(struct diff_args, sort), "<how>", MLV_HINT_NONE,
	  "slices by worst (default), delta, n or name" },
	{ MLV_OPT_TEXT, 0, "adjust", offsetof(struct diff_args, adjust), "<how>", MLV_HINT_NONE,
	  "p-values of slices: bh (default), holm, by or none" },
	{ MLV_OPT_FLAG, 0, "no-rows", offsetof(struct diff_args, no_rows), NULL, MLV_HINT_NONE,
	  "compare records of evaluations without their predictions" },
	{ MLV_OPT_TEXT, 0, "paired", offsetof(struct diff_args, paired), "<how>", MLV_HINT_NONE,
	  "pair rows (default; else folds), folds or none" },
	{ MLV_OPT_TEXT, 0, "level", offsetof(struct diff_args, level), "<share>", MLV_HINT_NONE,
	  "of intervals and tests (default: the record's, 0.95)" },
	{ MLV_OPT_COUNT, 0, "min-n", offsetof(struct diff_args, min_n), "<n>", MLV_HINT_NONE,
	  "do not judge slices of fewer rows (default: the record's)" },
	{ MLV_OPT_TEXT, 0, "margin", offsetof(struct diff_args, margin), "<loss>", MLV_HINT_NONE,
	  "of folds, how probable a larger loss is (default: 0.01)" },
	{ MLV_OPT_FLAG, 0, "merge-base", offsetof(struct diff_args, merge_base), NULL, MLV_HINT_NONE,
	  "compare with where the first revision and the other parted" },
	{ MLV_OPT_FLAG, 0, "exit-code", offsetof(struct diff_args, exit_code), NULL, MLV_HINT_NONE,
	  "exit 1 when something changed" },
	{ 0 },
};

struct diff {
	struct mlv_run *run;
	const struct diff_args *args;
	unsigned precision;
	size_t most; /* bytes to be written; 0: any number */
	struct mlv_metrics_place place;
	struct mlv_metrics_side sides[2]; /* old, new */
	struct mlv_strs files;
	struct mlv_strs evals; /* names of evaluations */
	struct mlv_record_diff_options options;
	struct mlv_record_diff_how how;
	bool changed; /* something did */
	bool dvc;     /* JSON as dvc metrics diff writes it: of all rows, and no more than numbers */
	char *base;   /* the merge base */
	struct mlv_table table;
	enum mlv_errc failed; /* why a file could not be read, as was told; MLV_E_NO: all could */
};

static void diff_release(struct diff *diff)
{
	mlv_strs_release(&diff->files);
	mlv_strs_release(&diff->evals);
	mlv_table_release(&diff->table);
	mlv_metrics_place_close(&diff->place);
	free(diff->base);
}

/* Add the files of names on both sides. A name that stands for none on either is told, of both. */
static mlv_err expand(struct diff *diff, const struct mlv_strs *names)
{
	MLV_SCOPED(mlv_metrics_expanded_release) struct mlv_metrics_expanded old = {
		.failed = diff->failed,
	};
	MLV_SCOPED(mlv_metrics_expanded_release) struct mlv_metrics_expanded now = { 0 };
	mlv_err err = mlv_metrics_expand_all(diff->run, &diff->place, &diff->sides[0], names, &old);

	now.failed = old.failed;
	if (err || (err = mlv_metrics_expand_all(diff->run, &diff->place, &diff->sides[1], names,
						 &now)))
		return err;
	diff->failed = now.failed;
	for (size_t i = 0; i < old.empty.count; i++)
		for (size_t s = 0; s < 2 && mlv_strs_has(&now.empty, old.empty.at[i]); s++)
			mlv_tell_warning(diff->run->ctx, "%s: not in %s", old.empty.at[i],
					 mlv_metrics_side_name(&diff->sides[s]));
	for (size_t i = 0; i < old.files.count && !err; i++)
		err = mlv_strs_add(&diff->files, old.files.at[i]);
	for (size_t i = 0; i < now.files.count && !err; i++)
		err = mlv_strs_add(&diff->files, now.files.at[i]);
	return err;
}

static mlv_err find_files(struct diff *diff)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	const struct mlv_metrics_typed typed = { diff->args->targets.at, diff->args->targets.count,
						 diff->args->recursive };
	mlv_err err = mlv_metrics_add_typed(&diff->place, diff->sides, 2, &typed, &names);

	for (size_t s = 0; s < 2 && !err && !typed.count; s++)
		if (!(err = mlv_metrics_list(&diff->place, &diff->sides[s], MLV_OUT_METRIC, &names)))
			err = mlv_metrics_list_evals(&diff->place, &diff->sides[s], &diff->evals);
	mlv_strs_sort_unique(&names);
	if (!err)
		err = expand(diff, &names);
	mlv_strs_sort_unique(&diff->files);
	if (!err)
		err = mlv_metrics_take_evals(&diff->place, diff->sides, 2, &diff->files,
					     &diff->evals);
	mlv_strs_sort_unique(&diff->evals);
	if (!err && !names.count && !diff->evals.count)
		return mlv_metrics_no_files("mlv metrics diff --targets <file>");
	return err;
}

/* What changed of all rows of a record. */
static void out_overall(const struct diff *diff, const char *path, const struct mlv_comparison *comparison)
{
	struct mlv_out *out = diff->run->out;

	mlv_out_object_begin(out, path);
	for (size_t c = 0; c < comparison->count && !comparison->changes[c].dim; c++) {
		const struct mlv_change *change = &comparison->changes[c];
		bool both = change->sides[0].defined && change->sides[1].defined;

		if (!diff->args->all && both && !(change->change < 0 || change->change > 0))
			continue;
		mlv_out_object_begin(out, change->metric);
		mlv_out_maybe(out, "old", change->sides[0].defined, change->sides[0].value);
		mlv_out_maybe(out, "new", change->sides[1].defined, change->sides[1].value);
		mlv_out_maybe(out, "diff", both, change->change);
		mlv_out_object_end(out);
	}
	mlv_out_object_end(out);
}

static mlv_err diff_eval(struct diff *diff, const char *name)
{
	MLV_SCOPED(mlv_record_diff_release) struct mlv_record_diff compared = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = mlv_record_diff_make(&diff->place, diff->sides, name, &diff->how, &compared);

	if (err && mlv_metrics_goes_on(diff->run, err, &diff->failed))
		return NULL;
	if (err || (err = mlv_eval_path(name, &path)))
		return err;
	for (size_t s = 0; s < 2; s++)
		if (!compared.sides[s].found)
			mlv_tell_warning(diff->run->ctx, "%s: not in %s", path.ptr,
					 mlv_metrics_side_name(&diff->sides[s]));
	diff->changed |= compared.sides[0].found != compared.sides[1].found;
	if (!compared.compared)
		return NULL;
	diff->changed |= mlv_record_diff_changed(&compared);
	if (diff->dvc) {
		out_overall(diff, path.ptr, &compared.comparison);
		return NULL;
	}
	return mlv_record_diff_print(diff->run, diff->sides, &compared, &diff->options);
}

/* Read one side; what cannot be parsed is told and counts as not there. */
static mlv_err read_side(struct diff *diff, size_t s, const char *file, struct mlv_metrics *metrics,
			 bool *found)
{
	mlv_err err = mlv_metrics_read(&diff->place, &diff->sides[s], file, metrics, found);

	if (err && mlv_metrics_goes_on(diff->run, err, &diff->failed)) {
		*found = true;
		return NULL;
	}
	if (!err && !*found)
		mlv_tell_warning(diff->run->ctx, "%s: not in %s", file,
				 mlv_metrics_side_name(&diff->sides[s]));
	return err;
}

/* A number, which of folds is their mean, or a text. */
static void out_plain(struct mlv_out *out, const char *name, const struct mlv_metric *metric)
{
	if (metric && metric->type == MLV_METRIC_TEXT)
		mlv_out_text(out, name, metric->text);
	else
		mlv_out_maybe(out, name, metric != NULL, metric ? metric->number : 0);
}

static void out_pair(struct mlv_out *out, const struct mlv_metric_pair *pair, bool plain)
{
	double change;

	mlv_out_object_begin(out, mlv_metric_pair_name(pair));
	(plain ? out_plain : mlv_metrics_out_value)(out, "old", pair->old);
	(plain ? out_plain : mlv_metrics_out_value)(out, "new", pair->new_metric);
	if (mlv_metric_pair_change(pair, &change))
		mlv_out_real(out, "diff", change);
	mlv_out_object_end(out);
}

static mlv_err change_cell(struct diff *diff, const struct mlv_metric_pair *pair)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	double change;
	mlv_err err;

	if (!mlv_metric_pair_change(pair, &change))
		return mlv_table_cell(&diff->table, "-");
	err = mlv_metric_format_change(&text, change, diff->precision);
	return err ? err : mlv_table_cell(&diff->table, text.ptr);
}

static mlv_err row_pair(struct diff *diff, const char *file, const struct mlv_metric_pair *pair)
{
	mlv_err err = NULL;

	if (!diff->args->no_path)
		err = mlv_metrics_path_cell(&diff->table, file);
	if (err || (err = mlv_table_cell(&diff->table, mlv_metric_pair_name(pair))) ||
	    (err = mlv_metrics_cell(&diff->table, pair->old, diff->precision)) ||
	    (err = mlv_metrics_cell(&diff->table, pair->new_metric, diff->precision)))
		return err;
	return change_cell(diff, pair);
}

static mlv_err diff_file(struct diff *diff, const char *file)
{
	MLV_SCOPED(mlv_metrics_release) struct mlv_metrics old = { 0 }, new_list = { 0 };
	struct mlv_metric_pair pair;
	bool found[2];
	size_t i = 0, j = 0;
	bool begun = false;
	mlv_err err;

	if ((err = read_side(diff, 0, file, &old, &found[0])) ||
	    (err = read_side(diff, 1, file, &new_list, &found[1])))
		return err;
	while (mlv_metrics_next_pair(&old, &new_list, &i, &j, &pair)) {
		if (!diff->args->all && mlv_metric_pair_equal(&pair))
			continue;
		if (!begun)
			mlv_out_object_begin(diff->run->out, file);
		begun = true;
		diff->changed |= !mlv_metric_pair_equal(&pair);
		out_pair(diff->run->out, &pair, diff->dvc);
		if ((err = row_pair(diff, file, &pair)))
			return err;
	}
	if (begun)
		mlv_out_object_end(diff->run->out);
	return NULL;
}

static mlv_err read_how(const struct diff_args *args, struct mlv_record_diff_how *how)
{
	static const char *const pairs[] = { "rows", "folds", "none" };
	size_t paired = 0;
	mlv_err err;

	*how = (struct mlv_record_diff_how){ .margin = MLV_RECORD_MARGIN, .min_n = args->min_n };
	if ((err = mlv_adjust_parse(args->adjust, &how->adjust)) ||
	    (err = mlv_option_real("--level", args->level, 0.5, 0.9999, &how->level)) ||
	    (err = mlv_option_real("--margin", args->margin, 0, HUGE_VAL, &how->margin)) ||
	    (err = mlv_option_choice("--paired", args->paired, pairs, MLV_COUNT(pairs), &paired)))
		return err;
	how->no_rows = paired > 0 || args->no_rows;
	how->no_folds = paired == 2;
	return NULL;
}

/* The old side is the commit from which it and the new one went their ways. */
static mlv_err go_to_merge_base(struct diff *diff)
{
	struct mlv_metrics_side head, *old = &diff->sides[0];
	const struct mlv_metrics_side *now = &diff->sides[1];
	struct mlv_git_id base;
	mlv_err err;

	if (!now->rev && (err = mlv_metrics_side_init(&diff->place, "HEAD", &head)))
		return err;
	if ((err = mlv_git_merge_base(diff->place.git, &old->commit,
				      now->rev ? &now->commit : &head.commit, &base)))
		return mlv_error_wrap(err, "%s", old->rev);
	if (!(diff->base = mlv_sys_strndup(base.hex, 10)))
		return mlv_error_nomem("a revision");
	*old = (struct mlv_metrics_side){ .rev = diff->base, .commit = base };
	return NULL;
}

static mlv_err open_diff(struct diff *diff, char **revs)
{
	const char *headings[] = { "Path", "Metric", NULL, NULL, "Change" };
	size_t skip = diff->args->no_path;
	const char *old = revs[0] ? revs[0] : "HEAD";
	mlv_err err;

	if ((err = mlv_metrics_precision(diff->args->precision, &diff->precision)) ||
	    (err = mlv_budget_parse(diff->args->max_bytes, diff->args->markdown, &diff->most)) ||
	    (err = read_how(diff->args, &diff->how)) ||
	    (diff->args->mermaid && !diff->args->markdown &&
	     (err = mlv_error(MLV_E_USAGE, "--mermaid needs --md"))) ||
	    (err = mlv_metrics_place_open(&diff->place, diff->run->ctx, diff->run->ctx->cwd)) ||
	    (err = mlv_metrics_side_init(&diff->place, old, &diff->sides[0])) ||
	    (err = mlv_metrics_side_init(&diff->place, revs[0] ? revs[1] : NULL, &diff->sides[1])) ||
	    (diff->args->merge_base && (err = go_to_merge_base(diff))))
		return err;
	diff->options = (struct mlv_record_diff_options){
		.slices = diff->args->slices, .all = diff->args->all,
		.markdown = diff->args->markdown, .mermaid = diff->args->mermaid,
		.precision = diff->precision, .order = MLV_RECORD_BY_WORST,
	};
	if ((err = mlv_record_order_parse(diff->args->sort, &diff->options.order)))
		return err;
	headings[2] = mlv_metrics_side_name(&diff->sides[0]);
	headings[3] = mlv_metrics_side_name(&diff->sides[1]);
	return mlv_table_init(&diff->table, 5 - skip, 0, headings + skip);
}

static mlv_err print(struct diff *diff)
{
	struct mlv_out *out = diff->run->out;
	mlv_err err = NULL;

	mlv_out_object_begin(out, NULL);
	for (size_t f = 0; f < diff->files.count && !err; f++)
		err = diff_file(diff, diff->files.at[f]);
	if (err)
		return err;
	mlv_table_print(&diff->table, out, diff->args->markdown);
	for (size_t e = 0; e < diff->evals.count && !err; e++)
		err = diff_eval(diff, diff->evals.at[e]);
	if (err)
		return err;
	mlv_out_object_end(out);
	return NULL;
}

static mlv_err print_within(struct diff *diff)
{
	MLV_SCOPED(mlv_mem_free) char *text = NULL;
	size_t len = 0;
	struct mlv_run *run = diff->run, again = *run;
	struct mlv_out *to = run->out, out = *to;
	mlv_err err;

	if (!(out.to = open_memstream(&text, &len)))
		return mlv_error_nomem("metrics");
	again.out = &out;
	diff->run = &again;
	err = print(diff);
	diff->run = run;
	if (fclose(out.to) && !err)
		err = mlv_error_nomem("metrics");
	return err ? err : mlv_budget_write(to, text, len, diff->most);
}

/* Of three revisions or more: of evaluations, which of their rows each is right about. */
static mlv_err compare_versions(struct diff *diff, char **revs)
{
	struct mlv_metrics_side sides[MLV_VERSIONS_MAX];
	size_t count = 0;
	mlv_err err = NULL;

	if (diff->dvc || diff->args->merge_base || diff->args->exit_code || diff->how.no_rows)
		return mlv_error(MLV_E_USAGE, "--merge-base, --exit-code, --no-rows, --paired and --format "
					      "are of two revisions");
	for (; revs[count] && !err; count++)
		err = mlv_metrics_side_init(&diff->place, revs[count], &sides[count]);
	for (size_t t = 0; t < diff->args->targets.count && !err; t++)
		err = mlv_strs_add(&diff->evals, diff->args->targets.at[t]);
	if (!err && !diff->evals.count)
		err = mlv_eval_names(&diff->place, &sides[count - 1], &diff->evals);
	if (!err && !diff->evals.count)
		err = mlv_error(MLV_E_MISSING, "mlv.yaml has no evaluations in %s", revs[count - 1]);
	mlv_out_object_begin(diff->run->out, NULL);
	for (size_t e = 0; e < diff->evals.count && !err; e++)
		err = mlv_record_versions_print(diff->run, &diff->place, sides, count,
						diff->evals.at[e], &diff->how, &diff->options);
	if (!err)
		mlv_out_object_end(diff->run->out);
	return err;
}

static mlv_err diff_run(struct mlv_run *run, const void *opaque, char **revs)
{
	MLV_SCOPED(diff_release) struct diff diff = { .run = run, .args = opaque,
						      .place = { .root_fd = -1 } };
	static const char *const formats[] = { "table", "dvc-json" };
	size_t format = 0;
	mlv_err err;

	if ((err = mlv_option_choice("--format", diff.args->format, formats, MLV_COUNT(formats), &format)))
		return err;
	diff.dvc = format == 1;
	run->json |= diff.dvc;
	run->out->json |= diff.dvc;
	if ((err = open_diff(&diff, revs)))
		return err;
	if (revs[0] && revs[1] && revs[2])
		return compare_versions(&diff, revs);
	if ((err = find_files(&diff)))
		return err;
	err = diff.most && !run->json ? print_within(&diff) : print(&diff);
	if (err || (err = mlv_metrics_verdict(diff.failed)))
		return err;
	return diff.args->exit_code && diff.changed ? mlv_error(MLV_E_NO, "%s", "") : NULL;
}

const struct mlv_cmd mlv_cmd_metrics_diff = {
	.name = "diff",
	.summary = "show how metrics changed between two revisions",
	.operands = "[<rev>...]",
	.max_operands = MLV_VERSIONS_MAX,
	.hint = MLV_HINT_REV,
	.opts = diff_opts,
	.args_size = sizeof(struct diff_args),
	.run = diff_run,
};
