/* A stage whose dependencies are done: what is to be done with it. */
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/repo/gitignore.h"
#include "core/repo/repro/impl.h"
#include "core/repo/repro/save.h"
#include "core/repo/run_cache.h"

mlv_err mlv_repro_record(struct mlv_repro_run *run, const struct mlv_stage *stage,
			 const struct mlv_recorded *stages, size_t count)
{
	struct mlv_lockfile *file;
	mlv_err err = mlv_looker_file(run->looker, stage, &file);

	return err ? err : mlv_lockfile_note(file, run->repo, stages, count, "repro");
}

static mlv_err record(struct mlv_repro_run *run, struct mlv_slot *slot)
{
	return mlv_repro_record(run, slot->stage, &slot->state.now, 1);
}

/* Whether a stage that it depends on ran in this run. */
static bool upstream_ran(const struct mlv_repro_run *run, const struct mlv_slot *slot)
{
	const struct mlv_pipeline *p = run->pipeline;
	size_t at = (size_t)(slot - run->slots);

	for (size_t e = p->edge_at[at]; e < p->edge_at[at + 1]; e++)
		if (run->slots[p->edges[e]].stage && run->slots[p->edges[e]].ran)
			return true;
	return false;
}

static mlv_err take_lock(struct mlv_repro_run *run, struct mlv_slot *slot)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf address = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf key = MLV_BUF_INIT;
	mlv_err err;

	if (slot->lock)
		return NULL;
	if ((err = mlv_stage_address(slot->stage, &address)) ||
	    (err = mlv_buf_printf(&key, "stage %s", address.ptr)) ||
	    (err = mlv_lock_file(&slot->lock, run->repo, key.ptr, "repro")))
		return err;
	slot->address = mlv_buf_detach(&address);
	return slot->address ? NULL : mlv_error_nomem("a stage");
}

/*
 * A run before this one was killed while the stage ran: its outputs come back
 * first, unless what it made was recorded already.
 */
static mlv_err recover(struct mlv_repro_run *run, struct mlv_slot *slot)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf address = MLV_BUF_INIT;
	MLV_SCOPED(mlv_stage_state_release) struct mlv_stage_state state = { 0 };
	bool is = false;
	mlv_err err;

	if (!run->any_aside)
		return NULL;
	if ((err = mlv_stage_address(slot->stage, &address)) ||
	    (err = mlv_aside_is(run->repo, address.ptr, &is)) || !is ||
	    (err = take_lock(run, slot)) ||
	    (err = mlv_stage_look(run->looker, slot->stage, NULL, &state)))
		return err;
	mlv_looker_forget(run->looker);
	return state.count ? mlv_aside_recover(run->repo, slot->address)
			   : mlv_aside_drop(run->repo, slot->address);
}

/* A job of Slurm that still runs has its outputs to itself. */
static mlv_err check_left(const struct mlv_repro_run *run, const struct mlv_slot *slot)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf state = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&state, "%s/.mlv/" MLV_SLURM_STATE, run->repo->root);

	if (err || !mlv_executor_slurm_left(state.ptr, slot->address))
		return err;
	return mlv_error_hint(mlv_error(MLV_E_LOCKED, "a job of Slurm may still run it"),
			      "mlv repro --executor slurm takes the job over, or ends it");
}

/* A run before this one was killed, and what the stage runs outlives that. */
static mlv_err adopt(struct mlv_repro_run *run, struct mlv_slot *slot,
		     const struct mlv_look_options *look, bool *adopted)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf address = MLV_BUF_INIT;
	bool is = false;
	mlv_err err;

	*adopted = false;
	if (!run->any_aside)
		return NULL;
	if ((err = mlv_stage_address(slot->stage, &address)) ||
	    (err = mlv_aside_is(run->repo, address.ptr, &is)) || !is ||
	    (err = take_lock(run, slot)) ||
	    (err = mlv_stage_look(run->looker, slot->stage, look, &slot->state)))
		return err;
	if (slot->state.count && !slot->stage->frozen &&
	    ((err = mlv_aside_open(&slot->aside, run->repo, slot->address)) ||
	     (err = mlv_slot_adopt(run, slot, adopted))))
		return err;
	slot->ran = *adopted;
	if (*adopted)
		return NULL;
	mlv_aside_freep(&slot->aside);
	mlv_stage_state_release(&slot->state);
	mlv_looker_forget(run->looker);
	return check_left(run, slot);
}

/* Outputs that persist stay where they are, and are the command's to change. */
static mlv_err move_outs(struct mlv_repro_run *run, struct mlv_slot *slot)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs paths = { 0 };
	const struct mlv_recorded *now = &slot->state.now;
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < now->out_count; i++)
		if (!now->outs[i].persist)
			err = mlv_strs_add(&paths, now->outs[i].at.path);
	/* One that is there and was not named, like a file that cannot be read, goes, too. */
	for (size_t i = 0; !err && i < slot->stage->out_count; i++)
		if (!slot->stage->outs[i].glob && !slot->stage->outs[i].persist)
			err = mlv_strs_add(&paths, slot->stage->outs[i].path);
	if (err)
		return err;
	mlv_strs_sort_unique(&paths);
	return mlv_aside_move(&slot->aside, run->repo, slot->address, &paths);
}

/* What fetch brings in is all that can be had: what is still missing shows then. */
static mlv_err fetch(struct mlv_repro_run *run, const struct mlv_recorded *recorded)
{
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	mlv_err err = NULL;

	if (!run->options->fetch || !recorded->out_count)
		return NULL;
	outputs.at = mlv_sys_alloc_array(recorded->out_count, sizeof(*outputs.at));
	if (!outputs.at)
		return mlv_error_nomem("outputs");
	for (; !err && outputs.count < recorded->out_count; outputs.count += !err)
		err = mlv_output_copy(&outputs.at[outputs.count], &recorded->outs[outputs.count].at);
	return err ? err : run->options->fetch(run->options->arg, &outputs);
}

/* Put the outputs of a run in place; when they cannot be had, what was there comes back. */
static mlv_err restore(struct mlv_repro_run *run, struct mlv_slot *slot,
		       const struct mlv_recorded *from, bool *done)
{
	mlv_err err;

	*done = false;
	if (!from->out_count)
		return NULL;
	if ((err = fetch(run, from)) || (err = take_lock(run, slot)) || (err = move_outs(run, slot)))
		return err;
	err = mlv_stage_restore(run->repo, from, "repro", done);
	if (err || !*done) {
		struct mlv_error kept = { 0 };

		if (err)
			kept = *err;
		mlv_err back = mlv_aside_restore(slot->aside);

		mlv_aside_freep(&slot->aside);
		return err ? mlv_error_copy(&kept) : back;
	}
	return NULL;
}

static bool same_outs(const struct mlv_recorded *a, const struct mlv_recorded *b)
{
	if (a->out_count != b->out_count)
		return false;
	for (size_t i = 0; i < a->out_count; i++)
		if (strcmp(a->outs[i].at.path, b->outs[i].at.path) != 0)
			return false;
	return true;
}

/* Of the stage, with the outputs it names: those of now lack what is not there. */
static mlv_err wanted(const struct mlv_slot *slot, struct mlv_recorded *want)
{
	const struct mlv_recorded *now = &slot->state.now;
	mlv_err err = NULL;

	*want = *now;
	want->outs = NULL;
	want->out_count = want->out_cap = 0;
	for (size_t i = 0; !err && i < slot->stage->out_count; i++) {
		const struct mlv_stage_out *out = &slot->stage->outs[i];
		struct mlv_recorded_path made = { .at = { .path = out->path, .cache = out->cache,
							  .push = out->push, .remote = out->remote },
						  .persist = out->persist };

		err = mlv_recorded_add_out(want, &made);
	}
	mlv_recorded_sort(want);
	return err;
}

static void release_wanted(struct mlv_recorded *want)
{
	struct mlv_recorded outs = { .outs = want->outs, .out_count = want->out_count };

	mlv_recorded_release(&outs);
}

/* What runs with it may be asked for again: its outputs are whole by themselves. */
static bool is_repeatable(const struct mlv_stage *stage)
{
	if (!stage->out_count || stage->always_changed)
		return false;
	for (size_t i = 0; i < stage->out_count; i++)
		if (stage->outs[i].persist || stage->outs[i].glob)
			return false;
	return true;
}

/* The ids of from's outputs under the options that the stage has now. */
static mlv_err take_outs(struct mlv_slot *slot, const struct mlv_recorded *want,
			 const struct mlv_recorded *from)
{
	struct mlv_recorded *now = &slot->state.now;
	struct mlv_recorded old = { .outs = now->outs, .out_count = now->out_count };
	mlv_err err = NULL;

	mlv_recorded_release(&old);
	now->outs = NULL;
	now->out_count = now->out_cap = 0;
	for (size_t i = 0; !err && i < want->out_count; i++) {
		struct mlv_recorded_path made = want->outs[i];

		made.at.type = from->outs[i].at.type;
		made.at.oid = from->outs[i].at.oid;
		made.at.size = from->outs[i].at.size;
		made.at.nfiles = from->outs[i].at.nfiles;
		made.at.exec = from->outs[i].at.exec;
		err = mlv_recorded_add_out(now, &made);
	}
	return err;
}

/* What mlv tracks git must not, whether it was made here or not. */
static mlv_err ignore_outs(struct mlv_repro_run *run, const struct mlv_slot *slot)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs paths = { 0 }, written = { 0 };
	const struct mlv_recorded *now = &slot->state.now;
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < now->out_count; i++)
		if (now->outs[i].at.cache)
			err = mlv_strs_add(&paths, now->outs[i].at.path);
	if (err || (err = mlv_gitignore_add_all(run->repo, &paths, &written)))
		return err;
	return mlv_repo_stage(run->repo, &written);
}

static mlv_err restore_from(struct mlv_repro_run *run, struct mlv_slot *slot,
			    const struct mlv_recorded *want, const struct mlv_recorded *from,
			    bool *done)
{
	mlv_err err;

	*done = false;
	if (!same_outs(want, from))
		return NULL;
	if ((err = restore(run, slot, from, done)) || !*done)
		return err;
	/* What is cached and was not before has its objects: a run that is kept has all. */
	if ((err = take_outs(slot, want, from)) || (err = ignore_outs(run, slot)) ||
	    (err = record(run, slot)) || (err = mlv_aside_discard(slot->aside)))
		return err;
	mlv_aside_freep(&slot->aside);
	return NULL;
}

/* Outputs alone differ: what is recorded of them is what the stage would make. */
static mlv_err restore_recorded(struct mlv_repro_run *run, struct mlv_slot *slot,
				const struct mlv_recorded *want, bool *done)
{
	MLV_SCOPED(mlv_recorded_release) struct mlv_recorded old = { 0 };
	const struct mlv_lockfile_entry *entry;
	struct mlv_lockfile *file;
	mlv_err err = mlv_looker_file(run->looker, slot->stage, &file);

	if (err || !(entry = mlv_lockfile_find(file, slot->stage->name)) ||
	    (err = mlv_lockfile_get(file, entry, &old)))
		return err;
	return restore_from(run, slot, want, &old, done);
}

static mlv_err restore_run(struct mlv_repro_run *run, struct mlv_slot *slot,
			   const struct mlv_recorded *want, bool *done)
{
	MLV_SCOPED(mlv_recorded_release) struct mlv_recorded kept = { 0 };
	bool found;
	mlv_err err = mlv_run_get(run->repo, want, slot->stage->dir, &kept, &found);

	if (err || !found)
		return err;
	return restore_from(run, slot, want, &kept, done);
}

/* Try to do without running it. */
static mlv_err try_restore(struct mlv_repro_run *run, struct mlv_slot *slot, bool *done)
{
	const struct mlv_repro_options *options = run->options;
	MLV_SCOPED(release_wanted) struct mlv_recorded want = { 0 };
	mlv_err err;

	*done = false;
	if (options->force || options->no_run_cache || slot->state.missing.count ||
	    !is_repeatable(slot->stage) ||
	    (options->force_downstream && upstream_ran(run, slot)))
		return NULL;
	if ((err = wanted(slot, &want)))
		return err;
	if (slot->state.outs_only && ((err = restore_recorded(run, slot, &want, done)) || *done))
		return err;
	return restore_run(run, slot, &want, done);
}

/* Up to date, but an output is kept in another way from now on. */
static mlv_err save_again(struct mlv_repro_run *run, struct mlv_slot *slot)
{
	const struct mlv_save_options options = { .no_commit = run->options->no_commit,
						  .command = "repro" };
	struct mlv_recorded *now = &slot->state.now;
	mlv_err err;

	if ((err = mlv_stage_save(run->repo, &options, &now, 1)) ||
	    (err = record(run, slot)))
		return err;
	mlv_repro_tell(run, slot, MLV_REPRO_SAVED, NULL);
	return NULL;
}

static mlv_err check_missing(const struct mlv_slot *slot)
{
	const struct mlv_strs *missing = &slot->state.missing;
	const char *key;
	mlv_err err;

	if (!missing->count)
		return NULL;
	if (missing->count == 1)
		err = mlv_error(MLV_E_MISSING, "missing '%s'", missing->at[0]);
	else
		err = mlv_error(MLV_E_MISSING, "missing '%s' and %zu more", missing->at[0],
				missing->count - 1);
	if ((key = strstr(missing->at[0], ": ")))
		return mlv_error_hint(err, "give the parameter '%s' a value in %.*s", key + 2,
				      (int)(key - missing->at[0]), missing->at[0]);
	return strchr(missing->at[0], ':') ? err
					   : mlv_error_hint(err, "make it, or get it: mlv pull");
}

static mlv_err run_dry(struct mlv_repro_run *run, struct mlv_slot *slot, bool changed)
{
	bool may = upstream_ran(run, slot);

	slot->is = MLV_SLOT_DONE;
	slot->ran = changed || may;
	mlv_repro_tell(run, slot, changed ? MLV_REPRO_WOULD_RUN
			    : may    ? MLV_REPRO_MAY_RUN
				     : MLV_REPRO_UNCHANGED, NULL);
	run->result->ran += changed;
	run->result->unchanged += !changed && !may;
	return NULL;
}

/* What mlv is to keep git may not; patterns are not looked at. */
static mlv_err check_untracked(const struct mlv_repro_run *run, const struct mlv_stage *stage)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < stage->out_count; i++)
		if (stage->outs[i].cache && !stage->outs[i].glob)
			err = mlv_repo_check_untracked(run->repo, stage->outs[i].path);
	return err;
}

/* It is out of date. */
static mlv_err bring_up_to_date(struct mlv_repro_run *run, struct mlv_slot *slot)
{
	bool done;
	mlv_err err = check_untracked(run, slot->stage);

	if (err || (err = try_restore(run, slot, &done)))
		return err;
	slot->ran = true;
	if (done) {
		slot->is = MLV_SLOT_DONE;
		run->result->restored++;
		mlv_looker_forget(run->looker);
		mlv_repro_tell(run, slot, MLV_REPRO_RESTORED, NULL);
		return NULL;
	}
	if ((err = check_missing(slot)))
		return err;
	if (run->options->ask && !run->options->ask(run->options->arg, slot->stage))
		return mlv_error(MLV_E_REFUSED, "it was not to be run");
	if ((err = take_lock(run, slot)) || (err = move_outs(run, slot)))
		return err;
	if ((err = mlv_slot_submit(run, slot))) {
		struct mlv_error kept = *err;

		(void)!mlv_aside_restore(slot->aside);
		return mlv_error_copy(&kept);
	}
	return NULL;
}

static mlv_err begin(struct mlv_repro_run *run, struct mlv_slot *slot)
{
	const struct mlv_repro_options *options = run->options;
	const struct mlv_look_options look = { .allow_missing = options->allow_missing };
	bool changed, adopted;
	mlv_err err = NULL;

	if (!options->dry && ((err = adopt(run, slot, &look, &adopted)) || adopted))
		return err;
	if ((!options->dry && (err = recover(run, slot))) ||
	    (err = mlv_stage_look(run->looker, slot->stage, &look, &slot->state)))
		return err;
	changed = slot->state.count || options->force ||
		  (options->force_downstream && upstream_ran(run, slot));
	if (slot->stage->frozen) {
		slot->is = MLV_SLOT_DONE;
		mlv_repro_tell(run, slot, MLV_REPRO_FROZEN, NULL);
		return NULL;
	}
	if (options->dry)
		return run_dry(run, slot, changed);
	if (changed)
		return bring_up_to_date(run, slot);
	slot->is = MLV_SLOT_DONE;
	run->result->unchanged++;
	if (slot->state.resave)
		return save_again(run, slot);
	mlv_repro_tell(run, slot, MLV_REPRO_UNCHANGED, NULL);
	return NULL;
}

mlv_err mlv_slot_begin(struct mlv_repro_run *run, struct mlv_slot *slot)
{
	mlv_err err = begin(run, slot);

	if (!err || err->code == MLV_E_INTERRUPTED || err->code == MLV_E_NOMEM)
		return err;
	mlv_slot_fail(run, slot, err);
	return NULL;
}
