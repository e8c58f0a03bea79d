/*
 * walk.h - everything below a directory of the work tree, in manifest order.
 *
 * Entries come sorted by the bytes of their whole path: "a-b" before "a/b"
 * before "a0", as a manifest has them. Directories are opened one below the
 * other, without following links; a link is an entry, never a way. .git, .mlv
 * (in any case) and git~1 are passed over, wherever they lie.
 *
 * Directories are listed and files looked at by all of the context's threads,
 * somewhat ahead of what is given (walk_units.h); what is given, and which
 * failure, does not depend on them.
 *
 * Limits    depth MLV_PATH_DEPTH; a descriptor is open for each level, and some
 *           50 more; memory for the names of the directories that are open, and
 *           for the stat of some 10,000 files.
 * Threads   different walks may run in different threads. One thread calls fn,
 *           not always the one that called the walk.
 */
#ifndef MLV_REPO_WALK_H
#define MLV_REPO_WALK_H

#include <sys/stat.h>

#include "core/base/context.h"

/*
 * kind: f file, x executable (by its owner) file, l symbolic link, d directory
 * without entries, o anything else (FIFO, socket, device). All is good during
 * the call only.
 */
struct mlv_walk_entry {
	char kind;
	const char *path; /* relative to the top, NUL-terminated; "" for the top itself */
	size_t path_len;
	int dir;          /* descriptor of the directory it lies in */
	const char *name; /* its name there */
	const struct stat *st; /* of the link itself for a link */
};
typedef mlv_err (*mlv_walk_fn)(void *arg, const struct mlv_walk_entry *entry);

/*
 * What is left out, by rules of the user: .mlvignore. path is relative to the
 * top. Several threads may call it at a time.
 */
struct mlv_walk_ignore {
	bool (*match)(void *arg, const char *path, size_t len, bool directory);
	void *arg;
};

struct mlv_walk_options {
	const struct mlv_walk_ignore *ignore; /* NULL: nothing is ignored */
	bool say_skipped; /* warn, once a walk, that .git and the like were passed over */
};

/*
 * Walk what is at top, relative to the directory root ("." for root itself).
 * A file or link there is one entry with the path "", an empty directory one
 * of kind d. options may be NULL. Fails with MLV_E_MISSING when nothing is
 * there, MLV_E_REFUSED when a component of top is a link or the tree changes
 * in a way that breaks the order; what cannot be read is named.
 */
mlv_err mlv_walk(struct mlv_ctx *ctx, int root, const char *top,
		 const struct mlv_walk_options *options, mlv_walk_fn fn, void *arg) MLV_CHECK;

#endif
