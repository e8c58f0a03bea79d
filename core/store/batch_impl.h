/*
 * batch_impl.h - what the files of a batch share.
 *
 * A put claims its keys first, in one step, so that of two threads with the
 * same object only one writes it; the other is done. It may rely on the first
 * because a commit waits for puts under way, and fails when one of them did.
 *
 * Small objects wait in memory until MLV_PACKED_LEAST of a class are there;
 * then a pack is begun. Frames are made by the thread that puts, without the
 * mutex; under it they get their place in the pack; and again without it they
 * are written there. A full pack is closed by the last thread that writes to it.
 */
#ifndef MLV_STORE_BATCH_IMPL_H
#define MLV_STORE_BATCH_IMPL_H

#include <pthread.h>

#include "core/store/backend.h"
#include "core/store/key_set.h"
#include "core/store/pack/write.h"
#include "core/store/sha256.h"

/* A pack that grows. */
struct mlv_growing {
	struct mlv_pack_writer *writer;
	struct mlv_temp temp;
	unsigned writes; /* under way */
	bool full;       /* nothing more comes */
	bool broken;     /* a write failed */
};

/* What goes into packs of one class. */
struct mlv_packing {
	bool begun; /* enough have come: what comes is packed */
	struct mlv_growing *growing;
	struct mlv_put held[MLV_PACKED_LEAST - 1]; /* owned copies */
	size_t held_count;
};

struct mlv_batch {
	struct mlv_store *store;
	int lock_fd;
	pthread_mutex_t mutex;
	pthread_cond_t quiet;       /* no put is under way, or a commit is over */
	struct mlv_pending *list;   /* under mutex, as all below */
	size_t count, cap;
	struct mlv_key_set claimed; /* that were put */
	struct mlv_key_set packs;   /* found, whose names are to be made durable */
	unsigned busy;              /* puts under way */
	bool closing;               /* a commit is: puts wait for its end */
	bool failed;                /* one of them did */
	struct mlv_error failure;
	struct mlv_packing packing[2]; /* by class */
	struct mlv_packer **idle;      /* that no thread uses */
	size_t idle_count, idle_cap;
	struct mlv_room *rooms; /* that no thread uses */
};

/*
 * Room for MLV_ROOM_BYTES, not zeroed; NULL: no memory. It is given back to the
 * next thread that asks: to get its pages anew for each file would take a tenth
 * of the time that hashing the file does.
 */
#define MLV_ROOM_BYTES (MLV_SHA256_SIDE * MLV_LEAF_SIZE)
void *mlv_batch_take_room(struct mlv_batch *batch);
void mlv_batch_give_room(struct mlv_batch *batch, void *bytes);

/* Add to what the commit publishes; takes the temporary, also when it fails. */
mlv_err mlv_batch_append(struct mlv_batch *batch, struct mlv_pending *pending) MLV_CHECK;
/* Write a temporary of these bytes, as they are to lie in the store, and append it. */
mlv_err mlv_batch_write(struct mlv_batch *batch, enum mlv_place place, const struct mlv_key *key,
			const void *bytes, size_t len) MLV_CHECK;
/* Give an object or node a file of its own. */
mlv_err mlv_batch_put_loose(struct mlv_batch *batch, const struct mlv_put *put) MLV_CHECK;

/* Whether this one goes into a pack, if it has company. */
bool mlv_batch_packs(const struct mlv_batch *batch, const struct mlv_put *put);
/* Pack objects of one class that are not stored yet, or hold them until there are enough. */
mlv_err mlv_batch_pack(struct mlv_batch *batch, enum mlv_pack_class class,
		       const struct mlv_put *puts, size_t count) MLV_CHECK;
/* Close packs that grow, and give what is held files of its own. */
mlv_err mlv_batch_flush(struct mlv_batch *batch) MLV_CHECK;
/* Forget both. */
void mlv_batch_drop_packs(struct mlv_batch *batch);
void mlv_batch_release_packers(struct mlv_batch *batch);

#endif
