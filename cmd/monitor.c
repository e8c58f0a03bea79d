#include "cmd/monitor.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/monitor/parts.h"
#include "core/base/sys.h"
#include "core/eval/evaluate.h"

void mlv_monitor_found_release(struct mlv_monitor_found *found)
{
	mlv_drift_rows_release(&found->rows);
	for (size_t i = 0; i < found->slice_count; i++) {
		free(found->slices[i].name);
		mlv_drift_rows_release(&found->slices[i].rows);
	}
	free(found->slices);
	mlv_profile_release(&found->now);
	mlv_strs_release(&found->fresh);
	mlv_comparison_release(&found->comparison);
	mlv_record_release(&found->current);
	*found = (struct mlv_monitor_found){ 0 };
}

void mlv_monitor_reference_release(struct mlv_monitor_reference *reference)
{
	mlv_record_release(&reference->record);
	mlv_profile_release(&reference->profile);
	*reference = (struct mlv_monitor_reference){ 0 };
}

/* ---- profile */

/* The features, and behind them what is predicted, where that is a number. */
static mlv_err list_features(const struct mlv_monitor *monitor, const struct mlv_eval_spec *spec,
			     struct mlv_strs *features)
{
	bool regression = spec->task == MLV_TASK_REGRESSION;
	const char *score = spec->column[regression ? MLV_ROLE_PRED : MLV_ROLE_SCORE];
	mlv_err err = NULL;

	for (size_t i = 0; i < monitor->features.count && !err; i++)
		err = mlv_strs_add(features, monitor->features.at[i]);
	return err || !score || mlv_strs_has(features, score) ? err : mlv_strs_add(features, score);
}

/* The evaluation's rows, which must be those that its record is of. */
static mlv_err read_cases(struct mlv_metrics_place *place, const struct mlv_monitor *monitor,
			  const struct mlv_eval_spec *spec, struct mlv_record *record,
			  struct mlv_cases *cases)
{
	const struct mlv_metrics_side side = { 0 };
	enum mlv_eval_rows are = MLV_EVAL_ROWS_OTHER;
	struct mlv_eval_ids ids;
	bool found = false;
	mlv_err err = mlv_eval_record(place, &side, monitor->eval, record, &found);

	if (err || (found && ((err = mlv_eval_cases(place, &side, spec, record, cases, &ids)) ||
			      (err = mlv_eval_rows_of(record, cases, ids.rows, &are)))))
		return err;
	if (are != MLV_EVAL_ROWS_OTHER)
		return NULL;
	return mlv_error_hint(mlv_error(found ? MLV_E_CORRUPT : MLV_E_MISSING,
					"evals/%s.json: there is no record of %s as it is there",
					monitor->eval, spec->predictions),
			      "mlv eval %s", monitor->eval);
}

static mlv_err make_profile(struct mlv_ctx *ctx, const struct mlv_cases *cases,
			    const struct mlv_monitor_rows *rows, struct mlv_profile *profile)
{
	MLV_SCOPED(mlv_mem_free) uint32_t *predicted = NULL;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs fresh = { 0 };
	mlv_err err = NULL;

	for (size_t k = 0; k < cases->classes.count && !err; k++)
		err = mlv_strs_add(&profile->classes, cases->classes.at[k]);
	if (err || (err = mlv_monitor_predicted(cases, &profile->classes, &fresh, &predicted)))
		return err;
	return mlv_profile_slice(ctx, &(struct mlv_profile_rows){ cases, rows->columns, predicted },
				 cases->spec->min_n, NULL, profile);
}

mlv_err mlv_monitor_profile(struct mlv_metrics_place *place, const struct mlv_monitor *monitor,
			    struct mlv_buf *to)
{
	MLV_SCOPED(mlv_monitor_rows_release) struct mlv_monitor_rows rows = { 0 };
	MLV_SCOPED(mlv_eval_spec_release) struct mlv_eval_spec spec = { 0 };
	MLV_SCOPED(mlv_record_release) struct mlv_record record = { 0 };
	MLV_SCOPED(mlv_cases_release) struct mlv_cases cases = { 0 };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs features = { 0 };
	const struct mlv_metrics_side side = { 0 };
	struct mlv_profile *profile = &rows.profile;
	mlv_err err;

	if ((err = mlv_eval_spec_of(place, &side, monitor->eval, &spec)) ||
	    (err = mlv_eval_spec_of(place, &side, monitor->eval, &rows.spec)) ||
	    (err = read_cases(place, monitor, &spec, &record, &cases)) ||
	    (err = list_features(monitor, &spec, &features)) ||
	    (err = mlv_monitor_read_reference(place, &features, monitor->line, cases.rows.count, &rows)) ||
	    (err = make_profile(place->ctx, &cases, &rows, profile)) ||
	    (err = mlv_monitor_set_text(&profile->eval, monitor->eval)) ||
	    (err = mlv_monitor_set_text(&profile->rows, record.rows)))
		return err;
	err = mlv_profile_write(profile, to);
	return err ? mlv_error_wrap(err, "monitor/%s.json", monitor->name) : NULL;
}

/* ---- check */

static mlv_err load_profile(const struct mlv_metrics_place *place,
			    const struct mlv_metrics_side *side, const struct mlv_monitor *monitor,
			    const struct mlv_record *record, struct mlv_profile *profile)
{
	MLV_SCOPED(mlv_buf_release)
	struct mlv_buf path = MLV_BUF_INIT, text = MLV_BUF_LIMIT(MLV_PROFILE_MAX);
	bool found = false;
	mlv_err err;

	if ((err = mlv_buf_printf(&path, "monitor/%s.json", monitor->name)) ||
	    (err = mlv_metrics_version(place, side, path.ptr, &text, &found)))
		return err;
	if (!found)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "%s: not in %s", path.ptr,
						mlv_metrics_side_name(side)),
				      "mlv monitor profile %s, where the model is made",
				      monitor->name);
	if ((err = mlv_profile_read(path.ptr, text.ptr, text.len, profile)))
		return err;
	if (record->rows && strcmp(profile->rows, record->rows) == 0) {
		if (!profile->sliced)
			mlv_tell_warning(place->ctx,
					 "%s: of an earlier mlv, tells nothing of slices: mlv monitor "
					 "profile %s",
					 path.ptr, monitor->name);
		return NULL;
	}
	return mlv_error_hint(mlv_error(MLV_E_CORRUPT, "%s: not of what evals/%s.json is of",
					path.ptr, monitor->eval),
			      "mlv monitor profile %s", monitor->name);
}

/* The record, and the profile that is of it. */
static mlv_err read_reference(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			      const struct mlv_monitor *monitor, struct mlv_monitor_reference *reference)
{
	bool there = false;
	mlv_err err = mlv_eval_record(place, side, monitor->eval, &reference->record, &there);

	if (err)
		return err;
	if (!there)
		return mlv_error(MLV_E_MISSING, "evals/%s.json: not in %s", monitor->eval,
				 mlv_metrics_side_name(side));
	if ((err = load_profile(place, side, monitor, &reference->record, &reference->profile)))
		return err;
	reference->is_read = true;
	return NULL;
}

static mlv_err other_slices(const struct mlv_monitor *monitor, const char *dim)
{
	return mlv_error_hint(mlv_error(MLV_E_CORRUPT, "the slices of '%s' are not those of evals/%s.json",
					dim, monitor->eval),
			      "mlv eval %s", monitor->eval);
}

/* Slices are those of the record only if they are defined as there, edges included. */
static mlv_err check_dim(const struct mlv_monitor *monitor, const struct mlv_dim *dim,
			 const struct mlv_record *record)
{
	const struct mlv_record_dim *theirs = mlv_record_find_dim(record, dim->def->name);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf def = MLV_BUF_INIT;
	mlv_err err = mlv_record_dim_def(dim, &def);

	if (err)
		return err;
	if (!theirs || strcmp(def.ptr, theirs->def) != 0)
		return other_slices(monitor, dim->def->name);
	if (dim->def->hidden && theirs->folded && !theirs->values.count)
		return mlv_error_hint(mlv_error(MLV_E_CORRUPT,
						"evals/%s.json, of an earlier mlv, does not say which values "
						"of '%s' have slices",
						monitor->eval, dim->def->name),
				      "mlv eval %s", monitor->eval);
	return NULL;
}

/* Slices of the record that this version of mlv.yaml no longer has must not go unnoticed. */
static mlv_err check_spec(const struct mlv_monitor *monitor, const struct mlv_eval_spec *spec,
			  const struct mlv_record *record)
{
	for (size_t r = 0; r < record->slice_count; r++) {
		const char *dim = record->slices[r].dim;
		size_t s = 0;

		while (dim && s < spec->slice_count &&
		       (spec->slices[s].hidden || strcmp(spec->slices[s].name, dim) != 0))
			s++;
		if (dim && s == spec->slice_count)
			return other_slices(monitor, dim);
	}
	return NULL;
}

/* The metrics, where there are labels, beside those of the reference. */
static mlv_err compare_metrics(struct mlv_ctx *ctx, const struct mlv_cases *cases,
			       struct mlv_monitor_found *found)
{
	MLV_SCOPED(mlv_results_release) struct mlv_results results = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_RECORD_MAX);
	const struct mlv_record_inputs unknown = { 0 };
	mlv_err err;

	if ((err = mlv_evaluate(ctx, cases, &results)) ||
	    (err = mlv_record_write(&results, &unknown, &text)) ||
	    (err = mlv_record_read("the new rows", text.ptr, text.len, &found->current)))
		return err;
	return mlv_eval_compare(found->reference, &found->current, NULL, false, MLV_ADJUST_BH,
				&found->comparison);
}

static mlv_err compare_rows(struct mlv_ctx *ctx, const struct mlv_monitor *monitor,
			    struct mlv_monitor_rows *rows, struct mlv_monitor_found *found)
{
	const struct mlv_cases *cases = &rows->cases;
	mlv_err err = NULL;

	for (size_t d = 0; d < cases->dim_count && !err; d++)
		if (cases->dims[d].code)
			err = check_dim(monitor, &cases->dims[d], found->reference);
	if (err || (err = mlv_monitor_drift(ctx, monitor, rows, found)))
		return err;
	return found->labelled ? compare_metrics(ctx, cases, found) : NULL;
}

mlv_err mlv_monitor_check(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			  const struct mlv_monitor *monitor, struct mlv_monitor_reference *reference,
			  const struct mlv_monitor_input *input, struct mlv_monitor_found *found)
{
	MLV_SCOPED(mlv_monitor_rows_release) struct mlv_monitor_rows rows = { 0 };
	mlv_err err;

	if ((err = mlv_eval_spec_of(place, side, monitor->eval, &rows.spec)) ||
	    (!reference->is_read && (err = read_reference(place, side, monitor, reference))) ||
	    (err = check_spec(monitor, &rows.spec, &reference->record)) ||
	    (err = mlv_monitor_read_rows(place, input, &reference->profile, &reference->record, &rows)))
		return err;
	found->reference = &reference->record;
	found->profile = &reference->profile;
	found->labelled = rows.labelled;
	if (!rows.cases.rows.count) {
		mlv_tell_warning(place->ctx, "%s: no rows, nothing to check", input->name);
		return NULL;
	}
	return compare_rows(place->ctx, monitor, &rows, found);
}
