#include "core/repo/repro/save.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/repo/add/track.h"
#include "core/repo/checkout.h"

struct made {
	struct mlv_recorded *const *stages;
	size_t count;
};

static struct mlv_recorded_path *find(const struct made *made, const char *path)
{
	for (size_t i = 0; i < made->count; i++) {
		struct mlv_recorded *stage = made->stages[i];
		const struct mlv_recorded_path *found =
			mlv_recorded_find(stage->outs, stage->out_count, path);

		if (found)
			return &stage->outs[found - stage->outs];
	}
	return NULL;
}

static void take(void *arg, const struct mlv_added *added)
{
	struct mlv_recorded_path *out = find(arg, added->output->path);

	if (!out)
		return;
	out->at.type = added->output->type;
	out->at.oid = added->output->oid;
	out->at.size = added->output->size;
	out->at.nfiles = added->output->nfiles;
	out->at.exec = added->output->exec;
}

static mlv_err append(struct mlv_track *track, const struct mlv_recorded *stage, bool cached)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < stage->out_count; i++) {
		if (stage->outs[i].at.cache != cached)
			continue;
		track->no_stamp &= stage->outs[i].at.type != MLV_ID_TREE;
		err = mlv_track_append(track, &stage->outs[i].at, false, "");
	}
	return err;
}

/* Those that are cached, or those that are not. */
static mlv_err save_some(struct mlv_repo *repo, const struct mlv_save_options *options, bool cached,
			 struct made *made)
{
	MLV_SCOPED(mlv_track_release) struct mlv_track track = {
		.repo = repo, .command = options->command, .of_stage = true, .plain = !cached,
		.no_commit = options->no_commit || (!cached && !options->all), .no_stamp = true
	};
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < made->count; i++)
		err = append(&track, made->stages[i], cached);
	if (err || !track.count)
		return err;
	return mlv_track_run(&track, take, made);
}

mlv_err mlv_stage_save(struct mlv_repo *repo, const struct mlv_save_options *options,
		       struct mlv_recorded *const *stages, size_t count)
{
	struct made made = { stages, count };
	mlv_err err = save_some(repo, options, true, &made);

	return err ? err : save_some(repo, options, false, &made);
}

/* The index of what is not tracked as an output would make checkout take it for one. */
static mlv_err forget_plain(struct mlv_repo *repo, const struct mlv_recorded *recorded)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < recorded->out_count; i++)
		if (!recorded->outs[i].at.cache)
			err = mlv_index_remove(repo, recorded->outs[i].at.path);
	return err;
}

mlv_err mlv_stage_restore(struct mlv_repo *repo, const struct mlv_recorded *recorded,
			  const char *command, bool *done)
{
	const struct mlv_checkout_options options = { .force = true, .command = command };
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
	MLV_SCOPED(mlv_checkout_result_release) struct mlv_checkout_result result = { 0 };
	mlv_err err;

	outputs.at = mlv_sys_alloc_array(recorded->out_count + 1, sizeof(*outputs.at));
	targets.at = mlv_sys_alloc_array(recorded->out_count + 1, sizeof(*targets.at));
	if (!outputs.at || !targets.at)
		return mlv_error_nomem("outputs");
	for (; outputs.count < recorded->out_count; outputs.count++) {
		struct mlv_output *output = &outputs.at[outputs.count];

		if ((err = mlv_output_copy(output, &recorded->outs[outputs.count].at)))
			return err;
		output->cache = true;
	}
	for (; targets.count < outputs.count; targets.count++) {
		targets.at[targets.count].output = &outputs.at[targets.count];
		if (!(targets.at[targets.count].part = mlv_sys_strdup("")))
			return mlv_error_nomem("outputs");
	}
	if ((err = mlv_checkout(repo, &outputs, &targets, &options, &result)))
		return err;
	*done = !result.missing_count && !result.damaged_count;
	return forget_plain(repo, recorded);
}
