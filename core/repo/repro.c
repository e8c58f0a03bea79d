#include "core/repo/repro.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/repo/repro/impl.h"

#define MADE_MAX 256 /* stages whose outputs are stored in one round */

void mlv_repro_tell(struct mlv_repro_run *run, struct mlv_slot *slot,
		    enum mlv_repro_event_type type, const char *text)
{
	const struct mlv_repro_event event = { .type = type, .stage = slot->stage,
					       .state = &slot->state, .text = text,
					       .log = slot->log,
					       .id = (size_t)(slot - run->slots) };

	if (run->options->tell)
		run->options->tell(run->options->arg, &event);
}

void mlv_slot_let_go(struct mlv_slot *slot)
{
	mlv_aside_freep(&slot->aside);
	mlv_lock_freep(&slot->lock);
	mlv_stage_state_release(&slot->state);
	free(slot->address);
	free(slot->log);
	slot->address = slot->log = NULL;
}

static void run_release(struct mlv_repro_run *run)
{
	for (size_t i = 0; run->slots && i < run->pipeline->count; i++)
		mlv_slot_let_go(&run->slots[i]);
	free(run->slots);
	free(run->made);
	mlv_strays_freep(&run->strays);
	mlv_looker_freep(&run->looker);
	mlv_namer_freep(&run->namer);
}

void mlv_slot_fail(struct mlv_repro_run *run, struct mlv_slot *slot, mlv_err why)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf shown = MLV_BUF_INIT;
	struct mlv_error kept = *why;
	bool named = !mlv_stage_address(slot->stage, &shown);

	slot->is = MLV_SLOT_FAILED;
	run->result->failed++;
	mlv_repro_tell(run, slot, MLV_REPRO_FAILED, kept.msg);
	if (!run->first.msg[0])
		run->first = *mlv_error_wrap(mlv_error_copy(&kept), "failed to reproduce '%s'",
					     named ? shown.ptr : slot->stage->name);
}

/* Whether no dependency that was asked for is still to be done; *failed: one failed. */
static bool is_ready(const struct mlv_repro_run *run, size_t at, bool *failed)
{
	const struct mlv_pipeline *p = run->pipeline;

	*failed = false;
	for (size_t e = p->edge_at[at]; e < p->edge_at[at + 1]; e++) {
		const struct mlv_slot *slot = &run->slots[p->edges[e]];

		if (slot->stage && slot->is < MLV_SLOT_DONE)
			return false;
		*failed |= slot->stage && slot->is == MLV_SLOT_FAILED;
	}
	return true;
}

/* Nothing new begins after a failure, unless the rest is wanted. */
static bool may_begin(const struct mlv_repro_run *run)
{
	return !run->result->failed || run->options->keep_going || run->options->ignore_errors;
}

/* Begin what can begin; *any: something did, so that more may be ready. */
static mlv_err begin_ready(struct mlv_repro_run *run, bool *any)
{
	const struct mlv_repro_options *options = run->options;
	mlv_err err = NULL;

	*any = false;
	for (size_t i = 0; !err && i < run->stages->count && may_begin(run); i++) {
		size_t at = run->stages->at[i];
		struct mlv_slot *slot = &run->slots[at];
		bool failed;

		if (options->executor && options->executor->underway >= options->jobs)
			break;
		if (slot->is != MLV_SLOT_WAITS || !is_ready(run, at, &failed))
			continue;
		*any = true;
		if (failed && !options->ignore_errors) {
			slot->is = MLV_SLOT_FAILED;
			run->result->skipped++;
			mlv_repro_tell(run, slot, MLV_REPRO_SKIPPED, NULL);
		} else if (!(err = mlv_ctx_check_stop(run->repo->ctx))) {
			err = mlv_slot_begin(run, slot);
		}
		if (slot->is != MLV_SLOT_RUNS)
			mlv_slot_let_go(slot);
	}
	return err;
}

static mlv_err end(struct mlv_repro_run *run, const struct mlv_job_end *end)
{
	struct mlv_slot *slot = &run->slots[end->id];
	mlv_err err = mlv_slot_end(run, slot, end);

	if (slot->is != MLV_SLOT_MADE)
		mlv_slot_let_go(slot);
	return err;
}

/* Wait for a job to end, and take all others that have ended meanwhile. */
static mlv_err end_some(struct mlv_repro_run *run)
{
	struct mlv_executor *executor = run->options->executor;
	struct mlv_job_end ended;
	bool any;
	mlv_err err = mlv_executor_wait(executor, &ended, &any);

	while (!err && any && !(err = end(run, &ended)) && run->made_count < MADE_MAX)
		err = mlv_executor_ended(executor, &ended, &any);
	return err;
}

/*
 * What ended is stored while the next ones run. Where one runs at a time it is
 * stored before the next one begins.
 */
static mlv_err run_all(struct mlv_repro_run *run)
{
	mlv_err err = NULL;
	bool any = true;

	while (!err) {
		if ((run->options->jobs == 1 && (err = mlv_slots_store(run))) ||
		    (err = begin_ready(run, &any)))
			break;
		if (run->made_count)
			err = mlv_slots_store(run);
		else if (run->options->executor && run->options->executor->underway)
			err = end_some(run);
		else if (!any)
			break;
		if (!err && !run->made_count)
			err = mlv_ctx_check_stop(run->repo->ctx);
	}
	return err;
}

/* The run is over before its time: what runs is ended, what was aside comes back. */
static void stop_all(struct mlv_repro_run *run)
{
	struct mlv_executor *executor = run->options->executor;

	if (!executor || mlv_slots_store(run) || !executor->underway)
		return;
	mlv_executor_cancel(executor);
	while (executor->underway)
		if (end_some(run) || mlv_slots_store(run))
			return;
}

/* Names of entries whose stages are not in the mlv.yaml any more. */
static mlv_err find_stale(const struct mlv_repro_run *run, const char *yaml,
			  const struct mlv_lockfile *file, struct mlv_strs *stale)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < file->count; i++)
		if (!mlv_pipeline_stage(run->pipeline, yaml, file->at[i].name))
			err = mlv_strs_add(stale, file->at[i].name);
	return err;
}

/* What was recorded, in this run or in one that was killed, all goes into its mlv.lock. */
static mlv_err fold_all(struct mlv_repro_run *run)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && !run->options->dry && i < run->stages->count; i++) {
		const struct mlv_stage *stage = &run->pipeline->stages[run->stages->at[i]];
		MLV_SCOPED(mlv_strs_release) struct mlv_strs stale = { 0 };
		struct mlv_lockfile *file;

		if (!(err = mlv_looker_file(run->looker, stage, &file)) &&
		    mlv_lockfile_is_noted(file) &&
		    !(err = find_stale(run, stage->file, file, &stale)))
			err = mlv_lockfile_fold(file, run->repo, &stale, "repro");
	}
	return err;
}

static mlv_err set_up(struct mlv_repro_run *run)
{
	mlv_err err;

	run->slots = mlv_sys_alloc_array(run->pipeline->count + 1, sizeof(*run->slots));
	run->made = mlv_sys_alloc_array(run->pipeline->count + 1, sizeof(struct mlv_slot *));
	if (!run->slots || !run->made)
		return mlv_error_nomem("stages");
	for (size_t i = 0; i < run->stages->count; i++)
		run->slots[run->stages->at[i]].stage = &run->pipeline->stages[run->stages->at[i]];
	if ((err = mlv_namer_new(&run->namer, run->repo)) ||
	    (err = mlv_looker_new(&run->looker, run->repo, run->namer)) ||
	    (!run->options->dry && (err = mlv_strays_new(&run->strays, run->repo, run->pipeline))))
		return err;
	for (size_t i = 0; i < run->options->own_count; i++)
		mlv_strays_except(run->strays, &run->options->own[i]);
	return mlv_aside_any(run->repo, &run->any_aside);
}

mlv_err mlv_repro(struct mlv_repo *repo, const struct mlv_pipeline *pipeline,
		  const struct mlv_stage_set *stages, const struct mlv_repro_options *options,
		  struct mlv_repro_result *result)
{
	MLV_SCOPED(run_release) struct mlv_repro_run run = { .repo = repo, .pipeline = pipeline,
							     .stages = stages, .options = options,
							     .result = result };
	struct mlv_error kept;
	mlv_err err = set_up(&run);

	if (!err && !(err = run_all(&run)))
		err = mlv_strays_look(run.strays, true);
	if (err) {
		kept = *err;
		stop_all(&run);
		if (run.looker)
			(void)!fold_all(&run);
		err = mlv_error_copy(&kept);
	} else {
		err = fold_all(&run);
	}
	if (!err && run.first.msg[0])
		err = mlv_error_copy(&run.first);
	if (run.namer && !err)
		err = mlv_namer_save(run.namer);
	else if (run.namer && err) {
		kept = *err;
		(void)!mlv_namer_save(run.namer);
		err = mlv_error_copy(&kept);
	}
	return err;
}
