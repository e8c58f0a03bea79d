/*
 * literal.h - numbers and quoted texts as programming languages write them: what
 * the readers of TOML and of Python's constants share.
 */
#ifndef MLV_BASE_LITERAL_H
#define MLV_BASE_LITERAL_H

#include "core/base/buf.h"
#include "core/base/value.h"

/* A text being read; end is one past it. */
struct mlv_scan {
	const char *name; /* of the file */
	const char *start, *at, *end;
};
/* MLV_E_SPEC: "name:line:column: what". */
mlv_err mlv_scan_error(const struct mlv_scan *cursor, const char *what) MLV_CHECK MLV_NEVER_NULL;
unsigned mlv_scan_line(const struct mlv_scan *cursor);
/* The byte at the cursor, or further on; 0 at the end. */
char mlv_scan_peek(const struct mlv_scan *cursor, size_t ahead);
/* Go over the text when it stands here. */
bool mlv_scan_take(struct mlv_scan *cursor, const char *text);

/*
 * Go over a number: "10", "-1_000", "0x1f", "0o17", "0b1", "1.5e3". false, and
 * the cursor is where it was, when there is none; *value is an INT or REAL.
 */
bool mlv_literal_number(struct mlv_scan *cursor, struct mlv_value *value);
/* Append a code point as UTF-8; false when it is none. */
mlv_err mlv_literal_add_char(struct mlv_buf *to, uint32_t point, bool *ok) MLV_CHECK;
/* The digits hex digits at the cursor, gone over; false when they are not that. */
bool mlv_literal_hex(struct mlv_scan *cursor, unsigned digits, uint32_t *number);

#endif
