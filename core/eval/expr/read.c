/* From a text to its tree. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/eval/expr/parts.h"
#include "core/eval/frame.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
#define DIGITS  "0123456789"

mlv_err mlv_expr_wrong(const char *source, size_t place, const char *fmt, ...)
{
	char what[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return mlv_error(MLV_E_SPEC, "in the expression '%.200s', column %zu: %s", source, place, what);
}

void mlv_expr_node_freep(struct expr_node **node)
{
	if (!*node)
		return;
	for (size_t i = 0; i < (*node)->count; i++)
		mlv_expr_node_freep(&(*node)->kids[i]);
	free((*node)->kids);
	free((*node)->text);
	mlv_ere_freep(&(*node)->pattern);
	mlv_buf_release(&(*node)->scratch);
	free(*node);
	*node = NULL;
}

struct reader {
	const char *source, *at;
	unsigned depth;
};

static size_t place_of(const struct reader *reader)
{
	return (size_t)(reader->at - reader->source) + 1;
}

static void skip_space(struct reader *reader)
{
	reader->at += strspn(reader->at, " \t\r\n");
}

static mlv_err expected(struct reader *reader, const char *what)
{
	static const struct {
		char sign;
		const char *word;
	} others[] = { { '=', "==" }, { '&', "and" }, { '|', "or" }, { '!', "not" } };
	mlv_err err;

	skip_space(reader);
	err = mlv_expr_wrong(reader->source, place_of(reader), "%s expected", what);
	for (size_t i = 0; i < MLV_COUNT(others); i++)
		if (*reader->at == others[i].sign)
			return mlv_error_hint(err, "write '%s' for '%c'", others[i].word, others[i].sign);
	return err;
}

static size_t name_length(const char *at)
{
	return strspn(at, LETTERS) ? strspn(at, LETTERS DIGITS) : 0;
}

/* Whether this word stands here, whole. */
static bool sees_word(struct reader *reader, const char *word)
{
	skip_space(reader);
	return name_length(reader->at) == strlen(word) &&
	       strncmp(reader->at, word, strlen(word)) == 0;
}

static bool take_word(struct reader *reader, const char *word)
{
	if (!sees_word(reader, word))
		return false;
	reader->at += strlen(word);
	return true;
}

static bool take(struct reader *reader, const char *sign)
{
	skip_space(reader);
	if (strncmp(reader->at, sign, strlen(sign)) != 0)
		return false;
	reader->at += strlen(sign);
	return true;
}

static mlv_err new_node(enum expr_kind kind, size_t place, struct expr_node **out)
{
	struct expr_node *node = mlv_sys_alloc(sizeof(*node));

	if (!node)
		return mlv_error_nomem("an expression");
	node->kind = kind;
	node->place = place;
	node->depth = 1;
	node->scratch = (struct mlv_buf)MLV_BUF_INIT;
	*out = node;
	return NULL;
}

/* *kid is taken. */
static mlv_err adopt(struct reader *reader, struct expr_node *node, struct expr_node **kid)
{
	mlv_err err = mlv_array_grow(&node->kids, &node->cap, node->count + 1, sizeof(*node->kids));

	if (err)
		return err;
	if ((*kid)->depth >= node->depth)
		node->depth = (*kid)->depth + 1;
	node->kids[node->count++] = *kid;
	*kid = NULL;
	return node->depth <= EXPR_DEPTH ? NULL
					 : mlv_expr_wrong(reader->source, node->place,
							  "more than %d levels", EXPR_DEPTH);
}

/* Put a node above *top, which becomes its first kid. */
static mlv_err wrap(struct reader *reader, enum expr_kind kind, size_t place, struct expr_node **top)
{
	MLV_SCOPED(mlv_expr_node_freep) struct expr_node *node = NULL;
	mlv_err err = new_node(kind, place, &node);

	if (err || (err = adopt(reader, node, top)))
		return err;
	*top = MLV_TAKE(node);
	return NULL;
}

typedef mlv_err (*level_fn)(struct reader *reader, struct expr_node **out);

static mlv_err adopt_next(struct reader *reader, level_fn level, struct expr_node *node)
{
	MLV_SCOPED(mlv_expr_node_freep) struct expr_node *kid = NULL;
	mlv_err err = level(reader, &kid);

	return err ? err : adopt(reader, node, &kid);
}

static mlv_err read_or(struct reader *reader, struct expr_node **out);
static mlv_err read_sum(struct reader *reader, struct expr_node **out);

/* ---- leaves */

/* From behind the opening quote; a backslash takes what follows it as it is. */
static mlv_err read_quoted(struct reader *reader, char quote, struct expr_node *node)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = NULL;

	for (; *reader->at && *reader->at != quote && !err; reader->at++) {
		bool escape = quote != '`' && *reader->at == '\\' &&
			      (reader->at[1] == quote || reader->at[1] == '\\');

		reader->at += escape;
		err = mlv_buf_add_char(&text, *reader->at);
	}
	if (err)
		return err;
	if (!*reader->at)
		return mlv_expr_wrong(reader->source, node->place, "a quote that is not closed");
	reader->at++;
	if (quote == '`' && !text.len)
		return mlv_expr_wrong(reader->source, node->place, "the name of a column is empty");
	node->text = mlv_buf_detach(&text);
	return node->text ? NULL : mlv_error_nomem("an expression");
}

static mlv_err read_number(struct reader *reader, struct expr_node *node)
{
	size_t len = strspn(reader->at, DIGITS ".");

	if (reader->at[len] == 'e' || reader->at[len] == 'E') {
		size_t sign = reader->at[len + 1] == '-' || reader->at[len + 1] == '+';

		len += 1 + sign + strspn(reader->at + len + 1 + sign, DIGITS);
	}
	node->type = MLV_EXPR_NUMBER;
	if (name_length(reader->at + len) || !mlv_number_parse(reader->at, len, &node->number) ||
	    !isfinite(node->number))
		return mlv_expr_wrong(reader->source, node->place, "this is no number");
	reader->at += len;
	return NULL;
}

static mlv_err read_call(struct reader *reader, const char *name, size_t len, struct expr_node *node)
{
	MLV_SCOPED(mlv_mem_free) char *copy = mlv_sys_strndup(name, len);
	const char *near;
	mlv_err err;

	if (!copy)
		return mlv_error_nomem("an expression");
	node->kind = EXPR_CALL;
	if (!(node->function = mlv_expr_function(copy))) {
		if (strcmp(copy, "quantile") == 0)
			return mlv_error_hint(mlv_expr_wrong(reader->source, node->place,
							     "a row by itself has no quantile"),
					      "write 'quantiles: 4' beside 'by' or 'expr'");
		near = mlv_expr_function_near(copy);
		err = mlv_expr_wrong(reader->source, node->place, "there is no function '%s'", copy);
		return near ? mlv_error_hint(err, "did you mean '%s'?", near) : err;
	}
	for (size_t i = 0; i < node->function->args; i++)
		if ((i && !take(reader, ",") && (err = expected(reader, "a ',' and one more argument"))) ||
		    (err = adopt_next(reader, read_or, node)))
			return err;
	return take(reader, ")") ? NULL : expected(reader, "a ')'");
}

static mlv_err read_name(struct reader *reader, struct expr_node *node)
{
	static const char *const reserved[] = { "and", "or", "not", "in", "between" };
	size_t len = name_length(reader->at);
	const char *name = reader->at;

	for (size_t i = 0; i < MLV_COUNT(reserved); i++)
		if (sees_word(reader, reserved[i]))
			return expected(reader, "a value");
	if (sees_word(reader, "true") || sees_word(reader, "false") || sees_word(reader, "null")) {
		node->kind = *name == 'n' ? EXPR_NULL : EXPR_LITERAL;
		node->type = MLV_EXPR_TRUTH;
		node->number = *name == 't';
		reader->at += len;
		return NULL;
	}
	reader->at += len;
	if (take(reader, "("))
		return read_call(reader, name, len, node);
	node->kind = EXPR_COLUMN;
	node->text = mlv_sys_strndup(name, len);
	return node->text ? NULL : mlv_error_nomem("an expression");
}

static mlv_err read_inner(struct reader *reader, struct expr_node **out)
{
	mlv_err err;

	if (++reader->depth > EXPR_DEPTH)
		return mlv_expr_wrong(reader->source, place_of(reader), "more than %d levels",
				      EXPR_DEPTH);
	if ((err = read_or(reader, out)))
		return err;
	reader->depth--;
	return take(reader, ")") ? NULL : expected(reader, "a ')'");
}

static mlv_err read_leaf(struct reader *reader, struct expr_node **out)
{
	MLV_SCOPED(mlv_expr_node_freep) struct expr_node *node = NULL;
	mlv_err err;

	if (take(reader, "("))
		return read_inner(reader, out);
	if ((err = new_node(EXPR_LITERAL, place_of(reader), &node)))
		return err;
	if (*reader->at && strchr(DIGITS ".", *reader->at)) {
		err = read_number(reader, node);
	} else if (*reader->at && strchr("\"'`", *reader->at)) {
		node->type = MLV_EXPR_TEXT;
		node->kind = *reader->at == '`' ? EXPR_COLUMN : EXPR_LITERAL;
		reader->at++;
		err = read_quoted(reader, reader->at[-1], node);
	} else {
		err = name_length(reader->at) ? read_name(reader, node) : expected(reader, "a value");
	}
	if (!err)
		*out = MLV_TAKE(node);
	return err;
}

/* ---- operators, from the strongest */

static mlv_err read_minus(struct reader *reader, struct expr_node **out)
{
	size_t place;
	mlv_err err;

	if (!take(reader, "-"))
		return read_leaf(reader, out);
	place = place_of(reader) - 1;
	if (++reader->depth > EXPR_DEPTH)
		return mlv_expr_wrong(reader->source, place, "more than %d levels", EXPR_DEPTH);
	if ((err = read_minus(reader, out)))
		return err;
	reader->depth--;
	return wrap(reader, EXPR_MINUS, place, out);
}

/* A chain of operators of one strength, from the left. */
static mlv_err read_chain(struct reader *reader, level_fn level, const char *signs,
			  const enum expr_kind *kinds, struct expr_node **out)
{
	mlv_err err = level(reader, out);

	while (!err) {
		const char *sign;

		skip_space(reader);
		if (!*reader->at || !(sign = strchr(signs, *reader->at)))
			return NULL;
		reader->at++;
		if (!(err = wrap(reader, kinds[sign - signs], place_of(reader) - 1, out)))
			err = adopt_next(reader, level, *out);
	}
	return err;
}

static mlv_err read_product(struct reader *reader, struct expr_node **out)
{
	static const enum expr_kind kinds[] = { EXPR_MUL, EXPR_DIV };

	return read_chain(reader, read_minus, "*/", kinds, out);
}

static mlv_err read_sum(struct reader *reader, struct expr_node **out)
{
	static const enum expr_kind kinds[] = { EXPR_ADD, EXPR_SUB };

	return read_chain(reader, read_product, "+-", kinds, out);
}

/* What stands behind "in": (a, b, ...). */
static mlv_err read_members(struct reader *reader, struct expr_node *node)
{
	mlv_err err;

	if (!take(reader, "("))
		return expected(reader, "a '(' and values");
	do
		if ((err = adopt_next(reader, read_sum, node)))
			return err;
	while (take(reader, ","));
	return take(reader, ")") ? NULL : expected(reader, "a ',' or a ')'");
}

static mlv_err read_limits(struct reader *reader, struct expr_node *node)
{
	mlv_err err = adopt_next(reader, read_sum, node);

	if (err)
		return err;
	return take_word(reader, "and") ? adopt_next(reader, read_sum, node)
					: expected(reader, "'and'");
}

static mlv_err read_comparison(struct reader *reader, struct expr_node **out)
{
	static const struct {
		const char *sign;
		enum expr_kind kind;
	} signs[] = {
		{ "==", EXPR_EQ }, { "!=", EXPR_NE }, { "<=", EXPR_LE }, { ">=", EXPR_GE },
		{ "<", EXPR_LT },  { ">", EXPR_GT },  { "~", EXPR_MATCH },
	};
	mlv_err err = read_sum(reader, out);
	bool negated;
	size_t place;

	if (err)
		return err;
	skip_space(reader);
	place = place_of(reader);
	for (size_t i = 0; i < MLV_COUNT(signs); i++)
		if (take(reader, signs[i].sign))
			return (err = wrap(reader, signs[i].kind, place, out))
				       ? err
				       : adopt_next(reader, read_sum, *out);
	negated = take_word(reader, "not");
	if (take_word(reader, "in"))
		err = (err = wrap(reader, EXPR_IN, place, out)) ? err : read_members(reader, *out);
	else if (take_word(reader, "between"))
		err = (err = wrap(reader, EXPR_BETWEEN, place, out)) ? err : read_limits(reader, *out);
	else
		return negated ? expected(reader, "'in' or 'between'") : NULL;
	return err || !negated ? err : wrap(reader, EXPR_NOT, place, out);
}

static mlv_err read_not(struct reader *reader, struct expr_node **out)
{
	size_t place;
	mlv_err err;

	skip_space(reader);
	place = place_of(reader);
	if (!take_word(reader, "not"))
		return read_comparison(reader, out);
	if (++reader->depth > EXPR_DEPTH)
		return mlv_expr_wrong(reader->source, place, "more than %d levels", EXPR_DEPTH);
	if ((err = read_not(reader, out)))
		return err;
	reader->depth--;
	return wrap(reader, EXPR_NOT, place, out);
}

static mlv_err read_words(struct reader *reader, level_fn level, const char *word,
			  enum expr_kind kind, struct expr_node **out)
{
	mlv_err err = level(reader, out);

	while (!err && sees_word(reader, word)) {
		size_t place = place_of(reader);

		reader->at += strlen(word);
		if (!(err = wrap(reader, kind, place, out)))
			err = adopt_next(reader, level, *out);
	}
	return err;
}

static mlv_err read_and(struct reader *reader, struct expr_node **out)
{
	return read_words(reader, read_not, "and", EXPR_AND, out);
}

static mlv_err read_or(struct reader *reader, struct expr_node **out)
{
	return read_words(reader, read_and, "or", EXPR_OR, out);
}

mlv_err mlv_expr_read(const char *source, struct expr_node **root)
{
	MLV_SCOPED(mlv_expr_node_freep) struct expr_node *node = NULL;
	struct reader reader = { .source = source, .at = source };
	mlv_err err;

	if (strlen(source) > EXPR_MAX)
		return mlv_error(MLV_E_SPEC, "an expression of more than %zu bytes", EXPR_MAX);
	if ((err = read_or(&reader, &node)))
		return err;
	skip_space(&reader);
	if (*reader.at)
		return expected(&reader, "an operator, or nothing more");
	*root = MLV_TAKE(node);
	return NULL;
}
