/*
 * fetch.h - bring what the cache lacks, from a remote.
 *
 * The nodes of the trees come first, level by level, then what they name. All
 * is verified while it arrives; a wrong object is refused and named, one that
 * the remote has not is named, and neither stops the others.
 *
 * Crash safety   what came is made durable whenever it is 64 MiB, also
 *                when the fetch is interrupted or fails: the next one goes on
 *                from there.
 */
#ifndef MLV_REMOTE_FETCH_H
#define MLV_REMOTE_FETCH_H

#include "remote/remote.h"

/* As mlv_push(), the other way. */
mlv_err mlv_fetch(struct mlv_store *cache, struct mlv_transport *remote,
		  const struct mlv_want *wants, size_t count,
		  struct mlv_transfer *transfer) MLV_CHECK;

#endif
