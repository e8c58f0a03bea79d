/* What stages made, of those whose commands are done: stored, and recorded, together. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/repo/repro/impl.h"
#include "core/repo/repro/save.h"
#include "core/repo/run_cache.h"

#define SETTLE_SIZE (1 << 20) /* bytes */

/* What it ran with is recorded as it was before: a change while it ran shows the next time. */
static mlv_err tell_changed_deps(struct mlv_repro_run *run, struct mlv_slot *slot,
				 const struct mlv_recorded *after)
{
	const struct mlv_recorded *before = &slot->state.now;

	for (size_t i = 0; i < before->dep_count; i++) {
		const struct mlv_recorded_path *was = &before->deps[i];
		const struct mlv_recorded_path *is =
			mlv_recorded_find(after->deps, after->dep_count, was->at.path);

		if (!is)
			return mlv_error(MLV_E_FAILED, "it removed its dependency '%s'",
					 was->at.path);
		if (!was->mark && !mlv_output_same_id(&was->at, &is->at))
			mlv_tell_warning(run->repo->ctx,
					 "%s: its dependency '%s' changed while it ran: it is out of date "
					 "again", slot->address, was->at.path);
	}
	return NULL;
}

/* Whether an output is so large that reading it a second time would cost more than a pause. */
static bool is_large(const struct mlv_repro_run *run, const struct mlv_stage *stage)
{
	for (size_t i = 0; i < stage->out_count; i++) {
		struct stat st;

		if (stage->outs[i].glob ||
		    (mlv_sys_fstatat(run->repo->root_fd, stage->outs[i].path, &st,
				     AT_SYMLINK_NOFOLLOW) == 0 &&
		     (!S_ISREG(st.st_mode) || st.st_size > SETTLE_SIZE)))
			return true;
	}
	return false;
}

static mlv_err look_at(struct mlv_repro_run *run, struct mlv_slot *slot)
{
	const struct mlv_look_options look = { .allow_missing = run->options->allow_missing };
	MLV_SCOPED(mlv_stage_state_release) struct mlv_stage_state after = { 0 };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs missing = { 0 };
	struct mlv_recorded *now = &slot->state.now;
	struct mlv_recorded old = { .outs = now->outs, .out_count = now->out_count };
	mlv_err err;

	mlv_recorded_release(&old);
	now->outs = NULL;
	now->out_count = now->out_cap = 0;
	if ((err = mlv_stage_look(run->looker, slot->stage, &look, &after)) ||
	    (err = tell_changed_deps(run, slot, &after.now)) ||
	    (err = mlv_stage_look_outs(run->looker, slot->stage, NULL, false, now, &missing)))
		return err;
	if (missing.count)
		return mlv_error(MLV_E_FAILED, "it did not make its output '%s'", missing.at[0]);
	mlv_recorded_sort(now);
	return NULL;
}

/* Do it with each that is left; one that fails is left no more. */
static mlv_err each(struct mlv_repro_run *run,
		    mlv_err (*fn)(struct mlv_repro_run *run, struct mlv_slot *slot))
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < run->made_count; i++) {
		struct mlv_slot *slot = run->made[i];

		if (slot->is == MLV_SLOT_MADE && (err = fn(run, slot)))
			err = mlv_slot_give_up(run, slot, err);
	}
	return err;
}

static mlv_err save(struct mlv_repro_run *run, struct mlv_recorded *const *stages, size_t count)
{
	const struct mlv_save_options options = { .no_commit = run->options->no_commit,
						  .all = !run->options->no_run_cache,
						  .command = "repro" };

	return mlv_stage_save(run->repo, &options, stages, count);
}

static mlv_err save_one(struct mlv_repro_run *run, struct mlv_slot *slot)
{
	struct mlv_recorded *now = &slot->state.now;

	return save(run, &now, 1);
}

/* Together; where that fails, each by itself, so that it is seen which one it is. */
static mlv_err save_all(struct mlv_repro_run *run)
{
	MLV_SCOPED(mlv_mem_free) void *mem = mlv_sys_alloc_array(run->made_count, sizeof(void *));
	struct mlv_recorded **stages = mem;
	size_t count = 0;
	mlv_err err;

	if (!stages)
		return mlv_error_nomem("stages");
	for (size_t i = 0; i < run->made_count; i++)
		if (run->made[i]->is == MLV_SLOT_MADE)
			stages[count++] = &run->made[i]->state.now;
	if (count > 1) {
		err = save(run, stages, count);
		if (!err || err->code == MLV_E_INTERRUPTED || err->code == MLV_E_NOMEM)
			return err;
	}
	return each(run, save_one);
}

static bool is_of(const struct mlv_slot *slot, const char *dir)
{
	return slot->is == MLV_SLOT_MADE && !slot->recorded && strcmp(slot->stage->dir, dir) == 0;
}

/* Those of one mlv.lock, in one change of it. */
static mlv_err record_file(struct mlv_repro_run *run, const struct mlv_stage *stage)
{
	MLV_SCOPED(mlv_mem_free) void *mem =
		mlv_sys_alloc_array(run->made_count, sizeof(struct mlv_recorded));
	struct mlv_recorded *stages = mem;
	size_t count = 0;
	mlv_err err;

	if (!stages)
		return mlv_error_nomem("stages");
	for (size_t i = 0; i < run->made_count; i++)
		if (is_of(run->made[i], stage->dir))
			stages[count++] = run->made[i]->state.now;
	err = mlv_repro_record(run, stage, stages, count);
	for (size_t i = 0; i < run->made_count; i++)
		if (!err && is_of(run->made[i], stage->dir))
			run->made[i]->recorded = true;
	return err;
}

/* With it go all others of the same file; a failure is that of each of them. */
static mlv_err record_one(struct mlv_repro_run *run, struct mlv_slot *slot)
{
	return slot->recorded ? NULL : record_file(run, slot->stage);
}

/* It is recorded: what is left to do of it. */
static mlv_err conclude(struct mlv_repro_run *run, struct mlv_slot *slot)
{
	const struct mlv_repro_options *options = run->options;
	const struct mlv_recorded *now = &slot->state.now;
	mlv_err err = NULL;

	mlv_executor_forget(options->executor, slot->address);
	if (!options->no_commit && !options->no_run_cache && now->out_count &&
	    !slot->stage->always_changed)
		err = mlv_run_put(run->repo, now, slot->stage->dir);
	if (err || (err = mlv_aside_discard(slot->aside)))
		return err;
	slot->is = MLV_SLOT_DONE;
	run->result->ran++;
	mlv_repro_tell(run, slot, MLV_REPRO_RAN, NULL);
	return NULL;
}

static mlv_err store(struct mlv_repro_run *run)
{
	bool large = false;
	mlv_err err = mlv_strays_look(run->strays, false);

	if (err)
		return err;
	for (size_t i = 0; !large && i < run->made_count; i++)
		large = is_large(run, run->made[i]->stage);
	if (large)
		mlv_namer_settle(run->namer);
	mlv_looker_forget(run->looker);
	if ((err = each(run, look_at)) || (err = save_all(run)) || (err = each(run, record_one)))
		return err;
	return each(run, conclude);
}

/* What has ended well is not lost to an interrupt: a second one ends mlv itself. */
static mlv_err finish(struct mlv_repro_run *run)
{
	struct mlv_ctx *ctx = run->repo->ctx;
	mlv_err err;

	if (ctx->stop(ctx))
		mlv_tell_warning(ctx, "what has ended is stored first; interrupt again to end at once");
	ctx->finishing = true;
	err = store(run);
	ctx->finishing = false;
	return err;
}

mlv_err mlv_slots_store(struct mlv_repro_run *run)
{
	mlv_err err = run->made_count ? finish(run) : NULL;

	/* The run ends: what is not recorded did not happen. */
	for (size_t i = 0; err && i < run->made_count; i++)
		if (run->made[i]->is == MLV_SLOT_MADE && !run->made[i]->recorded)
			err = mlv_slot_give_up(run, run->made[i], err);
	for (size_t i = 0; i < run->made_count; i++)
		mlv_slot_let_go(run->made[i]);
	run->made_count = 0;
	return err;
}
