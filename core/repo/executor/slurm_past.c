/* slurm_past.c - jobs that an mlv before us left. */
#include <string.h>

#include "core/repo/executor/slurm.h"

#define PAUSE_MS 500 /* between two looks whether a job has ended */

/* A job of another key of the same stage: it ends, and has ended when this returns. */
static mlv_err end_other(struct slurm *slurm, const char *name, const struct slurm_place *place)
{
	mlv_err err = NULL;

	mlv_tell_warning(slurm->base.ctx, "%s: a job of it that is out of date still runs: it is cancelled",
			 name);
	for (;;) {
		MLV_SCOPED(slurm_list_release) struct slurm_list list = { 0 };
		const struct slurm_listed *job;

		if ((err = mlv_ctx_check_stop(slurm->base.ctx)) || (err = slurm_list(slurm, &list)))
			return err;
		if (!(job = slurm_list_find(&list, place)))
			return NULL;
		if ((err = slurm_scancel(slurm, &job, 1)))
			return err;
		slurm_nap(PAUSE_MS);
	}
}

/*
 * One that is not listed may yet be on its way to Slurm: once "job" is gone its
 * script does nothing, so that it is looked for once more after that.
 */
mlv_err slurm_look_back(struct slurm *slurm, const struct mlv_job *job, const char *dir,
			 struct slurm_place *place, bool *ours)
{
	MLV_SCOPED(slurm_list_release) struct slurm_list list = { 0 };
	char key[SLURM_KEY + 1];
	struct mlv_job_end end;
	bool found, ended;
	mlv_err err;

	*ours = false;
	if ((err = slurm_read_job(slurm->dir_fd, dir, key, place, &found)) || !found ||
	    (err = slurm_read_end(slurm->dir_fd, dir, &end, &ended)))
		return err;
	if (ended && strcmp(key, job->key) == 0 && slurm_outs_stand(slurm->dir_fd, dir, job->outs)) {
		*ours = true;
		return NULL;
	}
	if (ended) {
		slurm_drop(slurm, dir);
		return NULL;
	}
	if ((err = slurm_list(slurm, &list)))
		return err;
	if (slurm_list_find(&list, place)) {
		*ours = strcmp(key, job->key) == 0;
		if (*ours || (err = end_other(slurm, job->name, place)))
			return err;
		slurm_drop(slurm, dir);
		return NULL;
	}
	/* It may have ended while Slurm was asked. */
	if ((err = slurm_read_end(slurm->dir_fd, dir, &end, &ended)))
		return err;
	if (ended)
		return slurm_look_back(slurm, job, dir, place, ours);
	slurm_drop(slurm, dir);
	slurm_list_release(&list);
	if ((err = slurm_list(slurm, &list)) || !slurm_list_find(&list, place))
		return err;
	return end_other(slurm, job->name, place);
}
