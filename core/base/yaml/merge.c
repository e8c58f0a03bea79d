/* Anchors, and the merge key of YAML 1.1. */
#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/base/yaml/parts.h"

#define COPIES_MAX ((size_t)100000)  /* values that all aliases of a file may stand for */
#define MERGE_MAX ((size_t)10000000) /* keys that may be compared for merging */

void mlv_yaml_anchors_release(struct mlv_yaml_anchors *anchors)
{
	for (size_t i = 0; i < anchors->count; i++)
		free(anchors->at[i].name);
	free(anchors->at);
	*anchors = (struct mlv_yaml_anchors){ 0 };
}

mlv_err mlv_yaml_anchor(struct mlv_yaml_anchors *anchors, const char *name, size_t len,
			const struct mlv_value *value)
{
	mlv_err err = mlv_array_grow(&anchors->at, &anchors->cap, anchors->count + 1,
				     sizeof(*anchors->at));

	if (err)
		return err;
	anchors->at[anchors->count].name = mlv_sys_strndup(name, len);
	anchors->at[anchors->count].value = value;
	return anchors->at[anchors->count++].name ? NULL : mlv_error_nomem("an anchor");
}

/* How many values there are, itself counted, up to COPIES_MAX; *depth: levels of them. */
static size_t extent(const struct mlv_value *value, size_t *depth)
{
	size_t count = 1, deepest = 0;

	for (size_t i = 0; i < value->count && count <= COPIES_MAX; i++) {
		size_t below = 0;

		count += extent(value->items[i], &below);
		deepest = below > deepest ? below : deepest;
	}
	*depth = deepest + 1;
	return count;
}

const struct mlv_value *mlv_yaml_anchored(const struct mlv_yaml_anchors *anchors,
					  const char *name, size_t len)
{
	for (size_t i = anchors->count; i-- > 0;)
		if (strncmp(anchors->at[i].name, name, len) == 0 && !anchors->at[i].name[len])
			return anchors->at[i].value;
	return NULL;
}

const char *mlv_yaml_count_copy(struct mlv_yaml_anchors *anchors, const struct mlv_value *value,
				size_t depth)
{
	size_t levels = 0;

	anchors->copied += extent(value, &levels);
	if (anchors->copied > COPIES_MAX)
		return "aliases stand for more than 100000 values";
	if (depth + levels > MLV_VALUE_DEPTH)
		return "nested more than 64 levels deep";
	return NULL;
}

static mlv_err cannot_merge(const char *name, const struct mlv_value *at)
{
	return mlv_error(MLV_E_SPEC, "%s:%u:%u: a merge key ('<<') needs a map or a list of maps",
			 name, at->line, at->column);
}

/* Move what from has, and map has not, to map. */
static mlv_err merge_map(const char *name, struct mlv_yaml_anchors *anchors,
			 struct mlv_value *map, struct mlv_value *from)
{
	mlv_err err = NULL;

	if (from->type != MLV_VALUE_MAP)
		return cannot_merge(name, from);
	for (size_t i = 0; i < from->count && !err; i++) {
		anchors->compared += map->count + 1;
		if (anchors->compared > MERGE_MAX)
			return mlv_error(MLV_E_SPEC, "%s:%u: too much is merged", name,
					 map->line);
		if (mlv_value_get(map, from->keys[i]))
			continue;
		/* The hole is filled at once: nothing looks at it before it is freed. */
		err = mlv_value_append(map, from->keys[i], &from->items[i]);
	}
	return err;
}

static bool lies_in(const struct mlv_value *value, const struct mlv_value *what)
{
	if (value == what)
		return true;
	for (size_t i = 0; i < value->count; i++)
		if (lies_in(value->items[i], what))
			return true;
	return false;
}

/* What is merged is taken apart: nothing in it may be named for later. */
static mlv_err check_unnamed(const char *name, struct mlv_yaml_anchors *anchors,
			     const struct mlv_value *source)
{
	size_t depth = 0, size = extent(source, &depth);

	for (size_t i = 0; i < anchors->count; i++) {
		if ((anchors->compared += size) > MERGE_MAX)
			return mlv_error(MLV_E_SPEC, "%s:%u: too much is merged", name,
					 source->line);
		if (lies_in(source, anchors->at[i].value))
			return mlv_error(MLV_E_SPEC, "%s:%u: an anchor within a merge key ('<<')",
					 name, source->line);
	}
	return NULL;
}

mlv_err mlv_yaml_merge(const char *name, struct mlv_yaml_anchors *anchors, struct mlv_value *map)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *source = NULL;
	mlv_err err = NULL;
	size_t at = 0;

	while (strcmp(map->keys[at], "<<") != 0)
		at++;
	source = map->items[at];
	free(map->keys[at]);
	map->count--;
	memmove(map->items + at, map->items + at + 1, (map->count - at) * sizeof(*map->items));
	memmove(map->keys + at, map->keys + at + 1, (map->count - at) * sizeof(*map->keys));
	if ((err = check_unnamed(name, anchors, source)))
		return err;
	if (source->type == MLV_VALUE_MAP)
		return merge_map(name, anchors, map, source);
	if (source->type != MLV_VALUE_LIST)
		return cannot_merge(name, source);
	for (size_t i = 0; i < source->count && !err; i++)
		err = merge_map(name, anchors, map, source->items[i]);
	return err;
}
