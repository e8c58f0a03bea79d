/*
 * lines.h - the form of the small texts that lie at a remote: a header, and lines
 *
 *   <word> <id> <number>\n
 *
 * sorted by their bytes, no word and id twice, numbers canonical decimal.
 */
#ifndef MLV_REMOTE_LINES_H
#define MLV_REMOTE_LINES_H

#include "core/base/buf.h"
#include "core/store/oid.h"

/* A line: which word of those that may stand there, id and number. */
struct mlv_line {
	size_t word;
	struct mlv_oid oid;
	uint64_t number;
};
typedef mlv_err (*mlv_line_fn)(void *arg, const struct mlv_line *line);
/* Call fn for each line of len bytes; *canonical tells whether all were of the form. */
mlv_err mlv_lines_parse(const char *text, size_t len, const char *const *words, size_t count,
			mlv_line_fn fn, void *arg, bool *canonical) MLV_CHECK;
mlv_err mlv_line_write(struct mlv_buf *text, const char *word, const struct mlv_oid *oid,
		       uint64_t number) MLV_CHECK;
/* Read canonical decimal. */
bool mlv_line_number(const char *text, size_t len, uint64_t *number) MLV_CHECK;

#endif
