/*
 * add/track.h - what add, commit and repro share: from checked targets to pointers.
 *
 * Order: lock the pointers; read them; scan and put all targets; commit the
 * batch; write pointers, .gitignore, index. A failure before the pointers
 * leaves objects that nothing names, for gc.
 *
 * A part of a directory may be gone from the work tree: then it leaves the
 * manifest, whatever else of the directory is there.
 */
#ifndef MLV_REPO_ADD_TRACK_H
#define MLV_REPO_ADD_TRACK_H

#include "core/repo/add.h"
#include "core/repo/add/scan.h"
#include "core/repo/lock.h"

struct mlv_track_target {
	struct mlv_output output; /* what the pointer says; only its paths when it is new */
	bool existing;            /* there is a pointer */
	char *part;
	bool gone;                /* a part that is not in the work tree any more */
	struct mlv_output made;   /* what it will say; no strings of its own */
	bool changed;
	struct mlv_scan scan;
	struct mlv_lock *lock;    /* of the pointer; NULL: the target before is of the same output */
	struct mlv_buf old;       /* text of the pointer */
};

struct mlv_track {
	struct mlv_repo *repo;
	const char *command;      /* for locks: "add" */
	bool no_commit, sha256;
	bool skip_ignored;        /* pass over new targets that .mlvignore leaves out: a pattern found them */
	bool must_match;          /* refuse what differs from its pointer */
	bool of_stage;            /* whole outputs of a stage: there are no pointers, nothing is locked */
	bool plain;               /* they are neither git-ignored nor made links */
	bool no_stamp;            /* no output is a directory: nobody asks what the cache has of it */
	bool may_be_gone;         /* parts that are not in the work tree are no failure */
	uint64_t stamp;           /* of the cache, before anything was put; 0: none */
	struct mlv_strs written;  /* for git's index: pointers, and ignore files that changed */
	struct mlv_track_target *at; /* sorted by path, then part */
	size_t count, cap;
};

void mlv_track_release(struct mlv_track *track);
/* Add a target; output is copied (strings too). */
mlv_err mlv_track_append(struct mlv_track *track, const struct mlv_output *output, bool existing,
			 const char *part) MLV_CHECK;
mlv_err mlv_track_run(struct mlv_track *track, mlv_added_fn fn, void *arg) MLV_CHECK;
/* What the scanned targets first to last, parts of one output, came to: fills made of each. */
mlv_err mlv_track_build(struct mlv_track *track, struct mlv_track_target *first,
			struct mlv_track_target *last, struct mlv_batch *batch) MLV_CHECK;
/* Whether the index told all scans of these targets, parts of one output, what did not change. */
bool mlv_track_is_edit(const struct mlv_track_target *first, const struct mlv_track_target *last);
/* Then: the new tree as an edit of the old one, which the index is. Fills made of first. */
mlv_err mlv_track_edit(struct mlv_track *track, struct mlv_track_target *first,
		       struct mlv_track_target *last, struct mlv_batch *batch) MLV_CHECK;
/*
 * Of targets that are parts of one output, look up those that are gone in the
 * old manifest: MLV_E_MISSING for one that it does not have. A directory that
 * is left empty by them joins the scan, as a manifest has such.
 */
mlv_err mlv_track_gone(struct mlv_track *track, struct mlv_track_target *first,
		       struct mlv_track_target *last) MLV_CHECK;

#endif
