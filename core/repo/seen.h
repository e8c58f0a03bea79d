/*
 * seen.h - what objects of the cache were when they were last verified, so
 * that one which is to be linked need not be hashed again.
 *
 * One file, .mlv/state/seen: a header with the path of the cache it speaks of,
 * then for each object its kind, id, inode, size, mtime, ctime and owner, then
 * a CRC-32C of all before. A mode is never proof, and neither is a record of an
 * object that somebody else owns, or whose bytes were written so shortly before
 * it was looked at that its clock might not show the next write.
 *
 * It may be deleted at any time: then objects are verified once more. One
 * that is damaged or speaks of another cache counts as empty.
 *
 * Crash safety   the file before or the file after; it is not synced.
 * Threads        one handle may be used by many threads.
 */
#ifndef MLV_REPO_SEEN_H
#define MLV_REPO_SEEN_H

#include <sys/stat.h>

#include "core/repo/repo.h"

struct mlv_seen;

mlv_err mlv_seen_load(struct mlv_seen **out, struct mlv_repo *repo) MLV_CHECK;
void mlv_seen_freep(struct mlv_seen **seen);
/* Whether the object was verified when its file had this stat. */
bool mlv_seen_has(struct mlv_seen *seen, const struct mlv_key *key, const struct stat *st);
/* Its file had this stat, and holds what key names. */
mlv_err mlv_seen_note(struct mlv_seen *seen, const struct mlv_key *key,
		      const struct stat *st) MLV_CHECK;
/* Write it if anything was noted. A read-only state directory is no failure. */
mlv_err mlv_seen_save(struct mlv_seen *seen) MLV_CHECK;

/*
 * Note objects that were verified this moment, as they came into the cache,
 * from a file or a remote: the next checkout links them at once.
 */
mlv_err mlv_seen_note_keys(struct mlv_repo *repo, const struct mlv_key *keys,
			   const uint64_t *sizes, size_t count) MLV_CHECK;

#endif
