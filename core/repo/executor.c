#include "core/repo/executor.h"

mlv_err mlv_executor_adopt(struct mlv_executor *executor, const struct mlv_job *job, size_t id,
			   bool *adopted)
{
	mlv_err err = NULL;

	*adopted = false;
	if (executor->ops->adopt)
		err = executor->ops->adopt(executor, job, id, adopted);
	if (!err && *adopted)
		executor->underway++;
	return err;
}

mlv_err mlv_executor_submit(struct mlv_executor *executor, const struct mlv_job *job, size_t id)
{
	mlv_err err = executor->ops->submit(executor, job, id);

	if (!err)
		executor->underway++;
	return err;
}

mlv_err mlv_executor_wait(struct mlv_executor *executor, struct mlv_job_end *end, bool *ended)
{
	mlv_err err;

	*ended = false;
	if (!executor->underway)
		return NULL;
	if (!(err = executor->ops->wait(executor, end, ended)) && *ended)
		executor->underway--;
	return err;
}

mlv_err mlv_executor_ended(struct mlv_executor *executor, struct mlv_job_end *end, bool *ended)
{
	mlv_err err;

	*ended = false;
	if (!executor->underway)
		return NULL;
	if (!(err = executor->ops->ended(executor, end, ended)) && *ended)
		executor->underway--;
	return err;
}

void mlv_executor_cancel(struct mlv_executor *executor)
{
	executor->ops->cancel(executor);
}

void mlv_executor_forget(struct mlv_executor *executor, const char *name)
{
	if (executor->ops->forget)
		executor->ops->forget(executor, name);
}

void mlv_executor_freep(struct mlv_executor **executor)
{
	if (*executor)
		(*executor)->ops->release(*executor);
	*executor = NULL;
}
