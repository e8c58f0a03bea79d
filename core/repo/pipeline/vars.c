/* The variables of mlv.yaml. */
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/repo/params.h"
#include "core/repo/pipeline/template.h"

void mlv_vars_release(struct mlv_vars *vars)
{
	for (size_t i = 0; i < vars->count; i++) {
		free(vars->sources[i].file);
		mlv_value_freep(&vars->sources[i].value);
	}
	free(vars->sources);
	mlv_value_freep(&vars->merged);
	*vars = (struct mlv_vars){ 0 };
}

const char *mlv_vars_origin(const struct mlv_vars *vars, const char *way)
{
	for (; vars; vars = vars->outer)
		for (size_t i = 0; i < vars->count; i++)
			if (mlv_params_get(vars->sources[i].value, way))
				return vars->sources[i].file;
	return NULL;
}

const char *mlv_value_type_name(const struct mlv_value *value)
{
	static const char *const names[] = { "null", "boolean", "integer", "number",
					     "text", "list",    "map" };

	return names[value->type];
}

/* Where a conflict stands. */
struct merging {
	const struct mlv_source *source;
	const struct mlv_value *at; /* in mlv.yaml; NULL: nowhere */
	const struct mlv_vars *vars;
	const char *where;
	const char *file; /* that is merged; NULL: mlv.yaml itself */
	struct mlv_buf way;
};

static mlv_err twice(const struct merging *merging)
{
	const char *before = mlv_vars_origin(merging->vars, merging->way.ptr);

	if (!before)
		before = merging->source->path;
	return mlv_source_error(merging->source, merging->at ? merging->at->line : 0,
				merging->at ? merging->at->column : 0,
				"%s: cannot redefine '%s' from '%s': it is already set in '%s'",
				merging->where, merging->way.ptr,
				merging->file ? merging->file : merging->source->path, before);
}

/* Where key is in a map. */
static struct mlv_value *find(const struct mlv_value *map, const char *key)
{
	for (size_t i = 0; i < map->count; i++)
		if (strcmp(map->keys[i], key) == 0)
			return map->items[i];
	return NULL;
}

static mlv_err merge(struct merging *merging, struct mlv_value *into, const struct mlv_value *from)
{
	size_t outer = merging->way.len;
	mlv_err err = NULL;

	for (size_t i = 0; i < from->count && !err; i++) {
		MLV_SCOPED(mlv_value_freep) struct mlv_value *copy = NULL;
		const struct mlv_value *item = from->items[i];
		struct mlv_value *there = find(into, from->keys[i]);

		if ((err = mlv_buf_printf(&merging->way, "%s%s", outer ? "." : "", from->keys[i])))
			return err;
		if (there && there->type == MLV_VALUE_MAP && item->type == MLV_VALUE_MAP)
			err = merge(merging, there, item);
		else if (there)
			err = twice(merging);
		else if (!(err = mlv_value_copy(item, &copy)))
			err = mlv_value_append(into, from->keys[i], &copy);
		mlv_buf_truncate(&merging->way, outer);
	}
	return err;
}

/* Merge *value, and keep it as a source; it is taken. */
static mlv_err add_source(struct merging *merging, struct mlv_vars *vars, const char *file,
			  bool whole, struct mlv_value **value)
{
	struct mlv_vars_source *source;
	mlv_err err;

	merging->vars = vars;
	merging->file = file;
	if (!vars->merged && (err = mlv_value_new(&vars->merged, MLV_VALUE_MAP, 0)))
		return err;
	if ((err = merge(merging, vars->merged, *value)) ||
	    (err = mlv_array_grow(&vars->sources, &vars->cap, vars->count + 1, sizeof(*source))))
		return err;
	source = &vars->sources[vars->count++];
	*source = (struct mlv_vars_source){ .whole = whole };
	source->value = MLV_TAKE(*value);
	if (file && !(source->file = mlv_sys_strdup(file)))
		return mlv_error_nomem("a path");
	return NULL;
}

static void merging_release(struct merging *merging)
{
	mlv_buf_release(&merging->way);
}

static mlv_err load(const struct mlv_snapshot *snapshot, const char *file,
		    struct mlv_value **value)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_PARAMS_MAX);
	bool found;
	mlv_err err = mlv_snapshot_read(snapshot, file, &text, &found);

	*value = NULL;
	return err || !found ? err : mlv_params_parse(file, file, text.ptr, text.len, value);
}

mlv_err mlv_vars_add_params(const struct mlv_snapshot *snapshot, const char *dir,
			    struct mlv_vars *vars)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL;
	MLV_SCOPED(merging_release) struct merging merging = { .way = MLV_BUF_INIT };
	mlv_err err;

	if (mlv_pipeline_path(dir, MLV_PARAMS_NAME, &path))
		return mlv_error_nomem("a path");
	if ((err = load(snapshot, path.ptr, &value)) || !value)
		return err;
	if (value->type == MLV_VALUE_NULL)
		return NULL;
	if (value->type != MLV_VALUE_MAP)
		return mlv_error(MLV_E_SPEC, "%s: not a map of parameters", path.ptr);
	if ((err = add_source(&merging, vars, path.ptr, true, &value)))
		return err;
	vars->sources[vars->count - 1].unsaid = true;
	return NULL;
}

mlv_err mlv_vars_copy(const struct mlv_vars *outer, struct mlv_vars *vars)
{
	vars->outer = outer;
	return outer->merged ? mlv_value_copy(outer->merged, &vars->merged) : NULL;
}

/* Whether the file, or one of the keys of it, was loaded before. */
static mlv_err check_loaded(const struct merging *merging, const struct mlv_vars *vars,
			    const char *file, const struct mlv_strs *keys, bool *skip)
{
	for (; vars; vars = vars->outer) {
		for (size_t i = 0; i < vars->count; i++) {
			const struct mlv_vars_source *source = &vars->sources[i];

			if (!source->file || strcmp(source->file, file) != 0)
				continue;
			if ((*skip = source->unsaid))
				return NULL;
			if (source->whole || !keys->count)
				return mlv_source_error_at(
					merging->source, merging->at,
					"%s: '%s' is loaded already%s", merging->where, file,
					source->whole ? "" : ", in part");
			for (size_t k = 0; k < keys->count; k++)
				if (mlv_value_get(source->value, keys->at[k]))
					return mlv_source_error_at(
						merging->source, merging->at,
						"%s: '%s' of '%s' is loaded already",
						merging->where, keys->at[k], file);
		}
	}
	return NULL;
}

/* Only these keys of *value. */
static mlv_err select_keys(const struct merging *merging, const char *file,
			   const struct mlv_strs *keys, struct mlv_value **value)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *map = NULL;
	mlv_err err = mlv_value_new(&map, MLV_VALUE_MAP, 0);

	for (size_t i = 0; i < keys->count && !err; i++) {
		MLV_SCOPED(mlv_value_freep) struct mlv_value *copy = NULL;
		const struct mlv_value *item = mlv_value_get(*value, keys->at[i]);

		if (!item)
			return mlv_source_error_at(merging->source, merging->at,
						   "%s: could not find '%s' in '%s'",
						   merging->where, keys->at[i], file);
		if (!(err = mlv_value_copy(item, &copy)))
			err = mlv_value_append(map, keys->at[i], &copy);
	}
	if (err)
		return err;
	mlv_value_freep(value);
	*value = MLV_TAKE(map);
	return NULL;
}

/* "file", or "file:key,key". */
static mlv_err split(const char *text, struct mlv_buf *file, struct mlv_strs *keys)
{
	const char *colon = strchr(text, ':');
	mlv_err err = mlv_buf_add(file, text, colon ? (size_t)(colon - text) : strlen(text));

	for (const char *at = colon ? colon + 1 : ""; *at && !err;) {
		size_t len = strcspn(at, ",");

		if (len)
			err = mlv_strs_add_len(keys, at, len);
		at += len + (at[len] == ',');
	}
	if (!err)
		mlv_strs_sort_unique(keys);
	return err;
}

static mlv_err add_file(const struct mlv_snapshot *snapshot, struct merging *merging,
			const char *dir, struct mlv_vars *vars)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf typed = MLV_BUF_INIT, path = MLV_BUF_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs keys = { 0 };
	MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL;
	bool skip = false;
	const char *why;
	mlv_err err;

	if ((err = split(merging->at->text, &typed, &keys)))
		return err;
	why = mlv_pipeline_path(dir, typed.ptr, &path);
	if (why || !path.len)
		return mlv_source_error_at(merging->source, merging->at, "%s: the path '%s': %s",
					   merging->where, typed.ptr, why ? why : "it is empty");
	if ((err = check_loaded(merging, vars, path.ptr, &keys, &skip)) || skip)
		return err;
	if ((err = load(snapshot, path.ptr, &value)))
		return err;
	if (!value)
		return mlv_source_error_at(merging->source, merging->at, "%s: '%s' does not exist",
					   merging->where, path.ptr);
	if (value->type != MLV_VALUE_MAP)
		return mlv_source_error_at(merging->source, merging->at,
					   "%s: expected a map in '%s', got a %s", merging->where,
					   path.ptr, mlv_value_type_name(value));
	if (keys.count && (err = select_keys(merging, path.ptr, &keys, &value)))
		return err;
	return add_source(merging, vars, path.ptr, !keys.count, &value);
}

/* What a list of vars says is taken as it stands. */
static mlv_err check_plain(const struct merging *merging, const struct mlv_value *value)
{
	mlv_err err = NULL;

	if (value->type == MLV_VALUE_TEXT && mlv_template_is(value->text))
		return mlv_source_error_at(merging->source, value,
					   "%s: ${...} cannot stand in variables", merging->where);
	for (size_t i = 0; i < value->count && !err; i++) {
		if (value->keys && mlv_template_is(value->keys[i]))
			return mlv_source_error_key(merging->source, value->items[i],
						    "%s: ${...} cannot stand in variables",
						    merging->where);
		err = check_plain(merging, value->items[i]);
	}
	return err;
}

mlv_err mlv_vars_add(const struct mlv_snapshot *snapshot, const struct mlv_source *source,
		     const struct mlv_value *list, const char *dir, const char *where,
		     struct mlv_vars *vars)
{
	MLV_SCOPED(merging_release) struct merging merging = { .source = source, .where = where,
							       .way = MLV_BUF_INIT };
	mlv_err err = NULL;

	if (!list || list->type == MLV_VALUE_NULL)
		return NULL;
	if (list->type != MLV_VALUE_LIST)
		return mlv_source_error_at(source, list, "%s: must be a list of files and maps",
					   where);
	if ((err = check_plain(&merging, list)))
		return err;
	for (size_t i = 0; i < list->count && !err; i++) {
		MLV_SCOPED(mlv_value_freep) struct mlv_value *copy = NULL;

		merging.at = list->items[i];
		if (merging.at->type == MLV_VALUE_TEXT)
			err = add_file(snapshot, &merging, dir, vars);
		else if (merging.at->type != MLV_VALUE_MAP)
			err = mlv_source_error_at(source, merging.at,
						  "%s: must be a file or a map", where);
		else if (!(err = mlv_value_copy(merging.at, &copy)))
			err = add_source(&merging, vars, NULL, true, &copy);
	}
	return err;
}
