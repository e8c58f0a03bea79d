/*
 * pack/set.h - the packs of a store in a directory, opened when they are first asked for.
 *
 * Tables are read into memory and checked whole; frames are read where they
 * lie. Nothing is mapped: a file that is cut while it is mapped kills who
 * looks at it. Data packs are not opened when only nodes are asked for.
 *
 * A table that is damaged is taken from the end of its pack; a pack that is
 * damaged there too, or is of another length than it should be, is told and
 * left out: what it holds counts as missing.
 *
 * Other processes add packs, and gc removes them: what is not found is looked
 * for again after mlv_pack_set_renew(), which lists the directory when it changed.
 *
 * Threads   one set may be used by many threads.
 */
#ifndef MLV_STORE_PACK_SET_H
#define MLV_STORE_PACK_SET_H

#include <time.h>

#include "core/base/context.h"
#include "core/store/pack.h"

struct mlv_pack_set;

/* Of the store at path, whose descriptor is root (borrowed). */
mlv_err mlv_pack_set_new(struct mlv_pack_set **out, struct mlv_ctx *ctx, int root,
			 const char *path) MLV_CHECK;
void mlv_pack_set_freep(struct mlv_pack_set **set);

/* Where an object was found. */
struct mlv_packed {
	struct mlv_pack_id pack;
	struct mlv_pack_record record;
	time_t mtime, ctime; /* of the pack, when it was listed */
};
/* A copy of key in a pack, if there is one. */
mlv_err mlv_pack_set_find(struct mlv_pack_set *set, const struct mlv_key *key,
			  struct mlv_packed *packed, bool *there) MLV_CHECK;
/*
 * Append the raw bytes of copy nth of key, counted from 0, to out; they are
 * not hashed yet. *there is false when there are no more copies; one may come
 * twice. MLV_E_CORRUPT when that copy is damaged or gone.
 */
mlv_err mlv_pack_set_read(struct mlv_pack_set *set, const struct mlv_key *key, unsigned nth,
			  struct mlv_buf *out, bool *there) MLV_CHECK;
/* List the directory again if it may have changed; *changed tells whether it was. */
mlv_err mlv_pack_set_renew(struct mlv_pack_set *set, bool *changed) MLV_CHECK;
/* What is known may be wrong: the next look lists the directory again. */
void mlv_pack_set_stale(struct mlv_pack_set *set);
/* Touch a pack, so that gc sees it is in use; once. */
void mlv_pack_set_touch(struct mlv_pack_set *set, const struct mlv_pack_id *id);

/* Call fn for each record of a kind whose id begins with byte, in no order; a key may come twice. */
typedef mlv_err (*mlv_record_fn)(void *arg, const struct mlv_pack_record *record);
mlv_err mlv_pack_set_each(struct mlv_pack_set *set, enum mlv_kind kind, unsigned byte,
			  mlv_record_fn fn, void *arg) MLV_CHECK;

/* A pack as a whole. */
struct mlv_pack_look {
	struct mlv_pack_id id;
	uint64_t bytes;
	int64_t used; /* mtime: seconds since 1970 */
};
typedef mlv_err (*mlv_pack_fn)(void *arg, const struct mlv_pack_look *pack);
/* Call fn for each pack that can be used, by class and id. fn does not use the set. */
mlv_err mlv_pack_set_each_pack(struct mlv_pack_set *set, mlv_pack_fn fn, void *arg) MLV_CHECK;
/* Call fn for each record of a pack, in the order of its frames. fn does not use the set. */
mlv_err mlv_pack_set_each_record(struct mlv_pack_set *set, const struct mlv_pack_id *id,
				 mlv_record_fn fn, void *arg) MLV_CHECK;
/* Look at the table that each pack holds itself, and warn of those that are damaged: for fsck. */
mlv_err mlv_pack_set_check(struct mlv_pack_set *set) MLV_CHECK;
/* Remove a pack, its table first: without it nobody looks for the pack. */
mlv_err mlv_pack_set_remove(struct mlv_pack_set *set, const struct mlv_pack_id *id) MLV_CHECK;
/* Remove what killed processes left: packs without a table that are this old. */
mlv_err mlv_pack_set_sweep(struct mlv_pack_set *set, unsigned age_seconds) MLV_CHECK;

#endif
