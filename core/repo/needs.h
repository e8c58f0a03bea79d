/*
 * needs.h - what a repository needs of a store: all that its pointers name, in
 * the work tree and in commits.
 *
 * Whatever names an object has to be found here: fsck tells by it who needs
 * what is damaged, and gc removes what is not in it. Both end where a pointer
 * or a commit cannot be read, unless the caller takes the failure.
 *
 * Ownership   release with mlv_needs_release().
 * Limits      an output is kept once, however many commits track it so.
 */
#ifndef MLV_REPO_NEEDS_H
#define MLV_REPO_NEEDS_H

#include "core/repo/pointer.h"
#include "core/repo/repo.h"

/* The work tree (commit.hex is ""), or a commit and the branch or tag it is the tip of. */
struct mlv_place {
	struct mlv_git_id commit;
	char *name; /* "main", "origin/main", "v1"; NULL: it is no tip */
};

/* An output, and where it is tracked so. */
struct mlv_need {
	struct mlv_output output;
	uint32_t *places; /* count positions in the places, ascending */
	size_t count;
};

struct mlv_needs {
	struct mlv_need *at; /* sorted by path and id */
	size_t count, cap;
	struct mlv_place *places; /* the work tree first */
	size_t place_count, place_cap;
};

/* Which commits are looked at, beside the work tree. */
struct mlv_scope {
	unsigned git;         /* enum mlv_git_scope */
	const char *const *revs; /* revisions, NULL-terminated; NULL: none */
	uint64_t back;        /* commits, from each revision and branch tip on, first parents; 0: 1 */
	bool dated;
	int64_t since;        /* dated: every commit made since then */
	/*
	 * A pointer or commit that cannot be read; a failure ends the search. NULL: it
	 * does, and so does a directory that cannot be looked into.
	 */
	mlv_err (*bad)(void *arg, const struct mlv_place *place, mlv_err why);
	void *arg;
};

mlv_err mlv_needs_find(struct mlv_needs *needs, struct mlv_repo *repo,
		       const struct mlv_scope *scope) MLV_CHECK;
void mlv_needs_release(struct mlv_needs *needs);
/*
 * Call fn for each object that a symbolic link in the work tree stands for, as
 * the indexes tell: it is the only copy that the user sees, whatever the
 * pointers say now.
 */
typedef mlv_err (*mlv_linked_fn)(void *arg, const struct mlv_key *key, uint64_t size);
mlv_err mlv_needs_linked(struct mlv_repo *repo, mlv_linked_fn fn, void *arg) MLV_CHECK;
/* Whether the work tree is one of the places of a need. */
bool mlv_need_is_here(const struct mlv_need *need);

#endif
