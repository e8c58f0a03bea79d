#include "core/repo/add.h"

#include <string.h>

#include "core/base/path.h"
#include "core/repo/add/check.h"
#include "core/repo/glob_files.h"

/* The path below the root that typed stands for, or the paths it matches. */
static mlv_err add_typed(struct mlv_repo *repo, const char *typed, bool glob,
			 struct mlv_strs *paths)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	size_t before = paths->count;
	mlv_err err = mlv_repo_path(repo, typed, &path);

	if (err)
		return err;
	if (!glob || !strpbrk(path.ptr, "*?["))
		return mlv_strs_add(paths, path.ptr);
	if ((err = mlv_glob_files(repo->root_fd, path.ptr, paths)))
		return err;
	return paths->count > before
		       ? NULL
		       : mlv_error(MLV_E_MISSING, "%s: the pattern matches nothing", typed);
}

/* Bring the one target to where it will be tracked; all else is checked before. */
static mlv_err copy_in(struct mlv_track *track, char *const *typed,
		       const struct mlv_add_options *options)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf from = MLV_BUF_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs paths = { 0 };
	struct mlv_repo *repo = track->repo;
	mlv_err err;

	if (!typed[0] || typed[1])
		return mlv_error(MLV_E_USAGE, "--out takes exactly one target");
	if ((err = mlv_path_absolute(&from, repo->ctx->cwd, typed[0])) ||
	    (err = add_typed(repo, options->out, false, &paths)) ||
	    (err = mlv_add_check(track, &paths, true)))
		return err;
	return mlv_add_copy(repo, from.ptr, typed[0], paths.at[0], options->force);
}

static mlv_err take_all(struct mlv_track *track, char *const *typed,
			const struct mlv_add_options *options)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs paths = { 0 };
	mlv_err err = NULL;

	for (; !err && *typed; typed++)
		err = add_typed(track->repo, *typed, options->glob, &paths);
	if (err)
		return err;
	track->skip_ignored = options->glob;
	if (options->glob)
		mlv_strs_sort_unique(&paths);
	return mlv_add_check(track, &paths, false);
}

mlv_err mlv_add(struct mlv_repo *repo, char *const *typed, const struct mlv_add_options *options,
		mlv_added_fn fn, void *arg)
{
	MLV_SCOPED(mlv_track_release) struct mlv_track track = {
		.repo = repo, .command = "add", .no_commit = options->no_commit,
		.sha256 = options->sha256
	};
	mlv_err err = options->out ? copy_in(&track, typed, options)
				   : take_all(&track, typed, options);

	return err ? err : mlv_track_run(&track, fn, arg);
}
