/* cmd_metrics_list.c - mlv metrics list: which files are metrics; the same of plots. */
#include <string.h>

#include "cmd/cmd_metrics.h"

struct list_args {
	const char *rev;
};

static const struct mlv_opt list_opts[] = {
	{ MLV_OPT_TEXT, 0, "rev", offsetof(struct list_args, rev), "<rev>", MLV_HINT_REV,
	  "as it is there (default: the work tree)" },
	{ 0 },
};

/* A value as YAML has it: what a user wrote as an option. */
static void out_value(struct mlv_out *out, const char *name, const struct mlv_value *value)
{
	switch (value->type) {
	case MLV_VALUE_NULL:
		mlv_out_null(out, name);
		break;
	case MLV_VALUE_BOOL:
		mlv_out_bool(out, name, value->boolean);
		break;
	case MLV_VALUE_INT:
	case MLV_VALUE_REAL:
		mlv_out_real(out, name, value->real);
		break;
	case MLV_VALUE_TEXT:
		mlv_out_text_len(out, name, value->text, value->text_len);
		break;
	case MLV_VALUE_LIST:
		mlv_out_array_begin(out, name);
		for (size_t i = 0; i < value->count; i++)
			out_value(out, NULL, value->items[i]);
		mlv_out_array_end(out);
		break;
	case MLV_VALUE_MAP:
		mlv_out_object_begin(out, name);
		for (size_t i = 0; i < value->count; i++)
			out_value(out, value->keys[i], value->items[i]);
		mlv_out_object_end(out);
		break;
	}
}

/* A file, and who names it: a stage, or the list of a mlv.yaml. */
static mlv_err show(struct mlv_out *out, struct mlv_table *table, const char *path, const char *file,
		    const char *stage)
{
	mlv_err err;

	mlv_out_object_begin(out, NULL);
	mlv_out_json_path(out, "path", path, strlen(path));
	mlv_out_json_path(out, "file", file, strlen(file));
	if (stage)
		mlv_out_text(out, "stage", stage);
	else
		mlv_out_null(out, "stage");
	if ((err = mlv_metrics_path_cell(table, path)))
		return err;
	return stage ? mlv_table_cell(table, stage) : mlv_metrics_path_cell(table, file);
}

static mlv_err show_outs(struct mlv_out *out, struct mlv_table *table, const struct mlv_stage *stage,
			 enum mlv_stage_out_kind kind)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf address = MLV_BUF_INIT;
	mlv_err err = mlv_stage_address(stage, &address);

	for (size_t i = 0; i < stage->out_count && !err; i++) {
		const struct mlv_stage_out *made = &stage->outs[i];

		if (made->kind != kind ||
		    (err = show(out, table, made->path, stage->file, address.ptr)))
			continue;
		mlv_out_bool(out, "pattern", made->glob);
		if (made->options)
			out_value(out, "options", made->options);
		mlv_out_object_end(out);
	}
	return err;
}

static mlv_err show_listed(struct mlv_out *out, struct mlv_table *table,
			   const struct mlv_pipeline_file *file, enum mlv_stage_out_kind kind)
{
	const struct mlv_strs *listed = kind == MLV_OUT_PLOT ? &file->plots : &file->metrics;
	mlv_err err = NULL;

	for (size_t i = 0; i < listed->count && !err; i++) {
		if ((err = show(out, table, listed->at[i], file->path, NULL)))
			continue;
		mlv_out_bool(out, "pattern", kind == MLV_OUT_METRIC && strpbrk(listed->at[i], "*?["));
		mlv_out_object_end(out);
	}
	return err;
}

static mlv_err list_files(struct mlv_run *run, const void *opaque, enum mlv_stage_out_kind kind)
{
	MLV_SCOPED(mlv_metrics_place_close) struct mlv_metrics_place place = { 0 };
	MLV_SCOPED(mlv_pipeline_release) struct mlv_pipeline pipeline = { 0 };
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	const struct list_args *args = opaque;
	struct mlv_metrics_side side;
	mlv_err err;

	if ((err = mlv_metrics_place_open(&place, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_metrics_side_init(&place, args->rev, &side)) ||
	    (err = mlv_metrics_pipeline(&place, &side, &pipeline)) ||
	    (err = mlv_table_init(&table, 2, 0, (const char *const[]){ "Path", "Named by" })))
		return err;
	mlv_out_array_begin(run->out, NULL);
	for (size_t i = 0; i < pipeline.file_count && !err; i++)
		err = show_listed(run->out, &table, &pipeline.files[i], kind);
	for (size_t i = 0; i < pipeline.count && !err; i++)
		err = show_outs(run->out, &table, &pipeline.stages[i], kind);
	mlv_out_array_end(run->out);
	if (!err && !run->json)
		mlv_table_print(&table, run->out, false);
	return err;
}

static mlv_err list_run(struct mlv_run *run, const void *args, char **operands)
{
	(void)operands;
	return list_files(run, args, MLV_OUT_METRIC);
}

const struct mlv_cmd mlv_cmd_metrics_list = {
	.name = "list",
	.summary = "show which files are metrics, and who names them",
	.operands = "",
	.opts = list_opts,
	.args_size = sizeof(struct list_args),
	.run = list_run,
};

static mlv_err plots_run(struct mlv_run *run, const void *args, char **operands)
{
	(void)operands;
	return list_files(run, args, MLV_OUT_PLOT);
}

const struct mlv_cmd mlv_cmd_plots_list = {
	.name = "list",
	.summary = "show which files are plots, and who names them",
	.operands = "",
	.opts = list_opts,
	.args_size = sizeof(struct list_args),
	.run = plots_run,
};
