#include "cmd/monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/base/yaml.h"
#include "core/eval/evaluate.h"
#include "core/eval/spec/parts.h"

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
	mlv_record_release(&found->reference);
	mlv_record_release(&found->current);
	*found = (struct mlv_monitor_found){ 0 };
}

/* ---- tables */

/* A table that is read several times. */
struct table {
	struct mlv_frame_source source;
	struct mlv_strs names;
	struct mlv_buf path;
	int fd;
};
#define TABLE_INIT                                                                                 \
	{                                                                                          \
		.path = MLV_BUF_INIT, .fd = -1                                                     \
	}

static void table_release(struct table *table)
{
	mlv_strs_release(&table->names);
	mlv_buf_release(&table->path);
	mlv_fd_close(&table->fd);
}

static mlv_err rewind_table(struct table *table)
{
	return lseek(table->fd, 0, SEEK_SET) < 0 ? mlv_error_sys("%s", table->path.ptr) : NULL;
}

static mlv_err open_table(struct mlv_ctx *ctx, const char *base, const char *path,
			  struct table *table)
{
	struct stat stat;
	mlv_err err = mlv_path_absolute(&table->path, base, path);

	if (err)
		return err;
	table->fd = mlv_sys_openat(AT_FDCWD, table->path.ptr, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (table->fd < 0 && errno == ENOENT)
		return mlv_error(MLV_E_MISSING, "%s: there is no such file", path);
	if (table->fd < 0 || mlv_sys_fstat(table->fd, &stat) < 0)
		return mlv_error_sys("%s", path);
	if (!S_ISREG(stat.st_mode))
		return mlv_error(MLV_E_REFUSED, "%s: not a regular file", path);
	table->source = (struct mlv_frame_source){ .name = path, .fd = table->fd };
	if ((err = mlv_frame_names(ctx, &table->source, &table->names)))
		return err;
	return rewind_table(table);
}

/* Read columns of a table as text. */
static mlv_err read_texts(struct mlv_ctx *ctx, struct table *table, const struct mlv_strs *columns,
			  struct mlv_frame *frame)
{
	MLV_SCOPED(mlv_mem_free)
	struct mlv_want *wants = mlv_sys_alloc_array(columns->count + 1, sizeof(*wants));
	mlv_err err;

	if (!wants)
		return mlv_error_nomem("a table");
	for (size_t i = 0; i < columns->count; i++)
		wants[i] = (struct mlv_want){ .name = columns->at[i] };
	err = mlv_frame_read(ctx, &table->source, wants, columns->count, frame);
	return err ? err : rewind_table(table);
}

/* The features, and behind them the score where there is one. */
static mlv_err list_columns(const struct mlv_monitor *monitor, const struct mlv_eval_spec *spec,
			    struct mlv_strs *columns)
{
	const char *score = spec->column[MLV_ROLE_SCORE];
	mlv_err err = NULL;

	for (size_t i = 0; i < monitor->features.count && !err; i++)
		err = mlv_strs_add(columns, monitor->features.at[i]);
	return err || !score || mlv_strs_has(columns, score) ? err : mlv_strs_add(columns, score);
}

/* ---- profile */

static mlv_err set_text(char **field, const char *text)
{
	char *copy = text ? mlv_sys_strdup(text) : NULL;

	if (text && !copy)
		return mlv_error_nomem("a monitor");
	free(*field);
	*field = copy;
	return NULL;
}

static mlv_err take_features(const struct mlv_strs *columns, const struct mlv_frame *frame,
			     struct mlv_profile *profile)
{
	mlv_err err = NULL;

	profile->samples = mlv_sys_alloc_array(columns->count + 1, sizeof(*profile->samples));
	if (!profile->samples)
		return mlv_error_nomem("a profile");
	for (size_t i = 0; i < columns->count && !err; i++) {
		struct mlv_sample *sample = &profile->samples[i];

		*sample = (struct mlv_sample)MLV_SAMPLE_INIT;
		sample->numeric = mlv_sample_is_numeric(&frame->columns[i]);
		if ((err = mlv_strs_add(&profile->features, columns->at[i])) ||
		    (err = mlv_sample_add(sample, &frame->columns[i], frame->rows)))
			return err;
		mlv_sample_sort(sample);
	}
	return err;
}

/* The predictions, whose columns the features are. */
static mlv_err open_features(struct mlv_metrics_place *place, const struct mlv_eval_spec *spec,
			     const struct mlv_strs *columns, struct table *table)
{
	mlv_err err = open_table(place->ctx, place->root, spec->predictions, table);

	for (size_t i = 0; i < columns->count && !err; i++)
		if (!mlv_strs_has(&table->names, columns->at[i]))
			return mlv_error_hint(
				mlv_error(MLV_E_SPEC, "%s: there is no column '%s'",
					  spec->predictions, columns->at[i]),
				"a monitor's features stand in the table of predictions");
	return err;
}

mlv_err mlv_monitor_profile(struct mlv_metrics_place *place, const struct mlv_monitor *monitor,
			    struct mlv_buf *to)
{
	MLV_SCOPED(mlv_eval_spec_release) struct mlv_eval_spec spec = { 0 };
	MLV_SCOPED(mlv_record_release) struct mlv_record record = { 0 };
	MLV_SCOPED(mlv_cases_release) struct mlv_cases cases = { 0 };
	MLV_SCOPED(table_release) struct table table = TABLE_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs columns = { 0 };
	MLV_SCOPED(mlv_frame_release) struct mlv_frame frame = { 0 };
	MLV_SCOPED(mlv_profile_release) struct mlv_profile profile = { 0 };
	const struct mlv_metrics_side side = { 0 };
	struct mlv_eval_ids ids;
	bool found = false;
	mlv_err err;

	if ((err = mlv_eval_spec_of(place, &side, monitor->eval, &spec)) ||
	    (err = mlv_eval_record(place, &side, monitor->eval, &record, &found)))
		return err;
	if (found && (err = mlv_eval_cases(place, &side, &spec, &record, &cases, &ids)))
		return err;
	if (!found || !record.rows || strcmp(record.rows, ids.rows) != 0)
		return mlv_error_hint(
			mlv_error(found ? MLV_E_CORRUPT : MLV_E_MISSING,
				  "evals/%s.json: there is no record of %s as it is there",
				  monitor->eval, spec.predictions),
			"mlv eval %s", monitor->eval);
	if ((err = list_columns(monitor, &spec, &columns)) ||
	    (err = open_features(place, &spec, &columns, &table)) ||
	    (err = read_texts(place->ctx, &table, &columns, &frame)) ||
	    (err = set_text(&profile.eval, monitor->eval)) ||
	    (err = set_text(&profile.rows, record.rows)) ||
	    (err = take_features(&columns, &frame, &profile)))
		return err;
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

static bool is_label(const struct mlv_slice_def *def)
{
	return def->column && strcmp(def->column, "label") == 0;
}

/* Leave out what needs labels: the prediction stands in for the label, and slices by it are not
 * asked for. */
static mlv_err without_labels(struct mlv_eval_spec *spec)
{
	const char *pred = spec->column[MLV_ROLE_PRED];
	mlv_err err;

	if (!pred) {
		spec->task = MLV_TASK_REGRESSION;
		pred = spec->column[MLV_ROLE_SCORE];
		if ((err = set_text(&spec->column[MLV_ROLE_PRED], pred)) ||
		    (err = set_text(&spec->column[MLV_ROLE_SCORE], NULL)))
			return err;
	} else if (spec->task == MLV_TASK_BINARY) {
		spec->task = MLV_TASK_MULTICLASS;
	}
	if ((err = set_text(&spec->column[MLV_ROLE_LABEL], spec->column[MLV_ROLE_PRED])))
		return err;
	for (size_t s = 0; s < spec->slice_count; s++) {
		struct mlv_slice_def *def = &spec->slices[s];

		def->hidden = def->hidden || is_label(def);
		for (size_t o = 0; o < spec->slice_count; o++)
			if (is_label(&spec->slices[o]) &&
			    mlv_strs_has(&def->cross, spec->slices[o].name))
				def->hidden = true;
	}
	return NULL;
}

/* The spec of the reference, for a table that may lack labels, ids, weights and folds. */
static mlv_err fit_spec(struct mlv_eval_spec *spec, const struct table *table, bool *labelled)
{
	static const enum mlv_role optional[] = { MLV_ROLE_ID, MLV_ROLE_WEIGHT, MLV_ROLE_FOLD };
	mlv_err err = set_text(&spec->join, NULL);

	for (size_t i = 0; i < MLV_COUNT(optional) && !err; i++)
		if (spec->column[optional[i]] &&
		    !mlv_strs_has(&table->names, spec->column[optional[i]]))
			err = set_text(&spec->column[optional[i]], NULL);
	*labelled = mlv_strs_has(&table->names, spec->column[MLV_ROLE_LABEL]);
	return err || *labelled ? err : without_labels(spec);
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

/* How the rows divide among the slices of a dimension, before and now. */
static mlv_err compare_dim(const struct mlv_monitor *monitor, const struct mlv_dim *dim,
			   size_t rows, struct mlv_monitor_found *found)
{
	const struct mlv_record *record = &found->reference;
	size_t most = dim->values.count + record->slice_count + 1, bins = 0, first = found->slice_count;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	MLV_SCOPED(mlv_mem_free)
	uint64_t *counts = mlv_sys_alloc_array(2 * most + 1, sizeof(*counts));
	struct mlv_drift *drift;
	mlv_err err = NULL;

	if (!counts)
		return mlv_error_nomem("slices");
	for (size_t s = 0; s < record->slice_count && !err; s++)
		if (record->slices[s].dim && strcmp(record->slices[s].dim, dim->def->name) == 0)
			err = add_slice(record->slices[s].name, record->slices[s].n, 0, found);
	for (size_t v = 0; v < dim->values.count && !err; v++) {
		size_t at = first;
		uint64_t n = 0;

		for (size_t r = 0; r < rows; r++)
			n += dim->code[r] == v;
		while (at < found->slice_count &&
		       strcmp(found->slices[at].name, dim->values.at[v]) != 0)
			at++;
		if (at == found->slice_count) {
			if ((err = add_slice(dim->values.at[v], 0, n, found)) ||
			    (!mlv_strs_has(&found->fresh, dim->values.at[v]) &&
			     (err = mlv_strs_add(&found->fresh, dim->values.at[v]))))
				return err;
		}
		found->slices[at].now = n;
	}
	for (size_t at = first; at < found->slice_count; at++, bins++) {
		counts[bins] = found->slices[at].before;
		counts[most + bins] = found->slices[at].now;
	}
	if (dim->def->rule && bins) { /* beside those that are in it, all others */
		counts[bins] = record->slices[0].n > counts[0] ? record->slices[0].n - counts[0] : 0;
		counts[most + bins++] = rows - counts[most];
	}
	if (err || (err = mlv_buf_printf(&name, "slices of %s", dim->def->name)) ||
	    (err = new_row(name.ptr, found, &drift)) ||
	    (err = mlv_drift_of_counts(&monitor->limits, counts, counts + most, bins, drift)))
		return err;
	found->drifted = found->drifted || drift->drifted;
	return NULL;
}

/* Slices are those of the record only if they are cut alike. */
static mlv_err check_edges(const struct mlv_monitor *monitor, const struct mlv_dim *dim,
			   const struct mlv_record *record)
{
	const struct mlv_record_dim *theirs = mlv_record_find_dim(record, dim->def->name);
	bool same = theirs && theirs->edge_count == dim->edge_count;

	for (size_t i = 0; same && i < dim->edge_count; i++)
		same = !(dim->edges[i] < theirs->edges[i]) && !(dim->edges[i] > theirs->edges[i]);
	return same ? NULL
		    : mlv_error_hint(mlv_error(MLV_E_CORRUPT,
					       "the slices of '%s' are not those of evals/%s.json",
					       dim->def->name, monitor->eval),
				     "mlv eval %s", monitor->eval);
}

static mlv_err load_cases(struct mlv_ctx *ctx, const struct mlv_eval_spec *spec,
			  struct table *table, const struct mlv_record *record,
			  struct mlv_cases *cases)
{
	MLV_SCOPED(mlv_mem_free)
	struct mlv_frozen *frozen = mlv_sys_alloc_array(record->dim_count + 1, sizeof(*frozen));
	size_t count = 0;
	mlv_err err;

	if (!frozen)
		return mlv_error_nomem("bins");
	for (size_t d = 0; d < record->dim_count; d++)
		if (record->dims[d].quantiles && record->dims[d].edges)
			frozen[count++] =
				(struct mlv_frozen){ record->dims[d].name, record->dims[d].edges,
						     record->dims[d].edge_count };
	err = mlv_cases_load(ctx, spec, &table->source, NULL, frozen, count, NULL, cases);
	return err ? err : rewind_table(table);
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
	return mlv_eval_compare(&found->reference, &found->current, NULL, false, MLV_ADJUST_BH,
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

static mlv_err compare_features(struct mlv_ctx *ctx, const struct mlv_monitor *monitor,
				struct table *table, const struct mlv_profile *profile,
				struct mlv_monitor_found *found)
{
	MLV_SCOPED(mlv_frame_release) struct mlv_frame frame = { 0 };
	mlv_err err = NULL;

	if (profile->features.count && (err = read_texts(ctx, table, &profile->features, &frame)))
		return err;
	for (size_t i = 0; i < profile->features.count && !err; i++) {
		MLV_SCOPED(mlv_sample_release) struct mlv_sample now = MLV_SAMPLE_INIT;

		now.numeric = profile->samples[i].numeric;
		if ((err = mlv_sample_add(&now, &frame.columns[i], frame.rows)))
			return err;
		mlv_sample_sort(&now);
		err = compare_feature(ctx, monitor, profile->features.at[i], &profile->samples[i],
				      &now, found);
	}
	return err;
}

mlv_err mlv_monitor_check(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			  const struct mlv_monitor *monitor, const char *path,
			  struct mlv_monitor_found *found)
{
	MLV_SCOPED(mlv_eval_spec_release) struct mlv_eval_spec spec = { 0 };
	MLV_SCOPED(mlv_profile_release) struct mlv_profile profile = { 0 };
	MLV_SCOPED(mlv_cases_release) struct mlv_cases cases = { 0 };
	MLV_SCOPED(table_release) struct table table = TABLE_INIT;
	bool there = false;
	mlv_err err;

	if ((err = mlv_eval_spec_of(place, side, monitor->eval, &spec)) ||
	    (err = mlv_eval_record(place, side, monitor->eval, &found->reference, &there)))
		return err;
	if (!there)
		return mlv_error(MLV_E_MISSING, "evals/%s.json: not in %s", monitor->eval,
				 mlv_metrics_side_name(side));
	if ((err = load_profile(place, side, monitor, &found->reference, &profile)) ||
	    (err = open_table(place->ctx, place->ctx->cwd, path, &table)) ||
	    (err = fit_spec(&spec, &table, &found->labelled)) ||
	    (err = load_cases(place->ctx, &spec, &table, &found->reference, &cases)) ||
	    (err = compare_features(place->ctx, monitor, &table, &profile, found)) ||
	    (err = add_slice("overall", found->reference.slices[0].n, cases.rows.count, found)))
		return err;
	for (size_t d = 0; d < cases.dim_count && !err; d++)
		if (cases.dims[d].code && !cases.dims[d].def->hidden &&
		    !(err = check_edges(monitor, &cases.dims[d], &found->reference)))
			err = compare_dim(monitor, &cases.dims[d], cases.rows.count, found);
	return err || !found->labelled ? err : compare_metrics(place->ctx, &cases, found);
}
