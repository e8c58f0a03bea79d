/* cmd_dag.c - mlv dag: what depends on what. */
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd_stage.h"
#include "cmd/dag.h"
#include "core/base/sys.h"
#include "core/repo/pointer.h"

struct dag_args {
	bool dot, mermaid, markdown, full, outs, collapse;
};

static const struct mlv_opt dag_opts[] = {
	{ MLV_OPT_FLAG, 0, "dot", offsetof(struct dag_args, dot), NULL, MLV_HINT_NONE,
	  "write a graph of Graphviz" },
	{ MLV_OPT_FLAG, 0, "mermaid", offsetof(struct dag_args, mermaid), NULL, MLV_HINT_NONE,
	  "write a flowchart of Mermaid" },
	{ MLV_OPT_FLAG, 0, "md", offsetof(struct dag_args, markdown), NULL, MLV_HINT_NONE,
	  "the same in a block of Markdown" },
	{ MLV_OPT_FLAG, 0, "full", offsetof(struct dag_args, full), NULL, MLV_HINT_NONE,
	  "show all that is connected with a target" },
	{ MLV_OPT_FLAG, 'o', "outs", offsetof(struct dag_args, outs), NULL, MLV_HINT_NONE,
	  "show outputs instead of stages" },
	{ MLV_OPT_FLAG, 0, "collapse-foreach-matrix", offsetof(struct dag_args, collapse), NULL,
	  MLV_HINT_NONE, "one node for all stages of a foreach or matrix" },
	{ 0 },
};

/* Stages (and, beyond count, tracked data) that are shown. */
struct choice {
	const struct mlv_pipeline *pipeline;
	const struct mlv_outputs *data;
	const struct dag_args *args;
	bool *shown; /* of each stage */
};

/* Spread what is marked to all it depends on; with full also to what depends on it. */
static void spread(struct choice *choice)
{
	const struct mlv_pipeline *pipeline = choice->pipeline;
	bool again = true;

	/* Dependencies come first in the order, so one way back through it is enough. */
	while (again) {
		again = false;
		for (size_t i = pipeline->count; i-- > 0;) {
			size_t stage = pipeline->order[i];

			for (size_t e = pipeline->edge_at[stage];
			     e < pipeline->edge_at[stage + 1]; e++) {
				size_t on = pipeline->edges[e];

				if (choice->shown[stage] && !choice->shown[on])
					choice->shown[on] = again = true;
				if (choice->args->full && choice->shown[on] &&
				    !choice->shown[stage])
					choice->shown[stage] = again = true;
			}
		}
		again &= choice->args->full;
	}
}

static mlv_err choose(struct mlv_repo *repo, struct choice *choice, char **operands)
{
	static const struct mlv_pipeline_find options = { 0 };
	MLV_SCOPED(mlv_stage_set_release) struct mlv_stage_set set = { 0 };
	mlv_err err = NULL;

	if (!(choice->shown = mlv_sys_alloc(choice->pipeline->count + 1)))
		return mlv_error_nomem("a choice of stages");
	for (char **at = operands; *at && !err; at++)
		err = mlv_pipeline_find(repo, choice->pipeline, *at, &options, &set);
	if (err)
		return err;
	for (size_t i = 0; i < choice->pipeline->count; i++)
		choice->shown[i] = !*operands;
	for (size_t i = 0; i < set.count; i++)
		choice->shown[set.at[i]] = true;
	spread(choice);
	return NULL;
}

static mlv_err stage_label(const struct choice *choice, const struct mlv_stage *stage,
			   struct mlv_buf *label)
{
	struct mlv_stage grouped = *stage;

	mlv_buf_clear(label);
	if (choice->args->collapse && stage->group)
		grouped.name = stage->group;
	return mlv_stage_address(&grouped, label);
}

/*
 * The tracked data that a dependency is, lies in, or has below it; what stages made,
 * which mlv.lock names, is not that: an arrow comes from the stage.
 */
static mlv_err add_data(const struct choice *choice, const struct mlv_stage_dep *dep,
			const char *label, struct mlv_dag *dag)
{
	size_t len = strlen(dep->path);
	const struct mlv_output *data;

	if (dep->url || dep->glob)
		return NULL;
	if ((data = mlv_outputs_find(choice->data, dep->path)))
		return data->stage ? NULL
				   : mlv_dag_edge(dag,
						  choice->args->outs ? data->path : data->pointer,
						  label);
	for (size_t i = 0; i < choice->data->count; i++) {
		mlv_err err;

		data = &choice->data->at[i];
		if (!data->stage && strncmp(data->path, dep->path, len) == 0 &&
		    data->path[len] == '/' &&
		    (err = mlv_dag_edge(dag, choice->args->outs ? data->path : data->pointer,
					label)))
			return err;
	}
	return NULL;
}

static mlv_err add_stage(const struct choice *choice, size_t at, struct mlv_dag *dag)
{
	const struct mlv_pipeline *pipeline = choice->pipeline;
	const struct mlv_stage *stage = &pipeline->stages[at];
	MLV_SCOPED(mlv_buf_release) struct mlv_buf label = MLV_BUF_INIT, on = MLV_BUF_INIT;
	mlv_err err;

	if ((err = stage_label(choice, stage, &label)) || (err = mlv_dag_node(dag, label.ptr)))
		return err;
	for (size_t e = pipeline->edge_at[at]; e < pipeline->edge_at[at + 1] && !err; e++)
		if (!(err = stage_label(choice, &pipeline->stages[pipeline->edges[e]], &on)) &&
		    strcmp(on.ptr, label.ptr) != 0)
			err = mlv_dag_edge(dag, on.ptr, label.ptr);
	for (size_t d = 0; d < stage->dep_count && !err; d++)
		err = add_data(choice, &stage->deps[d], label.ptr, dag);
	return err;
}

/* Every output of the stages that it depends on leads to every output of the stage. */
static mlv_err add_outs(const struct choice *choice, size_t at, struct mlv_dag *dag)
{
	const struct mlv_pipeline *pipeline = choice->pipeline;
	const struct mlv_stage *stage = &pipeline->stages[at];
	mlv_err err = NULL;

	for (size_t o = 0; o < stage->out_count && !err; o++) {
		const char *out = stage->outs[o].path;

		err = mlv_dag_node(dag, out);
		for (size_t e = pipeline->edge_at[at]; e < pipeline->edge_at[at + 1] && !err; e++) {
			const struct mlv_stage *on = &pipeline->stages[pipeline->edges[e]];

			for (size_t i = 0; i < on->out_count && !err; i++)
				err = mlv_dag_edge(dag, on->outs[i].path, out);
		}
		for (size_t d = 0; d < stage->dep_count && !err; d++)
			err = add_data(choice, &stage->deps[d], out, dag);
	}
	return err;
}

static mlv_err show(struct mlv_run *run, const struct dag_args *args, const struct mlv_dag *dag)
{
	if (run->json)
		mlv_dag_json(dag, run->out);
	else if (args->dot)
		mlv_dag_dot(dag, run->out);
	else if (args->mermaid || args->markdown)
		mlv_dag_mermaid(dag, args->markdown, run->out);
	else
		return mlv_dag_draw(dag, run->width, run->out);
	return NULL;
}

static mlv_err dag_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_pipeline_release) struct mlv_pipeline pipeline = { 0 };
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs data = { 0 };
	MLV_SCOPED(mlv_dag_release) struct mlv_dag dag = { 0 };
	const struct dag_args *args = opaque;
	struct choice choice = { .pipeline = &pipeline, .data = &data, .args = args };
	mlv_err err;

	if (args->dot + args->mermaid + args->markdown > 1)
		return mlv_error(MLV_E_USAGE, "dag: one of --dot, --mermaid and --md");
	if ((err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_pipeline_load(repo, &pipeline)) ||
	    (err = mlv_outputs_load(repo, &data)))
		return err;
	err = choose(repo, &choice, operands);
	for (size_t i = 0; i < pipeline.count && !err; i++)
		if (choice.shown[i])
			err = args->outs ? add_outs(&choice, i, &dag) : add_stage(&choice, i, &dag);
	free(choice.shown);
	if (err || (err = mlv_dag_settle(&dag)))
		return err;
	return show(run, args, &dag);
}

const struct mlv_cmd mlv_cmd_dag = {
	.name = "dag",
	.summary = "draw what depends on what",
	.operands = "[<target>...]",
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.opts = dag_opts,
	.args_size = sizeof(struct dag_args),
	.run = dag_run,
};
