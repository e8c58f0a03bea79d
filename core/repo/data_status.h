/*
 * data_status.h - how HEAD, the pointers, the work tree and the cache stand to
 * each other: what git's status is for files, for tracked data.
 *
 *   HEAD --committed--> pointers --uncommitted--> work tree
 *
 * Paths are relative to the root, those of directories end with a slash. Without
 * granular an output stands for all that is in it.
 *
 * Ownership   mlv_data_status_release().
 */
#ifndef MLV_REPO_DATA_STATUS_H
#define MLV_REPO_DATA_STATUS_H

#include "core/base/strs.h"
#include "core/repo/diff.h"

struct mlv_data_options {
	bool granular;  /* name files inside directories */
	bool unchanged; /* fill unchanged */
	bool untracked; /* fill untracked */
};

struct mlv_data_status {
	struct mlv_diff committed, uncommitted;
	struct mlv_strs not_in_cache;
	struct mlv_strs unchanged; /* neither committed nor uncommitted */
	struct mlv_strs untracked; /* files that neither git nor mlv knows */
	bool no_commits; /* git has none yet, or there is no git */
	bool dirty;      /* files of git are changed */
};
void mlv_data_status_release(struct mlv_data_status *status);

/* typed: NULL at its end; none: everything. MLV_E_MISSING for what is not tracked. */
mlv_err mlv_data_status_make(struct mlv_data_status *status, struct mlv_repo *repo,
			     char *const *typed, const struct mlv_data_options *options) MLV_CHECK;
/*
 * The output that a path of a status is in, as it is named there, to be freed:
 * for lists that are not granular.
 */
mlv_err mlv_data_whole(const struct mlv_outputs *outputs, const char *path, char **whole) MLV_CHECK;

#endif
