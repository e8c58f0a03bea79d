/* Which stages are asked for. */
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/repo/repro.h"

struct select {
	const struct mlv_pipeline *pipeline;
	bool *chosen; /* by place */
};

static void select_release(struct select *select)
{
	free(select->chosen);
}

/* What the chosen depend on is chosen, too: dependencies stand before in the order. */
static void choose_upstream(struct select *select)
{
	const struct mlv_pipeline *p = select->pipeline;

	for (size_t i = p->count; i-- > 0;) {
		size_t at = p->order[i];

		for (size_t e = p->edge_at[at]; select->chosen[at] && e < p->edge_at[at + 1]; e++)
			select->chosen[p->edges[e]] = true;
	}
}

static bool choose_downstream(struct select *select)
{
	const struct mlv_pipeline *p = select->pipeline;
	bool any = false;

	for (size_t i = 0; i < p->count; i++) {
		size_t at = p->order[i];

		for (size_t e = p->edge_at[at]; !select->chosen[at] && e < p->edge_at[at + 1]; e++)
			any |= select->chosen[at] = select->chosen[p->edges[e]];
	}
	return any;
}

/* All that is joined to the chosen by any way of edges. */
static void choose_joined(struct select *select)
{
	do
		choose_upstream(select);
	while (choose_downstream(select));
}

static mlv_err choose_file(struct select *select, struct mlv_repo *repo)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf file = MLV_BUF_INIT;
	bool any = false;
	mlv_err err = mlv_repo_path(repo, MLV_PIPELINE_NAME, &file);

	if (err)
		return err;
	for (size_t i = 0; i < select->pipeline->count; i++)
		if (strcmp(select->pipeline->stages[i].file, file.ptr) == 0)
			any = select->chosen[i] = true;
	for (size_t i = 0; !any && i < select->pipeline->count; i++)
		select->chosen[i] = true;
	return NULL;
}

static mlv_err choose_targets(struct select *select, struct mlv_repo *repo, char *const *targets,
			      const struct mlv_repro_select *options)
{
	MLV_SCOPED(mlv_stage_set_release) struct mlv_stage_set found = { 0 };
	mlv_err err = NULL;

	for (; !err && *targets; targets++)
		err = mlv_pipeline_find(repo, select->pipeline, *targets, &options->find, &found);
	for (size_t i = 0; !err && i < found.count; i++)
		select->chosen[found.at[i]] = true;
	return err;
}

mlv_err mlv_repro_stages(struct mlv_repo *repo, const struct mlv_pipeline *pipeline,
			 char *const *targets, bool all, const struct mlv_repro_select *options,
			 struct mlv_stage_set *stages)
{
	MLV_SCOPED(select_release) struct select select = { .pipeline = pipeline };
	mlv_err err = NULL;

	select.chosen = mlv_sys_alloc_array(pipeline->count + 1, sizeof(*select.chosen));
	stages->at = mlv_sys_alloc_array(pipeline->count + 1, sizeof(*stages->at));
	if (!select.chosen || !stages->at)
		return mlv_error_nomem("stages");
	if (all)
		memset(select.chosen, 1, pipeline->count * sizeof(*select.chosen));
	else
		err = targets && *targets ? choose_targets(&select, repo, targets, options)
					  : choose_file(&select, repo);
	if (err)
		return err;
	if (options->pipeline)
		choose_joined(&select);
	else if (options->downstream)
		(void)choose_downstream(&select);
	else if (!options->single)
		choose_upstream(&select);
	for (size_t i = 0; i < pipeline->count; i++)
		if (select.chosen[pipeline->order[i]])
			stages->at[stages->count++] = pipeline->order[i];
	return NULL;
}
