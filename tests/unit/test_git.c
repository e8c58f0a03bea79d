/* What mlv sees of git, compared with what git itself says. */
#include "tests/unit/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/repo/git.h"
#include "core/repo/repo.h"

static char top[64], home[96], module_dir[4096];

static const char *env(struct mlv_ctx *ctx, const char *name)
{
	(void)ctx;
	return strcmp(name, "HOME") == 0 ? home : NULL;
}

static struct mlv_ctx begin(void)
{
	struct mlv_ctx ctx;
	ssize_t len = readlink("/proc/self/exe", module_dir, sizeof(module_dir) - 1);

	cr_assert(len > 0);
	module_dir[len] = '\0';
	*strrchr(module_dir, '/') = '\0';
	strcpy(top, "/tmp/mlv-git-XXXXXX");
	cr_assert(mkdtemp(top) != NULL);
	snprintf(home, sizeof(home), "%s/home", top);
	setenv("HOME", home, 1);
	setenv("TOP", top, 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	mlv_ctx_init_quiet(&ctx);
	ctx.env = env;
	ctx.cwd = top;
	ctx.module_dirs[0] = module_dir;
	return ctx;
}

static void end(void)
{
	check_ok(mlv_fs_remove_all(AT_FDCWD, top));
}

/* Run a script in the test's directory; what it prints is returned, good until the next. */
static const char *sh(const char *script)
{
	static char out[4096];
	char all[4096];
	size_t len;
	FILE *from;

	snprintf(all, sizeof(all),
		 "set -e; cd \"$TOP\"; g() { git -c init.defaultBranch=main -c user.name=A "
		 "-c user.email=a@b -c advice.detachedHead=false \"$@\"; }; %s",
		 script);
	from = popen(all, "r");
	cr_assert(from != NULL);
	len = fread(out, 1, sizeof(out) - 1, from);
	out[len] = '\0';
	cr_assert(pclose(from) == 0, "%s", script);
	if (len > 0 && out[len - 1] == '\n')
		out[len - 1] = '\0';
	return out;
}

static struct mlv_git *open_in(struct mlv_ctx *ctx, const char *below)
{
	struct mlv_git *git = NULL;
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", top, below);
	check_ok(mlv_git_open(&git, ctx, path));
	return git;
}

mlv_test(git, finds_work_trees_of_every_kind)
{
	struct mlv_ctx ctx = begin();
	struct mlv_git *git = NULL;
	char path[128];

	sh("g init -q r; mkdir -p r/a/b; cd r; g commit -qm x --allow-empty; "
	   "g worktree add -q ../wt; cd ..; g init -q --bare bare.git; "
	   "g init -q --separate-git-dir sep.git sep; mkdir none");
	git = open_in(&ctx, "r/a/b");
	snprintf(path, sizeof(path), "%s/r", top);
	cr_assert(strcmp(mlv_git_workdir(git), path) == 0);
	snprintf(path, sizeof(path), "%s/r/.git", top);
	cr_assert(strcmp(mlv_git_dir(git), path) == 0);
	mlv_git_freep(&git);
	git = open_in(&ctx, "wt");
	snprintf(path, sizeof(path), "%s/wt", top);
	cr_assert(strcmp(mlv_git_workdir(git), path) == 0);
	mlv_git_freep(&git);
	git = open_in(&ctx, "sep");
	snprintf(path, sizeof(path), "%s/sep.git", top);
	cr_assert(strcmp(mlv_git_dir(git), path) == 0);
	mlv_git_freep(&git);
	git = open_in(&ctx, "bare.git");
	cr_assert(mlv_git_workdir(git) == NULL);
	mlv_git_freep(&git);
	snprintf(path, sizeof(path), "%s/none", top);
	check_fails(mlv_git_open(&git, &ctx, path), MLV_E_MISSING);
	end();
}

/* libgit2 1.5 leaks a pcre2 match when it looks for extensions; that is not ours to find. */
#ifdef MLV_ASAN
#define leaks_by_others(yes) ((yes) ? __lsan_disable() : __lsan_enable())
#else
#define leaks_by_others(yes) ((void)0)
#endif

/* Extensions that concern only writers do not keep us from reading. */
mlv_test(git, reads_repositories_with_worktree_config)
{
	struct mlv_ctx ctx = begin();
	struct mlv_git *git;

	sh("g init -q r; g -C r config core.repositoryformatversion 1; "
	   "g -C r config extensions.worktreeConfig true");
	leaks_by_others(true);
	git = open_in(&ctx, "r");
	leaks_by_others(false);
	mlv_git_freep(&git);
	end();
}

mlv_test(git, resolves_as_rev_parse_does)
{
	static const char *const revs[] = { "HEAD", "HEAD~1", "main", "v1", "side", "HEAD^" };
	struct mlv_ctx ctx = begin();
	struct mlv_git_id id;
	struct mlv_git *git;

	sh("g init -q r; cd r; g commit -qm 1 --allow-empty; g tag -am t v1; g branch side; "
	   "g commit -qm 2 --allow-empty");
	git = open_in(&ctx, "r");
	for (size_t i = 0; i < MLV_COUNT(revs); i++) {
		char script[128];

		check_ok(mlv_git_resolve(git, revs[i], &id));
		snprintf(script, sizeof(script), "g -C r rev-parse '%s^{commit}'", revs[i]);
		cr_assert(strcmp(sh(script), id.hex) == 0, "%s", revs[i]);
	}
	check_fails(mlv_git_resolve(git, "nope", &id), MLV_E_REMOTE);
	check_fails(mlv_git_resolve(git, "HEAD~9", &id), MLV_E_REMOTE);
	check_fails(mlv_git_resolve(git, "", &id), MLV_E_REMOTE);
	check_fails(mlv_git_resolve(git, "HEAD^{tree}", &id), MLV_E_REMOTE);
	mlv_git_freep(&git);
	sh("g init -q unborn");
	git = open_in(&ctx, "unborn");
	check_fails(mlv_git_resolve(git, "HEAD", &id), MLV_E_REMOTE);
	mlv_git_freep(&git);
	end();
}

static mlv_err add_blob(void *arg, const char *path, const struct mlv_git_id *blob)
{
	cr_assert(strlen(blob->hex) == MLV_GIT_HEX);
	return mlv_buf_printf(arg, "%s\n", path);
}

mlv_test(git, reads_blobs_in_path_order)
{
	static const char *const suffixes[] = { ".mlv", "mlv.yaml", NULL };
	struct mlv_ctx ctx = begin();
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf tight = MLV_BUF_LIMIT(3);
	struct mlv_git_id id;
	struct mlv_git *git;
	bool found = false;

	sh("g init -q r; cd r; mkdir -p a/b a-b x; echo one >a/1.mlv; echo 2 >a/b/2.mlv; "
	   "echo 3 >a-b/3.mlv; echo 4 >a.mlv; echo 5 >x/y.txt; ln -s a.mlv l.mlv; "
	   "echo m >mlv.yaml; "
	   "g add .; g commit -qm 1");
	git = open_in(&ctx, "r");
	check_ok(mlv_git_resolve(git, "HEAD", &id));
	check_ok(mlv_git_each_blob(git, &id, "", suffixes, add_blob, &got));
	cr_assert(eq(str, got.ptr,
		     (char *)(size_t) "a-b/3.mlv\na.mlv\na/1.mlv\na/b/2.mlv\nmlv.yaml\n"));
	mlv_buf_clear(&got);
	check_ok(mlv_git_each_blob(git, &id, "a/", NULL, add_blob, &got));
	cr_assert(eq(str, got.ptr, (char *)(size_t) "a/1.mlv\na/b/2.mlv\n"));
	mlv_buf_clear(&got);
	check_ok(mlv_git_each_blob(git, &id, "gone", NULL, add_blob, &got));
	check_ok(mlv_git_read(git, &id, "a/1.mlv", &got, &found));
	cr_assert(found);
	cr_assert(eq(str, got.ptr, (char *)(size_t) "one\n"));
	for (size_t i = 0; i < 4; i++) {
		static const char *const none[] = { "a", "a/1.mlv/x", "l.mlv", "z" };

		found = true;
		check_ok(mlv_git_read(git, &id, none[i], &got, &found));
		cr_assert(eq(int, found, 0), "%s", none[i]);
	}
	check_fails(mlv_git_read(git, &id, "a/1.mlv", &tight, &found), MLV_E_REFUSED);
	mlv_git_freep(&git);
	end();
}

static mlv_err add_commit(void *arg, const struct mlv_git_id *commit, const char *name)
{
	return mlv_buf_printf(arg, "%.7s%s%s ", commit->hex, name ? ":" : "", name ? name : "");
}

mlv_test(git, walks_branches_tags_and_history)
{
	struct mlv_ctx ctx = begin();
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;
	struct mlv_git *git;

	sh("g init -q r; cd r; g commit -qm 1 --allow-empty; g tag -am t v1; "
	   "g commit -qm 2 --allow-empty; g branch side; g tag tree HEAD^{tree}; "
	   "g checkout -q --detach; g commit -qm 3 --allow-empty");
	git = open_in(&ctx, "r");
	check_ok(mlv_git_each_commit(git, MLV_GIT_BRANCHES | MLV_GIT_TAGS, add_commit, &got));
	cr_assert(strcmp(got.ptr, sh("cd r; for b in main side; do printf '%.7s:%s ' "
				     "$(g rev-parse $b) $b; done; "
				     "printf '%.7s:v1 ' $(g rev-parse v1^{commit})")) == 0,
		  "%s", got.ptr);
	mlv_buf_clear(&got);
	check_ok(mlv_git_each_commit(git, MLV_GIT_ALL_COMMITS, add_commit, &got));
	cr_assert(eq(u64, got.len, 3 * 8));
	mlv_git_freep(&git);
	end();
}

static void check_asked(struct mlv_git *git,
			mlv_err (*ask)(struct mlv_git *git, const char *path, bool *yes),
			const char *path, bool expected)
{
	bool yes = !expected;

	check_ok(ask(git, path, &yes));
	cr_assert(eq(int, yes, expected), "%s", path);
}

mlv_test(git, knows_what_is_tracked_and_ignored)
{
	struct mlv_ctx ctx = begin();
	struct mlv_git *git;

	sh("g init -q r; cd r; mkdir -p a a-b; echo 1 >a/1; echo 2 >a-b/2; g add a a-b/2; "
	   "printf '/data\\n*.log\\nout/\\n' >.gitignore; mkdir data");
	git = open_in(&ctx, "r");
	check_asked(git, mlv_git_is_tracked, "a/1", true);
	check_asked(git, mlv_git_is_tracked, "a", true);
	check_asked(git, mlv_git_is_tracked, "a/", true);
	check_asked(git, mlv_git_is_tracked, "a-", false);
	check_asked(git, mlv_git_is_tracked, "a/2", false);
	check_asked(git, mlv_git_is_tracked, ".gitignore", false);
	check_asked(git, mlv_git_is_ignored, "data", true);
	check_asked(git, mlv_git_is_ignored, "data/x", true);
	check_asked(git, mlv_git_is_ignored, "a/x.log", true);
	check_asked(git, mlv_git_is_ignored, "out/", true);
	check_asked(git, mlv_git_is_ignored, "out", false);
	check_asked(git, mlv_git_is_ignored, "a/1", false);
	mlv_git_freep(&git);
	end();
}

static void check_path(struct mlv_repo *repo, const char *typed, const char *expected)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;

	check_ok(mlv_repo_path(repo, typed, &got));
	cr_assert(eq(str, got.ptr, (char *)(size_t)expected));
}

mlv_test(git, paths_stay_in_the_repository)
{
	static const char *const refused[] = { "../../x",        "/etc/passwd", "in/y",
					       "../.git/config", "../.mlv/x",   "..//../r2/x",
					       ".GIT/a",         "out/y" };
	struct mlv_ctx ctx = begin();
	struct mlv_init_options options = { 0 };
	struct mlv_repo *repo = NULL;
	char path[128], cwd[128];

	sh("g init -q r; mkdir -p r/s/d r2; ln -s d r/s/in; ln -s /tmp r/s/out; ln -s r way; "
	   "touch r/s/d/f; ln -s d/f r/s/link");
	snprintf(path, sizeof(path), "%s/r", top);
	snprintf(cwd, sizeof(cwd), "%s/r/s", top);
	ctx.cwd = cwd;
	check_ok(mlv_repo_init(&ctx, path, &options));
	check_fails(mlv_repo_init(&ctx, path, &options), MLV_E_REFUSED);
	check_ok(mlv_repo_open(&repo, &ctx, cwd));
	check_path(repo, "f", "s/f");
	check_path(repo, "../f/", "f");
	check_path(repo, "..", "");
	check_path(repo, "d/./f", "s/d/f");
	check_path(repo, "link", "s/link");
	check_path(repo, path, "");
	snprintf(path, sizeof(path), "%s/way/s/f", top);
	check_path(repo, path, "s/f");
	snprintf(path, sizeof(path), "%s/way", top);
	check_path(repo, path, "");
	for (size_t i = 0; i < MLV_COUNT(refused); i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf got = MLV_BUF_INIT;

		check_fails(mlv_repo_path(repo, refused[i], &got), MLV_E_REFUSED);
	}
	mlv_repo_freep(&repo);
	end();
}

mlv_test(git, a_linked_mlv_directory_is_refused)
{
	struct mlv_ctx ctx = begin();
	struct mlv_repo *repo = NULL;
	char path[128];

	sh("g init -q r; mkdir real; ln -s ../real r/.mlv");
	snprintf(path, sizeof(path), "%s/r", top);
	check_fails(mlv_repo_open(&repo, &ctx, path), MLV_E_REFUSED);
	end();
}

mlv_test(git, prefix_tells_where_a_subdirectory_lies)
{
	struct mlv_ctx ctx = begin();
	struct mlv_init_options options = { .subdir = true };
	struct mlv_repo *repo = NULL;
	struct mlv_git *git = NULL;
	char path[128];

	sh("g init -q r; mkdir -p r/a/b");
	snprintf(path, sizeof(path), "%s/r/a/b", top);
	check_ok(mlv_repo_init(&ctx, path, &options));
	check_ok(mlv_repo_open(&repo, &ctx, path));
	check_ok(mlv_repo_git(repo, &git));
	cr_assert(eq(str, repo->git_prefix, (char *)(size_t) "a/b/"));
	mlv_repo_freep(&repo);
	end();
}
