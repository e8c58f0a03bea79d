/*
 * add/scan.h - naming everything at a path of the work tree, and storing it.
 *
 * The path is walked, and the index read along; a file whose stat the index
 * knows, and whose object the store has, is not read. Of the others, small ones are read in groups, hashed
 * in vector lanes and put, each group on one thread; large ones one after the
 * other, each on all threads. A file is looked at before and after it is read:
 * one that changed is read again, three times at most. The list comes out in
 * manifest order whatever thread did what. What the .mlvignore files above the
 * output leave out is not there for a scan.
 *
 * A scan holds everything, or, when the index claims to be the tree that is
 * asked for, only what does not agree with it: then its cost in memory, and in
 * looks at the manifest, follows the change.
 *
 * Crash safety   nothing is named; the objects join the batch.
 * Limits         a thread holds at most one group: MLV_SMALL_MAX bytes and a little.
 */
#ifndef MLV_REPO_ADD_SCAN_H
#define MLV_REPO_ADD_SCAN_H

#include "core/repo/ignore.h"
#include "core/repo/index.h"
#include "core/repo/walk.h"

/* One file, link or empty directory. */
struct mlv_scan_item {
	struct mlv_index_stat stat;
	uint64_t path_at; /* in paths */
	uint64_t link_at; /* of a link: its target, in links */
	uint64_t size;
	struct mlv_oid oid;
	uint32_t path_len;
	char kind; /* as in a manifest: f x F X l d */
	bool stored : 1; /* by an earlier run, as the index says; its oid is known */
	bool through : 1; /* a link that is taken for the file it points to */
	bool in_cache : 1; /* a link into the cache, by an earlier checkout: the file it stands for */
};

/* An entry of the tree that is not, or no longer, what lies at its path. */
struct mlv_scan_was {
	uint64_t path_at; /* in paths */
	uint64_t size;
	struct mlv_oid oid;
	uint32_t path_len;
	char kind;
	size_t item; /* MLV_NO_ITEM: nothing is there */
};
#define MLV_NO_ITEM SIZE_MAX

struct mlv_scan {
	struct mlv_repo *repo;
	const char *output; /* path of the output */
	const char *index_at; /* what its index is called: the output's path, or another name */
	const char *part;   /* what of it is scanned; "": all */
	char *top;          /* both joined */
	const char *cache;  /* where the cache lies, absolute */
	struct mlv_ignore *rules; /* NULL: nothing is ignored */
	const struct mlv_oid *shown; /* a manifest of which no rule hides anything, or NULL */
	struct mlv_index *index;
	struct mlv_index_builder *builder;
	struct mlv_index_cursor *known; /* the index, read along with the walk */
	struct mlv_scan_item *items;
	size_t count, cap;
	bool only_changes; /* what is not among the items agrees with the index */
	struct mlv_scan_was *was; /* only_changes: sorted by path */
	size_t was_count, was_cap;
	size_t cursor; /* of who goes through the items */
	struct mlv_buf paths; /* below the output, a NUL after each */
	struct mlv_buf links;
	uint64_t bytes;  /* of all files */
	uint64_t nfiles; /* files and links */
	uint64_t clean;  /* entries that are no items: they agree with the index */
	uint64_t clean_bytes;
	dev_t home;      /* the device of .mlv */
	int fd;          /* the directory top, or the one that it lies in when it is a file */
	bool is_dir;
	bool follow;     /* top is a link, taken for the file it points to */
};

struct mlv_scan_options {
	/*
	 * The name of an index that is none of an output's (a path that none can have,
	 * below .mlv/), which outlives the scan; NULL: the output's own.
	 */
	const char *index_at;
	bool follow; /* a link that is the output itself is taken for the file it points to */
	const struct mlv_oid *shown; /* no rule hides what this manifest has; NULL: any may */
	/*
	 * Only what differs from this tree is wanted, if the index can tell: it
	 * claims to be that tree, and, unless stored is 0, that the cache has all of
	 * it. NULL: everything is wanted.
	 */
	const struct mlv_oid *tree;
	uint64_t stored; /* the cache's stamp */
};

/*
 * Walk part ("" for all) of the output at path (both outlive the scan). options
 * may be NULL. Fails on anything but files, links and directories.
 */
mlv_err mlv_scan_list(struct mlv_scan *scan, struct mlv_repo *repo, const char *path,
		      const char *part, const struct mlv_scan_options *options) MLV_CHECK;
void mlv_scan_release(struct mlv_scan *scan);
/*
 * Whether the directory at name in dir holds nothing at all that could be tracked,
 * ignored or not. One that holds only what is ignored is none of a manifest.
 */
bool mlv_scan_is_empty(int dir, const char *name);
/*
 * The listing failed because nothing is there: of changes only, take what the
 * index has there as gone.
 */
mlv_err mlv_scan_list_gone(struct mlv_scan *scan) MLV_CHECK;
/* Add an empty directory of the output to a scan that found nothing. */
mlv_err mlv_scan_add_empty(struct mlv_scan *scan, const char *path) MLV_CHECK;
/* Name all items; batch NULL: only name, else put them. */
mlv_err mlv_scan_name(struct mlv_scan *scan, struct mlv_batch *batch) MLV_CHECK;
/* An item as an entry of the manifest; its path points into the scan. The same for what was. */
struct mlv_entry mlv_scan_entry(const struct mlv_scan *scan, size_t at);
struct mlv_entry mlv_scan_was(const struct mlv_scan *scan, size_t at);
/*
 * Save the output's index: what was scanned, and of the rest what the index
 * has; claim is what it then is (NULL: nothing is known).
 */
mlv_err mlv_scan_save_index(struct mlv_scan *scan, const struct mlv_index_claim *claim) MLV_CHECK;
/*
 * The same when nothing was stored: what is not as tracked is left out, so that
 * the claim holds on, unless reading it again would cost more than the claim saves.
 */
mlv_err mlv_scan_save_read(struct mlv_scan *scan) MLV_CHECK;
/* Whether the part takes the place of what is at path, or a directory of it does. */
bool mlv_scan_replaces(const char *part, const char *path, size_t len);
/* Open an item that is a file: regular, beneath the top, no link but one that is followed. */
mlv_err mlv_scan_open(const struct mlv_scan *scan, const struct mlv_scan_item *item,
		      int *fd) MLV_CHECK;
/* The path of an item relative to the scan's fd. */
const char *mlv_scan_below_top(const struct mlv_scan *scan, const struct mlv_scan_item *item);
/* The path of an item below the repository's root, for messages. */
const char *mlv_scan_shown(const struct mlv_scan *scan, const struct mlv_scan_item *item,
			   char *to, size_t size);

#endif
