/*
 * value.h - a tree of values, as JSON and YAML have it.
 *
 * Maps keep the order of their file. A string may hold NUL bytes; it is also
 * NUL-terminated. An integer that does not fit 64 bits is a real.
 *
 * Ownership   the root owns all below it: mlv_value_freep().
 */
#ifndef MLV_BASE_VALUE_H
#define MLV_BASE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

#define MLV_VALUE_DEPTH 64 /* levels of lists and maps that the parsers allow */

enum mlv_value_type {
	MLV_VALUE_NULL,
	MLV_VALUE_BOOL,
	MLV_VALUE_INT,
	MLV_VALUE_REAL,
	MLV_VALUE_TEXT,
	MLV_VALUE_LIST,
	MLV_VALUE_MAP,
};

struct mlv_value {
	enum mlv_value_type type;
	bool boolean;
	int64_t integer;
	double real;             /* also set for INT */
	char *text;              /* TEXT: its bytes; for scalars of YAML also as written */
	size_t text_len;
	struct mlv_value **items; /* LIST and MAP: count of them */
	char **keys;              /* MAP: count of them */
	size_t count;
	unsigned line;            /* where it stands in its file, from 1; 0: not known */
	unsigned column;          /* in bytes, from 1 */
	unsigned key_line, key_column; /* in a map of YAML: where its key stands */
	size_t items_cap, keys_cap;
};

void mlv_value_freep(struct mlv_value **value);
/* The value of key in a map; NULL when there is none, or value is NULL or no map. */
const struct mlv_value *mlv_value_get(const struct mlv_value *map, const char *key);
/* Its text when it is TEXT, else NULL. */
const char *mlv_value_text(const struct mlv_value *value);

/* A copy of all of it. */
mlv_err mlv_value_copy(const struct mlv_value *value, struct mlv_value **out) MLV_CHECK;

/* Building, for the parsers. */
mlv_err mlv_value_new(struct mlv_value **out, enum mlv_value_type type, unsigned line) MLV_CHECK;
mlv_err mlv_value_set_text(struct mlv_value *value, const char *text, size_t len) MLV_CHECK;
/* Put *child at the end of a list (key NULL) or map; it is taken, *child becomes NULL. */
mlv_err mlv_value_append(struct mlv_value *parent, const char *key, struct mlv_value **child)
	MLV_CHECK;
/* A value of its own like this one, but without what a list or map holds. */
mlv_err mlv_value_copy_scalar(const struct mlv_value *value, struct mlv_value **out) MLV_CHECK;
/* The place of the first item whose key an earlier one of the map has; false when there is none. */
bool mlv_value_repeated_key(const struct mlv_value *map, size_t *place);

#endif
