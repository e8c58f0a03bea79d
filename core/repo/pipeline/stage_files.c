/* What a stage reads and makes: deps, params, outs, metrics, plots. */
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/repo/params.h"
#include "core/repo/pipeline/parts.h"

static mlv_err check_list(const struct mlv_source *source, const struct mlv_value *list,
			  const char *what)
{
	if (!list || list->type == MLV_VALUE_LIST || list->type == MLV_VALUE_NULL)
		return NULL;
	return mlv_source_error_at(source, list, "'%s' must be a list", what);
}

/* The path that a text gives, relative to the root, as a new string. */
static mlv_err take_path(const struct mlv_source *source, const struct mlv_value *at,
			 const char *text, size_t len, const struct mlv_stage *stage, char **out)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	const char *why = strlen(text) == len ? mlv_pipeline_path(stage->wdir, text, &path)
					      : "it holds a NUL byte";

	if (!why && !path.len)
		why = "it is the root of the repository";
	if (why)
		return mlv_source_error_at(source, at, "the path '%s': %s", text, why);
	*out = mlv_buf_detach(&path);
	return *out ? NULL : mlv_error_nomem("a path");
}

static bool is_url(const char *text)
{
	const char *colon = strstr(text, "://");

	return colon && colon > text &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.") ==
		       (size_t)(colon - text);
}

mlv_err mlv_stage_read_deps(const struct mlv_source *source, const struct mlv_value *list,
			    struct mlv_stage *stage)
{
	mlv_err err = check_list(source, list, "deps");

	if (err || !list || !list->count)
		return err;
	if (!(stage->deps = mlv_sys_alloc_array(list->count, sizeof(*stage->deps))))
		return mlv_error_nomem("a list");
	for (size_t i = 0; i < list->count; i++) {
		struct mlv_stage_dep *dep = &stage->deps[stage->dep_count];
		const struct mlv_value *item = list->items[i];

		if (!item->text || item->type == MLV_VALUE_NULL)
			return mlv_source_error_at(source, item, "a dependency must be a path");
		dep->url = is_url(item->text);
		if (dep->url && !(dep->path = mlv_sys_strdup(item->text)))
			return mlv_error_nomem("a path");
		if (!dep->url && (err = take_path(source, item, item->text, item->text_len, stage,
						  &dep->path)))
			return err;
		dep->glob = !dep->url && mlv_pipeline_is_glob(dep->path);
		stage->dep_count++;
	}
	return NULL;
}

mlv_err mlv_stage_add_param(struct mlv_stage_param **params, size_t *count, const char *file,
			    const char *key)
{
	struct mlv_stage_param *at = *params, *end = at + *count;
	mlv_err err;

	while (at < end && strcmp(at->file, file) != 0)
		at++;
	if (at == end) {
		at = mlv_sys_realloc(*params, (*count + 1) * sizeof(*at));
		if (!at)
			return mlv_error_nomem("a list");
		*params = at;
		at += *count;
		*at = (struct mlv_stage_param){ .file = mlv_sys_strdup(file) };
		if (!at->file)
			return mlv_error_nomem("a path");
		++*count;
	} else if (!at->keys.count) {
		return NULL; /* the whole file is there already */
	}
	if (!*key) {
		mlv_strs_release(&at->keys);
		return NULL;
	}
	if ((err = mlv_strs_add(&at->keys, key)))
		return err;
	return NULL;
}

static mlv_err add_keys(const struct mlv_source *source, const char *file,
			const struct mlv_value *keys, struct mlv_stage *stage)
{
	mlv_err err = NULL;

	if (keys->type == MLV_VALUE_NULL || (keys->type == MLV_VALUE_LIST && !keys->count))
		return mlv_stage_add_param(&stage->params, &stage->param_count, file, "");
	if (keys->type != MLV_VALUE_LIST)
		return mlv_source_error_at(source, keys, "the params of a file must be a list");
	for (size_t i = 0; i < keys->count && !err; i++) {
		const struct mlv_value *key = keys->items[i];

		if (!key->text || !key->text_len || strlen(key->text) != key->text_len)
			return mlv_source_error_at(source, key, "a param must be a key");
		err = mlv_stage_add_param(&stage->params, &stage->param_count, file, key->text);
	}
	return err;
}

/* One item of params: a key of params.yaml, or a map of files to lists of keys. */
static mlv_err add_params(const struct mlv_source *source, const struct mlv_value *item,
			  struct mlv_stage *stage)
{
	MLV_SCOPED(mlv_mem_free) char *file = NULL;
	mlv_err err = NULL;

	if (item->type != MLV_VALUE_MAP) {
		if (!item->text || !item->text_len || strlen(item->text) != item->text_len)
			return mlv_source_error_at(source, item, "a param must be a key");
		err = take_path(source, item, MLV_PARAMS_NAME, strlen(MLV_PARAMS_NAME), stage,
				&file);
		return err ? err : mlv_stage_add_param(&stage->params, &stage->param_count, file,
						       item->text);
	}
	for (size_t i = 0; i < item->count && !err; i++) {
		mlv_mem_free(&file);
		if (!(err = take_path(source, item, item->keys[i], strlen(item->keys[i]), stage,
				      &file)))
			err = add_keys(source, file, item->items[i], stage);
	}
	return err;
}

mlv_err mlv_stage_read_params(const struct mlv_source *source, const struct mlv_value *list,
			      struct mlv_stage *stage)
{
	mlv_err err = check_list(source, list, "params");

	for (size_t i = 0; !err && list && i < list->count; i++)
		err = add_params(source, list->items[i], stage);
	for (size_t i = 0; i < stage->param_count; i++)
		mlv_strs_sort_unique(&stage->params[i].keys);
	return err;
}

static mlv_err out_flag(const struct mlv_source *source, const struct mlv_value *options,
			const char *key, bool *flag)
{
	const struct mlv_value *value = mlv_value_get(options, key);

	if (!value)
		return NULL;
	if (value->type != MLV_VALUE_BOOL)
		return mlv_source_error_at(source, value, "'%s' must be true or false", key);
	*flag = value->boolean;
	return NULL;
}

static mlv_err out_text(const struct mlv_source *source, const struct mlv_value *options,
			const char *key, char **text)
{
	const struct mlv_value *value = mlv_value_get(options, key);

	if (!value || value->type == MLV_VALUE_NULL)
		return NULL;
	if (!value->text || strlen(value->text) != value->text_len)
		return mlv_source_error_at(source, value, "'%s' must be a text", key);
	*text = mlv_sys_strdup(value->text);
	return *text ? NULL : mlv_error_nomem("a text");
}

static mlv_err read_options(const struct mlv_source *source, const struct mlv_value *options,
			    struct mlv_stage_out *out)
{
	static const char *const data[] = { "cache", "persist", "push", "remote", "desc", "type",
					    "labels", "meta", "checkpoint", NULL };
	static const char *const plot[] = { "cache", "persist", "push", "remote", "desc", "type",
					    "labels", "meta", "checkpoint", "template", "x", "y",
					    "x_label", "y_label", "title", "header", NULL };
	const char *const *known = out->kind == MLV_OUT_PLOT ? plot : data;
	bool checkpoint = false;
	mlv_err err;

	if (options->type == MLV_VALUE_NULL)
		return NULL;
	if (options->type == MLV_VALUE_LIST && out->kind == MLV_OUT_PLOT)
		return mlv_value_copy(options, &out->options);
	if (options->type != MLV_VALUE_MAP)
		return mlv_source_error_at(source, options, "options must be a map");
	if ((err = mlv_source_check_keys(source, options, known, "an output's options")) ||
	    (err = out_flag(source, options, "cache", &out->cache)) ||
	    (err = out_flag(source, options, "persist", &out->persist)) ||
	    (err = out_flag(source, options, "push", &out->push)) ||
	    (err = out_flag(source, options, "checkpoint", &checkpoint)) ||
	    (err = out_text(source, options, "remote", &out->remote)) ||
	    (err = out_text(source, options, "desc", &out->desc)))
		return err;
	return out->kind == MLV_OUT_PLOT ? mlv_value_copy(options, &out->options) : NULL;
}

static mlv_err add_out(const struct mlv_source *source, const struct mlv_value *at,
		       const char *path, size_t len, const struct mlv_value *options,
		       enum mlv_stage_out_kind kind, struct mlv_stage *stage)
{
	struct mlv_stage_out *outs = mlv_sys_realloc(
		stage->outs, (stage->out_count + 1) * sizeof(*stage->outs));
	struct mlv_stage_out *out;
	mlv_err err;

	if (!outs)
		return mlv_error_nomem("a list");
	stage->outs = outs;
	out = &outs[stage->out_count++];
	*out = (struct mlv_stage_out){ .kind = kind, .cache = true, .push = true };
	if (is_url(path))
		return mlv_source_error_at(source, at, "the output '%s': a URL cannot be one", path);
	if ((err = take_path(source, at, path, len, stage, &out->path)))
		return err;
	out->glob = mlv_pipeline_is_glob(out->path);
	return options ? read_options(source, options, out) : NULL;
}

mlv_err mlv_stage_read_outs(const struct mlv_source *source, const struct mlv_value *list,
			    enum mlv_stage_out_kind kind, struct mlv_stage *stage)
{
	static const char *const words[] = { "outs", "metrics", "plots" };
	mlv_err err = check_list(source, list, words[kind]);

	for (size_t i = 0; !err && list && i < list->count; i++) {
		const struct mlv_value *item = list->items[i];

		if (item->type != MLV_VALUE_MAP) {
			if (!item->text || item->type == MLV_VALUE_NULL)
				return mlv_source_error_at(source, item, "an output must be a path");
			err = add_out(source, item, item->text, item->text_len, NULL, kind, stage);
			continue;
		}
		for (size_t k = 0; k < item->count && !err; k++)
			err = add_out(source, item, item->keys[k], strlen(item->keys[k]),
				      item->items[k], kind, stage);
	}
	return err;
}
