/*
 * zstd.h - Zstandard frames (RFC 8878) in memory.
 *
 * Threads   a compressor is used by one thread at a time.
 */
#ifndef MLV_STORE_ZSTD_H
#define MLV_STORE_ZSTD_H

#include "core/base/buf.h"

struct mlv_zstd; /* what compressing needs, kept from one call to the next */

mlv_err mlv_zstd_new(struct mlv_zstd **out) MLV_CHECK;
void mlv_zstd_freep(struct mlv_zstd **zstd);
/* Append bytes, compressed at level 1, to out. */
mlv_err mlv_zstd_compress(struct mlv_zstd *zstd, const void *bytes, size_t len,
			  struct mlv_buf *out) MLV_CHECK;
/*
 * Append what a frame of len bytes holds to out. MLV_E_CORRUPT when that is
 * not exactly size bytes, the frame is damaged, or anything follows it; never
 * is memory for more than size bytes asked for.
 */
mlv_err mlv_zstd_expand(const void *bytes, size_t len, size_t size, struct mlv_buf *out) MLV_CHECK;

#endif
