/* repro/impl.h - a run of stages: the inside of repro.h. */
#ifndef MLV_REPO_REPRO_IMPL_H
#define MLV_REPO_REPRO_IMPL_H

#include "core/repo/lock.h"
#include "core/repo/repro.h"
#include "core/repo/repro/aside.h"
#include "core/repo/repro/strays.h"

enum mlv_slot_is {
	MLV_SLOT_WAITS,
	MLV_SLOT_RUNS,
	MLV_SLOT_MADE, /* its commands are done; what they made is to be stored */
	MLV_SLOT_DONE,
	MLV_SLOT_FAILED,
};

/* One stage of a run. */
struct mlv_slot {
	const struct mlv_stage *stage; /* NULL: not asked for */
	enum mlv_slot_is is;
	bool ran;                      /* or was restored, or would be */
	bool recorded;                 /* what it made in this run is in mlv.lock */
	struct mlv_stage_state state;  /* as it was before it ran */
	struct mlv_lock *lock;         /* while it runs */
	struct mlv_aside *aside;
	char *address; /* for messages and locks; while it runs */
	char *log;     /* relative to the root */
};

struct mlv_repro_run {
	struct mlv_repo *repo;
	const struct mlv_pipeline *pipeline;
	const struct mlv_stage_set *stages;
	const struct mlv_repro_options *options;
	struct mlv_repro_result *result;
	struct mlv_namer *namer;
	struct mlv_looker *looker;
	struct mlv_strays *strays; /* NULL: not looked for */
	struct mlv_slot *slots; /* by the place of the stage in the pipeline */
	struct mlv_slot **made; /* those that are MADE */
	size_t made_count;
	bool any_aside;         /* a run before this one was killed */
	struct mlv_error first; /* the first failure; its msg is "" while there is none */
};

void mlv_repro_tell(struct mlv_repro_run *run, struct mlv_slot *slot,
		    enum mlv_repro_event_type type, const char *text);
/*
 * Look at the stage, whose dependencies are done; restore or save it, or have it
 * run. A failure of the stage is told and kept, not returned: only what ends
 * the whole run is.
 */
mlv_err mlv_slot_begin(struct mlv_repro_run *run, struct mlv_slot *slot) MLV_CHECK;
/* Its job has ended: it joins those that are made, or what was there comes back. */
mlv_err mlv_slot_end(struct mlv_repro_run *run, struct mlv_slot *slot,
		     const struct mlv_job_end *end) MLV_CHECK;
/* It failed after it ran: bring back what was there. Returned is what ends the run. */
mlv_err mlv_slot_give_up(struct mlv_repro_run *run, struct mlv_slot *slot, mlv_err why) MLV_CHECK;
/* Store and record what those that are made have made, in one durable round, and let them go. */
mlv_err mlv_slots_store(struct mlv_repro_run *run) MLV_CHECK;
/* Have the executor run it. */
mlv_err mlv_slot_submit(struct mlv_repro_run *run, struct mlv_slot *slot) MLV_CHECK;
/* The same with a job of it that a run before this one left, if there is one (executor.h). */
mlv_err mlv_slot_adopt(struct mlv_repro_run *run, struct mlv_slot *slot, bool *adopted) MLV_CHECK;
/* Keep a failure: the first is what the run ends with. */
void mlv_slot_fail(struct mlv_repro_run *run, struct mlv_slot *slot, mlv_err why);
/* Record stages, all of the mlv.lock that stage is recorded in. */
mlv_err mlv_repro_record(struct mlv_repro_run *run, const struct mlv_stage *stage,
			 const struct mlv_recorded *stages, size_t count) MLV_CHECK;
/* Give back what it holds while it runs. */
void mlv_slot_let_go(struct mlv_slot *slot);

#endif
