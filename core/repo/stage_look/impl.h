/* stage_look/impl.h - the inside of stage_look.h. */
#ifndef MLV_REPO_STAGE_LOOK_IMPL_H
#define MLV_REPO_STAGE_LOOK_IMPL_H

#include "core/repo/params.h"
#include "core/repo/stage_look.h"

struct mlv_looker_params {
	char *file;
	struct mlv_value *value; /* NULL: there is no such file */
};

struct mlv_looker {
	struct mlv_repo *repo;
	struct mlv_namer *namer;
	struct mlv_lockfile *files;
	size_t file_count, file_cap;
	struct mlv_looker_params *params;
	size_t param_count, param_cap;
};

/* Add what is not as recorded (old; NULL: nothing is) to the state. */
mlv_err mlv_stage_compare(struct mlv_stage_state *state, const struct mlv_recorded *old) MLV_CHECK;
mlv_err mlv_stage_reason(struct mlv_stage_state *state, enum mlv_reason_about about,
			 enum mlv_reason_what what, const char *name) MLV_CHECK;

#endif
