#include "cmd/monitor/show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/monitor/stats.h"
#include "cmd/record/diff_table.h"
#include "cmd/record/table.h"
#include "cmd/ui/out.h"
#include "core/base/sys.h"
#include "core/eval/metric.h"

mlv_err mlv_monitor_cell(struct mlv_table *table, bool there, double number, const char *unit)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err;

	if (there &&
	    ((err = mlv_metric_format_number(&text, number, *unit ? 1 : MLV_RECORD_PRECISION)) ||
	     (err = mlv_buf_add_str(&text, unit))))
		return err;
	return mlv_table_cell(table, text.ptr);
}

static mlv_err share_cell(struct mlv_table *table, uint64_t part, uint64_t all)
{
	return mlv_monitor_cell(table, true, all ? 100 * (double)part / (double)all : 0, "%");
}

/* The difference of two shares, in points of a hundred. */
static mlv_err change_cell(struct mlv_table *table, double change)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = mlv_metric_format_change(&text, 100 * change, 1);

	return err ? err : mlv_table_cell(table, text.ptr);
}

static double share(uint64_t part, uint64_t all)
{
	return all ? (double)part / (double)all : 0;
}

/* What a table leaves out. */
static void print_rest(struct mlv_run *run, size_t rows, size_t shown)
{
	if (rows > shown)
		mlv_out_line(run->out, "... %zu more: --limit %zu", rows - shown, rows);
}

static size_t limit(size_t rows, uint64_t most)
{
	return most && most < rows ? (size_t)most : rows;
}

/* ---- features and shares */

struct drifted {
	const char *slice; /* NULL: all rows */
	uint64_t rows;
	const struct mlv_drift_row *row;
};

/* What drifted first; then what chance explains least; then what moved furthest. */
static int worst_first(const void *a, const void *b)
{
	const struct drifted *left = a, *right = b;
	const struct mlv_drift_row *one = left->row, *other = right->row;

	if (one->drift.drifted != other->drift.drifted)
		return one->drift.drifted ? -1 : 1;
	if (one->adjusted < other->adjusted || one->adjusted > other->adjusted)
		return one->adjusted < other->adjusted ? -1 : 1;
	if (one->drift.psi < other->drift.psi || one->drift.psi > other->drift.psi)
		return one->drift.psi > other->drift.psi ? -1 : 1;
	return left->slice && right->slice && strcmp(left->slice, right->slice) != 0
		       ? strcmp(left->slice, right->slice)
		       : (one > other) - (one < other);
}

/* Headings for what is told; returns their number. */
static size_t head(unsigned stats, bool slices, const char *headings[MLV_TABLE_COLUMNS])
{
	size_t count = 0;

	if (slices)
		headings[count++] = "Slice";
	headings[count++] = "What";
	if (slices)
		headings[count++] = "Rows";
	for (size_t i = 0; i < MLV_STAT_NUMBERS; i++)
		if (stats & mlv_stat_numbers[i].of)
			headings[count++] = mlv_stat_numbers[i].heading;
	if (slices)
		headings[count++] = "p adj";
	else if (stats & MLV_STAT_EVIDENTLY)
		headings[count++] = "Evidently";
	headings[count++] = "Verdict";
	return count;
}

static mlv_err choice_cell(struct mlv_table *table, const struct mlv_drift_choice *choice)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err;

	if (choice->measure &&
	    ((err = mlv_buf_printf(&text, "%s ", choice->measure)) ||
	     (err = mlv_metric_format_number(&text, choice->value, MLV_RECORD_PRECISION)) ||
	     (err = mlv_buf_add_str(&text, choice->drifted ? " drifted" : ""))))
		return err;
	return mlv_table_cell(table, text.ptr);
}

static mlv_err add_drifted(struct mlv_table *table, unsigned stats, const struct drifted *drifted)
{
	const struct mlv_drift_row *row = drifted->row;
	mlv_err err;

	if ((drifted->slice && (err = mlv_table_cell(table, drifted->slice))) ||
	    (err = mlv_table_cell(table, row->name)) ||
	    (drifted->slice && (err = mlv_table_count(table, drifted->rows))))
		return err;
	for (size_t i = 0; i < MLV_STAT_NUMBERS; i++) {
		double value;
		bool there = mlv_stat_value(&mlv_stat_numbers[i], &row->drift, &value);

		if ((stats & mlv_stat_numbers[i].of) && (err = mlv_monitor_cell(table, there, value, "")))
			return err;
	}
	if (drifted->slice && (err = mlv_monitor_cell(table, true, row->adjusted, "")))
		return err;
	if (!drifted->slice && (stats & MLV_STAT_EVIDENTLY) &&
	    (err = choice_cell(table, &row->drift.evidently)))
		return err;
	return mlv_table_cell(table, row->drift.drifted ? "drifted" : "");
}

static mlv_err print_drifted(struct mlv_run *run, unsigned stats, struct drifted *rows, size_t count,
			     uint64_t most)
{
	const char *headings[MLV_TABLE_COLUMNS];
	bool slices = count && rows[0].slice;
	size_t columns = head(stats, slices, headings), shown = limit(count, most);
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	/* Texts are the first columns, and the verdict, which Evidently's stands before. */
	unsigned right = (1U << (columns - 1)) - 1U - (slices ? 3 : 1);
	mlv_err err;

	if (!slices && (stats & MLV_STAT_EVIDENTLY))
		right &= ~(1U << (columns - 2));
	if ((err = mlv_table_init(&table, columns, right, headings)))
		return err;
	if (count)
		qsort(rows, count, sizeof(*rows), worst_first);
	for (size_t i = 0; i < shown && !err; i++)
		err = add_drifted(&table, stats, &rows[i]);
	if (err)
		return err;
	mlv_table_print(&table, run->out, false);
	print_rest(run, count, shown);
	return NULL;
}

static mlv_err print_overall(struct mlv_run *run, const struct mlv_monitor *monitor,
			     const struct mlv_monitor_found *found, uint64_t most)
{
	MLV_SCOPED(mlv_mem_free)
	struct drifted *rows = mlv_sys_alloc_array(found->rows.count + 1, sizeof(*rows));

	if (!rows)
		return mlv_error_nomem("a table");
	for (size_t i = 0; i < found->rows.count; i++)
		rows[i].row = &found->rows.at[i];
	return print_drifted(run, monitor->stats, rows, found->rows.count, most);
}

static mlv_err print_in_slices(struct mlv_run *run, const struct mlv_monitor *monitor,
			       const struct mlv_monitor_found *found, uint64_t most)
{
	MLV_SCOPED(mlv_mem_free) struct drifted *rows = NULL;
	size_t count = 0, cap = 0;
	mlv_err err = NULL;

	for (size_t s = 0; s < found->slice_count && !err; s++) {
		const struct mlv_drift_slice *slice = &found->slices[s];

		if ((err = mlv_array_grow(&rows, &cap, count + slice->rows.count + 1, sizeof(*rows))))
			return err;
		for (size_t i = 0; i < slice->rows.count; i++)
			rows[count++] = (struct drifted){ slice->name, slice->now, &slice->rows.at[i] };
	}
	if (err)
		return err;
	/* Of slices there are bins, not values. */
	return print_drifted(run, monitor->stats & ~(unsigned)MLV_STAT_WASSERSTEIN, rows, count, most);
}

/* ---- slices */

struct moved {
	const struct mlv_drift_slice *slice;
	size_t class;  /* that is predicted */
	double change; /* of a share */
};

/* All rows first, then what moved furthest. */
static int furthest_first(const void *a, const void *b)
{
	const struct moved *left = a, *right = b;
	bool first = strcmp(left->slice->name, "overall") == 0;
	double one = fabs(left->change), other = fabs(right->change);

	if (first != (strcmp(right->slice->name, "overall") == 0))
		return first ? -1 : 1;
	if (one < other || one > other)
		return one > other ? -1 : 1;
	if (left->slice != right->slice)
		return left->slice < right->slice ? -1 : 1;
	return (left->class > right->class) - (left->class < right->class);
}

static mlv_err add_moved(struct mlv_table *table, const struct mlv_drift_slice *all,
			 const struct moved *moved)
{
	const struct mlv_drift_slice *slice = moved->slice;
	mlv_err err;

	if ((err = mlv_table_cell(table, slice->name)) || (err = mlv_table_count(table, slice->now)) ||
	    (err = share_cell(table, slice->before, all->before)) ||
	    (err = share_cell(table, slice->now, all->now)))
		return err;
	return change_cell(table, moved->change);
}

static mlv_err print_slices(struct mlv_run *run, const struct mlv_monitor_found *found, uint64_t most)
{
	static const char *const headings[] = { "Slice", "Rows", "Share before", "Share now", "Change" };
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	MLV_SCOPED(mlv_mem_free)
	struct moved *moved = mlv_sys_alloc_array(found->slice_count + 1, sizeof(*moved));
	const struct mlv_drift_slice *all = &found->slices[0];
	size_t shown = limit(found->slice_count, most);
	mlv_err err = moved ? mlv_table_init(&table, MLV_COUNT(headings), 0x1e, headings)
			    : mlv_error_nomem("a table");

	if (err)
		return err;
	for (size_t s = 0; s < found->slice_count; s++)
		moved[s] = (struct moved){ &found->slices[s], 0,
					   share(found->slices[s].now, all->now) -
						   share(found->slices[s].before, all->before) };
	qsort(moved, found->slice_count, sizeof(*moved), furthest_first);
	for (size_t s = 0; s < shown && !err; s++)
		err = add_moved(&table, all, &moved[s]);
	if (err)
		return err;
	mlv_table_print(&table, run->out, false);
	print_rest(run, found->slice_count, shown);
	return NULL;
}

/* ---- predictions */

/* Of each class; of two, the positive one tells all. */
static mlv_err list_predicted(const struct mlv_monitor_found *found, struct moved **moved, size_t *count)
{
	size_t classes = found->profile->classes.count, cap = 0;
	mlv_err err = NULL;

	for (size_t s = 0; s < found->slice_count && !err; s++) {
		const struct mlv_drift_slice *slice = &found->slices[s];

		if (!slice->predicted_before || !slice->predicted_now || !slice->now)
			continue;
		if ((err = mlv_array_grow(moved, &cap, *count + classes, sizeof(**moved))))
			return err;
		for (size_t k = classes == 2; k < classes; k++)
			(*moved)[(*count)++] =
				(struct moved){ slice, k,
						share(slice->predicted_now[k], slice->now) -
							share(slice->predicted_before[k], slice->before) };
	}
	return err;
}

static mlv_err print_predicted(struct mlv_run *run, const struct mlv_monitor_found *found, uint64_t most)
{
	static const char *const headings[] = { "Slice", "Predicted", "Share before", "Share now", "Change" };
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	MLV_SCOPED(mlv_mem_free) struct moved *moved = NULL;
	size_t count = 0, shown;
	mlv_err err;

	if ((err = mlv_table_init(&table, MLV_COUNT(headings), 0x1c, headings)) ||
	    (err = list_predicted(found, &moved, &count)))
		return err;
	if (count)
		qsort(moved, count, sizeof(*moved), furthest_first);
	shown = limit(count, most);
	for (size_t i = 0; i < shown && !err; i++) {
		const struct mlv_drift_slice *slice = moved[i].slice;
		size_t k = moved[i].class;

		if ((err = mlv_table_cell(&table, slice->name)) ||
		    (err = mlv_table_cell(&table, found->profile->classes.at[k])) ||
		    (err = share_cell(&table, slice->predicted_before[k], slice->before)) ||
		    (err = share_cell(&table, slice->predicted_now[k], slice->now)))
			return err;
		err = change_cell(&table, moved[i].change);
	}
	if (err)
		return err;
	mlv_table_print(&table, run->out, false);
	print_rest(run, count, shown);
	return NULL;
}

/* ---- metrics, and all */

static mlv_err print_metrics(struct mlv_run *run, const struct mlv_monitor_found *found, uint64_t most)
{
	static const struct mlv_metrics_side sides[] = { { .rev = "Before" }, { .rev = "Now" } };
	MLV_SCOPED(mlv_record_diff_rows_release) struct mlv_record_diff_rows rows = { 0 };
	size_t count;
	mlv_err err = mlv_record_diff_worst_first(&found->comparison, &rows);

	if (err)
		return err;
	count = rows.count;
	rows.count = limit(count, most);
	if ((err = mlv_record_diff_table(run->out, sides, &found->comparison, &rows, false,
					 MLV_RECORD_PRECISION)))
		return err;
	print_rest(run, count, rows.count);
	return NULL;
}

mlv_err mlv_monitor_show(struct mlv_run *run, const struct mlv_monitor *monitor, const char *window,
			 const struct mlv_monitor_found *found, uint64_t most)
{
	mlv_err err;

	mlv_out_line(run->out, "%s: %llu rows, %s labels: %s", window,
		     (unsigned long long)found->slices[0].now, found->labelled ? "with" : "without",
		     found->drifted ? "drifted" : "no drift");
	if ((err = print_overall(run, monitor, found, most)) || (err = print_slices(run, found, most)) ||
	    (err = print_in_slices(run, monitor, found, most)) ||
	    (err = print_predicted(run, found, most)) || (err = print_metrics(run, found, most)))
		return err;
	for (size_t i = 0; i < found->fresh.count; i++)
		mlv_out_line(run->out, "new: %s", found->fresh.at[i]);
	return NULL;
}
