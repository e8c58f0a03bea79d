/*
 * repro/save.h - storing what a stage made, and bringing it back.
 *
 * Crash safety   what is said of an output after mlv_stage_save() is durable.
 */
#ifndef MLV_REPO_REPRO_SAVE_H
#define MLV_REPO_REPRO_SAVE_H

#include "core/repo/lockfile.h"
#include "core/repo/pipeline.h"

struct mlv_save_options {
	bool no_commit; /* name only */
	bool all;       /* store outputs that are not cached, too: a run that is kept needs them */
	const char *command;
};
/*
 * Store the outputs of count stages, which lie in the work tree, in one durable
 * round; their ids become what was stored.
 */
mlv_err mlv_stage_save(struct mlv_repo *repo, const struct mlv_save_options *options,
		       struct mlv_recorded *const *stages, size_t count) MLV_CHECK;
/*
 * Make the outputs in the work tree what recorded says, from the cache; what
 * lies there is overwritten. *done false: an object is not in the cache, and
 * what lies there may be half of it.
 */
mlv_err mlv_stage_restore(struct mlv_repo *repo, const struct mlv_recorded *recorded,
			  const char *command, bool *done) MLV_CHECK;

#endif
