/*
 * stage_commit.h - recording what the outputs of stages hold now, without running them.
 *
 * For what ran with --no-commit, and for what was made by hand: outputs are
 * stored, and the stage is recorded with the inputs that it has now.
 *
 * Crash safety   as repro.h: what mlv.lock says is durable before.
 */
#ifndef MLV_REPO_STAGE_COMMIT_H
#define MLV_REPO_STAGE_COMMIT_H

#include "core/repo/pipeline.h"
#include "core/repo/pointer.h"

typedef void (*mlv_stage_committed_fn)(void *arg, const struct mlv_stage *stage, bool changed);
/*
 * Of the stages that make one of the targets; with all every stage whose
 * outputs are there. Without force a stage that is not as it is recorded is
 * MLV_E_REFUSED (with all, one whose inputs alone differ is passed over); all
 * are looked at before any is recorded.
 */
mlv_err mlv_stage_commit(struct mlv_repo *repo, const struct mlv_targets *targets, bool all,
			 bool force, mlv_stage_committed_fn fn, void *arg) MLV_CHECK;

#endif
