#include "cmd/report/drift.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/monitor.h"
#include "cmd/report/charts.h"
#include "cmd/report/specs.h"
#include "core/base/json.h"
#include "core/base/sys.h"

#define WATCHED_MAX 60 /* things that get a chart */
#define SLICES_MAX  30 /* slices of a chart */

void mlv_report_monitors_release(struct mlv_report_monitors *monitors)
{
	for (size_t m = 0; m < monitors->count; m++) {
		for (size_t w = 0; w < monitors->at[m].count; w++)
			mlv_value_freep(&monitors->at[m].windows[w]);
		free(monitors->at[m].name);
	}
	free(monitors->at);
	*monitors = (struct mlv_report_monitors){ 0 };
}

/* ---- logs */

/* The last windows of a log. */
static mlv_err read_log(const struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			struct mlv_report_monitor *monitor)
{
	MLV_SCOPED(mlv_monitor_log_release) struct mlv_monitor_log log = { 0 };
	size_t first;
	mlv_err err = mlv_monitor_log_read(place, side, monitor->name, &log);

	if (err)
		return err;
	first = log.count > MLV_REPORT_WINDOWS ? log.count - MLV_REPORT_WINDOWS : 0;
	for (size_t i = first; i < log.count; i++)
		monitor->windows[monitor->count++] = MLV_TAKE(log.lines[i]);
	return NULL;
}

static mlv_err add_monitor(struct mlv_metrics_place *place, const char *eval, const char *name,
			   struct mlv_report_monitors *monitors)
{
	MLV_SCOPED(mlv_monitor_release) struct mlv_monitor monitor = { 0 };
	const struct mlv_metrics_side side = { 0 };
	struct mlv_report_monitor *made;
	mlv_err err = mlv_monitor_read(place, &side, name, &monitor);

	if (err || strcmp(monitor.eval, eval) != 0)
		return err;
	if ((err = mlv_array_grow(&monitors->at, &monitors->cap, monitors->count + 1, sizeof(*monitors->at))))
		return err;
	made = &monitors->at[monitors->count++];
	*made = (struct mlv_report_monitor){ .psi = monitor.limits.psi };
	made->name = MLV_TAKE(monitor.name);
	return read_log(place, &side, made);
}

mlv_err mlv_report_monitors_load(struct mlv_metrics_place *place, const char *eval,
				 struct mlv_report_monitors *monitors)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	const struct mlv_metrics_side side = { 0 };
	const struct mlv_value *map;
	mlv_err err = mlv_eval_yaml(place, &side, &root);

	map = mlv_value_get(root, "monitor");
	for (size_t i = 0; map && map->type == MLV_VALUE_MAP && i < map->count && !err; i++)
		err = add_monitor(place, eval, map->keys[i], monitors);
	return err;
}

/* ---- charts */

static const struct mlv_value *drift_of(const struct mlv_value *window)
{
	const struct mlv_value *drift = mlv_value_get(window, "drift");

	return drift && drift->type == MLV_VALUE_LIST ? drift : NULL;
}

/* What is watched, in the order in which it is first seen. */
static mlv_err list_watched(const struct mlv_report_monitor *monitor, struct mlv_strs *watched)
{
	mlv_err err = NULL;

	for (size_t w = monitor->count; w-- > 0;) {
		const struct mlv_value *drift = drift_of(monitor->windows[w]);

		for (size_t i = 0; drift && i < drift->count && !err; i++) {
			const char *name = mlv_value_text(mlv_value_get(drift->items[i], "name"));

			if (name && watched->count < WATCHED_MAX && !mlv_strs_has(watched, name))
				err = mlv_strs_add(watched, name);
		}
	}
	return err;
}

/* NaN where there is no number. */
static double real_of(const struct mlv_value *row, const char *key)
{
	const struct mlv_value *value = mlv_value_get(row, key);

	return value && (value->type == MLV_VALUE_INT || value->type == MLV_VALUE_REAL) ? value->real : NAN;
}

static mlv_err add_number(struct mlv_figure *figure, const struct mlv_value *row, const char *key)
{
	double number = real_of(row, key);

	return mlv_figure_number(figure, !isnan(number), number);
}

static bool is_drifted(const struct mlv_value *row)
{
	const struct mlv_value *drifted = mlv_value_get(row, "drifted");

	return drifted && drifted->type == MLV_VALUE_BOOL && drifted->boolean;
}

static mlv_err add_row(struct mlv_figure *figure, const struct mlv_report_monitor *monitor, size_t w,
		       const struct mlv_value *row)
{
	const char *window = mlv_value_text(mlv_value_get(monitor->windows[w], "window"));
	mlv_err err;

	if ((err = mlv_figure_number(figure, true, (double)(w + 1))) ||
	    (err = mlv_figure_text(figure, window ? window : "")) ||
	    (err = add_number(figure, row, "psi")) || (err = add_number(figure, row, "noise")) ||
	    (err = mlv_figure_number(figure, true, monitor->psi)) ||
	    (err = add_number(figure, row, "js")) || (err = add_number(figure, row, "ks")))
		return err;
	return mlv_figure_text(figure, is_drifted(row) ? "drifted" : "");
}

static mlv_err add_watched(struct mlv_page *page, const struct mlv_report_monitor *monitor, const char *name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf title = MLV_BUF_INIT;
	MLV_SCOPED(mlv_figure_release) struct mlv_figure figure = {
		.spec = mlv_spec_drift, .height = 180,
		.columns = { { "at", "Check", true }, { "window", "Window", false }, { "psi", "PSI", true },
			     { "noise", "Noise", true }, { "limit", "Limit", true }, { "js", "JS", true },
			     { "ks", "KS", true }, { "verdict", "Verdict", false } },
	};
	mlv_err err = mlv_buf_printf(&title, "%s: %s", monitor->name, name);

	figure.title = title.ptr;
	for (size_t w = 0; w < monitor->count; w++) {
		const struct mlv_value *drift = drift_of(monitor->windows[w]);

		for (size_t i = 0; drift && i < drift->count && !err; i++) {
			const char *its = mlv_value_text(mlv_value_get(drift->items[i], "name"));

			if (its && strcmp(its, name) == 0)
				err = add_row(&figure, monitor, w, drift->items[i]);
		}
	}
	return err ? err : mlv_figure_print(page, &figure);
}

/* ---- slices */

struct sliced {
	const struct mlv_value *slice;
	size_t drifted; /* features that drifted in it */
	double most;    /* the largest index, by its noise */
};

static int most_drifted(const void *a, const void *b)
{
	const struct sliced *left = a, *right = b;

	if (left->drifted != right->drifted)
		return left->drifted > right->drifted ? -1 : 1;
	if (left->most < right->most || left->most > right->most)
		return left->most > right->most ? -1 : 1;
	return left->slice < right->slice ? -1 : left->slice > right->slice;
}

/* The slices of a window in which features were looked at, those that drifted most first. */
static mlv_err list_slices(const struct mlv_value *window, struct sliced **sliced, size_t *count)
{
	const struct mlv_value *slices = mlv_value_get(window, "slices");
	size_t most = slices && slices->type == MLV_VALUE_LIST ? slices->count : 0;

	if (!(*sliced = mlv_sys_alloc_array(most + 1, sizeof(**sliced))))
		return mlv_error_nomem("a chart");
	for (size_t s = 0; s < most; s++) {
		const struct mlv_value *drift = drift_of(slices->items[s]);
		struct sliced *one = &(*sliced)[*count];

		if (!drift || !drift->count || !mlv_value_text(mlv_value_get(slices->items[s], "slice")))
			continue;
		one->slice = slices->items[s];
		for (size_t i = 0; i < drift->count; i++) {
			double noise = real_of(drift->items[i], "noise");

			one->drifted += is_drifted(drift->items[i]);
			if (noise > 0)
				one->most = fmax(one->most, real_of(drift->items[i], "psi") / noise);
		}
		(*count)++;
	}
	if (*count)
		qsort(*sliced, *count, sizeof(**sliced), most_drifted);
	return NULL;
}

static mlv_err add_slice(struct mlv_figure *figure, const struct mlv_report_monitor *monitor,
			 const struct mlv_value *slice)
{
	const struct mlv_value *drift = drift_of(slice);
	mlv_err err = NULL;

	for (size_t i = 0; drift && i < drift->count && !err; i++) {
		const struct mlv_value *row = drift->items[i];
		const char *what = mlv_value_text(mlv_value_get(row, "name"));

		if ((err = mlv_figure_text(figure, mlv_value_text(mlv_value_get(slice, "slice")))) ||
		    (err = mlv_figure_text(figure, what ? what : "")) ||
		    (err = add_number(figure, slice, "now")) || (err = add_number(figure, row, "psi")) ||
		    (err = add_number(figure, row, "noise")) ||
		    (err = mlv_figure_number(figure, true, monitor->psi)))
			return err;
		err = mlv_figure_text(figure, is_drifted(row) ? "drifted" : "");
	}
	return err;
}

/* What the last window was like within slices. */
static mlv_err add_slices(struct mlv_page *page, const struct mlv_report_monitor *monitor)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf title = MLV_BUF_INIT;
	MLV_SCOPED(mlv_mem_free) struct sliced *sliced = NULL;
	MLV_SCOPED(mlv_figure_release) struct mlv_figure figure = {
		.spec = mlv_spec_drift_slices,
		.note = "PSI of each feature in each slice of the last window, those that drifted most "
			"first; a thick border has drifted.",
		.columns = { { "slice", "Slice", false }, { "what", "What", false }, { "n", "Rows", true },
			     { "psi", "PSI", true }, { "noise", "Noise", true }, { "limit", "Limit", true },
			     { "verdict", "Verdict", false } },
	};
	size_t count = 0;
	mlv_err err;

	if (!monitor->count)
		return NULL;
	if ((err = list_slices(monitor->windows[monitor->count - 1], &sliced, &count)) ||
	    (err = mlv_buf_printf(&title, "%s: within slices", monitor->name)))
		return err;
	figure.title = title.ptr;
	count = count < SLICES_MAX ? count : SLICES_MAX;
	figure.height = 60 + 24 * (unsigned)count;
	for (size_t s = 0; s < count && !err; s++)
		err = add_slice(&figure, monitor, sliced[s].slice);
	return err ? err : mlv_figure_print(page, &figure);
}

static mlv_err add_charts(struct mlv_page *page, const struct mlv_report_monitor *monitor)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs watched = { 0 };
	mlv_err err = list_watched(monitor, &watched);

	for (size_t i = 0; i < watched.count && !err; i++)
		err = add_watched(page, monitor, watched.at[i]);
	return err ? err : add_slices(page, monitor);
}

bool mlv_report_has_drift(const struct mlv_report_monitors *monitors)
{
	for (size_t m = 0; m < monitors->count; m++)
		for (size_t w = 0; w < monitors->at[m].count; w++) {
			const struct mlv_value *drift = drift_of(monitors->at[m].windows[w]);

			if (drift && drift->count)
				return true;
		}
	return false;
}

mlv_err mlv_report_drift(struct mlv_page *page, const struct mlv_report_monitors *monitors)
{
	mlv_err err;

	if (!mlv_report_has_drift(monitors))
		return NULL;
	if ((err = mlv_report_begin(page, "drift", "New rows")) ||
	    (err = mlv_buf_add_str(page->html,
				   "<p>How far new rows are from those of the evaluation, check after "
				   "check: the population stability index. Dashed: the limit; dotted: what "
				   "chance alone would give; a triangle has drifted.</p>\n"
				   "<div class=\"side\">\n")))
		return err;
	for (size_t m = 0; m < monitors->count && !err; m++)
		err = add_charts(page, &monitors->at[m]);
	if (err || (err = mlv_buf_add_str(page->html, "</div>\n")))
		return err;
	return mlv_report_end(page);
}
