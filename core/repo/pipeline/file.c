/* One mlv.yaml: its top, and its stages. */
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/base/yaml.h"
#include "core/repo/pipeline/parts.h"

static void file_release(struct mlv_pipeline_file *file)
{
	free(file->path);
	mlv_strs_release(&file->params);
	mlv_strs_release(&file->metrics);
	mlv_strs_release(&file->plots);
	mlv_value_freep(&file->root);
}

void mlv_pipeline_release(struct mlv_pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->count; i++)
		mlv_stage_release(&pipeline->stages[i]);
	for (size_t i = 0; i < pipeline->file_count; i++)
		file_release(&pipeline->files[i]);
	free(pipeline->stages);
	free(pipeline->files);
	free(pipeline->edges);
	free(pipeline->edge_at);
	free(pipeline->order);
	*pipeline = (struct mlv_pipeline){ 0 };
}

static mlv_err add_listed(const struct mlv_source *source, const struct mlv_value *at,
			  const char *dir, const char *text, struct mlv_strs *files)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	const char *why = mlv_pipeline_path(dir, text, &path);

	if (why || !path.len)
		return mlv_source_error_at(source, at, "the path '%s': %s", text,
					   why ? why : "it is a directory of stages");
	return mlv_strs_add(files, path.ptr);
}

/* A plot's data: what y names, or else its own name. */
static mlv_err add_plot(const struct mlv_source *source, const struct mlv_value *at,
			const char *dir, const char *id, const struct mlv_value *options,
			struct mlv_strs *files)
{
	const struct mlv_value *y = mlv_value_get(options, "y");
	mlv_err err = NULL;

	if (!y || y->type != MLV_VALUE_MAP)
		return add_listed(source, at, dir, id, files);
	for (size_t i = 0; i < y->count && !err; i++)
		err = add_listed(source, at, dir, y->keys[i], files);
	return err;
}

/* A list of paths, or of maps of a path to its options; or one such map. */
static mlv_err read_listed(const struct mlv_source *source, const struct mlv_value *list,
			   const char *what, const char *dir, struct mlv_strs *files)
{
	bool plots = strcmp(what, "plots") == 0;
	mlv_err err = NULL;

	if (!list || list->type == MLV_VALUE_NULL)
		return NULL;
	if (list->type != MLV_VALUE_LIST && list->type != MLV_VALUE_MAP)
		return mlv_source_error_at(source, list, "'%s' must be a list", what);
	for (size_t i = 0; i < list->count && !err; i++) {
		const struct mlv_value *item = list->items[i];

		if (list->keys)
			err = plots ? add_plot(source, item, dir, list->keys[i], item, files)
				    : add_listed(source, item, dir, list->keys[i], files);
		else if (item->type != MLV_VALUE_MAP && item->type != MLV_VALUE_LIST && item->text)
			err = add_listed(source, item, dir, item->text, files);
		else if (item->type != MLV_VALUE_MAP)
			err = mlv_source_error_at(source, item, "an item of '%s' must be a path",
						  what);
		for (size_t k = 0; !list->keys && item->type == MLV_VALUE_MAP && k < item->count &&
				   !err; k++)
			err = plots ? add_plot(source, item, dir, item->keys[k], item->items[k],
					       files)
				    : add_listed(source, item, dir, item->keys[k], files);
	}
	return err;
}

static char *dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return mlv_sys_strndup(path, slash ? (size_t)(slash - path) : 0);
}

static mlv_err add_stage(const struct mlv_source *source, struct mlv_pipeline *pipeline,
			 const char *dir, const char *name, const struct mlv_value *map, size_t *cap)
{
	struct mlv_stage *stage;
	mlv_err err = mlv_array_grow(&pipeline->stages, cap, pipeline->count + 1, sizeof(*stage));

	if (err)
		return err;
	stage = &pipeline->stages[pipeline->count++];
	*stage = (struct mlv_stage){ .name = mlv_sys_strdup(name),
				     .file = mlv_sys_strdup(source->path),
				     .dir = mlv_sys_strdup(dir),
				     .line = map->key_line,
				     .column = map->key_column };
	if (!stage->name || !stage->file || !stage->dir)
		return mlv_error_nomem("a stage");
	return mlv_stage_read(source, map, stage);
}

static mlv_err add_stages(const struct mlv_source *source, struct mlv_pipeline *pipeline,
			  const char *dir, const struct mlv_value *stages)
{
	size_t cap = pipeline->count;
	mlv_err err = NULL;

	if (!stages || stages->type == MLV_VALUE_NULL)
		return NULL;
	if (stages->type != MLV_VALUE_MAP)
		return mlv_source_error_at(source, stages, "'stages' must be a map of names to stages");
	for (size_t i = 0; i < stages->count && !err; i++) {
		if (!mlv_stage_name_ok(stages->keys[i]))
			return mlv_source_error_key(source, stages->items[i],
						    "'%s' is no name for a stage", stages->keys[i]);
		err = add_stage(source, pipeline, dir, stages->keys[i], stages->items[i], &cap);
	}
	return err;
}

static mlv_err read_lists(const struct mlv_source *source, const char *dir,
			  struct mlv_pipeline_file *file)
{
	const struct mlv_value *root = file->root;
	mlv_err err;

	if ((err = read_listed(source, mlv_value_get(root, "params"), "params", dir,
			       &file->params)) ||
	    (err = read_listed(source, mlv_value_get(root, "metrics"), "metrics", dir,
			       &file->metrics)))
		return err;
	return read_listed(source, mlv_value_get(root, "plots"), "plots", dir, &file->plots);
}

mlv_err mlv_pipeline_add_file(const struct mlv_snapshot *snapshot, struct mlv_pipeline *pipeline,
			      const char *path, const char *text, size_t len)
{
	const struct mlv_source source = { path, text, len };
	MLV_SCOPED(mlv_mem_free) char *dir = dir_of(path);
	struct mlv_pipeline_file *file;
	size_t cap = pipeline->file_count;
	mlv_err err = mlv_array_grow(&pipeline->files, &cap, pipeline->file_count + 1,
				     sizeof(*file));

	(void)snapshot;
	if (err)
		return err;
	file = &pipeline->files[pipeline->file_count++];
	*file = (struct mlv_pipeline_file){ .path = mlv_sys_strdup(path) };
	if (!dir || !file->path)
		return mlv_error_nomem("a path");
	if ((err = mlv_yaml_parse_anchored(path, text, len, &file->root)))
		return err;
	if (file->root->type == MLV_VALUE_NULL)
		return NULL;
	if (file->root->type != MLV_VALUE_MAP)
		return mlv_source_error_at(&source, file->root, "not a map with 'stages'");
	if ((err = read_lists(&source, dir, file)))
		return err;
	return add_stages(&source, pipeline, dir, mlv_value_get(file->root, "stages"));
}
