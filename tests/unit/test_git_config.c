/* The syntax of settings, and edits that leave the rest alone. */
#include "tests/unit/check.h"

#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/repo/git.h"

static mlv_err collect(void *arg, const char *key, const char *value, unsigned line)
{
	return mlv_buf_printf(arg, "%u:%s=%s|", line, key, value);
}

static void check_parses(const char *text, const char *expected)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;

	check_ok(mlv_git_config_parse("f", text, strlen(text), collect, &got));
	cr_assert(eq(str, got.ptr, (char *)(size_t)expected));
}

static void check_bad(const char *text, const char *where)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	mlv_err err = mlv_git_config_parse("f", text, strlen(text), collect, &got);

	cr_assert(err != NULL, "accepted: %s", text);
	cr_assert(eq(int, (int)err->code, MLV_E_SPEC));
	cr_assert(strncmp(err->msg, where, strlen(where)) == 0, "%s", err->msg);
}

/* git-config(1), "Syntax". */
mlv_test(git_config, reads_what_git_writes)
{
	check_parses("", "");
	check_parses("[core]\n\tno_scm = true\n", "2:core.no_scm=true|");
	check_parses("\xef\xbb\xbf[Core]\r\nRemote=A b  ; why\r\n", "2:core.remote=A b|");
	check_parses("[remote \"My.X\"] url = \"a # b\" # c\n", "1:remote.My.X.url=a # b|");
	check_parses("[a \"q\\\"\\\\\"]\nk", "2:a.q\"\\.k=true|");
	check_parses("[a]\nk = x\\\ny\\tz\n l=", "2:a.k=xy\tz|4:a.l=|");
	check_parses("[a.B]\nk=1\n;c\n#d\n[a]\nk=2", "2:a.b.k=1|6:a.k=2|");
}

mlv_test(git_config, names_the_line_of_what_is_wrong)
{
	check_bad("k = v\n", "f:1: ");
	check_bad("[a]\n\n[b\n", "f:3: ");
	check_bad("[a \"b]\n", "f:1: ");
	check_bad("[]\n", "f:1: ");
	check_bad("[a]\nk = \"x\n", "f:");
	check_bad("[a]\nk = \\q\n", "f:2: ");
	check_bad("[a]\nk v\n", "f:2: ");
	check_bad("[a]\n=v\n", "f:2: ");
	check_bad("<html>\n", "f:1: ");
}

mlv_test(git_config, has_limits)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT, got = MLV_BUF_INIT;

	check_ok(mlv_buf_add_str(&text, "[a]\n"));
	for (int i = 0; i < 10001; i++)
		check_ok(mlv_buf_add_str(&text, "k=v\n"));
	check_fails(mlv_git_config_parse("f", text.ptr, text.len, collect, &got), MLV_E_SPEC);
	while (text.len <= 1 << 20)
		check_ok(mlv_buf_add_str(&text, "# a long comment that says nothing at all\n"));
	check_fails(mlv_git_config_parse("f", text.ptr, text.len, collect, &got), MLV_E_SPEC);
	check_fails(mlv_git_config_parse("f", "[a]\nk=\0x", 8, collect, &got), MLV_E_SPEC);
}

static void check_edit(const char *before, const char *key, const char *value, const char *after)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

	check_ok(mlv_buf_add_str(&text, before));
	check_ok(mlv_git_config_edit("f", &text, key, value));
	cr_assert(eq(str, text.ptr, (char *)(size_t)after));
}

mlv_test(git_config, sets_and_keeps_comments)
{
	check_edit("", "core.remote", "x", "[core]\n\tremote = x\n");
	check_edit("# hi\n", "remote.a.url", "/x", "# hi\n[remote \"a\"]\n\turl = /x\n");
	check_edit("[core] # one\n  Remote = old # two\n; three\n", "core.remote", "new",
		   "[core] # one\n  remote = new # two\n; three\n");
	check_edit("[core]\n\ta = 1", "core.b", "2", "[core]\n\ta = 1\n\tb = 2\n");
	check_edit("[core]\n\ta = 1 ; c\n\n[x]\n\ty = 1\n", "core.b", "2",
		   "[core]\n\ta = 1 ; c\n\tb = 2\n\n[x]\n\ty = 1\n");
	check_edit("[core]\n\ta = 1\n\ta = 2\n", "core.a", "3", "[core]\n\ta = 3\n");
}

mlv_test(git_config, removes_settings_and_sections)
{
	check_edit("[core]\n\ta = 1\n\tb = 2\n", "core.a", NULL, "[core]\n\tb = 2\n");
	check_edit("# x\n[core]\n\ta = 1\n[d]\n\te = f\n", "core.a", NULL, "# x\n[d]\n\te = f\n");
	check_edit("[remote \"a\"]\n\turl = 1\n\tjobs = 2\n[remote \"b\"]\n\turl = 3\n", "remote.a",
		   NULL, "[remote \"b\"]\n\turl = 3\n");
	check_edit("[core]\n\ta = 1\n", "core.nothing", NULL, "[core]\n\ta = 1\n");
	check_edit("[core] a = 1\n", "core.a", NULL, "");
	check_edit("[core] a = 1\nb = 2\n", "core.a", NULL, "[core] \nb = 2\n");
}

/* Whatever the value: what was set is read back. */
mlv_test(git_config, values_come_back)
{
	static const char *const values[] = { "",     " x ",         "a#b",  "a;b",
					      "q\"q", "back\\slash", "x\ty", "two\nlines",
					      "true", "\xc3\xa4" };

	for (size_t i = 0; i < MLV_COUNT(values); i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT, got = MLV_BUF_INIT;
		char expected[64];

		check_ok(mlv_git_config_edit("f", &text, "remote.r.url", values[i]));
		check_ok(mlv_git_config_parse("f", text.ptr, text.len, collect, &got));
		snprintf(expected, sizeof(expected), "2:remote.r.url=%s|", values[i]);
		cr_assert(eq(str, got.ptr, expected));
	}
}
