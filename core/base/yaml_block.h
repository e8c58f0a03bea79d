/*
 * yaml_block.h - places in a text of YAML in block style, found by lines and indentation.
 *
 * For text that the parser has taken: it knows where keys stand, and what is
 * below them is what is indented more.
 */
#ifndef MLV_BASE_YAML_BLOCK_H
#define MLV_BASE_YAML_BLOCK_H

#include "core/base/buf.h"

/* Where a line begins, from 1; the end of the text when there are fewer. */
size_t mlv_yaml_line_start(const struct mlv_buf *text, unsigned line);
/* Where the line behind the one of at begins. */
size_t mlv_yaml_next_line(const struct mlv_buf *text, size_t at);
/*
 * The end of what stands below the key, or behind the dash, whose line begins at
 * start: the line after the last one that is indented more. Blank lines and
 * comments after it are not its.
 */
size_t mlv_yaml_block_end(const struct mlv_buf *text, size_t start, size_t indent);
/* Put bytes in the place of those from .. to; what begins behind a last line without its end gets one. */
mlv_err mlv_yaml_splice(struct mlv_buf *text, size_t from, size_t to, const struct mlv_buf *with) MLV_CHECK;

#endif
