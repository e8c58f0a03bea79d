/*
 * namer.h - ids of what lies at any path of the work tree: dependencies and
 * outputs of stages.
 *
 * Nothing is stored, and a file that did not change since it was last named is
 * not read: what was named is kept in stat indexes (index.h). Files on their
 * own are in one, ".mlv/files", which is held in memory; a directory has one
 * of its own, that of the output if it is one, else ".mlv/dirs/<path>": names that no
 * output can have, so that nothing else takes them for outputs.
 *
 * A pattern is named as the directory of the files that it matches: a tree
 * with their paths from the root on.
 *
 * Threads   one at a time.
 * Limits    some 150 bytes for each file on its own.
 */
#ifndef MLV_REPO_NAMER_H
#define MLV_REPO_NAMER_H

#include "core/repo/pointer.h"
#include "core/repo/repo.h"

struct mlv_namer;

mlv_err mlv_namer_new(struct mlv_namer **out, struct mlv_repo *repo) MLV_CHECK;
void mlv_namer_freep(struct mlv_namer **namer);

struct mlv_name_options {
	bool glob; /* path is a pattern (glob.h, slashes by themselves) */
	const struct mlv_oid *tree; /* what a directory is likely to be: then only changes are read */
};
/*
 * Fill type, oid, size, nfiles and exec of named; *found false when nothing is
 * there, or nothing matches. options may be NULL. A link at path is followed
 * to a file.
 */
mlv_err mlv_namer_name(struct mlv_namer *namer, const char *path,
		       const struct mlv_name_options *options, struct mlv_output *named,
		       bool *found) MLV_CHECK;
/* Directories may have changed: look at them again when they are next asked for. */
void mlv_namer_forget(struct mlv_namer *namer);
/*
 * Nothing runs while this namer is used: a file that is asked for again, as what one stage makes
 * and the next depends on, is not looked at again.
 */
void mlv_namer_look_once(struct mlv_namer *namer);
/*
 * What was just written, by a command that has ended: wait until a further change shows in
 * its stat. Some milliseconds at most.
 */
void mlv_namer_settle(struct mlv_namer *namer);
/* Keep what was read for the next time. */
mlv_err mlv_namer_save(struct mlv_namer *namer) MLV_CHECK;

/* Call fn for each file that the pattern matches, in order; its path is relative to the root. */
typedef mlv_err (*mlv_match_fn)(void *arg, const char *path);
mlv_err mlv_namer_match(struct mlv_repo *repo, const char *pattern, mlv_match_fn fn,
			void *arg) MLV_CHECK;

#endif
