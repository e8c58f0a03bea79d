#include "tests/unit/check.h"

#include "core/base/value.h"
#include "core/base/yaml.h"
#include "core/base/yaml_edit.h"

/* Apply one edit to a text and compare; value NULL: unset. */
static void check_edit(const char *before, const char *map, const char *key, const char *value,
		       const char *after)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

	check_ok(mlv_buf_add_str(&text, before));
	if (value)
		check_ok(mlv_yaml_set("t", &text, map, key, value));
	else
		check_ok(mlv_yaml_unset("t", &text, map, key));
	cr_assert_str_eq(text.ptr, after);
}

mlv_test(yaml_edit, replaces_a_value_and_nothing_else)
{
	check_edit("a: 1  # one\n# two\nb: 2\n", "", "a", "7", "a: 7  # one\n# two\nb: 2\n");
	check_edit("a: 'x y' # c\n", "", "a", "z", "a: z # c\n");
	check_edit("\"a\":   \"x\"\r\nb: 1\r\n", "", "a", "3", "\"a\":   3\r\nb: 1\r\n");
	check_edit("o:\n- p: 1\n  \xc3\xa9: \xc3\xa9\n  q: 2\n", "o/0", "q", "3",
		   "o:\n- p: 1\n  \xc3\xa9: \xc3\xa9\n  q: 3\n");
	check_edit("o: [{p: 1, q: 2}]", "o/0", "q", "33", "o: [{p: 1, q: 33}]");
}

mlv_test(yaml_edit, adds_a_key_after_the_last_simple_one)
{
	check_edit("o:\n- p: 1 # c\n# end\n", "o/0", "q", "2", "o:\n- p: 1 # c\n  q: 2\n# end\n");
	check_edit("o:\n  - p: 1\n    l:\n    - x\nz: 1\n", "o/0", "q", "2",
		   "o:\n  - p: 1\n    q: 2\n    l:\n    - x\nz: 1\n");
	check_edit("o:\n- l: [1]\n", "o/0", "q", "2", "o:\n- q: 2\n  l: [1]\n");
	check_edit("o: [{p: 1}]\n", "o/0", "q", "2", "o: [{p: 1, q: 2}]\n");
	check_edit("a: 1", "", "b", "2", "a: 1\nb: 2");
}

mlv_test(yaml_edit, takes_a_key_away_with_its_line)
{
	check_edit("a: 1\nb: 2 # two\nc: 3\n", "", "b", NULL, "a: 1\nc: 3\n");
	check_edit("o:\n- p: 1\n  q: 2\n", "o/0", "p", NULL, "o:\n- q: 2\n");
	check_edit("o: [{p: 1, q: 2}]\n", "o/0", "q", NULL, "o: [{p: 1}]\n");
	check_edit("o: [{p: 1, q: 2}]\n", "o/0", "p", NULL, "o: [{q: 2}]\n");
	check_edit("a: 1\n", "", "b", NULL, "a: 1\n");
	check_edit("a: 1\nb: 2", "", "b", NULL, "a: 1\n");
}

mlv_test(yaml_edit, renames_a_key)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

	check_ok(mlv_buf_add_str(&text, "o:\n- 'sha': 1 # c\n"));
	check_ok(mlv_yaml_rename("t", &text, "o/0", "sha", "tree"));
	cr_assert_str_eq(text.ptr, "o:\n- tree: 1 # c\n");
	check_fails(mlv_yaml_rename("t", &text, "o/0", "sha", "x"), MLV_E_SPEC);
}

mlv_test(yaml_edit, refuses_what_it_cannot_place_and_leaves_the_text)
{
	static const char whole[] = "a: [1]\nb: |\n  x\nc: 1\n";
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

	check_ok(mlv_buf_add_str(&text, whole));
	check_fails(mlv_yaml_set("t", &text, "", "a", "2"), MLV_E_SPEC);
	check_fails(mlv_yaml_set("t", &text, "", "b", "2"), MLV_E_SPEC);
	check_fails(mlv_yaml_unset("t", &text, "", "a"), MLV_E_SPEC);
	check_fails(mlv_yaml_set("t", &text, "x/0", "b", "2"), MLV_E_SPEC);
	check_fails(mlv_yaml_set("t", &text, "c", "b", "2"), MLV_E_SPEC);
	cr_assert_str_eq(text.ptr, whole);
}

mlv_test(yaml_edit, a_string_reads_back_as_that_string)
{
	static const char *const strings[] = {
		"data.csv", "a", "yes", "No", "null", "1", "1e5", "0x1f", "2020-01-01", "1_000",
		"12:30", "a: b", "a #b", "#b", "- a", "[x]", "{x}", "*a", "&a", "!x", "%x", "@x", "`",
		" a", "a ", "a  b", "'", "\"", "\\", "\xc3\xa9", "~", "...", "---", "?", "=", "<<",
		"12345678901234567890", ".5", "+1", "-", "/a", "_1", ".inf", "1.0.0", "a\tb",
	};

	for (size_t i = 0; i < MLV_COUNT(strings); i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
		MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL;
		const struct mlv_value *read;

		check_ok(mlv_buf_add_str(&text, "k: "));
		check_ok(mlv_yaml_add_string(&text, strings[i], strlen(strings[i])));
		check_ok(mlv_buf_add_str(&text, "\n"));
		check_ok(mlv_yaml_parse("t", text.ptr, text.len, &value));
		read = mlv_value_get(value, "k");
		cr_assert(read != NULL);
		cr_assert_eq(read->type, MLV_VALUE_TEXT, "%s became type %d", text.ptr, read->type);
		cr_assert_str_eq(read->text, strings[i]);
	}
}
