#include "core/repo/stage_commit.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/repo/repro/save.h"
#include "core/repo/stage_look.h"

struct commit {
	struct mlv_repo *repo;
	struct mlv_pipeline pipeline;
	struct mlv_namer *namer;
	struct mlv_looker *looker;
	struct mlv_stage_state *states; /* of those that are to be recorded */
	size_t count;
	bool all, force;
};

static void commit_release(struct commit *commit)
{
	for (size_t i = 0; i < commit->count; i++)
		mlv_stage_state_release(&commit->states[i]);
	free(commit->states);
	mlv_looker_freep(&commit->looker);
	mlv_namer_freep(&commit->namer);
	mlv_pipeline_release(&commit->pipeline);
}

static bool is_target(const struct mlv_stage *stage, const struct mlv_targets *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		for (size_t o = 0; o < stage->out_count; o++)
			if (targets->at[i].output->stage &&
			    strcmp(targets->at[i].output->path, stage->outs[o].path) == 0)
				return true;
	return false;
}

static bool outs_there(const struct mlv_stage_state *state)
{
	const struct mlv_stage *stage = state->stage;

	for (size_t i = 0; i < stage->out_count; i++)
		if (!stage->outs[i].glob &&
		    !mlv_recorded_find(state->now.outs, state->now.out_count, stage->outs[i].path))
			return false;
	return stage->out_count > 0;
}

static bool outs_differ(const struct mlv_stage_state *state)
{
	for (size_t i = 0; i < state->count; i++)
		if (state->reasons[i].about == MLV_ABOUT_OUT ||
		    (state->reasons[i].about == MLV_ABOUT_STAGE &&
		     state->reasons[i].what == MLV_WHAT_NEW))
			return true;
	return false;
}

/* Whether the stage is to be recorded; refused when it may not be. */
static mlv_err judge(const struct commit *commit, const struct mlv_stage_state *state, bool *take)
{
	const char *name = state->stage->name;

	*take = outs_there(state);
	if (!*take)
		return commit->all ? NULL
				   : mlv_error(MLV_E_MISSING, "stage '%s': not all of its outputs are "
					       "there", name);
	if (!state->count || commit->force)
		return NULL;
	if (commit->all && !outs_differ(state)) {
		*take = false;
		return NULL;
	}
	return mlv_error_hint(mlv_error(MLV_E_REFUSED, "stage '%s' is not as mlv.lock records it",
					name),
			      "mlv status tells what differs; mlv commit -f records it as it is");
}

static mlv_err look_all(struct commit *commit, const struct mlv_targets *targets)
{
	const struct mlv_pipeline *pipeline = &commit->pipeline;
	mlv_err err;

	for (size_t i = 0; i < pipeline->count; i++) {
		const struct mlv_stage *stage = &pipeline->stages[pipeline->order[i]];
		struct mlv_stage_state *state = &commit->states[commit->count];
		bool take;

		if (!commit->all && !is_target(stage, targets))
			continue;
		if ((err = mlv_stage_look(commit->looker, stage, NULL, state)))
			return err;
		if ((err = judge(commit, state, &take)) || !take)
			mlv_stage_state_release(state);
		else
			commit->count++;
		if (err)
			return err;
	}
	return NULL;
}

static mlv_err record(struct commit *commit, struct mlv_stage_state *state)
{
	const struct mlv_save_options options = { .command = "commit" };
	struct mlv_lockfile *file;
	struct mlv_recorded *now = &state->now;
	mlv_err err = mlv_stage_save(commit->repo, &options, &now, 1);

	if (err || (err = mlv_looker_file(commit->looker, state->stage, &file)))
		return err;
	return mlv_lockfile_put(file, commit->repo, now, 1, NULL, "commit");
}

mlv_err mlv_stage_commit(struct mlv_repo *repo, const struct mlv_targets *targets, bool all,
			 bool force, mlv_stage_committed_fn fn, void *arg)
{
	MLV_SCOPED(commit_release) struct commit commit = { .repo = repo, .all = all, .force = force };
	mlv_err err = mlv_pipeline_load(repo, &commit.pipeline);

	if (err || !commit.pipeline.count)
		return err;
	commit.states = mlv_sys_alloc_array(commit.pipeline.count + 1, sizeof(*commit.states));
	if (!commit.states)
		return mlv_error_nomem("stages");
	if ((err = mlv_namer_new(&commit.namer, repo)) ||
	    (err = mlv_looker_new(&commit.looker, repo, commit.namer)) ||
	    (err = look_all(&commit, targets)))
		return err;
	for (size_t i = 0; !err && i < commit.count; i++)
		if (!(err = record(&commit, &commit.states[i])))
			fn(arg, commit.states[i].stage, commit.states[i].count > 0);
	return err ? err : mlv_namer_save(commit.namer);
}
