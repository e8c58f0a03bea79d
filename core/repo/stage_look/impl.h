/* stage_look/impl.h - the inside of stage_look.h. */
#ifndef MLV_REPO_STAGE_LOOK_IMPL_H
#define MLV_REPO_STAGE_LOOK_IMPL_H

#include "core/repo/params.h"
#include "core/repo/stage_look.h"

struct mlv_looker_params {
	char *file;
	struct mlv_value *value; /* NULL: there is no such file */
};

struct mlv_looker_mark {
	char *url;
	char *mark;       /* NULL: nothing is there, or it is not known */
	bool unreachable; /* and why says how */
	char why[256];
};

struct mlv_looker {
	struct mlv_repo *repo;
	struct mlv_namer *namer;
	struct mlv_lockfile *files;
	size_t file_count, file_cap;
	struct mlv_looker_params *params;
	size_t param_count, param_cap;
	struct mlv_looker_mark *marks;
	size_t mark_count, mark_cap;
};

/*
 * Add a dependency that is a URL to what is now: as its server has it, if somebody asks for that
 * (repo.h), else as it is recorded (was; NULL: it is not).
 */
mlv_err mlv_looker_add_url(struct mlv_looker *looker, const char *url,
			   const struct mlv_recorded_path *was, bool allow_missing,
			   struct mlv_stage_state *state) MLV_CHECK;
void mlv_looker_marks_release(struct mlv_looker *looker);

/* Add what is not as recorded (old; NULL: nothing is) to the state. */
mlv_err mlv_stage_compare(struct mlv_stage_state *state, const struct mlv_recorded *old) MLV_CHECK;
mlv_err mlv_stage_reason(struct mlv_stage_state *state, enum mlv_reason_about about,
			 enum mlv_reason_what what, const char *name) MLV_CHECK;

#endif
