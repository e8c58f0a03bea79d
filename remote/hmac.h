/*
 * hmac.h - digests that protocols ask for: HMAC (RFC 2104) with SHA-256 or
 * SHA-1 (FIPS 180-4), MD5 (RFC 1321) of parts and keys, SHA-1 of names. The
 * latter two are compared, never trusted against an attacker.
 */
#ifndef MLV_REMOTE_HMAC_H
#define MLV_REMOTE_HMAC_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"

#define MLV_HMAC_SIZE 32
#define MLV_HMAC_SHA1_SIZE 20
#define MLV_SHA1_HEX  40

/* key and message may be of any length; out may be where key lies. */
mlv_err mlv_hmac_sha256(const void *key, size_t key_len, const void *message, size_t len,
			unsigned char out[static MLV_HMAC_SIZE]) MLV_CHECK;
/* Of old formats only. */
mlv_err mlv_hmac_sha1(const void *key, size_t key_len, const void *message, size_t len,
		      unsigned char out[static MLV_HMAC_SHA1_SIZE]) MLV_CHECK;
/* Of a string, in hex. */
mlv_err mlv_sha1_hex(const char *text, char hex[static MLV_SHA1_HEX + 1]) MLV_CHECK;

#define MLV_MD5_HEX 32
/* In hex digits, of lower case. False where libcrypto does not offer it. */
bool mlv_md5_hex(const void *bytes, size_t len, char out[static MLV_MD5_HEX + 1]) MLV_CHECK;

#endif
