/* Stages as they stand in mlv.yaml, made into those that run: templates, foreach, matrix. */
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/repo/pipeline/template.h"

/* One stage to be: a body, and what foreach or matrix gives it. */
struct instance {
	const char *name, *group; /* group is NULL for a stage by itself */
	const struct mlv_value *body;
	const struct mlv_value *item, *key;
	const char *from; /* the way of what foreach goes through, or NULL */
};

static void template_release(struct mlv_template *template)
{
	mlv_buf_release(&template->where);
}

static struct mlv_template template_for(struct mlv_expander *expander)
{
	return (struct mlv_template){ .source = expander->source, .vars = expander->vars,
				      .style = expander->style, .where = MLV_BUF_INIT,
				      .left = &expander->left };
}

/* `item` and `key` cannot be variables of a stage that has them. */
static mlv_err check_reserved(const struct mlv_expander *expander, const struct instance *instance,
			      const struct mlv_vars *local)
{
	static const char *const reserved[] = { "item", "key" };

	for (size_t r = 0; instance->item && r < MLV_COUNT(reserved); r++)
		for (size_t i = 0; i < local->count; i++)
			if (mlv_value_get(local->sources[i].value, reserved[r]))
				return mlv_source_error_at(
					expander->source, mlv_value_get(instance->body, "vars"),
					"stages.%s.vars: '%s' is reserved in foreach and matrix",
					instance->name, reserved[r]);
	return NULL;
}

/* Variables of the stage alone: what is read is relative to its wdir. */
static mlv_err local_vars(struct mlv_expander *expander, const struct instance *instance,
			  const struct mlv_value *wdir, struct mlv_template *template,
			  struct mlv_vars *local)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT, where = MLV_BUF_INIT;
	const struct mlv_value *list = mlv_value_get(instance->body, "vars");
	mlv_err err;

	if (!list || list->type == MLV_VALUE_NULL)
		return NULL;
	if (mlv_pipeline_path(expander->dir, wdir && wdir->text ? wdir->text : "", &dir))
		return NULL; /* the stage's own reader says what is wrong with it */
	if ((err = mlv_buf_printf(&where, "stages.%s.vars", instance->name)) ||
	    (err = mlv_vars_copy(expander->vars, local)) ||
	    (err = mlv_vars_add(expander->snapshot, expander->source, list, dir.ptr, where.ptr,
				local)) ||
	    (err = check_reserved(expander, instance, local)))
		return err;
	template->vars = local;
	return NULL;
}

static mlv_err resolve_field(struct mlv_template *template, const char *stage, const char *key,
			     const struct mlv_value *value, struct mlv_value *resolved)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *made = NULL;
	mlv_err err;

	mlv_buf_clear(&template->where);
	if ((err = mlv_buf_printf(&template->where, "stages.%s.%s", stage, key)) ||
	    (err = mlv_template_resolve(template, value, strcmp(key, "cmd") == 0, &made)))
		return err;
	return mlv_value_append(resolved, key, &made);
}

/* All fields of the body; wdir first, because local variables are found by it. */
static mlv_err resolve_body(struct mlv_expander *expander, const struct instance *instance,
			    struct mlv_template *template, struct mlv_value *resolved)
{
	MLV_SCOPED(mlv_vars_release) struct mlv_vars local = { 0 };
	const struct mlv_value *body = instance->body, *wdir = mlv_value_get(body, "wdir");
	mlv_err err = NULL;

	if (wdir)
		err = resolve_field(template, instance->name, "wdir", wdir, resolved);
	if (!err)
		err = local_vars(expander, instance, mlv_value_get(resolved, "wdir"), template,
				 &local);
	for (size_t i = 0; i < body->count && !err; i++) {
		const char *key = body->keys[i];

		if (strcmp(key, "wdir") != 0 && strcmp(key, "vars") != 0 &&
		    strcmp(key, "matrix") != 0)
			err = resolve_field(template, instance->name, key, body->items[i],
					    resolved);
	}
	template->vars = expander->vars;
	return err;
}

static mlv_err init_stage(const struct mlv_expander *expander, const struct instance *instance,
			  struct mlv_stage *stage)
{
	*stage = (struct mlv_stage){ .name = mlv_sys_strdup(instance->name),
				     .file = mlv_sys_strdup(expander->source->path),
				     .dir = mlv_sys_strdup(expander->dir) };
	if (instance->group && !(stage->group = mlv_sys_strdup(instance->group)))
		return mlv_error_nomem("a stage");
	return stage->name && stage->file && stage->dir ? NULL : mlv_error_nomem("a stage");
}

static mlv_err add_instance(struct mlv_expander *expander, const struct instance *instance,
			    const struct mlv_value *place)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *resolved = NULL;
	MLV_SCOPED(template_release) struct mlv_template template = template_for(expander);
	struct mlv_pipeline *pipeline = expander->pipeline;
	struct mlv_stage *stage;
	mlv_err err;

	if (pipeline->count == MLV_PIPELINE_STAGES)
		return mlv_source_error_key(expander->source, place, "more than %zu stages",
					    MLV_PIPELINE_STAGES);
	if ((err = mlv_array_grow(&pipeline->stages, &expander->cap, pipeline->count + 1,
				  sizeof(*stage))))
		return err;
	stage = &pipeline->stages[pipeline->count++];
	if ((err = init_stage(expander, instance, stage)) ||
	    (err = mlv_value_new(&resolved, MLV_VALUE_MAP, instance->body->line)))
		return err;
	stage->line = place->key_line;
	stage->column = place->key_column;
	template.item = instance->item;
	template.key = instance->key;
	template.used = &stage->used;
	template.used_count = &stage->used_count;
	if ((err = resolve_body(expander, instance, &template, resolved)))
		return err;
	if (instance->from && mlv_vars_origin(expander->vars, instance->from) &&
	    (err = mlv_stage_add_param(&stage->used, &stage->used_count,
				       mlv_vars_origin(expander->vars, instance->from),
				       instance->from)))
		return err;
	for (size_t i = 0; i < stage->used_count; i++)
		mlv_strs_sort_unique(&stage->used[i].keys);
	return mlv_stage_read(expander->source, resolved, stage);
}

/* ---- what is gone through */

static bool is_composite(const struct mlv_value *value)
{
	return value->type == MLV_VALUE_LIST || value->type == MLV_VALUE_MAP;
}

static bool any_composite(const struct mlv_value *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (is_composite(list->items[i]))
			return true;
	return false;
}

/*
 * The list or map that a field gives, resolved: written there, or by one
 * expression. *way, to be freed, is what that names.
 */
static mlv_err iterable(struct mlv_expander *expander, const char *where,
			const struct mlv_value *field, bool maps, struct mlv_value **out, char **way)
{
	MLV_SCOPED(template_release) struct mlv_template template = template_for(expander);
	MLV_SCOPED(mlv_value_freep) struct mlv_value *made = NULL;
	const struct mlv_value *found = NULL;
	mlv_err err;

	if ((err = mlv_buf_add_str(&template.where, where)) ||
	    (err = mlv_template_find(&template, field, &found)))
		return err;
	if (found) {
		size_t skip = 2 + strspn(field->text + 2, " \t\n");

		*way = mlv_sys_strndup(field->text + skip, strcspn(field->text + skip, " \t\n}"));
		err = *way ? mlv_value_copy(found, &made) : mlv_error_nomem("a key");
	} else {
		err = mlv_template_resolve(&template, field, false, &made);
	}
	if (err)
		return err;
	if (made->type != MLV_VALUE_LIST && (!maps || made->type != MLV_VALUE_MAP))
		return mlv_source_error_at(expander->source, field,
					   "%s: expected a list%s, got a value of type '%s'", where,
					   maps ? " or a map" : "", mlv_value_type_name(made));
	*out = MLV_TAKE(made);
	return NULL;
}

/* "name@" and the scalar, or the number of a composite one. */
static mlv_err instance_name(const char *group, const struct mlv_value *item, bool by_place,
			     size_t place, struct mlv_buf *name)
{
	mlv_err err;

	mlv_buf_clear(name);
	if ((err = mlv_buf_printf(name, "%s@", group)))
		return err;
	return by_place ? mlv_buf_printf(name, "%zu", place) : mlv_template_scalar(item, name);
}

static mlv_err check_name(const struct mlv_expander *expander, const struct mlv_value *at,
			  const struct mlv_buf *name)
{
	if (strlen(name->ptr) == name->len && name->len <= 255 &&
	    !strpbrk(name->ptr, "\n\r\t") && name->ptr[name->len - 1] != '@')
		return NULL;
	return mlv_source_error_key(expander->source, at, "'%.80s' is no name for a stage",
				    name->ptr);
}

/* What `item` and `key` stand for outside is hidden within. */
static void warn_hidden(const struct mlv_expander *expander, const char *stage, bool key)
{
	const struct mlv_value *vars = expander->vars->merged;

	if (mlv_value_get(vars, "item") || (key && mlv_value_get(vars, "key")))
		mlv_tell_warning(expander->snapshot->ctx,
				 "%s: stage '%s' has its own '%s', which hides the variable",
				 expander->source->path, stage,
				 mlv_value_get(vars, "item") ? "item" : "key");
}

static mlv_err each_item(struct mlv_expander *expander, const char *name,
			 const struct mlv_value *map, const struct mlv_value *items,
			 const char *way)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf full = MLV_BUF_INIT;
	bool by_place = !items->keys && any_composite(items);
	mlv_err err = NULL;

	for (size_t i = 0; i < items->count && !err; i++) {
		MLV_SCOPED(mlv_value_freep) struct mlv_value *key = NULL;
		struct instance instance = { .group = name, .body = mlv_value_get(map, "do"),
					     .item = items->items[i], .from = way };

		if (items->keys) {
			if ((err = mlv_value_new(&key, MLV_VALUE_TEXT, 0)) ||
			    (err = mlv_value_set_text(key, items->keys[i],
						      strlen(items->keys[i]))))
				return err;
			instance.key = key;
		}
		if (!(err = instance_name(name, key ? key : items->items[i], by_place, i, &full)) &&
		    !(err = check_name(expander, map, &full))) {
			instance.name = full.ptr;
			err = add_instance(expander, &instance, map);
		}
	}
	return err;
}

static mlv_err expand_foreach(struct mlv_expander *expander, const char *name,
			      const struct mlv_value *map)
{
	static const char *const known[] = { "foreach", "do", NULL };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf where = MLV_BUF_INIT;
	MLV_SCOPED(mlv_value_freep) struct mlv_value *items = NULL;
	MLV_SCOPED(mlv_mem_free) char *way = NULL;
	const struct mlv_value *foreach = mlv_value_get(map, "foreach");
	const struct mlv_value *body = mlv_value_get(map, "do");
	mlv_err err;

	if (!foreach || !body)
		return mlv_source_error_key(expander->source, map, "stage '%s' has '%s' without '%s'",
					    name, body ? "do" : "foreach", body ? "foreach" : "do");
	if (body->type != MLV_VALUE_MAP)
		return mlv_source_error_at(expander->source, body, "stages.%s.do: must be a map",
					   name);
	if (mlv_value_get(body, "matrix") || mlv_value_get(body, "foreach"))
		return mlv_source_error_at(expander->source, body,
					   "stages.%s.do: foreach and matrix cannot be nested", name);
	if ((err = mlv_buf_printf(&where, "stage '%s', beside 'foreach'", name)) ||
	    (err = mlv_source_check_keys(expander->source, map, known, where.ptr)))
		return err;
	mlv_buf_clear(&where);
	if ((err = mlv_buf_printf(&where, "stages.%s.foreach", name)) ||
	    (err = iterable(expander, where.ptr, foreach, true, &items, &way)))
		return err;
	warn_hidden(expander, name, items->keys != NULL);
	return each_item(expander, name, map, items, way);
}

/* ---- matrix */

struct matrix {
	const char *name;
	const struct mlv_value *map;
	struct mlv_value *axes; /* a map of lists */
	size_t *at;             /* the place on each axis */
};

static void matrix_release(struct matrix *matrix)
{
	mlv_value_freep(&matrix->axes);
	free(matrix->at);
}

static mlv_err read_axes(struct mlv_expander *expander, const struct mlv_value *field,
			 struct matrix *matrix)
{
	size_t total = 1;
	mlv_err err = mlv_value_new(&matrix->axes, MLV_VALUE_MAP, 0);

	if (err)
		return err;
	if (field->type != MLV_VALUE_MAP || !field->count)
		return mlv_source_error_at(expander->source, field,
					   "stages.%s.matrix: must be a map of lists", matrix->name);
	for (size_t i = 0; i < field->count && !err; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf where = MLV_BUF_INIT;
		MLV_SCOPED(mlv_value_freep) struct mlv_value *axis = NULL;
		MLV_SCOPED(mlv_mem_free) char *way = NULL;

		if ((err = mlv_buf_printf(&where, "stages.%s.matrix.%s", matrix->name,
					  field->keys[i])) ||
		    (err = iterable(expander, where.ptr, field->items[i], false, &axis, &way)))
			return err;
		total *= axis->count;
		if (total > MLV_PIPELINE_STAGES)
			return mlv_source_error_at(expander->source, field,
						   "stages.%s.matrix: more than %zu stages",
						   matrix->name, MLV_PIPELINE_STAGES);
		err = mlv_value_append(matrix->axes, field->keys[i], &axis);
	}
	return err;
}

/* "v1-v2", and the map of the axes' values. */
static mlv_err describe(const struct matrix *matrix, struct mlv_buf *key, struct mlv_value *item)
{
	mlv_err err = NULL;

	for (size_t a = 0; a < matrix->axes->count && !err; a++) {
		MLV_SCOPED(mlv_value_freep) struct mlv_value *copy = NULL;
		const struct mlv_value *value = matrix->axes->items[a]->items[matrix->at[a]];

		if (a && (err = mlv_buf_add_char(key, '-')))
			return err;
		err = is_composite(value) ? mlv_buf_printf(key, "%s%zu", matrix->axes->keys[a],
							   matrix->at[a])
					  : mlv_template_scalar(value, key);
		if (!err && !(err = mlv_value_copy(value, &copy)))
			err = mlv_value_append(item, matrix->axes->keys[a], &copy);
	}
	return err;
}

static mlv_err add_point(struct mlv_expander *expander, const struct matrix *matrix)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT, full = MLV_BUF_INIT;
	MLV_SCOPED(mlv_value_freep) struct mlv_value *item = NULL, *key = NULL;
	struct instance instance = { .group = matrix->name, .body = matrix->map };
	mlv_err err;

	if ((err = mlv_value_new(&item, MLV_VALUE_MAP, 0)) ||
	    (err = mlv_value_new(&key, MLV_VALUE_TEXT, 0)) ||
	    (err = describe(matrix, &text, item)) ||
	    (err = mlv_value_set_text(key, text.ptr, text.len)) ||
	    (err = instance_name(matrix->name, key, false, 0, &full)) ||
	    (err = check_name(expander, matrix->map, &full)))
		return err;
	instance.name = full.ptr;
	instance.item = item;
	instance.key = key;
	return add_instance(expander, &instance, matrix->map);
}

/* The next point, the last axis first; false after the last. */
static bool advance(struct matrix *matrix)
{
	for (size_t a = matrix->axes->count; a-- > 0; matrix->at[a] = 0)
		if (++matrix->at[a] < matrix->axes->items[a]->count)
			return true;
	return false;
}

static mlv_err expand_matrix(struct mlv_expander *expander, const char *name,
			     const struct mlv_value *map)
{
	MLV_SCOPED(matrix_release) struct matrix matrix = { .name = name, .map = map };
	mlv_err err = read_axes(expander, mlv_value_get(map, "matrix"), &matrix);

	if (err)
		return err;
	for (size_t a = 0; a < matrix.axes->count; a++)
		if (!matrix.axes->items[a]->count)
			return NULL;
	if (!(matrix.at = mlv_sys_alloc_array(matrix.axes->count, sizeof(*matrix.at))))
		return mlv_error_nomem("a matrix");
	warn_hidden(expander, name, true);
	do
		err = add_point(expander, &matrix);
	while (!err && advance(&matrix));
	return err;
}

mlv_err mlv_expand_stage(struct mlv_expander *expander, const char *name,
			 const struct mlv_value *map)
{
	struct instance single = { .name = name, .body = map };

	if (!mlv_stage_name_ok(name))
		return mlv_error_hint(mlv_source_error_key(expander->source, map,
							   "'%s' is no name for a stage", name),
				      "letters, digits, '-' and '_', and what is no punctuation");
	if (map->type != MLV_VALUE_MAP)
		return mlv_source_error_key(expander->source, map, "stage '%s' must be a map", name);
	if (mlv_value_get(map, "foreach") || mlv_value_get(map, "do"))
		return expand_foreach(expander, name, map);
	return mlv_value_get(map, "matrix") ? expand_matrix(expander, name, map)
					    : add_instance(expander, &single, map);
}
