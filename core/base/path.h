/*
 * path.h - paths as text: what is a safe one, how one is shown.
 *
 * A path of a manifest, a pointer or a remote comes from outside and is
 * checked by mlv_path_check() before anything is done with it. Paths are
 * bytes, not characters; '/' separates components.
 */
#ifndef MLV_BASE_PATH_H
#define MLV_BASE_PATH_H

#include <stdbool.h>

#include "core/base/buf.h"

#define MLV_PATH_MAX 4095     /* bytes of a path, without a NUL */
#define MLV_PATH_NAME_MAX 255 /* bytes of a component */
#define MLV_PATH_DEPTH 256    /* components */

/*
 * Whether a relative path is one that may be read from a manifest or pointer
 * and written below a directory: no component is empty, ".", "..", ".git" or
 * ".mlv" in any case, nor "git~1"; no NUL; within the limits above. Returns
 * NULL when it is safe, else why not ("a component is '..'").
 */
const char *mlv_path_check(const char *path, size_t len) MLV_CHECK;
/* Whether one component is a name that is never tracked (.git, .mlv, git~1). */
bool mlv_path_name_reserved(const char *name, size_t len);

/* Append path as git's core.quotePath shows it: as it is, or in "..." with C escapes. */
mlv_err mlv_path_quote(struct mlv_buf *to, const char *path, size_t len) MLV_CHECK;
/* The same into a fixed buffer, cut to fit: for messages. Returns to. */
const char *mlv_path_shown(const char *path, size_t len, char *to, size_t size);
/* As one word of a shell, for hints; one that does not fit, or cannot be typed, as mlv_path_shown(). */
const char *mlv_path_typed(const char *path, char *to, size_t size);

/*
 * The absolute path of what (relative to the absolute path base, or absolute),
 * without ".", ".." and repeated slashes; links are not looked at.
 */
mlv_err mlv_path_absolute(struct mlv_buf *to, const char *base, const char *what) MLV_CHECK;
/* Append the last part of a path or URL; MLV_E_USAGE when that is no name for a file. */
mlv_err mlv_path_add_name(struct mlv_buf *to, const char *path) MLV_CHECK;
/* Append to as seen from the directory from; both absolute and normal. */
mlv_err mlv_path_relative(struct mlv_buf *out, const char *from, const char *to) MLV_CHECK;
/* What of path lies below dir ("" for dir itself), or NULL. Both absolute, normal. */
const char *mlv_path_below(const char *dir, const char *path) MLV_CHECK;
/* The bytes of the UTF-8 character (RFC 3629) that text, len > 0 bytes, begins with; 0: none. */
size_t mlv_text_char(const unsigned char *text, size_t len);
/* Whether the len bytes at text are UTF-8 (RFC 3629) without NUL. */
bool mlv_text_is_utf8(const char *text, size_t len);
/* Whether the len bytes at text are UTF-8 (RFC 3629) without control characters. */
bool mlv_text_is_plain(const char *text, size_t len);

#endif
