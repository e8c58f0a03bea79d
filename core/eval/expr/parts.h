/* parts.h - what the files behind expr.h share: the tree of an expression. */
#ifndef MLV_EVAL_EXPR_PARTS_H
#define MLV_EVAL_EXPR_PARTS_H

#include "core/eval/ere.h"
#include "core/eval/expr.h"

#define EXPR_MAX   ((size_t)10000) /* bytes */
#define EXPR_DEPTH 100             /* levels of the tree */
#define EXPR_ARGS  4

enum expr_kind {
	EXPR_LITERAL, EXPR_NULL, EXPR_COLUMN, EXPR_CALL,
	EXPR_OR, EXPR_AND, EXPR_NOT,
	EXPR_EQ, EXPR_NE, EXPR_LT, EXPR_LE, EXPR_GT, EXPR_GE, EXPR_MATCH, EXPR_IN, EXPR_BETWEEN,
	EXPR_ADD, EXPR_SUB, EXPR_MUL, EXPR_DIV, EXPR_MINUS,
};

/* What a place may hold: the bits of the types that it takes. */
enum { ASK_NUMBER = 1 << MLV_EXPR_NUMBER, ASK_TEXT = 1 << MLV_EXPR_TEXT,
       ASK_TRUTH = 1 << MLV_EXPR_TRUTH, ASK_ANY = 7 };

struct expr_node;

struct expr_function {
	const char *name;
	enum mlv_expr_type type;
	size_t args;
	unsigned ask[EXPR_ARGS]; /* of each argument */
	mlv_err (*run)(struct expr_node *node, const struct mlv_expr_value *args,
		       const struct mlv_expr_files *files, struct mlv_expr_value *value);
};
/* NULL when there is none. Then near may be what was meant. */
const struct expr_function *mlv_expr_function(const char *name);
const char *mlv_expr_function_near(const char *name);

struct expr_node {
	enum expr_kind kind;
	enum mlv_expr_type type; /* once it is checked */
	size_t place;            /* of its operator or first letter, from 1 */
	unsigned depth;
	double number;           /* of a literal */
	char *text;              /* of a literal, or the name of a column */
	size_t input;            /* of a column: which of the expression's */
	const struct expr_function *function;
	struct mlv_ere *pattern; /* of ~ */
	struct mlv_buf scratch;  /* what a function makes */
	struct expr_node **kids;
	size_t count, cap;
};
void mlv_expr_node_freep(struct expr_node **node);

struct mlv_expr {
	struct expr_node *root;
	char *source;
	struct mlv_expr_column *columns; /* names are those of nodes */
	size_t count, cap;
};

/* MLV_E_SPEC: the expression, the column of place, and what is wrong there. */
mlv_err mlv_expr_wrong(const char *source, size_t place, const char *fmt, ...)
	MLV_PRINTF(3, 4) MLV_CHECK MLV_NEVER_NULL;
/* Give each node its type, each column its input. */
mlv_err mlv_expr_check(struct mlv_expr *expr) MLV_CHECK;
/* The tree of a text. */
mlv_err mlv_expr_read(const char *source, struct expr_node **root) MLV_CHECK;

#endif
