/* One mlv.yaml: its top, and its stages. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/base/yaml.h"
#include "core/repo/pipeline/template.h"

static void file_release(struct mlv_pipeline_file *file)
{
	free(file->path);
	free(file->text);
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
	free(pipeline->made);
	mlv_strs_release(&pipeline->tracked);
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

static mlv_err add_stages(struct mlv_expander *expander, const struct mlv_value *stages)
{
	mlv_err err = NULL;

	if (!stages || stages->type == MLV_VALUE_NULL)
		return NULL;
	if (stages->type != MLV_VALUE_MAP)
		return mlv_source_error_at(expander->source, stages,
					   "'stages' must be a map of names to stages");
	for (size_t i = 0; i < stages->count && !err; i++)
		err = mlv_expand_stage(expander, stages->keys[i], stages->items[i]);
	return err;
}

/* What is resolved at the top: all but stages, vars and what is not of pipelines. */
static bool is_resolved(const char *key)
{
	static const char *const keys[] = { "params", "metrics", "plots", "artifacts",
					    "datasets", NULL };

	for (const char *const *at = keys; *at; at++)
		if (strcmp(*at, key) == 0)
			return true;
	return false;
}

static mlv_err resolve_top(struct mlv_expander *expander, struct mlv_value *root)
{
	struct mlv_template template = { .source = expander->source, .vars = expander->vars,
					 .where = MLV_BUF_INIT, .left = &expander->left };
	mlv_err err = NULL;

	for (size_t i = 0; i < root->count && !err; i++) {
		struct mlv_value *made = NULL;

		if (!is_resolved(root->keys[i]))
			continue;
		mlv_buf_clear(&template.where);
		if ((err = mlv_buf_add_str(&template.where, root->keys[i])) ||
		    (err = mlv_template_resolve(&template, root->items[i], false, &made)))
			break;
		mlv_value_freep(&root->items[i]);
		root->items[i] = made;
	}
	mlv_buf_release(&template.where);
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

/* Those after datasets are read by others: eval, cv, fairness, gate, monitor. */
static const char *const top_keys[] = { "stages",   "vars",     "params", "metrics",
					"plots",    "artifacts", "datasets", "evals",
					"slices",   "gates",    "cv",     "fairness",
					"monitor",  NULL };

static mlv_err read_file(struct mlv_expander *expander, struct mlv_pipeline_file *file)
{
	MLV_SCOPED(mlv_vars_release) struct mlv_vars vars = { 0 };
	const struct mlv_source *source = expander->source;
	struct mlv_value *root = file->root;
	mlv_err err;

	if (root->type == MLV_VALUE_NULL)
		return NULL;
	if (root->type != MLV_VALUE_MAP)
		return mlv_source_error_at(source, root, "not a map with 'stages'");
	if ((err = mlv_source_check_keys(source, root, top_keys, source->path)))
		return err;
	if (mlv_value_get(root, "stages") || mlv_value_get(root, "vars"))
		err = mlv_vars_add_params(expander->snapshot, expander->dir, &vars);
	if (err || (err = mlv_vars_add(expander->snapshot, source, mlv_value_get(root, "vars"),
				       expander->dir, "vars", &vars)))
		return err;
	expander->vars = &vars;
	if ((err = resolve_top(expander, root)) ||
	    (err = read_lists(source, expander->dir, file)) ||
	    (err = mlv_artifacts_check(source, root)))
		return err;
	return add_stages(expander, mlv_value_get(root, "stages"));
}

static mlv_err not_yaml(const struct mlv_source *source, mlv_err err)
{
	unsigned line, column;
	size_t len = strlen(source->path);

	if (err->code != MLV_E_SPEC || strncmp(err->msg, source->path, len) != 0 ||
	    sscanf(err->msg + len, ":%u:%u: ", &line, &column) != 2)
		return err;
	len += strcspn(err->msg + len, " ") + 1;
	return mlv_source_error(source, line, column, "%s", err->msg + len);
}

mlv_err mlv_pipeline_add_file(const struct mlv_snapshot *snapshot, struct mlv_pipeline *pipeline,
			      const char *path, const char *text, size_t len)
{
	const struct mlv_source source = { path, text, len };
	MLV_SCOPED(mlv_mem_free) char *dir = dir_of(path);
	struct mlv_expander expander = { .snapshot = snapshot, .source = &source,
					 .pipeline = pipeline, .dir = dir,
					 .style = snapshot->style, .left = MLV_TEMPLATE_MAX,
					 .cap = pipeline->count };
	struct mlv_pipeline_file *file;
	size_t cap = pipeline->file_count;
	mlv_err err = mlv_array_grow(&pipeline->files, &cap, pipeline->file_count + 1,
				     sizeof(*file));

	if (err)
		return err;
	file = &pipeline->files[pipeline->file_count++];
	*file = (struct mlv_pipeline_file){ .path = mlv_sys_strdup(path), .len = len,
					    .text = mlv_sys_strndup(text, len) };
	if (!dir || !file->path || !file->text)
		return mlv_error_nomem("a path");
	if ((err = mlv_yaml_parse_anchored(path, text, len, &file->root)))
		return not_yaml(&source, err);
	return read_file(&expander, file);
}
