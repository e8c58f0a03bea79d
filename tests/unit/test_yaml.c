#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/yaml.h"

static struct mlv_value *value;

static mlv_err parse(const char *text)
{
	mlv_value_freep(&value);
	return mlv_yaml_parse("mlv.yaml", text, strlen(text), &value);
}

/* Parse one scalar and tell its type. */
static enum mlv_value_type type_of(const char *text)
{
	char doc[128];

	snprintf(doc, sizeof(doc), "- %s\n", text);
	check_ok(parse(doc));
	cr_assert(eq(sz, value->count, 1));
	return value->items[0]->type;
}

/* YAML 1.2.2, section 10.3.2 (core schema). */
mlv_test(yaml, resolves_scalars_by_the_core_schema)
{
	static const struct {
		const char *text;
		enum mlv_value_type type;
	} cases[] = {
		{ "", MLV_VALUE_NULL },       { "~", MLV_VALUE_NULL },
		{ "null", MLV_VALUE_NULL },   { "NULL", MLV_VALUE_NULL },
		{ "nULL", MLV_VALUE_TEXT },   { "true", MLV_VALUE_BOOL },
		{ "False", MLV_VALUE_BOOL },  { "yes", MLV_VALUE_TEXT },
		{ "off", MLV_VALUE_TEXT },    { "0", MLV_VALUE_INT },
		{ "-19", MLV_VALUE_INT },     { "+12", MLV_VALUE_INT },
		{ "0o14", MLV_VALUE_INT },    { "0xC", MLV_VALUE_INT },
		{ "014", MLV_VALUE_INT },     { "0x", MLV_VALUE_TEXT },
		{ "-0x1", MLV_VALUE_TEXT },   { "1_000", MLV_VALUE_TEXT },
		{ "1.", MLV_VALUE_REAL },     { ".5", MLV_VALUE_REAL },
		{ "1e-3", MLV_VALUE_REAL },   { "-2E+05", MLV_VALUE_REAL },
		{ ".", MLV_VALUE_TEXT },      { "1e", MLV_VALUE_TEXT },
		{ ".inf", MLV_VALUE_REAL },   { "-.INF", MLV_VALUE_REAL },
		{ ".NaN", MLV_VALUE_REAL },   { "+.nan", MLV_VALUE_TEXT },
		{ "nan", MLV_VALUE_TEXT },    { "inf", MLV_VALUE_TEXT },
		{ "'1'", MLV_VALUE_TEXT },    { "\"true\"", MLV_VALUE_TEXT },
		{ "2001-01-01", MLV_VALUE_TEXT }, { "12:30:45", MLV_VALUE_TEXT },
	};

	for (size_t i = 0; i < MLV_COUNT(cases); i++) {
		enum mlv_value_type type = type_of(cases[i].text);

		cr_assert(type == cases[i].type, "'%s' became %d", cases[i].text, (int)type);
	}
	mlv_value_freep(&value);
}

mlv_test(yaml, gives_the_numbers_that_are_written)
{
	check_ok(parse("[0o14, 0xFf, -7, 1.5e3, -.inf, .nan, 9223372036854775808, "
		       "0x8000000000000000]"));
	cr_assert(eq(i64, value->items[0]->integer, 12));
	cr_assert(eq(i64, value->items[1]->integer, 255));
	cr_assert(eq(dbl, value->items[2]->real, -7));
	cr_assert(eq(dbl, value->items[3]->real, 1500));
	cr_assert(value->items[4]->real < -1e308);
	cr_assert(isnan(value->items[5]->real));
	cr_assert(eq(dbl, value->items[6]->real, 9223372036854775808.0));
	cr_assert(eq(int, (int)value->items[7]->type, (int)MLV_VALUE_REAL));
	cr_assert(eq(dbl, value->items[7]->real, 9223372036854775808.0));
	mlv_value_freep(&value);
}

mlv_test(yaml, keeps_order_lines_and_text_as_written)
{
	check_ok(parse("# what\nstages:\n  train:\n    cmd: >-\n      a\n      b\n"
		       "    deps: [x, 'y z']\n  1: 0x10\n"));
	const struct mlv_value *stages = mlv_value_get(value, "stages");
	const struct mlv_value *train = mlv_value_get(stages, "train");

	cr_assert(train != NULL);
	cr_assert(eq(str, (char *)mlv_value_get(train, "cmd")->text, "a b"));
	cr_assert(eq(str, mlv_value_get(train, "deps")->items[1]->text, "y z"));
	cr_assert(eq(uint, mlv_value_get(train, "deps")->line, 7));
	cr_assert(eq(str, stages->keys[1], "1"));
	cr_assert(eq(str, stages->items[1]->text, "0x10"));
	mlv_value_freep(&value);
}

mlv_test(yaml, reads_nothing_as_null)
{
	static const char *const empty[] = { "", "\n", "# only a comment\n", "---\n" };

	for (size_t i = 0; i < MLV_COUNT(empty); i++) {
		check_ok(parse(empty[i]));
		cr_assert(eq(int, (int)value->type, (int)MLV_VALUE_NULL));
	}
	mlv_value_freep(&value);
}

mlv_test(yaml, refuses_what_can_explode_or_surprise)
{
	static const char *const wrong[] = {
		"a: &x 1\n",       "a: *x\n",           "- &x [1]\n- *x\n", "a: !!str 1\n",
		"a: !foo {b: 1}\n", "<<: {a: 1}\n",     "a: 1\na: 2\n",     "? [a]\n: 1\n",
		"? {a: 1}\n: 1\n", "a: 1\n---\nb: 2\n", "\"a\\0b\": 1\n",   "a: [1\n",
		"a: b: c\n",       "\tq: 1\n",          "a: 'x\n",          "{a: 1, \"a\": 2}\n",
		"a: \xff\xfe\n",
	};

	for (size_t i = 0; i < MLV_COUNT(wrong); i++)
		check_fails(parse(wrong[i]), MLV_E_SPEC);
	cr_assert(value == NULL);
	check_fails(mlv_yaml_parse("y", "a\0b", 3, &value), MLV_E_SPEC);
}

mlv_test(yaml, finds_a_repeated_key_among_many)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err;

	for (int i = 0; i < 40; i++)
		check_ok(mlv_buf_printf(&text, "k%d: 0\n", i));
	check_ok(parse(text.ptr));
	check_ok(mlv_buf_add_str(&text, "k7: 0\n"));
	err = parse(text.ptr);
	cr_assert(err != NULL);
	cr_assert(strcmp(err->msg, "mlv.yaml:41:1: the key 'k7' is repeated") == 0, "%s", err->msg);
}

mlv_test(yaml, names_the_line_and_column)
{
	mlv_err err = parse("a: 1\nb: [1, &x 2]\n");

	cr_assert(err != NULL);
	cr_assert(strncmp(err->msg, "mlv.yaml:2:", 11) == 0, "%s", err->msg);
	err = parse("a: 1\nb: [1\n");
	cr_assert(err != NULL);
	cr_assert(strncmp(err->msg, "mlv.yaml:", 9) == 0, "%s", err->msg);
}

mlv_test(yaml, bounds_the_nesting)
{
	char deep[160];

	memset(deep, '[', 80);
	memset(deep + 80, ']', 80);
	check_fails(mlv_yaml_parse("d", deep, sizeof(deep), &value), MLV_E_SPEC);
	check_ok(mlv_yaml_parse("d", deep + 20, 120, &value));
	mlv_value_freep(&value);
}
