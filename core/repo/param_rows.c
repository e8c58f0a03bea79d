#include "core/repo/param_rows.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/repo/lockfile.h"
#include "core/repo/params.h"
#include "core/repo/pipeline/parts.h"

void mlv_param_rows_release(struct mlv_param_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		free(rows->at[i].name);
		free(rows->at[i].json);
	}
	free(rows->at);
	mlv_value_freep(&rows->root);
	*rows = (struct mlv_param_rows){ 0 };
}

void mlv_param_files_release(struct mlv_param_files *files)
{
	mlv_stage_params_release(&files->at, &files->count);
}

mlv_err mlv_param_files_whole(struct mlv_param_files *files, const char *file)
{
	return mlv_stage_add_param(&files->at, &files->count, file, "");
}

static mlv_err add_keys(struct mlv_param_files *files, const struct mlv_stage_param *param)
{
	mlv_err err = param->keys.count ? NULL : mlv_param_files_whole(files, param->file);

	for (size_t k = 0; k < param->keys.count && !err; k++)
		err = mlv_stage_add_param(&files->at, &files->count, param->file,
					  param->keys.at[k]);
	return err;
}

static mlv_err add_of_stage(struct mlv_param_files *files, const struct mlv_stage *stage, bool deps)
{
	mlv_err err = NULL;

	for (size_t p = 0; p < stage->param_count && !err; p++)
		err = deps ? add_keys(files, &stage->params[p])
			   : mlv_param_files_whole(files, stage->params[p].file);
	for (size_t p = 0; p < stage->used_count && !err && !deps; p++)
		err = mlv_param_files_whole(files, stage->used[p].file);
	return err;
}

/* params.yaml, which needs no mention. */
static mlv_err add_default(struct mlv_param_files *files, struct mlv_metrics_place *place,
			   const struct mlv_metrics_side *side)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_PARAMS_MAX);
	bool found;
	mlv_err err = mlv_metrics_version(place, side, MLV_PARAMS_NAME, &text, &found);

	return err || !found ? err : mlv_param_files_whole(files, MLV_PARAMS_NAME);
}

mlv_err mlv_param_files_add(struct mlv_param_files *files, struct mlv_metrics_place *place,
			    const struct mlv_metrics_side *side, bool deps)
{
	MLV_SCOPED(mlv_pipeline_release) struct mlv_pipeline pipeline = { 0 };
	mlv_err err = mlv_metrics_pipeline(place, side, &pipeline);

	if (!err && !deps)
		err = add_default(files, place, side);
	for (size_t f = 0; f < pipeline.file_count && !err && !deps; f++)
		for (size_t i = 0; i < pipeline.files[f].params.count && !err; i++)
			err = mlv_param_files_whole(files, pipeline.files[f].params.at[i]);
	for (size_t s = 0; s < pipeline.count && !err; s++)
		err = add_of_stage(files, &pipeline.stages[s], deps);
	return err;
}

static int by_file(const void *a, const void *b)
{
	const struct mlv_stage_param *left = a, *right = b;

	return strcmp(left->file, right->file);
}

void mlv_param_files_settle(struct mlv_param_files *files)
{
	if (files->count)
		qsort(files->at, files->count, sizeof(*files->at), by_file);
	for (size_t i = 0; i < files->count; i++)
		mlv_strs_sort_unique(&files->at[i].keys);
}

static mlv_err add_row(struct mlv_param_rows *rows, const char *name, const struct mlv_value *value)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf json = MLV_BUF_INIT;
	struct mlv_param_row *row;
	mlv_err err = mlv_recorded_json(value, &json);

	if (err || (err = mlv_array_grow(&rows->at, &rows->cap, rows->count + 1, sizeof(*row))))
		return err;
	row = &rows->at[rows->count++];
	*row = (struct mlv_param_row){ .name = mlv_sys_strdup(name), .value = value,
				       .json = mlv_buf_detach(&json) };
	return row->name && row->json ? NULL : mlv_error_nomem("a parameter");
}

static mlv_err flatten(struct mlv_param_rows *rows, struct mlv_buf *name,
		       const struct mlv_value *value)
{
	size_t outer = name->len;
	mlv_err err = NULL;

	if (value->type != MLV_VALUE_MAP || !value->count)
		return add_row(rows, name->ptr, value);
	for (size_t i = 0; i < value->count && !err; i++) {
		if ((outer && (err = mlv_buf_add_char(name, '.'))) ||
		    (err = mlv_buf_add_str(name, value->keys[i])))
			return err;
		err = flatten(rows, name, value->items[i]);
		mlv_buf_truncate(name, outer);
	}
	return err;
}

static mlv_err flatten_key(struct mlv_param_rows *rows, const char *key)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	const struct mlv_value *value = mlv_params_get(rows->root, key);
	mlv_err err = value ? mlv_buf_add_str(&name, key) : NULL;

	return err || !value ? err : flatten(rows, &name, value);
}

static int by_name(const void *a, const void *b)
{
	const struct mlv_param_row *left = a, *right = b;

	return strcmp(left->name, right->name);
}

/* Keys may overlap: of one value, which came twice, one row stays. */
static mlv_err settle(const char *name, struct mlv_param_rows *rows)
{
	size_t kept = 0;

	if (rows->count)
		qsort(rows->at, rows->count, sizeof(*rows->at), by_name);
	for (size_t i = 1; i < rows->count; i++)
		if (strcmp(rows->at[i - 1].name, rows->at[i].name) == 0 &&
		    rows->at[i - 1].value != rows->at[i].value)
			return mlv_error(MLV_E_SPEC, "%s: two parameters are named '%s'", name,
					 rows->at[i].name);
	for (size_t i = 0; i < rows->count; i++) {
		if (kept && strcmp(rows->at[kept - 1].name, rows->at[i].name) == 0) {
			free(rows->at[i].name);
			free(rows->at[i].json);
		} else {
			rows->at[kept++] = rows->at[i];
		}
	}
	rows->count = kept;
	return NULL;
}

static mlv_err make_rows(const char *name, const struct mlv_strs *keys, struct mlv_param_rows *rows)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = NULL;

	if (rows->root->type == MLV_VALUE_NULL)
		return NULL; /* an empty file */
	if (rows->root->type != MLV_VALUE_MAP)
		return mlv_error(MLV_E_SPEC, "%s: not a map of parameters", name);
	if (!keys->count && rows->root->count)
		err = flatten(rows, &path, rows->root);
	for (size_t k = 0; k < keys->count && !err; k++)
		err = flatten_key(rows, keys->at[k]);
	return err ? err : settle(name, rows);
}

mlv_err mlv_param_rows_read(struct mlv_param_rows *rows, struct mlv_metrics_place *place,
			    const struct mlv_metrics_side *side,
			    const struct mlv_stage_param *file, bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_PARAMS_MAX);
	MLV_SCOPED(mlv_param_rows_release) struct mlv_param_rows made = { 0 };
	char name[PATH_MAX];
	bool there;
	mlv_err err;

	snprintf(name, sizeof(name), "%s%s%s", side->rev ? side->rev : "", side->rev ? ":" : "",
		 file->file);
	if ((err = mlv_metrics_text(place, side, file->file, &text, &there)))
		return mlv_error_wrap(err, "%s", name);
	if (there && ((err = mlv_params_parse(name, file->file, text.ptr, text.len, &made.root)) ||
		      (err = make_rows(name, &file->keys, &made))))
		return err;
	*found = there;
	*rows = made;
	made = (struct mlv_param_rows){ 0 };
	return NULL;
}
