/* A spec as text: all of it that an evaluation's record depends on, in one canonical form. */
#include <math.h>
#include <string.h>

#include "core/base/json.h"
#include "core/eval/spec/parts.h"

static mlv_err add_text(struct mlv_buf *to, const char *key, const char *text)
{
	mlv_err err;

	if (!text)
		return NULL;
	if ((err = mlv_buf_printf(to, "%s ", key)) ||
	    (err = mlv_json_add_string(to, text, strlen(text))))
		return err;
	return mlv_buf_add_char(to, '\n');
}

static mlv_err add_real(struct mlv_buf *to, const char *key, double value)
{
	mlv_err err = mlv_buf_printf(to, "%s ", key);

	if (err)
		return err;
	err = isinf(value) ? mlv_buf_add_str(to, value < 0 ? "-inf" : "inf")
			   : mlv_json_add_real(to, value);
	return err ? err : mlv_buf_add_char(to, '\n');
}

static mlv_err add_slice(struct mlv_buf *to, const struct mlv_slice_def *def)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf expr = MLV_BUF_INIT;
	mlv_err err;

	if (def->expr && (err = mlv_expr_add_text(def->expr, &expr)))
		return err;
	if ((err = add_text(to, "slice", def->name)) || (err = add_text(to, "by", def->column)) ||
	    (def->expr && (err = add_text(to, def->rule ? "where" : "expr", expr.ptr))))
		return err;
	for (size_t i = 0; i < def->cross.count && !err; i++)
		err = add_text(to, "cross", def->cross.at[i]);
	for (size_t i = 0; i < def->edge_count && !err; i++)
		err = add_real(to, "edge", def->edges[i]);
	if (err)
		return err;
	return mlv_buf_printf(to, "quantiles %u\ntop %zu\ncritical %d\nhidden %d\n", def->quantiles,
			      def->top, def->critical, def->hidden);
}

mlv_err mlv_eval_spec_text(const struct mlv_eval_spec *spec, struct mlv_buf *to)
{
	mlv_err err;

	if ((err = add_text(to, "eval", spec->name)) ||
	    (err = add_text(to, "predictions", spec->predictions)) ||
	    (err = add_text(to, "task", mlv_task_name(spec->task))))
		return err;
	for (int r = 0; r < MLV_ROLES && !err; r++)
		err = add_text(to, mlv_role_name((enum mlv_role)r), spec->column[r]);
	if (err || (err = add_text(to, "join", spec->join)) || (err = add_text(to, "on", spec->join_on)) ||
	    (err = add_text(to, "positive", spec->positive)) ||
	    (err = add_real(to, "threshold", spec->threshold)) ||
	    (err = add_real(to, "interval", spec->level)) ||
	    (err = mlv_buf_printf(to, "min_n %llu\n", (unsigned long long)spec->min_n)))
		return err;
	for (size_t m = 0; m < spec->metric_count && !err; m++)
		err = mlv_buf_printf(to, "metric %s %d\n", spec->metrics[m].measure->name,
				     spec->metrics[m].direction);
	for (size_t s = 0; s < spec->slice_count && !err; s++)
		err = add_slice(to, &spec->slices[s]);
	return err;
}
