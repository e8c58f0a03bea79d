#include "core/base/strs.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"

mlv_err mlv_array_grow(void *array, size_t *cap, size_t need, size_t size)
{
	size_t more = *cap + *cap / 2 + 8;
	void *old, *grown;

	if (need <= *cap)
		return NULL;
	if (more < need)
		more = need;
	memcpy(&old, array, sizeof(old));
	if (more > SIZE_MAX / size || !(grown = mlv_sys_realloc(old, more * size)))
		return mlv_error_nomem("a list");
	memcpy(array, &grown, sizeof(grown));
	*cap = more;
	return NULL;
}

mlv_err mlv_strs_add_len(struct mlv_strs *list, const char *text, size_t len)
{
	mlv_err err = mlv_array_grow(&list->at, &list->cap, list->count + 1, sizeof(*list->at));
	char *copy;

	if (err)
		return err;
	copy = mlv_sys_strndup(text, len);
	if (!copy)
		return mlv_error_nomem("a string");
	list->at[list->count++] = copy;
	return NULL;
}

mlv_err mlv_strs_add(struct mlv_strs *list, const char *text)
{
	return mlv_strs_add_len(list, text, strlen(text));
}

void mlv_strs_release(struct mlv_strs *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->at[i]);
	free(list->at);
	*list = (struct mlv_strs){ 0 };
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void mlv_strs_sort_unique(struct mlv_strs *list)
{
	size_t kept = 0;

	if (list->count)
		qsort(list->at, list->count, sizeof(*list->at), by_bytes);
	for (size_t i = 0; i < list->count; i++) {
		if (kept && strcmp(list->at[kept - 1], list->at[i]) == 0)
			free(list->at[i]);
		else
			list->at[kept++] = list->at[i];
	}
	list->count = kept;
}

bool mlv_strs_has(const struct mlv_strs *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->at[i], text) == 0)
			return true;
	return false;
}
