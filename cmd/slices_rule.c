#include "cmd/slices_rule.h"

#include <math.h>
#include <string.h>

/* A text between quotes, with what means something there behind a backslash. */
static mlv_err add_quoted(struct mlv_buf *to, const char *text)
{
	mlv_err err = mlv_buf_add_char(to, '"');

	for (; *text && !err; text++)
		if (*text != '"' || !(err = mlv_buf_add_char(to, '\\')))
			err = mlv_buf_add_char(to, *text);
	return err ? err : mlv_buf_add_char(to, '"');
}

/* What a dimension divides: its column, or its expression. */
static mlv_err add_subject(struct mlv_buf *to, const struct mlv_slice_def *def)
{
	if (def->expr)
		return mlv_expr_add_text(def->expr, to);
	return mlv_buf_printf(to, "`%s`", def->column);
}

static mlv_err add_below(struct mlv_buf *to, const struct mlv_slice_def *def, const char *op, double edge)
{
	mlv_err err;

	if ((err = add_subject(to, def)) || (err = mlv_buf_add_str(to, op)))
		return err;
	return mlv_number_add(to, edge);
}

/* From the lower edge on, and below the upper one; what is infinite is no limit. */
static mlv_err add_bin(struct mlv_buf *to, const struct mlv_slice_def *def, double low, double high)
{
	mlv_err err = NULL;

	if (!isinf(low))
		err = add_below(to, def, " >= ", low);
	if (!err && !isinf(low) && !isinf(high))
		err = mlv_buf_add_str(to, " and ");
	return err || isinf(high) ? err : add_below(to, def, " < ", high);
}

/* Which bin has this name: from edge *bin - 1 to edge *bin. */
static mlv_err find_bin(const struct mlv_dim *dim, const char *name, size_t *bin)
{
	mlv_err err = NULL;

	for (*bin = 0; *bin <= dim->edge_count && !err; ++*bin) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

		if ((err = mlv_buf_printf(&text, "%s=[", dim->def->name)) ||
		    (err = mlv_number_add(&text, *bin ? dim->edges[*bin - 1] : -HUGE_VAL)) ||
		    (err = mlv_buf_add_char(&text, ',')) ||
		    (err = mlv_number_add(&text, *bin < dim->edge_count ? dim->edges[*bin] : HUGE_VAL)) ||
		    (err = mlv_buf_add_char(&text, ')')))
			return err;
		if (strcmp(text.ptr, name) == 0)
			return NULL;
	}
	return err;
}

mlv_err mlv_slices_add_rule(const struct mlv_dim *dim, uint32_t code, struct mlv_buf *to, bool *said)
{
	const char *name = dim->values.at[code];
	const struct mlv_slice_def *def = dim->def;
	const char *value = name + strlen(def->name) + 1;
	size_t bin;
	mlv_err err;

	*said = false;
	if (strcmp(value, "__other__") == 0 || strchr(value, '\\') ||
	    (def->column && strchr(def->column, '`')))
		return NULL;
	*said = true;
	if (strcmp(value, "__missing__") == 0) {
		if ((err = mlv_buf_add_str(to, "is_null(")) || (err = add_subject(to, def)))
			return err;
		return mlv_buf_add_char(to, ')');
	}
	if (dim->edge_count) {
		if ((err = find_bin(dim, name, &bin)))
			return err;
		*said = bin <= dim->edge_count;
		return !*said ? NULL
			      : add_bin(to, def, bin ? dim->edges[bin - 1] : -HUGE_VAL,
					bin < dim->edge_count ? dim->edges[bin] : HUGE_VAL);
	}
	if ((err = add_subject(to, def)) || (err = mlv_buf_add_str(to, " == ")))
		return err;
	if (!def->expr || mlv_expr_type(def->expr) == MLV_EXPR_TEXT)
		return add_quoted(to, value);
	return mlv_buf_add_str(to, value);
}
