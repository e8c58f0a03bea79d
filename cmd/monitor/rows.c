/* The tables of a monitor: those of its evaluation, and new rows. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/monitor/parts.h"
#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/eval/spec/parts.h"

void mlv_monitor_rows_release(struct mlv_monitor_rows *rows)
{
	for (size_t i = 0; rows->columns && i < rows->features; i++) {
		free(rows->columns[i].code);
		mlv_words_release(&rows->columns[i].words);
	}
	free(rows->columns);
	mlv_profile_release(&rows->profile);
	mlv_cases_release(&rows->cases);
	rows->spec.slice_count += rows->features;
	mlv_eval_spec_release(&rows->spec);
	*rows = (struct mlv_monitor_rows){ 0 };
}

mlv_err mlv_monitor_set_text(char **field, const char *text)
{
	char *copy = text ? mlv_sys_strdup(text) : NULL;

	if (text && !copy)
		return mlv_error_nomem("a monitor");
	free(*field);
	*field = copy;
	return NULL;
}

/* ---- features */

/* What a feature is read as, in *def: what the entry of slices of this name computes, else its column. */
static mlv_err add_feature(const struct mlv_eval_spec *spec, const char *name, unsigned line,
			   struct mlv_slice_def *def)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	const struct mlv_slice_def *entry = NULL;
	mlv_err err;

	*def = (struct mlv_slice_def){ .name = mlv_sys_strdup(name), .line = line };
	if (!def->name)
		return mlv_error_nomem("a monitor");
	for (size_t s = 0; s < spec->slice_count && !entry; s++)
		if (strcmp(spec->slices[s].name, name) == 0 && spec->slices[s].expr &&
		    !spec->slices[s].rule)
			entry = &spec->slices[s];
	if (!entry)
		return mlv_monitor_set_text(&def->column, name);
	def->line = entry->line;
	if ((err = mlv_expr_add_text(entry->expr, &text)))
		return err;
	return mlv_expr_parse(text.ptr, &def->expr);
}

static mlv_err want_features(const struct mlv_strs *features, unsigned line, struct mlv_monitor_rows *rows)
{
	struct mlv_eval_spec *spec = &rows->spec;
	struct mlv_slice_def *all =
		mlv_sys_alloc_array(spec->slice_count + features->count + 1, sizeof(*all));
	mlv_err err = NULL;

	rows->profile.samples = mlv_sys_alloc_array(features->count + 1, sizeof(*rows->profile.samples));
	if (!all || !rows->profile.samples) {
		free(all);
		return mlv_error_nomem("a monitor");
	}
	if (spec->slice_count)
		memcpy(all, spec->slices, spec->slice_count * sizeof(*all));
	free(spec->slices);
	spec->slices = all;
	for (size_t i = 0; i < features->count && !err; i++) {
		rows->profile.samples[i] = (struct mlv_sample)MLV_SAMPLE_INIT;
		rows->features++;
		if (!(err = mlv_strs_add(&rows->profile.features, features->at[i])))
			err = add_feature(spec, features->at[i], line, &all[spec->slice_count + i]);
	}
	return err;
}

/* Read what the slices need of a table, and add what it has of the features: the last columns. */
static mlv_err extract_rows(struct mlv_metrics_place *place, const struct mlv_frame_source *table,
			    const struct mlv_frame_source *joined, struct mlv_monitor_rows *rows,
			    struct mlv_extract *extract)
{
	const struct mlv_metrics_side side = { 0 };
	struct mlv_eval_files named = { place, &side };
	const struct mlv_expr_files files = { mlv_eval_read_named, &named };
	mlv_err err;

	rows->spec.slice_count += rows->features;
	err = mlv_extract_read(place->ctx, &rows->spec, table, joined, &files, extract);
	rows->spec.slice_count -= rows->features;
	return err;
}

/* Move the features, whose kinds are set unless they are the first, out of all that was read. */
static mlv_err take_features(struct mlv_extract *extract, bool first, struct mlv_monitor_rows *rows)
{
	struct mlv_column *columns = extract->frame.columns + (extract->frame.count - rows->features);
	mlv_err err = NULL;

	if (!(rows->columns = mlv_sys_alloc_array(rows->features + 1, sizeof(*rows->columns))))
		return mlv_error_nomem("features");
	for (size_t i = 0; i < rows->features; i++) {
		rows->columns[i] = columns[i];
		columns[i] = (struct mlv_column){ .words = { .bytes = MLV_BUF_INIT } };
	}
	for (size_t i = 0; i < rows->features && !err; i++) {
		struct mlv_sample *sample = &rows->profile.samples[i];

		if (first)
			sample->numeric = mlv_sample_is_numeric(&rows->columns[i]);
		err = mlv_sample_add(sample, &rows->columns[i], extract->frame.rows);
		mlv_sample_sort(sample);
	}
	return err;
}

/* ---- the reference */

mlv_err mlv_monitor_read_reference(struct mlv_metrics_place *place, const struct mlv_strs *features,
				   unsigned line, size_t count, struct mlv_monitor_rows *rows)
{
	MLV_SCOPED(mlv_eval_table_release) struct mlv_eval_table predictions = MLV_EVAL_TABLE_INIT;
	MLV_SCOPED(mlv_eval_table_release) struct mlv_eval_table joined = MLV_EVAL_TABLE_INIT;
	MLV_SCOPED(mlv_extract_release) struct mlv_extract extract = { 0 };
	const struct mlv_metrics_side side = { 0 };
	struct mlv_eval_spec *spec = &rows->spec;
	mlv_err err;

	for (size_t s = 0; s < spec->slice_count; s++) { /* slices are not asked for */
		spec->slices[s].hidden = true;
		mlv_strs_release(&spec->slices[s].cross);
	}
	if ((err = want_features(features, line, rows)) ||
	    (err = mlv_eval_table_open(place, &side, spec->predictions, &predictions, NULL)) ||
	    (spec->join && (err = mlv_eval_table_open(place, &side, spec->join, &joined, NULL))) ||
	    (err = extract_rows(place, &predictions.source, spec->join ? &joined.source : NULL, rows,
				&extract)) ||
	    (err = mlv_eval_table_check(&predictions)) || (err = mlv_eval_table_check(&joined)))
		return err;
	if (extract.frame.rows != count)
		return mlv_error(MLV_E_CORRUPT, "%s: changed while it was read", spec->predictions);
	return take_features(&extract, true, rows);
}

/* ---- new rows */

struct table {
	const char *path;
	int fd;
	struct mlv_strs names; /* of its columns */
};

struct tables {
	struct table *at;
	size_t count;
};

static void tables_release(struct tables *tables)
{
	for (size_t i = 0; i < tables->count; i++) {
		mlv_fd_close(&tables->at[i].fd);
		mlv_strs_release(&tables->at[i].names);
	}
	free(tables->at);
	*tables = (struct tables){ 0 };
}

/* A path that the user typed may lead anywhere; one that mlv.yaml has, not out of the work tree. */
static mlv_err open_file(const struct mlv_metrics_place *place, const struct mlv_monitor_input *input,
			 const char *path, int *fd)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf absolute = MLV_BUF_INIT;
	struct stat st;
	mlv_err err;

	if (!input->typed) {
		if ((err = mlv_metrics_open(place, path, fd)))
			return err;
	} else {
		if ((err = mlv_path_absolute(&absolute, place->ctx->cwd, path)))
			return err;
		*fd = mlv_sys_openat(AT_FDCWD, absolute.ptr, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
		if (*fd < 0 && errno != ENOENT)
			return mlv_error_sys("%s", path);
	}
	if (*fd < 0)
		return mlv_error(MLV_E_MISSING, "%s: there is no such file", path);
	if (mlv_sys_fstat(*fd, &st) < 0)
		return mlv_error_sys("%s", path);
	return S_ISREG(st.st_mode) ? NULL : mlv_error(MLV_E_REFUSED, "%s: not a regular file", path);
}

static struct mlv_frame_source source_of(const struct table *table)
{
	return (struct mlv_frame_source){ .name = table->path, .fd = table->fd };
}

/* Open all of them, and look what columns they have. */
static mlv_err open_tables(struct mlv_metrics_place *place, const struct mlv_monitor_input *input,
			   struct tables *tables)
{
	mlv_err err = NULL;

	if (!(tables->at = mlv_sys_alloc_array(input->files.count + 1, sizeof(*tables->at))))
		return mlv_error_nomem("tables");
	for (size_t i = 0; i < input->files.count && !err; i++) {
		struct table *table = &tables->at[tables->count++];
		struct mlv_frame_source source;

		*table = (struct table){ .path = input->files.at[i], .fd = -1 };
		if ((err = open_file(place, input, table->path, &table->fd)))
			return err;
		source = source_of(table);
		if ((err = mlv_frame_names(place->ctx, &source, &table->names)))
			return err;
		if (lseek(table->fd, 0, SEEK_SET) < 0)
			return mlv_error_sys("%s", table->path);
	}
	return err;
}

static bool all_have(const struct tables *tables, const char *column)
{
	bool have = true;

	for (size_t i = 0; i < tables->count && have; i++)
		have = mlv_strs_has(&tables->at[i].names, column);
	return have;
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
		if ((err = mlv_monitor_set_text(&spec->column[MLV_ROLE_PRED], pred)) ||
		    (err = mlv_monitor_set_text(&spec->column[MLV_ROLE_SCORE], NULL)))
			return err;
	} else if (spec->task == MLV_TASK_BINARY) {
		spec->task = MLV_TASK_MULTICLASS;
	}
	if ((err = mlv_monitor_set_text(&spec->column[MLV_ROLE_LABEL], spec->column[MLV_ROLE_PRED])))
		return err;
	for (size_t s = 0; s < spec->slice_count; s++) {
		struct mlv_slice_def *def = &spec->slices[s];

		def->hidden = def->hidden || mlv_slice_is_label(def);
		for (size_t o = 0; o < spec->slice_count; o++)
			if (mlv_slice_is_label(&spec->slices[o]) &&
			    mlv_strs_has(&def->cross, spec->slices[o].name))
				def->hidden = true;
	}
	return NULL;
}

/* Labels of a part of the rows are those of none. */
static void warn_of_labels(struct mlv_ctx *ctx, const struct tables *tables, const char *label)
{
	const struct table *with = NULL, *without = NULL;

	for (size_t i = 0; i < tables->count; i++) {
		if (mlv_strs_has(&tables->at[i].names, label))
			with = &tables->at[i];
		else
			without = &tables->at[i];
	}
	if (with && without)
		mlv_tell_warning(ctx,
				 "%s has no column '%s': the labels of %s, in the same window, are left out",
				 without->path, label, with->path);
}

/* An id may come again in production: nothing is joined, and no rows are compared by it. */
static mlv_err fit_spec(struct mlv_ctx *ctx, const struct tables *tables, struct mlv_monitor_rows *rows)
{
	static const enum mlv_role optional[] = { MLV_ROLE_WEIGHT, MLV_ROLE_FOLD,
						 MLV_ROLE_GROUP };
	struct mlv_eval_spec *spec = &rows->spec;
	mlv_err err = mlv_monitor_set_text(&spec->join, NULL);

	if (!err)
		err = mlv_monitor_set_text(&spec->column[MLV_ROLE_ID], NULL);
	for (size_t i = 0; i < MLV_COUNT(optional) && !err; i++)
		if (spec->column[optional[i]] && !all_have(tables, spec->column[optional[i]]))
			err = mlv_monitor_set_text(&spec->column[optional[i]], NULL);
	rows->labelled = all_have(tables, spec->column[MLV_ROLE_LABEL]);
	warn_of_labels(ctx, tables, spec->column[MLV_ROLE_LABEL]);
	return err || rows->labelled ? err : without_labels(spec);
}

static mlv_err no_feature(const struct mlv_eval_spec *spec, const char *path, const char *column)
{
	const char *score = spec->column[MLV_ROLE_SCORE], *pred = spec->column[MLV_ROLE_PRED];

	if ((score && strcmp(score, column) == 0) || (pred && strcmp(pred, column) == 0))
		return mlv_error_hint(mlv_error(MLV_E_SPEC, "%s: there is no column '%s' of predictions",
						path, column),
				      "let the model predict the new rows, and add the column");
	return mlv_error_hint(mlv_error(MLV_E_SPEC, "%s: there is no column '%s', a feature of the profile",
					path, column),
			      "add the column; or leave it out of 'features', and mlv monitor profile");
}

/* A feature that is a column is one of each table. */
static mlv_err check_features(const struct tables *tables, const struct mlv_monitor_rows *rows)
{
	const struct mlv_slice_def *features = rows->spec.slices + rows->spec.slice_count;

	for (size_t i = 0; i < tables->count; i++)
		for (size_t f = 0; f < rows->features; f++)
			if (features[f].column &&
			    !mlv_strs_has(&tables->at[i].names, features[f].column))
				return no_feature(&rows->spec, tables->at[i].path, features[f].column);
	return NULL;
}

mlv_err mlv_monitor_read_rows(struct mlv_metrics_place *place, const struct mlv_monitor_input *input,
			      const struct mlv_profile *profile, const struct mlv_record *reference,
			      struct mlv_monitor_rows *rows)
{
	MLV_SCOPED(tables_release) struct tables tables = { 0 };
	MLV_SCOPED(mlv_extract_release) struct mlv_extract all = { .name = input->name };
	MLV_SCOPED(mlv_mem_free) struct mlv_frozen *frozen = NULL;
	mlv_err err;

	if ((err = open_tables(place, input, &tables)) || (err = fit_spec(place->ctx, &tables, rows)) ||
	    (err = want_features(&profile->features, 0, rows)) ||
	    (err = check_features(&tables, rows)))
		return err;
	for (size_t i = 0; i < rows->features; i++)
		rows->profile.samples[i].numeric = profile->samples[i].numeric;
	for (size_t i = 0; i < tables.count && !err; i++) {
		MLV_SCOPED(mlv_extract_release) struct mlv_extract extract = { 0 };
		struct mlv_frame_source source = source_of(&tables.at[i]);

		if (!(err = extract_rows(place, &source, NULL, rows, &extract)))
			err = mlv_extract_join(&extract, tables.at[i].path, &all);
	}
	if (!err && !all.frame.rows && !input->typed)
		return NULL;
	if (!err)
		err = take_features(&all, false, rows);
	if (!err && !(frozen = mlv_sys_alloc_array(rows->spec.slice_count + 1, sizeof(*frozen))))
		err = mlv_error_nomem("bins");
	return err ? err
		   : mlv_cases_of_extract(place->ctx, &rows->spec, &all, frozen,
					  mlv_eval_frozen(&rows->spec, reference, true, frozen),
					  &rows->cases);
}

/* ---- predictions */

/* By the score, which stands for the label where there is none; classes are negative and positive. */
static void by_threshold(const struct mlv_cases *cases, uint32_t *predicted)
{
	for (size_t r = 0; r < cases->rows.count; r++)
		predicted[r] = cases->predicted[r] >= cases->spec->threshold;
}

static mlv_err by_class(const struct mlv_cases *cases, const struct mlv_strs *classes, struct mlv_strs *fresh,
			uint32_t *predicted)
{
	size_t count = cases->classes.count;
	MLV_SCOPED(mlv_mem_free) uint32_t *known = mlv_sys_alloc_array(count + 1, sizeof(*known));
	MLV_SCOPED(mlv_mem_free) bool *is_new = mlv_sys_alloc_array(count + 1, sizeof(*is_new));
	mlv_err err = known && is_new ? NULL : mlv_error_nomem("predictions");

	for (size_t k = 0; !err && k < count; k++)
		while (known[k] < classes->count && strcmp(classes->at[known[k]], cases->classes.at[k]) != 0)
			known[k]++;
	for (size_t r = 0; !err && r < cases->rows.count; r++) {
		predicted[r] = known[cases->guess[r]];
		is_new[cases->guess[r]] = predicted[r] == classes->count;
	}
	for (size_t k = 0; k < count && !err; k++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;

		if (is_new[k] && !(err = mlv_buf_printf(&name, "predicted class=%s", cases->classes.at[k])))
			err = mlv_strs_add(fresh, name.ptr);
	}
	return err;
}

mlv_err mlv_monitor_predicted(const struct mlv_cases *cases, const struct mlv_strs *classes,
			      struct mlv_strs *fresh, uint32_t **predicted)
{
	bool by_score = !cases->guess && cases->predicted && classes->count == 2;

	if (!classes->count || (!cases->guess && !by_score))
		return NULL;
	if (!(*predicted = mlv_sys_alloc_array(cases->rows.count + 1, sizeof(**predicted))))
		return mlv_error_nomem("predictions");
	if (!by_score)
		return by_class(cases, classes, fresh, *predicted);
	by_threshold(cases, *predicted);
	return NULL;
}
