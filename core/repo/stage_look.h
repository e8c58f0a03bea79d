/*
 * stage_look.h - whether a stage is up to date, and if not, why.
 *
 * What a stage would run with now (command, dependencies, parameters, variables)
 * and what its outputs are now is put together in the form of mlv.lock; where the
 * text is the very one that is recorded, nothing more is looked at. Files that
 * did not change since they were last named are not read (namer.h).
 *
 * Ownership   the looker keeps what it read: parameter files, lock files.
 * Threads     one at a time.
 */
#ifndef MLV_REPO_STAGE_LOOK_H
#define MLV_REPO_STAGE_LOOK_H

#include "core/repo/lockfile.h"
#include "core/repo/namer.h"
#include "core/repo/pipeline.h"

enum mlv_reason_about {
	MLV_ABOUT_STAGE, /* name is "never ran", "always changed", ... */
	MLV_ABOUT_CMD,
	MLV_ABOUT_DEP,
	MLV_ABOUT_PARAM,
	MLV_ABOUT_ENV,
	MLV_ABOUT_OUT,
	MLV_ABOUTS,
};
enum mlv_reason_what { MLV_WHAT_NEW, MLV_WHAT_MODIFIED, MLV_WHAT_DELETED, MLV_WHATS };
/* "changed deps", "modified": as status shows them. */
extern const char *const mlv_reason_about_text[MLV_ABOUTS];
extern const char *const mlv_reason_what_text[MLV_WHATS];

struct mlv_reason {
	enum mlv_reason_about about;
	enum mlv_reason_what what;
	char *name;  /* a path, "params.yaml: lr", a variable */
	char *was, *is; /* of commands, parameters and variables; NULL: not said */
};

struct mlv_stage_state {
	const struct mlv_stage *stage;
	struct mlv_recorded now;   /* what is not there is not in it */
	struct mlv_reason *reasons; /* why it is not up to date; none: it is */
	size_t count, cap;
	struct mlv_strs missing;   /* dependencies and parameters that are not there: it cannot run */
	bool resave;               /* up to date, but an output is to be kept in another way */
	bool outs_only;            /* nothing but outputs differs */
	bool outs_gone;            /* of them, all that differ are missing */
};
void mlv_stage_state_release(struct mlv_stage_state *state);

struct mlv_looker;
struct mlv_look_options {
	bool allow_missing; /* what is not there counts as what is recorded */
};
/* repo, namer and pipeline outlive it. */
mlv_err mlv_looker_new(struct mlv_looker **out, struct mlv_repo *repo, struct mlv_namer *namer) MLV_CHECK;
void mlv_looker_freep(struct mlv_looker **looker);
/* The lock file that the stage is recorded in. Owned by the looker. */
mlv_err mlv_looker_file(struct mlv_looker *looker, const struct mlv_stage *stage,
			struct mlv_lockfile **file) MLV_CHECK;
mlv_err mlv_stage_look(struct mlv_looker *looker, const struct mlv_stage *stage,
		       const struct mlv_look_options *options, struct mlv_stage_state *state) MLV_CHECK;
/* Fill the outputs of now anew, of what lies there; missing gets those that are not there. */
mlv_err mlv_stage_look_outs(struct mlv_looker *looker, const struct mlv_stage *stage,
			    const struct mlv_recorded *old, bool allow_missing,
			    struct mlv_recorded *now, struct mlv_strs *missing) MLV_CHECK;
/* Parameter files may have changed: read them again. */
void mlv_looker_forget(struct mlv_looker *looker);

#endif
