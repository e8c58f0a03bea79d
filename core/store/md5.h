/*
 * md5.h - MD5 (RFC 1321): what other tools named their files by. Nothing of
 * ours is: it tells whether bytes are those that such a name was given to, by
 * chance, not by malice.
 *
 * Threads     a state is used by one thread at a time.
 */
#ifndef MLV_STORE_MD5_H
#define MLV_STORE_MD5_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"

#define MLV_MD5_RAW 16
#define MLV_MD5_HEX 32

struct mlv_md5_name {
	unsigned char bytes[MLV_MD5_RAW];
};

struct mlv_md5; /* one stream being hashed */

mlv_err mlv_md5_new(struct mlv_md5 **out) MLV_CHECK;
void mlv_md5_freep(struct mlv_md5 **hasher);
mlv_err mlv_md5_update(struct mlv_md5 *hasher, const void *bytes, size_t len) MLV_CHECK;
/* The digest of what came; the hasher begins anew. */
mlv_err mlv_md5_final(struct mlv_md5 *hasher, struct mlv_md5_name *name) MLV_CHECK;

/* Write 32 digits and a NUL to hex; returns hex. */
char *mlv_md5_format(const struct mlv_md5_name *name, char hex[static MLV_MD5_HEX + 1]);
/* Read exactly 32 lower-case digits; false, and *name untouched, when it is anything else. */
bool mlv_md5_parse(const char *hex, size_t len, struct mlv_md5_name *name) MLV_CHECK;

#endif
