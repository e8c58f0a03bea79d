/* test_import.c - deps: of pointers, read, written and changed in place. */
#include "core/repo/pointer.h"
#include "tests/unit/check.h"

#define OUTS                                                                                       \
	"outs:\n- path: x\n"                                                                       \
	"  sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n  size: 4\n"
#define COMMIT_A "a000000000000000000000000000000000000001"
#define COMMIT_B "b000000000000000000000000000000000000002"
#define REPO "deps:\n- path: data/x\n  repo:\n    url: ../there\n    rev_lock: " COMMIT_A "\n"

static mlv_err parse(const char *text, struct mlv_output *output)
{
	return mlv_pointer_parse("x.mlv", text, strlen(text), output);
}

mlv_test(import, reads_both_kinds)
{
	MLV_SCOPED(mlv_output_release) struct mlv_output repo = { 0 }, url = { 0 }, none = { 0 };

	check_ok(parse(OUTS REPO, &repo));
	cr_assert_str_eq(repo.import->url, "../there");
	cr_assert_str_eq(repo.import->path, "data/x");
	cr_assert_str_eq(repo.import->rev_lock, COMMIT_A);
	cr_assert_null(repo.import->rev);
	check_ok(parse("deps: [{url: 'https://h/x', etag: '\"a-1\"', more: 1}]\n" OUTS, &url));
	cr_assert_null(url.import->path);
	cr_assert_eq(url.import->mark, MLV_MARK_ETAG);
	cr_assert_str_eq(url.import->marked, "\"a-1\"");
	check_ok(parse(OUTS, &none));
	cr_assert_null(none.import);
}

mlv_test(import, refuses_what_is_none)
{
	static const char *const bad[] = {
		"deps: []\n", "deps: 1\n", "deps: [1]\n", "deps: [{etag: x}]\n",
		"deps: [{url: a}, {url: b}]\n", "deps: [{url: \"a\\nb\"}]\n", "deps: [{url: ''}]\n",
		"deps: [{repo: {url: u, rev_lock: " COMMIT_A "}}]\n",
		"deps: [{path: p, repo: {rev_lock: " COMMIT_A "}}]\n",
		"deps: [{path: p, repo: {url: u}}]\n",
		"deps: [{path: p, repo: {url: u, rev_lock: main}}]\n",
		"deps: [{path: ../p, repo: {url: u, rev_lock: " COMMIT_A "}}]\n",
		"deps: [{path: .git/p, repo: {url: u, rev_lock: " COMMIT_A "}}]\n",
	};

	for (size_t i = 0; i < MLV_COUNT(bad); i++) {
		MLV_SCOPED(mlv_output_release) struct mlv_output output = { 0 };
		char text[1024];

		snprintf(text, sizeof(text), "%s%s", OUTS, bad[i]);
		check_fails(parse(text, &output), MLV_E_SPEC);
	}
}

static void check_text(const struct mlv_output *output, const char *old, const char *expected)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

	check_ok(mlv_pointer_write(output, old, old ? strlen(old) : 0, &text));
	cr_assert_str_eq(text.ptr, expected);
}

mlv_test(import, writes_what_it_reads)
{
	MLV_SCOPED(mlv_output_release) struct mlv_output output = { 0 }, copy = { 0 };

	check_ok(parse(OUTS REPO, &output));
	check_ok(mlv_output_copy(&copy, &output));
	check_text(&copy, NULL,
		   OUTS "deps:\n- path: data/x\n  repo:\n    url: \"../there\"\n    rev_lock: " COMMIT_A
			"\n");
	check_text(&copy, OUTS REPO, OUTS REPO);
}

mlv_test(import, changes_only_what_changed)
{
	MLV_SCOPED(mlv_output_release) struct mlv_output output = { 0 }, url = { 0 };
	const char *old = "# mine\n" OUTS "deps:\n- url: s3://b/k # there\n  etag: e\n  note: kept\n";

	check_ok(parse(OUTS REPO, &output));
	memcpy(output.import->rev_lock, COMMIT_B, sizeof(COMMIT_B));
	output.import->rev = strdup("main");
	check_text(&output, OUTS REPO "# end\n",
		   OUTS "deps:\n- path: data/x\n  repo:\n    url: ../there\n    rev_lock: " COMMIT_B
			"\n    rev: main\n# end\n");
	check_ok(parse(old, &url));
	url.import->mark = MLV_MARK_VERSION_ID;
	check_text(&url, old,
		   "# mine\n" OUTS
		   "deps:\n- url: s3://b/k # there\n  version_id: e\n  note: kept\n");
	free(url.import->marked);
	url.import->marked = strdup("v 2");
	check_text(&url, old,
		   "# mine\n" OUTS
		   "deps:\n- url: s3://b/k # there\n  version_id: v 2\n  note: kept\n");
}

mlv_test(import, tells_paths_from_urls)
{
	static const struct { const char *url, *place; } cases[] = {
		{ "../there", "/a/there" }, { "x", "/a/b/x" }, { "/abs", "/abs" },
		{ "https://h/x", "https://h/x" }, { "host:x", "host:x" }, { "./a:b", "/a/b/a:b" },
	};

	for (size_t i = 0; i < MLV_COUNT(cases); i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf url = MLV_BUF_INIT;
		char text[64];
		struct mlv_import import = { .url = text };

		snprintf(text, sizeof(text), "%s", cases[i].url);
		check_ok(mlv_import_place(&import, "/a/b", &url));
		cr_assert_str_eq(url.ptr, cases[i].place);
	}
}
