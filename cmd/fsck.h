/*
 * fsck.h - what the parts of `mlv fsck` share: one pass over a cache or a
 * remote, who needs what is wrong there, and what was repaired.
 */
#ifndef MLV_CMD_FSCK_H
#define MLV_CMD_FSCK_H

#include "cmd/cmd.h"
#include "core/repo/needs.h"
#include "remote/fsck.h"

/* A path that needs what a problem is about. */
struct mlv_fsck_user {
	size_t problem; /* position in the problems */
	const struct mlv_need *need;
	char *path;
};

struct mlv_fsck_run {
	struct mlv_run *run;
	struct mlv_repo *repo;
	struct mlv_store *cache;
	struct mlv_transport *remote; /* that is checked; NULL: the cache is */
	const char *remote_name;
	struct mlv_fsck_wants wants; /* what is to be there */
	struct mlv_needs needs;   /* of the work tree and all of history: who is to be named */
	struct mlv_strs pointers; /* what is wrong with pointers and commits, a text each */
	struct mlv_strs origins;  /* "remote 'x'": what mended points to */
	/* Of one pass. */
	struct mlv_fsck fsck;
	struct mlv_fsck_user *users; /* sorted by problem */
	size_t user_count, user_cap;
	const char **mended; /* of each problem: where a good copy came from; NULL: nowhere */
	/* Of all passes. */
	uint64_t checked, bytes, elsewhere, corrupt, missing, repaired;
};

void mlv_fsck_run_release(struct mlv_fsck_run *fsck);
/* Forget the pass. */
void mlv_fsck_run_clear(struct mlv_fsck_run *fsck);

/* Find who needs what is wrong: fills users and makes room for mended. */
mlv_err mlv_fsck_run_name(struct mlv_fsck_run *fsck) MLV_CHECK;
/* Put good copies where there are any; *nodes: some are nodes, below which is more to be checked. */
mlv_err mlv_fsck_run_repair(struct mlv_fsck_run *fsck, bool *nodes) MLV_CHECK;
/* Print the problems, into the JSON array that is open; last: also those that are not mended. */
void mlv_fsck_run_report(struct mlv_fsck_run *fsck, bool last);

#endif
