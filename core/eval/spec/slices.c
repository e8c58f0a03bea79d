/* The list `slices:`. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/sys.h"
#include "core/eval/spec/parts.h"

#define EDGES_MAX 1000

static const char *const keys[] = { "name", "by", "expr", "where", "cross", "bins", "quantiles",
				    "top", "critical", "owner", NULL };

static mlv_err read_bins(const char *file, const struct mlv_value *list, struct mlv_slice_def *def)
{
	if (list->type != MLV_VALUE_LIST || list->count < 2 || list->count > EDGES_MAX)
		return mlv_spec_wrong(file, list, "'bins' must be a list of 2 to %d edges", EDGES_MAX);
	if (!(def->edges = mlv_sys_alloc_array(list->count, sizeof(*def->edges))))
		return mlv_error_nomem("bins");
	for (size_t i = 0; i < list->count; i++) {
		const struct mlv_value *edge = list->items[i];

		if ((edge->type != MLV_VALUE_INT && edge->type != MLV_VALUE_REAL) ||
		    isnan(edge->real))
			return mlv_spec_wrong(file, edge, "an edge must be a number, or .inf");
		if (i && edge->real <= def->edges[i - 1])
			return mlv_spec_wrong(file, edge, "edges must rise");
		def->edges[i] = edge->real;
	}
	def->edge_count = list->count;
	return NULL;
}

static mlv_err read_cross(const char *file, const struct mlv_value *list, struct mlv_slice_def *def)
{
	if (list->type != MLV_VALUE_LIST || list->count < 2 || list->count > 4)
		return mlv_spec_wrong(file, list, "'cross' must be a list of 2 to 4 names");
	for (size_t i = 0; i < list->count; i++) {
		const char *name = mlv_value_text(list->items[i]);
		mlv_err err;

		if (!name)
			return mlv_spec_wrong(file, list->items[i], "'cross' must be a list of names");
		if ((err = mlv_strs_add(&def->cross, name)))
			return err;
	}
	return NULL;
}

/* What an entry is called that has no name: its column, or what it crosses. */
static mlv_err name_itself(struct mlv_slice_def *def)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	mlv_err err = def->column ? mlv_buf_add_str(&name, def->column) : NULL;

	for (size_t i = 0; i < def->cross.count && !err; i++)
		err = mlv_buf_printf(&name, "%s%s", i ? " & " : "", def->cross.at[i]);
	if (err)
		return err;
	def->name = mlv_buf_detach(&name);
	return def->name ? NULL : mlv_error_nomem("a slice");
}

/* "expr" or "where": what is computed of each row. */
static mlv_err read_expr(const char *file, const struct mlv_value *map, const char *key,
			 struct mlv_slice_def *def)
{
	const struct mlv_value *value = mlv_value_get(map, key);
	MLV_SCOPED(mlv_mem_free) char *text = NULL;
	mlv_err err = value ? mlv_spec_text(file, map, key, &text) : NULL;

	if (err || !text)
		return err;
	if (def->expr)
		return mlv_spec_wrong(file, value, "a slice has either 'expr' or 'where'");
	if ((err = mlv_expr_parse(text, &def->expr)))
		return err->code == MLV_E_SPEC ? mlv_error_wrap(err, "%s:%u", file, value->line) : err;
	def->rule = strcmp(key, "where") == 0;
	if (def->rule && mlv_expr_type(def->expr) != MLV_EXPR_TRUTH)
		return mlv_spec_wrong(file, value, "'where' must be true or false for each row");
	if (def->rule && !def->name)
		return mlv_spec_wrong(file, value, "a slice by 'where' needs a 'name'");
	if (def->name)
		return NULL;
	def->name = MLV_TAKE(text);
	return NULL;
}

static mlv_err check_kind(const char *file, const struct mlv_value *map,
			  const struct mlv_slice_def *def)
{
	bool bins = def->edge_count || def->quantiles;

	if ((def->column != NULL) + (def->expr != NULL) + (def->cross.count > 0) != 1)
		return mlv_spec_wrong(file, map, "a slice needs one of 'by', 'expr', 'where' and 'cross'");
	if (bins && (def->cross.count || def->rule || (def->edge_count && def->quantiles)))
		return mlv_spec_wrong(file, map, "'bins' or 'quantiles' divide one column, and not both");
	if (bins && def->expr && mlv_expr_type(def->expr) != MLV_EXPR_NUMBER)
		return mlv_spec_wrong(file, map, "'bins' and 'quantiles' divide numbers, not texts");
	return NULL;
}

static mlv_err read_numbers(const char *file, const struct mlv_value *map, struct mlv_slice_def *def)
{
	double top = MLV_SLICE_TOP, quantiles = 0;
	mlv_err err;

	if ((err = mlv_spec_number(file, map, "top", 1, 1e6, &top)) ||
	    (err = mlv_spec_number(file, map, "quantiles", 2, 100, &quantiles)))
		return err;
	if (top > floor(top) || quantiles > floor(quantiles))
		return mlv_spec_wrong(file, map, "'top' and 'quantiles' must be whole numbers");
	def->top = (size_t)top;
	def->quantiles = (unsigned)quantiles;
	return NULL;
}

static mlv_err read_def(const char *file, const struct mlv_value *map, struct mlv_slice_def *def)
{
	const struct mlv_value *cross, *bins, *critical;
	mlv_err err;

	if ((err = mlv_spec_check_keys(file, map, "an entry of 'slices'", keys)))
		return err;
	cross = mlv_value_get(map, "cross");
	bins = mlv_value_get(map, "bins");
	critical = mlv_value_get(map, "critical");
	def->line = map->line;
	if ((err = mlv_spec_text(file, map, "name", &def->name)) ||
	    (err = mlv_spec_text(file, map, "by", &def->column)) ||
	    (err = read_expr(file, map, "expr", def)) || (err = read_expr(file, map, "where", def)) ||
	    (err = read_numbers(file, map, def)) || (cross && (err = read_cross(file, cross, def))) ||
	    (bins && (err = read_bins(file, bins, def))))
		return err;
	if ((err = check_kind(file, map, def)))
		return err;
	if (critical && critical->type != MLV_VALUE_BOOL)
		return mlv_spec_wrong(file, critical, "'critical' must be true or false");
	def->critical = critical && critical->boolean;
	return def->name ? NULL : name_itself(def);
}

bool mlv_slice_is_label(const struct mlv_slice_def *def)
{
	return def->column && strcmp(def->column, "label") == 0;
}

static bool is_chosen(const struct mlv_value *chosen, const char *name)
{
	for (size_t i = 0; chosen && i < chosen->count; i++) {
		const char *text = mlv_value_text(chosen->items[i]);

		if (text && strcmp(text, name) == 0)
			return true;
	}
	return !chosen;
}

static struct mlv_slice_def *find_def(const struct mlv_eval_spec *spec, const char *name)
{
	for (size_t s = 0; s < spec->slice_count; s++)
		if (strcmp(spec->slices[s].name, name) == 0)
			return &spec->slices[s];
	return NULL;
}

/* A column that is crossed and has no entry of its own gets a hidden one. */
static mlv_err add_crossed(const char *file, const struct mlv_value *at, struct mlv_eval_spec *spec,
			   const char *name)
{
	const struct mlv_slice_def *there = find_def(spec, name);
	struct mlv_slice_def *def = &spec->slices[spec->slice_count];

	if (there && there->cross.count)
		return mlv_spec_wrong(file, at, "'%s' is a cross itself", name);
	if (there && there->rule)
		return mlv_spec_wrong(file, at, "'%s' is a rule, and divides nothing: join rules by 'and'",
				      name);
	if (there)
		return NULL;
	spec->slice_count++;
	def->hidden = true;
	def->line = at->line;
	def->top = MLV_SLICE_TOP;
	def->name = mlv_sys_strdup(name);
	def->column = mlv_sys_strdup(name);
	return def->name && def->column ? NULL : mlv_error_nomem("a slice");
}

static mlv_err check_chosen(const char *file, const struct mlv_value *chosen,
			    const struct mlv_eval_spec *spec)
{
	for (size_t i = 0; chosen && i < chosen->count; i++) {
		const char *text = mlv_value_text(chosen->items[i]);

		if (!text || !find_def(spec, text))
			return mlv_spec_wrong(file, chosen->items[i], "no entry of 'slices' is called '%s'",
					      text ? text : "");
	}
	return NULL;
}

static mlv_err read_defs(const char *file, const struct mlv_value *list,
			 const struct mlv_value *chosen, struct mlv_eval_spec *spec)
{
	for (size_t i = 0; i < list->count; i++) {
		struct mlv_slice_def *def = &spec->slices[spec->slice_count];
		mlv_err err = read_def(file, list->items[i], def);

		if (!err && find_def(spec, def->name))
			err = mlv_spec_wrong(file, list->items[i], "two slices are called '%s'",
					     def->name);
		spec->slice_count++; /* also of a failed one, so that it is released */
		if (err)
			return err;
		def->hidden = !is_chosen(chosen, def->name);
	}
	return NULL;
}

mlv_err mlv_spec_slices(const char *file, const struct mlv_value *list,
			const struct mlv_value *chosen, struct mlv_eval_spec *spec)
{
	mlv_err err;

	if (chosen && chosen->type != MLV_VALUE_LIST)
		return mlv_spec_wrong(file, chosen, "'slices' must be a list of names");
	if (!list || list->type == MLV_VALUE_NULL)
		return check_chosen(file, chosen, spec);
	if (list->type != MLV_VALUE_LIST)
		return mlv_spec_wrong(file, list, "'slices' must be a list");
	/* With room for what crosses name beside. */
	spec->slices = mlv_sys_alloc_array(5 * list->count + 1, sizeof(*spec->slices));
	if (!spec->slices)
		return mlv_error_nomem("slices");
	if ((err = read_defs(file, list, chosen, spec)))
		return err;
	for (size_t s = 0; s < list->count; s++)
		for (size_t i = 0; i < spec->slices[s].cross.count; i++)
			if ((err = add_crossed(file, list->items[s], spec,
					       spec->slices[s].cross.at[i])))
				return err;
	return check_chosen(file, chosen, spec);
}
