#include "core/eval/metric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/base/sys.h"

static void metric_release(struct mlv_metric *metric)
{
	free(metric->name);
	free(metric->folds);
	free(metric->text);
}

void mlv_metrics_release(struct mlv_metrics *metrics)
{
	for (size_t i = 0; i < metrics->count; i++)
		metric_release(&metrics->at[i]);
	free(metrics->at);
	*metrics = (struct mlv_metrics){ 0 };
}

/* A new metric at the end, with nothing but its name. */
static mlv_err append_metric(struct mlv_metrics *metrics, const char *name,
			     struct mlv_metric **metric)
{
	mlv_err err = mlv_array_grow(&metrics->at, &metrics->cap, metrics->count + 1,
				     sizeof(*metrics->at));
	struct mlv_metric made = { 0 };

	if (err)
		return err;
	if (!(made.name = mlv_sys_strdup(name)))
		return mlv_error_nomem("a metric");
	metrics->at[metrics->count] = made;
	*metric = &metrics->at[metrics->count++];
	return NULL;
}

static bool is_number(const struct mlv_value *value)
{
	return value->type == MLV_VALUE_INT || value->type == MLV_VALUE_REAL;
}

static bool is_folds(const struct mlv_value *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (!is_number(list->items[i]))
			return false;
	return list->count > 0;
}

/* Two passes: the mean first, then the squares of what is left, which loses no digits. */
static void summarise(struct mlv_metric *metric)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < metric->count; i++)
		sum += metric->folds[i];
	metric->number = sum / (double)metric->count;
	for (size_t i = 0; i < metric->count; i++) {
		double off = metric->folds[i] - metric->number;

		squares += off * off;
	}
	metric->std = metric->count > 1 ? sqrt(squares / (double)(metric->count - 1)) : 0;
}

static mlv_err add_folds(struct mlv_metrics *metrics, const char *name,
			 const struct mlv_value *list)
{
	struct mlv_metric *metric;
	mlv_err err = append_metric(metrics, name, &metric);

	if (err)
		return err;
	metric->type = MLV_METRIC_FOLDS;
	metric->folds = mlv_sys_alloc_array(list->count, sizeof(*metric->folds));
	if (!metric->folds)
		return mlv_error_nomem("folds");
	metric->count = list->count;
	for (size_t i = 0; i < list->count; i++)
		metric->folds[i] = list->items[i]->real;
	summarise(metric);
	return NULL;
}

static mlv_err add_scalar(struct mlv_metrics *metrics, const char *name,
			  const struct mlv_value *value)
{
	const char *text = value->type == MLV_VALUE_BOOL ? (value->boolean ? "true" : "false")
							 : value->text;
	struct mlv_metric *metric;
	mlv_err err = append_metric(metrics, name, &metric);

	if (err)
		return err;
	if (is_number(value)) {
		metric->type = MLV_METRIC_NUMBER;
		metric->number = value->real;
		return NULL;
	}
	metric->type = MLV_METRIC_TEXT;
	metric->text = mlv_sys_strdup(text ? text : "");
	return metric->text ? NULL : mlv_error_nomem("a metric");
}

static mlv_err flatten(struct mlv_metrics *metrics, struct mlv_buf *name,
		       const struct mlv_value *value);

static mlv_err flatten_items(struct mlv_metrics *metrics, struct mlv_buf *name,
			     const struct mlv_value *value)
{
	size_t outer = name->len;

	for (size_t i = 0; i < value->count; i++) {
		const char *dot = outer ? "." : "";
		mlv_err err = value->type == MLV_VALUE_MAP
				      ? mlv_buf_printf(name, "%s%s", dot, value->keys[i])
				      : mlv_buf_printf(name, "%s%zu", dot, i);

		if (err || (err = flatten(metrics, name, value->items[i])))
			return err;
		mlv_buf_truncate(name, outer);
	}
	return NULL;
}

static mlv_err flatten(struct mlv_metrics *metrics, struct mlv_buf *name,
		       const struct mlv_value *value)
{
	switch (value->type) {
	case MLV_VALUE_NULL:
		return NULL; /* says nothing */
	case MLV_VALUE_LIST:
		if (is_folds(value))
			return add_folds(metrics, name->ptr, value);
		return flatten_items(metrics, name, value);
	case MLV_VALUE_MAP:
		return flatten_items(metrics, name, value);
	default:
		return add_scalar(metrics, name->ptr, value);
	}
}

static int by_name(const void *a, const void *b)
{
	const struct mlv_metric *left = a, *right = b;

	return strcmp(left->name, right->name);
}

/* {"a.b": 1, "a": {"b": 2}} gives one name twice, which no table could show. */
static mlv_err check_unique(const char *file, const struct mlv_metrics *metrics)
{
	for (size_t i = 1; i < metrics->count; i++)
		if (strcmp(metrics->at[i - 1].name, metrics->at[i].name) == 0)
			return mlv_error(MLV_E_SPEC, "%s: two metrics are named '%s'", file,
					 metrics->at[i].name);
	return NULL;
}

/* The values of a slice of a record: {"accuracy": {"v": 0.9, ...}}. */
static mlv_err flatten_slice(struct mlv_metrics *metrics, const struct mlv_value *slice)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	const struct mlv_value *all = mlv_value_get(slice, "m");
	const char *of = mlv_value_text(mlv_value_get(slice, "name"));
	bool inner = mlv_value_get(slice, "dim") != NULL;
	mlv_err err = NULL;

	for (size_t m = 0; all && all->type == MLV_VALUE_MAP && m < all->count && !err; m++) {
		const struct mlv_value *value = mlv_value_get(all->items[m], "v");

		mlv_buf_clear(&name);
		if (!value || !is_number(value))
			continue;
		if (inner)
			err = mlv_buf_printf(&name, "slices.%s.", of ? of : "");
		if (!err && !(err = mlv_buf_add_str(&name, all->keys[m])))
			err = add_scalar(metrics, name.ptr, value);
	}
	return err;
}

/* Whether root is the record of an evaluation, of whatever version. */
static bool is_record(const struct mlv_value *root)
{
	const char *schema = mlv_value_text(mlv_value_get(root, "schema"));
	const struct mlv_value *slices = mlv_value_get(root, "slices");

	return schema && strncmp(schema, "mlv.eval/", strlen("mlv.eval/")) == 0 && slices &&
	       slices->type == MLV_VALUE_LIST;
}

static mlv_err flatten_record(struct mlv_metrics *metrics, const struct mlv_value *root)
{
	const struct mlv_value *slices = mlv_value_get(root, "slices");
	mlv_err err = NULL;

	for (size_t s = 0; s < slices->count && !err; s++)
		err = flatten_slice(metrics, slices->items[s]);
	return err;
}

mlv_err mlv_metrics_flatten(const char *name, const struct mlv_value *root,
			    struct mlv_metrics *metrics)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_metrics_release) struct mlv_metrics made = { 0 };
	mlv_err err;

	if (root->type != MLV_VALUE_MAP)
		return mlv_error(MLV_E_SPEC, "%s: not a map of metrics", name);
	if ((err = is_record(root) ? flatten_record(&made, root) : flatten(&made, &path, root)))
		return err;
	if (made.count)
		qsort(made.at, made.count, sizeof(*made.at), by_name);
	if ((err = check_unique(name, &made)))
		return err;
	*metrics = made;
	made = (struct mlv_metrics){ 0 };
	return NULL;
}

const char *mlv_metric_pair_name(const struct mlv_metric_pair *pair)
{
	return pair->old ? pair->old->name : pair->new_metric->name;
}

static bool same_number(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

bool mlv_metric_pair_equal(const struct mlv_metric_pair *pair)
{
	const struct mlv_metric *a = pair->old, *b = pair->new_metric;

	if (!a || !b || a->type != b->type || a->count != b->count)
		return false;
	if (a->type == MLV_METRIC_TEXT)
		return strcmp(a->text, b->text) == 0;
	for (size_t i = 0; i < a->count; i++)
		if (!same_number(a->folds[i], b->folds[i]))
			return false;
	return same_number(a->number, b->number);
}

bool mlv_metric_pair_change(const struct mlv_metric_pair *pair, double *change)
{
	if (!pair->old || !pair->new_metric || pair->old->type == MLV_METRIC_TEXT ||
	    pair->new_metric->type == MLV_METRIC_TEXT)
		return false;
	*change = pair->new_metric->number - pair->old->number;
	return true;
}

bool mlv_metrics_next_pair(const struct mlv_metrics *old, const struct mlv_metrics *new_list,
			   size_t *i, size_t *j, struct mlv_metric_pair *pair)
{
	const struct mlv_metric *a = old && *i < old->count ? &old->at[*i] : NULL;
	const struct mlv_metric *b = new_list && *j < new_list->count ? &new_list->at[*j] : NULL;
	int order = a && b ? strcmp(a->name, b->name) : 0;

	if (!a && !b)
		return false;
	pair->old = a && order <= 0 ? a : NULL;
	pair->new_metric = b && order >= 0 ? b : NULL;
	*i += pair->old != NULL;
	*j += pair->new_metric != NULL;
	return true;
}

mlv_err mlv_metric_format_number(struct mlv_buf *to, double number, unsigned precision)
{
	size_t start = to->len;
	mlv_err err;

	if (number != 0 && isfinite(number) &&
	    (fabs(number) < 0.5 * pow(10, -(double)precision) || fabs(number) >= 1e16))
		return mlv_buf_printf(to, "%.*g", (int)(precision ? precision : 1), number);
	if ((err = mlv_buf_printf(to, "%.*f", (int)precision, number)))
		return err;
	if (memchr(to->ptr + start, '.', to->len - start)) {
		size_t len = to->len;

		while (to->ptr[len - 1] == '0')
			len--;
		mlv_buf_truncate(to, to->ptr[len - 1] == '.' ? len - 1 : len);
	}
	return NULL;
}

mlv_err mlv_metric_format_change(struct mlv_buf *to, double change, unsigned precision)
{
	mlv_err err = change > 0 ? mlv_buf_add_char(to, '+') : NULL;

	return err ? err : mlv_metric_format_number(to, change, precision);
}

mlv_err mlv_metric_format(struct mlv_buf *to, const struct mlv_metric *metric, unsigned precision)
{
	mlv_err err;

	if (!metric)
		return mlv_buf_add_char(to, '-');
	if (metric->type == MLV_METRIC_TEXT)
		return mlv_buf_add_str(to, metric->text);
	if ((err = mlv_metric_format_number(to, metric->number, precision)) ||
	    metric->type == MLV_METRIC_NUMBER)
		return err;
	if ((err = mlv_buf_add_str(to, " \xc2\xb1 ")) ||
	    (err = mlv_metric_format_number(to, metric->std, precision)))
		return err;
	return mlv_buf_printf(to, " (%zu)", metric->count);
}
