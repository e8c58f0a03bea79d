/*
 * link.h - from an object of the cache to a file of the work tree.
 *
 * cache.type lists the ways, tried in order (default "reflink,copy"):
 *
 *   reflink    shares the blocks, is an independent file; not below 128 KiB, where it is slower
 *   hardlink   one more name of the cache's own file: read-only
 *   symlink    a link to the cache's own file, by absolute path: read-only
 *   copy       always possible; the last resort whatever the list says
 *
 * Executables and empty files are always copied (the cache's files are not
 * executable; all empty files would be one). An object is verified: a copy
 * while it is made, one that is to be linked before, unless seen.h has its stat.
 *
 * Crash safety   what is made is not durable until it is synced; callers make
 *                it under a temporary name, sync and rename.
 * Threads        one linker may be used by many threads.
 */
#ifndef MLV_REPO_LINK_H
#define MLV_REPO_LINK_H

#include "core/repo/repo.h"
#include "core/repo/seen.h"
#include "core/store/tree.h"

enum mlv_link { MLV_LINK_REFLINK, MLV_LINK_HARDLINK, MLV_LINK_SYMLINK, MLV_LINK_COPY };
#define MLV_LINKS 4

struct mlv_linker;

/*
 * types: a list as cache.type has it ("copy,reflink"), NULL: what the
 * configuration says. MLV_E_SPEC for a word that is none.
 */
mlv_err mlv_linker_new(struct mlv_linker **out, struct mlv_repo *repo, const char *types) MLV_CHECK;
void mlv_linker_freep(struct mlv_linker **linker);
/*
 * Begin spares (core/store/spare.h) in .mlv for files that are to be fetched and
 * then made; none where cache.type asks for links into the cache.
 */
mlv_err mlv_link_spares(struct mlv_repo *repo, struct mlv_spares *spares) MLV_CHECK;
/* Take these where a large file is to be copied. They outlive the linker. */
void mlv_linker_use(struct mlv_linker *linker, const struct mlv_spares *spares);
/* Keep what was verified in mind for the next time. */
mlv_err mlv_linker_save(struct mlv_linker *linker) MLV_CHECK;
/*
 * Make name in dir, which must not be there, hold what entry (f x F X l) says,
 * with the mode it asks for, before the umask. sync: make its bytes durable.
 * Nothing is left behind on failure: MLV_E_MISSING when the object is not in
 * the cache, MLV_E_CORRUPT when it is damaged. how (may be NULL) gets the way.
 */
mlv_err mlv_link_make(struct mlv_linker *linker, const struct mlv_entry *entry, int dir,
		      const char *name, bool sync, enum mlv_link *how) MLV_CHECK;
/*
 * Whether the object is in the cache, whole: small ones are read, large ones
 * hashed unless seen. What calls this is about to delete the only other copy.
 */
mlv_err mlv_link_verify(struct mlv_linker *linker, const struct mlv_key *key, uint64_t size,
			bool *there) MLV_CHECK;

#endif
