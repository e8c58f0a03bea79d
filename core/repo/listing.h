/*
 * listing.h - what a repository has at a path: tracked data, and files of git.
 *
 * Names come from pointers, manifests and git's trees: no data is read, and a
 * manifest only when it must be gone into. Paths are relative to what is
 * listed; what lies deeper than one level is summed up in its directory, unless
 * all of it is asked for.
 *
 * Ownership   mlv_listing_release().
 * Limits      memory: some 150 bytes for each item.
 */
#ifndef MLV_REPO_LISTING_H
#define MLV_REPO_LISTING_H

#include "core/repo/git.h"
#include "core/repo/pointer.h"

struct mlv_listing_item {
	char *path; /* of what is listed itself, when it is a file: its name */
	bool dir;
	bool tracked; /* by mlv, by itself or with a directory above */
	bool exec;
	bool named;      /* type and oid are its */
	enum mlv_id_type type;
	struct mlv_oid oid;
	uint64_t size;   /* of all files below that are meant */
	uint64_t nfiles; /* the same; 1 for a file */
};

struct mlv_listing {
	struct mlv_listing_item *items; /* by path */
	size_t count, cap;
};
void mlv_listing_release(struct mlv_listing *listing);

/* Where it is read. */
struct mlv_listing_source {
	struct mlv_git *git; /* NULL: no files of git are listed */
	struct mlv_git_id commit;
	const char *prefix;  /* what paths of outputs are relative to, in git: "" or "sub/" */
	const struct mlv_outputs *outputs;
	/* Where the nodes of an output's manifest are; good until the next call. */
	mlv_err (*nodes)(void *arg, const struct mlv_output *output,
			 struct mlv_node_source *source);
	void *arg;
};

/* MLV_E_MISSING when nothing is at path ("": everything). */
mlv_err mlv_listing_make(struct mlv_listing *listing, const struct mlv_listing_source *source,
			 const char *path, bool recursive) MLV_CHECK;

#endif
