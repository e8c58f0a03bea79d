/*
 * remote/packs.h - packs that lie at a remote, and what is in them.
 *
 * Which packs there are is said by roots (roots.h), or by a list. A table is
 * fetched when it is asked for, as a whole, and believed after its hash. What
 * a frame holds is believed after the hash of its object.
 *
 * Nodes are read with some of what follows them: a walk asks for neighbours,
 * which lie side by side, so that a tree costs a few requests.
 *
 * Threads     read() may be called from many threads, and find() beside it; open()
 *             beside read() of packs that are open; add() and list() alone.
 * Limits      the tables are in memory: 52 bytes an object.
 */
#ifndef MLV_REMOTE_REMOTE_PACKS_H
#define MLV_REMOTE_REMOTE_PACKS_H

#include <pthread.h>

#include "remote/roots.h"

/* Bytes of a pack, from at. */
struct mlv_extent {
	struct mlv_buf bytes;
	uint64_t at;
};

struct mlv_remote_pack {
	struct mlv_pack_ref ref;
	bool asked;             /* for its table */
	bool open;              /* it has one, in idx */
	bool within;            /* that was read from the end of the pack: the other is no good */
	struct mlv_buf idx;
	struct mlv_table table;
	struct mlv_extent extents[2]; /* read last, the newest first; under the set's lock */
	uint64_t ahead;               /* how much is read at once; under it too */
};

struct mlv_remote_packs {
	struct mlv_transport *remote;
	pthread_mutex_t lock;
	struct mlv_remote_pack *at; /* sorted by id once mlv_remote_packs_sort() was called */
	size_t count, cap;
};

void mlv_remote_packs_init(struct mlv_remote_packs *set, struct mlv_transport *remote);
void mlv_remote_packs_release(struct mlv_remote_packs *set);
/* Add what is not in it yet. */
mlv_err mlv_remote_packs_add(struct mlv_remote_packs *set, const struct mlv_pack_ref *refs,
			 size_t count) MLV_CHECK;
/* Add each pack that the remote lists with its table; one that cannot list adds nothing. */
mlv_err mlv_remote_packs_list(struct mlv_remote_packs *set) MLV_CHECK;
/* The packs that the remote lists with their tables. MLV_E_REFUSED: it cannot list. */
mlv_err mlv_packs_list(struct mlv_transport *remote, struct mlv_root *packs) MLV_CHECK;
/*
 * Whether packs (sorted) lie at the remote with their sizes and have tables
 * beside them: by a list, or by asking for each.
 */
mlv_err mlv_packs_confirm(struct mlv_transport *remote, const struct mlv_pack_ref *packs,
			  size_t count, bool *there) MLV_CHECK;
/* The one of sorted packs with this id, or NULL. */
const struct mlv_pack_ref *mlv_packs_find(const struct mlv_pack_ref *packs, size_t count,
					  const struct mlv_pack_id *id);
/*
 * Fetch the tables that were not asked for yet: of all packs of a class, or of
 * those that chosen (one for each pack, by position) says. One that is missing
 * or damaged is told of as a detail, and the pack's own is taken; where that is
 * wrong too the pack counts as holding nothing.
 */
mlv_err mlv_remote_packs_open(struct mlv_remote_packs *set, enum mlv_pack_class class,
			  const bool *chosen) MLV_CHECK;
/* Give back the table of a pack that is not needed any more; it can be opened again. */
void mlv_remote_pack_close(struct mlv_remote_pack *pack);
/* Whether a pack has no table of those that were asked for. */
bool mlv_remote_packs_lost(const struct mlv_remote_packs *set);
/* The pack whose table has key, and its record; NULL: none. */
struct mlv_remote_pack *mlv_remote_packs_find(struct mlv_remote_packs *set,
					      const struct mlv_key *key,
					      struct mlv_pack_record *record);
/*
 * Append the raw bytes of what record tells of, verified; asked for a second
 * time before MLV_E_CORRUPT is said.
 */
mlv_err mlv_remote_packs_read(struct mlv_remote_packs *set, struct mlv_remote_pack *pack,
			  const struct mlv_pack_record *record, struct mlv_buf *raw) MLV_CHECK;

#endif
