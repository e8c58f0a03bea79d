/*
 * push.h - send what a remote lacks, from the cache.
 *
 * Objects go first, then large files with their leaf lists, then nodes, each
 * after all below it, and at last, when all of a tree is known to be there,
 * its root (roots.h): who finds a root finds everything. What the remote has
 * is asked, never remembered.
 *
 * An object that is damaged in the cache is not sent and named; one that the
 * cache has not is no problem where the remote has it. Neither stops the
 * others, but no node above it is sent. A remote that refuses or cannot be
 * reached ends the push; what arrived stays and is not sent again.
 *
 * Crash safety   a key appears at the remote only whole; nothing there names
 *                what is not there. The cache is not written.
 */
#ifndef MLV_REMOTE_PUSH_H
#define MLV_REMOTE_PUSH_H

#include "remote/remote.h"

/*
 * transfer is begun with MLV_TRANSFER_INIT and released by the caller; what
 * could not be sent is in its problems, which is no failure of the call. What
 * was sent is added to what it counts.
 */
mlv_err mlv_push(struct mlv_store *cache, struct mlv_transport *remote,
		 const struct mlv_want *wants, size_t count,
		 struct mlv_transfer *transfer) MLV_CHECK;

#endif
