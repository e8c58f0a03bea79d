/*
 * strs.h - a growing list of strings that it owns.
 */
#ifndef MLV_BASE_STRS_H
#define MLV_BASE_STRS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"

struct mlv_strs {
	char **at; /* count strings; NULL when there is none */
	size_t count;
	size_t cap;
};

mlv_err mlv_strs_add(struct mlv_strs *list, const char *text) MLV_CHECK;
mlv_err mlv_strs_add_len(struct mlv_strs *list, const char *text, size_t len) MLV_CHECK;
void mlv_strs_release(struct mlv_strs *list);
/* By bytes; repeated strings are dropped. */
void mlv_strs_sort_unique(struct mlv_strs *list);
bool mlv_strs_has(const struct mlv_strs *list, const char *text);

/*
 * Make *array (elements of size bytes, *cap of them allocated) hold at least
 * need elements, growing by half. For lists of structs.
 */
mlv_err mlv_array_grow(void *array, size_t *cap, size_t need, size_t size) MLV_CHECK;

#endif
