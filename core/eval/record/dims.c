/* Reading how a record divides rows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/sys.h"
#include "core/eval/record/parts.h"

static mlv_err add_value(struct mlv_buf *to, const struct mlv_value *value);

/* What is said of the rows that a dimension divides, not of the dimension. */
static bool is_of_rows(const char *key)
{
	return strcmp(key, "rows") == 0 || strcmp(key, "values") == 0;
}

/* Those of a list; of a map all, or those that define. */
static mlv_err add_items(struct mlv_buf *to, const struct mlv_value *value, bool define)
{
	bool first = true;
	mlv_err err = NULL;

	for (size_t i = 0; i < value->count && !err; i++) {
		if (define && is_of_rows(value->keys[i]))
			continue;
		if (!first)
			err = mlv_buf_add_char(to, ',');
		first = false;
		if (!err && value->keys &&
		    !(err = mlv_json_add_string(to, value->keys[i], strlen(value->keys[i]))))
			err = mlv_buf_add_char(to, ':');
		if (!err)
			err = add_value(to, value->items[i]);
	}
	return err;
}

/* A value as the canonical text that it was read from. */
static mlv_err add_value(struct mlv_buf *to, const struct mlv_value *value)
{
	mlv_err err;

	switch (value->type) {
	case MLV_VALUE_TEXT:
		return mlv_json_add_string(to, value->text, value->text_len);
	case MLV_VALUE_INT:
		return mlv_buf_printf(to, "%lld", (long long)value->integer);
	case MLV_VALUE_REAL:
		return mlv_json_add_real(to, value->real);
	case MLV_VALUE_LIST:
	case MLV_VALUE_MAP:
		if ((err = mlv_buf_add_char(to, value->type == MLV_VALUE_MAP ? '{' : '[')) ||
		    (err = add_items(to, value, false)))
			return err;
		return mlv_buf_add_char(to, value->type == MLV_VALUE_MAP ? '}' : ']');
	default:
		return mlv_buf_add_str(to, mlv_record_is_true(value) ? "true" : "null");
	}
}

static mlv_err read_edges(const char *name, const struct mlv_value *list, struct mlv_record_dim *dim)
{
	size_t count = mlv_record_items(list, MLV_VALUE_LIST);

	if (!count)
		return NULL;
	if (!(dim->edges = mlv_sys_alloc_array(count, sizeof(*dim->edges))))
		return mlv_error_nomem("a record");
	dim->edge_count = count;
	for (size_t i = 0; i < count; i++) {
		const char *text = mlv_value_text(list->items[i]);

		if (text && strcmp(text, "inf") == 0)
			dim->edges[i] = HUGE_VAL;
		else if (text && strcmp(text, "-inf") == 0)
			dim->edges[i] = -HUGE_VAL;
		else if (mlv_record_is_number(list->items[i]))
			dim->edges[i] = list->items[i]->real;
		else
			return mlv_record_damaged(name, "an edge is not a number");
		if (isnan(dim->edges[i]) || (i && !(dim->edges[i] > dim->edges[i - 1])))
			return mlv_record_damaged(name, "edges do not rise");
	}
	return NULL;
}

static mlv_err read_def(const struct mlv_value *map, struct mlv_record_dim *dim)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf def = MLV_BUF_INIT;
	bool is_map = map->type == MLV_VALUE_MAP;
	mlv_err err;

	if ((err = is_map ? add_items(&def, map, true) : add_value(&def, map)) ||
	    (err = mlv_record_copy_text(mlv_value_get(map, "rows"), &dim->rows)))
		return err;
	dim->def = mlv_buf_detach(&def);
	return dim->def ? NULL : mlv_error_nomem("a record");
}

static mlv_err read_values(const char *name, const struct mlv_value *list, struct mlv_record_dim *dim)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < mlv_record_items(list, MLV_VALUE_LIST) && !err; i++) {
		const char *text = mlv_value_text(list->items[i]);

		err = text ? mlv_strs_add(&dim->values, text)
			   : mlv_record_damaged(name, "a slice has no name");
	}
	return err;
}

static mlv_err read_dim(const char *name, const struct mlv_value *map, struct mlv_record_dim *dim)
{
	uint64_t quantiles;
	mlv_err err;

	if ((err = read_def(map, dim)) ||
	    (err = read_edges(name, mlv_value_get(map, "edges"), dim)) ||
	    (err = read_values(name, mlv_value_get(map, "values"), dim)) ||
	    (err = mlv_record_read_count(name, mlv_value_get(map, "quantiles"), &quantiles)))
		return err;
	dim->quantiles = (unsigned)quantiles;
	return NULL;
}

/* Of which dimensions the record warns that values share a slice. */
static void read_folded(const struct mlv_value *warnings, struct mlv_record *record)
{
	for (size_t i = 0; i < mlv_record_items(warnings, MLV_VALUE_LIST); i++) {
		const char *code = mlv_value_text(mlv_value_get(warnings->items[i], "code"));
		const char *name = mlv_value_text(mlv_value_get(warnings->items[i], "dim"));

		for (size_t d = 0; code && name && d < record->dim_count; d++)
			if (strcmp(code, "folded-values") == 0 &&
			    strcmp(record->dims[d].name, name) == 0)
				record->dims[d].folded = true;
	}
}

mlv_err mlv_record_read_dims(const char *name, const struct mlv_value *root, struct mlv_record *record)
{
	const struct mlv_value *map = mlv_value_get(root, "dims");
	size_t count = mlv_record_items(map, MLV_VALUE_MAP);
	mlv_err err = NULL;

	if (!(record->dims = mlv_sys_alloc_array(count + 1, sizeof(*record->dims))))
		return mlv_error_nomem("a record");
	record->dim_count = count;
	for (size_t d = 0; d < count && !err; d++) {
		record->dims[d].name = mlv_sys_strdup(map->keys[d]);
		err = record->dims[d].name ? read_dim(name, map->items[d], &record->dims[d])
					   : mlv_error_nomem("a record");
	}
	if (!err)
		read_folded(mlv_value_get(root, "warnings"), record);
	return err;
}

void mlv_record_dims_release(struct mlv_record *record)
{
	for (size_t d = 0; record->dims && d < record->dim_count; d++) {
		free(record->dims[d].name);
		free(record->dims[d].def);
		free(record->dims[d].rows);
		free(record->dims[d].edges);
		mlv_strs_release(&record->dims[d].values);
	}
	free(record->dims);
}
