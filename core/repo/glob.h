/*
 * glob.h - patterns of ignore files, compiled: what gitignore(5) and git's
 * wildmatch() take them to mean, to the byte.
 *
 *   ?      any byte                  [a-z] [!a-z] [^a-z] [[:alpha:]]   one of a set
 *   *      any bytes, maybe none     \x   the byte x
 *   **     with slashes, as a whole component: any number of directories
 *
 * In a pattern with slashes, ?, * and sets do not match a slash. A pattern
 * that is not well formed (a set without end, an unknown class, a backslash at
 * the end) matches nothing.
 *
 * Matching keeps two places to go back to, the last * and the last **: what
 * stood before them is never tried again, so its time is bounded by the
 * product of the text's length, its directories and the pattern's length.
 *
 * Threads   a compiled pattern may be used by many threads.
 */
#ifndef MLV_REPO_GLOB_H
#define MLV_REPO_GLOB_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/error.h"

struct mlv_glob_token;

struct mlv_glob {
	struct mlv_glob_token *tokens;
	size_t count;
	uint8_t (*sets)[32]; /* bit maps of bytes */
	size_t set_count;
	bool slashes; /* a slash is matched by itself and ** only */
	bool never;   /* not well formed */
};

/* Compile the len bytes at pattern. Nothing is to be released when it fails. */
mlv_err mlv_glob_compile(struct mlv_glob *glob, const char *pattern, size_t len,
			 bool slashes) MLV_CHECK;
void mlv_glob_release(struct mlv_glob *glob);
/* Whether the whole text matches. */
bool mlv_glob_match(const struct mlv_glob *glob, const char *text, size_t len);

#endif
