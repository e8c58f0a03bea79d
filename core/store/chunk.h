/*
 * chunk.h - where a large file is cut, by its content, so that an edit changes
 * the few pieces around it.
 *
 * The mark of a place is a sum over the last 64 bytes (a gear hash, as in W.
 * Xia et al., "FastCDC", USENIX ATC 2016): each byte stands for a number of 64
 * bits, the first 8 bytes, big endian, of the SHA-256 of that one byte; to the
 * sum, shifted left by one bit, the number of the next byte is added. A chunk
 * ends at the first place at which it has
 *
 *   MLV_CHUNK_LEAST bytes or more, and the sum is below 2^46, or
 *   MLV_CHUNK_USUAL bytes or more, and the sum is below 2^50, or
 *   MLV_CHUNK_MOST bytes,
 *
 * or with the file. Chunks have 64 KiB on average. All this is fixed for ever:
 * another cut would find nothing of what was sent before. (mlv-formats(5))
 *
 * A sum depends on 64 bytes and not on where the chunk began. So the work for
 * each byte, which is to find the marks, is done in parallel, in pieces of any
 * size; what depends on the cut before, to choose among the marks, is little,
 * and done in order. The result is that of cutting serially.
 *
 * Threads     no state; pieces of one set of marks may be found at once.
 */
#ifndef MLV_STORE_CHUNK_H
#define MLV_STORE_CHUNK_H

#include "core/base/context.h"
#include "core/store/leaves.h"

#define MLV_CHUNK_LEAST  ((size_t)16 << 10)
#define MLV_CHUNK_USUAL  ((size_t)52 << 10)
#define MLV_CHUNK_MOST   ((size_t)256 << 10)
#define MLV_CHUNK_WINDOW ((size_t)64) /* bytes that a sum is over */

/* Bit i of a word k: whether byte 64 k + i may be the last of a chunk. */
struct mlv_cuts {
	uint64_t *often;  /* sum below 2^50 */
	uint64_t *seldom; /* sum below 2^46: these are among the others */
};

/*
 * Find the marks of bytes[first] to bytes[end - 1]. Of bytes before first, as
 * far as they are there, MLV_CHUNK_WINDOW are looked at. first is a multiple of
 * 64, end too if another piece begins there; the words are cleared before.
 */
void mlv_cuts_find(struct mlv_cuts marks, const unsigned char *bytes, size_t first, size_t end);
/*
 * Where the chunk that begins at begin ends, of bytes whose marks are known up
 * to end; 0: bytes after end decide. last: the file ends there.
 */
size_t mlv_chunk_end(struct mlv_cuts marks, size_t begin, size_t end, bool last);

/* A piece of a file. */
struct mlv_chunk {
	struct mlv_oid oid;
	uint64_t offset;
	uint32_t len;
	const unsigned char *bytes;
};

/* Takes chunks in the order of the file; their bytes stay until it returns. */
typedef mlv_err (*mlv_chunks_fn)(void *arg, const struct mlv_chunk *chunks, size_t count);
/*
 * Cut the large file fd and hash its chunks, on up to ctx->jobs threads. Each
 * leaf is verified before a byte of it is handed on: MLV_E_CORRUPT names the
 * file and the leaf that is damaged. Limits: 80 MiB.
 */
mlv_err mlv_chunk_file(struct mlv_ctx *ctx, int fd, const char *name,
		       const struct mlv_leaves *leaves, mlv_chunks_fn fn, void *arg) MLV_CHECK;

#endif
