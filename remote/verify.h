/*
 * verify.h - what lies at a remote, read again: whether it is what it is named by.
 *
 * A size that is right proves no byte. Here all bytes are read and hashed, as
 * a reader without a cache would find them: what lies by itself under its own
 * name, what lies in packs in packs that are whole. A pack is whole when its
 * table is the one that names it, lies beside it as well, and each frame holds
 * the object that the table says.
 *
 * What is wrong is read twice before it is called so: a bit may flip on the way.
 *
 * Threads     one call at a time; it reads by many requests at once.
 * Limits      three packs in memory, and an object of 16 MiB for each request.
 */
#ifndef MLV_REMOTE_VERIFY_H
#define MLV_REMOTE_VERIFY_H

#include "remote/bases.h"

struct mlv_verify {
	struct mlv_transport *remote;
	struct mlv_store *cache;       /* leaf lists are taken from there, if it has them */
	struct mlv_items *items;       /* sorted */
	enum mlv_item_state state;     /* those of this state are read */
	const struct mlv_root *packs;  /* packs, sorted: those with a pack lie in them */
	struct mlv_problems *found;    /* each that is damaged is added here */
	bool must;                     /* one that is not there counts as damaged */
	bool whole;                    /* so does what lies in a pack that is not whole, silently */
	/* Set: */
	struct mlv_root unsound;       /* those of the packs that are not whole, sorted */
	uint64_t objects, bytes;       /* that were found to be right */
};
void mlv_verify_release(struct mlv_verify *verify);

/* Read them; those that are wrong become MLV_ITEM_DAMAGED, or MLV_ITEM_ASKED if not there after all. */
mlv_err mlv_verify_run(struct mlv_verify *verify) MLV_CHECK;

/* Add the packs of those bases that items of this state lie in. */
mlv_err mlv_verify_add_bases(const struct mlv_bases *bases, const struct mlv_items *items,
			     enum mlv_item_state state, struct mlv_root *packs) MLV_CHECK;

#endif
