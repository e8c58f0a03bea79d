/* Records as they come with a repository: what they may not say, and what that may cost. */
#include "check.h"

#include "core/eval/record.h"

#define HEAD "{\"dims\":{},\"inputs\":{},\"metrics\":{\"accuracy\":\"max\",\"f1\":\"max\"}," \
	     "\"name\":\"e\",\"schema\":\"mlv.eval/1\",\"task\":\"binary\",\"slices\":["
#define M    "\"m\":{\"accuracy\":{\"n\":9,\"v\":1},\"f1\":{\"n\":9,\"v\":null,\"why\":\"x\"}}"

static mlv_err read_slices(const char *slices, struct mlv_record *record)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

	check_ok(mlv_buf_printf(&text, HEAD "%s]}", slices));
	return mlv_record_read("r.json", text.ptr, text.len, record);
}

mlv_test(record, slices_are_found_in_whatever_order_they_stand)
{
	MLV_SCOPED(mlv_record_release) struct mlv_record record = { 0 };

	check_ok(read_slices("{\"name\":\"overall\",\"n\":9," M "},{\"name\":\"b\",\"n\":2," M "},"
			     "{\"name\":\"a\",\"n\":1," M "},{\"name\":\"c\"," M "}", &record));
	cr_assert(mlv_record_find(&record, "overall") == &record.slices[0]);
	cr_assert(mlv_record_find(&record, "a")->n == 1);
	cr_assert(mlv_record_find(&record, "b")->n == 2);
	cr_assert(mlv_record_find(&record, "c")->n == 0);
	cr_assert(mlv_record_find(&record, "d") == NULL);
	cr_assert(record.slices[1].entries[0].value == 1 && !record.slices[1].entries[1].defined);
}

mlv_test(record, what_is_no_record_is_refused)
{
	static const char *const bad[] = {
		"",
		"{\"name\":\"a\"," M "}",
		"{\"name\":\"overall\",\"n\":2147483648," M "}",
		"{\"name\":\"overall\",\"n\":-1," M "}",
		"{\"name\":\"overall\",\"n\":1.5," M "}",
		"{\"name\":\"overall\",\"m\":{\"accuracy\":{\"n\":99999999999,\"v\":1},\"f1\":{}}}",
		"{\"name\":\"overall\",\"m\":{\"accuracy\":{}}}",
		"{\"name\":\"overall\",\"m\":{\"accuracy\":{},\"auc\":{}}}",
		"{\"name\":\"overall\"}",
		"{\"name\":\"overall\"," M "},{\"name\":\"a\"," M "},{\"name\":\"a\"," M "}",
		"{\"name\":\"overall\"," M ",\"folds\":[{\"fold\":\"1\"}]}",
		"{\"name\":\"overall\"," M ",\"folds\":[{" M "}]}",
	};

	for (size_t i = 0; i < MLV_COUNT(bad); i++) {
		struct mlv_record record = { 0 };

		check_fails(read_slices(bad[i], &record), MLV_E_SPEC);
	}
}

/* Each slice would have an entry for each metric: so the text must have them, too. */
mlv_test(record, a_small_record_takes_little_memory)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	struct mlv_record record = { 0 };

	check_ok(mlv_buf_add_str(&text, "{\"inputs\":{},\"name\":\"e\",\"schema\":\"mlv.eval/1\","
					"\"task\":\"binary\",\"metrics\":{\"m\":null"));
	for (int m = 0; m < 5000; m++)
		check_ok(mlv_buf_printf(&text, ",\"m%d\":null", m));
	check_ok(mlv_buf_add_str(&text, "},\"slices\":[{}"));
	for (int s = 0; s < 50000; s++)
		check_ok(mlv_buf_add_str(&text, ",{}"));
	check_ok(mlv_buf_add_str(&text, "]}"));
	check_fails(mlv_record_read("r.json", text.ptr, text.len, &record), MLV_E_SPEC);
}

static mlv_err read_cv(const char *cv, struct mlv_record *record)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

	check_ok(mlv_buf_printf(&text, HEAD "{\"name\":\"overall\"," M "}],\"cv\":%s}", cv));
	return mlv_record_read("r.json", text.ptr, text.len, record);
}

mlv_test(record, what_a_record_says_of_its_cross_validation_is_checked)
{
	static const char *const bad[] = {
		"5", "{}", "[]",
		"{\"name\":\"c\",\"scheme\":\"kfold\",\"folds\":\"x\",\"n_test\":[1],\"n_train\":[]}",
		"{\"name\":\"c\",\"scheme\":\"kfold\",\"folds\":\"x\",\"n_test\":[1],\"n_train\":[1,2]}",
		"{\"name\":\"c\",\"scheme\":\"kfold\",\"folds\":\"x\",\"n_test\":[-1],\"n_train\":[1]}",
		"{\"name\":\"c\",\"scheme\":\"kfold\",\"folds\":\"x\",\"n_test\":1,\"n_train\":1}",
		"{\"name\":\"c\",\"scheme\":\"kfold\",\"n_test\":[1],\"n_train\":[1]}",
		"{\"name\":\"c\",\"folds\":\"x\",\"n_test\":[1],\"n_train\":[1]}",
		"{\"scheme\":\"kfold\",\"folds\":\"x\",\"n_test\":[1],\"n_train\":[1]}",
	};
	MLV_SCOPED(mlv_record_release) struct mlv_record record = { 0 };
	MLV_SCOPED(mlv_record_release) struct mlv_record none = { 0 };

	check_ok(read_cv("{\"name\":\"c\",\"scheme\":\"kfold\",\"folds\":\"x\",\"n_test\":[20,30],"
			 "\"n_train\":[60,40]}", &record));
	cr_assert_str_eq(record.cv.name, "c");
	cr_assert_str_eq(record.cv.folds, "x");
	cr_assert(record.cv.ratio == 0.5);
	check_ok(read_cv("null", &none));
	cr_assert(none.cv.folds == NULL);
	for (size_t i = 0; i < MLV_COUNT(bad); i++) {
		struct mlv_record refused = { 0 };

		check_fails(read_cv(bad[i], &refused), MLV_E_SPEC);
	}
}

/* Which rows a dimension divides is no part of how it divides them. */
mlv_test(record, rows_of_a_dimension_do_not_define_it)
{
	static const char *const dims[] = {
		"{\"g\":{\"by\":\"g\",\"rows\":\"sha256:a\",\"top\":3}}",
		"{\"g\":{\"by\":\"g\",\"rows\":\"sha256:b\",\"top\":3}}",
		"{\"g\":{\"by\":\"g\",\"top\":3}}",
		"{\"g\":{\"rows\":\"sha256:a\",\"top\":3}}",
	};
	struct mlv_record records[MLV_COUNT(dims)] = { { 0 } };

	for (size_t i = 0; i < MLV_COUNT(dims); i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

		check_ok(mlv_buf_printf(&text, "{\"dims\":%s,\"inputs\":{},\"metrics\":{\"accuracy\":null},"
					       "\"name\":\"e\",\"schema\":\"mlv.eval/1\",\"task\":\"binary\","
					       "\"slices\":[{\"name\":\"overall\"," M "}]}", dims[i]));
		check_ok(mlv_record_read("r.json", text.ptr, text.len, &records[i]));
	}
	cr_assert_str_eq(records[0].dims[0].def, records[1].dims[0].def);
	cr_assert_str_eq(records[0].dims[0].def, records[2].dims[0].def);
	cr_assert_str_neq(records[0].dims[0].def, records[3].dims[0].def);
	cr_assert_str_eq(records[1].dims[0].rows, "sha256:b");
	cr_assert(records[2].dims[0].rows == NULL);
	for (size_t i = 0; i < MLV_COUNT(dims); i++)
		mlv_record_release(&records[i]);
}
