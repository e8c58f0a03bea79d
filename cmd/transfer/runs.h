/*
 * transfer/runs.h - --run-cache: the runs that are kept (core/repo/run_cache.h), to
 * remotes and from them, with what they made.
 *
 * A run goes when all that it made is at the remote, and is kept when all of it is
 * in the cache. One that lacks something is passed over and counted in a
 * warning, which is no failure. A run with an output that is `push: false`, or of
 * another remote, stays where it is. One that is here already is not asked for.
 */
#ifndef MLV_CMD_TRANSFER_RUNS_H
#define MLV_CMD_TRANSFER_RUNS_H

#include "cmd/transfer.h"

/* To or from each of the remotes; what was moved is added to sum. */
mlv_err mlv_transfer_runs(struct mlv_run *run, struct mlv_repo *repo,
			  const struct mlv_transfer_args *args, enum mlv_way way,
			  struct mlv_transfer_sum *sum) MLV_CHECK;

#endif
