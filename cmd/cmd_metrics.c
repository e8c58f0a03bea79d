/* cmd_metrics.c - mlv metrics: what the metrics of the sub-commands have in common. */
#include "cmd/cmd_metrics.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/eval.h"

static const struct mlv_cmd *const metrics_subs[] = {
	&mlv_cmd_metrics_bisect,
	&mlv_cmd_metrics_blame,
	&mlv_cmd_metrics_diff,
	&mlv_cmd_metrics_list,
	&mlv_cmd_metrics_log,
	&mlv_cmd_metrics_show,
	NULL,
};

const struct mlv_cmd mlv_cmd_metrics = {
	.name = "metrics",
	.summary = "show metrics and compare them between revisions",
	.operands = "[<operand>...]",
	.subs = metrics_subs,
};

/* Whether it is an evaluation in one of the versions; a mlv.yaml with a mistake is told elsewhere. */
static bool is_eval(const struct mlv_metrics_place *place, const struct mlv_metrics_side *sides,
		    size_t count, const char *typed)
{
	bool is = false;

	for (size_t s = 0; s < count && !is && mlv_eval_name_ok(typed); s++) {
		MLV_SCOPED(mlv_strs_release) struct mlv_strs evals = { 0 };

		is = !mlv_eval_names(place, &sides[s], &evals) && mlv_strs_has(&evals, typed);
	}
	return is;
}

/* A file, or with -R a directory, that the user named; or an evaluation. */
static mlv_err add_typed(const struct mlv_metrics_place *place, const struct mlv_metrics_side *sides,
			 size_t count, const char *typed, bool recursive, struct mlv_strs *names)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	struct stat st;
	bool there, is_directory;
	mlv_err err = mlv_metrics_place_name(place, typed, &name);

	if (err)
		return err;
	there = mlv_sys_fstatat(place->root_fd, name.len ? name.ptr : ".", &st, 0) == 0;
	is_directory = there && S_ISDIR(st.st_mode);
	if ((!there || (is_directory && !recursive)) && is_eval(place, sides, count, typed)) {
		mlv_buf_clear(&name);
		err = mlv_eval_path(typed, &name);
	} else if (is_directory && !recursive) {
		err = mlv_error_hint(mlv_error(MLV_E_USAGE, "%s: a directory", typed),
				     "add -R to take the files below it");
	}
	return err ? err : mlv_strs_add(names, name.ptr);
}

mlv_err mlv_metrics_add_typed(const struct mlv_metrics_place *place,
			      const struct mlv_metrics_side *sides, size_t side_count,
			      const struct mlv_metrics_typed *typed, struct mlv_strs *names)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < typed->count && !err; i++)
		err = add_typed(place, sides, side_count, typed->at[i], typed->recursive, names);
	return err;
}

mlv_err mlv_metrics_expand_all(struct mlv_run *run, struct mlv_metrics_place *place,
			       const struct mlv_metrics_side *side, const struct mlv_strs *names,
			       struct mlv_metrics_expanded *to)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < names->count && !err; i++) {
		bool found = true;

		err = mlv_metrics_expand(place, side, names->at[i], &to->files, &found);
		if (err && mlv_metrics_goes_on(run, err, &to->failed))
			err = NULL;
		if (!err && !found)
			err = mlv_strs_add(&to->empty, names->at[i]);
	}
	mlv_strs_sort_unique(&to->files);
	return err;
}

void mlv_metrics_expanded_release(struct mlv_metrics_expanded *expanded)
{
	mlv_strs_release(&expanded->files);
	mlv_strs_release(&expanded->empty);
}

mlv_err mlv_metrics_list_evals(const struct mlv_metrics_place *place,
			       const struct mlv_metrics_side *side, struct mlv_strs *evals)
{
	mlv_err err = mlv_eval_names(place, side, evals);

	return err && err->code == MLV_E_MISSING ? NULL : err;
}

mlv_err mlv_metrics_name_record(const char *file, char **out)
{
	static const char before[] = "evals/", after[] = ".json";
	size_t len = strlen(file), around = sizeof(before) + sizeof(after) - 2;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	mlv_err err;

	if (len < sizeof(after) || strcmp(file + len - (sizeof(after) - 1), after) != 0)
		return NULL;
	if (len > around && strncmp(file, before, sizeof(before) - 1) == 0) {
		if ((err = mlv_buf_add(&name, file + sizeof(before) - 1, len - around)))
			return err;
		if (!mlv_eval_name_ok(name.ptr))
			mlv_buf_clear(&name);
	}
	if (!name.len && (err = mlv_buf_printf(&name, "%s%s", strchr(file, '/') ? "" : "./", file)))
		return err;
	*out = mlv_buf_detach(&name);
	return *out ? NULL : mlv_error_nomem("a record");
}

/* Whether it is a record in one of the versions; one that cannot be read is told when it is needed. */
static bool is_record(struct mlv_metrics_place *place, const struct mlv_metrics_side *sides, size_t count,
		      const char *file)
{
	bool is = false;

	for (size_t s = 0; s < count && !is; s++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_RECORD_MAX);
		bool found = false;

		is = !mlv_metrics_text(place, &sides[s], file, &text, &found) && found &&
		     strstr(text.ptr, "\"schema\":\"mlv.eval/") != NULL;
	}
	return is;
}

mlv_err mlv_metrics_take_evals(struct mlv_metrics_place *place, const struct mlv_metrics_side *sides,
			       size_t count, struct mlv_strs *files, struct mlv_strs *evals)
{
	size_t kept = 0;
	mlv_err err = NULL;

	for (size_t f = 0; f < files->count; f++) {
		MLV_SCOPED(mlv_mem_free) char *name = NULL;
		bool is = false;

		if (!err && !(err = mlv_metrics_name_record(files->at[f], &name)) && name)
			is = is_record(place, sides, count, files->at[f]);
		if (is)
			err = mlv_strs_add(evals, name);
		if (err || !is)
			files->at[kept++] = files->at[f];
		else
			free(files->at[f]);
	}
	files->count = kept;
	return err;
}

mlv_err mlv_metrics_no_files(const char *how)
{
	return mlv_error_hint(mlv_error(MLV_E_MISSING, "no metrics files are known"),
			      "list them in mlv.yaml under 'metrics:', or name them: %s", how);
}

bool mlv_metrics_goes_on(struct mlv_run *run, mlv_err err, enum mlv_errc *failed)
{
	if (err->code != MLV_E_SPEC && err->code != MLV_E_MISSING && err->code != MLV_E_REFUSED)
		return false;
	mlv_tell_warning(run->ctx, "%s", err->msg);
	if (*failed == MLV_E_NO)
		*failed = err->code;
	return true;
}

mlv_err mlv_metrics_verdict(enum mlv_errc failed)
{
	return failed == MLV_E_NO ? NULL : mlv_error(failed, "some metrics could not be read");
}

void mlv_metrics_out_value(struct mlv_out *out, const char *name, const struct mlv_metric *metric)
{
	if (!metric) {
		mlv_out_null(out, name);
		return;
	}
	switch (metric->type) {
	case MLV_METRIC_TEXT:
		mlv_out_text(out, name, metric->text);
		break;
	case MLV_METRIC_NUMBER:
		mlv_out_real(out, name, metric->number);
		break;
	case MLV_METRIC_FOLDS:
		mlv_out_object_begin(out, name);
		mlv_out_real(out, "mean", metric->number);
		mlv_out_real(out, "std", metric->std);
		mlv_out_number(out, "n", metric->count);
		mlv_out_array_begin(out, "folds");
		for (size_t i = 0; i < metric->count; i++)
			mlv_out_real(out, NULL, metric->folds[i]);
		mlv_out_array_end(out);
		mlv_out_object_end(out);
		break;
	}
}

mlv_err mlv_metrics_cell(struct mlv_table *table, const struct mlv_metric *metric,
			 unsigned precision)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = mlv_metric_format(&text, metric, precision);

	return err ? err : mlv_table_cell(table, text.ptr);
}

mlv_err mlv_metrics_path_cell(struct mlv_table *table, const char *file)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = mlv_path_quote(&text, file, strlen(file));

	return err ? err : mlv_table_cell(table, text.ptr);
}

mlv_err mlv_metrics_precision(const char *text, unsigned *precision)
{
	char *end = NULL;
	unsigned long digits = text ? strtoul(text, &end, 10) : 5;

	if (text && (text[0] < '0' || text[0] > '9' || *end || digits > 17))
		return mlv_error(MLV_E_USAGE, "--precision needs a number from 0 to 17, not '%s'",
				 text);
	*precision = (unsigned)digits;
	return NULL;
}
