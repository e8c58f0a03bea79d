/* added.h - how `mlv add` and `mlv commit` tell what became of their targets. */
#ifndef MLV_CMD_ADDED_H
#define MLV_CMD_ADDED_H

#include "cmd/cmd.h"
#include "cmd/ui/out.h"
#include "core/repo/add.h"

struct mlv_added_out {
	struct mlv_run *run;
	const char *verb; /* "added": what a target was that changed its pointer */
	bool begun;       /* something was written */
};

/* For mlv_add() and mlv_commit(); arg is a struct mlv_added_out. */
void mlv_added_tell(void *arg, const struct mlv_added *added);
/* The same of a stage, whose outputs were recorded. */
void mlv_added_tell_stage(struct mlv_added_out *added, const char *stage, bool changed);
/* After the last; closes the JSON. */
void mlv_added_end(struct mlv_added_out *added);

#endif
