/*
 * placing.h - making a file or directory at any place of this machine, whole
 * or not at all: for get and get-url.
 *
 * What comes lies in a directory beside the place, .NAME.mlv-get, which is an
 * mlv repository without git: its cache takes what arrives, its checkout makes
 * it. One rename puts it into its place. One command at a time works in it.
 *
 * Crash safety   the place holds what was there before, or all of the new. With
 *                force, where a directory is replaced, it is for a moment empty,
 *                and a process killed just then leaves what was there in
 *                .NAME.mlv-get/old.
 */
#ifndef MLV_CMD_PLACING_H
#define MLV_CMD_PLACING_H

#include "core/repo/lock.h"
#include "core/repo/pointer.h"
#include "core/repo/repo.h"

struct mlv_placing {
	struct mlv_ctx *ctx;
	char *shown;            /* the place, as the user would type it */
	struct mlv_buf out;     /* its absolute path */
	struct mlv_buf dir;     /* the directory beside it */
	struct mlv_buf scratch; /* one in that, empty, for the caller */
	struct mlv_repo *repo;  /* in dir */
	struct mlv_lock *lock;
	bool force;
	bool keep; /* set by the caller: something came that is worth keeping */
};
#define MLV_PLACING_INIT \
	{ .out = MLV_BUF_INIT, .dir = MLV_BUF_INIT, .scratch = MLV_BUF_INIT }

/*
 * Begin. typed: the path that the user gave, or a directory to put it into;
 * NULL: here. name: the path that what comes has elsewhere, whose last part it
 * is called by. MLV_E_REFUSED when something is there, without force.
 */
mlv_err mlv_placing_begin(struct mlv_placing *placing, struct mlv_ctx *ctx, const char *typed,
			  const char *name, bool force) MLV_CHECK;
/* Make what output names, which is in the cache of repo, and rename it into place. */
mlv_err mlv_placing_finish(struct mlv_placing *placing, const struct mlv_output *output) MLV_CHECK;
/* Remove the directory, unless it is to be kept. */
void mlv_placing_release(struct mlv_placing *placing);

#endif
