/*
 * executor.h - what runs the commands of stages: here, or on a cluster.
 *
 * A job is one stage's commands, run one after the other until one fails. The
 * caller submits what may run now, as many as it likes to have under way, and
 * waits for the next end. An executor knows nothing of stages, outputs or
 * mlv.lock: what a job made is looked at by the caller, wherever it ran, in the
 * same work tree.
 *
 * A job's key names what it does: the same key is the same commands on the same
 * inputs. Jobs of Slurm outlive an mlv that is killed: the next one adopts the
 * job of a key that is under way, or that ended and was never recorded, instead
 * of starting it again. Those of mlv_executor_local() end with mlv.
 *
 * All output of a job is kept in its log, and given to output() as it comes.
 *
 * Threads     one thread at a time.
 * Ownership   the strings of a job are copied; mlv_executor_freep() cancels what is under way.
 * Limits      a log keeps between the last MLV_LOG_MAX bytes of a job's output and
 *             twice as much, the older half in LOG.1, and says so; with Slurm as long
 *             as somebody waits for the job, and some bytes may be lost between the two.
 */
#ifndef MLV_REPO_EXECUTOR_H
#define MLV_REPO_EXECUTOR_H

#include "core/base/context.h"
#include "core/base/process.h"
#include "core/base/strs.h"

#define MLV_LOG_MAX ((uint64_t)64 << 20)
/* What a log begins with when it is not the first. */
#define MLV_LOG_TURNED "mlv: what was written before is in the log that ends in .1, but for what is too old\n"

/* What a job asks of a machine; 0: nothing said. The local executor takes no notice. */
struct mlv_job_resources {
	uint64_t cpus;
	uint64_t mem; /* bytes */
	uint64_t gpus;
	uint64_t seconds;
};

struct mlv_job {
	const char *name; /* of the stage, for messages: "train@us" */
	const char *group; /* what it is one of ("train"), or its name: for arrays of jobs */
	const char *key;   /* 64 hex digits */
	const struct mlv_strs *cmds;
	const struct mlv_strs *env; /* NAME=value, beside the environment of mlv */
	const char *dir;            /* absolute path of where the commands run */
	const char *log;            /* absolute path; made anew, in a directory that is there */
	const struct mlv_strs *outs; /* absolute paths of what it makes; NULL: not known */
	uint64_t timeout;           /* seconds that an attempt may take; 0: any time */
	uint64_t retries;           /* how often to try again after a failure */
	struct mlv_job_resources resources;
};

enum mlv_job_how {
	MLV_JOB_DONE,      /* every command exited with 0 */
	MLV_JOB_FAILED,    /* why says how: "exited with 3", "was killed by signal 9 (Killed)" */
	MLV_JOB_CANCELLED,
};

struct mlv_job_end {
	size_t id;
	enum mlv_job_how how;
	size_t command;     /* FAILED: which of the commands; SIZE_MAX: none of them */
	char why[256];
};

struct mlv_executor;

/* What output() gets: the job, which of its streams, and bytes as they come. */
typedef void (*mlv_job_output_fn)(void *arg, size_t id, enum mlv_process_stream stream,
				  const char *bytes, size_t len);

struct mlv_executor_ops {
	/* NULL: there is never one to adopt. */
	mlv_err (*adopt)(struct mlv_executor *executor, const struct mlv_job *job, size_t id,
			 bool *adopted);
	/* id is the caller's, given back when the job ends. */
	mlv_err (*submit)(struct mlv_executor *executor, const struct mlv_job *job, size_t id);
	/*
	 * Wait some time, not long, for a job to end. *ended false: none did yet, or
	 * none is under way. After a cancel the jobs end as CANCELLED, one by one, but
	 * for those that had ended well.
	 */
	mlv_err (*wait)(struct mlv_executor *executor, struct mlv_job_end *end, bool *ended);
	/* The same of a job that has ended already, without waiting. */
	mlv_err (*ended)(struct mlv_executor *executor, struct mlv_job_end *end, bool *ended);
	/* Ask all jobs to end. */
	void (*cancel)(struct mlv_executor *executor);
	/* NULL: nothing is kept of jobs that ended. */
	void (*forget)(struct mlv_executor *executor, const char *name);
	void (*release)(struct mlv_executor *executor); /* frees it, too */
};

/* The part that all have; an implementation's own struct begins with it. */
struct mlv_executor {
	const struct mlv_executor_ops *ops;
	struct mlv_ctx *ctx;
	mlv_job_output_fn output; /* NULL: nobody listens */
	void *arg;
	size_t underway; /* jobs submitted whose end was not given yet; kept by the functions below */
};

/*
 * Before a stage's outputs are touched: a job of this key that an mlv before us
 * left, and which still runs, or has ended and whose outs were not changed
 * since, becomes job id, as if submitted. *adopted false: there is none; a job
 * of the same name but of another key has been ended.
 */
mlv_err mlv_executor_adopt(struct mlv_executor *executor, const struct mlv_job *job, size_t id,
			   bool *adopted) MLV_CHECK;
mlv_err mlv_executor_submit(struct mlv_executor *executor, const struct mlv_job *job,
			    size_t id) MLV_CHECK;
mlv_err mlv_executor_wait(struct mlv_executor *executor, struct mlv_job_end *end,
			  bool *ended) MLV_CHECK;
mlv_err mlv_executor_ended(struct mlv_executor *executor, struct mlv_job_end *end,
			   bool *ended) MLV_CHECK;
void mlv_executor_cancel(struct mlv_executor *executor);
/* What the job of this name did is recorded: it is not to be adopted again. */
void mlv_executor_forget(struct mlv_executor *executor, const char *name);
void mlv_executor_freep(struct mlv_executor **executor);

/* Jobs are processes of this machine (process.h), run by the user's shell. */
mlv_err mlv_executor_local(struct mlv_executor **out, struct mlv_ctx *ctx,
			   mlv_job_output_fn output, void *arg) MLV_CHECK;
#define MLV_SLURM_STATE "state/slurm" /* the directory, below .mlv */
/*
 * Jobs are those of Slurm, by its programs sbatch, squeue, scontrol and scancel;
 * the directory state (absolute, made when it is missing) and the work tree are
 * seen by all its nodes under the same paths. Those of a group that are submitted
 * between two waits, and ask for the same, become one array.
 */
mlv_err mlv_executor_slurm(struct mlv_executor **out, struct mlv_ctx *ctx, const char *state,
			   mlv_job_output_fn output, void *arg) MLV_CHECK;
/*
 * Whether an executor with that directory left a job of this name that may still
 * run: then nobody else may run the stage.
 */
bool mlv_executor_slurm_left(const char *state, const char *name);

#endif
