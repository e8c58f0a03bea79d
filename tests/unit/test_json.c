#include "check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/json.h"

static struct mlv_value *value;

static void teardown(void)
{
	mlv_value_freep(&value);
}

TestSuite(json, .fini = teardown);

static mlv_err parse(const char *text)
{
	mlv_value_freep(&value);
	return mlv_json_parse("m.json", text, strlen(text), &value);
}

mlv_test(json, keeps_the_order_of_keys_and_the_types)
{
	static const enum mlv_value_type types[] = {
		MLV_VALUE_INT, MLV_VALUE_REAL, MLV_VALUE_TEXT, MLV_VALUE_LIST,
		MLV_VALUE_BOOL, MLV_VALUE_NULL, MLV_VALUE_MAP,
	};

	check_ok(parse("{\"z\":-3,\"a\":0.5,\"t\":\"x\\u0000y\",\"l\":[1,2],\"b\":true,"
		       "\"n\":null,\"m\":{}}"));
	cr_assert(eq(sz, value->count, MLV_COUNT(types)));
	for (size_t i = 0; i < MLV_COUNT(types); i++)
		cr_assert(eq(int, (int)value->items[i]->type, (int)types[i]));
	cr_assert(eq(str, value->keys[0], "z"));
	cr_assert(eq(i64, mlv_value_get(value, "z")->integer, -3));
	cr_assert(eq(dbl, mlv_value_get(value, "z")->real, -3));
	cr_assert(eq(dbl, mlv_value_get(value, "a")->real, 0.5));
	cr_assert(eq(sz, mlv_value_get(value, "t")->text_len, 3));
	cr_assert(memcmp(mlv_value_get(value, "t")->text, "x\0y", 4) == 0);
	cr_assert(mlv_value_get(value, "missing") == NULL);
	mlv_value_freep(&value);
}

mlv_test(json, reads_nan_and_infinities_as_python_writes_them)
{
	check_ok(parse("[null, NaN, {\"k\": \"NaN\", \"v\": -Infinity}, null, Infinity]"));
	cr_assert(eq(int, (int)value->items[0]->type, (int)MLV_VALUE_NULL));
	cr_assert(isnan(value->items[1]->real));
	cr_assert(eq(str, mlv_value_get(value->items[2], "k")->text, "NaN"));
	cr_assert(mlv_value_get(value->items[2], "v")->real < -1e308);
	cr_assert(eq(int, (int)value->items[3]->type, (int)MLV_VALUE_NULL));
	cr_assert(eq(int, (int)value->items[4]->type, (int)MLV_VALUE_REAL));
	cr_assert(value->items[4]->real > 1e308);
	mlv_value_freep(&value);
}

mlv_test(json, reads_an_integer_past_64_bits_as_a_real)
{
	check_ok(parse("[9223372036854775807, 9223372036854775808, -9223372036854775808, "
		       "-123456789012345678901234567890]"));
	cr_assert(eq(i64, value->items[0]->integer, INT64_MAX));
	cr_assert(eq(int, (int)value->items[1]->type, (int)MLV_VALUE_REAL));
	cr_assert(eq(dbl, value->items[1]->real, 9223372036854775808.0));
	cr_assert(eq(i64, value->items[2]->integer, INT64_MIN));
	cr_assert(eq(dbl, value->items[3]->real, -123456789012345678901234567890.0));
	mlv_value_freep(&value);
}

mlv_test(json, refuses_what_is_not_json)
{
	static const char *const wrong[] = {
		"", " ", "{", "[1,]", "[1] x", "{\"a\":1,\"a\":2}", "nan", "-NaN", "+Infinity",
		"[NaN5]", "[5NaN]", "NaNnull", "[1 2]", "'a'", "{a:1}", "[01]", "[1.]",
		"[00000000000000000000001]", "\"\\ud800\"", "\"\xff\"", "[\"a\nb\"]",
		"\"open", "\"open\\", "[99999999999999999999 1]", "]", "\xef\xbb\xbf{}",
	};

	for (size_t i = 0; i < MLV_COUNT(wrong); i++)
		check_fails(parse(wrong[i]), MLV_E_SPEC);
	cr_assert(value == NULL);
	check_fails(mlv_json_parse("m.json", "[1]\0", 4, &value), MLV_E_SPEC);
}

mlv_test(json, names_the_line_and_column)
{
	mlv_err err = parse("{\n  \"a\": NaN, \"b\": ?}\n");

	cr_assert(err != NULL);
	cr_assert(strncmp(err->msg, "m.json:2:18: ", 13) == 0, "%s", err->msg);
}

mlv_test(json, bounds_the_nesting)
{
	char deep[200];

	memset(deep, '[', 65);
	memset(deep + 65, ']', 65);
	check_fails(mlv_json_parse("d", deep, 130, &value), MLV_E_SPEC);
	check_ok(mlv_json_parse("d", deep + 1, 128, &value));
	mlv_value_freep(&value);
}

mlv_test(json, writes_strings_that_are_always_utf8)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf buf = MLV_BUF_INIT;
	static const char text[] = "a\"\\\n\x01\xff\xc3\xa9\xed\xa0\x80/";

	check_ok(mlv_json_add_string(&buf, text, sizeof(text) - 1));
	cr_assert(eq(str, buf.ptr,
		     "\"a\\\"\\\\\\n\\u0001\xef\xbf\xbd\xc3\xa9"
		     "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd/\""));
}

mlv_test(json, writes_the_shortest_number_that_reads_back)
{
	static const struct {
		double number;
		const char *text;
	} cases[] = {
		{ 0.1, "0.1" }, { 1, "1.0" }, { -2.5e-7, "-2.5e-07" }, { 1e22, "1e+22" },
		{ 0.1 + 0.2, "0.30000000000000004" }, { 1.0 / 3, "0.3333333333333333" },
	};

	for (size_t i = 0; i < MLV_COUNT(cases); i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf buf = MLV_BUF_INIT;

		check_ok(mlv_json_add_real(&buf, cases[i].number));
		cr_assert(eq(str, buf.ptr, cases[i].text));
	}
}
