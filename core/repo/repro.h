/*
 * repro.h - running the stages that are out of date.
 *
 * Stages are taken in the order of the pipeline; one is looked at
 * (stage_look.h) when all that it depends on is done, so that it runs only if
 * its inputs changed. One that is out of date is restored from what is recorded
 * of the same run (run_cache.h), or else given to the executor, as many at a
 * time as jobs says. Its outputs are moved aside before, and come back when it
 * fails. When it is done, its outputs are stored, durably, and then it is recorded
 * in mlv.lock (lockfile.h), at once.
 *
 * Crash safety   a run that is killed loses the stages that were running; the
 *                same call again finishes. Outputs that were aside come back.
 * Threads        one call at a time in a process. Processes may run different
 *                stages at the same time: a stage is run under its own lock.
 */
#ifndef MLV_REPO_REPRO_H
#define MLV_REPO_REPRO_H

#include "core/repo/executor.h"
#include "core/repo/pipeline.h"
#include "core/repo/stage_look.h"

enum mlv_repro_event_type {
	MLV_REPRO_UNCHANGED,
	MLV_REPRO_FROZEN,
	MLV_REPRO_RUNS,     /* state says why; from now on there is output of job id */
	MLV_REPRO_WOULD_RUN, /* dry: state says why, if it is known */
	MLV_REPRO_MAY_RUN,  /* dry: a stage that it depends on would run */
	MLV_REPRO_RESTORED, /* not run: its outputs were in the cache */
	MLV_REPRO_RAN,      /* and was recorded */
	MLV_REPRO_SAVED,    /* did not run, but what is kept of its outputs changed */
	MLV_REPRO_FAILED,   /* text says how */
	MLV_REPRO_SKIPPED,  /* one that it depends on failed */
	MLV_REPRO_CANCELLED,
};

struct mlv_repro_event {
	enum mlv_repro_event_type type;
	const struct mlv_stage *stage;
	const struct mlv_stage_state *state; /* NULL where it was not looked at */
	const char *text;                    /* NULL: none */
	const char *log;                     /* of what ran: relative to the root; else NULL */
	size_t id;                           /* of the job: the place of the stage in the pipeline */
};

struct mlv_repro_options {
	bool force;            /* run what is up to date, too */
	bool force_downstream; /* run what depends on a stage that ran, whatever it made */
	bool dry;
	bool no_commit;        /* outputs are recorded, not stored */
	bool no_run_cache;     /* neither restore nor keep runs */
	bool keep_going;       /* after a failure run what does not depend on it */
	bool ignore_errors;    /* after a failure run the rest, too */
	bool allow_missing;    /* what is not there counts as what is recorded */
	unsigned jobs;         /* stages that may run at a time */
	const struct stat *own; /* own_count files that our own output goes to: no stage wrote them */
	size_t own_count;
	const char *program;   /* mlv itself, for stages that evaluate; absolute */
	struct mlv_executor *executor; /* NULL with dry */
	void (*tell)(void *arg, const struct mlv_repro_event *event);
	bool (*ask)(void *arg, const struct mlv_stage *stage); /* whether it may run; NULL: it may */
	/*
	 * Bring objects of outputs into the cache from a remote, those that can be
	 * had; NULL: nothing is fetched.
	 */
	mlv_err (*fetch)(void *arg, const struct mlv_outputs *outputs);
	void *arg;
};

struct mlv_repro_result {
	size_t unchanged, ran, restored, failed, skipped;
};

/* Run what is out of date of the stages at these places (sorted as the pipeline's order has them). */
mlv_err mlv_repro(struct mlv_repo *repo, const struct mlv_pipeline *pipeline,
		  const struct mlv_stage_set *stages, const struct mlv_repro_options *options,
		  struct mlv_repro_result *result) MLV_CHECK;

struct mlv_repro_select {
	bool single;       /* only the targets */
	bool pipeline;     /* all that hangs together with them */
	bool downstream;   /* them and what depends on them */
	struct mlv_pipeline_find find;
};
/*
 * The stages that targets (typed, ended by NULL) ask for, in order: with what they
 * depend on, unless options say otherwise. No target: those of the mlv.yaml in
 * the current directory; all where there is none, or with `all`.
 */
mlv_err mlv_repro_stages(struct mlv_repo *repo, const struct mlv_pipeline *pipeline,
			 char *const *targets, bool all, const struct mlv_repro_select *options,
			 struct mlv_stage_set *stages) MLV_CHECK;

#endif
