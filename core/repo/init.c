/* init.c - making a repository. */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>

#include "core/base/fs.h"
#include "core/repo/repo.h"

static const char gitignore[] = "/config.local\n/cache\n/state\n/tmp\n";
static const char config_text[] =
	"# Settings of mlv for everybody who clones this repository; see mlv-config(1).\n"
	"# What concerns this machine alone, and every secret, goes to config.local.\n";
static const char ignore_text[] =
	"# What mlv add leaves out of directories, in the syntax of .gitignore:\n"
	"# *.tmp\n";

/* Whether directory may be made a repository, as git sees it. */
static mlv_err check_git(struct mlv_ctx *ctx, const char *directory,
			 const struct mlv_init_options *options)
{
	MLV_SCOPED(mlv_git_freep) struct mlv_git *git = NULL;
	char real[PATH_MAX];
	mlv_err err;

	if (options->no_scm)
		return NULL;
	err = mlv_git_open(&git, ctx, directory);
	if (err && err->code == MLV_E_MISSING)
		return mlv_error_hint(mlv_error_recode(err, MLV_E_USAGE),
				      "git init, or without git: mlv init --no-scm");
	if (err)
		return err;
	if (!mlv_git_workdir(git))
		return mlv_error(MLV_E_USAGE, "%s: a bare git repository has no place for data",
				 directory);
	if (!realpath(directory, real))
		return mlv_error_sys("%s", directory);
	if (strcmp(real, mlv_git_workdir(git)) == 0 || options->subdir)
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_USAGE, "%s: not the root of its git repository %s",
					directory, mlv_git_workdir(git)),
			      "begin there, or here: mlv init --subdir");
}

static mlv_err write_new(int dir, const char *path, const char *text, bool force)
{
	if (!force && mlv_fs_exists(dir, path))
		return NULL;
	return mlv_fs_replace(dir, path, text, strlen(text), 0644);
}

/* The config comes last: a repository without it is one whose making was cut short. */
static mlv_err fill(int root, int mlv, const struct mlv_init_options *options)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf config = MLV_BUF_INIT;
	mlv_err err;

	if ((err = mlv_buf_add_str(&config, config_text)) ||
	    (options->no_scm && (err = mlv_buf_add_str(&config, "[core]\n\tno_scm = true\n"))))
		return err;
	if ((err = write_new(mlv, ".gitignore", gitignore, options->force)) ||
	    (err = write_new(root, ".mlvignore", ignore_text, false)) ||
	    (err = mlv_fs_sync_dir(root, ".")))
		return err;
	return write_new(mlv, "config", config.ptr, true);
}

mlv_err mlv_repo_init(struct mlv_ctx *ctx, const char *directory,
		      const struct mlv_init_options *options)
{
	MLV_SCOPED(mlv_fd_close) int root = -1;
	MLV_SCOPED(mlv_fd_close) int mlv = -1;
	mlv_err err;

	if ((err = mlv_fs_mkdirs(AT_FDCWD, directory, 0777)) ||
	    (err = check_git(ctx, directory, options)))
		return err;
	root = mlv_sys_openat(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY, 0);
	if (root < 0)
		return mlv_error_sys("%s", directory);
	if (!options->force && mlv_fs_exists(root, ".mlv/config"))
		return mlv_error_hint(mlv_error(MLV_E_REFUSED,
						"%s/.mlv: there is a repository already",
						directory),
				      "its settings are reset, its data stays, with: mlv init -f");
	if ((err = mlv_fs_mkdirs(root, ".mlv", 0777)))
		return err;
	mlv = mlv_sys_openat(root, ".mlv", O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (mlv < 0)
		return mlv_error_sys("%s/.mlv", directory);
	return fill(root, mlv, options);
}
