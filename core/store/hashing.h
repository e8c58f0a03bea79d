/*
 * hashing.h - the id of a file, by all cores.
 *
 * A file that changes while it is read is noticed (its size, mtime or ctime
 * differ before and after) and read again, three times at most.
 *
 * Limits    memory does not grow with the file: at most 16 MiB a thread.
 */
#ifndef MLV_STORE_HASHING_H
#define MLV_STORE_HASHING_H

#include "core/base/context.h"
#include "core/store/leaves.h"

/*
 * What a file's bytes are named. kind OBJECT: oid is the SHA-256, leaves is
 * empty; LARGE: oid is the leaf list's, leaves is that list (owned).
 */
struct mlv_named {
	enum mlv_kind kind;
	struct mlv_oid oid;
	uint64_t size;
	struct mlv_leaves leaves;
};
void mlv_named_release(struct mlv_named *named);

/*
 * Name what fd (a regular file, open for reading, offset not used) holds, on
 * up to ctx->jobs threads. path is for messages. Bytes read are told to ctx
 * as progress. Fails with MLV_E_REFUSED when the file keeps changing.
 */
mlv_err mlv_hash_file(struct mlv_ctx *ctx, int fd, const char *path,
		      struct mlv_named *named) MLV_CHECK;

/* The same, while copying the bytes to the descriptor to (a new, empty file), not synced. */
mlv_err mlv_hash_copy(struct mlv_ctx *ctx, int fd, int to, const char *path,
		      struct mlv_named *named) MLV_CHECK;

/*
 * The same; where the file system can, to shares the blocks of fd. A file that
 * changes meanwhile is no failure then: its clone is what is hashed.
 */
mlv_err mlv_hash_share(struct mlv_ctx *ctx, int fd, int to, const char *path,
		       struct mlv_named *named) MLV_CHECK;

/*
 * The same, and where a copy is made another one, to *spare (a new, empty file,
 * or -1), which may fail: then, and where no copy is made, *spare is closed and -1.
 */
mlv_err mlv_hash_share_twice(struct mlv_ctx *ctx, int fd, int to, int *spare, const char *path,
			     struct mlv_named *named) MLV_CHECK;

/* The plain SHA-256 of a file of any size, one stream. */
mlv_err mlv_hash_plain(struct mlv_ctx *ctx, int fd, const char *path, struct mlv_oid *oid) MLV_CHECK;

#endif
