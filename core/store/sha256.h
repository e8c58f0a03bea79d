/*
 * sha256.h - SHA-256 (FIPS 180-4) of one stream, and of many at once.
 *
 * One stream goes through OpenSSL, which uses the processor's SHA instructions
 * where there are any. Many independent messages go through vector lanes: 16
 * with AVX-512, 8 with AVX2; what is fastest is chosen at run time, and all
 * ways give the same digests.
 *
 * Threads     a hasher is used by one thread at a time.
 */
#ifndef MLV_STORE_SHA256_H
#define MLV_STORE_SHA256_H

#include <stddef.h>

#include "core/store/oid.h"

struct mlv_sha256; /* one stream being hashed */

mlv_err mlv_sha256_new(struct mlv_sha256 **out) MLV_CHECK;
void mlv_sha256_freep(struct mlv_sha256 **hasher);
mlv_err mlv_sha256_update(struct mlv_sha256 *hasher, const void *bytes, size_t len) MLV_CHECK;
/* The same where arg is the hasher, for who gives bytes to a function. */
mlv_err mlv_sha256_sink(void *arg, const void *bytes, size_t len) MLV_CHECK;
/* The digest of what came; the hasher begins anew. */
mlv_err mlv_sha256_final(struct mlv_sha256 *hasher, struct mlv_oid *oid) MLV_CHECK;
/* Of one message in memory. */
mlv_err mlv_sha256_of(const void *bytes, size_t len, struct mlv_oid *oid) MLV_CHECK;

/* One message of many: input, and where its digest goes. */
struct mlv_message {
	const void *bytes;
	size_t len;
	struct mlv_oid *oid;
};
/* Hash count messages, of any lengths, in lanes. */
mlv_err mlv_sha256_many(const struct mlv_message *messages, size_t count) MLV_CHECK;
/* How many messages of one length it takes for the least time of each, MLV_SHA256_SIDE at most. */
unsigned mlv_sha256_together(void);

/*
 * MLV_SHA256_SIDE streams that advance together, by as many bytes each: the
 * leaves of a file, read in stripes that stay in the processor's cache.
 */
#define MLV_SHA256_SIDE 16
struct mlv_sha256_side;
mlv_err mlv_sha256_side_new(struct mlv_sha256_side **out) MLV_CHECK;
void mlv_sha256_side_freep(struct mlv_sha256_side **side);
/* len bytes more, a multiple of 64, of each stream: stream j's at bytes + j * stride. */
mlv_err mlv_sha256_side_update(struct mlv_sha256_side *side, const void *bytes, size_t stride,
			       size_t len) MLV_CHECK;
/* MLV_SHA256_SIDE digests; the streams begin anew. */
mlv_err mlv_sha256_side_final(struct mlv_sha256_side *side, struct mlv_oid *oids) MLV_CHECK;

/* Ways of hashing many, for tests and `mlv doctor`; AUTO picks the fastest here for what is given. */
enum mlv_sha256_way { MLV_SHA256_AUTO, MLV_SHA256_OPENSSL, MLV_SHA256_AVX2, MLV_SHA256_AVX512 };
bool mlv_sha256_way_runs(enum mlv_sha256_way way);
const char *mlv_sha256_way_name(enum mlv_sha256_way way); /* of AUTO: the one it stands for */
mlv_err mlv_sha256_many_by(enum mlv_sha256_way way, const struct mlv_message *messages,
			   size_t count) MLV_CHECK;
mlv_err mlv_sha256_side_new_by(enum mlv_sha256_way way, struct mlv_sha256_side **out) MLV_CHECK;

#endif
