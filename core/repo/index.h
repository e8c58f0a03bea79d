/*
 * index.h - what the files of a tracked output were when they were last named,
 * so that a file whose stat did not change need not be read.
 *
 * For each output a file .mlv/state/index/<hash of the output's path>: records
 * sorted by path, in blocks of some hundreds. It is read forward, a block at a
 * time, beside a walk, which comes in the same order; it is never held whole.
 * A few changes do not write it anew: they go to a small file beside it, whose
 * name ends with ".d", which is folded in when it has grown (index/format.h).
 *
 * Both are replaced by rename and believed only whole: each block and each list
 * has a CRC-32C, and what is damaged, cut, of another version or machine counts
 * as empty and is made anew. They are not synced: losing them costs time only.
 * Paths are relative to the output, as in its manifest; the one record of an
 * output that is a file has the path "". Empty directories have records, too.
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
 * The claim: an index may know that its records, racy or not, are the very
 * entries of one manifest. Then files that hit need no look at the manifest.
 *
 * Crash safety   the file before or the file after.
 * Threads        an index may be read by many threads, each with its own cursor; a
 *                builder is one thread's.
 * Ownership      _freep. Records and paths that a cursor gives are good until it moves.
 * Limits         memory: a block, and some 100 bytes for each block of the index.
 */
#ifndef MLV_REPO_INDEX_H
#define MLV_REPO_INDEX_H

#include <sys/stat.h>

#include "core/repo/repo.h"
#include "core/store/tree.h"

struct mlv_index;

/* What a stat tells, as far as it is kept. */
struct mlv_index_stat {
	uint64_t inode;
	uint64_t size;
	int64_t mtime; /* nanoseconds since 1970 */
	int64_t ctime;
	uint16_t mode; /* type and permissions */
	bool linked;   /* it has several links */
	bool away;     /* not on the file system of .mlv, whose clock is known */
};
/* home: the device of .mlv. */
struct mlv_index_stat mlv_index_stat_of(const struct stat *st, dev_t home);

struct mlv_index_claim {
	bool known;
	struct mlv_oid tree; /* of the manifest */
	uint64_t bytes;      /* as its pointer says */
	uint64_t nfiles;
	uint64_t stored;     /* the cache's stamp (store_stamp.h) when it had all of it; 0: unknown */
};

/* The index of the output at path (relative to the root); an empty one when there is none. */
mlv_err mlv_index_load(struct mlv_index **out, struct mlv_repo *repo, const char *path) MLV_CHECK;
void mlv_index_freep(struct mlv_index **index);
const struct mlv_index_claim *mlv_index_claim(const struct mlv_index *index);
/* Whether the files on disk are still those that were loaded. */
bool mlv_index_is_current(const struct mlv_index *index);
bool mlv_index_is_empty(const struct mlv_index *index);

/* One record: entry is what the file was named, its path good until the cursor moves. */
struct mlv_index_item {
	struct mlv_entry entry;
	struct mlv_index_stat stat;
	bool racy;
};

struct mlv_index_cursor;
/* Read from the first record that does not sort before the path from ("": from the first). */
mlv_err mlv_index_cursor_new(struct mlv_index_cursor **out, const struct mlv_index *index,
			     const char *from) MLV_CHECK;
void mlv_index_cursor_freep(struct mlv_index_cursor **cursor);
/* The record it stands at; *item NULL at the end. */
mlv_err mlv_index_peek(struct mlv_index_cursor *cursor, const struct mlv_index_item **item) MLV_CHECK;
void mlv_index_next(struct mlv_index_cursor *cursor);
/*
 * Whether the file with this stat (by fstatat without following links) is the
 * one that was named. false: it must be read.
 */
bool mlv_index_hits(const struct mlv_index_item *item, const struct mlv_index_stat *now);

struct mlv_index_builder;

/*
 * Begin a new index of the output at path. Call it before the first file is
 * read or looked at: the time is taken here that tells what is racy.
 */
mlv_err mlv_index_builder_new(struct mlv_index_builder **out, struct mlv_repo *repo,
			      const char *path) MLV_CHECK;
void mlv_index_builder_freep(struct mlv_index_builder **builder);
/*
 * Before the first record: what is added changes an index that is there, the
 * rest of which stays; it is given to mlv_index_builder_save().
 */
void mlv_index_builder_edit(struct mlv_index_builder *builder);
/*
 * Add the next record, in order of path. stat is that of the file when it was
 * named (of the link itself for a link; fstat before and after reading equal,
 * or of a file that was just written and renamed into place). not_read: the
 * file was not read when it was named: the record is racy.
 */
mlv_err mlv_index_builder_add(struct mlv_index_builder *builder, const struct mlv_entry *entry,
			      const struct mlv_index_stat *stat, bool not_read) MLV_CHECK;
/* Add the record of another index as it is, racy if it was. */
mlv_err mlv_index_builder_keep(struct mlv_index_builder *builder,
			       const struct mlv_index_item *item) MLV_CHECK;
/* In an edit: the next path has no record any more. */
mlv_err mlv_index_builder_drop(struct mlv_index_builder *builder, const char *path,
			       size_t len) MLV_CHECK;
/*
 * Put it in the place of the old one, with this claim (NULL: none). base: the
 * index that an edit changes; if it is not current any more, the one that took
 * its place is changed, and nothing is claimed. A read-only state directory is
 * no failure.
 */
mlv_err mlv_index_builder_save(struct mlv_index_builder *builder, struct mlv_index *base,
			       const struct mlv_index_claim *claim) MLV_CHECK;
/* Forget the index of an output that is no more. */
mlv_err mlv_index_remove(struct mlv_repo *repo, const char *path) MLV_CHECK;

#endif
