/*
 * upkeep.h - what fsck and gc do to a store: look at all of it, remove, hold
 * it alone.
 *
 * gc holds the store alone from before it looks what is needed until all is
 * removed: who writes holds it shared (store.h) from the first look whether an
 * object is there until what names the object is durable. So an object that a
 * writer found present stays.
 *
 * Threads   as store.h; mlv_store_check() uses up to ctx->jobs threads.
 * Limits    mlv_store_check() holds up to 32 MiB a thread.
 */
#ifndef MLV_STORE_UPKEEP_H
#define MLV_STORE_UPKEEP_H

#include "core/store/pack/set.h"
#include "core/store/store.h"

/*
 * Wait until nobody writes, and keep writers out until *fd is closed. Who holds
 * it so writes through mlv_batch_begin_locked(): mlv_batch_begin() would wait
 * for itself.
 */
mlv_err mlv_store_lock(struct mlv_store *store, int *fd) MLV_CHECK;
mlv_err mlv_batch_begin_locked(struct mlv_batch **out, struct mlv_store *store) MLV_CHECK;

/* When key was last put, in seconds since 1970; 0 when it is not there. */
mlv_err mlv_store_used(struct mlv_store *store, const struct mlv_key *key,
		       int64_t *when) MLV_CHECK;
/* Whether key has a file of its own, or lies in packs; of what does both packed counts. */
mlv_err mlv_store_is_packed(struct mlv_store *store, const struct mlv_key *key,
			    bool *packed) MLV_CHECK;
/* Remove key's own file; one that is not there is no failure. The store is held alone. */
mlv_err mlv_store_remove(struct mlv_store *store, const struct mlv_key *key) MLV_CHECK;

/* Packs, as pack/set.h has them; a store in memory has none. */
mlv_err mlv_store_each_pack(struct mlv_store *store, mlv_pack_fn fn, void *arg) MLV_CHECK;
mlv_err mlv_store_each_record(struct mlv_store *store, const struct mlv_pack_id *id,
			      mlv_record_fn fn, void *arg) MLV_CHECK;
mlv_err mlv_store_remove_pack(struct mlv_store *store, const struct mlv_pack_id *id) MLV_CHECK;
/*
 * Remove what killed processes left beside packs, and make durable what was
 * removed before. The store is held alone.
 */
mlv_err mlv_store_settle(struct mlv_store *store) MLV_CHECK;

/* Whether one so long is packed when it has company. */
bool mlv_store_packs(const struct mlv_store *store, const struct mlv_key *key, uint64_t len);
/*
 * Pack keys anew, in this order, wherever they lie now, each once; they are
 * durable in their new place when it returns. The store is held alone. good (of
 * each) tells which were sound: the others stay where they are.
 */
mlv_err mlv_store_repack(struct mlv_store *store, const struct mlv_key *keys, size_t count,
			 bool *good) MLV_CHECK;

/* A key and what is known of it. */
struct mlv_check {
	struct mlv_key key;
	uint64_t size;  /* raw; UINT64_MAX: not known */
	uint64_t about; /* how many bytes it seems to have: for progress */
	bool bad;       /* set by mlv_store_check() */
};
struct mlv_checks {
	struct mlv_check *at;
	size_t count, cap;
};
void mlv_checks_release(struct mlv_checks *checks);
mlv_err mlv_checks_add(struct mlv_checks *checks, const struct mlv_key *key, uint64_t size,
		       uint64_t about) MLV_CHECK;

/*
 * Hash what is stored under each key and set bad of those that are not what
 * they should be, or not there: mlv_store_verify() tells why. Small objects are
 * read in groups and hashed in vector lanes; leaf lists and nodes must also be
 * of their form. Told to ctx as progress. Of a pack whose own copy of its table
 * is damaged a warning tells: all that it holds is read by the other copy.
 */
mlv_err mlv_store_check(struct mlv_store *store, struct mlv_checks *checks) MLV_CHECK;

#endif
