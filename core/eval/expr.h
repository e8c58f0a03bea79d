/*
 * expr.h - expressions over the columns of a table: what slices are made of.
 *
 *   lower(text) ~ "urgent" and words(text) < 10
 *   wav_seconds(path)
 *   prefix(path, "/", 2)
 *
 * Values are numbers, texts and truths. There are literals (1.5, "a", 'a',
 * true, false, null), columns (a name, or `any name`), and by rising strength
 *
 *   or   and   not   == != < <= > >= ~ in (..) between .. and ..   + -   * /   -
 *
 * ~ searches for a regular expression (ere.h). The functions:
 *
 *   is_null(x)            whether there is no value
 *   len words lines       characters, words and lines of a text
 *   lower(t)              with the letters of ASCII made small
 *   prefix suffix(t,s,n)  the first, the last n parts of t, cut at each s
 *   ext(t)                what stands behind the last dot of a file's name
 *   year month weekday hour   of a date as ISO 8601 has it; Monday is 1
 *   file_size wav_seconds     of the file that a path names
 *
 * A column is a number where one is asked for, else a text; where both sides of
 * a comparison are columns, == compares texts and < numbers. What has no value
 * (an empty field, a number divided by 0, a date that is none) is null; so is
 * what is computed of it, but for "and", "or" and is_null (Kleene's logic).
 *
 * Everything ends: there are no loops, and time is linear in the texts.
 *
 * Ownership   mlv_expr_freep().
 * Threads     an expression is run by one thread at a time.
 * Limits      10,000 bytes, 100 levels.
 */
#ifndef MLV_EVAL_EXPR_H
#define MLV_EVAL_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"

enum mlv_expr_type { MLV_EXPR_NUMBER, MLV_EXPR_TEXT, MLV_EXPR_TRUTH };

struct mlv_expr;

/* MLV_E_SPEC, with the column, when the text is no expression or its types do not fit. */
mlv_err mlv_expr_parse(const char *text, struct mlv_expr **out) MLV_CHECK;
void mlv_expr_freep(struct mlv_expr **expr);
enum mlv_expr_type mlv_expr_type(const struct mlv_expr *expr);
/* Append it in its one canonical form: expressions are the same when these are. */
mlv_err mlv_expr_add_text(const struct mlv_expr *expr, struct mlv_buf *to) MLV_CHECK;

/* A column that is read; one that is used as a number and as a text is there twice. */
struct mlv_expr_column {
	const char *name;
	bool number;
};
/* How many columns it reads, and which. */
size_t mlv_expr_columns(const struct mlv_expr *expr, const struct mlv_expr_column **columns);

struct mlv_expr_value {
	bool null;
	double number; /* of a truth: 0 or 1 */
	const char *text;
	size_t len;
};

/* Where files are that rows name: appends the beginning of one, at most limit bytes of it. */
struct mlv_expr_files {
	mlv_err (*read)(void *arg, const char *path, size_t limit, struct mlv_buf *head,
			uint64_t *size);
	void *arg;
};

/*
 * The value for one row: inputs has one value for each of its columns. The
 * text of the result is good until the next run. files NULL: there are none.
 */
mlv_err mlv_expr_run(struct mlv_expr *expr, const struct mlv_expr_value *inputs,
		     const struct mlv_expr_files *files, struct mlv_expr_value *value) MLV_CHECK;

#endif
