/* The value of an expression for one row. */
#include <math.h>
#include <string.h>

#include "core/eval/expr/parts.h"

struct running {
	const struct mlv_expr_value *inputs;
	const struct mlv_expr_files *files;
};

static mlv_err run(const struct running *running, struct expr_node *node,
		   struct mlv_expr_value *value);

static int order_of(const struct expr_node *node, const struct mlv_expr_value *a,
		    const struct mlv_expr_value *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int order = 0;

	if (node->type != MLV_EXPR_TEXT)
		return a->number < b->number ? -1 : a->number > b->number;
	if (len)
		order = memcmp(a->text, b->text, len);
	return order ? order : a->len < b->len ? -1 : a->len > b->len;
}

static bool compare(const struct expr_node *node, const struct mlv_expr_value *a,
		    const struct mlv_expr_value *b)
{
	int order = order_of(node->kids[0], a, b);

	switch (node->kind) {
	case EXPR_EQ:
		return order == 0;
	case EXPR_NE:
		return order != 0;
	case EXPR_LT:
		return order < 0;
	case EXPR_LE:
		return order <= 0;
	case EXPR_GT:
		return order > 0;
	default:
		return order >= 0;
	}
}

/* Of "in": true with one that is equal, else null if one of them is. */
static mlv_err run_in(const struct running *running, struct expr_node *node,
		      const struct mlv_expr_value *first, struct mlv_expr_value *value)
{
	mlv_err err;

	for (size_t i = 1; i < node->count; i++) {
		struct mlv_expr_value member = { 0 };

		if ((err = run(running, node->kids[i], &member)))
			return err;
		if (!member.null && order_of(node->kids[0], first, &member) == 0) {
			*value = (struct mlv_expr_value){ .number = 1 };
			return NULL;
		}
		value->null |= member.null;
	}
	return NULL;
}

static mlv_err run_between(const struct running *running, struct expr_node *node,
			   const struct mlv_expr_value *first, struct mlv_expr_value *value)
{
	struct mlv_expr_value low = { 0 }, high = { 0 };
	bool below, above;
	mlv_err err;

	if ((err = run(running, node->kids[1], &low)) || (err = run(running, node->kids[2], &high)))
		return err;
	below = !low.null && order_of(node->kids[0], first, &low) < 0;
	above = !high.null && order_of(node->kids[0], first, &high) > 0;
	value->null = !below && !above && (low.null || high.null);
	value->number = !below && !above;
	return NULL;
}

static mlv_err run_comparison(const struct running *running, struct expr_node *node,
			      struct mlv_expr_value *value)
{
	struct mlv_expr_value first = { 0 }, second = { 0 };
	mlv_err err = run(running, node->kids[0], &first);

	value->null = !err && first.null;
	if (err || value->null)
		return err;
	if (node->kind == EXPR_IN)
		return run_in(running, node, &first, value);
	if (node->kind == EXPR_BETWEEN)
		return run_between(running, node, &first, value);
	if (node->kind == EXPR_MATCH) {
		value->number = mlv_ere_matches(node->pattern, first.text, first.len);
		return NULL;
	}
	err = run(running, node->kids[1], &second);
	value->null = !err && second.null;
	if (!err && !second.null)
		value->number = compare(node, &first, &second);
	return err;
}

/* Kleene's "and" and "or": decided is the value of one side that decides both. */
static mlv_err run_logic(const struct running *running, struct expr_node *node,
			 struct mlv_expr_value *value)
{
	bool decided = node->kind == EXPR_OR;
	bool null = false;

	for (size_t i = 0; i < 2; i++) {
		struct mlv_expr_value side = { 0 };
		mlv_err err = run(running, node->kids[i], &side);

		if (err)
			return err;
		if (!side.null && (side.number > 0) == decided) {
			value->number = decided;
			return NULL;
		}
		null |= side.null;
	}
	value->null = null;
	value->number = !decided;
	return NULL;
}

static mlv_err run_arithmetic(const struct running *running, struct expr_node *node,
			      struct mlv_expr_value *value)
{
	struct mlv_expr_value a = { 0 }, b = { 0 };
	mlv_err err = run(running, node->kids[0], &a);

	if (!err && node->count > 1)
		err = run(running, node->kids[1], &b);
	if (err)
		return err;
	value->number = node->kind == EXPR_ADD   ? a.number + b.number
			: node->kind == EXPR_SUB ? a.number - b.number
			: node->kind == EXPR_MUL ? a.number * b.number
			: node->kind == EXPR_DIV ? (b.number < 0 || b.number > 0 ? a.number / b.number
										 : (double)NAN)
						 : -a.number;
	value->null = a.null || b.null || isnan(value->number);
	return NULL;
}

static mlv_err run_call(const struct running *running, struct expr_node *node,
			struct mlv_expr_value *value)
{
	struct mlv_expr_value args[EXPR_ARGS] = { { 0 } };
	bool null = false;

	for (size_t i = 0; i < node->count; i++) {
		mlv_err err = run(running, node->kids[i], &args[i]);

		if (err)
			return err;
		null |= args[i].null;
	}
	value->null = null && node->function->ask[0] != ASK_ANY;
	return value->null ? NULL : node->function->run(node, args, running->files, value);
}

static mlv_err run(const struct running *running, struct expr_node *node,
		   struct mlv_expr_value *value)
{
	mlv_err err;

	*value = (struct mlv_expr_value){ 0 };
	if (node->kind >= EXPR_ADD)
		return run_arithmetic(running, node, value);
	if (node->kind >= EXPR_EQ)
		return run_comparison(running, node, value);
	switch (node->kind) {
	case EXPR_LITERAL:
		value->number = node->number;
		value->text = node->text;
		value->len = node->text ? strlen(node->text) : 0;
		return NULL;
	case EXPR_NULL:
		value->null = true;
		return NULL;
	case EXPR_COLUMN:
		*value = running->inputs[node->input];
		return NULL;
	case EXPR_CALL:
		return run_call(running, node, value);
	case EXPR_NOT:
		err = run(running, node->kids[0], value);
		value->number = !(value->number > 0);
		return err;
	default:
		return run_logic(running, node, value);
	}
}

mlv_err mlv_expr_run(struct mlv_expr *expr, const struct mlv_expr_value *inputs,
		     const struct mlv_expr_files *files, struct mlv_expr_value *value)
{
	const struct running running = { inputs, files };

	return run(&running, expr->root, value);
}
