/* parts.h - what the files behind pyconst.h share. */
#ifndef MLV_BASE_PYCONST_PARTS_H
#define MLV_BASE_PYCONST_PARTS_H

#include "core/base/literal.h"

/* A Python file being read. */
struct py {
	struct mlv_scan cursor;
	unsigned open; /* brackets: within them a line end is space */
	unsigned line;
	const char *counted;
};

mlv_err mlv_py_fail(const struct py *py, const char *what) MLV_CHECK MLV_NEVER_NULL;
char mlv_py_peek(const struct py *py);
bool mlv_py_at_end(const struct py *py);
/* The line of the cursor, which never goes back past where this was asked. */
unsigned mlv_py_line(struct py *py);
/* Whether a byte may stand in a name. */
bool mlv_py_is_name(char c);
/* Go over blanks, comments, continued lines and, within brackets, line ends. */
void mlv_py_skip_space(struct py *py);
/* Go over space, and a text when it stands there; of a word, when it is whole. */
bool mlv_py_take(struct py *py, const char *text);
bool mlv_py_take_word(struct py *py, const char *word);
/* Go over the quotes that begin a text; NULL when none stand here. */
const char *mlv_py_take_quotes(struct py *py);
/* Append a text up to its quotes, which were gone over. */
mlv_err mlv_py_read_quoted(struct py *py, const char *quotes, bool raw,
			   struct mlv_buf *to) MLV_CHECK;
/* A constant, with its brackets. */
mlv_err mlv_py_read_value(struct py *py, unsigned depth, struct mlv_value **out) MLV_CHECK;

#endif
