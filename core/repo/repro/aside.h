/*
 * repro/aside.h - outputs of a stage that lie aside while it runs.
 *
 *   .mlv/tmp/aside/<hash of the stage>/list   their paths, a NUL after each
 *                                      /0, /1, ...   they themselves
 *
 * They are renamed there and back. A run that was killed left them there, with
 * what the command had made so far in their place; the next run brings them
 * back first. All of it is done under the lock of the stage.
 *
 * Crash safety   the list is durable before anything is renamed.
 */
#ifndef MLV_REPO_REPRO_ASIDE_H
#define MLV_REPO_REPRO_ASIDE_H

#include "core/base/strs.h"
#include "core/repo/repo.h"

struct mlv_aside;

/* Whether any stage has something aside. */
mlv_err mlv_aside_any(struct mlv_repo *repo, bool *any) MLV_CHECK;
/* Whether this one has: it was killed, or runs. */
mlv_err mlv_aside_is(struct mlv_repo *repo, const char *stage, bool *is) MLV_CHECK;
/* Move what lies at these paths aside; what is not there is passed over. */
mlv_err mlv_aside_move(struct mlv_aside **out, struct mlv_repo *repo, const char *stage,
		       const struct mlv_strs *paths) MLV_CHECK;
/* What a run that was killed left aside, as if it had been moved now. */
mlv_err mlv_aside_open(struct mlv_aside **out, struct mlv_repo *repo, const char *stage) MLV_CHECK;
/* Bring it back. */
mlv_err mlv_aside_recover(struct mlv_repo *repo, const char *stage) MLV_CHECK;
/* The same run was recorded: what is aside is not needed any more. */
mlv_err mlv_aside_drop(struct mlv_repo *repo, const char *stage) MLV_CHECK;
/* Bring everything back; what lies in its place is removed. */
mlv_err mlv_aside_restore(struct mlv_aside *aside) MLV_CHECK;
/* It is not needed any more. */
mlv_err mlv_aside_discard(struct mlv_aside *aside) MLV_CHECK;
void mlv_aside_freep(struct mlv_aside **aside);

#endif
