/* slurm.c - jobs as those of Slurm. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/repo/executor/slurm.h"
#include "core/store/sha256.h"

#define LOOK_MS    3000  /* how often squeue is asked; ends are seen in files before */
#define CANCEL_MS  500   /* the same once all are to end */
#define NAP_MS     50
#define LATE_MS    3000  /* how long a file of another node may take to be seen here ... */
#define LATER_MS   60000 /* ... when Slurm says that all went well */
#define RELEASE_MS 60000 /* how long jobs may take to end after a cancel, before we end ourselves */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void job_freep(struct slurm_job **slot)
{
	struct slurm_job *job = *slot;

	*slot = NULL;
	if (!job)
		return;
	free(job->name);
	free(job->group);
	free(job->log);
	free(job->dir);
	free(job->refused);
	free(job);
}

static mlv_err job_new(struct slurm_job **out, const struct mlv_job *from, size_t id)
{
	MLV_SCOPED(job_freep) struct slurm_job *job = mlv_sys_alloc(sizeof(*job));

	if (!job || !(job->name = mlv_sys_strdup(from->name)) ||
	    !(job->group = mlv_sys_strdup(from->group ? from->group : from->name)) ||
	    !(job->log = mlv_sys_strdup(from->log)))
		return mlv_error_nomem("a job");
	job->id = id;
	job->resources = from->resources;
	snprintf(job->key, sizeof(job->key), "%s", from->key);
	*out = MLV_TAKE(job);
	return slurm_stage_dir(from->name, &(*out)->dir);
}

static mlv_err add_job(struct slurm *slurm, struct slurm_job **job)
{
	mlv_err err = mlv_array_grow(&slurm->jobs, &slurm->cap, slurm->count + 1,
				     sizeof(struct slurm_job *));

	if (!err)
		slurm->jobs[slurm->count++] = MLV_TAKE(*job);
	return err;
}

static mlv_err adopt(struct mlv_executor *executor, const struct mlv_job *from, size_t id,
		     bool *adopted)
{
	struct slurm *slurm = (struct slurm *)executor;
	MLV_SCOPED(job_freep) struct slurm_job *job = NULL;
	mlv_err err = job_new(&job, from, id);

	if (err || (err = slurm_look_back(slurm, from, job->dir, &job->place, adopted)) || !*adopted)
		return err;
	mlv_tell_detail(executor->ctx, "%s: its job of before is taken over", job->name);
	return add_job(slurm, &job);
}

static mlv_err submit(struct mlv_executor *executor, const struct mlv_job *from, size_t id)
{
	struct slurm *slurm = (struct slurm *)executor;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	MLV_SCOPED(job_freep) struct slurm_job *job = NULL;
	mlv_err err;

	if ((err = job_new(&job, from, id)) ||
	    (err = mlv_fs_remove_all(slurm->dir_fd, job->dir)) ||
	    (err = mlv_fs_mkdirs(slurm->dir_fd, job->dir, 0777)) ||
	    (err = mlv_buf_printf(&path, "%s/script", job->dir)) ||
	    (err = slurm_script(slurm, from, job->dir, &text)) ||
	    (err = mlv_fs_replace(slurm->dir_fd, path.ptr, text.ptr, text.len, 0600)))
		return err;
	if (mlv_sys_unlinkat(AT_FDCWD, from->log, 0) < 0 && errno != ENOENT)
		return mlv_error_sys("%s", from->log);
	job->waits = true;
	return add_job(slurm, &job);
}

static bool asks_the_same(const struct slurm_job *a, const struct slurm_job *b)
{
	return strcmp(a->group, b->group) == 0 && a->resources.cpus == b->resources.cpus &&
	       a->resources.mem == b->resources.mem && a->resources.gpus == b->resources.gpus &&
	       a->resources.seconds == b->resources.seconds;
}

/* A name that no batch has, of this process or another. */
static mlv_err new_batch(const struct slurm_job *first, char batch[static SLURM_BATCH + 1])
{
	struct { struct timespec now; long pid; char key[SLURM_KEY]; } seed;
	char hex[MLV_OID_HEX + 1];
	struct mlv_oid oid;
	mlv_err err;

	memset(&seed, 0, sizeof(seed));
	clock_gettime(CLOCK_REALTIME, &seed.now);
	seed.pid = (long)getpid();
	memcpy(seed.key, first->key, SLURM_KEY);
	if ((err = mlv_sha256_of(&seed, sizeof(seed), &oid)))
		return err;
	memcpy(batch, mlv_oid_format(&oid, hex), SLURM_BATCH);
	batch[SLURM_BATCH] = '\0';
	return NULL;
}

static mlv_err send_batch(struct slurm *slurm, struct slurm_job **jobs, size_t count)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	char name[SLURM_BATCH + 8];
	uint64_t array = 0;
	mlv_err err = slurm_batch_script(slurm, jobs, count, &text);

	for (size_t i = 0; !err && i < count; i++)
		err = slurm_write_job(slurm, jobs[i]);
	snprintf(name, sizeof(name), "batch-%s", jobs[0]->place.batch);
	if (err || (err = mlv_fs_replace(slurm->dir_fd, name, text.ptr, text.len, 0700)))
		return err;
	err = slurm_sbatch(slurm, jobs[0], (unsigned)count - 1, name, &array);
	/* Slurm has a copy of its own. */
	(void)!mlv_sys_unlinkat(slurm->dir_fd, name, 0);
	for (size_t i = 0; !err && i < count; i++) {
		jobs[i]->array = array;
		mlv_tell_detail(slurm->base.ctx, "%s: is job %" PRIu64 "_%u of Slurm", jobs[i]->name,
				array, jobs[i]->place.index);
	}
	return err;
}

/* What sbatch refuses is a failure of these jobs, not of the run. */
static mlv_err refuse_batch(struct slurm *slurm, struct slurm_job **jobs, size_t count, mlv_err why)
{
	if (why->code != MLV_E_REMOTE)
		return why;
	for (size_t i = 0; i < count; i++) {
		slurm_drop(slurm, jobs[i]->dir);
		if (!(jobs[i]->refused = mlv_sys_strdup(why->msg)))
			return mlv_error_nomem("a job");
	}
	return NULL;
}

/* Submit what waits: the first, and with it those of its group that ask for the same. */
static mlv_err send_waiting(struct slurm *slurm)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < slurm->count; i++) {
		struct slurm_job *batch[SLURM_ARRAY];
		char name[SLURM_BATCH + 1];
		unsigned count = 0;

		if (!slurm->jobs[i]->waits)
			continue;
		slurm->next_look = now_ms() + LOOK_MS;
		if ((err = new_batch(slurm->jobs[i], name)))
			return err;
		for (size_t k = i; k < slurm->count && count < SLURM_ARRAY; k++) {
			struct slurm_job *job = slurm->jobs[k];

			if (!job->waits || !asks_the_same(job, slurm->jobs[i]))
				continue;
			job->waits = false;
			memcpy(job->place.batch, name, sizeof(name));
			job->place.index = count;
			batch[count++] = job;
		}
		if ((err = send_batch(slurm, batch, count)))
			err = refuse_batch(slurm, batch, count, err);
	}
	return err;
}

/*
 * All of a log has been given, and it is long: it goes to LOG.1, and is begun anew. The job, which
 * appends to it, writes on.
 */
static mlv_err turn_log(const struct slurm_job *job, int fd)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf old = MLV_BUF_INIT;
	MLV_SCOPED(mlv_fd_close) int to = -1;
	char bytes[16384];
	uint64_t at = job->shown - MLV_LOG_MAX;
	ssize_t got;
	mlv_err err = mlv_buf_printf(&old, "%s.1", job->log);

	if (err)
		return err;
	to = mlv_sys_openat(AT_FDCWD, old.ptr, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0666);
	if (to < 0)
		return mlv_error_sys("%s", old.ptr);
	while ((got = mlv_sys_pread(fd, bytes, sizeof(bytes), at)) > 0) {
		if ((err = mlv_fs_write_full(to, old.ptr, bytes, (size_t)got)))
			return err;
		at += (uint64_t)got;
	}
	if (got < 0 || mlv_sys_ftruncate(fd, 0) < 0)
		return mlv_error_sys("%s", job->log);
	return mlv_fs_write_full(fd, job->log, MLV_LOG_TURNED, sizeof(MLV_LOG_TURNED) - 1);
}

/* Give what came to the log since; one that cannot be read gives nothing. */
static void follow(struct slurm *slurm, struct slurm_job *job)
{
	MLV_SCOPED(mlv_fd_close) int fd =
		slurm->base.output
			? mlv_sys_openat(AT_FDCWD, job->log, O_RDWR | O_APPEND | O_NOFOLLOW, 0)
			: -1;
	char bytes[16384];
	ssize_t got = -1;

	while (fd >= 0 && (got = mlv_sys_pread(fd, bytes, sizeof(bytes), job->shown)) > 0) {
		job->shown += (uint64_t)got;
		slurm->base.output(slurm->base.arg, job->id, MLV_PROCESS_OUT, bytes, (size_t)got);
	}
	if (fd >= 0 && got == 0 && job->shown > MLV_LOG_MAX && !turn_log(job, fd))
		job->shown = sizeof(MLV_LOG_TURNED) - 1;
}

/* What Slurm itself had to say of the job is put into its log, and told. */
static void take_said(struct slurm *slurm, struct slurm_job *job)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf said = MLV_BUF_LIMIT((size_t)64 << 10);
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	char name[64];
	mlv_err err;

	snprintf(name, sizeof(name), "batch-%s.%u", job->place.batch, job->place.index);
	err = mlv_fs_read(slurm->dir_fd, name, &said);
	if (mlv_sys_unlinkat(slurm->dir_fd, name, 0) < 0 || err || said.len == 0)
		return;
	fd = mlv_sys_openat(AT_FDCWD, job->log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0666);
	if (fd >= 0 && !(err = mlv_fs_write_full(fd, job->log, said.ptr, said.len)))
		follow(slurm, job);
}

/*
 * Slurm does not list a job any more: it has said how it ended, or the file is
 * on its way from another node, or it was ended before it could.
 */
static void mark_gone(struct slurm *slurm, struct slurm_job *job)
{
	bool well;

	job->gone = true;
	job->state[0] = '\0';
	if (!slurm->cancelled)
		slurm_ask_state(slurm, job, job->state);
	well = strcmp(job->state, "COMPLETED") == 0;
	job->patience = now_ms() + (slurm->cancelled ? 0 : well ? LATER_MS : LATE_MS);
}

/* Ask Slurm which jobs it still has; it may be away for a while. After a cancel they are ended again. */
static mlv_err look(struct slurm *slurm)
{
	MLV_SCOPED(slurm_list_release) struct slurm_list list = { 0 };
	MLV_SCOPED(mlv_mem_free) const struct slurm_listed **still = NULL;
	size_t count = 0;
	mlv_err err = slurm_list(slurm, &list);

	slurm->next_look = now_ms() + (slurm->cancelled ? CANCEL_MS : LOOK_MS);
	if (err && err->code == MLV_E_REMOTE) {
		if (!slurm->unreachable)
			mlv_tell_warning(slurm->base.ctx, "Slurm does not answer, waiting for it: %s",
					 err->msg);
		slurm->unreachable = true;
		return NULL;
	}
	if (err)
		return err;
	slurm->unreachable = false;
	if (!(still = mlv_sys_alloc_array(slurm->count + 1, sizeof(struct slurm_listed *))))
		return mlv_error_nomem("a list of jobs");
	for (size_t i = 0; i < slurm->count; i++) {
		struct slurm_job *job = slurm->jobs[i];
		const struct slurm_listed *listed = slurm_list_find(&list, &job->place);

		if (listed && slurm->cancelled)
			still[count++] = listed;
		if (listed)
			job->array = listed->array;
		else if (!job->waits && !job->refused && !job->gone)
			mark_gone(slurm, job);
	}
	err = slurm_scancel(slurm, still, count);
	return err && err->code == MLV_E_REMOTE ? NULL : err;
}

/* A command was killed: by whom is known once Slurm has done with the job. */
static bool was_killed(const struct mlv_job_end *end)
{
	return end->how == MLV_JOB_FAILED && strncmp(end->why, "was killed", 10) == 0;
}

/* Whether that is a state that a job gets from Slurm, not by its own end. */
static bool is_of_slurm(const char *state)
{
	return state[0] && strcmp(state, "FAILED") != 0 && strcmp(state, "COMPLETED") != 0 &&
	       strcmp(state, "COMPLETING") != 0;
}

static void say_ended_by_slurm(const struct slurm_job *job, struct mlv_job_end *end)
{
	snprintf(end->why, sizeof(end->why), "was ended by Slurm (job %" PRIu64 "_%u: %s)",
		 job->array, job->place.index, job->state);
}

/* How a job ended that Slurm has ended; false: its own word may still come. */
static bool end_of_gone(const struct slurm_job *job, struct mlv_job_end *end)
{
	if (now_ms() < job->patience)
		return false;
	*end = (struct mlv_job_end){ .how = MLV_JOB_FAILED, .command = SIZE_MAX };
	if (job->state[0])
		say_ended_by_slurm(job, end);
	else
		snprintf(end->why, sizeof(end->why), "is not known to Slurm any more, and did not "
			 "say how it ended");
	return true;
}

static mlv_err check(struct slurm *slurm, struct slurm_job *job, struct mlv_job_end *end, bool *ended)
{
	mlv_err err = NULL;

	*ended = true;
	if (job->refused) {
		*end = (struct mlv_job_end){ .how = MLV_JOB_FAILED, .command = SIZE_MAX };
		snprintf(end->why, sizeof(end->why), "was refused: %s", job->refused);
	} else if ((err = slurm_read_end(slurm->dir_fd, job->dir, end, ended))) {
		return err;
	} else if (slurm->cancelled && !(*ended && end->how == MLV_JOB_DONE)) {
		*ended = *ended || job->waits || job->gone;
		*end = (struct mlv_job_end){ .how = MLV_JOB_CANCELLED, .command = SIZE_MAX };
	} else if (*ended && was_killed(end)) {
		*ended = job->gone;
		if (job->gone && is_of_slurm(job->state))
			say_ended_by_slurm(job, end);
	} else if (!*ended && job->gone) {
		*ended = end_of_gone(job, end);
	}
	end->id = job->id;
	return err;
}

/* What ended well stays known until it is recorded, see forget(). */
static void close_job(struct slurm *slurm, size_t at, const struct mlv_job_end *end)
{
	struct slurm_job *job = slurm->jobs[at];

	follow(slurm, job);
	take_said(slurm, job);
	if (end->how != MLV_JOB_DONE)
		slurm_drop(slurm, job->dir);
	job_freep(&slurm->jobs[at]);
	memmove(&slurm->jobs[at], &slurm->jobs[at + 1],
		(slurm->count - at - 1) * sizeof(struct slurm_job *));
	slurm->count--;
}

static mlv_err find_ended(struct slurm *slurm, struct mlv_job_end *end, bool *ended)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < slurm->count; i++) {
		follow(slurm, slurm->jobs[i]);
		if ((err = check(slurm, slurm->jobs[i], end, ended)) || !*ended)
			continue;
		close_job(slurm, i, end);
		break;
	}
	return err;
}

static mlv_err wait_for_end(struct mlv_executor *executor, struct mlv_job_end *end, bool *ended)
{
	struct slurm *slurm = (struct slurm *)executor;
	mlv_err err;

	*ended = false;
	if (!slurm->cancelled && (err = send_waiting(slurm)))
		return err;
	if ((err = find_ended(slurm, end, ended)) || *ended)
		return err;
	if (now_ms() >= slurm->next_look && (err = look(slurm)))
		return err;
	slurm_nap(NAP_MS + (int64_t)slurm->count);
	return find_ended(slurm, end, ended);
}

static mlv_err has_ended(struct mlv_executor *executor, struct mlv_job_end *end, bool *ended)
{
	*ended = false;
	return find_ended((struct slurm *)executor, end, ended);
}

static void cancel(struct mlv_executor *executor)
{
	struct slurm *slurm = (struct slurm *)executor;

	if (!slurm->cancelled)
		slurm->cancelled_at = now_ms();
	slurm->cancelled = true;
	slurm->next_look = 0;
}

static void forget(struct mlv_executor *executor, const char *name)
{
	struct slurm *slurm = (struct slurm *)executor;
	MLV_SCOPED(mlv_mem_free) char *dir = NULL;

	if (!slurm_stage_dir(name, &dir))
		slurm_drop(slurm, dir);
}

/* What is under way is cancelled, and waited for: nobody else may write its outputs before. */
static void release(struct mlv_executor *executor)
{
	struct slurm *slurm = (struct slurm *)executor;
	struct mlv_job_end end;
	bool ended = false;

	if (slurm->count)
		cancel(executor);
	while (slurm->count && now_ms() < slurm->cancelled_at + RELEASE_MS)
		if (wait_for_end(executor, &end, &ended))
			break;
	if (slurm->count)
		mlv_tell_warning(executor->ctx, "%zu jobs may still run in Slurm: see squeue --me",
				 slurm->count);
	for (size_t i = 0; i < slurm->count; i++)
		job_freep(&slurm->jobs[i]);
	mlv_fd_close(&slurm->dir_fd);
	free(slurm->jobs);
	free(slurm->dir);
	free(slurm);
}

mlv_err mlv_executor_slurm(struct mlv_executor **out, struct mlv_ctx *ctx, const char *state,
			   mlv_job_output_fn output, void *arg)
{
	static const struct mlv_executor_ops ops = {
		.adopt = adopt, .submit = submit, .wait = wait_for_end, .ended = has_ended, .cancel = cancel,
		.forget = forget, .release = release,
	};
	MLV_SCOPED(mlv_mem_free) struct slurm *slurm = mlv_sys_alloc(sizeof(*slurm));
	MLV_SCOPED(mlv_mem_free) char *dir = mlv_sys_strdup(state);
	mlv_err err;

	if (!slurm || !dir)
		return mlv_error_nomem("an executor");
	if ((err = mlv_fs_mkdirs(AT_FDCWD, dir, 0777)))
		return err;
	slurm->dir_fd = mlv_sys_openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (slurm->dir_fd < 0)
		return mlv_error_sys("%s", dir);
	slurm->base = (struct mlv_executor){ .ops = &ops, .ctx = ctx, .output = output, .arg = arg };
	slurm->dir = MLV_TAKE(dir);
	*out = &slurm->base;
	slurm = NULL;
	return NULL;
}
