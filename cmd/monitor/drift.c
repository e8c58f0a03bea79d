/* What new rows are like beside the reference: features, what is predicted, and slices. */
#include <stdlib.h>
#include <string.h>

#include "cmd/monitor/parts.h"
#include "core/base/sys.h"
#include "core/eval/test.h"

#define CHANCE 0.01 /* of a difference that is none, over all slices */

void mlv_drift_rows_release(struct mlv_drift_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		free(rows->at[i].name);
	free(rows->at);
	*rows = (struct mlv_drift_rows){ 0 };
}

/* A row for what is called so. */
static mlv_err new_row(const char *name, struct mlv_drift_rows *rows, struct mlv_drift **drift)
{
	mlv_err err = mlv_array_grow(&rows->at, &rows->cap, rows->count + 1, sizeof(*rows->at));

	if (err)
		return err;
	rows->at[rows->count] = (struct mlv_drift_row){ .name = mlv_sys_strdup(name) };
	if (!rows->at[rows->count].name)
		return mlv_error_nomem("drift");
	*drift = &rows->at[rows->count++].drift;
	return NULL;
}

/* ---- features */

static mlv_err compare_feature(struct mlv_ctx *ctx, const struct mlv_monitor *monitor, size_t f,
			       struct mlv_monitor_found *found)
{
	const char *name = found->profile->features.at[f];
	const struct mlv_sample *now = &found->now.samples[f];
	MLV_SCOPED(mlv_strs_release) struct mlv_strs fresh = { 0 };
	struct mlv_drift *drift;
	mlv_err err;

	if (now->odd)
		mlv_tell_warning(ctx, "%s: %llu rows have what is no number", name,
				 (unsigned long long)now->odd);
	if ((err = new_row(name, &found->rows, &drift)) ||
	    (err = mlv_sample_compare(&monitor->limits, &found->profile->samples[f], now, drift, &fresh)))
		return err;
	for (size_t i = 0; i < fresh.count && !err; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

		if (!(err = mlv_buf_printf(&text, "%s=%s", name,
					   *fresh.at[i] ? fresh.at[i] : "__missing__")))
			err = mlv_strs_add(&found->fresh, text.ptr);
	}
	return err;
}

/* Which classes were predicted for how many of so many rows; the rest is that of others. */
static mlv_err compare_predicted(const struct mlv_monitor *monitor, const struct mlv_drift_slice *slice,
				 size_t classes, struct mlv_drift_rows *rows)
{
	MLV_SCOPED(mlv_mem_free)
	uint64_t *counts = mlv_sys_alloc_array(2 * (classes + 1), sizeof(*counts));
	struct mlv_drift *drift;
	mlv_err err;

	if (!slice->predicted_before || !slice->predicted_now)
		return NULL;
	if (!counts)
		return mlv_error_nomem("predictions");
	counts[classes] = slice->before;
	counts[2 * classes + 1] = slice->now;
	for (size_t k = 0; k < classes; k++) {
		counts[k] = slice->predicted_before[k];
		counts[classes + 1 + k] = slice->predicted_now[k];
		counts[classes] -= counts[k] < counts[classes] ? counts[k] : counts[classes];
		counts[2 * classes + 1] -= counts[classes + 1 + k];
	}
	if ((err = new_row("predicted classes", rows, &drift)))
		return err;
	return mlv_drift_of_counts(&monitor->limits, counts, counts + classes + 1, classes + 1, drift);
}

/* ---- slices */

static mlv_err add_slice(const char *name, uint64_t before, uint64_t now,
			 struct mlv_monitor_found *found)
{
	mlv_err err = mlv_array_grow(&found->slices, &found->slice_cap, found->slice_count + 1,
				     sizeof(*found->slices));

	if (err)
		return err;
	found->slices[found->slice_count] = (struct mlv_drift_slice){
		.name = mlv_sys_strdup(name), .before = before, .now = now,
	};
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
	    (err = new_row(name.ptr, &found->rows, &drift)))
		return err;
	return mlv_drift_of_counts(&monitor->limits, counts, counts + most, bins, drift);
}

/* What the rows of a slice are like, where both profiles have it. */
static mlv_err compare_slice(const struct mlv_monitor *monitor, const struct mlv_monitor_found *found,
			     struct mlv_drift_slice *slice)
{
	const struct mlv_profile_slice *before = mlv_profile_find(found->profile, slice->name);
	const struct mlv_profile_slice *now = mlv_profile_find(&found->now, slice->name);
	const struct mlv_strs *features = &found->profile->features;
	mlv_err err = NULL;

	if (!before || !now || !slice->now)
		return NULL;
	for (size_t f = 0; f < features->count && !err; f++) {
		struct mlv_drift *drift;

		if (!(err = new_row(features->at[f], &slice->rows, &drift)))
			err = mlv_sample_compare(&monitor->limits, &before->samples[f], &now->samples[f],
						 drift, NULL);
	}
	if (err || !found->slices[0].predicted_now)
		return err;
	slice->predicted_before = before->predicted;
	slice->predicted_now = now->predicted;
	return compare_predicted(monitor, slice, found->profile->classes.count, &slice->rows);
}

/*
 * Of many slices some would seem to have drifted by chance: what does is what still
 * reaches the limit, and would not, when their number is accounted for.
 */
static mlv_err judge_slices(const struct mlv_monitor *monitor, struct mlv_monitor_found *found)
{
	MLV_SCOPED(mlv_mem_free) double *p = NULL;
	size_t count = 0, at = 0;
	mlv_err err;

	for (size_t s = 0; s < found->slice_count; s++)
		count += found->slices[s].rows.count;
	if (!(p = mlv_sys_alloc_array(count + 1, sizeof(*p))))
		return mlv_error_nomem("slices");
	for (size_t s = 0; s < found->slice_count; s++)
		for (size_t i = 0; i < found->slices[s].rows.count; i++)
			p[at++] = found->slices[s].rows.at[i].drift.chance;
	if ((err = mlv_adjust(MLV_ADJUST_BH, p, count)))
		return err;
	at = 0;
	for (size_t s = 0; s < found->slice_count; s++)
		for (size_t i = 0; i < found->slices[s].rows.count; i++) {
			struct mlv_drift_row *row = &found->slices[s].rows.at[i];

			row->adjusted = p[at++];
			row->drift.drifted = row->drift.psi >= monitor->limits.psi && row->adjusted < CHANCE;
			found->drifted = found->drifted || row->drift.drifted;
		}
	return NULL;
}

/* ---- all of it */

/* What the new rows are like in the slices that the reference's profile has. */
static mlv_err look_at_slices(struct mlv_ctx *ctx, struct mlv_monitor_rows *rows,
			      struct mlv_monitor_found *found, bool *predicts)
{
	MLV_SCOPED(mlv_mem_free) uint32_t *predicted = NULL;
	const struct mlv_strs *classes = &found->profile->classes;
	mlv_err err = mlv_monitor_predicted(&rows->cases, classes, &found->fresh, &predicted);
	const struct mlv_profile_rows of = { &rows->cases, rows->columns, predicted };

	found->now = rows->profile;
	rows->profile = (struct mlv_profile){ 0 };
	*predicts = predicted != NULL;
	for (size_t k = 0; k < classes->count && !err; k++)
		err = mlv_strs_add(&found->now.classes, classes->at[k]);
	return err ? err : mlv_profile_slice(ctx, &of, 0, found->profile, &found->now);
}

static mlv_err compare_overall(struct mlv_ctx *ctx, const struct mlv_monitor *monitor, uint64_t rows,
			       bool predicts, struct mlv_monitor_found *found)
{
	const struct mlv_profile *profile = found->profile;
	mlv_err err = NULL;

	for (size_t f = 0; f < profile->features.count && !err; f++)
		err = compare_feature(ctx, monitor, f, found);
	if (err || (err = add_slice("overall", found->reference->slices[0].n, rows, found)))
		return err;
	if (!predicts)
		return NULL;
	found->slices[0].predicted_before = profile->predicted;
	found->slices[0].predicted_now = found->now.predicted;
	return compare_predicted(monitor, &found->slices[0], profile->classes.count, &found->rows);
}

mlv_err mlv_monitor_drift(struct mlv_ctx *ctx, const struct mlv_monitor *monitor,
			  struct mlv_monitor_rows *rows, struct mlv_monitor_found *found)
{
	const struct mlv_cases *cases = &rows->cases;
	bool predicts = false;
	mlv_err err;

	if ((err = look_at_slices(ctx, rows, found, &predicts)) ||
	    (err = compare_overall(ctx, monitor, cases->rows.count, predicts, found)))
		return err;
	for (size_t d = 0; d < cases->dim_count && !err; d++)
		if (cases->dims[d].code && !cases->dims[d].def->hidden)
			err = compare_dim(monitor, &cases->dims[d], cases->rows.count, found);
	for (size_t i = 0; i < found->rows.count; i++)
		found->drifted = found->drifted || found->rows.at[i].drift.drifted;
	for (size_t s = 1; s < found->slice_count && !err; s++)
		err = compare_slice(monitor, found, &found->slices[s]);
	return err ? err : judge_slices(monitor, found);
}
