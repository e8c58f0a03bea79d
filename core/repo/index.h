/*
 * index.h - what the files of a tracked output were when they were last named,
 * so that a file whose stat did not change need not be read.
 *
 * For each output a flat file .mlv/state/index/<hash of the output's path>:
 *
 *   header    magic, version, count of records, lengths, this machine's byte order
 *   path      the output's path
 *   records   88 bytes each, sorted by path: inode, size, mtime, ctime, mode,
 *             kind, id, flags, where its path is
 *   paths     of all records, one after the other
 *   CRC-32    of all before
 *
 * It is replaced by rename and believed only whole: one that is damaged, cut,
 * of another version or machine counts as empty and is made anew. It is not
 * synced: losing it costs time only. Paths are relative to the output, as in
 * its manifest; the one record of an output that is a file has the path "".
 *
 * A record is racy when its file's mtime or ctime is not older than that of a
 * file touched on the same file system before it was read: the file could be
 * changed once more without its stat showing it (git's Documentation/technical/
 * racy-git). Such a record is kept and never hits; only naming the file anew
 * makes a record that is not racy.
 *
 * Inode, size, mtime, mode and ctime are compared; not the device, and not the
 * ctime of a file with several links, since linking changes it.
 *
 * Crash safety   the file before or the file after.
 * Threads        a loaded index may be read by many threads; a builder is one thread's.
 * Ownership      _freep.
 */
#ifndef MLV_REPO_INDEX_H
#define MLV_REPO_INDEX_H

#include <sys/stat.h>

#include "core/repo/repo.h"
#include "core/store/tree.h"

struct mlv_index;

/* The index of the output at path (relative to the root); an empty one when there is none. */
mlv_err mlv_index_load(struct mlv_index **out, struct mlv_repo *repo, const char *path) MLV_CHECK;
void mlv_index_freep(struct mlv_index **index);
size_t mlv_index_count(const struct mlv_index *index);
/*
 * What the file at path was named, if its stat (by fstatat without following
 * links) is what it was then and the record is not racy. entry's path points
 * into the index. false: it must be read.
 */
bool mlv_index_lookup(const struct mlv_index *index, const char *path, size_t len,
		      const struct stat *st, struct mlv_entry *entry);
/* The record at a position below the count, whatever the file is now. entry's path as above. */
void mlv_index_at(const struct mlv_index *index, size_t at, struct mlv_entry *entry);

struct mlv_index_builder;

/*
 * Begin a new index of the output at path. Call it before the first file is
 * read or looked at: the time is taken here that tells what is racy.
 */
mlv_err mlv_index_builder_new(struct mlv_index_builder **out, struct mlv_repo *repo,
			      const char *path) MLV_CHECK;
void mlv_index_builder_freep(struct mlv_index_builder **builder);
/*
 * Add the next record, in order of path. st is that of the file when it was
 * named (of the link itself for a link; fstat before and after reading equal,
 * or of a file that was just written and renamed into place). Entries of kind
 * d are left out. not_read: the entry comes from mlv_index_at() and the file
 * was not read: the record is racy.
 */
mlv_err mlv_index_builder_add(struct mlv_index_builder *builder, const struct mlv_entry *entry,
			      const struct stat *st, bool not_read) MLV_CHECK;
/* Add the record of another index as it is, racy if it was. */
mlv_err mlv_index_builder_keep(struct mlv_index_builder *builder, const struct mlv_index *from,
			       size_t at) MLV_CHECK;
/* Put it in the place of the old one. A read-only state directory is no failure. */
mlv_err mlv_index_builder_save(struct mlv_index_builder *builder) MLV_CHECK;
/* Forget the index of an output that is no more. */
mlv_err mlv_index_remove(struct mlv_repo *repo, const char *path) MLV_CHECK;

#endif
