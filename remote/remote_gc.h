/*
 * remote_gc.h - removing from a remote what nobody needs, in two steps: it is
 * marked (marks.h), and a later gc removes it, no sooner than the grace period.
 *
 * What is needed is found as for a cache (gc.h). Of what else lies there only
 * that goes which this clone knows: roots of trees that some commit of its
 * history tracks, what these roots name, single files that history tracks, and
 * packs that no root names. What a root names that it does not know stays
 * whole, and so does a file of its own, or a recipe, that nothing it knows names; all_roots
 * says that nobody else uses the remote.
 *
 * What is needed keeps every pack that has it, since one of them may be damaged:
 * a pack goes only when nothing in it is needed. A pack of which half or more is
 * not needed, or one of many small ones, is written again without that, if no
 * root that is not known names it: each frame is read, and is moved if it is
 * sound; the roots of what is needed then name the new packs, and the old ones
 * are marked, but for those with damage, which stay. Before one of these goes
 * what is needed of it is read where it lies else, and if that is damaged it stays.
 *
 * A large file that lies there as chunks (chunked.h) goes by its recipe. A recipe
 * that stays keeps its packs whole: they are not written again, so that chunks
 * which only older versions had go with the last recipe that names their pack.
 *
 * Crash safety   a new pack is there before a root names it, and no root names
 *                a pack any more when that is marked. Roots go first, then
 *                nodes, then large files and recipes, then the rest.
 * Limits         56 bytes for each key that is needed, or lies there by itself;
 *                52 for each in a pack; all roots in memory.
 */
#ifndef MLV_REMOTE_REMOTE_GC_H
#define MLV_REMOTE_REMOTE_GC_H

#include "remote/closure.h"
#include "remote/marks.h"

struct mlv_remote_gc_wants {
	const struct mlv_want *at; /* what is needed */
	size_t count;
	const struct mlv_want *known; /* all that history tracks, needed or not */
	size_t known_count;
	int64_t now, grace; /* seconds */
	bool all_roots;     /* what is not known may go as well */
	bool skip_missing;  /* as for a cache */
};

/* One that is not needed: a root, a pack with its table, or a key's own file. */
struct mlv_doomed {
	struct mlv_marked mark; /* when it was marked, or is now */
	uint64_t bytes;
	bool unproven; /* a pack with what is needed, whose other copies were not read */
	bool recipe; /* of a LARGE: there is one of it, which goes too */
	bool ripe; /* it was marked long enough ago, and is not unproven */
	bool tried; /* removing it began: it may be gone */
	bool gone;  /* it was removed */
};

struct mlv_remote_gc {
	struct mlv_doomed *at; /* in the order in which they go */
	size_t count, cap;
	uint64_t kept;          /* keys that are needed */
	uint64_t foreign_roots; /* that are not known, and stay */
	uint64_t foreign;       /* files of their own that stay for the same reason */
	uint64_t rewritten;     /* packs that were, or would be */
};
void mlv_remote_gc_release(struct mlv_remote_gc *gc);
/* The one of this name; NULL: none. */
struct mlv_doomed *mlv_remote_gc_find(const struct mlv_remote_gc *gc, enum mlv_marked_kind kind,
				      const struct mlv_oid *oid);
/* How many of them are ripe (or gone, once they are), and their bytes; else those that wait. */
uint64_t mlv_remote_gc_count(const struct mlv_remote_gc *gc, bool ripe, uint64_t *bytes);

/* Find what would be done. MLV_E_REFUSED when the remote cannot list, or lapses. */
mlv_err mlv_remote_gc_plan(struct mlv_remote_gc *gc, struct mlv_transport *remote,
			   struct mlv_store *cache,
			   const struct mlv_remote_gc_wants *wants) MLV_CHECK;
/* Find it, and do it. */
mlv_err mlv_remote_gc_run(struct mlv_remote_gc *gc, struct mlv_transport *remote,
			  struct mlv_store *cache,
			  const struct mlv_remote_gc_wants *wants) MLV_CHECK;

#endif
