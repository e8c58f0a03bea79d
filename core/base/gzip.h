/*
 * gzip.h - gzip streams (RFC 1952): reading one piece by piece, and writing one.
 *
 * A stream may have several members, one after the other, as gzip allows.
 * Each member's checksum and length are checked.
 */
#ifndef MLV_BASE_GZIP_H
#define MLV_BASE_GZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"

struct mlv_gunzip;

mlv_err mlv_gunzip_new(struct mlv_gunzip **out) MLV_CHECK;
void mlv_gunzip_freep(struct mlv_gunzip **gunzip);
/*
 * Take what can be taken of the *len bytes at *bytes, which move on, and put
 * at most room bytes to to; *made says how many. MLV_E_CORRUPT when it is no
 * gzip stream, or damaged.
 */
mlv_err mlv_gunzip_step(struct mlv_gunzip *gunzip, const char **bytes, size_t *len, char *to,
			size_t room, size_t *made) MLV_CHECK;
/* Whether a member ended with the last byte taken: only then may the stream end. */
bool mlv_gunzip_is_whole(const struct mlv_gunzip *gunzip);

/* Append a stream of these bytes: without a name or a time, so that it depends on them alone. */
mlv_err mlv_gzip(const void *bytes, size_t len, struct mlv_buf *to) MLV_CHECK;

#endif
