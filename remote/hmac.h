/* hmac.h - HMAC-SHA-256 (RFC 2104, FIPS 180-4). */
#ifndef MLV_REMOTE_HMAC_H
#define MLV_REMOTE_HMAC_H

#include <stddef.h>

#include "core/base/error.h"

#define MLV_HMAC_SIZE 32

/* key and message may be of any length; out may be where key lies. */
mlv_err mlv_hmac_sha256(const void *key, size_t key_len, const void *message, size_t len,
			unsigned char out[static MLV_HMAC_SIZE]) MLV_CHECK;

#endif
