/*
 * add/relink.h - after adding: files of the work tree become links to what the cache keeps.
 *
 * Only where cache.type asks for hard or symbolic links first. The link is
 * made beside the file and renamed over it, when the file is still what was
 * stored; else it is left alone. Executable and empty files stay files.
 *
 * Crash safety   the file or the link; its bytes are in the cache, durable.
 */
#ifndef MLV_REPO_ADD_RELINK_H
#define MLV_REPO_ADD_RELINK_H

#include "core/repo/add/scan.h"

/* Whether links are what cache.type asks for first. */
bool mlv_add_wants_links(const struct mlv_repo *repo);
/* Link the scanned items; their stats become those of the links. */
mlv_err mlv_add_relink(struct mlv_scan *scan) MLV_CHECK;
/* Keep in mind that the large items' objects were verified as they were stored. */
mlv_err mlv_add_note_seen(const struct mlv_scan *scan) MLV_CHECK;

#endif
