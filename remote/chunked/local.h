/*
 * chunked/local.h - chunks of a file that lie in older versions of it, in the cache.
 *
 * Threads   read() may be called from many threads.
 */
#ifndef MLV_REMOTE_CHUNKED_LOCAL_H
#define MLV_REMOTE_CHUNKED_LOCAL_H

#include "remote/chunked.h"
#include "remote/chunked/ids.h"

#define MLV_LOCAL_FILES 2

struct mlv_local {
	int fds[MLV_LOCAL_FILES];
	unsigned files;
	struct mlv_ids ids; /* numbers are positions in places */
	struct mlv_local_place {
		unsigned file;
		uint64_t offset;
	} *places;
	size_t count, cap;
};
void mlv_local_release(struct mlv_local *local);
/* Find what nearby has for the file oid; its lock is held. What cannot be had is left out. */
mlv_err mlv_local_find(struct mlv_local *local, struct mlv_nearby *nearby,
		       struct mlv_transport *remote, const struct mlv_oid *oid) MLV_CHECK;
bool mlv_local_has(const struct mlv_local *local, const struct mlv_oid *chunk);
/* Its bytes, not hashed; false when they cannot be read. */
bool mlv_local_read(const struct mlv_local *local, const struct mlv_recipe_chunk *chunk,
		    void *to);

#endif
