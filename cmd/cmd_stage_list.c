/* cmd_stage_list.c - mlv stage list: the stages of mlv.yaml, resolved. */
#include <string.h>

#include "cmd/cmd_stage.h"
#include "cmd/ui/out.h"
#include "cmd/ui/table.h"

struct list_args {
	bool all, fail, recursive, name_only;
};

static const struct mlv_opt list_opts[] = {
	{ MLV_OPT_FLAG, 0, "all", offsetof(struct list_args, all), NULL, MLV_HINT_NONE,
	  "the stages of all mlv.yaml files of the repository" },
	{ MLV_OPT_FLAG, 0, "fail", offsetof(struct list_args, fail), NULL, MLV_HINT_NONE,
	  "fail at a file with a mistake, and do not leave it out" },
	{ MLV_OPT_FLAG, 'R', "recursive", offsetof(struct list_args, recursive), NULL,
	  MLV_HINT_NONE, "a folder stands for the stages in it and below" },
	{ MLV_OPT_FLAG, 0, "name-only", offsetof(struct list_args, name_only), NULL,
	  MLV_HINT_NONE, "show names only" },
	{ MLV_OPT_FLAG, 0, "names-only", offsetof(struct list_args, name_only), NULL,
	  MLV_HINT_NONE, "the same" },
	{ 0 },
};

static void json_outs(struct mlv_out *out, const char *name, const struct mlv_stage *stage,
		      enum mlv_stage_out_kind kind)
{
	mlv_out_array_begin(out, name);
	for (size_t i = 0; i < stage->out_count; i++)
		if (stage->outs[i].kind == kind)
			mlv_out_text(out, NULL, stage->outs[i].path);
	mlv_out_array_end(out);
}

static void json_strs(struct mlv_out *out, const char *name, const struct mlv_strs *list)
{
	mlv_out_array_begin(out, name);
	for (size_t i = 0; i < list->count; i++)
		mlv_out_text(out, NULL, list->at[i]);
	mlv_out_array_end(out);
}

/* Options of outputs that have other than the defaults. */
static void json_options(struct mlv_out *out, const struct mlv_stage *stage)
{
	mlv_out_object_begin(out, "options");
	for (size_t i = 0; i < stage->out_count; i++) {
		const struct mlv_stage_out *at = &stage->outs[i];

		if (at->cache && !at->persist && at->push && !at->remote && !at->desc)
			continue;
		mlv_out_object_begin(out, at->path);
		if (!at->cache)
			mlv_out_bool(out, "cache", false);
		if (at->persist)
			mlv_out_bool(out, "persist", true);
		if (!at->push)
			mlv_out_bool(out, "push", false);
		if (at->remote)
			mlv_out_text(out, "remote", at->remote);
		if (at->desc)
			mlv_out_text(out, "desc", at->desc);
		mlv_out_object_end(out);
	}
	mlv_out_object_end(out);
}

static void json_limits(struct mlv_out *out, const struct mlv_stage *stage)
{
	const struct mlv_stage_resources *resources = &stage->resources;

	mlv_out_object_begin(out, "resources");
	if (resources->cpus > 0)
		mlv_out_real(out, "cpus", resources->cpus);
	if (resources->mem)
		mlv_out_number(out, "mem", resources->mem);
	if (resources->gpus)
		mlv_out_number(out, "gpus", resources->gpus);
	if (resources->time)
		mlv_out_number(out, "time", resources->time);
	mlv_out_object_end(out);
	mlv_out_number(out, "timeout", stage->timeout);
	mlv_out_number(out, "retry", stage->retry);
}

static void json_files(struct mlv_out *out, const struct mlv_stage *stage)
{
	mlv_out_array_begin(out, "deps");
	for (size_t i = 0; i < stage->dep_count; i++)
		mlv_out_text(out, NULL, stage->deps[i].path);
	mlv_out_array_end(out);
	mlv_out_object_begin(out, "params");
	for (size_t i = 0; i < stage->param_count; i++)
		json_strs(out, stage->params[i].file, &stage->params[i].keys);
	mlv_out_object_end(out);
	json_outs(out, "outs", stage, MLV_OUT_DATA);
	json_outs(out, "metrics", stage, MLV_OUT_METRIC);
	json_outs(out, "plots", stage, MLV_OUT_PLOT);
	json_options(out, stage);
}

static void text_or_null(struct mlv_out *out, const char *name, const char *text)
{
	if (text)
		mlv_out_text(out, name, text);
	else
		mlv_out_null(out, name);
}

void mlv_stage_json(struct mlv_out *out, const struct mlv_stage *stage)
{
	mlv_out_text(out, "name", stage->name);
	mlv_out_text(out, "file", stage->file);
	text_or_null(out, "group", stage->group);
	if (stage->cmd_is_list || !stage->cmds.count)
		json_strs(out, "cmd", &stage->cmds);
	else
		mlv_out_text(out, "cmd", stage->cmds.at[0]);
	mlv_out_text(out, "wdir", *stage->wdir ? stage->wdir : ".");
	json_files(out, stage);
	json_strs(out, "env", &stage->env);
	mlv_out_bool(out, "frozen", stage->frozen);
	mlv_out_bool(out, "always_changed", stage->always_changed);
	text_or_null(out, "desc", stage->desc);
	text_or_null(out, "eval", stage->eval);
	json_limits(out, stage);
}

/* "Outputs a, b" */
static mlv_err add_paths(const struct mlv_stage *stage, bool metrics, const char *word,
			 struct mlv_buf *text)
{
	const char *between = text->len ? "; " : "";
	mlv_err err = NULL;
	size_t count = 0;

	for (size_t i = 0; i < stage->out_count && !err; i++) {
		if ((stage->outs[i].kind == MLV_OUT_DATA) == metrics)
			continue;
		if (!count++)
			err = mlv_buf_printf(text, "%s%s %s", between, word, stage->outs[i].path);
		else
			err = mlv_buf_printf(text, ", %s", stage->outs[i].path);
	}
	return err;
}

static mlv_err describe(const struct mlv_stage *stage, struct mlv_buf *text)
{
	mlv_err err;

	if (stage->desc)
		return mlv_buf_add(text, stage->desc, strcspn(stage->desc, "\n"));
	if ((err = add_paths(stage, false, "Outputs", text)) ||
	    (err = add_paths(stage, true, "Reports", text)) || text->len)
		return err;
	return stage->cmds.count
		       ? mlv_buf_add(text, stage->cmds.at[0], strcspn(stage->cmds.at[0], "\n"))
		       : NULL;
}

static mlv_err show(struct mlv_run *run, const struct mlv_pipeline *pipeline,
		    const struct mlv_stage_set *set, bool name_only)
{
	size_t widest = 0;

	for (size_t i = 0; i < set->count; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
		mlv_err err = mlv_stage_address(&pipeline->stages[set->at[i]], &name);

		if (err)
			return err;
		widest = name.len > widest ? name.len : widest;
	}
	mlv_out_array_begin(run->out, NULL);
	for (size_t i = 0; i < set->count; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
		MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
		const struct mlv_stage *stage = &pipeline->stages[set->at[i]];
		mlv_err err;

		if ((err = mlv_stage_address(stage, &name)) || (err = describe(stage, &text)))
			return err;
		if (name_only)
			mlv_out_line(run->out, "%s", name.ptr);
		else
			mlv_out_line(run->out, "%-*s  %s", (int)widest, name.ptr, text.ptr);
		mlv_out_object_begin(run->out, NULL);
		mlv_stage_json(run->out, stage);
		mlv_out_object_end(run->out);
	}
	mlv_out_array_end(run->out);
	return NULL;
}

/* Without targets: the mlv.yaml beside the user, or all. */
static mlv_err choose(struct mlv_repo *repo, const struct mlv_pipeline *pipeline,
		      const struct list_args *args, char **operands, struct mlv_stage_set *set)
{
	const struct mlv_pipeline_find options = { .recursive = args->recursive || args->all };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf file = MLV_BUF_INIT;
	mlv_err err = NULL;

	for (; *operands && !err; operands++)
		err = mlv_pipeline_find(repo, pipeline, *operands, &options, set);
	if (err || set->count)
		return err;
	if ((err = mlv_repo_path(repo, MLV_PIPELINE_NAME, &file)))
		return err;
	for (size_t i = 0; i < pipeline->count && !err; i++) {
		if (!args->all && !args->recursive && strcmp(pipeline->stages[i].file, file.ptr) != 0)
			continue;
		if (args->recursive && !args->all &&
		    strncmp(pipeline->stages[i].file, file.ptr,
			    file.len - strlen(MLV_PIPELINE_NAME)) != 0)
			continue;
		if ((err = mlv_array_grow(&set->at, &set->cap, set->count + 1, sizeof(*set->at))))
			return err;
		set->at[set->count++] = i;
	}
	return err;
}

static mlv_err list_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_pipeline_release) struct mlv_pipeline pipeline = { 0 };
	MLV_SCOPED(mlv_stage_set_release) struct mlv_stage_set set = { 0 };
	const struct list_args *args = opaque;
	mlv_err err;

	if ((err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
	    (err = args->fail ? mlv_pipeline_load(repo, &pipeline)
			      : mlv_pipeline_load_some(repo, NULL, &pipeline)) ||
	    (err = choose(repo, &pipeline, args, operands, &set)))
		return err;
	return show(run, &pipeline, &set, args->name_only);
}

const struct mlv_cmd mlv_cmd_stage_list = {
	.name = "list",
	.summary = "show the stages of mlv.yaml, resolved",
	.operands = "[<target>...]",
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.opts = list_opts,
	.args_size = sizeof(struct list_args),
	.run = list_run,
};
