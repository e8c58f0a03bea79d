/*
 * add.h - tracking: files and directories of the work tree become objects and
 * a pointer that git keeps.
 *
 * What is typed is checked whole before anything is written. Then everything
 * is walked, named and put into one batch, which is made durable; only then
 * are pointers written, each in one step, then .gitignore, then the stat
 * index. A path inside a tracked directory makes a new manifest of that
 * directory from the old one and what is there now, whatever else of the
 * directory is in the work tree.
 *
 * The bytes of the user stay where they are.
 *
 * Crash safety   a pointer names only what is durable; it is the old or the new.
 * Threads        one call at a time in a process.
 */
#ifndef MLV_REPO_ADD_H
#define MLV_REPO_ADD_H

#include "core/repo/pointer.h"
#include "core/repo/repo.h"

struct mlv_add_options {
	bool no_commit;  /* name only: nothing is stored */
	bool glob;       /* the targets are patterns */
	bool force;      /* out may be there */
	bool sha256;     /* record the plain SHA-256 of large files, too */
	const char *out; /* copy the one target, from anywhere, here first; NULL: no */
};

/* What became of a target. Good during the call only. */
struct mlv_added {
	const struct mlv_output *output; /* as its pointer says now */
	const char *part;                /* what of it was the target; "": all */
	uint64_t size;                   /* of the target, bytes */
	uint64_t nfiles;
	bool changed;                    /* the pointer was written */
	bool followed;                   /* a link was replaced by the file it points to */
	bool gone;                       /* the target was deleted, and left the manifest */
};
typedef void (*mlv_added_fn)(void *arg, const struct mlv_added *added);

/* typed: what the user typed, NULL at its end. fn is called in order of path, when all is done. */
mlv_err mlv_add(struct mlv_repo *repo, char *const *typed, const struct mlv_add_options *options,
		mlv_added_fn fn, void *arg) MLV_CHECK;

#endif
