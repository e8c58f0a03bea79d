/* ui/scratch.h - a directory for the length of a command. */
#ifndef MLV_CMD_UI_SCRATCH_H
#define MLV_CMD_UI_SCRATCH_H

#include "core/repo/repo.h"

struct mlv_scratch {
	struct mlv_ctx *ctx;
	struct mlv_buf path; /* absolute */
	bool made;
};
#define MLV_SCRATCH_INIT { .path = MLV_BUF_INIT }

/* Make it in .mlv/tmp of repo, or, for NULL, where TMPDIR says. */
mlv_err mlv_scratch_make(struct mlv_scratch *scratch, struct mlv_ctx *ctx,
			 struct mlv_repo *repo) MLV_CHECK;
/* Remove it with all in it. */
void mlv_scratch_release(struct mlv_scratch *scratch);

#endif
