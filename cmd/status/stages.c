#include "cmd/status/stages.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/repro/show.h"
#include "cmd/ui/out.h"
#include "core/base/sys.h"

void mlv_status_stages_release(struct mlv_status_stages *stages)
{
	for (size_t i = 0; i < stages->count; i++)
		mlv_stage_state_release(&stages->at[i]);
	free(stages->at);
	stages->at = NULL;
	stages->count = 0;
	mlv_pipeline_release(&stages->pipeline);
}

static mlv_err is_wanted(const struct mlv_stage *stage, const struct mlv_targets *only, bool *wanted)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf address = MLV_BUF_INIT;
	mlv_err err = NULL;

	*wanted = !only;
	if (*wanted || (err = mlv_stage_address(stage, &address)))
		return err;
	for (size_t i = 0; i < only->count && !*wanted; i++)
		*wanted = only->at[i].output->stage &&
			  strcmp(only->at[i].output->stage, address.ptr) == 0;
	return NULL;
}

static mlv_err look_all(struct mlv_status_stages *stages, struct mlv_looker *looker,
			const struct mlv_targets *only)
{
	const struct mlv_pipeline *pipeline = &stages->pipeline;
	mlv_err err;

	for (size_t i = 0; i < pipeline->count; i++) {
		const struct mlv_stage *stage = &pipeline->stages[pipeline->order[i]];
		struct mlv_stage_state *state = &stages->at[stages->count];
		bool wanted;

		if ((err = is_wanted(stage, only, &wanted)))
			return err;
		if (!wanted)
			continue;
		if ((err = mlv_stage_look(looker, stage, NULL, state)))
			return err;
		stages->looked++;
		if (state->count)
			stages->count++;
		else
			mlv_stage_state_release(state);
	}
	return NULL;
}

mlv_err mlv_status_stages_look(struct mlv_status_stages *stages, struct mlv_repo *repo,
			       const struct mlv_targets *only)
{
	MLV_SCOPED(mlv_namer_freep) struct mlv_namer *namer = NULL;
	MLV_SCOPED(mlv_looker_freep) struct mlv_looker *looker = NULL;
	mlv_err err;

	if ((err = mlv_pipeline_load(repo, &stages->pipeline)) || !stages->pipeline.count)
		return err;
	stages->at = mlv_sys_alloc_array(stages->pipeline.count, sizeof(*stages->at));
	if (!stages->at)
		return mlv_error_nomem("stages");
	if ((err = mlv_namer_new(&namer, repo)) || (err = mlv_looker_new(&looker, repo, namer)))
		return err;
	mlv_namer_look_once(namer);
	if ((err = look_all(stages, looker, only)))
		return err;
	return mlv_namer_save(namer);
}

void mlv_status_stages_print(struct mlv_run *run, const struct mlv_status_stages *stages)
{
	struct mlv_out *out = run->out;

	mlv_out_array_begin(out, "stages");
	for (size_t i = 0; i < stages->count; i++) {
		const struct mlv_stage_state *state = &stages->at[i];
		MLV_SCOPED(mlv_buf_release) struct mlv_buf address = MLV_BUF_INIT;

		if (mlv_stage_address(state->stage, &address))
			continue;
		mlv_out_object_begin(out, NULL);
		mlv_out_text(out, "stage", address.ptr);
		mlv_out_bool(out, "frozen", state->stage->frozen);
		mlv_reasons_json(out, state);
		mlv_out_object_end(out);
		mlv_out_line(out, "%s:%s", address.ptr, state->stage->frozen ? " (frozen)" : "");
		mlv_reasons_print(out, state, run->verbose);
	}
	mlv_out_array_end(out);
}
