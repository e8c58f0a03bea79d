/*
 * checkout/plan.h - what a checkout is going to do to one output: the inside of checkout.h.
 *
 * A plan is the scan of the work tree and a list of changes, both in order of
 * path. An item of the scan that no change speaks of stays as it is.
 */
#ifndef MLV_REPO_CHECKOUT_PLAN_H
#define MLV_REPO_CHECKOUT_PLAN_H

#include "core/repo/checkout.h"
#include "core/repo/compare.h"
#include "core/repo/link.h"

enum mlv_act {
	MLV_ACT_WRITE,  /* make it, in the place of the item if there is one */
	MLV_ACT_REMOVE,
	MLV_ACT_CHMOD,  /* only the executable bit differs */
	MLV_ACT_LEAVE,  /* it should be written, but its object is missing or damaged */
};

struct mlv_change {
	enum mlv_act act;
	char kind;      /* WRITE: of the entry */
	bool same;      /* the item has the bytes that are wanted */
	bool unsafe;    /* the item's bytes are not stored */
	bool done;
	uint32_t path_len;
	uint64_t path_at; /* in the plan's paths */
	uint64_t size;
	struct mlv_oid oid;
	size_t item; /* MLV_NO_ITEM: nothing is there */
	struct mlv_index_stat after; /* when it was done */
};

struct mlv_plan {
	struct mlv_repo *repo;
	const struct mlv_output *output; /* NULL: its pointer is gone */
	struct mlv_compare compare;
	bool no_tree; /* its manifest is not in the cache */
	bool fold;    /* the file system does not tell A from a */
	bool relink;
	bool unprotect; /* CHMOD also lets the owner write */
	bool compared; /* with the output's tree: once all is done, the work tree is that */
	dev_t home;    /* the device of .mlv */
	struct mlv_change *changes;
	size_t count, cap;
	struct mlv_buf paths; /* a NUL after each */
	uint64_t left;        /* of one that is gone: files that are not stored */
	int64_t started;      /* seconds since 1970 */
};

/* A plan without changes. */
mlv_err mlv_plan_begin(struct mlv_plan *plan, struct mlv_repo *repo) MLV_CHECK;
void mlv_plan_release(struct mlv_plan *plan);
/* Add a change; they come in order of path. */
mlv_err mlv_plan_add(struct mlv_plan *plan, enum mlv_act act, const struct mlv_entry *entry,
		     size_t item) MLV_CHECK;
/* Plan a target. A manifest that is missing makes a plan without changes. */
mlv_err mlv_plan_make(struct mlv_plan *plan, struct mlv_repo *repo,
		      const struct mlv_target *target, bool relink) MLV_CHECK;
/* Plan to remove what lies at path, whose pointer is gone; outputs below it stay. */
mlv_err mlv_plan_gone(struct mlv_plan *plan, struct mlv_repo *repo,
		      const struct mlv_outputs *outputs, const char *path) MLV_CHECK;
/*
 * Look up in the cache what is to be written, and, unless force, what is to be
 * lost: changes become LEAVE, or unsafe.
 */
mlv_err mlv_plan_check(struct mlv_plan *plan, struct mlv_linker *linker, bool force,
		       struct mlv_checkout_result *result) MLV_CHECK;

/* The entry that a change makes. */
struct mlv_entry mlv_change_entry(const struct mlv_plan *plan, const struct mlv_change *change);
/* Append the path of a change relative to the repository's root. */
mlv_err mlv_change_path(const struct mlv_plan *plan, const struct mlv_change *change,
			struct mlv_buf *path) MLV_CHECK;

/* Do it (checkout/apply.c). Changes become done; objects that turn out wrong become LEAVE. */
mlv_err mlv_plan_apply(struct mlv_plan *plan, struct mlv_linker *linker, bool force,
		       struct mlv_checkout_result *result) MLV_CHECK;
/* Make the stat index what the work tree is now (checkout/index.c). */
mlv_err mlv_plan_save_index(struct mlv_plan *plan) MLV_CHECK;
/* Remove what checkouts that were killed left below .mlv/tmp. The work tree's lock is held. */
mlv_err mlv_checkout_sweep(struct mlv_repo *repo) MLV_CHECK;
/* Note a path whose object is missing, or damaged. */
mlv_err mlv_checkout_note(struct mlv_checkout_result *result, const char *path, bool damaged)
	MLV_CHECK;

#endif
