/* status/updates.h - imports whose source has something new, for mlv status --updates. */
#ifndef MLV_CMD_STATUS_UPDATES_H
#define MLV_CMD_STATUS_UPDATES_H

#include "cmd/cmd.h"
#include "core/base/strs.h"
#include "core/repo/pointer.h"
#include "core/repo/repo.h"

/*
 * Ask the source of each import among the targets that is not frozen, and add
 * the paths of those for which mlv update would bring something else. A source
 * that cannot be reached is told as a warning.
 */
mlv_err mlv_status_updates(struct mlv_run *run, struct mlv_repo *repo,
			   const struct mlv_targets *targets, struct mlv_strs *paths) MLV_CHECK;

#endif
