/*
 * transfer/salvage.h - what a push could not send, taken from the work tree.
 */
#ifndef MLV_CMD_TRANSFER_SALVAGE_H
#define MLV_CMD_TRANSFER_SALVAGE_H

#include "core/repo/repo.h"
#include "remote/remote.h"

/*
 * Put into the cache what problems (named by their paths) say that it lacks or
 * has damaged, where the work tree has it; *found: some of it was.
 */
mlv_err mlv_push_salvage(struct mlv_repo *repo, struct mlv_store *cache,
			 const struct mlv_problems *problems, bool *found) MLV_CHECK;

#endif
