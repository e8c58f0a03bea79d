#include "core/eval/spec.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/suggest.h"
#include "core/base/sys.h"
#include "core/eval/spec/parts.h"

static const char *const eval_keys[] = { "predictions", "task", "columns", "join", "positive",
					 "threshold", "metrics", "direction", "interval", "min_n",
					 "slices", "model", NULL };
static const char *const join_keys[] = { "path", "on", NULL };
static const char *const role_keys[] = { "id", "label", "score", "pred", "weight", "fold",
					 "group", NULL };

const char *mlv_role_name(enum mlv_role role)
{
	return role_keys[role];
}

void mlv_slice_def_release(struct mlv_slice_def *def)
{
	free(def->name);
	free(def->column);
	mlv_expr_freep(&def->expr);
	mlv_strs_release(&def->cross);
	free(def->edges);
	*def = (struct mlv_slice_def){ 0 };
}

void mlv_eval_spec_release(struct mlv_eval_spec *spec)
{
	free(spec->name);
	free(spec->predictions);
	for (size_t r = 0; r < MLV_ROLES; r++)
		free(spec->column[r]);
	free(spec->join);
	free(spec->join_on);
	free(spec->model);
	free(spec->positive);
	free(spec->metrics);
	for (size_t s = 0; s < spec->slice_count; s++)
		mlv_slice_def_release(&spec->slices[s]);
	free(spec->slices);
	*spec = (struct mlv_eval_spec){ 0 };
}

bool mlv_eval_name_ok(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	return name[0] && name[0] != '.' && name[0] != '-' && strlen(name) <= 100 &&
	       strspn(name, allowed) == strlen(name);
}

static mlv_err read_path(const char *file, const struct mlv_value *map, const char *key, char **out)
{
	const struct mlv_value *value = mlv_value_get(map, key);
	const char *why;
	mlv_err err = mlv_spec_text(file, map, key, out);

	if (err || !*out)
		return err;
	if ((why = mlv_path_check(*out, strlen(*out))))
		return mlv_spec_wrong(file, value, "'%s' must be a path below the repository: %s", key,
				      why);
	return NULL;
}

static mlv_err read_join(const char *file, const struct mlv_value *map, struct mlv_eval_spec *spec)
{
	const struct mlv_value *join = mlv_value_get(map, "join");
	mlv_err err;

	if (!join || join->type == MLV_VALUE_NULL)
		return NULL;
	if ((err = mlv_spec_check_keys(file, join, "'join'", join_keys)) ||
	    (err = read_path(file, join, "path", &spec->join)) ||
	    (err = mlv_spec_text(file, join, "on", &spec->join_on)))
		return err;
	if (!spec->join || !spec->join_on || !spec->column[MLV_ROLE_ID])
		return mlv_spec_wrong(file, join, "'join' needs 'path', 'on', and 'id' among 'columns'");
	return NULL;
}

static mlv_err read_columns(const char *file, const struct mlv_value *map,
			    struct mlv_eval_spec *spec)
{
	const struct mlv_value *columns = mlv_value_get(map, "columns");
	mlv_err err;

	if (!columns)
		return mlv_spec_wrong(file, map, "the evaluation needs 'columns'");
	if ((err = mlv_spec_check_keys(file, columns, "'columns'", role_keys)))
		return err;
	for (size_t r = 0; r < MLV_ROLES && !err; r++)
		err = mlv_spec_text(file, columns, role_keys[r], &spec->column[r]);
	if (err)
		return err;
	if (!spec->column[MLV_ROLE_LABEL])
		return mlv_spec_wrong(file, columns, "'columns' needs 'label'");
	if (!spec->column[MLV_ROLE_PRED] &&
	    (spec->task != MLV_TASK_BINARY || !spec->column[MLV_ROLE_SCORE]))
		return mlv_spec_wrong(file, columns, "'columns' needs 'pred'%s",
				      spec->task == MLV_TASK_BINARY ? " or 'score'" : "");
	if (spec->column[MLV_ROLE_SCORE] && spec->task != MLV_TASK_BINARY)
		return mlv_spec_wrong(file, columns, "'score' is of a binary task");
	return NULL;
}

static mlv_err read_task(const char *file, const struct mlv_value *map, struct mlv_eval_spec *spec)
{
	const struct mlv_value *task = mlv_value_get(map, "task");
	const char *text = mlv_value_text(task);

	for (unsigned t = MLV_TASK_BINARY; t <= MLV_TASK_REGRESSION; t <<= 1)
		if (text && strcmp(text, mlv_task_name((enum mlv_task)t)) == 0) {
			spec->task = (enum mlv_task)t;
			return NULL;
		}
	return mlv_spec_wrong(file, task ? task : map,
			      "'task' must be binary, multiclass or regression");
}

static mlv_err unknown_metric(const char *file, const struct mlv_value *at, const char *name)
{
	struct mlv_suggest suggest;
	mlv_err err = mlv_spec_wrong(file, at, "there is no metric '%s'", name);

	mlv_suggest_begin(&suggest, name);
	for (size_t i = 0; mlv_measure_at(i); i++)
		mlv_suggest_offer(&suggest, mlv_measure_at(i)->name);
	return suggest.best ? mlv_error_hint(err, "did you mean '%s'?", suggest.best)
			    : mlv_error_hint(err, "see Metrics in mlv-eval(1)");
}

/* Whether a metric can be computed of what the columns give. */
static mlv_err check_metric(const char *file, const struct mlv_value *at,
			    const struct mlv_eval_spec *spec, const struct mlv_measure *measure)
{
	bool scores = spec->task == MLV_TASK_BINARY && measure->kind != MLV_MEASURE_CELLS;

	if (!(measure->tasks & spec->task))
		return mlv_spec_wrong(file, at, "the metric '%s' is not of a %s task", measure->name,
				      mlv_task_name(spec->task));
	if (scores && !spec->column[MLV_ROLE_SCORE])
		return mlv_spec_wrong(file, at, "the metric '%s' needs 'score' among 'columns'",
				      measure->name);
	return NULL;
}

static int by_metric_name(const void *a, const void *b)
{
	const struct mlv_metric_choice *left = a, *right = b;

	return strcmp(left->measure->name, right->measure->name);
}

static mlv_err read_metrics(const char *file, const struct mlv_value *map,
			    struct mlv_eval_spec *spec)
{
	const struct mlv_value *list = mlv_value_get(map, "metrics");
	mlv_err err;

	if (!list || list->type != MLV_VALUE_LIST || !list->count)
		return mlv_spec_wrong(file, list ? list : map, "'metrics' must be a list of names");
	if (!(spec->metrics = mlv_sys_alloc_array(list->count, sizeof(*spec->metrics))))
		return mlv_error_nomem("metrics");
	for (size_t i = 0; i < list->count; i++) {
		const char *name = mlv_value_text(list->items[i]);
		const struct mlv_measure *measure = name ? mlv_measure_find(name) : NULL;

		if (!measure)
			return unknown_metric(file, list->items[i], name ? name : "");
		if ((err = check_metric(file, list->items[i], spec, measure)))
			return err;
		spec->metrics[spec->metric_count].measure = measure;
		spec->metrics[spec->metric_count++].direction = measure->direction;
	}
	qsort(spec->metrics, spec->metric_count, sizeof(*spec->metrics), by_metric_name);
	for (size_t i = 1; i < spec->metric_count; i++)
		if (spec->metrics[i].measure == spec->metrics[i - 1].measure)
			return mlv_spec_wrong(file, list, "the metric '%s' is named twice",
					      spec->metrics[i].measure->name);
	return NULL;
}

static mlv_err read_directions(const char *file, const struct mlv_value *map,
			       struct mlv_eval_spec *spec)
{
	const struct mlv_value *directions = mlv_value_get(map, "direction");

	if (directions && directions->type != MLV_VALUE_MAP)
		return mlv_spec_wrong(file, directions, "'direction' must be a map of metrics");
	for (size_t d = 0; directions && d < directions->count; d++) {
		const char *text = mlv_value_text(directions->items[d]);
		int direction = !text ? 0 : strcmp(text, "max") == 0 ? 1 : strcmp(text, "min") == 0 ? -1 : 0;
		size_t i = 0;

		while (i < spec->metric_count &&
		       strcmp(spec->metrics[i].measure->name, directions->keys[d]) != 0)
			i++;
		if (i == spec->metric_count)
			return mlv_spec_wrong(file, directions->items[d],
					      "'%s' is not among 'metrics'", directions->keys[d]);
		if (!direction)
			return mlv_spec_wrong(file, directions->items[d],
					      "a direction must be min or max");
		spec->metrics[i].direction = direction;
	}
	return NULL;
}

static mlv_err read_eval(const char *file, const struct mlv_value *map, struct mlv_eval_spec *spec)
{
	double min_n = 30;
	mlv_err err;

	spec->threshold = 0.5;
	spec->level = 0.95;
	if ((err = mlv_spec_check_keys(file, map, "an evaluation", eval_keys)) ||
	    (err = read_task(file, map, spec)) ||
	    (err = read_path(file, map, "predictions", &spec->predictions)) ||
	    (err = read_path(file, map, "model", &spec->model)) ||
	    (err = read_columns(file, map, spec)) || (err = read_join(file, map, spec)) ||
	    (err = mlv_spec_text(file, map, "positive", &spec->positive)) ||
	    (err = mlv_spec_number(file, map, "threshold", -1e300, 1e300, &spec->threshold)) ||
	    (err = mlv_spec_number(file, map, "interval", 0.5, 0.9999, &spec->level)) ||
	    (err = mlv_spec_number(file, map, "min_n", 0, 1e9, &min_n)) ||
	    (err = read_metrics(file, map, spec)) || (err = read_directions(file, map, spec)))
		return err;
	if (!spec->predictions)
		return mlv_spec_wrong(file, map, "the evaluation needs 'predictions'");
	spec->min_n = (uint64_t)min_n;
	return NULL;
}

mlv_err mlv_eval_spec_names(const char *file, const struct mlv_value *root, struct mlv_strs *names)
{
	const struct mlv_value *evals = mlv_value_get(root, "evals");
	mlv_err err = NULL;

	if (evals && evals->type != MLV_VALUE_MAP)
		return mlv_spec_wrong(file, evals, "'evals' must be a map");
	for (size_t i = 0; evals && i < evals->count && !err; i++) {
		if (!mlv_eval_name_ok(evals->keys[i]))
			return mlv_spec_wrong(file, evals->items[i],
					      "'%s' cannot be the name of an evaluation",
					      evals->keys[i]);
		err = mlv_strs_add(names, evals->keys[i]);
	}
	return err;
}

mlv_err mlv_eval_spec_read(const char *file, const struct mlv_value *root, const char *name,
			   struct mlv_eval_spec *spec)
{
	MLV_SCOPED(mlv_eval_spec_release) struct mlv_eval_spec made = { 0 };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 };
	const struct mlv_value *map = mlv_value_get(mlv_value_get(root, "evals"), name);
	mlv_err err = mlv_eval_spec_names(file, root, &names);

	if (err)
		return err;
	if (!map)
		return mlv_spec_unknown(file, "evaluation", name, names.at, names.count);
	if (!(made.name = mlv_sys_strdup(name)))
		return mlv_error_nomem("an evaluation");
	if ((err = read_eval(file, map, &made)) ||
	    (err = mlv_spec_slices(file, mlv_value_get(root, "slices"), mlv_value_get(map, "slices"),
				   &made)))
		return err;
	*spec = made;
	made = (struct mlv_eval_spec){ 0 };
	return NULL;
}
