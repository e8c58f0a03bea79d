#include "core/eval/expr.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/sys.h"
#include "core/eval/expr/parts.h"

void mlv_expr_freep(struct mlv_expr **expr)
{
	if (!*expr)
		return;
	mlv_expr_node_freep(&(*expr)->root);
	free((*expr)->source);
	free((*expr)->columns);
	free(*expr);
	*expr = NULL;
}

mlv_err mlv_expr_parse(const char *text, struct mlv_expr **out)
{
	MLV_SCOPED(mlv_expr_freep) struct mlv_expr *expr = mlv_sys_alloc(sizeof(*expr));
	mlv_err err;

	if (!expr || !(expr->source = mlv_sys_strdup(text)))
		return mlv_error_nomem("an expression");
	if ((err = mlv_expr_read(text, &expr->root)) || (err = mlv_expr_check(expr)))
		return err;
	*out = MLV_TAKE(expr);
	return NULL;
}

enum mlv_expr_type mlv_expr_type(const struct mlv_expr *expr)
{
	return expr->root->type;
}

size_t mlv_expr_columns(const struct mlv_expr *expr, const struct mlv_expr_column **columns)
{
	*columns = expr->columns;
	return expr->count;
}

/* ---- the canonical form: all in parentheses, a space around each operator */

static mlv_err add_node(const struct expr_node *node, struct mlv_buf *to);

static mlv_err add_list(const struct expr_node *node, size_t from, struct mlv_buf *to)
{
	mlv_err err = mlv_buf_add_char(to, '(');

	for (size_t i = from; i < node->count && !err; i++)
		if (i == from || !(err = mlv_buf_add_str(to, ", ")))
			err = add_node(node->kids[i], to);
	return err ? err : mlv_buf_add_char(to, ')');
}

static mlv_err add_quoted(const char *text, char quote, struct mlv_buf *to)
{
	mlv_err err = mlv_buf_add_char(to, quote);

	for (; *text && !err; text++)
		if ((*text != quote && *text != '\\') || quote == '`' ||
		    !(err = mlv_buf_add_char(to, '\\')))
			err = mlv_buf_add_char(to, *text);
	return err ? err : mlv_buf_add_char(to, quote);
}

static mlv_err add_leaf(const struct expr_node *node, struct mlv_buf *to)
{
	if (node->kind == EXPR_NULL)
		return mlv_buf_add_str(to, "null");
	if (node->kind == EXPR_COLUMN)
		return add_quoted(node->text, '`', to);
	if (node->type == MLV_EXPR_TEXT)
		return add_quoted(node->text, '"', to);
	if (node->type == MLV_EXPR_TRUTH)
		return mlv_buf_add_str(to, node->number > 0 ? "true" : "false");
	return mlv_json_add_real(to, node->number);
}

static mlv_err add_operator(const struct expr_node *node, struct mlv_buf *to)
{
	static const char *const signs[] = {
		[EXPR_OR] = "or", [EXPR_AND] = "and", [EXPR_EQ] = "==", [EXPR_NE] = "!=",
		[EXPR_LT] = "<",  [EXPR_LE] = "<=",   [EXPR_GT] = ">",	[EXPR_GE] = ">=",
		[EXPR_MATCH] = "~", [EXPR_ADD] = "+", [EXPR_SUB] = "-", [EXPR_MUL] = "*",
		[EXPR_DIV] = "/", [EXPR_IN] = "in", [EXPR_BETWEEN] = "between",
	};
	mlv_err err;

	if ((err = add_node(node->kids[0], to)) ||
	    (err = mlv_buf_printf(to, " %s ", signs[node->kind])))
		return err;
	if (node->kind == EXPR_IN)
		return add_list(node, 1, to);
	if ((err = add_node(node->kids[1], to)) || node->kind != EXPR_BETWEEN)
		return err;
	return (err = mlv_buf_add_str(to, " and ")) ? err : add_node(node->kids[2], to);
}

static mlv_err add_node(const struct expr_node *node, struct mlv_buf *to)
{
	mlv_err err;

	if (node->kind <= EXPR_COLUMN)
		return add_leaf(node, to);
	if (node->kind == EXPR_CALL)
		return (err = mlv_buf_add_str(to, node->function->name)) ? err : add_list(node, 0, to);
	if ((err = mlv_buf_add_char(to, '(')))
		return err;
	if (node->kind == EXPR_NOT || node->kind == EXPR_MINUS)
		err = (err = mlv_buf_add_str(to, node->kind == EXPR_NOT ? "not " : "-"))
			      ? err
			      : add_node(node->kids[0], to);
	else
		err = add_operator(node, to);
	return err ? err : mlv_buf_add_char(to, ')');
}

mlv_err mlv_expr_add_text(const struct mlv_expr *expr, struct mlv_buf *to)
{
	return add_node(expr->root, to);
}
