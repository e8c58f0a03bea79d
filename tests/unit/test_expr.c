/* Expressions and regular expressions: their values, their types, and what they may cost. */
#include "check.h"

#include <math.h>

#include "core/eval/ere.h"
#include "core/eval/expr.h"

static bool matches(const char *pattern, const char *text)
{
	MLV_SCOPED(mlv_ere_freep) struct mlv_ere *ere = NULL;
	size_t at;

	check_ok(mlv_ere_new(&ere, pattern, strlen(pattern), &at));
	return mlv_ere_matches(ere, text, strlen(text));
}

mlv_test(ere, what_matches)
{
	static const struct {
		const char *pattern, *text;
		bool expected;
	} cases[] = {
		{ "", "", true },
		{ "b", "abc", true },
		{ "^b", "abc", false },
		{ "c$", "abc", true },
		{ "^$", "", true },
		{ "^$", "a", false },
		{ "a|b|^$", "xb", true },
		{ "^(ab)*$", "abab", true },
		{ "^(ab)*$", "aba", false },
		{ "^a+$", "", false },
		{ "^a?b$", "b", true },
		{ "^a{2}$", "aaa", false },
		{ "^a{2,}$", "aaaa", true },
		{ "^a{2,3}$", "aaaa", false },
		{ "^a{0}b$", "b", true },
		{ "^a{2,3}$", "aaa", true },
		{ "^a{2,}$", "a", false },
		{ "^[a-c]+$", "cab", true },
		{ "[^a-c]", "cab", false },
		{ "^[]x]+$", "]x", true },
		{ "[[:digit:]_]", "a_", true },
		{ "^[[:upper:]]$", "q", false },
		{ "a\\.b", "axb", false },
		{ "a\\.b", "a.b", true },
		{ "^.$", "\xc3\xa4", true },
		{ "^.$", "\xff", true },
		{ "^[\xc3\xa4-\xc3\xbc]$", "\xc3\xb6", true },
		{ "(a|b)*c", "ababc", true },
		{ "(^a|b$)", "xb", true },
		{ "()*x", "x", true },
		{ "^(a|ab)(c|bcd)$", "abcd", true },
		{ "((a*)*)*b", "aaab", true },
	};

	for (size_t i = 0; i < MLV_COUNT(cases); i++)
		cr_assert(matches(cases[i].pattern, cases[i].text) == cases[i].expected, "'%s' on '%s'",
			  cases[i].pattern, cases[i].text);
}

mlv_test(ere, what_is_no_pattern)
{
	static const char *const bad[] = {
		"(", ")", "a)", "[", "[a", "*a", "a**b{", "a{", "a{2", "a{3,2}", "a{256}", "\\", "\\1",
		"[b-a]", "[[:what:]]", "((((a{255}){255}){255}){255})",
		"(((((((((((((((((((((((((((((((a{1,2}){1,2}){1,2}){1,2}){1,2}){1,2}){1,2}){1,2}){1,2})"
		"{1,2}){1,2}){1,2}){1,2}){1,2}){1,2}){1,2}){1,2}){1,2}){1,2}){1,2}){1,2}){1,2}){1,2})"
		"{1,2}){1,2}){1,2}){1,2}){1,2}){1,2}){1,2}){1,2}",
	};

	for (size_t i = 0; i < MLV_COUNT(bad); i++) {
		struct mlv_ere *ere = NULL;
		size_t at;

		check_fails(mlv_ere_new(&ere, bad[i], strlen(bad[i]), &at), MLV_E_SPEC);
		cr_assert(at <= strlen(bad[i]));
	}
}

/* What takes an exponential time where a machine goes back. */
mlv_test(ere, no_pattern_is_slow)
{
	char text[20001];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	cr_assert(matches("^(a|aa|a*)*b$", text) == false);
	cr_assert(matches("^(a?){200}a{200}$", text) == false);
	cr_assert(matches("((((a*)*)*)*)*b", text) == false);
}

/* The value as text, for the row t "Two Words", p "a/b/c.tar.gz", d "2024-02-29T13:05", x 2.5, n nothing. */
static void value_of(const char *source, struct mlv_buf *text)
{
	MLV_SCOPED(mlv_expr_freep) struct mlv_expr *expr = NULL;
	const struct mlv_expr_column *columns;
	struct mlv_expr_value inputs[8] = { { 0 } }, value;
	size_t count;

	check_ok(mlv_expr_parse(source, &expr));
	count = mlv_expr_columns(expr, &columns);
	for (size_t i = 0; i < count; i++) {
		const char *name = columns[i].name;
		const char *content = strcmp(name, "t") == 0   ? "Two Words"
				      : strcmp(name, "p") == 0 ? "a/b/c.tar.gz"
				      : strcmp(name, "d") == 0 ? "2024-02-29T13:05"
							       : "2.5";

		inputs[i] = (struct mlv_expr_value){ strcmp(name, "n") == 0, 2.5, content,
						     strlen(content) };
	}
	check_ok(mlv_expr_run(expr, inputs, NULL, &value));
	mlv_buf_clear(text);
	if (value.null)
		check_ok(mlv_buf_add_str(text, "null"));
	else if (mlv_expr_type(expr) == MLV_EXPR_TEXT)
		check_ok(mlv_buf_add(text, value.text, value.len));
	else if (mlv_expr_type(expr) == MLV_EXPR_TRUTH)
		check_ok(mlv_buf_add_str(text, value.number > 0 ? "true" : "false"));
	else
		check_ok(mlv_buf_printf(text, "%.10g", value.number));
}

static const char *const values[][2] = {
	{ "1 + 2 * 3", "7" },
	{ "(1 + 2) * 3", "9" },
	{ "7 - 2 - 1", "4" },
	{ "-x", "-2.5" },
	{ "1 / 0", "null" },
	{ "n + 1", "null" },
	{ "8 / 2 / 2", "2" },
	{ "- - 3", "3" },
	{ "x", "2.5" },
	{ "x > 2 and x < 3", "true" },
	{ "not x > 2", "false" },
	{ "n > 2 or true", "true" },
	{ "n > 2 and false", "false" },
	{ "n > 2 and true", "null" },
	{ "not n > 2", "null" },
	{ "is_null(n)", "true" },
	{ "is_null(t)", "false" },
	{ "n == null", "null" },
	{ "t == \"Two Words\"", "true" },
	{ "t != 'x'", "true" },
	{ "lower(t)", "two words" },
	{ "lower(t) ~ \"^two\"", "true" },
	{ "t ~ \"^two\"", "false" },
	{ "words(t)", "2" },
	{ "len(t)", "9" },
	{ "len('\xc3\xa4\xe2\x82\xac')", "2" },
	{ "lines('a\nb')", "2" },
	{ "words('')", "0" },
	{ "lines('')", "0" },
	{ "prefix(p, '/', 2)", "a/b" },
	{ "prefix(p, '/', 9)", "a/b/c.tar.gz" },
	{ "prefix(p, '/', 0)", "" },
	{ "suffix(p, '/', 1)", "c.tar.gz" },
	{ "suffix(p, '/', 2)", "b/c.tar.gz" },
	{ "suffix(p, '/', 9)", "a/b/c.tar.gz" },
	{ "ext(p)", "gz" },
	{ "ext('.rc')", "null" },
	{ "ext('a/.rc')", "null" },
	{ "ext('x')", "null" },
	{ "year(d)", "2024" },
	{ "month(d)", "2" },
	{ "weekday(d)", "4" },
	{ "hour(d)", "13" },
	{ "hour('2024-02-28')", "null" },
	{ "year('2023-02-29')", "null" },
	{ "year(t)", "null" },
	{ "weekday('2024-03-03')", "7" },
	{ "x in (1, 2.5)", "true" },
	{ "x not in (1, 2.5)", "false" },
	{ "t in ('a', null)", "null" },
	{ "x between 2.5 and 3", "true" },
	{ "x not between 1 and 2 and true", "true" },
	{ "n between 1 and 2", "null" },
	{ "x between 3 and null", "false" },
	{ "`t` == 'a\\'b'", "false" },
	{ "'a' < 'b'", "true" },
	{ "1e2 == 100", "true" },
	{ ".5 + 1.", "1.5" },
	{ "x == 2.5 and len(x) == 3", "true" },
};

mlv_test(expr, values)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

	for (size_t i = 0; i < MLV_COUNT(values); i++) {
		value_of(values[i][0], &text);
		cr_assert(strcmp(text.ptr, values[i][1]) == 0, "%s: %s", values[i][0], text.ptr);
	}
}

mlv_test(expr, what_is_wrong_is_told_with_its_column)
{
	static const char *const cases[][2] = {
		{ "", "column 1: a value expected" },
		{ "a +", "column 4: a value expected" },
		{ "a b", "column 3: an operator, or nothing more expected" },
		{ "(a", "column 3: a ')' expected" },
		{ "words(1)", "column 7: a text is asked for, and this is a number" },
		{ "words(t) ~ 'a'", "column 1: a text is asked for, and this is a number" },
		{ "1 < 'a'", "column 5: a number is asked for, and this is a text" },
		{ "'a' + 1", "column 1: a number is asked for, and this is a text" },
		{ "not 1", "column 5: true or false is asked for, and this is a number" },
		{ "a and b == 1", "column 1: a column is no truth: compare it with a value" },
		{ "wrds(t) > 1", "column 1: there is no function 'wrds'" },
		{ "quantile(a, 4) == 1", "column 1: a row by itself has no quantile" },
		{ "prefix(a, '/')", "column 14: a ',' and one more argument expected" },
		{ "a ~ b", "column 5: a regular expression must be a text in quotes" },
		{ "a ~ '('", "column 5: the regular expression, byte 2: a '(' that is not closed" },
		{ "'abc", "column 1: a quote that is not closed" },
		{ "1.2.3 > a", "column 1: this is no number" },
		{ "1x > a", "column 1: this is no number" },
		{ "a between 1", "column 12: 'and' expected" },
		{ "a in 1", "column 6: a '(' and values expected" },
		{ "true < false", "column 6: true and false have no order" },
		{ "a == and", "column 6: a value expected" },
	};

	for (size_t i = 0; i < MLV_COUNT(cases); i++) {
		struct mlv_expr *expr = NULL;
		mlv_err err = mlv_expr_parse(cases[i][0], &expr);

		cr_assert(err && err->code == MLV_E_SPEC, "%s", cases[i][0]);
		cr_assert(strstr(err->msg, cases[i][1]) != NULL, "%s", err->msg);
	}
}

mlv_test(expr, nesting_is_bounded)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	static const char *const runs[] = { "(", "-", "not ", "1+", "len(" };

	for (size_t i = 0; i < MLV_COUNT(runs); i++) {
		struct mlv_expr *expr = NULL;

		mlv_buf_clear(&text);
		for (int n = 0; n < 2000; n++)
			check_ok(mlv_buf_add_str(&text, runs[i]));
		check_ok(mlv_buf_add_str(&text, "1"));
		check_fails(mlv_expr_parse(text.ptr, &expr), MLV_E_SPEC);
	}
}

mlv_test(expr, one_meaning_has_one_text)
{
	MLV_SCOPED(mlv_expr_freep) struct mlv_expr *a = NULL, *b = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf one = MLV_BUF_INIT, two = MLV_BUF_INIT;

	check_ok(mlv_expr_parse("a>1.0 and not(b in('x','y'))  or `c d`~\"z\"", &a));
	check_ok(mlv_expr_parse("((a > 1) and b not in (\"x\", \"y\")) or (`c d` ~ 'z')", &b));
	check_ok(mlv_expr_add_text(a, &one));
	check_ok(mlv_expr_add_text(b, &two));
	cr_assert_str_eq(one.ptr, two.ptr);
	cr_assert_str_eq(one.ptr, "(((`a` > 1.0) and (not (`b` in (\"x\", \"y\")))) or (`c d` ~ \"z\"))");
}
