/* The types of an expression. */
#include <string.h>

#include "core/base/strs.h"
#include "core/eval/expr/parts.h"

static const char *const type_names[] = { "a number", "a text", "true or false" };

static const char *ask_name(unsigned ask)
{
	return ask == ASK_NUMBER  ? type_names[MLV_EXPR_NUMBER]
	       : ask == ASK_TEXT  ? type_names[MLV_EXPR_TEXT]
	       : ask == ASK_TRUTH ? type_names[MLV_EXPR_TRUTH]
				  : "a number or a text";
}

/* The type that a node has by itself, as a bit; 0: what is asked for. */
static unsigned own_type(const struct expr_node *node)
{
	switch (node->kind) {
	case EXPR_NULL:
	case EXPR_COLUMN:
		return 0;
	case EXPR_LITERAL:
		return 1U << node->type;
	case EXPR_CALL:
		return 1U << node->function->type;
	default:
		return node->kind >= EXPR_ADD ? ASK_NUMBER : ASK_TRUTH;
	}
}

static mlv_err add_input(struct mlv_expr *expr, struct expr_node *node)
{
	bool number = node->type == MLV_EXPR_NUMBER;
	mlv_err err;

	for (node->input = 0; node->input < expr->count; node->input++)
		if (expr->columns[node->input].number == number &&
		    strcmp(expr->columns[node->input].name, node->text) == 0)
			return NULL;
	if ((err = mlv_array_grow(&expr->columns, &expr->cap, expr->count + 1,
				  sizeof(*expr->columns))))
		return err;
	expr->columns[expr->count++] = (struct mlv_expr_column){ node->text, number };
	return NULL;
}

static mlv_err check(struct mlv_expr *expr, struct expr_node *node, unsigned ask);

/* Give what has no type of its own the one that is asked for; where several are, a text. */
static mlv_err settle(struct mlv_expr *expr, struct expr_node *node, unsigned ask)
{
	unsigned own = own_type(node);

	if (own && !(own & ask))
		return mlv_expr_wrong(expr->source, node->place, "%s is asked for, and this is %s",
				      ask_name(ask),
				      own == ASK_NUMBER ? type_names[0] : own == ASK_TEXT ? type_names[1]
											  : type_names[2]);
	if (!own && ask == ASK_TRUTH && node->kind == EXPR_COLUMN)
		return mlv_expr_wrong(expr->source, node->place,
				      "a column is no truth: compare it with a value");
	if (!own)
		own = ask & ASK_TEXT ? ASK_TEXT : ask & ASK_NUMBER ? ASK_NUMBER : ASK_TRUTH;
	node->type = own == ASK_NUMBER ? MLV_EXPR_NUMBER : own == ASK_TEXT ? MLV_EXPR_TEXT
									    : MLV_EXPR_TRUTH;
	return node->kind == EXPR_COLUMN ? add_input(expr, node) : NULL;
}

/* What the sides of a comparison are: of the first that knows it. */
static mlv_err check_sides(struct mlv_expr *expr, struct expr_node *node)
{
	bool ordered = node->kind != EXPR_EQ && node->kind != EXPR_NE && node->kind != EXPR_IN;
	unsigned ask = 0;
	mlv_err err = NULL;

	for (size_t i = 0; i < node->count && !ask; i++)
		ask = own_type(node->kids[i]);
	ask = ask ? ask : ordered ? ASK_NUMBER : ASK_TEXT;
	if (ordered && ask == ASK_TRUTH)
		return mlv_expr_wrong(expr->source, node->place, "true and false have no order");
	for (size_t i = 0; i < node->count && !err; i++)
		err = check(expr, node->kids[i], ask);
	return err;
}

static mlv_err check_match(struct mlv_expr *expr, struct expr_node *node)
{
	struct expr_node *pattern = node->kids[1];
	size_t at = 0;
	mlv_err err;

	if ((err = check(expr, node->kids[0], ASK_TEXT)) || (err = check(expr, pattern, ASK_TEXT)))
		return err;
	if (pattern->kind != EXPR_LITERAL)
		return mlv_expr_wrong(expr->source, pattern->place,
				      "a regular expression must be a text in quotes");
	err = mlv_ere_new(&node->pattern, pattern->text, strlen(pattern->text), &at);
	if (err && err->code == MLV_E_SPEC)
		return mlv_expr_wrong(expr->source, pattern->place, "the regular expression, byte %zu: %s",
				      at + 1, err->msg);
	return err;
}

static mlv_err check_kids(struct mlv_expr *expr, struct expr_node *node)
{
	unsigned ask = node->kind >= EXPR_ADD ? ASK_NUMBER : ASK_TRUTH;
	mlv_err err = NULL;

	if (node->kind == EXPR_MATCH)
		return check_match(expr, node);
	if (node->kind >= EXPR_EQ && node->kind <= EXPR_BETWEEN)
		return check_sides(expr, node);
	for (size_t i = 0; i < node->count && !err; i++)
		err = check(expr, node->kids[i],
			    node->kind == EXPR_CALL ? node->function->ask[i] : ask);
	return err;
}

static mlv_err check(struct mlv_expr *expr, struct expr_node *node, unsigned ask)
{
	mlv_err err = settle(expr, node, ask);

	return err ? err : check_kids(expr, node);
}

mlv_err mlv_expr_check(struct mlv_expr *expr)
{
	return check(expr, expr->root, ASK_ANY);
}
