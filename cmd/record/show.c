#include "cmd/record/show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/record/csv.h"
#include "cmd/record/table.h"
#include "cmd/ui/out.h"
#include "core/base/sys.h"
#include "core/repo/glob.h"

/* A slice with one of its metrics: a row of the table. */
struct row {
	const struct mlv_record_slice *slice;
	size_t metric;
	double off; /* from overall: how much worse, by the metric's direction, or how far */
	size_t place;
};

static int by_place(const struct row *left, const struct row *right)
{
	return left->place < right->place ? -1 : left->place > right->place;
}

static int by_rows(const void *a, const void *b)
{
	const struct row *left = a, *right = b;

	if (left->slice->n != right->slice->n)
		return left->slice->n > right->slice->n ? -1 : 1;
	return by_place(left, right);
}

/* Metric by metric, the slices of each that are most off first. */
static int by_off(const void *a, const void *b)
{
	const struct row *left = a, *right = b;

	if (left->metric != right->metric)
		return left->metric < right->metric ? -1 : 1;
	if (left->off < right->off || left->off > right->off)
		return left->off > right->off ? -1 : 1;
	return by_place(left, right);
}

static mlv_err list_rows(const struct mlv_record *record, const struct mlv_glob *glob,
			 enum mlv_record_order order, struct row **out, size_t *count)
{
	struct row *rows = mlv_sys_alloc_array(record->slice_count * record->metric_count, sizeof(*rows));

	if (!rows)
		return mlv_error_nomem("a table");
	*out = rows;
	*count = 0;
	for (size_t s = 0; s < record->slice_count; s++) {
		const struct mlv_record_slice *slice = &record->slices[s];

		if (slice->dim && (!glob || !mlv_glob_match(glob, slice->name, strlen(slice->name))))
			continue;
		for (size_t m = 0; m < record->metric_count; m++) {
			double off = slice->entries[m].value - record->slices[0].entries[m].value;
			struct row *row = &rows[*count];

			*row = (struct row){ slice, m, off * -record->metrics[m].direction, *count };
			if (order == MLV_RECORD_BY_DELTA)
				row->off = fabs(off);
			if (!slice->entries[m].defined)
				row->off = -1e300; /* last */
			(*count)++;
		}
	}
	if (order != MLV_RECORD_BY_NAME)
		qsort(rows, *count, sizeof(*rows), order == MLV_RECORD_BY_ROWS ? by_rows : by_off);
	return NULL;
}

static mlv_err print_rows(struct mlv_run *run, const struct mlv_record *record,
			  const struct row *rows, size_t count,
			  const struct mlv_record_show_options *options)
{
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	mlv_err err = mlv_record_table_begin(&table);

	for (size_t i = 0; i < count && !err; i++)
		err = mlv_record_table_row(&table, record, rows[i].slice, rows[i].metric,
					   options->precision);
	if (!err)
		mlv_table_print(&table, run->out, options->markdown);
	return err;
}

static void out_entry(struct mlv_out *out, const char *name, const struct mlv_entry *entry)
{
	mlv_out_object_begin(out, name);
	mlv_out_maybe(out, "value", entry->defined, entry->value);
	if (entry->has_interval)
		mlv_out_range(out, "ci", entry->low, entry->high);
	if (entry->why)
		mlv_out_text(out, "why", entry->why);
	mlv_out_number(out, "n", entry->of);
	mlv_out_object_end(out);
}

/* Overall as other metrics files have it; slices with all that there is, in the order asked for. */
static void out_rows(struct mlv_out *out, const struct mlv_record *record, const struct row *rows,
		     size_t count)
{
	const struct mlv_record_slice *all = &record->slices[0];

	for (size_t m = 0; m < record->metric_count; m++)
		mlv_out_maybe(out, record->metrics[m].name, all->entries[m].defined,
			      all->entries[m].value);
	mlv_out_array_begin(out, "slices");
	for (size_t i = 0; i < count; i++) {
		if (!rows[i].slice->dim)
			continue;
		mlv_out_object_begin(out, NULL);
		mlv_out_text(out, "slice", rows[i].slice->name);
		mlv_out_number(out, "n", rows[i].slice->n);
		out_entry(out, record->metrics[rows[i].metric].name,
			  &rows[i].slice->entries[rows[i].metric]);
		mlv_out_object_end(out);
	}
	mlv_out_array_end(out);
}

mlv_err mlv_record_show(struct mlv_run *run, struct mlv_metrics_place *place,
			const struct mlv_metrics_side *side, const char *name,
			const struct mlv_record_show_options *options, bool *found)
{
	MLV_SCOPED(mlv_record_release) struct mlv_record record = { 0 };
	MLV_SCOPED(mlv_glob_release) struct mlv_glob glob = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_mem_free) struct row *rows = NULL;
	enum mlv_record_order order = MLV_RECORD_BY_NAME;
	size_t count = 0;
	mlv_err err;

	if ((err = mlv_record_order_parse(options->sort, &order)) ||
	    (err = mlv_eval_record(place, side, name, &record, found)) || !*found ||
	    (err = mlv_eval_path(name, &path)) ||
	    (options->slices && (err = mlv_glob_compile(&glob, options->slices,
							strlen(options->slices), false))) ||
	    (err = list_rows(&record, options->slices ? &glob : NULL, order, &rows, &count)))
		return err;
	for (size_t i = 0; i < count && options->csv; i++)
		if ((err = mlv_record_csv_entry(options->csv, path.ptr, &record, rows[i].slice,
						rows[i].metric)))
			return err;
	if (options->csv)
		return NULL;
	if (!run->json) {
		mlv_out_line(run->out, "%s", path.ptr);
		return print_rows(run, &record, rows, count, options);
	}
	mlv_out_object_begin(run->out, path.ptr);
	out_rows(run->out, &record, rows, count);
	mlv_out_object_end(run->out);
	return NULL;
}
