/* merge_lockfile.h - the part of mlv merge-driver that merges mlv.lock. */
#ifndef MLV_CMD_MERGE_LOCKFILE_H
#define MLV_CMD_MERGE_LOCKFILE_H

#include "cmd/cmd.h"

/* Whether the path that git merges is that of a mlv.lock. */
bool mlv_merge_is_lockfile(const char *path);
/* operands: base, ours (where the result goes), theirs, path. MLV_E_NO for conflicts, which are told. */
mlv_err mlv_merge_lockfile(struct mlv_run *run, char **operands) MLV_CHECK;

#endif
