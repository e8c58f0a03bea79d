/*
 * leaves.h - the leaf list of a file above MLV_SMALL_MAX.
 *
 *   mlv leaves 1 <size> 1048576\n
 *   <SHA-256 of the first MiB>\n
 *   ...
 *   <SHA-256 of what is left, 1 byte to 1 MiB>\n
 *
 * Its SHA-256 is the file's id. A list that is not canonical to the byte
 * (decimal without leading zeros, lower-case digits, a size above
 * MLV_SMALL_MAX, as many lines as the size asks for) is damage.
 */
#ifndef MLV_STORE_LEAVES_H
#define MLV_STORE_LEAVES_H

#include "core/base/buf.h"
#include "core/store/sha256.h"

struct mlv_leaves {
	uint64_t size;           /* of the file, bytes */
	uint64_t count;          /* leaves: size / MLV_LEAF_SIZE, rounded up */
	struct mlv_oid *digests; /* count of them; owned */
};

void mlv_leaves_release(struct mlv_leaves *leaves);
/* Zeroed digests for a file of size bytes. */
mlv_err mlv_leaves_init(struct mlv_leaves *leaves, uint64_t size) MLV_CHECK;
/* How long the text for a file of size bytes is. */
uint64_t mlv_leaves_text_size(uint64_t size);
mlv_err mlv_leaves_write(const struct mlv_leaves *leaves, struct mlv_buf *text) MLV_CHECK;
/* Parse text; MLV_E_CORRUPT when it is not canonical. */
mlv_err mlv_leaves_parse(const char *text, size_t len, struct mlv_leaves *leaves) MLV_CHECK;
/*
 * The digests of the leaves that bytes are: len of them, MLV_LEAVES_TOGETHER
 * leaves at most, all whole but the last; hashed together.
 */
#define MLV_LEAVES_TOGETHER MLV_SHA256_SIDE
mlv_err mlv_leaves_hash(const void *bytes, size_t len, struct mlv_oid *digests) MLV_CHECK;
/* How many of these bytes come before the first leaf that is not as listed, from number first on. */
mlv_err mlv_leaves_compare(const struct mlv_leaves *leaves, uint64_t first, const void *bytes,
			   size_t len, size_t *right) MLV_CHECK;
/* The id: SHA-256 of the text. */
mlv_err mlv_leaves_oid(const struct mlv_leaves *leaves, struct mlv_oid *oid) MLV_CHECK;

#endif
