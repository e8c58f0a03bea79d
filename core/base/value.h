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
};

void mlv_value_freep(struct mlv_value **value);
/* The value of key in a map; NULL when there is none, or value is NULL or no map. */
const struct mlv_value *mlv_value_get(const struct mlv_value *map, const char *key);
/* Its text when it is TEXT, else NULL. */
const char *mlv_value_text(const struct mlv_value *value);

#endif
