/* An entry of mlv.lock that is any YAML. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/sys.h"
#include "core/repo/lockfile/impl.h"

struct reader {
	const char *file, *dir, *stage;
	struct mlv_recorded *recorded;
};

static mlv_err bad(const struct reader *reader, const struct mlv_value *at, const char *key,
		   const char *why)
{
	return mlv_error(MLV_E_SPEC, "%s:%u: stage '%s': %s: %s", reader->file, at->line,
			 reader->stage, key, why);
}

/* A scalar as its text: numbers and booleans as they stand. */
static const char *scalar(const struct mlv_value *value)
{
	return value->type == MLV_VALUE_LIST || value->type == MLV_VALUE_MAP ||
			       value->type == MLV_VALUE_NULL
		       ? NULL
		       : value->text;
}

static mlv_err read_cmds(struct reader *reader, const struct mlv_value *value)
{
	mlv_err err = NULL;

	if (scalar(value))
		return mlv_strs_add(&reader->recorded->cmds, value->text);
	if (value->type != MLV_VALUE_LIST)
		return bad(reader, value, "cmd", "neither a command nor a list of them");
	for (size_t i = 0; !err && i < value->count; i++)
		err = scalar(value->items[i])
			      ? mlv_strs_add(&reader->recorded->cmds, value->items[i]->text)
			      : bad(reader, value->items[i], "cmd", "not a command");
	return err;
}

static mlv_err read_path(struct reader *reader, const struct mlv_value *map, const char *part,
			 struct mlv_recorded_path *path)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf place = MLV_BUF_INIT;
	const char *text = mlv_value_text(mlv_value_get(map, "path")), *why;
	mlv_err err;

	if (!text)
		return bad(reader, map, part, "one without a path");
	if ((err = mlv_lockfile_to_root(reader->dir, text, &place)))
		return err->code == MLV_E_SPEC ? bad(reader, map, part, err->msg) : err;
	path->at.cache = path->at.push = true;
	if (!(path->at.path = mlv_sys_strdup(place.ptr)))
		return mlv_error_nomem("a path");
	for (size_t i = 0; i < map->count; i++) {
		if (strcmp(map->keys[i], "path") == 0)
			continue;
		text = scalar(map->items[i]);
		why = text ? mlv_lockfile_set_key(path, map->keys[i], text) : "not a scalar";
		if (why)
			return bad(reader, map->items[i], map->keys[i], why);
	}
	why = mlv_lockfile_check_path(path);
	return why ? bad(reader, map, path->at.path, why) : NULL;
}

static mlv_err read_paths(struct reader *reader, const struct mlv_value *list, const char *part,
			  bool outs)
{
	struct mlv_recorded *to = reader->recorded;
	mlv_err err = NULL;

	if (list->type != MLV_VALUE_LIST)
		return bad(reader, list, part, "not a list");
	for (size_t i = 0; !err && i < list->count; i++) {
		MLV_SCOPED(mlv_recorded_path_release) struct mlv_recorded_path path = { 0 };

		if (!(err = read_path(reader, list->items[i], part, &path)))
			err = outs ? mlv_recorded_add_out(to, &path)
				   : mlv_recorded_add_dep(to, &path);
	}
	return err;
}

static mlv_err add_json(struct mlv_buf *to, const struct mlv_value *value)
{
	bool map = value->type == MLV_VALUE_MAP;
	char number[32];
	mlv_err err;

	switch (value->type) {
	case MLV_VALUE_NULL:
		return mlv_buf_add_str(to, "null");
	case MLV_VALUE_BOOL:
		return mlv_buf_add_str(to, value->boolean ? "true" : "false");
	case MLV_VALUE_INT:
		snprintf(number, sizeof(number), "%" PRIi64, value->integer);
		return mlv_buf_add_str(to, number);
	case MLV_VALUE_REAL:
		return mlv_json_add_real(to, value->real);
	case MLV_VALUE_TEXT:
		return mlv_json_add_string(to, value->text, value->text_len);
	default:
		break;
	}
	err = mlv_buf_add_char(to, map ? '{' : '[');
	for (size_t i = 0; !err && i < value->count; i++) {
		if ((i && (err = mlv_buf_add_str(to, ", "))) ||
		    (map && ((err = mlv_json_add_string(to, value->keys[i],
							strlen(value->keys[i]))) ||
			     (err = mlv_buf_add_str(to, ": ")))))
			return err;
		err = add_json(to, value->items[i]);
	}
	return err ? err : mlv_buf_add_char(to, map ? '}' : ']');
}

mlv_err mlv_recorded_json(const struct mlv_value *value, struct mlv_buf *to)
{
	return add_json(to, value);
}

/* file NULL: variables of the environment. */
static mlv_err read_values(struct reader *reader, const struct mlv_value *map, const char *part,
			   const char *file)
{
	mlv_err err = NULL;

	if (map->type != MLV_VALUE_MAP)
		return bad(reader, map, part, "not a map");
	for (size_t i = 0; !err && i < map->count; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf value = MLV_BUF_INIT;

		if ((err = add_json(&value, map->items[i])))
			return err;
		err = file ? mlv_recorded_add_param(reader->recorded, file, map->keys[i], value.ptr)
			   : mlv_recorded_add_env(reader->recorded, map->keys[i], value.ptr);
	}
	return err;
}

static mlv_err read_params(struct reader *reader, const struct mlv_value *map)
{
	mlv_err err = NULL;

	if (map->type != MLV_VALUE_MAP)
		return bad(reader, map, "params", "not a map");
	for (size_t i = 0; !err && i < map->count; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf file = MLV_BUF_INIT;

		if ((err = mlv_lockfile_to_root(reader->dir, map->keys[i], &file)))
			return err->code == MLV_E_SPEC ? bad(reader, map, "params", err->msg) : err;
		err = read_values(reader, map->items[i], map->keys[i], file.ptr);
	}
	return err;
}

static mlv_err read_wdir(struct reader *reader, const struct mlv_value *value)
{
	mlv_err err;

	if (!scalar(value))
		return bad(reader, value, "wdir", "not a path");
	err = mlv_lockfile_wdir(reader->dir, value->text, &reader->recorded->wdir);
	return err && err->code == MLV_E_SPEC ? bad(reader, value, "wdir", err->msg) : err;
}

static mlv_err read_part(struct reader *reader, const char *key, const struct mlv_value *value)
{
	if (strcmp(key, "cmd") == 0)
		return read_cmds(reader, value);
	if (strcmp(key, "wdir") == 0)
		return read_wdir(reader, value);
	if (strcmp(key, "deps") == 0)
		return read_paths(reader, value, key, false);
	if (strcmp(key, "outs") == 0)
		return read_paths(reader, value, key, true);
	if (strcmp(key, "params") == 0)
		return read_params(reader, value);
	if (strcmp(key, "env") == 0)
		return read_values(reader, value, key, NULL);
	return bad(reader, value, key, "unknown");
}

mlv_err mlv_lockfile_read_value(const char *file, const char *dir, const char *name,
				const struct mlv_value *stage, struct mlv_recorded *recorded)
{
	MLV_SCOPED(mlv_recorded_release) struct mlv_recorded made = { 0 };
	struct reader reader = { file, dir, name, &made };
	mlv_err err = NULL;

	if (!(made.name = mlv_sys_strdup(name)))
		return mlv_error_nomem("a stage");
	if (stage->type != MLV_VALUE_MAP)
		return bad(&reader, stage, "it", "not a map");
	for (size_t i = 0; !err && i < stage->count; i++)
		err = read_part(&reader, stage->keys[i], stage->items[i]);
	if (err)
		return err;
	mlv_recorded_sort(&made);
	*recorded = made;
	made = (struct mlv_recorded){ 0 };
	return NULL;
}
