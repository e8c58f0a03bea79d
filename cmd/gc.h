/*
 * gc.h - what the parts of `mlv gc` share: its arguments, and what is needed.
 */
#ifndef MLV_CMD_GC_H
#define MLV_CMD_GC_H

#include "cmd/cmd.h"
#include "core/repo/needs.h"
#include "remote/closure.h"

struct mlv_gc_args {
	bool workspace, all_branches, all_tags, all_commits;
	struct mlv_opt_list revs;
	uint64_t back;
	const char *date;
	struct mlv_opt_list projects, forget;
	const char *grace;
	bool skip_missing, dry, force;
	bool cloud, all_roots;
	const char *remote;
	uint64_t jobs;
};

/* How long what is not needed stays. */
struct mlv_gc_grace {
	const char *text;
	int64_t seconds;
};

/* All that is needed of a store. */
struct mlv_gc_needs {
	struct mlv_want *at; /* the labels and parts are constants */
	size_t count, cap;
	struct mlv_want *linked; /* of these, what links lead to */
	size_t linked_count, linked_cap;
};
void mlv_gc_needs_release(struct mlv_gc_needs *needs);

/* Room for the revisions that may be given, and a NULL. */
#define MLV_GC_REVS (MLV_COUNT(((struct mlv_opt_list *)0)->at) + 1)
/* The commits that the arguments mean; scope points to revs, which has MLV_GC_REVS places. */
mlv_err mlv_gc_scope(const struct mlv_gc_args *args, struct mlv_scope *scope,
		     const char **revs) MLV_CHECK;
/* What repo needs, in this scope; and what its links lead to. */
mlv_err mlv_gc_needs_add(struct mlv_gc_needs *needs, struct mlv_repo *repo,
			 const struct mlv_scope *scope) MLV_CHECK;
/*
 * What the other repositories of the cache need, those that said so and those
 * that the arguments name: all that their work trees and commits track.
 * MLV_E_REFUSED when one cannot be read.
 */
mlv_err mlv_gc_needs_add_others(struct mlv_gc_needs *needs, struct mlv_repo *repo,
				const char *cache, const struct mlv_gc_args *args) MLV_CHECK;

/* Whether the user wants what is told to be removed from a place. */
mlv_err mlv_gc_ask(const char *what, const char *place, bool *go) MLV_CHECK;
/* gc_remote.c: gc -c. */
mlv_err mlv_gc_remote(struct mlv_run *run, const struct mlv_gc_args *args, struct mlv_repo *repo,
		      const struct mlv_scope *scope, const struct mlv_gc_grace *grace) MLV_CHECK;

#endif
