/* Reading records. They come with the repository, so nothing is taken for granted. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/sys.h"
#include "core/eval/frame.h"
#include "core/eval/record/parts.h"

#define METRICS_MAX 1000

static void entries_release(struct mlv_entry *entries, size_t count)
{
	for (size_t m = 0; entries && m < count; m++) {
		free(entries[m].why);
		free(entries[m].by);
	}
	free(entries);
}

static void slice_release(struct mlv_record_slice *slice, size_t metrics)
{
	free(slice->name);
	free(slice->dim);
	entries_release(slice->entries, metrics);
	for (size_t f = 0; slice->folds && f < slice->fold_count; f++) {
		free(slice->folds[f].name);
		entries_release(slice->folds[f].entries, metrics);
	}
	free(slice->folds);
}

void mlv_record_release(struct mlv_record *record)
{
	free(record->name);
	free(record->predictions);
	free(record->ids);
	free(record->labels);
	free(record->rows);
	mlv_record_cv_release(&record->cv);
	for (size_t s = 0; record->slices && s < record->slice_count; s++)
		slice_release(&record->slices[s], record->metric_count);
	free(record->slices);
	for (size_t m = 0; record->metrics && m < record->metric_count; m++)
		free(record->metrics[m].name);
	free(record->metrics);
	mlv_record_dims_release(record);
	*record = (struct mlv_record){ 0 };
}

const struct mlv_record_slice *mlv_record_find(const struct mlv_record *record, const char *name)
{
	size_t low = 1, high = record->slice_count;

	if (record->slice_count && strcmp(name, record->slices[0].name) == 0)
		return &record->slices[0];
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(record->slices[middle].name, name);

		if (order == 0)
			return &record->slices[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct mlv_record_dim *mlv_record_find_dim(const struct mlv_record *record, const char *name)
{
	for (size_t d = 0; name && d < record->dim_count; d++)
		if (strcmp(record->dims[d].name, name) == 0)
			return &record->dims[d];
	return NULL;
}

size_t mlv_record_find_metric(const struct mlv_record *record, const char *name)
{
	size_t m = 0;

	while (m < record->metric_count && strcmp(record->metrics[m].name, name) != 0)
		m++;
	return m;
}

/* ---- values */

mlv_err mlv_record_damaged(const char *name, const char *what)
{
	return mlv_error(MLV_E_SPEC, "%s: not a record of an evaluation: %s", name, what);
}

mlv_err mlv_record_copy_text(const struct mlv_value *value, char **out)
{
	const char *text = mlv_value_text(value);

	if (!text)
		return NULL;
	*out = mlv_sys_strdup(text);
	return *out ? NULL : mlv_error_nomem("a record");
}

bool mlv_record_is_number(const struct mlv_value *value)
{
	return value && (value->type == MLV_VALUE_INT || value->type == MLV_VALUE_REAL);
}

mlv_err mlv_record_read_count(const char *name, const struct mlv_value *value, uint64_t *count)
{
	*count = 0;
	if (!value)
		return NULL;
	if (value->type != MLV_VALUE_INT || value->integer < 0 ||
	    (uint64_t)value->integer > MLV_FRAME_ROWS)
		return mlv_record_damaged(name, "a count is not one of rows");
	*count = (uint64_t)value->integer;
	return NULL;
}

bool mlv_record_is_true(const struct mlv_value *value)
{
	return value && value->type == MLV_VALUE_BOOL && value->boolean;
}

size_t mlv_record_items(const struct mlv_value *value, enum mlv_value_type type)
{
	return value && value->type == type ? value->count : 0;
}

/* ---- parts */

static mlv_err read_entry(const char *name, const struct mlv_value *value, struct mlv_entry *entry)
{
	const struct mlv_value *v = mlv_value_get(value, "v"), *ci = mlv_value_get(value, "ci");
	const struct mlv_value *se = mlv_value_get(value, "se");
	mlv_err err;

	entry->defined = mlv_record_is_number(v) && isfinite(v->real);
	entry->value = entry->defined ? v->real : 0;
	entry->error = mlv_record_is_number(se) ? se->real : 0;
	if (entry->defined && mlv_record_items(ci, MLV_VALUE_LIST) == 2 &&
	    mlv_record_is_number(ci->items[0]) && mlv_record_is_number(ci->items[1])) {
		entry->has_interval = true;
		entry->low = ci->items[0]->real;
		entry->high = ci->items[1]->real;
	}
	if ((err = mlv_record_read_count(name, mlv_value_get(value, "n"), &entry->of)) ||
	    (err = mlv_record_copy_text(mlv_value_get(value, "why"), &entry->why)))
		return err;
	return mlv_record_copy_text(mlv_value_get(value, "by"), &entry->by);
}

/* Each metric must be there: so nothing takes more memory than the text that says it. */
static mlv_err read_entries(const char *name, const struct mlv_record *record,
			    const struct mlv_value *map, struct mlv_entry **out)
{
	struct mlv_entry *entries;
	mlv_err err = NULL;

	if (mlv_record_items(map, MLV_VALUE_MAP) < record->metric_count)
		return mlv_record_damaged(name, "a slice or a fold lacks a metric");
	if (!(entries = mlv_sys_alloc_array(record->metric_count, sizeof(*entries))))
		return mlv_error_nomem("a record");
	*out = entries;
	for (size_t m = 0; m < record->metric_count && !err; m++) {
		const struct mlv_value *value = mlv_value_get(map, record->metrics[m].name);

		err = value ? read_entry(name, value, &entries[m])
			    : mlv_record_damaged(name, "a slice or a fold lacks a metric");
	}
	return err;
}

static mlv_err read_folds(const char *name, const struct mlv_record *record,
			  const struct mlv_value *list, struct mlv_record_slice *slice)
{
	size_t count = mlv_record_items(list, MLV_VALUE_LIST);
	mlv_err err = NULL;

	if (!count)
		return NULL;
	if (!(slice->folds = mlv_sys_alloc_array(count, sizeof(*slice->folds))))
		return mlv_error_nomem("a record");
	slice->fold_count = count;
	for (size_t f = 0; f < count && !err; f++) {
		struct mlv_record_fold *fold = &slice->folds[f];

		if (!(err = mlv_record_read_count(name, mlv_value_get(list->items[f], "n"), &fold->n)) &&
		    !(err = mlv_record_copy_text(mlv_value_get(list->items[f], "fold"), &fold->name)) &&
		    !(err = read_entries(name, record, mlv_value_get(list->items[f], "m"),
					 &fold->entries)) &&
		    !fold->name)
			err = mlv_record_damaged(name, "a fold has no name");
	}
	return err;
}

/* The counts of a binary task; weights are no counts. */
static mlv_err read_cells(const char *name, const struct mlv_value *matrix, struct mlv_record_slice *slice)
{
	uint64_t *const cells[] = { &slice->cells.tn, &slice->cells.fp, &slice->cells.fn,
				    &slice->cells.tp };
	mlv_err err = NULL;

	if (mlv_record_items(matrix, MLV_VALUE_LIST) != 2)
		return NULL;
	for (size_t i = 0; i < MLV_COUNT(cells) && !err; i++) {
		const struct mlv_value *row = matrix->items[i / 2];

		if (mlv_record_items(row, MLV_VALUE_LIST) != 2 || row->items[i % 2]->type != MLV_VALUE_INT)
			return NULL;
		err = mlv_record_read_count(name, row->items[i % 2], cells[i]);
	}
	slice->has_cells = !err;
	return err;
}

static mlv_err read_slice(const char *name, const struct mlv_record *record,
			  const struct mlv_value *map, struct mlv_record_slice *slice)
{
	mlv_err err;

	slice->small = mlv_record_is_true(mlv_value_get(map, "small"));
	slice->critical = mlv_record_is_true(mlv_value_get(map, "critical"));
	if ((err = mlv_record_read_count(name, mlv_value_get(map, "n"), &slice->n)) ||
	    (record->task == MLV_TASK_BINARY &&
	     (err = read_cells(name, mlv_value_get(mlv_value_get(map, "stats"), "cm"), slice))) ||
	    (err = mlv_record_copy_text(mlv_value_get(map, "name"), &slice->name)) ||
	    (err = mlv_record_copy_text(mlv_value_get(map, "dim"), &slice->dim)) ||
	    (err = read_entries(name, record, mlv_value_get(map, "m"), &slice->entries)) ||
	    (err = read_folds(name, record, mlv_value_get(map, "folds"), slice)))
		return err;
	return slice->name ? NULL : mlv_record_damaged(name, "a slice has no name");
}

static int by_slice_name(const void *a, const void *b)
{
	const struct mlv_record_slice *left = a, *right = b;

	return strcmp(left->name, right->name);
}

/* Behind overall by name, as they are written, also where a merge put them otherwise. */
static mlv_err sort_slices(const char *name, struct mlv_record *record)
{
	struct mlv_record_slice *first = record->slices + 1;
	size_t count = record->slice_count - 1;

	if (count)
		qsort(first, count, sizeof(*first), by_slice_name);
	for (size_t s = 0; s < count; s++)
		if (strcmp(first[s].name, s ? first[s - 1].name : "overall") == 0)
			return mlv_error(MLV_E_SPEC, "%s: two slices are called '%s'", name,
					 first[s].name);
	return NULL;
}

static mlv_err read_slices(const char *name, const struct mlv_value *list, struct mlv_record *record)
{
	size_t count = mlv_record_items(list, MLV_VALUE_LIST);
	mlv_err err = NULL;

	if (!count)
		return mlv_record_damaged(name, "it has no slices");
	if (!(record->slices = mlv_sys_alloc_array(count, sizeof(*record->slices))))
		return mlv_error_nomem("a record");
	record->slice_count = count;
	for (size_t s = 0; s < count && !err; s++)
		err = read_slice(name, record, list->items[s], &record->slices[s]);
	if (!err && strcmp(record->slices[0].name, "overall") != 0)
		err = mlv_record_damaged(name, "its first slice is not 'overall'");
	return err ? err : sort_slices(name, record);
}

static mlv_err read_metrics(const char *name, const struct mlv_value *map, struct mlv_record *record)
{
	size_t count = mlv_record_items(map, MLV_VALUE_MAP);

	if (!count || count > METRICS_MAX)
		return mlv_record_damaged(name, count ? "it has too many metrics" : "it has no metrics");
	if (!(record->metrics = mlv_sys_alloc_array(count, sizeof(*record->metrics))))
		return mlv_error_nomem("a record");
	record->metric_count = count;
	for (size_t m = 0; m < count; m++) {
		const char *direction = mlv_value_text(map->items[m]);

		record->metrics[m].name = mlv_sys_strdup(map->keys[m]);
		if (!record->metrics[m].name)
			return mlv_error_nomem("a record");
		if (direction)
			record->metrics[m].direction = strcmp(direction, "max") == 0   ? 1
						       : strcmp(direction, "min") == 0 ? -1
										       : 0;
	}
	return NULL;
}

static mlv_err read_head(const char *name, const struct mlv_value *root, struct mlv_record *record)
{
	const struct mlv_value *inputs = mlv_value_get(root, "inputs");
	const struct mlv_value *predictions = mlv_value_get(inputs, "predictions");
	const struct mlv_value *level = mlv_value_get(mlv_value_get(root, "spec"), "interval");
	const char *schema = mlv_value_text(mlv_value_get(root, "schema"));
	const char *task = mlv_value_text(mlv_value_get(root, "task"));
	mlv_err err;

	if (!schema)
		return mlv_record_damaged(name, "it has no schema");
	if (strcmp(schema, MLV_RECORD_SCHEMA) != 0)
		return mlv_error_hint(mlv_error(MLV_E_SPEC, "%s: the schema '%s' is not known", name,
						schema),
				      "a newer mlv may have written it");
	for (unsigned t = MLV_TASK_BINARY; t <= MLV_TASK_REGRESSION; t <<= 1)
		if (task && strcmp(task, mlv_task_name((enum mlv_task)t)) == 0)
			record->task = (enum mlv_task)t;
	if (!record->task)
		return mlv_record_damaged(name, "its task is not known");
	record->level = 0.95;
	if (mlv_record_is_number(level) && level->real > 0 && level->real < 1)
		record->level = level->real;
	if ((err = mlv_record_copy_text(mlv_value_get(root, "name"), &record->name)) ||
	    (err = mlv_record_copy_text(mlv_value_get(predictions, "path"), &record->predictions)) ||
	    (err = mlv_record_copy_text(mlv_value_get(inputs, "ids"), &record->ids)) ||
	    (err = mlv_record_copy_text(mlv_value_get(inputs, "labels"), &record->labels)) ||
	    (err = mlv_record_copy_text(mlv_value_get(inputs, "rows"), &record->rows)))
		return err;
	return record->name ? NULL : mlv_record_damaged(name, "it has no name");
}

mlv_err mlv_record_read(const char *name, const char *text, size_t len, struct mlv_record *record)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	MLV_SCOPED(mlv_record_release) struct mlv_record made = { 0 };
	mlv_err err;

	if ((err = mlv_json_parse(name, text, len, &root)) ||
	    (err = read_head(name, root, &made)) ||
	    (err = mlv_record_read_cv(name, mlv_value_get(root, "cv"), &made.cv)) ||
	    (err = read_metrics(name, mlv_value_get(root, "metrics"), &made)) ||
	    (err = mlv_record_read_dims(name, root, &made)) ||
	    (err = read_slices(name, mlv_value_get(root, "slices"), &made)))
		return err;
	*record = made;
	made = (struct mlv_record){ 0 };
	return NULL;
}
