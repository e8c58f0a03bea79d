/*
 * unprotect.h - making links into the cache independent files.
 *
 * A file that is a hard or symbolic link into the cache is made again, by
 * reflink or copy, verified, and renamed over the link; one that is only
 * read-only becomes writable. What the file holds does not change.
 *
 * Crash safety   the link or the file, with the same bytes.
 */
#ifndef MLV_REPO_UNPROTECT_H
#define MLV_REPO_UNPROTECT_H

#include "core/repo/pointer.h"
#include "core/repo/repo.h"

/*
 * Unprotect what lies at the targets; *count gets how many files it were.
 * MLV_E_REFUSED names a link whose bytes the cache has not under their own id:
 * it was written through.
 */
mlv_err mlv_unprotect(struct mlv_repo *repo, const struct mlv_targets *targets,
		      uint64_t *count) MLV_CHECK;

#endif
