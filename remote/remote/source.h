/*
 * remote/source.h - the bytes of a large file of the cache, each leaf verified
 * before a byte of it is handed out.
 *
 * Leaves are verified 16 at a time, in vector lanes. Who asks for many leaves
 * at once gets them read into place; who asks for less, in order, is served
 * from a window of 16 leaves, of which there are WINDOWS: one for each of the
 * threads that send spans of the same file.
 *
 * Threads     read() may be called from any number of threads.
 * Ownership   the descriptor, the name and the leaves stay the caller's and
 *             outlive the source.
 * Limits      64 MiB of windows; for one thread 16 MiB.
 */
#ifndef MLV_REMOTE_REMOTE_SOURCE_H
#define MLV_REMOTE_REMOTE_SOURCE_H

#include "core/base/context.h"
#include "core/store/leaves.h"

struct mlv_remote_source;

mlv_err mlv_remote_source_new(struct mlv_remote_source **out, struct mlv_ctx *ctx, int fd,
			      const char *name, const struct mlv_leaves *leaves) MLV_CHECK;
void mlv_remote_source_freep(struct mlv_remote_source **source);
/* For struct mlv_source. MLV_E_CORRUPT names the file and the damaged leaf. */
mlv_err mlv_remote_source_read(void *source, void *to, size_t len, uint64_t offset) MLV_CHECK;
/* The first failure of a read, or NULL. */
mlv_err mlv_remote_source_failed(struct mlv_remote_source *source);

#endif
