#include "tests/unit/check.h"

#include "core/base/sys.h"
#include "core/repo/pointer.h"

#define HEX_A "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define HEX_B "1111111111111111111111111111111111111111111111111111111111111111"
#define FILE_A "outs:\n- path: data.csv\n  sha256: " HEX_A "\n  size: 4\n"

static mlv_err parse(const char *text, struct mlv_output *output)
{
	return mlv_pointer_parse("sub/data.csv.mlv", text, strlen(text), output);
}

/* The pointer of sub/data.csv with this id. */
static struct mlv_output output_of(enum mlv_id_type type, const char *hex, uint64_t size)
{
	struct mlv_output output = { .type = type, .size = size, .push = true, .cache = true };

	output.pointer = "sub/data.csv.mlv";
	output.path = "sub/data.csv";
	cr_assert(mlv_oid_parse(hex, strlen(hex), &output.oid));
	return output;
}

static void check_rewrite(const struct mlv_output *output, const char *before, const char *after)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

	check_ok(mlv_pointer_write(output, before, before ? strlen(before) : 0, &text));
	cr_assert_str_eq(text.ptr, after);
}

mlv_test(pointer, reads_a_file)
{
	MLV_SCOPED(mlv_output_release) struct mlv_output output = { 0 };
	char hex[MLV_OID_HEX + 1];

	check_ok(parse(FILE_A, &output));
	cr_assert_str_eq(output.path, "sub/data.csv");
	cr_assert_str_eq(output.pointer, "sub/data.csv.mlv");
	cr_assert_str_eq(mlv_oid_format(&output.oid, hex), HEX_A);
	cr_assert_eq(output.type, MLV_ID_SHA256);
	cr_assert_eq(output.size, 4);
	cr_assert(output.push && output.cache && output.remote == NULL);
}

mlv_test(pointer, reads_a_directory_and_options)
{
	MLV_SCOPED(mlv_output_release) struct mlv_output output = { 0 };

	check_ok(parse("frozen: true\ndesc: x\nouts:\n- path: data.csv\n  tree: " HEX_B
		       "\n  size: 99999999999\n  nfiles: 3\n  remote: far\n  push: false\n"
		       "  meta: {a: [1, 2]}\n", &output));
	cr_assert_eq(output.type, MLV_ID_TREE);
	cr_assert_eq(output.size, 99999999999);
	cr_assert_eq(output.nfiles, 3);
	cr_assert(output.frozen && output.cache);
	cr_assert_eq(output.push, false);
	cr_assert_str_eq(output.remote, "far");
}

mlv_test(pointer, refuses_every_wrong_combination)
{
	static const struct {
		const char *item; /* lines after the path */
		enum mlv_errc code;
	} wrong[] = {
		{ "size: 4", MLV_E_CORRUPT },
		{ "sha256: " HEX_A, MLV_E_CORRUPT },
		{ "sha256: " HEX_A "\n  tree: " HEX_B "\n  size: 4\n  nfiles: 1", MLV_E_CORRUPT },
		{ "leaves: " HEX_A "\n  tree: " HEX_B "\n  size: 4\n  nfiles: 1", MLV_E_CORRUPT },
		{ "sha256: " HEX_A "\n  size: 16777217", MLV_E_CORRUPT },
		{ "leaves: " HEX_A "\n  size: 16777216", MLV_E_CORRUPT },
		{ "leaves: " HEX_A "\n  sha256: " HEX_B "\n  size: 4", MLV_E_CORRUPT },
		{ "tree: " HEX_A "\n  size: 4", MLV_E_CORRUPT },
		{ "tree: " HEX_A "\n  size: 4\n  nfiles: -1", MLV_E_CORRUPT },
		{ "tree: " HEX_A "\n  size: 4\n  nfiles: 1\n  exec: true", MLV_E_CORRUPT },
		{ "sha256: " HEX_A "\n  size: 4\n  nfiles: 1", MLV_E_CORRUPT },
		{ "sha256: " HEX_A "\n  size: 04", MLV_E_CORRUPT },
		{ "sha256: " HEX_A "\n  size: 4.0", MLV_E_CORRUPT },
		{ "sha256: " HEX_A "\n  size: '4'", MLV_E_CORRUPT },
		{ "sha256: " HEX_A "\n  size: -4", MLV_E_CORRUPT },
		{ "sha256: " HEX_A "\n  size: 99999999999999999999", MLV_E_CORRUPT },
		{ "sha256: " HEX_A "0\n  size: 4", MLV_E_CORRUPT },
		{ "sha256: 9F" HEX_A "\n  size: 4", MLV_E_CORRUPT },
		{ "sha256: [" HEX_A "]\n  size: 4", MLV_E_CORRUPT },
		{ "sha256:\n  size: 4", MLV_E_CORRUPT },
		{ "sha256: " HEX_A "\n  size: 4\n  exec: maybe", MLV_E_SPEC },
		{ "sha256: " HEX_A "\n  size: 4\n  push: 1", MLV_E_SPEC },
		{ "sha256: " HEX_A "\n  size: 4\n  remote: [a]", MLV_E_SPEC },
		{ "sha256: " HEX_A "\n  sha256: " HEX_A "\n  size: 4", MLV_E_SPEC },
	};

	for (size_t i = 0; i < MLV_COUNT(wrong); i++) {
		MLV_SCOPED(mlv_output_release) struct mlv_output output = { 0 };
		char text[512];

		snprintf(text, sizeof(text), "outs:\n- path: data.csv\n  %s\n", wrong[i].item);
		check_fails(parse(text, &output), wrong[i].code);
		cr_assert(output.path == NULL, "touched by %s", text);
	}
}

mlv_test(pointer, refuses_another_shape_or_path)
{
	static const char *const wrong[] = {
		"", "[]", "outs: []", "outs: {path: data.csv}", "outs:\n- data.csv", "a: 1",
		"outs:\n- path: other\n  sha256: " HEX_A "\n  size: 4\n",
		"outs:\n- path: ../data.csv\n  sha256: " HEX_A "\n  size: 4\n",
		"outs:\n- path: sub/data.csv\n  sha256: " HEX_A "\n  size: 4\n",
		"outs:\n- sha256: " HEX_A "\n  size: 4\n",
		FILE_A "- path: data.csv\n  sha256: " HEX_A "\n  size: 4\n",
	};

	for (size_t i = 0; i < MLV_COUNT(wrong); i++) {
		MLV_SCOPED(mlv_output_release) struct mlv_output output = { 0 };
		mlv_err err = parse(wrong[i], &output);

		cr_assert(err != NULL, "taken: %s", wrong[i]);
		cr_assert(err->code == MLV_E_CORRUPT || err->code == MLV_E_SPEC);
	}
	for (const char *const *path = (const char *const[]){ "x", ".mlv", "a/.mlv", "../x.mlv",
							     "/x.mlv", "a//x.mlv", ".git/x.mlv",
							     NULL }; *path; path++) {
		MLV_SCOPED(mlv_output_release) struct mlv_output output = { 0 };

		cr_assert(mlv_pointer_parse(*path, FILE_A, strlen(FILE_A), &output) != NULL,
			  "taken: %s", *path);
	}
}

mlv_test(pointer, digits_that_look_like_a_number_are_an_id)
{
	MLV_SCOPED(mlv_output_release) struct mlv_output output = { 0 };
	char hex[MLV_OID_HEX + 1];

	check_ok(parse("outs:\n- path: data.csv\n  sha256: " HEX_B "\n  size: 4\n", &output));
	cr_assert_str_eq(mlv_oid_format(&output.oid, hex), HEX_B);
}

mlv_test(pointer, writes_what_it_reads)
{
	struct mlv_output file = output_of(MLV_ID_SHA256, HEX_A, 4);
	struct mlv_output large = output_of(MLV_ID_LEAVES, HEX_A, 20000000);
	struct mlv_output tree = output_of(MLV_ID_TREE, HEX_B, 12);

	check_rewrite(&file, NULL, FILE_A);
	file.exec = true;
	check_rewrite(&file, NULL, FILE_A "  exec: true\n");
	large.has_plain = true;
	check_rewrite(&large, NULL, "outs:\n- path: data.csv\n  leaves: " HEX_A
		      "\n  sha256: 0000000000000000000000000000000000000000000000000000000000000000"
		      "\n  size: 20000000\n");
	tree.nfiles = 2;
	check_rewrite(&tree, NULL,
		      "outs:\n- path: data.csv\n  tree: " HEX_B "\n  size: 12\n  nfiles: 2\n");
}

mlv_test(pointer, a_rewrite_keeps_comments_and_keys)
{
	static const char before[] =
		"# top\ndesc: mine   # d\nouts:\n# item\n- path: data.csv # p\n  sha256: " HEX_B
		" # id\n  size: 9 # s\n  labels: [a, b]\n  x-own:\n    deep: 1\nmeta:\n  who: me\n# end\n";
	struct mlv_output tree = output_of(MLV_ID_TREE, HEX_A, 12);
	struct mlv_output file = output_of(MLV_ID_SHA256, HEX_A, 4);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

	check_rewrite(&file, before,
		      "# top\ndesc: mine   # d\nouts:\n# item\n- path: data.csv # p\n  sha256: " HEX_A
		      " # id\n  size: 4 # s\n  labels: [a, b]\n  x-own:\n    deep: 1\nmeta:\n"
		      "  who: me\n# end\n");
	tree.nfiles = 7;
	check_ok(mlv_pointer_write(&tree, before, strlen(before), &text));
	cr_assert_str_eq(text.ptr,
			 "# top\ndesc: mine   # d\nouts:\n# item\n- path: data.csv # p\n  tree: " HEX_A
			 " # id\n  size: 12 # s\n  nfiles: 7\n  labels: [a, b]\n  x-own:\n"
			 "    deep: 1\nmeta:\n  who: me\n# end\n");
	/* And back: a file again. */
	check_rewrite(&file, text.ptr,
		      "# top\ndesc: mine   # d\nouts:\n# item\n- path: data.csv # p\n  sha256: " HEX_A
		      " # id\n  size: 4 # s\n  labels: [a, b]\n  x-own:\n    deep: 1\nmeta:\n"
		      "  who: me\n# end\n");
}

mlv_test(pointer, every_change_of_kind_can_be_rewritten)
{
	struct mlv_output kinds[] = {
		output_of(MLV_ID_SHA256, HEX_A, 4), output_of(MLV_ID_SHA256, HEX_B, 5),
		output_of(MLV_ID_LEAVES, HEX_A, 20000000), output_of(MLV_ID_LEAVES, HEX_B, 20000001),
		output_of(MLV_ID_TREE, HEX_A, 4),
	};

	kinds[1].exec = true;
	kinds[3].has_plain = true;
	for (size_t i = 0; i < MLV_COUNT(kinds); i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf old = MLV_BUF_INIT;

		check_ok(mlv_pointer_write(&kinds[i], NULL, 0, &old));
		for (size_t k = 0; k < MLV_COUNT(kinds); k++) {
			MLV_SCOPED(mlv_buf_release) struct mlv_buf again = MLV_BUF_INIT;
			MLV_SCOPED(mlv_output_release) struct mlv_output read = { 0 };

			check_ok(mlv_pointer_write(&kinds[k], old.ptr, old.len, &again));
			check_ok(parse(again.ptr, &read));
			cr_assert(mlv_output_same_id(&read, &kinds[k]));
			cr_assert_eq(read.has_plain, kinds[k].has_plain);
		}
	}
}
