/*
 * status/cloud.h - `mlv status -c`: how the cache stands to the remotes.
 */
#ifndef MLV_CMD_STATUS_CLOUD_H
#define MLV_CMD_STATUS_CLOUD_H

#include "cmd/transfer.h"

/*
 * Compare what operands mean and print it, as lines or JSON. *differs says
 * whether anything does; a difference is no failure, but damage is, which only
 * args->verify finds.
 */
mlv_err mlv_status_cloud(struct mlv_run *run, struct mlv_repo *repo,
			 const struct mlv_transfer_args *args, char *const *operands,
			 bool *differs) MLV_CHECK;

#endif
