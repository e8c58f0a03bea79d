/* Writing records. Numbers are never written with a decimal comma: see mlv_json_add_real(). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/sys.h"
#include "core/eval/record/parts.h"

#define DENSE_MAX 10 /* classes whose matrix is written whole */
#define DIGITS    10 /* of what went through libm */

mlv_err mlv_put_text(struct mlv_buf *to, const char *key, const char *text)
{
	mlv_err err = mlv_buf_printf(to, "\"%s\":", key);

	return err ? err : mlv_json_add_string(to, text, strlen(text));
}

mlv_err mlv_put_real(struct mlv_buf *to, const char *key, double value)
{
	mlv_err err = mlv_buf_printf(to, "\"%s\":", key);

	return err ? err : mlv_json_add_real(to, value);
}

mlv_err mlv_put_count(struct mlv_buf *to, const char *key, uint64_t value)
{
	return mlv_buf_printf(to, "\"%s\":%llu", key, (unsigned long long)value);
}

double mlv_put_round(double value)
{
	char text[40];

	snprintf(text, sizeof(text), "%.*g", DIGITS, value);
	return strtod(text, NULL);
}

double mlv_put_value(const struct mlv_measured *measured)
{
	return measured->rounded ? mlv_put_round(measured->value) : measured->value;
}

/* ---- metrics */

static mlv_err add_measured(struct mlv_buf *to, const struct mlv_measured *measured)
{
	mlv_err err = mlv_buf_add_char(to, '{');

	if (err)
		return err;
	if (measured->why) {
		if ((err = mlv_put_count(to, "n", measured->of)))
			return err;
		return mlv_buf_printf(to, ",\"v\":null,\"why\":\"%s\"}", measured->why);
	}
	if (measured->by &&
	    ((err = mlv_buf_printf(to, "\"by\":\"%s\",\"ci\":[", measured->by)) ||
	     (err = mlv_json_add_real(to, mlv_put_round(measured->interval.low))) ||
	     (err = mlv_buf_add_char(to, ',')) ||
	     (err = mlv_json_add_real(to, mlv_put_round(measured->interval.high))) ||
	     (err = mlv_buf_add_str(to, "],"))))
		return err;
	if ((err = mlv_put_count(to, "n", measured->of)))
		return err;
	if (measured->by && measured->error > 0 &&
	    ((err = mlv_buf_add_char(to, ',')) ||
	     (err = mlv_put_real(to, "se", mlv_put_round(measured->error)))))
		return err;
	if ((err = mlv_buf_add_char(to, ',')) ||
	    (err = mlv_put_real(to, "v", mlv_put_value(measured))))
		return err;
	return mlv_buf_add_char(to, '}');
}

static mlv_err add_metrics(struct mlv_buf *to, const struct mlv_eval_spec *spec,
			   const struct mlv_result *result)
{
	mlv_err err = mlv_buf_add_str(to, "\"m\":{");

	for (size_t m = 0; m < spec->metric_count && !err; m++) {
		err = mlv_buf_printf(to, "%s\"%s\":", m ? "," : "", spec->metrics[m].measure->name);
		if (!err)
			err = add_measured(to, &result->measured[m]);
	}
	return err ? err : mlv_buf_add_char(to, '}');
}

/* Counts are whole numbers, weights are not. */
static mlv_err add_cell(struct mlv_buf *to, const struct mlv_cells *cells, size_t at)
{
	if (cells->squares)
		return mlv_json_add_real(to, cells->at[at]);
	return mlv_buf_printf(to, "%.0f", cells->at[at]);
}

static mlv_err add_dense(struct mlv_buf *to, const struct mlv_cells *cells)
{
	mlv_err err = mlv_buf_add_str(to, "\"cm\":[");

	for (size_t t = 0; t < cells->classes && !err; t++) {
		err = mlv_buf_add_str(to, t ? ",[" : "[");
		for (size_t g = 0; g < cells->classes && !err; g++)
			if (!(err = mlv_buf_add_str(to, g ? "," : "")))
				err = add_cell(to, cells, t * cells->classes + g);
		if (!err)
			err = mlv_buf_add_char(to, ']');
	}
	return err ? err : mlv_buf_add_char(to, ']');
}

/* [truth, guess, rows] of each cell that has any. */
static mlv_err add_sparse(struct mlv_buf *to, const struct mlv_cells *cells)
{
	bool first = true;
	mlv_err err = mlv_buf_add_str(to, "\"cells\":[");

	for (size_t at = 0; at < cells->classes * cells->classes && !err; at++) {
		if (!(cells->at[at] > 0))
			continue;
		err = mlv_buf_printf(to, "%s[%zu,%zu,", first ? "" : ",", at / cells->classes,
				     at % cells->classes);
		if (!err && !(err = add_cell(to, cells, at)))
			err = mlv_buf_add_char(to, ']');
		first = false;
	}
	return err ? err : mlv_buf_add_char(to, ']');
}

static mlv_err add_stats(struct mlv_buf *to, const struct mlv_result *result)
{
	mlv_err err;

	if (!result->cells.classes)
		return NULL;
	if ((err = mlv_buf_add_str(to, ",\"stats\":{")) ||
	    (err = result->cells.classes <= DENSE_MAX ? add_dense(to, &result->cells)
						      : add_sparse(to, &result->cells)))
		return err;
	return mlv_buf_add_char(to, '}');
}

/* ---- slices */

static mlv_err add_folds(struct mlv_buf *to, const struct mlv_results *results,
			 const struct mlv_slice_result *slice)
{
	const struct mlv_cases *cases = results->cases;
	bool first = true;
	mlv_err err = mlv_buf_add_str(to, "\"folds\":[");

	for (size_t f = 0; f < results->fold_count && !err; f++) {
		const struct mlv_result *fold = &slice->folds[f];

		if (!fold->n)
			continue;
		if ((err = mlv_buf_add_str(to, first ? "{" : ",{")) ||
		    (err = mlv_put_text(to, "fold", mlv_words_at(&cases->folds, results->folds[f]))) ||
		    (err = mlv_buf_add_char(to, ',')) ||
		    (err = add_metrics(to, cases->spec, fold)) ||
		    (err = mlv_buf_add_char(to, ',')) || (err = mlv_put_count(to, "n", fold->n)) ||
		    (err = add_stats(to, fold)))
			return err;
		err = mlv_buf_add_char(to, '}');
		first = false;
	}
	return err ? err : mlv_buf_add_str(to, "],");
}

static mlv_err add_slice(struct mlv_buf *to, const struct mlv_results *results, size_t s)
{
	const struct mlv_slice_result *slice = &results->slices[s];
	const struct mlv_eval_spec *spec = results->cases->spec;
	mlv_err err = mlv_buf_add_str(to, s ? "\n,{" : "\n{");

	if (!err && slice->dim && slice->dim->def->critical)
		err = mlv_buf_add_str(to, "\"critical\":true,");
	if (!err && slice->dim && !(err = mlv_put_text(to, "dim", slice->dim->def->name)))
		err = mlv_buf_add_char(to, ',');
	if (!err && results->fold_count)
		err = add_folds(to, results, slice);
	if (err || (err = add_metrics(to, spec, &slice->all)) || (err = mlv_buf_add_char(to, ',')) ||
	    (err = mlv_put_count(to, "n", slice->all.n)) || (err = mlv_buf_add_char(to, ',')) ||
	    (err = mlv_put_text(to, "name", slice->name)))
		return err;
	if (mlv_record_is_small(results, slice) && (err = mlv_buf_add_str(to, ",\"small\":true")))
		return err;
	return (err = add_stats(to, &slice->all)) ? err : mlv_buf_add_char(to, '}');
}

static mlv_err add_slices(struct mlv_buf *to, const struct mlv_results *results)
{
	mlv_err err = mlv_buf_add_str(to, "\"slices\":[");

	for (size_t s = 0; s < results->count && !err; s++)
		err = add_slice(to, results, s);
	return err ? err : mlv_buf_add_str(to, "\n],\n");
}

/* ---- dimensions */

static mlv_err add_edges(struct mlv_buf *to, const struct mlv_dim *dim)
{
	mlv_err err = mlv_buf_add_str(to, "\"edges\":[");

	for (size_t i = 0; i < dim->edge_count && !err; i++) {
		if (!(err = mlv_buf_add_str(to, i ? "," : "")))
			err = isinf(dim->edges[i])
				      ? mlv_buf_add_str(to, dim->edges[i] < 0 ? "\"-inf\"" : "\"inf\"")
				      : mlv_json_add_real(to, dim->edges[i]);
	}
	return err ? err : mlv_buf_add_str(to, "],");
}

static mlv_err add_list(struct mlv_buf *to, const char *key, const struct mlv_strs *list)
{
	mlv_err err = mlv_buf_printf(to, "\"%s\":[", key);

	for (size_t i = 0; i < list->count && !err; i++)
		if (!(err = mlv_buf_add_str(to, i ? "," : "")))
			err = mlv_json_add_string(to, list->at[i], strlen(list->at[i]));
	return err ? err : mlv_buf_add_char(to, ']');
}

/* By its canonical text, so that how it is spaced in mlv.yaml defines nothing anew. */
static mlv_err add_expr(struct mlv_buf *to, const char *key, const struct mlv_expr *expr)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = mlv_expr_add_text(expr, &text);

	return err ? err : mlv_put_text(to, key, text.ptr);
}

/* What is said of a dimension, also of the rows at hand: which slices they are in, which slices there are. */
static mlv_err add_dim_items(struct mlv_buf *to, const struct mlv_dim *dim, bool of_rows)
{
	const struct mlv_slice_def *def = dim->def;
	mlv_err err;

	if (def->column && ((err = mlv_put_text(to, "by", def->column)) ||
			    (err = mlv_buf_add_char(to, ','))))
		return err;
	if (def->cross.count &&
	    ((err = add_list(to, "cross", &def->cross)) || (err = mlv_buf_add_char(to, ','))))
		return err;
	if (dim->edge_count && (err = add_edges(to, dim)))
		return err;
	if (def->expr && !def->rule &&
	    ((err = add_expr(to, "expr", def->expr)) || (err = mlv_buf_add_char(to, ','))))
		return err;
	if (def->quantiles && ((err = mlv_put_count(to, "quantiles", def->quantiles)) ||
			       (err = mlv_buf_add_char(to, ','))))
		return err;
	if (of_rows && dim->rows &&
	    ((err = mlv_put_text(to, "rows", dim->rows)) || (err = mlv_buf_add_char(to, ','))))
		return err;
	if ((err = mlv_put_count(to, "top", def->top)))
		return err;
	/* The record has no slices of what is hidden. */
	if (of_rows && def->hidden && dim->folded &&
	    ((err = mlv_buf_add_char(to, ',')) || (err = add_list(to, "values", &dim->values))))
		return err;
	if (def->rule && ((err = mlv_buf_add_char(to, ',')) || (err = add_expr(to, "where", def->expr))))
		return err;
	return NULL;
}

mlv_err mlv_record_dim_def(const struct mlv_dim *dim, struct mlv_buf *to)
{
	return add_dim_items(to, dim, false);
}

static mlv_err add_dim(struct mlv_buf *to, const struct mlv_dim *dim, bool first)
{
	const char *name = dim->def->name;
	mlv_err err;

	if ((err = mlv_buf_add_str(to, first ? "\n" : "\n,")) ||
	    (err = mlv_json_add_string(to, name, strlen(name))) || (err = mlv_buf_add_str(to, ":{")) ||
	    (err = add_dim_items(to, dim, true)))
		return err;
	return mlv_buf_add_char(to, '}');
}

static int by_dim_name(const void *a, const void *b)
{
	const struct mlv_dim *const *left = a, *const *right = b;

	return strcmp((*left)->def->name, (*right)->def->name);
}

/* All that slices refer to, hidden ones too: a cross is defined by what it crosses. */
static mlv_err add_dims(struct mlv_buf *to, const struct mlv_cases *cases)
{
	const struct mlv_dim **sorted = mlv_sys_alloc_array(cases->dim_count + 1, sizeof(*sorted));
	size_t count = 0;
	mlv_err err;

	if (!sorted)
		return mlv_error_nomem("slices");
	for (size_t d = 0; d < cases->dim_count; d++)
		if (cases->dims[d].code)
			sorted[count++] = &cases->dims[d];
	if (count)
		qsort(sorted, count, sizeof(*sorted), by_dim_name);
	err = mlv_buf_add_str(to, "\"dims\":{");
	for (size_t d = 0; d < count && !err; d++)
		err = add_dim(to, sorted[d], d == 0);
	free(sorted);
	return err ? err : mlv_buf_add_str(to, "\n},\n");
}

/* ---- the rest */

static mlv_err add_inputs(struct mlv_buf *to, const struct mlv_cases *cases,
			  const struct mlv_record_inputs *inputs)
{
	const struct mlv_eval_spec *spec = cases->spec;
	mlv_err err = mlv_buf_add_str(to, "\"inputs\":{\n");

	if (!err && inputs->ids && !(err = mlv_put_text(to, "ids", inputs->ids)))
		err = mlv_buf_add_str(to, "\n,");
	if (!err && spec->join) {
		if ((err = mlv_buf_add_str(to, "\"join\":{")) ||
		    (err = mlv_put_text(to, "path", spec->join)))
			return err;
		err = mlv_buf_add_str(to, "}\n,");
	}
	if (!err && inputs->labels && !(err = mlv_put_text(to, "labels", inputs->labels)))
		err = mlv_buf_add_str(to, "\n,");
	if (err || (err = mlv_buf_add_str(to, "\"predictions\":{")) ||
	    (err = mlv_put_text(to, "path", spec->predictions)) || (err = mlv_buf_add_char(to, ',')) ||
	    (err = mlv_put_count(to, "rows", cases->rows.count)) || (err = mlv_buf_add_char(to, '}')))
		return err;
	if (inputs->rows && ((err = mlv_buf_add_str(to, "\n,")) ||
			     (err = mlv_put_text(to, "rows", inputs->rows))))
		return err;
	return mlv_buf_add_str(to, "\n},\n");
}

static mlv_err add_directions(struct mlv_buf *to, const struct mlv_eval_spec *spec)
{
	mlv_err err = mlv_buf_add_str(to, "\"metrics\":{");

	for (size_t m = 0; m < spec->metric_count && !err; m++) {
		int direction = spec->metrics[m].direction;

		err = mlv_buf_printf(to, "%s\"%s\":%s", m ? "," : "", spec->metrics[m].measure->name,
				     direction > 0 ? "\"max\"" : direction < 0 ? "\"min\"" : "null");
	}
	return err ? err : mlv_buf_add_str(to, "},\n");
}

static mlv_err add_spec(struct mlv_buf *to, const struct mlv_cases *cases)
{
	const struct mlv_eval_spec *spec = cases->spec;
	mlv_err err = mlv_buf_add_str(to, "\"spec\":{");

	if (!err && cases->classes.count && !(err = add_list(to, "classes", &cases->classes)))
		err = mlv_buf_add_char(to, ',');
	if (err || (err = mlv_put_real(to, "interval", spec->level)) || (err = mlv_buf_add_char(to, ',')) ||
	    (err = mlv_put_count(to, "min_n", spec->min_n)))
		return err;
	if (spec->task == MLV_TASK_BINARY && !spec->column[MLV_ROLE_PRED] &&
	    ((err = mlv_buf_add_char(to, ',')) || (err = mlv_put_real(to, "threshold", spec->threshold))))
		return err;
	return mlv_buf_add_str(to, "},\n");
}

mlv_err mlv_record_write(const struct mlv_results *results, const struct mlv_record_inputs *inputs,
			 struct mlv_buf *to)
{
	const struct mlv_cases *cases = results->cases;
	mlv_err err;

	if ((err = mlv_buf_add_str(to, "{\n")) || (err = mlv_record_add_cv(to, results, inputs)) ||
	    (err = add_dims(to, cases)) ||
	    (err = add_inputs(to, cases, inputs)) || (err = add_directions(to, cases->spec)) ||
	    (err = mlv_put_text(to, "name", cases->spec->name)) ||
	    (err = mlv_buf_add_str(to, ",\n\"schema\":\"" MLV_RECORD_SCHEMA "\",\n")) ||
	    (err = add_slices(to, results)) || (err = add_spec(to, cases)) ||
	    (err = mlv_put_text(to, "task", mlv_task_name(cases->spec->task))) ||
	    (err = mlv_buf_add_str(to, ",\n")) || (err = mlv_record_add_warnings(to, results, inputs)))
		return err;
	return mlv_buf_add_str(to, "}\n");
}

mlv_err mlv_record_write_flat(const struct mlv_results *results, struct mlv_buf *to)
{
	const struct mlv_eval_spec *spec = results->cases->spec;
	const struct mlv_result *all = &results->slices[0].all;
	bool first = true;
	mlv_err err = mlv_buf_add_str(to, "{");

	for (size_t m = 0; m < spec->metric_count && !err; m++) {
		const struct mlv_measured *measured = &all->measured[m];

		if (measured->why)
			continue;
		if (!(err = mlv_buf_add_str(to, first ? "\n  " : ",\n  ")))
			err = mlv_buf_printf(to, "\"%s\": ", spec->metrics[m].measure->name);
		if (!err)
			err = mlv_json_add_real(to, mlv_put_value(measured));
		first = false;
	}
	return err ? err : mlv_buf_add_str(to, "\n}\n");
}
