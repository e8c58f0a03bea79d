#include "cmd/record/csv.h"

#include "core/base/csv.h"
#include "core/eval/cases.h"

mlv_err mlv_record_csv_begin(struct mlv_buf *to, bool revisions)
{
	return mlv_buf_printf(to, "%spath,slice,metric,value,low,high,n,why\n",
			      revisions ? "revision," : "");
}

static mlv_err add_text(struct mlv_buf *to, const char *text)
{
	mlv_err err = mlv_csv_add_field(to, text);

	return err ? err : mlv_buf_add_char(to, ',');
}

/* A number that reads back the same, or nothing. */
static mlv_err add_number(struct mlv_buf *to, bool there, double number)
{
	mlv_err err = there ? mlv_number_add(to, number) : NULL;

	return err ? err : mlv_buf_add_char(to, ',');
}

mlv_err mlv_record_csv_metric(struct mlv_buf *to, const char *rev, const char *path,
			      const struct mlv_metric *metric)
{
	bool folds = metric->type == MLV_METRIC_FOLDS;
	mlv_err err;

	if ((rev && (err = add_text(to, rev))) || (err = add_text(to, path)) ||
	    (err = mlv_buf_add_char(to, ',')) || (err = add_text(to, metric->name)) ||
	    (err = metric->type == MLV_METRIC_TEXT ? add_text(to, metric->text)
						   : add_number(to, true, metric->number)))
		return err;
	return folds ? mlv_buf_printf(to, ",,%zu,\n", metric->count) : mlv_buf_add_str(to, ",,,\n");
}

mlv_err mlv_record_csv_entry(struct mlv_buf *to, const char *path, const struct mlv_record *record,
			     const struct mlv_record_slice *slice, size_t metric)
{
	const struct mlv_entry *entry = &slice->entries[metric];
	mlv_err err;

	if ((err = add_text(to, path)) || (err = add_text(to, slice->name)) ||
	    (err = add_text(to, record->metrics[metric].name)) ||
	    (err = add_number(to, entry->defined, entry->value)) ||
	    (err = add_number(to, entry->has_interval, entry->low)) ||
	    (err = add_number(to, entry->has_interval, entry->high)) ||
	    (err = mlv_buf_printf(to, "%llu,", (unsigned long long)entry->of)) ||
	    (err = mlv_csv_add_field(to, entry->why ? entry->why : "")))
		return err;
	return mlv_buf_add_char(to, '\n');
}
