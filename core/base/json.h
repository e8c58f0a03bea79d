/*
 * json.h - reading JSON (RFC 8259) into values, and writing its strings.
 *
 * NaN and Infinity, which Python's json writes, are read as reals: metrics
 * have them. A repeated key, trailing text, or nesting past 64 levels is an
 * error that names line and column.
 */
#ifndef MLV_BASE_JSON_H
#define MLV_BASE_JSON_H

#include "core/base/buf.h"
#include "core/base/value.h"

/* name is for messages. MLV_E_SPEC when it is not JSON. */
mlv_err mlv_json_parse(const char *name, const char *text, size_t len,
		       struct mlv_value **value) MLV_CHECK;
/* The same of a part of a file, whose first byte is in this line, from 1. */
mlv_err mlv_json_parse_line(const char *name, size_t line, const char *text, size_t len,
			    struct mlv_value **value) MLV_CHECK;
/* Append text as a JSON string; bytes that are not UTF-8 become U+FFFD. */
mlv_err mlv_json_add_string(struct mlv_buf *to, const char *text, size_t len) MLV_CHECK;
/* Append a number in the shortest form that reads back the same; NaN and infinities as null. */
mlv_err mlv_json_add_real(struct mlv_buf *to, double number) MLV_CHECK;

#endif
