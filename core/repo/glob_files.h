/*
 * glob_files.h - the files and directories of a work tree that a pattern of the user means.
 *
 *   *  ?  [a-z]   in one component; no hidden name, unless the pattern writes its dot
 *   **            as a whole component: any number of directories that are not hidden; at the end
 *                 all files below
 *
 * Files of mlv and git are not meant, links are not followed.
 */
#ifndef MLV_REPO_GLOB_FILES_H
#define MLV_REPO_GLOB_FILES_H

#include "core/base/strs.h"

/* Append to paths what the pattern, relative to the directory root_fd, matches; in no order. */
mlv_err mlv_glob_files(int root_fd, const char *pattern, struct mlv_strs *paths) MLV_CHECK;

#endif
