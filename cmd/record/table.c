#include "cmd/record/table.h"

#include "cmd/ui/value.h"
#include "core/eval/metric.h"

mlv_err mlv_record_order_parse(const char *text, enum mlv_record_order *order)
{
	static const char *const words[] = { "name", "n", "worst", "delta" };
	size_t choice = *order;
	mlv_err err = mlv_option_choice("--sort", text, words, MLV_COUNT(words), &choice);

	*order = (enum mlv_record_order)choice;
	return err;
}

mlv_err mlv_record_table_begin(struct mlv_table *table)
{
	static const char *const headings[] = { "Slice", "Metric", "Value", "Interval", "Rows" };

	return mlv_table_init(table, 5, 1U << 4, headings);
}

mlv_err mlv_record_interval(struct mlv_buf *to, bool there, double low, double high,
			    unsigned precision)
{
	mlv_err err;

	if (!there)
		return NULL;
	if ((err = mlv_buf_add_char(to, '[')) ||
	    (err = mlv_metric_format_number(to, low, precision)) ||
	    (err = mlv_buf_add_str(to, ", ")) ||
	    (err = mlv_metric_format_number(to, high, precision)))
		return err;
	return mlv_buf_add_char(to, ']');
}

static mlv_err add_value(struct mlv_table *table, const struct mlv_entry *entry, unsigned precision)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err;

	if (entry->defined)
		err = mlv_metric_format_number(&text, entry->value, precision);
	else
		err = mlv_buf_printf(&text, "- (%s)", entry->why ? entry->why : "not said");
	return err ? err : mlv_table_cell(table, text.ptr);
}

static mlv_err add_rest(struct mlv_table *table, const struct mlv_entry *entry, unsigned precision)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = mlv_record_interval(&text, entry->has_interval, entry->low, entry->high,
					  precision);

	if (err || (err = mlv_table_cell(table, text.ptr)))
		return err;
	return mlv_table_count(table, entry->of);
}

mlv_err mlv_record_table_row(struct mlv_table *table, const struct mlv_record *record,
			     const struct mlv_record_slice *slice, size_t metric,
			     unsigned precision)
{
	const struct mlv_entry *entry = &slice->entries[metric];
	mlv_err err;

	if ((err = mlv_table_cell(table, slice->name)) ||
	    (err = mlv_table_cell(table, record->metrics[metric].name)) ||
	    (err = add_value(table, entry, precision)))
		return err;
	return add_rest(table, entry, precision);
}
