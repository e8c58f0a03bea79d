/* repo_fixture.h - a repository without git in the test's own directory. */
#ifndef MLV_TESTS_UNIT_REPO_FIXTURE_H
#define MLV_TESTS_UNIT_REPO_FIXTURE_H

#include "tests/unit/check.h"

#include "core/base/fs.h"
#include "core/repo/repo.h"

__attribute__((unused)) static struct mlv_ctx fixture_ctx;

/* Open the test's directory as a repository; core.no_scm. */
__attribute__((unused)) static struct mlv_repo *fixture_open(void)
{
	static const char config[] = "[core]\n\tno_scm = true\n";
	struct mlv_repo *repo = NULL;

	mlv_ctx_init_quiet(&fixture_ctx);
	fixture_ctx.cwd = check_dir;
	check_ok(mlv_fs_mkdirs(AT_FDCWD, ".mlv", 0777));
	check_ok(mlv_fs_replace(AT_FDCWD, ".mlv/config", config, sizeof(config) - 1, 0666));
	check_ok(mlv_repo_open(&repo, &fixture_ctx, check_dir));
	return repo;
}

__attribute__((unused)) static void fixture_write(const char *path, const char *text)
{
	check_ok(mlv_fs_replace(AT_FDCWD, path, text, strlen(text), 0666));
}

#endif
