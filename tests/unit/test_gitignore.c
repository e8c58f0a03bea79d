#include "tests/unit/repo_fixture.h"

#include "core/repo/gitignore.h"

TestSuite(gitignore, .init = check_dir_make, .fini = check_dir_remove);

/* Whether git ignores the name, here. */
static bool git_ignores(const char *name)
{
	FILE *in = popen("git check-ignore -q -z --stdin", "w");

	cr_assert(in != NULL);
	fwrite(name, 1, strlen(name) + 1, in);
	return pclose(in) == 0;
}

mlv_test(gitignore, a_pattern_matches_its_name_and_no_other)
{
	static const char *const names[] = {
		"plain", "#hash", "!bang", "a b", "end ", "end  ", " start", "star*", "que?",
		"[set]", "a]b", "back\\slash", "tab\tin", "\\", "*", "**", "a**b", "\xc3\xa9", "'", "\"",
		"file!", "a#b", "x\\ ", "-dash", "~", "$v",
	};

	cr_assert(system("git init -q .") == 0);
	for (size_t i = 0; i < MLV_COUNT(names); i++) {
		struct mlv_buf line = MLV_BUF_INIT;

		check_ok(mlv_gitignore_pattern(&line, names[i]));
		check_ok(mlv_buf_add_char(&line, '\n'));
		fixture_write(".gitignore", line.ptr);
		for (size_t k = 0; k < MLV_COUNT(names); k++)
			cr_assert_eq(git_ignores(names[k]), i == k, "'%s' for '%s'", line.ptr,
				     names[k]);
		mlv_buf_release(&line);
	}
}

mlv_test(gitignore, a_line_goes_and_takes_nothing_with_it)
{
	struct mlv_repo *repo = fixture_open();
	struct mlv_buf text = MLV_BUF_INIT;

	fixture_write(".gitignore", "# mine\n/other\n/a b\n/a\n");
	check_ok(mlv_gitignore_remove(repo, "a b", NULL));
	check_ok(mlv_gitignore_remove(repo, "none", NULL));
	check_ok(mlv_fs_read(AT_FDCWD, ".gitignore", &text));
	cr_assert_str_eq(text.ptr, "# mine\n/other\n/a\n");
	fixture_write(".gitignore", "/a");
	check_ok(mlv_gitignore_remove(repo, "a", NULL));
	cr_assert_not(mlv_fs_exists(AT_FDCWD, ".gitignore"));
	mlv_buf_release(&text);
	mlv_repo_freep(&repo);
}
