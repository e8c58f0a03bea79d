/* A stage that runs: how it is given to the executor, and what its end means. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/repo/repro/impl.h"
#include "core/repo/run_cache.h"

#define LOGS "tmp/logs" /* below .mlv */

static mlv_err add_env(struct mlv_strs *env, const char *name, const char *value)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&text, "%s=%s", name, value);

	return err ? err : mlv_strs_add(env, text.ptr);
}

/* Commands that were written for DVC look for its variables. */
static mlv_err make_env(const struct mlv_repro_run *run, const struct mlv_slot *slot,
			struct mlv_strs *env)
{
	mlv_err err;

	if ((err = add_env(env, "MLV_ROOT", run->repo->root)) ||
	    (err = add_env(env, "MLV_STAGE", slot->address)) ||
	    (err = add_env(env, "DVC_ROOT", run->repo->root)))
		return err;
	return add_env(env, "DVC_STAGE", slot->address);
}

/* A stage that evaluates runs mlv itself, whatever the PATH has. */
static mlv_err make_cmds(const struct mlv_repro_run *run, const struct mlv_slot *slot,
			 struct mlv_strs *cmds)
{
	const struct mlv_strs *from = &slot->stage->cmds;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < from->count; i++)
		err = mlv_strs_add(cmds, from->at[i]);
	if (err || from->count || !slot->stage->eval)
		return err;
	if ((err = mlv_buf_add_char(&text, '\'')))
		return err;
	for (const char *at = run->options->program; *at; at++)
		if ((err = *at == '\'' ? mlv_buf_add_str(&text, "'\\''")
				       : mlv_buf_add_char(&text, *at)))
			return err;
	if ((err = mlv_buf_printf(&text, "' eval %s", slot->stage->eval)))
		return err;
	return mlv_strs_add(cmds, text.ptr);
}

static mlv_err make_log(struct mlv_repro_run *run, struct mlv_slot *slot, struct mlv_buf *log)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&name, ".mlv/" LOGS "/%s.log", slot->address);

	if (err || (err = mlv_fs_mkdirs(run->repo->mlv_fd, LOGS, 0777)))
		return err;
	for (char *at = name.ptr + sizeof(".mlv/" LOGS "/") - 1; *at; at++)
		if (*at == '/')
			*at = '-';
	if ((err = mlv_buf_printf(log, "%s/%s", run->repo->root, name.ptr)))
		return err;
	slot->log = mlv_buf_detach(&name);
	return slot->log ? NULL : mlv_error_nomem("a stage");
}

/* Directories of outputs that are not there are made: commands expect that. */
static mlv_err make_dirs(const struct mlv_repro_run *run, const struct mlv_stage *stage)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < stage->out_count; i++) {
		const char *path = stage->outs[i].path, *slash = strrchr(path, '/');
		MLV_SCOPED(mlv_mem_free) char *above =
			slash ? mlv_sys_strndup(path, (size_t)(slash - path)) : NULL;

		if (slash && !above)
			return mlv_error_nomem("a path");
		if (above && !stage->outs[i].glob)
			err = mlv_fs_mkdirs(run->repo->root_fd, above, 0777);
	}
	return err;
}

static struct mlv_job_resources resources_of(const struct mlv_stage *stage)
{
	const struct mlv_stage_resources *from = &stage->resources;

	return (struct mlv_job_resources){ .cpus = (uint64_t)(from->cpus + 0.999), .mem = from->mem,
					   .gpus = from->gpus, .seconds = from->time };
}

static mlv_err add_outs(const struct mlv_repro_run *run, const struct mlv_stage *stage,
			struct mlv_strs *outs)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < stage->out_count; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;

		if (!stage->outs[i].glob &&
		    !(err = mlv_buf_printf(&path, "%s/%s", run->repo->root, stage->outs[i].path)))
			err = mlv_strs_add(outs, path.ptr);
	}
	return err;
}

/* What is the same run, whatever lies at its outputs now. */
static mlv_err key_of(const struct mlv_slot *slot, char key[static MLV_RUN_PATH])
{
	struct mlv_recorded run = slot->state.now;

	run.out_count = 0;
	return mlv_run_path(&run, slot->stage->dir, key);
}

/* Give it to the executor: the job of a run that was killed (adopted not NULL), or a new one. */
static mlv_err hand_over(struct mlv_repro_run *run, struct mlv_slot *slot, bool *adopted)
{
	const struct mlv_stage *stage = slot->stage;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs cmds = { 0 }, env = { 0 }, outs = { 0 };
	size_t id = (size_t)(slot - run->slots);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT, log = MLV_BUF_INIT;
	char key[MLV_RUN_PATH];
	struct mlv_job job = { .name = slot->address, .group = stage->group ? stage->group : stage->name,
			       .key = key + 3, .cmds = &cmds, .env = &env, .outs = &outs,
			       .timeout = stage->timeout, .retries = stage->retry,
			       .resources = resources_of(stage) };
	mlv_err err;

	if ((err = make_cmds(run, slot, &cmds)) || (err = make_env(run, slot, &env)) ||
	    (err = make_log(run, slot, &log)) || (err = make_dirs(run, stage)) ||
	    (err = key_of(slot, key)) || (err = add_outs(run, stage, &outs)) ||
	    (err = mlv_buf_printf(&dir, "%s%s%s", run->repo->root, *stage->wdir ? "/" : "",
				  stage->wdir)))
		return err;
	job.dir = dir.ptr;
	job.log = log.ptr;
	if (adopted) {
		err = mlv_executor_adopt(run->options->executor, &job, id, adopted);
		if (err || !*adopted)
			return err;
	}
	if ((err = mlv_strays_begin(run->strays, stage)))
		return err;
	mlv_repro_tell(run, slot, MLV_REPRO_RUNS, NULL);
	if (!adopted && (err = mlv_executor_submit(run->options->executor, &job, id)))
		return err;
	slot->is = MLV_SLOT_RUNS;
	return NULL;
}

mlv_err mlv_slot_submit(struct mlv_repro_run *run, struct mlv_slot *slot)
{
	return hand_over(run, slot, NULL);
}

mlv_err mlv_slot_adopt(struct mlv_repro_run *run, struct mlv_slot *slot, bool *adopted)
{
	return hand_over(run, slot, adopted);
}

/* What the command was, in a message. */
static mlv_err command_failed(const struct mlv_slot *slot, const struct mlv_job_end *end)
{
	const struct mlv_strs *cmds = &slot->stage->cmds;
	const char *cmd = end->command < cmds->count ? cmds->at[end->command] : slot->stage->name;

	return mlv_error_hint(mlv_error(MLV_E_FAILED, "failed to run: %.400s, %s", cmd, end->why),
			      "its output is in %s", slot->log);
}

/* What was there comes back; the failure that led to it is what is told. */
static void bring_back(struct mlv_repro_run *run, struct mlv_slot *slot)
{
	mlv_err err = mlv_aside_restore(slot->aside);

	if (err)
		mlv_tell_warning(run->repo->ctx, "%s", err->msg);
	mlv_looker_forget(run->looker);
}

mlv_err mlv_slot_give_up(struct mlv_repro_run *run, struct mlv_slot *slot, mlv_err why)
{
	struct mlv_error kept = *why;

	slot->is = MLV_SLOT_FAILED;
	bring_back(run, slot);
	why = mlv_error_copy(&kept);
	if (why->code == MLV_E_INTERRUPTED || why->code == MLV_E_NOMEM)
		return why;
	mlv_slot_fail(run, slot, why);
	return NULL;
}

mlv_err mlv_slot_end(struct mlv_repro_run *run, struct mlv_slot *slot,
		     const struct mlv_job_end *end)
{
	mlv_strays_end(run->strays, slot->stage);
	if (end->how == MLV_JOB_DONE) {
		slot->is = MLV_SLOT_MADE;
		run->made[run->made_count++] = slot;
		return NULL;
	}
	if (end->how == MLV_JOB_FAILED)
		return mlv_slot_give_up(run, slot, command_failed(slot, end));
	slot->is = MLV_SLOT_DONE;
	bring_back(run, slot);
	mlv_repro_tell(run, slot, MLV_REPRO_CANCELLED, NULL);
	return NULL;
}
