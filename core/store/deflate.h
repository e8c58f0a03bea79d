/*
 * deflate.h - zlib streams (RFC 1950) in memory, with a hard cap on what comes out.
 */
#ifndef MLV_STORE_DEFLATE_H
#define MLV_STORE_DEFLATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"

/* Append bytes, deflated, to out. */
mlv_err mlv_deflate(const void *bytes, size_t len, struct mlv_buf *out) MLV_CHECK;
/*
 * Append what the zlib stream of len bytes holds to out: at most cap bytes,
 * and never is memory for more asked for. MLV_E_CORRUPT when the stream is
 * damaged, ends early, holds more, or bytes follow it.
 */
mlv_err mlv_inflate(const void *bytes, size_t len, uint64_t cap, struct mlv_buf *out) MLV_CHECK;

#endif
