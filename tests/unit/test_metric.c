#include "check.h"

#include <math.h>

#include "core/base/json.h"
#include "core/eval/metric.h"

static void flatten(const char *json, struct mlv_metrics *metrics)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;

	check_ok(mlv_json_parse("m.json", json, strlen(json), &root));
	check_ok(mlv_metrics_flatten("m.json", root, metrics));
}

mlv_test(metric, nested_keys_are_joined_by_dots_and_sorted)
{
	MLV_SCOPED(mlv_metrics_release) struct mlv_metrics m = { 0 };

	flatten("{\"b\": {\"c\": 2, \"a\": true}, \"a\": \"x\", \"none\": null}", &m);
	cr_assert(eq(sz, m.count, 3));
	cr_assert(eq(str, m.at[0].name, "a"));
	cr_assert(eq(str, m.at[1].name, "b.a"));
	cr_assert(eq(str, m.at[1].text, "true"));
	cr_assert(eq(str, m.at[2].name, "b.c"));
	cr_assert(m.at[2].number == 2);
}

/* NIST/SEMATECH e-handbook, 1.3.5.6: the standard deviation divides by n - 1. */
mlv_test(metric, a_list_of_numbers_is_folds)
{
	MLV_SCOPED(mlv_metrics_release) struct mlv_metrics m = { 0 };

	flatten("{\"f\": [2, 4, 4, 4, 5, 5, 7, 9], \"one\": [3]}", &m);
	cr_assert(eq(int, (int)m.at[0].type, (int)MLV_METRIC_FOLDS));
	cr_assert(m.at[0].number == 5);
	cr_assert(fabs(m.at[0].std - sqrt(32.0 / 7)) < 1e-15);
	cr_assert(m.at[1].std == 0);
}

mlv_test(metric, a_list_of_anything_else_is_numbered)
{
	MLV_SCOPED(mlv_metrics_release) struct mlv_metrics m = { 0 };

	flatten("{\"l\": [\"x\", {\"acc\": 1}, []]}", &m);
	cr_assert(eq(sz, m.count, 2));
	cr_assert(eq(str, m.at[0].name, "l.0"));
	cr_assert(eq(str, m.at[1].name, "l.1.acc"));
}

mlv_test(metric, two_metrics_of_one_name_are_refused)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	struct mlv_metrics m = { 0 };
	const char *json = "{\"a.b\": 1, \"a\": {\"b\": 2}}";

	check_ok(mlv_json_parse("m.json", json, strlen(json), &root));
	check_fails(mlv_metrics_flatten("m.json", root, &m), MLV_E_SPEC);
}

mlv_test(metric, pairs_merge_two_lists)
{
	MLV_SCOPED(mlv_metrics_release) struct mlv_metrics old = { 0 }, new_list = { 0 };
	struct mlv_metric_pair pair;
	size_t i = 0, j = 0;
	double change;

	flatten("{\"a\": 1, \"b\": 2, \"d\": \"x\"}", &old);
	flatten("{\"b\": 2.5, \"c\": 3, \"d\": \"x\"}", &new_list);
	cr_assert(mlv_metrics_next_pair(&old, &new_list, &i, &j, &pair));
	cr_assert(pair.old && pair.new_metric == NULL);
	cr_assert(mlv_metrics_next_pair(&old, &new_list, &i, &j, &pair));
	cr_assert(mlv_metric_pair_change(&pair, &change));
	cr_assert(change == 0.5);
	cr_assert(mlv_metrics_next_pair(&old, &new_list, &i, &j, &pair));
	cr_assert(pair.old == NULL);
	cr_assert(mlv_metrics_next_pair(&old, &new_list, &i, &j, &pair));
	cr_assert(mlv_metric_pair_equal(&pair));
	cr_assert(eq(int, mlv_metric_pair_change(&pair, &change), 0));
	cr_assert(eq(int, mlv_metrics_next_pair(&old, &new_list, &i, &j, &pair), 0));
}

mlv_test(metric, numbers_are_written_short)
{
	static const struct {
		double number;
		const char *text;
	} rows[] = {
		{ 0.5, "0.5" },
		{ 2, "2" },
		{ 1.0 / 3, "0.33333" },
		{ -0.25, "-0.25" },
		{ 0, "0" },
		{ 1e-7, "1e-07" },
		{ 100, "100" },
		{ 123456.789, "123456.789" },
		{ 1e20, "1e+20" },
		{ NAN, "nan" },
		{ INFINITY, "inf" },
		{ 0.99999999, "1" },
	};

	for (size_t i = 0; i < MLV_COUNT(rows); i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

		check_ok(mlv_metric_format_number(&text, rows[i].number, 5));
		cr_assert(strcmp(text.ptr, rows[i].text) == 0, "%s, not %s", text.ptr,
			  rows[i].text);
	}
}
