/*
 * freeze.h - the mark `frozen: true` of a pointer: `mlv update` leaves what
 * was imported as it is; and of a stage: `mlv repro` does not run it.
 *
 * Crash safety   each pointer or mlv.yaml is replaced in one step, under its lock.
 */
#ifndef MLV_REPO_FREEZE_H
#define MLV_REPO_FREEZE_H

#include "core/repo/pipeline.h"
#include "core/repo/pointer.h"
#include "core/repo/repo.h"

/* Set the mark of the output's pointer, or take it away; *changed: it was not so before. */
mlv_err mlv_freeze(struct mlv_repo *repo, const struct mlv_output *output, bool frozen,
		   bool *changed) MLV_CHECK;
/* The same of a stage in its mlv.yaml, the rest of which stays to the byte; of a group, all of it. */
mlv_err mlv_freeze_stage(struct mlv_repo *repo, const struct mlv_stage *stage, bool frozen,
			 bool *changed) MLV_CHECK;

#endif
