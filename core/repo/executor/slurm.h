/*
 * slurm.h - the inside of the executor whose jobs Slurm runs.
 *
 * Each stage has a directory of its own in the executor's, named by the SHA-256
 * of its name, which tells a later mlv of its job:
 *
 *   job      what was submitted: "KEY BATCH INDEX\n"; written before sbatch is called
 *   script   what the job runs
 *   end      how it ended: "COMMAND HOW STATUS\n"; the script's last act
 *
 * A batch is one call of sbatch, an array of one job or more. The name of its
 * jobs ends with "-mlv" and the batch, 16 hex digits: so they are found again
 * whenever mlv was killed. A script that finds another batch in "job" has been
 * replaced, and does nothing.
 */
#ifndef MLV_REPO_EXECUTOR_SLURM_H
#define MLV_REPO_EXECUTOR_SLURM_H

#include "core/base/buf.h"
#include "core/repo/executor.h"

#define SLURM_BATCH 16     /* hex digits */
#define SLURM_ARRAY 1000   /* jobs in a batch; Slurm's own limit is 1001 unless it is told */
#define SLURM_KEY   64

/* Which job of Slurm one is. */
struct slurm_place {
	char batch[SLURM_BATCH + 1];
	unsigned index;
};

struct slurm_job {
	size_t id;
	char *name, *group, *log;
	char *dir; /* of the stage, in the executor's */
	char key[SLURM_KEY + 1];
	struct mlv_job_resources resources;
	struct slurm_place place;
	uint64_t array;     /* Slurm's number of the batch */
	uint64_t shown;     /* bytes of the log that were given to output() */
	bool waits;         /* it is in no batch yet */
	bool gone;          /* Slurm does not list it any more */
	int64_t patience;   /* gone: until when its end may still turn up, in ms */
	char state[32];     /* gone: what Slurm says of it, "TIMEOUT" */
	char *refused;      /* why sbatch did not take it */
};

/* What Slurm lists of the user's jobs. */
struct slurm_listed {
	struct slurm_place place;
	uint64_t array; /* with the index its id: "12_3" */
};
struct slurm_list {
	struct slurm_listed *at;
	size_t count, cap;
};

struct slurm {
	struct mlv_executor base;
	char *dir;
	int dir_fd;
	struct slurm_job **jobs;
	size_t count, cap;
	bool cancelled;
	int64_t cancelled_at; /* ms */
	bool unreachable;  /* squeue fails, and this was said */
	int64_t next_look; /* ms */
};

void slurm_nap(int64_t ms);
/* slurm_commands.c: what is asked of Slurm. MLV_E_REMOTE with what it says when it refuses. */
void slurm_list_release(struct slurm_list *list);
const struct slurm_listed *slurm_list_find(const struct slurm_list *list,
					   const struct slurm_place *place);
mlv_err slurm_list(struct slurm *slurm, struct slurm_list *list) MLV_CHECK;
/* Submit script, a path relative to the directory, as the jobs 0 to last of a batch like job's. */
mlv_err slurm_sbatch(struct slurm *slurm, const struct slurm_job *job, unsigned last,
		     const char *script, uint64_t *array_id) MLV_CHECK;
/* Of jobs that were listed, count ids. */
mlv_err slurm_scancel(struct slurm *slurm, const struct slurm_listed *const *jobs,
		      size_t count) MLV_CHECK;
/* What became of a job that is not listed any more: "FAILED", or "" when Slurm does not know. */
void slurm_ask_state(struct slurm *slurm, const struct slurm_job *job, char state[static 32]);

/* slurm_state.c: what is told to later ones. */
mlv_err slurm_stage_dir(const char *name, char **dir) MLV_CHECK;
/* *found false: there is no whole one. */
mlv_err slurm_read_job(int dir_fd, const char *dir, char key[static SLURM_KEY + 1],
		       struct slurm_place *place, bool *found) MLV_CHECK;
mlv_err slurm_write_job(struct slurm *slurm, const struct slurm_job *job) MLV_CHECK;
/* How it ended, if it has. */
mlv_err slurm_read_end(int dir_fd, const char *dir, struct mlv_job_end *end,
		       bool *found) MLV_CHECK;
/* Whether all outs are there, and as old as the end. */
bool slurm_outs_stand(int dir_fd, const char *dir, const struct mlv_strs *outs);

void slurm_drop(struct slurm *slurm, const char *dir);

/*
 * slurm_past.c: what became of the job that an mlv before us left; *ours: it is
 * to be adopted, and runs or has ended. Else none of the stage's jobs runs any more.
 */
mlv_err slurm_look_back(struct slurm *slurm, const struct mlv_job *job, const char *dir,
			struct slurm_place *place, bool *ours) MLV_CHECK;

/* slurm_script.c */
mlv_err slurm_script(const struct slurm *slurm, const struct mlv_job *job, const char *dir,
		     struct mlv_buf *text) MLV_CHECK;
/* The script of a batch: it runs that of the stage of its index. */
mlv_err slurm_batch_script(const struct slurm *slurm, struct slurm_job *const *jobs, size_t count,
			   struct mlv_buf *text) MLV_CHECK;

#endif
