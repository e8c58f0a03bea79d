/*
 * repro/pull.h - mlv repro --pull: what stages need and the work tree or the
 * cache lacks comes from remotes.
 *
 * What a remote does not have is warned of, and is no failure by itself: then the
 * stage runs, or fails for what it lacks.
 */
#ifndef MLV_CMD_REPRO_PULL_H
#define MLV_CMD_REPRO_PULL_H

#include "cmd/cmd.h"
#include "core/repo/pipeline.h"
#include "core/repo/pointer.h"

/*
 * Fetch and check out tracked data that the stages depend on, and that is not in
 * the work tree; but what one of them makes is brought when it is looked at.
 */
mlv_err mlv_repro_pull_deps(struct mlv_run *run, struct mlv_repo *repo,
			    const struct mlv_pipeline *pipeline,
			    const struct mlv_stage_set *stages) MLV_CHECK;
/* Fetch those of outputs that the cache has not. */
mlv_err mlv_repro_pull_outputs(struct mlv_run *run, struct mlv_repo *repo,
			       const struct mlv_outputs *outputs) MLV_CHECK;

#endif
