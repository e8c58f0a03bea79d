/* A stage of mlv.yaml: its map, checked. */
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/pipeline/parts.h"

void mlv_stage_params_release(struct mlv_stage_param **params, size_t *count)
{
	for (size_t i = 0; i < *count; i++) {
		free((*params)[i].file);
		mlv_strs_release(&(*params)[i].keys);
	}
	free(*params);
	*params = NULL;
	*count = 0;
}

void mlv_stage_release(struct mlv_stage *stage)
{
	for (size_t i = 0; i < stage->dep_count; i++)
		free(stage->deps[i].path);
	for (size_t i = 0; i < stage->out_count; i++) {
		free(stage->outs[i].path);
		free(stage->outs[i].remote);
		free(stage->outs[i].desc);
		mlv_value_freep(&stage->outs[i].options);
	}
	mlv_stage_params_release(&stage->params, &stage->param_count);
	mlv_stage_params_release(&stage->used, &stage->used_count);
	mlv_strs_release(&stage->cmds);
	mlv_strs_release(&stage->env);
	mlv_value_freep(&stage->meta);
	free(stage->deps);
	free(stage->outs);
	free(stage->name);
	free(stage->group);
	free(stage->file);
	free(stage->dir);
	free(stage->wdir);
	free(stage->desc);
	free(stage->eval);
	*stage = (struct mlv_stage){ 0 };
}

mlv_err mlv_stage_address(const struct mlv_stage *stage, struct mlv_buf *to)
{
	return stage->dir[0] ? mlv_buf_printf(to, "%s:%s", stage->file, stage->name)
			     : mlv_buf_add_str(to, stage->name);
}

bool mlv_stage_name_ok(const char *name)
{
	if (!*name || !mlv_text_is_plain(name, strlen(name)))
		return false;
	return name[strcspn(name, "!\"#$%&'()*+,./:;<=>?@[\\]^`{|}~")] == '\0';
}

/* The text at key, when there is one: *to is set to a copy. */
static mlv_err read_text(const struct mlv_source *source, const struct mlv_value *map,
			 const char *key, char **to)
{
	const struct mlv_value *value = mlv_value_get(map, key);

	if (!value || value->type == MLV_VALUE_NULL)
		return NULL;
	if (value->type == MLV_VALUE_LIST || value->type == MLV_VALUE_MAP || !value->text)
		return mlv_source_error_at(source, value, "'%s' must be a text", key);
	if (strlen(value->text) != value->text_len)
		return mlv_source_error_at(source, value, "'%s' holds a NUL byte", key);
	*to = mlv_sys_strdup(value->text);
	return *to ? NULL : mlv_error_nomem("a text");
}

static mlv_err read_flag(const struct mlv_source *source, const struct mlv_value *map,
			 const char *key, bool *to)
{
	const struct mlv_value *value = mlv_value_get(map, key);

	if (!value)
		return NULL;
	if (value->type != MLV_VALUE_BOOL)
		return mlv_source_error_at(source, value, "'%s' must be true or false", key);
	*to = value->boolean;
	return NULL;
}

static mlv_err add_cmd(const struct mlv_source *source, const struct mlv_value *value,
		       struct mlv_stage *stage)
{
	if (value->type != MLV_VALUE_TEXT || !value->text_len)
		return mlv_source_error_at(source, value, "a command must be a text");
	if (strlen(value->text) != value->text_len)
		return mlv_source_error_at(source, value, "a command holds a NUL byte");
	return mlv_strs_add(&stage->cmds, value->text);
}

static mlv_err read_cmd(const struct mlv_source *source, const struct mlv_value *map,
			struct mlv_stage *stage)
{
	const struct mlv_value *cmd = mlv_value_get(map, "cmd");
	mlv_err err = NULL;

	if (!cmd && mlv_value_get(map, "eval"))
		return NULL;
	if (!cmd)
		return mlv_source_error(source, stage->line, stage->column,
					"stage '%s' has no 'cmd'", stage->name);
	if (cmd->type != MLV_VALUE_LIST)
		return add_cmd(source, cmd, stage);
	stage->cmd_is_list = true;
	if (!cmd->count)
		return mlv_source_error_at(source, cmd, "'cmd' is an empty list");
	for (size_t i = 0; i < cmd->count && !err; i++)
		err = add_cmd(source, cmd->items[i], stage);
	return err;
}

static mlv_err read_wdir(const struct mlv_source *source, const struct mlv_value *map,
			 struct mlv_stage *stage)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_mem_free) char *typed = NULL;
	const struct mlv_value *value = mlv_value_get(map, "wdir");
	const char *why;
	mlv_err err = read_text(source, map, "wdir", &typed);

	if (err)
		return err;
	if ((why = mlv_pipeline_path(stage->dir, typed ? typed : "", &path)))
		return value ? mlv_source_error_at(source, value, "the wdir '%s': %s", typed, why)
			     : mlv_error_nomem("a path");
	stage->wdir = mlv_buf_detach(&path);
	return stage->wdir ? NULL : mlv_error_nomem("a path");
}

static mlv_err read_env(const struct mlv_source *source, const struct mlv_value *list,
			struct mlv_stage *stage)
{
	if (list && list->type != MLV_VALUE_LIST)
		return mlv_source_error_at(source, list,
					   "'env' must be a list of names of variables");
	for (size_t i = 0; list && i < list->count; i++) {
		const char *name = mlv_value_text(list->items[i]);
		mlv_err err;

		if (!name || !*name || strpbrk(name, "= \t\n") ||
		    strlen(name) != list->items[i]->text_len)
			return mlv_source_error_at(source, list->items[i],
						   "not the name of a variable");
		if ((err = mlv_strs_add(&stage->env, name)))
			return err;
	}
	mlv_strs_sort_unique(&stage->env);
	return NULL;
}

static mlv_err read_files(const struct mlv_source *source, const struct mlv_value *map,
			  struct mlv_stage *stage)
{
	mlv_err err;

	if ((err = mlv_stage_read_deps(source, mlv_value_get(map, "deps"), stage)) ||
	    (err = mlv_stage_read_params(source, mlv_value_get(map, "params"), stage)) ||
	    (err = mlv_stage_read_outs(source, mlv_value_get(map, "outs"), MLV_OUT_DATA, stage)) ||
	    (err = mlv_stage_read_outs(source, mlv_value_get(map, "metrics"), MLV_OUT_METRIC,
				       stage)))
		return err;
	return mlv_stage_read_outs(source, mlv_value_get(map, "plots"), MLV_OUT_PLOT, stage);
}

mlv_err mlv_stage_read(const struct mlv_source *source, const struct mlv_value *map,
		       struct mlv_stage *stage)
{
	static const char *const known[] = {
		"cmd", "wdir", "deps", "params", "outs", "metrics", "plots", "vars", "matrix",
		"frozen", "always_changed", "desc", "meta", "env", "resources", "timeout", "retry",
		"eval", NULL };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf where = MLV_BUF_INIT;
	const struct mlv_value *meta = mlv_value_get(map, "meta");
	mlv_err err;

	if (map->type != MLV_VALUE_MAP)
		return mlv_source_error(source, stage->line, stage->column,
					"stage '%s' must be a map", stage->name);
	if ((err = mlv_buf_printf(&where, "stage '%s'", stage->name)) ||
	    (err = mlv_source_check_keys(source, map, known, where.ptr)) ||
	    (err = read_wdir(source, map, stage)) || (err = read_cmd(source, map, stage)) ||
	    (err = read_files(source, map, stage)) ||
	    (err = read_env(source, mlv_value_get(map, "env"), stage)) ||
	    (err = read_flag(source, map, "frozen", &stage->frozen)) ||
	    (err = read_flag(source, map, "always_changed", &stage->always_changed)) ||
	    (err = read_text(source, map, "desc", &stage->desc)) ||
	    (err = read_text(source, map, "eval", &stage->eval)) ||
	    (err = mlv_stage_read_limits(source, map, stage)))
		return err;
	return meta ? mlv_value_copy(meta, &stage->meta) : NULL;
}
