/* cmd_params.c - mlv params diff: how parameters changed between two versions. */
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd_metrics.h"
#include "core/base/path.h"
#include "core/repo/param_rows.h"

struct diff_args {
	struct mlv_opt_list targets;
	bool all, deps, markdown, no_path;
};

static const struct mlv_opt diff_opts[] = {
	{ MLV_OPT_LIST, 0, "targets", offsetof(struct diff_args, targets), "<path>",
	  MLV_HINT_FILE, "compare this file instead of those of mlv.yaml" },
	{ MLV_OPT_FLAG, 0, "all", offsetof(struct diff_args, all), NULL, MLV_HINT_NONE,
	  "show what did not change, too" },
	{ MLV_OPT_FLAG, 0, "deps", offsetof(struct diff_args, deps), NULL, MLV_HINT_NONE,
	  "show only what stages depend on" },
	{ MLV_OPT_FLAG, 0, "md", offsetof(struct diff_args, markdown), NULL, MLV_HINT_NONE,
	  "write a Markdown table" },
	{ MLV_OPT_FLAG, 0, "no-path", offsetof(struct diff_args, no_path), NULL, MLV_HINT_NONE,
	  "leave out the column of files" },
	{ 0 },
};

struct diff {
	struct mlv_run *run;
	const struct diff_args *args;
	struct mlv_metrics_place place;
	struct mlv_metrics_side sides[2]; /* old, new */
	struct mlv_strs typed;
	struct mlv_param_files files;
	struct mlv_table table;
	enum mlv_errc failed; /* why a file could not be read, as was told; MLV_E_NO: all could */
};

static void diff_release(struct diff *diff)
{
	mlv_strs_release(&diff->typed);
	mlv_param_files_release(&diff->files);
	mlv_table_release(&diff->table);
	mlv_metrics_place_close(&diff->place);
}

static mlv_err add_typed(struct diff *diff)
{
	const struct mlv_opt_list *typed = &diff->args->targets;
	mlv_err err = NULL;

	for (size_t i = 0; i < typed->count && !err; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;

		if (!(err = mlv_metrics_place_name(&diff->place, typed->at[i], &name)))
			err = mlv_strs_add(&diff->typed, name.ptr);
	}
	mlv_strs_sort_unique(&diff->typed);
	return err;
}

/* The typed files whole, or those of both versions; with --deps and files, those that are both. */
static mlv_err find_files(struct diff *diff)
{
	const bool deps = diff->args->deps;
	mlv_err err = add_typed(diff);

	for (size_t s = 0; s < 2 && !err && (deps || !diff->typed.count); s++)
		err = mlv_param_files_add(&diff->files, &diff->place, &diff->sides[s], deps);
	for (size_t i = 0; i < diff->typed.count && !err && !deps; i++)
		err = mlv_param_files_whole(&diff->files, diff->typed.at[i]);
	if (err)
		return err;
	mlv_param_files_settle(&diff->files);
	if (diff->files.count)
		return NULL;
	if (deps)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "no stage depends on parameters"),
				      "leave out --deps to see those of all files");
	return mlv_error_hint(mlv_error(MLV_E_MISSING, "no parameter files are known"),
			      "list them in mlv.yaml under 'params:', or name them with --targets");
}

/* Read one side; what cannot be parsed is told and counts as not there. */
static mlv_err read_side(struct diff *diff, size_t s, const struct mlv_stage_param *file,
			 struct mlv_param_rows *rows)
{
	bool found = false;
	mlv_err err = mlv_param_rows_read(rows, &diff->place, &diff->sides[s], file, &found);

	if (err && mlv_metrics_goes_on(diff->run, err, &diff->failed))
		return NULL;
	if (!err && !found)
		mlv_tell_warning(diff->run->ctx, "%s: not in %s", file->file,
				 mlv_metrics_side_name(&diff->sides[s]));
	return err;
}

static bool is_number(const struct mlv_param_row *row)
{
	return row && (row->value->type == MLV_VALUE_INT || row->value->type == MLV_VALUE_REAL);
}

/* A scalar as itself; a list, or an empty map, as a text. */
static void out_value(struct mlv_out *out, const char *name, const struct mlv_param_row *row)
{
	const struct mlv_value *value = row ? row->value : NULL;

	if (!value || value->type == MLV_VALUE_NULL)
		mlv_out_null(out, name);
	else if (value->type == MLV_VALUE_BOOL)
		mlv_out_bool(out, name, value->boolean);
	else if (value->type == MLV_VALUE_INT && value->integer >= 0)
		mlv_out_number(out, name, (uint64_t)value->integer);
	else if (is_number(row))
		mlv_out_real(out, name, value->real);
	else if (value->type == MLV_VALUE_TEXT)
		mlv_out_text_len(out, name, value->text, value->text_len);
	else
		mlv_out_text(out, name, row->json);
}

static void out_change(struct mlv_out *out, const char *name, const struct mlv_param_row *old,
		       const struct mlv_param_row *new_row)
{
	mlv_out_object_begin(out, name);
	out_value(out, "old", old);
	out_value(out, "new", new_row);
	if (is_number(old) && is_number(new_row))
		mlv_out_real(out, "diff", new_row->value->real - old->value->real);
	mlv_out_object_end(out);
}

/* As people read it: a text without quotes, if nothing in it could be misread. */
static const char *shown(const struct mlv_param_row *row)
{
	if (!row)
		return "-";
	if (row->value->type == MLV_VALUE_TEXT && row->value->text_len &&
	    mlv_text_is_plain(row->value->text, row->value->text_len))
		return row->value->text;
	return row->json;
}

static mlv_err row_change(struct diff *diff, const char *file, const char *name,
			  const struct mlv_param_row *old, const struct mlv_param_row *new_row)
{
	const char *was = shown(old), *is = shown(new_row);
	mlv_err err = NULL;

	/* "1" became 1, say. */
	if (old && new_row && strcmp(was, is) == 0) {
		was = old->json;
		is = new_row->json;
	}
	if (!diff->args->no_path)
		err = mlv_metrics_path_cell(&diff->table, file);
	if (err)
		return err;
	err = mlv_text_is_plain(name, strlen(name)) ? mlv_table_cell(&diff->table, name)
						    : mlv_metrics_path_cell(&diff->table, name);
	if (err || (err = mlv_table_cell(&diff->table, was)))
		return err;
	return mlv_table_cell(&diff->table, is);
}

/* The next name of either side; false at the end. */
static bool next_pair(const struct mlv_param_rows sides[2], size_t at[2],
		      const struct mlv_param_row *pair[2])
{
	int order = 0;

	for (size_t s = 0; s < 2; s++)
		pair[s] = at[s] < sides[s].count ? &sides[s].at[at[s]] : NULL;
	if (pair[0] && pair[1])
		order = strcmp(pair[0]->name, pair[1]->name);
	if (order > 0)
		pair[0] = NULL;
	if (order < 0)
		pair[1] = NULL;
	for (size_t s = 0; s < 2; s++)
		at[s] += pair[s] != NULL;
	return pair[0] || pair[1];
}

static mlv_err diff_rows(struct diff *diff, const char *file, const struct mlv_param_rows sides[2])
{
	const struct mlv_param_row *pair[2];
	size_t at[2] = { 0, 0 };
	bool begun = false;

	while (next_pair(sides, at, pair)) {
		const char *name = (pair[0] ? pair[0] : pair[1])->name;
		mlv_err err;

		if (!diff->args->all && pair[0] && pair[1] &&
		    strcmp(pair[0]->json, pair[1]->json) == 0)
			continue;
		if (!begun)
			mlv_out_object_begin(diff->run->out, file);
		begun = true;
		out_change(diff->run->out, name, pair[0], pair[1]);
		if ((err = row_change(diff, file, name, pair[0], pair[1])))
			return err;
	}
	if (begun)
		mlv_out_object_end(diff->run->out);
	return NULL;
}

static mlv_err diff_file(struct diff *diff, const struct mlv_stage_param *file)
{
	struct mlv_param_rows sides[2] = { { 0 }, { 0 } };
	mlv_err err = read_side(diff, 0, file, &sides[0]);

	if (!err && !(err = read_side(diff, 1, file, &sides[1])))
		err = diff_rows(diff, file->file, sides);
	mlv_param_rows_release(&sides[0]);
	mlv_param_rows_release(&sides[1]);
	return err;
}

static mlv_err open_diff(struct diff *diff, char **revs)
{
	const char *headings[] = { "Path", "Param", NULL, NULL };
	size_t skip = diff->args->no_path;
	const char *old = revs[0] ? revs[0] : "HEAD";
	mlv_err err;

	if ((err = mlv_metrics_place_open(&diff->place, diff->run->ctx, diff->run->ctx->cwd)) ||
	    (err = mlv_metrics_side_init(&diff->place, old, &diff->sides[0])) ||
	    (err = mlv_metrics_side_init(&diff->place, revs[0] ? revs[1] : NULL, &diff->sides[1])))
		return err;
	headings[2] = mlv_metrics_side_name(&diff->sides[0]);
	headings[3] = mlv_metrics_side_name(&diff->sides[1]);
	return mlv_table_init(&diff->table, 4 - skip, 0, headings + skip);
}

static mlv_err diff_run(struct mlv_run *run, const void *opaque, char **revs)
{
	MLV_SCOPED(diff_release) struct diff diff = { .run = run, .args = opaque,
						      .place = { .root_fd = -1 } };
	mlv_err err;

	if ((err = open_diff(&diff, revs)) || (err = find_files(&diff)))
		return err;
	mlv_out_object_begin(run->out, NULL);
	for (size_t f = 0; f < diff.files.count && !err; f++)
		if (!diff.args->deps || !diff.typed.count ||
		    mlv_strs_has(&diff.typed, diff.files.at[f].file))
			err = diff_file(&diff, &diff.files.at[f]);
	if (err)
		return err;
	mlv_table_print(&diff.table, run->out, diff.args->markdown);
	mlv_out_object_end(run->out);
	if (diff.failed != MLV_E_NO)
		return mlv_error(diff.failed, "some parameters could not be read");
	return NULL;
}

static const struct mlv_cmd params_diff = {
	.name = "diff",
	.summary = "show how parameters changed between two revisions",
	.operands = "[<rev> [<rev>]]",
	.max_operands = 2,
	.hint = MLV_HINT_REV,
	.opts = diff_opts,
	.args_size = sizeof(struct diff_args),
	.run = diff_run,
};

static const struct mlv_cmd *const params_subs[] = { &params_diff, NULL };

const struct mlv_cmd mlv_cmd_params = {
	.name = "params",
	.summary = "compare parameters between revisions",
	.operands = "[<operand>...]",
	.subs = params_subs,
};
