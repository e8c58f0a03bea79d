/*
 * An expression is parsed or refused; one that was parsed has a canonical text
 * that parses to itself, and gives the same value. What follows the first line is the row's text.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/eval/expr.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void run(struct mlv_expr *expr, const char *text, size_t len, struct mlv_expr_value *value)
{
	const struct mlv_expr_column *columns;
	size_t count = mlv_expr_columns(expr, &columns);
	struct mlv_expr_value *inputs = calloc(count + 1, sizeof(*inputs));

	if (!inputs)
		abort();
	for (size_t i = 0; i < count; i++)
		inputs[i] = (struct mlv_expr_value){ false, (double)len,
						     columns[i].number ? NULL : text, len };
	if (mlv_expr_run(expr, inputs, NULL, value))
		*value = (struct mlv_expr_value){ .null = true };
	free(inputs);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const char *end = size ? memchr(data, '\n', size) : NULL;
	size_t len = end ? (size_t)(end - (const char *)data) : size;
	MLV_SCOPED(mlv_mem_free) char *text = mlv_sys_strndup((const char *)data, len);
	MLV_SCOPED(mlv_expr_freep) struct mlv_expr *expr = NULL, *again = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf one = MLV_BUF_INIT, two = MLV_BUF_INIT;
	struct mlv_expr_value value, other;

	if (!text || mlv_expr_parse(text, &expr))
		return 0;
	if (mlv_expr_add_text(expr, &one))
		abort();
	run(expr, end ? end + 1 : "", end ? size - len - 1 : 0, &value);
	if (mlv_expr_parse(one.ptr, &again)) /* only for being longer, or deeper */
		return one.len > 2000 ? 0 : (abort(), 0);
	run(again, end ? end + 1 : "", end ? size - len - 1 : 0, &other);
	if (mlv_expr_add_text(again, &two) || strcmp(one.ptr, two.ptr) != 0 ||
	    mlv_expr_type(expr) != mlv_expr_type(again) || value.null != other.null ||
	    value.len != other.len)
		abort();
	return 0;
}
