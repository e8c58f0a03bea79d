/* The map `cv:` of mlv.yaml. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/suggest.h"
#include "core/base/sys.h"
#include "core/eval/cv.h"
#include "core/eval/spec/parts.h"

static const char *const keys[] = { "data", "scheme", "k", "repeats", "seed", "id", "label", "group",
				    "time", "fold", "test", "train", "gap", "max_train", "cmd", "out",
				    "eval", "deps", NULL };
static const char *const role_keys[MLV_CV_ROLES] = { "id", "label", "group", "time", "fold" };

void mlv_cv_spec_release(struct mlv_cv_spec *spec)
{
	free(spec->name);
	free(spec->data);
	for (size_t r = 0; r < MLV_CV_ROLES; r++)
		free(spec->column[r]);
	free(spec->cmd);
	free(spec->out);
	free(spec->eval);
	mlv_strs_release(&spec->deps);
	*spec = (struct mlv_cv_spec){ 0 };
}

static mlv_err check_path(const char *file, const struct mlv_value *at, const char *key,
			  const char *path)
{
	const char *why = path ? mlv_path_check(path, strlen(path)) : NULL;

	return why ? mlv_spec_wrong(file, at, "'%s' must be a path below the repository: %s", key, why)
		   : NULL;
}

static mlv_err read_path(const char *file, const struct mlv_value *map, const char *key, char **out)
{
	mlv_err err = mlv_spec_text(file, map, key, out);

	return err ? err : check_path(file, mlv_value_get(map, key), key, *out);
}

static mlv_err read_scheme(const char *file, const struct mlv_value *map, struct mlv_folds_plan *plan)
{
	const struct mlv_value *scheme = mlv_value_get(map, "scheme");
	const char *text = mlv_value_text(scheme);
	struct mlv_suggest suggest;
	mlv_err err;

	for (int s = 0; text && s < MLV_FOLDS_SCHEMES; s++)
		if (strcmp(text, mlv_folds_scheme_name((enum mlv_folds_scheme)s)) == 0) {
			plan->scheme = (enum mlv_folds_scheme)s;
			return NULL;
		}
	err = mlv_spec_wrong(file, scheme ? scheme : map, "'scheme' must be the name of a scheme");
	mlv_suggest_begin(&suggest, text ? text : "");
	for (int s = 0; text && s < MLV_FOLDS_SCHEMES; s++)
		mlv_suggest_offer(&suggest, mlv_folds_scheme_name((enum mlv_folds_scheme)s));
	return suggest.best ? mlv_error_hint(err, "did you mean '%s'?", suggest.best)
			    : mlv_error_hint(err, "see mlv-cv(1)");
}

static mlv_err read_whole(const char *file, const struct mlv_value *map, const char *key, double low,
			  double high, double *out)
{
	mlv_err err = mlv_spec_number(file, map, key, low, high, out);

	if (!err && *out > floor(*out))
		return mlv_spec_wrong(file, mlv_value_get(map, key), "'%s' must be a whole number", key);
	return err;
}

/* A share below 1, or a whole number. */
static mlv_err read_size(const char *file, const struct mlv_value *map, const char *key, double *out)
{
	const struct mlv_value *value = mlv_value_get(map, key);
	mlv_err err = mlv_spec_number(file, map, key, 0, (double)MLV_FRAME_ROWS, out);

	if (!err && value && value->type != MLV_VALUE_NULL &&
	    (!(*out > 0) || (*out > 1 && *out > floor(*out))))
		return mlv_spec_wrong(file, value, "'%s' must be a share below 1, or a number of rows", key);
	return err;
}

/* Keys that would change nothing are not there by intent. */
static mlv_err check_idle(const char *file, const struct mlv_value *map, const struct mlv_folds_plan *plan)
{
	bool divides = mlv_folds_scheme_divides(plan->scheme), time = plan->scheme == MLV_FOLDS_TIME;
	bool found = plan->scheme == MLV_FOLDS_LEAVE_GROUP_OUT || plan->scheme == MLV_FOLDS_PREDEFINED;
	const struct {
		const char *key;
		bool idle;
	} of[] = {
		{ "k", found }, { "seed", !mlv_folds_scheme_shuffles(plan->scheme) },
		{ "repeats", !mlv_folds_scheme_repeats(plan->scheme) }, { "test", divides },
		{ "train", divides || time }, { "gap", !time }, { "max_train", !time },
		{ "fold", plan->scheme != MLV_FOLDS_PREDEFINED },
	};

	for (size_t i = 0; i < MLV_COUNT(of); i++)
		if (of[i].idle && mlv_value_get(map, of[i].key))
			return mlv_spec_wrong(file, mlv_value_get(map, of[i].key),
					      "'%s' changes nothing for the scheme %s", of[i].key,
					      mlv_folds_scheme_name(plan->scheme));
	if (plan->repeats > 1 && !plan->has_seed)
		return mlv_spec_wrong(file, mlv_value_get(map, "repeats"),
				      "'repeats' needs a 'seed': else all are the same");
	return NULL;
}

static mlv_err read_plan(const char *file, const struct mlv_value *map, struct mlv_folds_plan *plan)
{
	double k = 5, repeats = 1, seed = 0, gap = 0, most = 0, test = 0;
	const struct mlv_value *seed_value = mlv_value_get(map, "seed");
	mlv_err err;

	if ((err = read_scheme(file, map, plan)) ||
	    (err = read_whole(file, map, "k", 1, MLV_FOLDS_MAX, &k)) ||
	    (err = read_whole(file, map, "repeats", 1, MLV_FOLDS_MAX, &repeats)) ||
	    (err = read_whole(file, map, "seed", 0, UINT32_MAX, &seed)) ||
	    (err = read_whole(file, map, "gap", 0, (double)MLV_FRAME_ROWS, &gap)) ||
	    (err = read_whole(file, map, "max_train", 1, (double)MLV_FRAME_ROWS, &most)) ||
	    (err = read_size(file, map, "test", &test)) ||
	    (err = read_size(file, map, "train", &plan->train)))
		return err;
	if (plan->scheme == MLV_FOLDS_TIME && test > 0 && test < 1)
		return mlv_spec_wrong(file, mlv_value_get(map, "test"), "'test' must be a number of rows");
	plan->k = (size_t)k;
	plan->repeats = (size_t)repeats;
	plan->has_seed = seed_value && seed_value->type != MLV_VALUE_NULL;
	plan->seed = (uint32_t)seed;
	plan->gap = (size_t)gap;
	plan->most_train = (size_t)most;
	plan->test = plan->scheme == MLV_FOLDS_TIME ? 0 : test;
	plan->test_rows = plan->scheme == MLV_FOLDS_TIME ? (size_t)test : 0;
	return check_idle(file, map, plan);
}

static mlv_err read_roles(const char *file, const struct mlv_value *map, struct mlv_cv_spec *spec)
{
	static const struct {
		unsigned need;
		enum mlv_cv_role role;
	} of[] = {
		{ MLV_FOLDS_LABEL, MLV_CV_LABEL }, { MLV_FOLDS_GROUPS, MLV_CV_GROUP },
		{ MLV_FOLDS_FOLD, MLV_CV_FOLD }, { MLV_FOLDS_ID, MLV_CV_ID },
	};
	mlv_err err;

	for (size_t r = 0; r < MLV_CV_ROLES; r++)
		if ((err = mlv_spec_text(file, map, role_keys[r], &spec->column[r])))
			return err;
	for (size_t i = 0; i < MLV_COUNT(of); i++)
		if ((mlv_folds_scheme_needs(spec->plan.scheme) & of[i].need) && !spec->column[of[i].role])
			return mlv_spec_wrong(file, map, "the scheme %s needs '%s', the name of a column",
					      mlv_folds_scheme_name(spec->plan.scheme),
					      role_keys[of[i].role]);
	return NULL;
}

static mlv_err read_deps(const char *file, const struct mlv_value *map, struct mlv_cv_spec *spec)
{
	const struct mlv_value *list = mlv_value_get(map, "deps");
	mlv_err err = NULL;

	if (list && list->type != MLV_VALUE_LIST)
		return mlv_spec_wrong(file, list, "'deps' must be a list of paths");
	for (size_t i = 0; list && i < list->count && !err; i++) {
		const char *path = mlv_value_text(list->items[i]);

		if (!path)
			return mlv_spec_wrong(file, list->items[i], "'deps' must be a list of paths");
		if (!(err = check_path(file, list->items[i], "deps", path)))
			err = mlv_strs_add(&spec->deps, path);
	}
	return err;
}

static mlv_err read_cv(const char *file, const struct mlv_value *map, struct mlv_cv_spec *spec)
{
	mlv_err err;

	if ((err = mlv_spec_check_keys(file, map, "a cross-validation", keys)) ||
	    (err = read_plan(file, map, &spec->plan)) || (err = read_roles(file, map, spec)) ||
	    (err = read_path(file, map, "data", &spec->data)) ||
	    (err = read_path(file, map, "out", &spec->out)) ||
	    (err = mlv_spec_text(file, map, "cmd", &spec->cmd)) ||
	    (err = mlv_spec_text(file, map, "eval", &spec->eval)) || (err = read_deps(file, map, spec)))
		return err;
	spec->line = map->line;
	if (!spec->data)
		return mlv_spec_wrong(file, map, "a cross-validation needs 'data'");
	if (spec->cmd && !spec->out)
		return mlv_spec_wrong(file, mlv_value_get(map, "cmd"),
				      "'cmd' needs 'out', where the predictions of all splits go");
	if (spec->eval && !mlv_eval_name_ok(spec->eval))
		return mlv_spec_wrong(file, mlv_value_get(map, "eval"),
				      "'%s' cannot be the name of an evaluation", spec->eval);
	return NULL;
}

mlv_err mlv_cv_spec_read(const char *file, const struct mlv_value *root, const char *name,
			 struct mlv_cv_spec *spec)
{
	MLV_SCOPED(mlv_cv_spec_release) struct mlv_cv_spec made = { 0 };
	const struct mlv_value *all = mlv_value_get(root, "cv"), *map = mlv_value_get(all, name);
	mlv_err err;

	if (all && all->type != MLV_VALUE_MAP)
		return mlv_spec_wrong(file, all, "'cv' must be a map");
	if (!map) {
		err = mlv_spec_unknown(file, "cross-validation", name, all ? all->keys : NULL,
				       all ? all->count : 0);
		return mlv_error_hint(err, "describe it under 'cv', see mlv-cv(1)");
	}
	if (!mlv_eval_name_ok(name))
		return mlv_spec_wrong(file, map, "'%s' cannot be the name of a cross-validation", name);
	if (!(made.name = mlv_sys_strdup(name)))
		return mlv_error_nomem("a cross-validation");
	if ((err = read_cv(file, map, &made)))
		return err;
	if (!made.eval && !(made.eval = mlv_sys_strdup(name)))
		return mlv_error_nomem("a cross-validation");
	*spec = made;
	made = (struct mlv_cv_spec){ 0 };
	return NULL;
}
