/* What a record says of the cross-validation whose splits its folds are. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/sys.h"
#include "core/eval/record/parts.h"

/* ---- writing */

/* How rows were split: what the entry says, and only what it says. */
static mlv_err add_columns(struct mlv_buf *to, const struct mlv_cv_spec *spec, const char *key,
			   enum mlv_cv_role role)
{
	mlv_err err;

	if (!spec->column[role])
		return NULL;
	return (err = mlv_put_text(to, key, spec->column[role])) ? err : mlv_buf_add_str(to, "\n,");
}

static mlv_err add_some(struct mlv_buf *to, const char *key, uint64_t value)
{
	mlv_err err;

	if (!value)
		return NULL;
	return (err = mlv_put_count(to, key, value)) ? err : mlv_buf_add_str(to, "\n,");
}

/* The rows of each split that train, or test. */
static mlv_err add_sizes(struct mlv_buf *to, const struct mlv_folds *folds, const char *key,
			 enum mlv_fold_set set)
{
	mlv_err err = mlv_buf_printf(to, "\"%s\":[", key);

	for (size_t s = 0; s < folds->splits && !err; s++)
		err = mlv_buf_printf(to, "%s%zu", s ? "," : "", mlv_folds_count(folds, s, set));
	return err ? err : mlv_buf_add_str(to, "]\n,");
}

/* In the order of keys. */
static mlv_err add_split(struct mlv_buf *to, const struct mlv_cv *cv, const char *folds)
{
	const struct mlv_cv_spec *spec = &cv->spec;
	const struct mlv_folds_plan *plan = &spec->plan;
	mlv_err err;

	if ((err = mlv_put_text(to, "data", spec->data)) || (err = mlv_buf_add_str(to, "\n,")) ||
	    (err = add_columns(to, spec, "fold", MLV_CV_FOLD)) ||
	    (err = mlv_put_text(to, "folds", folds)) || (err = mlv_buf_add_str(to, "\n,")) ||
	    (err = add_some(to, "gap", plan->gap)) ||
	    (err = add_columns(to, spec, "group", MLV_CV_GROUP)) ||
	    (err = add_columns(to, spec, "id", MLV_CV_ID)) ||
	    (err = mlv_put_count(to, "k", cv->folds.k)) || (err = mlv_buf_add_str(to, "\n,")) ||
	    (err = add_columns(to, spec, "label", MLV_CV_LABEL)) ||
	    (err = add_some(to, "max_train", plan->most_train)) ||
	    (err = add_sizes(to, &cv->folds, "n_test", MLV_FOLD_TEST)) ||
	    (err = add_sizes(to, &cv->folds, "n_train", MLV_FOLD_TRAIN)) ||
	    (err = mlv_put_text(to, "name", spec->name)) || (err = mlv_buf_add_str(to, "\n,")) ||
	    (err = mlv_put_count(to, "repeats", cv->folds.repeats)) ||
	    (err = mlv_buf_add_str(to, "\n,")) ||
	    (err = mlv_put_text(to, "scheme", mlv_folds_scheme_name(plan->scheme))) ||
	    (err = mlv_buf_add_str(to, "\n,")) ||
	    (plan->has_seed &&
	     ((err = mlv_put_count(to, "seed", plan->seed)) || (err = mlv_buf_add_str(to, "\n,")))))
		return err;
	return NULL;
}

/* A share, or a number of rows or groups. */
static mlv_err add_size(struct mlv_buf *to, const char *key, double size)
{
	mlv_err err;

	if (!(size > 0))
		return NULL;
	if ((err = mlv_buf_add_str(to, "\n,")))
		return err;
	return size < 1 ? mlv_put_real(to, key, size) : mlv_put_count(to, key, (uint64_t)size);
}

/* What stands behind the summary. */
static mlv_err add_rest(struct mlv_buf *to, const struct mlv_cv_spec *spec)
{
	const char *time = spec->column[MLV_CV_TIME];
	double test = spec->plan.test_rows ? (double)spec->plan.test_rows : spec->plan.test;
	mlv_err err;

	if ((err = add_size(to, "test", test)))
		return err;
	if (time && ((err = mlv_buf_add_str(to, "\n,")) || (err = mlv_put_text(to, "time", time))))
		return err;
	return (err = add_size(to, "train", spec->plan.train)) ? err : mlv_buf_add_str(to, "\n},\n");
}

/* Keys sorted: ci_nb, max, mean, min, n, pooled, sd, se_nb. */
static mlv_err add_summary(struct mlv_buf *to, const struct mlv_cv_summary *summary,
			   const struct mlv_measured *pooled)
{
	double low = mlv_put_round(summary->interval.low), high = mlv_put_round(summary->interval.high);
	bool interval = summary->has_spread && isfinite(low) && isfinite(high);
	mlv_err err = mlv_buf_add_char(to, '{');

	if (!err && interval &&
	    ((err = mlv_buf_add_str(to, "\"ci_nb\":[")) || (err = mlv_json_add_real(to, low)) ||
	     (err = mlv_buf_add_char(to, ',')) || (err = mlv_json_add_real(to, high)) ||
	     (err = mlv_buf_add_str(to, "],"))))
		return err;
	if (!err && summary->folds &&
	    ((err = mlv_put_real(to, "max", summary->most)) || (err = mlv_buf_add_char(to, ',')) ||
	     (err = mlv_put_real(to, "mean", summary->mean)) || (err = mlv_buf_add_char(to, ',')) ||
	     (err = mlv_put_real(to, "min", summary->least)) || (err = mlv_buf_add_char(to, ','))))
		return err;
	if (err || (err = mlv_put_count(to, "n", summary->folds)))
		return err;
	if (!pooled->why && ((err = mlv_buf_add_char(to, ',')) ||
			     (err = mlv_put_real(to, "pooled", mlv_put_value(pooled)))))
		return err;
	if (summary->has_spread &&
	    ((err = mlv_buf_add_char(to, ',')) || (err = mlv_put_real(to, "sd", summary->sd)) ||
	     (err = mlv_buf_add_char(to, ',')) || (err = mlv_put_real(to, "se_nb", summary->error))))
		return err;
	return mlv_buf_add_char(to, '}');
}

/* From the values as they are written, so that a reader finds the same. */
static mlv_err add_summaries(struct mlv_buf *to, const struct mlv_results *results, double ratio)
{
	const struct mlv_eval_spec *spec = results->cases->spec;
	const struct mlv_slice_result *all = &results->slices[0];
	MLV_SCOPED(mlv_mem_free) double *values = mlv_sys_alloc_array(results->fold_count + 1,
								     sizeof(*values));
	mlv_err err = mlv_buf_add_str(to, "\"summary\":{");

	if (!values)
		return mlv_error_nomem("folds");
	for (size_t m = 0; m < spec->metric_count && !err; m++) {
		struct mlv_cv_summary summary;
		size_t count = 0;

		for (size_t f = 0; f < results->fold_count; f++)
			if (all->folds[f].n && !all->folds[f].measured[m].why)
				values[count++] = mlv_put_value(&all->folds[f].measured[m]);
		mlv_cv_summarise(values, count, ratio, spec->level, &summary);
		if (!(err = mlv_buf_printf(to, "%s\"%s\":", m ? "\n," : "\n",
					   spec->metrics[m].measure->name)))
			err = add_summary(to, &summary, &all->all.measured[m]);
	}
	return err ? err : mlv_buf_add_str(to, "\n}");
}

mlv_err mlv_record_add_cv(struct mlv_buf *to, const struct mlv_results *results,
			  const struct mlv_record_inputs *inputs)
{
	mlv_err err;

	if (!inputs->cv || inputs->match.other || inputs->match.missing)
		return NULL;
	if ((err = mlv_buf_add_str(to, "\"cv\":{\n")) ||
	    (err = add_split(to, inputs->cv, inputs->folds)) ||
	    (err = add_summaries(to, results, mlv_folds_ratio(&inputs->cv->folds))))
		return err;
	return add_rest(to, &inputs->cv->spec);
}

/* ---- reading */

void mlv_record_cv_release(struct mlv_record_cv *cv)
{
	free(cv->name);
	free(cv->scheme);
	free(cv->folds);
	*cv = (struct mlv_record_cv){ 0 };
}

/* The sum of a list of rows; *count is how many there are. */
static mlv_err read_sizes(const char *name, const struct mlv_value *list, double *sum, size_t *count)
{
	mlv_err err = NULL;

	*sum = 0;
	*count = list && list->type == MLV_VALUE_LIST ? list->count : 0;
	if (!*count || *count > MLV_FOLDS_MAX)
		return mlv_record_damaged(name, "its cross-validation has no splits");
	for (size_t i = 0; i < *count && !err; i++) {
		uint64_t rows = 0;

		err = mlv_record_read_count(name, list->items[i], &rows);
		*sum += (double)rows;
	}
	return err;
}

mlv_err mlv_record_read_cv(const char *name, const struct mlv_value *map, struct mlv_record_cv *cv)
{
	double test, train;
	size_t tests, trains;
	mlv_err err;

	if (!map || map->type == MLV_VALUE_NULL)
		return NULL;
	if ((err = read_sizes(name, mlv_value_get(map, "n_test"), &test, &tests)) ||
	    (err = read_sizes(name, mlv_value_get(map, "n_train"), &train, &trains)) ||
	    (err = mlv_record_copy_text(mlv_value_get(map, "name"), &cv->name)) ||
	    (err = mlv_record_copy_text(mlv_value_get(map, "scheme"), &cv->scheme)) ||
	    (err = mlv_record_copy_text(mlv_value_get(map, "folds"), &cv->folds)))
		return err;
	if (tests != trains)
		return mlv_record_damaged(name, "its cross-validation trains other splits than it tests");
	if (!cv->name || !cv->scheme || !cv->folds)
		return mlv_record_damaged(name, "its cross-validation has no name, scheme or folds");
	cv->ratio = train > 0 ? test / train : 0;
	return NULL;
}

mlv_err mlv_record_summarise(const struct mlv_record *record, const struct mlv_record_slice *slice,
			     size_t metric, struct mlv_cv_summary *summary)
{
	MLV_SCOPED(mlv_mem_free) double *values = mlv_sys_alloc_array(slice->fold_count + 1,
								     sizeof(*values));
	size_t count = 0;

	if (!values)
		return mlv_error_nomem("folds");
	for (size_t f = 0; f < slice->fold_count; f++)
		if (slice->folds[f].entries[metric].defined)
			values[count++] = slice->folds[f].entries[metric].value;
	mlv_cv_summarise(values, count, record->cv.ratio, record->level, summary);
	return NULL;
}
