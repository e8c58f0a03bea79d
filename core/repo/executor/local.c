/* local.c - jobs as processes of this machine. */
#define _GNU_SOURCE /* strsignal() */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/repo/executor.h"

#define LOOK_MS 20  /* how often is looked whether a process has ended that still has its outputs */
#define SOON_MS 1   /* the same just after its outputs were closed */
#define SOON    20  /* times */

struct job {
	size_t id;
	struct mlv_strs cmds, env;
	char *name, *dir, *log;
	uint64_t timeout, retries, attempt;
	size_t at; /* the command that runs */
	struct mlv_process *process;
	struct local *local;
	int fd; /* of the log */
	uint64_t logged;
	unsigned closed; /* times that its outputs were found closed, at most SOON */
	bool cancelled;
};

struct local {
	struct mlv_executor base;
	struct job **jobs;
	size_t count, cap;
	struct pollfd *polls;
	size_t polls_cap;
};

static void job_freep(struct job **slot)
{
	struct job *job = *slot;

	*slot = NULL;
	if (!job)
		return;
	mlv_process_freep(&job->process);
	mlv_fd_close(&job->fd);
	mlv_strs_release(&job->cmds);
	mlv_strs_release(&job->env);
	free(job->name);
	free(job->dir);
	free(job->log);
	free(job);
}

static mlv_err copy_strs(struct mlv_strs *to, const struct mlv_strs *from)
{
	mlv_err err = NULL;

	for (size_t i = 0; from && i < from->count && !err; i++)
		err = mlv_strs_add(to, from->at[i]);
	return err;
}

static mlv_err open_log(struct job *job)
{
	job->fd = mlv_sys_openat(AT_FDCWD, job->log, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0666);
	job->logged = 0;
	return job->fd < 0 ? mlv_error_sys("%s", job->log) : NULL;
}

/* It becomes LOG.1, and is begun anew. */
static mlv_err turn_log(struct job *job)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf old = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&old, "%s.1", job->log);

	if (err)
		return err;
	if (mlv_sys_renameat(AT_FDCWD, job->log, AT_FDCWD, old.ptr) < 0)
		return mlv_error_sys("%s", job->log);
	mlv_fd_close(&job->fd);
	if ((err = open_log(job)))
		return err;
	job->logged = sizeof(MLV_LOG_TURNED) - 1;
	return mlv_fs_write_full(job->fd, job->log, MLV_LOG_TURNED, sizeof(MLV_LOG_TURNED) - 1);
}

/* A log that cannot be written is no reason to stop what runs. */
static mlv_err take(void *arg, enum mlv_process_stream stream, const char *bytes, size_t len)
{
	struct job *job = arg;
	struct mlv_executor *base = &job->local->base;
	mlv_err err = NULL;

	if (job->fd >= 0) {
		if (job->logged + len > MLV_LOG_MAX)
			err = turn_log(job);
		if (!err)
			err = mlv_fs_write_full(job->fd, job->log, bytes, len);
		job->logged += len;
	}
	if (err) {
		mlv_tell_warning(base->ctx, "%s: what it writes is not kept: %s", job->name, err->msg);
		mlv_fd_close(&job->fd);
		job->fd = -1;
	}
	if (base->output)
		base->output(base->arg, job->id, stream, bytes, len);
	return NULL;
}

static mlv_err start_command(struct job *job)
{
	struct mlv_ctx *ctx = job->local->base.ctx;
	const char *words[MLV_SHELL_WORDS];
	struct mlv_process_plan plan = { .argv = words, .dir = job->dir, .seconds = job->timeout };
	const char *const *env;

	memcpy(&env, &job->env.at, sizeof(env));
	plan.env = env;
	job->closed = 0;
	mlv_process_shell(ctx->env(ctx, "SHELL"), job->cmds.at[job->at], words);
	return mlv_process_start(&job->process, &plan);
}

static mlv_err job_new(struct job **out, struct local *local, const struct mlv_job *from, size_t id)
{
	MLV_SCOPED(job_freep) struct job *job = mlv_sys_alloc(sizeof(*job));
	mlv_err err;

	if (!job)
		return mlv_error_nomem("a job");
	job->fd = -1;
	job->id = id;
	job->local = local;
	job->timeout = from->timeout;
	job->retries = from->retries;
	if (!(job->name = mlv_sys_strdup(from->name)) || !(job->dir = mlv_sys_strdup(from->dir)) ||
	    !(job->log = mlv_sys_strdup(from->log)))
		return mlv_error_nomem("a job");
	if ((err = copy_strs(&job->cmds, from->cmds)) || (err = copy_strs(&job->env, from->env)) ||
	    /* The list ends with NULL for the process: one more is allocated than is there. */
	    (err = mlv_array_grow(&job->env.at, &job->env.cap, job->env.count + 1,
				  sizeof(*job->env.at))) ||
	    (err = open_log(job)))
		return err;
	job->env.at[job->env.count] = NULL;
	*out = MLV_TAKE(job);
	return NULL;
}

static mlv_err submit(struct mlv_executor *executor, const struct mlv_job *from, size_t id)
{
	struct local *local = (struct local *)executor;
	MLV_SCOPED(job_freep) struct job *job = NULL;
	mlv_err err;

	if ((err = mlv_array_grow(&local->jobs, &local->cap, local->count + 1,
				  sizeof(struct job *))) ||
	    (err = job_new(&job, local, from, id)) || (err = start_command(job)))
		return err;
	local->jobs[local->count++] = MLV_TAKE(job);
	return NULL;
}

static void say_why(const struct job *job, const struct mlv_process_end *how,
		    struct mlv_job_end *end)
{
	if (how->timed_out)
		snprintf(end->why, sizeof(end->why), "took longer than %" PRIu64 " s", job->timeout);
	else if (how->signal)
		snprintf(end->why, sizeof(end->why), "was killed by signal %d (%s)", how->signal,
			 strsignal(how->signal));
	else
		snprintf(end->why, sizeof(end->why), "exited with %d", how->status);
}

/* A command has ended: the next one begins, or the job has ended, too. */
static mlv_err go_on(struct job *job, const struct mlv_process_end *how, struct mlv_job_end *end,
		     bool *ended)
{
	struct mlv_ctx *ctx = job->local->base.ctx;
	bool failed = how->status != 0 || how->timed_out;

	mlv_process_freep(&job->process);
	if (how->left_behind)
		mlv_tell_warning(ctx, "%s: processes that it left running were ended", job->name);
	*end = (struct mlv_job_end){ .id = job->id, .command = job->at };
	*ended = true;
	if (job->cancelled) {
		end->how = MLV_JOB_CANCELLED;
		return NULL;
	}
	if (failed && job->attempt < job->retries) {
		say_why(job, how, end);
		job->attempt++;
		mlv_tell_warning(ctx, "%s: '%s' %s; trying again (%" PRIu64 " of %" PRIu64 ")",
				 job->name, job->cmds.at[job->at], end->why, job->attempt,
				 job->retries);
		job->at = 0;
	} else if (failed) {
		end->how = MLV_JOB_FAILED;
		say_why(job, how, end);
		return NULL;
	} else if (++job->at == job->cmds.count) {
		end->how = MLV_JOB_DONE;
		return NULL;
	}
	*ended = false;
	return start_command(job);
}

/* A failure to start the next command ends the job, not the run. */
static void fail(struct job *job, mlv_err why, struct mlv_job_end *end, bool *ended)
{
	*end = (struct mlv_job_end){ .id = job->id, .how = MLV_JOB_FAILED, .command = job->at };
	snprintf(end->why, sizeof(end->why), "%.*s", (int)mlv_error_len_without_hint(why), why->msg);
	*ended = true;
}

static void look(struct job *job, struct mlv_job_end *end, bool *ended)
{
	struct mlv_process_end how;
	bool over;
	mlv_err err = mlv_process_look(job->process, take, job, &over, &how);

	if (!err && over)
		err = go_on(job, &how, end, ended);
	if (err)
		fail(job, err, end, ended);
}

/* Give the first job that has ended; the rest move up. */
static bool find_ended(struct local *local, struct mlv_job_end *end)
{
	bool ended = false;

	for (size_t i = 0; i < local->count; i++) {
		look(local->jobs[i], end, &ended);
		if (!ended)
			continue;
		job_freep(&local->jobs[i]);
		memmove(&local->jobs[i], &local->jobs[i + 1],
			(local->count - i - 1) * sizeof(struct job *));
		local->count--;
		return true;
	}
	return false;
}

/* Sleep until something is written or closed, or it is time to look; read it. */
static mlv_err listen_all(struct local *local)
{
	size_t count = 0;
	int pause = LOOK_MS;
	mlv_err err = mlv_array_grow(&local->polls, &local->polls_cap,
				     local->count * MLV_PROCESS_STREAMS, sizeof(*local->polls));

	for (size_t i = 0; !err && i < local->count; i++) {
		size_t before = count;

		for (int s = 0; s < MLV_PROCESS_STREAMS; s++) {
			int fd = mlv_process_fd(local->jobs[i]->process, (enum mlv_process_stream)s);

			if (fd >= 0)
				local->polls[count++] = (struct pollfd){ fd, POLLIN, 0 };
		}
		if (count == before && local->jobs[i]->closed < SOON) {
			local->jobs[i]->closed++;
			pause = SOON_MS;
		}
	}
	if (err || (poll(local->polls, (nfds_t)count, pause) <= 0))
		return err;
	for (size_t i = 0; !err && i < local->count; i++)
		for (int s = 0; !err && s < MLV_PROCESS_STREAMS; s++)
			err = mlv_process_read(local->jobs[i]->process, (enum mlv_process_stream)s,
					       take, local->jobs[i]);
	return err;
}

static mlv_err wait_for_end(struct mlv_executor *executor, struct mlv_job_end *end, bool *ended)
{
	struct local *local = (struct local *)executor;
	mlv_err err = NULL;

	*ended = find_ended(local, end);
	if (!*ended && !(err = listen_all(local)))
		*ended = find_ended(local, end);
	return err;
}

static mlv_err has_ended(struct mlv_executor *executor, struct mlv_job_end *end, bool *ended)
{
	*ended = find_ended((struct local *)executor, end);
	return NULL;
}

static void cancel(struct mlv_executor *executor)
{
	struct local *local = (struct local *)executor;

	for (size_t i = 0; i < local->count; i++) {
		local->jobs[i]->cancelled = true;
		mlv_process_stop(local->jobs[i]->process);
	}
}

static void release(struct mlv_executor *executor)
{
	struct local *local = (struct local *)executor;

	for (size_t i = 0; i < local->count; i++)
		job_freep(&local->jobs[i]);
	free(local->jobs);
	free(local->polls);
	free(local);
}

mlv_err mlv_executor_local(struct mlv_executor **out, struct mlv_ctx *ctx,
			   mlv_job_output_fn output, void *arg)
{
	static const struct mlv_executor_ops ops = {
		.submit = submit, .wait = wait_for_end, .ended = has_ended, .cancel = cancel,
		.release = release,
	};
	struct local *local = mlv_sys_alloc(sizeof(*local));

	if (!local)
		return mlv_error_nomem("an executor");
	local->base = (struct mlv_executor){ .ops = &ops, .ctx = ctx, .output = output, .arg = arg };
	*out = &local->base;
	return NULL;
}
