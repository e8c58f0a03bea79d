#include "cmd/monitor.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/monitor/parts.h"
#include "core/base/sys.h"
#include "core/eval/evaluate.h"

void mlv_monitor_found_release(struct mlv_monitor_found *found)
{
	for (size_t i = 0; i < found->row_count; i++)
		free(found->rows[i].name);
	free(found->rows);
	for (size_t i = 0; i < found->slice_count; i++)
		free(found->slices[i].name);
	free(found->slices);
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

/* The features, and behind them the score where there is one. */
static mlv_err list_features(const struct mlv_monitor *monitor, const struct mlv_eval_spec *spec,
			     struct mlv_strs *features)
{
	const char *score = spec->column[MLV_ROLE_SCORE];
	mlv_err err = NULL;

	for (size_t i = 0; i < monitor->features.count && !err; i++)
		err = mlv_strs_add(features, monitor->features.at[i]);
	return err || !score || mlv_strs_has(features, score) ? err : mlv_strs_add(features, score);
}

mlv_err mlv_monitor_profile(struct mlv_metrics_place *place, const struct mlv_monitor *monitor,
			    struct mlv_buf *to)
{
	MLV_SCOPED(mlv_monitor_rows_release) struct mlv_monitor_rows rows = { 0 };
	MLV_SCOPED(mlv_record_release) struct mlv_record record = { 0 };
	MLV_SCOPED(mlv_cases_release) struct mlv_cases cases = { 0 };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs features = { 0 };
	const struct mlv_metrics_side side = { 0 };
	struct mlv_profile profile = { .eval = monitor->eval };
	struct mlv_eval_ids ids;
	bool found = false;
	mlv_err err;

	if ((err = mlv_eval_spec_of(place, &side, monitor->eval, &rows.spec)) ||
	    (err = mlv_eval_record(place, &side, monitor->eval, &record, &found)))
		return err;
	if (found && (err = mlv_eval_cases(place, &side, &rows.spec, &record, &cases, &ids)))
		return err;
	if (!found || !record.rows || strcmp(record.rows, ids.rows) != 0)
		return mlv_error_hint(
			mlv_error(found ? MLV_E_CORRUPT : MLV_E_MISSING,
				  "evals/%s.json: there is no record of %s as it is there",
				  monitor->eval, rows.spec.predictions),
			"mlv eval %s", monitor->eval);
	mlv_cases_release(&cases);
	if ((err = list_features(monitor, &rows.spec, &features)) ||
	    (err = mlv_monitor_read_reference(place, &features, monitor->line, &rows)))
		return err;
	profile.rows = record.rows;
	profile.features = features;
	profile.samples = rows.samples;
	return mlv_profile_write(&profile, to);
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
	if (record->rows && strcmp(profile->rows, record->rows) == 0)
		return NULL;
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

/* A row for what is called so. */
static mlv_err new_row(const char *name, struct mlv_monitor_found *found, struct mlv_drift **drift)
{
	mlv_err err = mlv_array_grow(&found->rows, &found->row_cap, found->row_count + 1,
				     sizeof(*found->rows));

	if (err)
		return err;
	found->rows[found->row_count] = (struct mlv_drift_row){ .name = mlv_sys_strdup(name) };
	if (!found->rows[found->row_count].name)
		return mlv_error_nomem("drift");
	*drift = &found->rows[found->row_count++].drift;
	return NULL;
}

static mlv_err add_slice(const char *name, uint64_t before, uint64_t now,
			 struct mlv_monitor_found *found)
{
	mlv_err err = mlv_array_grow(&found->slices, &found->slice_cap, found->slice_count + 1,
				     sizeof(*found->slices));

	if (err)
		return err;
	found->slices[found->slice_count] =
		(struct mlv_drift_slice){ mlv_sys_strdup(name), before, now };
	return found->slices[found->slice_count++].name ? NULL : mlv_error_nomem("slices");
}

/* Add the slices that the reference has of a dimension, and those that it has not. */
static mlv_err add_slices(const struct mlv_dim *dim, const uint64_t *rows, struct mlv_monitor_found *found)
{
	const struct mlv_record *record = found->reference;
	size_t first = found->slice_count;
	mlv_err err = NULL;

	for (size_t s = 0; s < record->slice_count && !err; s++)
		if (record->slices[s].dim && strcmp(record->slices[s].dim, dim->def->name) == 0)
			err = add_slice(record->slices[s].name, record->slices[s].n, 0, found);
	for (size_t v = 0; v < dim->values.count && !err; v++) {
		const char *name = dim->values.at[v];
		size_t at = first;

		while (at < found->slice_count && strcmp(found->slices[at].name, name) != 0)
			at++;
		if (at == found->slice_count && ((err = add_slice(name, 0, 0, found)) ||
						 (!mlv_strs_has(&found->fresh, name) &&
						  (err = mlv_strs_add(&found->fresh, name)))))
			return err;
		found->slices[at].now = rows[v];
	}
	return err;
}

/* How the rows divide among the slices of a dimension, before and now. */
static mlv_err compare_dim(const struct mlv_monitor *monitor, const struct mlv_dim *dim,
			   size_t rows, struct mlv_monitor_found *found)
{
	size_t most = dim->values.count + found->reference->slice_count + 1, bins = 0;
	size_t first = found->slice_count;
	uint64_t all = found->reference->slices[0].n;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	MLV_SCOPED(mlv_mem_free)
	uint64_t *counts = mlv_sys_alloc_array(2 * most + 1, sizeof(*counts));
	MLV_SCOPED(mlv_mem_free)
	uint64_t *of_code = mlv_sys_alloc_array(mlv_dim_codes(dim) + 1, sizeof(*of_code));
	struct mlv_drift *drift;
	mlv_err err;

	if (!counts || !of_code)
		return mlv_error_nomem("slices");
	for (size_t r = 0; r < rows; r++)
		of_code[dim->code[r]]++;
	if ((err = add_slices(dim, of_code, found)))
		return err;
	for (size_t at = first; at < found->slice_count; at++, bins++) {
		counts[bins] = found->slices[at].before;
		counts[most + bins] = found->slices[at].now;
	}
	if (dim->def->rule && bins) { /* beside those that are in it, all others */
		counts[bins] = all > counts[0] ? all - counts[0] : 0;
		counts[most + bins++] = rows - counts[most];
	}
	if ((err = mlv_buf_printf(&name, "slices of %s", dim->def->name)) ||
	    (err = new_row(name.ptr, found, &drift)) ||
	    (err = mlv_drift_of_counts(&monitor->limits, counts, counts + most, bins, drift)))
		return err;
	found->drifted = found->drifted || drift->drifted;
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

static mlv_err compare_feature(struct mlv_ctx *ctx, const struct mlv_monitor *monitor, const char *name,
			       const struct mlv_sample *before, const struct mlv_sample *now,
			       struct mlv_monitor_found *found)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs fresh = { 0 };
	struct mlv_drift *drift;
	mlv_err err;

	if (now->odd)
		mlv_tell_warning(ctx, "%s: %llu rows have what is no number", name,
				 (unsigned long long)now->odd);
	if ((err = new_row(name, found, &drift)) ||
	    (err = mlv_sample_compare(&monitor->limits, before, now, drift, &fresh)))
		return err;
	found->drifted = found->drifted || drift->drifted;
	for (size_t i = 0; i < fresh.count && !err; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

		if (!(err = mlv_buf_printf(&text, "%s=%s", name,
					   *fresh.at[i] ? fresh.at[i] : "__missing__")))
			err = mlv_strs_add(&found->fresh, text.ptr);
	}
	return err;
}

static mlv_err compare_rows(struct mlv_ctx *ctx, const struct mlv_monitor *monitor,
			    const struct mlv_profile *profile, const struct mlv_monitor_rows *rows,
			    struct mlv_monitor_found *found)
{
	const struct mlv_cases *cases = &rows->cases;
	mlv_err err = NULL;

	for (size_t d = 0; d < cases->dim_count && !err; d++)
		if (cases->dims[d].code)
			err = check_dim(monitor, &cases->dims[d], found->reference);
	for (size_t i = 0; i < profile->features.count && !err; i++)
		err = compare_feature(ctx, monitor, profile->features.at[i], &profile->samples[i],
				      &rows->samples[i], found);
	if (err || (err = add_slice("overall", found->reference->slices[0].n, cases->rows.count, found)))
		return err;
	for (size_t d = 0; d < cases->dim_count && !err; d++)
		if (cases->dims[d].code && !cases->dims[d].def->hidden)
			err = compare_dim(monitor, &cases->dims[d], cases->rows.count, found);
	return err || !found->labelled ? err : compare_metrics(ctx, cases, found);
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
	found->labelled = rows.labelled;
	if (!rows.cases.rows.count) {
		mlv_tell_warning(place->ctx, "%s: no rows, nothing to check", input->name);
		return NULL;
	}
	return compare_rows(place->ctx, monitor, &reference->profile, &rows, found);
}
