/* cmd_metrics_show.c - mlv metrics show: the metrics of the work tree, or of revisions. */
#include "cmd/cmd_metrics.h"
#include "cmd/record/csv.h"
#include "cmd/record/show.h"

#define CSV_MAX ((size_t)1 << 30)

struct show_args {
	bool branches, tags, commits, recursive, markdown, csv;
	const char *rev;
	const char *precision, *slices, *sort;
};

static const struct mlv_opt show_opts[] = {
	{ MLV_OPT_TEXT, 0, "rev", offsetof(struct show_args, rev), "<rev>", MLV_HINT_REV,
	  "show this revision instead of the work tree" },
	{ MLV_OPT_FLAG, 'a', "all-branches", offsetof(struct show_args, branches), NULL,
	  MLV_HINT_NONE, "show the tip of each branch, too" },
	{ MLV_OPT_FLAG, 'T', "all-tags", offsetof(struct show_args, tags), NULL, MLV_HINT_NONE,
	  "show each tag, too" },
	{ MLV_OPT_FLAG, 'A', "all-commits", offsetof(struct show_args, commits), NULL,
	  MLV_HINT_NONE, "show each commit, too" },
	{ MLV_OPT_FLAG, 'R', "recursive", offsetof(struct show_args, recursive), NULL,
	  MLV_HINT_NONE, "take the files below a target that is a directory" },
	{ MLV_OPT_FLAG, 0, "md", offsetof(struct show_args, markdown), NULL, MLV_HINT_NONE,
	  "write a Markdown table" },
	{ MLV_OPT_FLAG, 0, "csv", offsetof(struct show_args, csv), NULL, MLV_HINT_NONE,
	  "write CSV, with full precision" },
	{ MLV_OPT_TEXT, 0, "precision", offsetof(struct show_args, precision), "<n>",
	  MLV_HINT_NONE, "digits after the point (default: 5)" },
	{ MLV_OPT_TEXT, 0, "slices", offsetof(struct show_args, slices), "<glob>", MLV_HINT_NONE,
	  "of evaluations, show slices whose names match" },
	{ MLV_OPT_TEXT, 0, "sort", offsetof(struct show_args, sort), "<how>", MLV_HINT_NONE,
	  "slices by name (default), n, worst or delta" },
	{ 0 },
};

struct show {
	struct mlv_run *run;
	const struct show_args *args;
	unsigned precision;
	bool many; /* several versions: they are told apart by a column, or a JSON level */
	bool named; /* the user said what */
	struct mlv_metrics_place place;
	struct mlv_strs evals; /* evaluations whose records are shown */
	struct mlv_strs typed; /* empty: those of mlv.yaml, of each version */
	struct mlv_table table;
	struct mlv_buf csv;
	size_t files; /* found so far */
	size_t absent; /* known, and not there */
	enum mlv_errc failed; /* why a file could not be read, as was told; MLV_E_NO: all could */
};

static void show_release(struct show *show)
{
	mlv_strs_release(&show->typed);
	mlv_strs_release(&show->evals);
	mlv_table_release(&show->table);
	mlv_buf_release(&show->csv);
	mlv_metrics_place_close(&show->place);
}

static void warn_missing(struct show *show, const struct mlv_metrics_side *side, const char *file)
{
	mlv_tell_warning(show->run->ctx, "%s: not in %s", file, mlv_metrics_side_name(side));
}

static mlv_err add_row(struct show *show, const struct mlv_metrics_side *side, const char *file,
		       const struct mlv_metric *metric)
{
	const char *rev = show->many ? mlv_metrics_side_name(side) : NULL;
	mlv_err err;

	if (show->args->csv)
		return mlv_record_csv_metric(&show->csv, rev, file, metric);
	if ((rev && (err = mlv_table_cell(&show->table, rev))) ||
	    (err = mlv_metrics_path_cell(&show->table, file)) ||
	    (err = mlv_table_cell(&show->table, metric->name)))
		return err;
	return mlv_metrics_cell(&show->table, metric, show->precision);
}

static mlv_err show_file(struct show *show, const struct mlv_metrics_side *side, const char *file)
{
	MLV_SCOPED(mlv_metrics_release) struct mlv_metrics metrics = { 0 };
	struct mlv_out *out = show->run->out;
	bool found = false;
	mlv_err err = mlv_metrics_read(&show->place, side, file, &metrics, &found);

	if (err && mlv_metrics_goes_on(show->run, err, &show->failed))
		return NULL;
	if (err)
		return err;
	if (!found && !show->many)
		warn_missing(show, side, file);
	show->files += found;
	show->absent += !found;
	if (!found)
		return NULL;
	mlv_out_object_begin(out, file);
	for (size_t i = 0; i < metrics.count; i++) {
		mlv_metrics_out_value(out, metrics.at[i].name, &metrics.at[i]);
		if ((err = add_row(show, side, file, &metrics.at[i])))
			return err;
	}
	mlv_out_object_end(out);
	return NULL;
}

static mlv_err show_side(struct show *show, const char *rev)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs listed = { 0 };
	MLV_SCOPED(mlv_metrics_expanded_release) struct mlv_metrics_expanded found = {
		.failed = show->failed,
	};
	struct mlv_metrics_side side;
	mlv_err err;

	if ((err = mlv_metrics_side_init(&show->place, rev, &side)) ||
	    (!show->typed.count &&
	     (err = mlv_metrics_list(&show->place, &side, MLV_OUT_METRIC, &listed))))
		return err;
	mlv_strs_sort_unique(&listed);
	if ((err = mlv_metrics_expand_all(show->run, &show->place, &side,
					  show->typed.count ? &show->typed : &listed, &found)))
		return err;
	show->failed = found.failed;
	show->absent += found.empty.count;
	for (size_t i = 0; i < found.empty.count && !show->many; i++)
		warn_missing(show, &side, found.empty.at[i]);
	/* Of several versions they are shown as metrics files, which say less of them. */
	if (!show->many &&
	    (err = mlv_metrics_take_evals(&show->place, &side, 1, &found.files, &show->evals)))
		return err;
	if (show->many)
		mlv_out_object_begin(show->run->out, mlv_metrics_side_name(&side));
	for (size_t f = 0; f < found.files.count && !err; f++)
		err = show_file(show, &side, found.files.at[f]);
	if (err)
		return err;
	if (show->many)
		mlv_out_object_end(show->run->out);
	return NULL;
}

/* The records of one version. */
static mlv_err show_records(struct show *show)
{
	const struct mlv_record_show_options options = {
		.slices = show->args->slices, .sort = show->args->sort,
		.markdown = show->args->markdown, .precision = show->precision,
		.csv = show->args->csv ? &show->csv : NULL,
	};
	struct mlv_metrics_side side;
	mlv_err err;

	if (show->many)
		return NULL;
	if ((err = mlv_metrics_side_init(&show->place, show->args->rev, &side)))
		return err;
	mlv_strs_sort_unique(&show->evals);
	for (size_t e = 0; e < show->evals.count && !err; e++) {
		bool found = false;

		err = mlv_record_show(show->run, &show->place, &side, show->evals.at[e], &options,
				      &found);
		show->files += found;
		if (err && mlv_metrics_goes_on(show->run, err, &show->failed))
			err = NULL;
	}
	return err;
}

/* Named records are shown as such; of several versions as metrics files. */
static mlv_err take_records(struct show *show)
{
	MLV_SCOPED(mlv_metrics_expanded_release) struct mlv_metrics_expanded found = {
		.failed = show->failed,
	};
	struct mlv_metrics_side side;
	mlv_err err;

	if (show->many || !show->typed.count)
		return NULL;
	if ((err = mlv_metrics_side_init(&show->place, show->args->rev, &side)) ||
	    (err = mlv_metrics_expand_all(show->run, &show->place, &side, &show->typed, &found)))
		return err;
	show->failed = found.failed;
	for (size_t i = 0; i < found.empty.count && !err; i++)
		err = mlv_strs_add(&found.files, found.empty.at[i]);
	if (err)
		return err;
	mlv_strs_release(&show->typed);
	show->typed = found.files;
	found.files = (struct mlv_strs){ 0 };
	return mlv_metrics_take_evals(&show->place, &side, 1, &show->typed, &show->evals);
}

static mlv_err add_rev(void *arg, const struct mlv_git_id *commit, const char *name)
{
	return mlv_strs_add(arg, name ? name : commit->hex);
}

static mlv_err show_all(struct show *show, unsigned scopes)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs revs = { 0 };
	mlv_err err = show_side(show, show->args->rev);

	if (!err && scopes && show->place.git)
		err = mlv_git_each_commit(show->place.git, scopes, add_rev, &revs);
	for (size_t i = 0; i < revs.count && !err; i++)
		err = show_side(show, revs.at[i]);
	return err;
}

/* What the user named; of several versions an evaluation is one of the work tree. */
static mlv_err take_typed(struct show *show, char **targets)
{
	struct mlv_metrics_typed typed = { (const char *const *)targets, 0, show->args->recursive };
	struct mlv_metrics_side side;
	mlv_err err;

	while (targets[typed.count])
		typed.count++;
	show->named = typed.count > 0;
	if ((err = mlv_metrics_side_init(&show->place, show->args->rev, &side)) ||
	    (err = mlv_metrics_add_typed(&show->place, &side, 1, &typed, &show->typed)))
		return err;
	mlv_strs_sort_unique(&show->typed);
	if (show->named || show->many)
		return take_records(show);
	/* Before metrics files: what is wrong in mlv.yaml is told once, not warned of with these. */
	return mlv_metrics_list_evals(&show->place, &side, &show->evals);
}

static mlv_err print(struct show *show, unsigned scopes)
{
	struct mlv_out *out = show->run->out;
	bool csv = show->args->csv;
	mlv_err err;

	mlv_out_object_begin(out, NULL);
	if ((csv && (err = mlv_record_csv_begin(&show->csv, show->many))) ||
	    ((show->typed.count || !show->named) && (err = show_all(show, scopes))))
		return err;
	mlv_table_print(&show->table, out, show->args->markdown);
	if ((err = show_records(show)))
		return err;
	mlv_out_object_end(out);
	return csv && show->files ? mlv_out_bytes(out, show->csv.ptr, show->csv.len) : NULL;
}

static mlv_err show_run(struct mlv_run *run, const void *opaque, char **targets)
{
	static const char *const headings[] = { "Revision", "Path", "Metric", "Value" };
	MLV_SCOPED(show_release) struct show show = {
		.run = run, .args = opaque, .place = { .root_fd = -1 }, .csv = MLV_BUF_LIMIT(CSV_MAX),
	};
	unsigned scopes = (show.args->branches ? MLV_GIT_BRANCHES : 0U) |
			  (show.args->tags ? MLV_GIT_TAGS : 0U) |
			  (show.args->commits ? MLV_GIT_ALL_COMMITS : 0U);
	size_t skip = scopes ? 0 : 1;
	mlv_err err;

	show.many = scopes != 0;
	if (show.args->csv && (run->json || show.args->markdown))
		return mlv_error(MLV_E_USAGE, "--csv, --md and --json are written one at a time");
	if ((err = mlv_metrics_precision(show.args->precision, &show.precision)) ||
	    (err = mlv_metrics_place_open(&show.place, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_table_init(&show.table, 4 - skip, 0, headings + skip)) ||
	    (err = take_typed(&show, targets)) || (err = print(&show, scopes)))
		return err;
	if (show.failed != MLV_E_NO)
		return mlv_metrics_verdict(show.failed);
	if (show.files)
		return NULL;
	return show.absent ? mlv_error(MLV_E_MISSING, "no metrics file is there")
			   : mlv_metrics_no_files("mlv metrics show <file>");
}

const struct mlv_cmd mlv_cmd_metrics_show = {
	.name = "show",
	.summary = "show metrics of the work tree or of revisions",
	.operands = "[<path or evaluation>...]",
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.opts = show_opts,
	.args_size = sizeof(struct show_args),
	.run = show_run,
};
