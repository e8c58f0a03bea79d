/*
 * add/check.h - what may be tracked: all is checked before anything is written.
 */
#ifndef MLV_REPO_ADD_CHECK_H
#define MLV_REPO_ADD_CHECK_H

#include "core/base/strs.h"
#include "core/repo/add/track.h"

/*
 * Check each of paths (relative to the root) and append it to the track as a
 * target. Refused are: what is not there, the root itself, files of mlv and
 * git, FIFOs and the like, names that cannot stand in a pointer, what git
 * tracks, what overlaps another output or target, what is not readable, what
 * .mlvignore leaves out, and an output whose pointer git would ignore. Fails, too, when any pointer of
 * the repository is damaged. to_come: what the paths name is not there yet.
 */
mlv_err mlv_add_check(struct mlv_track *track, const struct mlv_strs *paths,
		      bool to_come) MLV_CHECK;

/*
 * Copy what is at from (absolute; shown in messages) to the path to (relative to
 * the root): files, directories, links as they are. What is at to is replaced
 * with force only.
 */
mlv_err mlv_add_copy(struct mlv_repo *repo, const char *from, const char *shown, const char *to,
		     bool force) MLV_CHECK;

#endif
