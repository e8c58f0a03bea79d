/*
 * checkout/apply.h - the steps by which a plan is done: the inside of checkout.h.
 *
 *   make    new files, below .mlv/tmp/co-...; or, of a large directory that is not
 *           there at all, all of it with its own names
 *   sync    once
 *   remove  what goes, then directories that are left empty
 *   place   directories, then renames
 *   sync    once
 */
#ifndef MLV_REPO_CHECKOUT_APPLY_H
#define MLV_REPO_CHECKOUT_APPLY_H

#include "core/repo/checkout/plan.h"

#define MLV_APPLY_NAME 64

struct mlv_apply {
	struct mlv_plan *plan;
	struct mlv_linker *linker;
	struct mlv_checkout_result *result;
	bool force;
	bool aside; /* the whole directory is built below stage and renamed once */
	bool few;   /* each file is synced; else the file system, once */
	int stage;  /* a directory of our own on the file system of .mlv */
	char stage_name[MLV_APPLY_NAME]; /* below .mlv */
};

/* A directory that is kept open while changes of the same one follow each other. */
struct mlv_apply_dir {
	int fd; /* -1: none */
	struct mlv_buf path;
};
#define MLV_APPLY_DIR_INIT { -1, MLV_BUF_INIT }
void mlv_apply_dir_release(struct mlv_apply_dir *dir);
/* Open the directory of path, beneath base; *name points to its last component. */
mlv_err mlv_apply_dir_of(struct mlv_apply_dir *dir, int base, const char *path,
			 const char **name) MLV_CHECK;
/* The same, with what is missing of it made. */
mlv_err mlv_apply_make_dirs(struct mlv_apply_dir *dir, int base, const char *path) MLV_CHECK;

/* checkout/make.c: make all new files, synced. */
mlv_err mlv_apply_make(struct mlv_apply *apply) MLV_CHECK;
/* checkout/place.c: remove, and put what was made in its place. */
mlv_err mlv_apply_remove(struct mlv_apply *apply) MLV_CHECK;
mlv_err mlv_apply_place(struct mlv_apply *apply) MLV_CHECK;

/* Run fn for each change, in groups, on all threads. */
typedef mlv_err (*mlv_apply_fn)(struct mlv_apply *apply, struct mlv_change *change,
				struct mlv_apply_dir *dir);
mlv_err mlv_apply_each(struct mlv_apply *apply, mlv_apply_fn fn) MLV_CHECK;
/* The name of the file that a change made below stage. */
void mlv_apply_temp(const struct mlv_apply *apply, const struct mlv_change *change,
		    char name[static MLV_APPLY_NAME]);
/* Take the stat of what a change made. */
mlv_err mlv_apply_take_stat(const struct mlv_apply *apply, struct mlv_change *change, int dir,
			    const char *name, const char *shown) MLV_CHECK;

#endif
