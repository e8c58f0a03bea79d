/*
 * receipts.h - which trees, and large files in chunks, this clone saw at a remote.
 *
 *   mlv receipts 1\n
 *   <remote> <label> <tree id>\n      of the URL and the label the SHA-256; newest last
 *
 * A hint of where to look, never a proof: what a tree's root says is read from
 * the remote and confirmed each time. A file that is damaged counts as empty;
 * it may be deleted at any time.
 *
 * Crash safety   the file before or the file after.
 * Threads        one call at a time; of two processes the last one wins.
 */
#ifndef MLV_REMOTE_RECEIPTS_H
#define MLV_REMOTE_RECEIPTS_H

#include "core/store/oid.h"

#define MLV_RECEIPTS_EACH 2 /* trees that are remembered of one label at one remote */

/* The trees seen of label at the remote with this URL, newest first; path NULL: none. */
mlv_err mlv_receipts_find(const char *path, const char *url, const char *label,
			  struct mlv_oid trees[static MLV_RECEIPTS_EACH], size_t *count) MLV_CHECK;
/* Remember a tree. A file that cannot be written is no failure. path NULL: do nothing. */
mlv_err mlv_receipts_note(const char *path, const char *url, const char *label,
			  const struct mlv_oid *tree) MLV_CHECK;

#endif
