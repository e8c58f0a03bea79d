#include "core/base/yaml_block.h"

#include <string.h>

size_t mlv_yaml_line_start(const struct mlv_buf *text, unsigned line)
{
	size_t at = 0;

	for (unsigned n = 1; n < line && at < text->len; n++) {
		const char *end = memchr(text->ptr + at, '\n', text->len - at);

		at = end ? (size_t)(end - text->ptr) + 1 : text->len;
	}
	return at;
}

size_t mlv_yaml_next_line(const struct mlv_buf *text, size_t at)
{
	const char *end = memchr(text->ptr + at, '\n', text->len - at);

	return end ? (size_t)(end - text->ptr) + 1 : text->len;
}

size_t mlv_yaml_block_end(const struct mlv_buf *text, size_t start, size_t indent)
{
	size_t end = mlv_yaml_next_line(text, start), at = end;

	while (at < text->len) {
		size_t next = mlv_yaml_next_line(text, at), blanks = 0;

		while (at + blanks < next && text->ptr[at + blanks] == ' ')
			blanks++;
		if (at + blanks < text->len && !strchr("#\r\n", text->ptr[at + blanks])) {
			if (blanks <= indent)
				break;
			end = next;
		} else if (at + blanks < text->len && text->ptr[at + blanks] == '#' &&
			   blanks > indent) {
			end = next; /* a comment of its own */
		}
		at = next;
	}
	return end;
}

mlv_err mlv_yaml_splice(struct mlv_buf *text, size_t from, size_t to, const struct mlv_buf *with)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf made = MLV_BUF_LIMIT(text->limit);
	mlv_err err = mlv_buf_add(&made, text->ptr, from);

	if (!err && from && made.ptr[from - 1] != '\n')
		err = mlv_buf_add_char(&made, '\n');
	if (err || (err = mlv_buf_add(&made, with->ptr, with->len)) ||
	    (err = mlv_buf_add(&made, text->ptr + to, text->len - to)))
		return err;
	mlv_buf_clear(text);
	return mlv_buf_add(text, made.ptr, made.len);
}
