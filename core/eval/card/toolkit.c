/* Records as a card of Model Card Toolkit: model_card.schema.json, version 0.0.2. */
#include <string.h>

#include "core/base/json.h"
#include "core/eval/card.h"
#include "core/eval/metric.h"

static mlv_err add_string(struct mlv_buf *to, const char *before, const char *text)
{
	mlv_err err = mlv_buf_add_str(to, before);

	return err ? err : mlv_json_add_string(to, text, strlen(text));
}

/* Values are texts there. */
static mlv_err add_real(struct mlv_buf *to, const char *before, double number)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = mlv_json_add_real(&text, number);

	return err ? err : add_string(to, before, text.ptr);
}

static mlv_err add_metric(struct mlv_buf *to, const struct mlv_record *record,
			  const struct mlv_record_slice *slice, size_t m)
{
	const struct mlv_entry *entry = &slice->entries[m];
	mlv_err err;

	if ((err = add_string(to, "{\"type\": ", record->metrics[m].name)) ||
	    (err = add_real(to, ", \"value\": ", entry->value)) ||
	    (err = add_string(to, ", \"slice\": ", slice->name)) ||
	    (entry->has_interval &&
	     ((err = add_real(to, ", \"confidence_interval\": {\"lower_bound\": ", entry->low)) ||
	      (err = add_real(to, ", \"upper_bound\": ", entry->high)) ||
	      (err = mlv_buf_add_char(to, '}')))))
		return err;
	return mlv_buf_add_char(to, '}');
}

static mlv_err add_metrics(struct mlv_buf *to, const struct mlv_card_source *source)
{
	bool first = true;
	mlv_err err = NULL;

	for (size_t r = 0; r < source->count; r++)
		for (size_t s = 0; s < source->records[r].slice_count; s++)
			for (size_t m = 0; m < source->records[r].metric_count && !err; m++) {
				const struct mlv_record *record = &source->records[r];

				if (!record->slices[s].entries[m].defined)
					continue;
				if (!(err = mlv_buf_add_str(to, first ? "\n    " : ",\n    ")))
					err = add_metric(to, record, &record->slices[s], m);
				first = false;
			}
	return err;
}

static mlv_err add_limitation(struct mlv_buf *to, bool *first, const char *text)
{
	mlv_err err = add_string(
		to, *first ? "\n    {\"description\": " : ",\n    {\"description\": ", text);

	*first = false;
	return err ? err : mlv_buf_add_char(to, '}');
}

static mlv_err add_limitations(struct mlv_buf *to, const struct mlv_card_source *source)
{
	bool first = true;
	mlv_err err = NULL;

	for (size_t r = 0; r < source->count; r++)
		for (size_t s = 1; s < source->records[r].slice_count; s++)
			for (size_t m = 0; m < source->records[r].metric_count && !err; m++) {
				MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
				const struct mlv_record *record = &source->records[r];

				if (mlv_card_is_worse(record, &record->slices[s], m) &&
				    !(err = mlv_buf_printf(&text,
							   "%s: %s of %s is worse than of all rows",
							   record->name, record->metrics[m].name,
							   record->slices[s].name)))
					err = add_limitation(to, &first, text.ptr);
			}
	for (size_t i = 0; i < source->limits.count && !err; i++)
		err = add_limitation(to, &first, source->limits.at[i]);
	return err;
}

mlv_err mlv_card_toolkit(const struct mlv_card_source *source, struct mlv_buf *to)
{
	mlv_err err;

	if ((err = add_string(
		     to, "{\n  \"schema_version\": \"0.0.2\",\n  \"model_details\": {\"name\": ",
		     source->title)) ||
	    (err = mlv_buf_add_str(
		     to, "},\n  \"quantitative_analysis\": {\"performance_metrics\": [")) ||
	    (err = add_metrics(to, source)) ||
	    (err = mlv_buf_add_str(to, "\n  ]},\n  \"considerations\": {\"limitations\": [")) ||
	    (err = add_limitations(to, source)))
		return err;
	return mlv_buf_add_str(to, "\n  ]}\n}\n");
}
