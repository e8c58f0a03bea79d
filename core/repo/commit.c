#include "core/repo/commit.h"

#include <errno.h>
#include <fcntl.h>

#include "core/base/sys.h"
#include "core/repo/add/track.h"

static bool is_there(struct mlv_repo *repo, const struct mlv_output *output)
{
	struct stat st;

	/* One that cannot be looked at is no reason to leave it out: the scan says why. */
	return mlv_sys_fstatat(repo->root_fd, output->path, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
	       (errno != ENOENT && errno != ENOTDIR);
}

mlv_err mlv_commit(struct mlv_repo *repo, char *const *typed,
		   const struct mlv_commit_options *options, mlv_added_fn fn, void *arg)
{
	MLV_SCOPED(mlv_track_release) struct mlv_track track = { .repo = repo, .command = "commit",
								 .must_match = !options->force,
								 .may_be_gone = true };
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
	bool all = !typed || !*typed;
	mlv_err err;

	if ((err = mlv_outputs_load(repo, &outputs)) ||
	    (err = mlv_targets_resolve(repo, &outputs, typed, &targets)))
		return err;
	for (size_t i = 0; i < targets.count && !err; i++) {
		const struct mlv_target *target = &targets.at[i];

		if (target->output->stage)
			continue; /* it is recorded with its stage */
		if (all && !is_there(repo, target->output))
			mlv_tell_warning(repo->ctx, "%s: not in the work tree, left as it is",
					 target->output->path);
		else
			err = mlv_track_append(&track, target->output, true, target->part);
	}
	return err ? err : mlv_track_run(&track, fn, arg);
}
