#include "core/base/value.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/base/sys.h"

void mlv_value_freep(struct mlv_value **slot)
{
	struct mlv_value *value = *slot;

	*slot = NULL;
	if (!value)
		return;
	for (size_t i = 0; i < value->count; i++) {
		mlv_value_freep(&value->items[i]);
		if (value->keys)
			free(value->keys[i]);
	}
	free(value->items);
	free(value->keys);
	free(value->text);
	free(value);
}

const struct mlv_value *mlv_value_get(const struct mlv_value *map, const char *key)
{
	if (!map || map->type != MLV_VALUE_MAP)
		return NULL;
	for (size_t i = 0; i < map->count; i++)
		if (strcmp(map->keys[i], key) == 0)
			return map->items[i];
	return NULL;
}

const char *mlv_value_text(const struct mlv_value *value)
{
	return value && value->type == MLV_VALUE_TEXT ? value->text : NULL;
}

mlv_err mlv_value_new(struct mlv_value **out, enum mlv_value_type type, unsigned line)
{
	struct mlv_value *value = mlv_sys_alloc(sizeof(*value));

	if (!value)
		return mlv_error_nomem("a value");
	value->type = type;
	value->line = line;
	*out = value;
	return NULL;
}

mlv_err mlv_value_set_text(struct mlv_value *value, const char *text, size_t len)
{
	char *copy = mlv_sys_alloc(len + 1);

	if (!copy)
		return mlv_error_nomem("a text");
	if (len)
		memcpy(copy, text, len);
	free(value->text);
	value->text = copy;
	value->text_len = len;
	return NULL;
}

mlv_err mlv_value_copy_scalar(const struct mlv_value *value, struct mlv_value **out)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *made = NULL;
	mlv_err err = mlv_value_new(&made, value->type, value->line);

	if (err)
		return err;
	made->column = value->column;
	made->key_line = value->key_line;
	made->key_column = value->key_column;
	made->boolean = value->boolean;
	made->integer = value->integer;
	made->real = value->real;
	if (value->text && (err = mlv_value_set_text(made, value->text, value->text_len)))
		return err;
	*out = MLV_TAKE(made);
	return NULL;
}

mlv_err mlv_value_copy(const struct mlv_value *value, struct mlv_value **out)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *made = NULL;
	mlv_err err = mlv_value_copy_scalar(value, &made);

	for (size_t i = 0; i < value->count && !err; i++) {
		MLV_SCOPED(mlv_value_freep) struct mlv_value *item = NULL;

		if (!(err = mlv_value_copy(value->items[i], &item)))
			err = mlv_value_append(made, value->keys ? value->keys[i] : NULL, &item);
	}
	if (!err)
		*out = MLV_TAKE(made);
	return err;
}

static mlv_err append_key(struct mlv_value *map, const char *key)
{
	mlv_err err = mlv_array_grow(&map->keys, &map->keys_cap, map->count + 1,
				     sizeof(*map->keys));

	if (err)
		return err;
	map->keys[map->count] = mlv_sys_strdup(key);
	return map->keys[map->count] ? NULL : mlv_error_nomem("a key");
}

mlv_err mlv_value_append(struct mlv_value *parent, const char *key, struct mlv_value **child)
{
	mlv_err err = mlv_array_grow(&parent->items, &parent->items_cap, parent->count + 1,
				     sizeof(*parent->items));

	if (err)
		return err;
	if (key && (err = append_key(parent, key)))
		return err;
	parent->items[parent->count++] = MLV_TAKE(*child);
	return NULL;
}

struct keyed {
	const char *key;
	size_t place;
};

static int by_key_and_place(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order ? order : (x->place > y->place) - (x->place < y->place);
}

/* Few keys are compared one with another: most maps are small. */
static bool repeated_of_few(const struct mlv_value *map, size_t *place)
{
	for (size_t i = 1; i < map->count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (strcmp(map->keys[i], map->keys[j]) != 0)
				continue;
			*place = i;
			return true;
		}
	}
	return false;
}

bool mlv_value_repeated_key(const struct mlv_value *map, size_t *place)
{
	MLV_SCOPED(mlv_mem_free) struct keyed *sorted = NULL;
	bool found = false;

	if (map->count > 16)
		sorted = mlv_sys_alloc_array(map->count, sizeof(*sorted));
	if (!sorted)
		return repeated_of_few(map, place);
	for (size_t i = 0; i < map->count; i++)
		sorted[i] = (struct keyed){ map->keys[i], i };
	qsort(sorted, map->count, sizeof(*sorted), by_key_and_place);
	for (size_t i = 1; i < map->count; i++) {
		if (strcmp(sorted[i].key, sorted[i - 1].key) != 0)
			continue;
		if (!found || sorted[i].place < *place)
			*place = sorted[i].place;
		found = true;
	}
	return found;
}
