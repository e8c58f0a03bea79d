/*
 * checkout.h - making the work tree what the pointers say, from the cache.
 *
 * Everything is planned first: each output is compared (compare.h) and what is
 * to be overwritten or deleted is looked up in the cache. If any of it is not
 * stored there, whole, nothing at all is done, unless force is given. Then
 * files are made below .mlv/tmp, synced in one round, what is to go is removed
 * and the new files are renamed into place; a large directory that is not
 * there at all is built aside and renamed once. Files that are right are not touched.
 *
 * Outputs that were here and whose pointer is gone (another branch was checked
 * out) are removed when all outputs are asked for: those of their files that
 * are stored; others stay, with a warning.
 *
 * Nothing is written through a link, nor outside the root, whatever a manifest
 * says or somebody does to the directories meanwhile: each directory is opened
 * beneath the root, and a file that changed since it was planned is refused.
 *
 * Crash safety   a file is the one before or the one after, or, where it
 *                gives way to a directory or the other way round, absent; all of it is
 *                in the cache. The same call again finishes.
 * Threads        one call at a time in a process; it holds the work tree's lock.
 * Limits         memory: some 150 bytes for each file that is to be made, as much for
 *                each that is there, if the index does not say what it is.
 */
#ifndef MLV_REPO_CHECKOUT_H
#define MLV_REPO_CHECKOUT_H

#include "core/base/strs.h"
#include "core/repo/pointer.h"
#include "core/repo/repo.h"

struct mlv_checkout_options {
	bool force;  /* lose what is not stored */
	bool relink; /* make files that are right again, by the ways of cache.type */
	bool all;    /* the targets are all outputs: remove those whose pointer is gone */
	const char *command; /* for the lock: "checkout" */
	const struct mlv_spares *spares; /* of what was just fetched; NULL: none */
};

/* What became of one target. */
struct mlv_checkout_line {
	char what;  /* A M D */
	bool dir;
	char *path; /* relative to the root */
};

struct mlv_checkout_result {
	struct mlv_checkout_line *lines; /* sorted by path */
	size_t count, cap;
	uint64_t added, modified, deleted; /* files and links */
	struct mlv_strs missing; /* paths whose object is not in the cache, at most 1,000 of them */
	struct mlv_strs damaged; /* whose object is there and wrong */
	uint64_t missing_count, damaged_count;
};
void mlv_checkout_result_release(struct mlv_checkout_result *result);

/*
 * Check out the targets. MLV_E_REFUSED, before anything is changed, names
 * files that are not stored. Objects that are missing or damaged do not stop
 * the rest; see mlv_checkout_verdict().
 */
mlv_err mlv_checkout(struct mlv_repo *repo, const struct mlv_outputs *outputs,
		     const struct mlv_targets *targets, const struct mlv_checkout_options *options,
		     struct mlv_checkout_result *result) MLV_CHECK;
/*
 * What missing or damaged objects mean: MLV_E_CORRUPT or MLV_E_MISSING that names
 * paths, with a hint; NULL when there are none. allow_missing: those do not count.
 */
mlv_err mlv_checkout_verdict(const struct mlv_checkout_result *result, bool allow_missing) MLV_CHECK;

#endif
