#include "core/store/chunk.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/store/sha256.h"

#define OFTEN ((uint64_t)1 << 50)
#define SELDOM ((uint64_t)1 << 46)
#define SIDE_BY_SIDE 4 /* places; as many as are unrolled below */

/* ---- marks ---- */

/* What each byte stands for. */
static uint64_t gear[256];
static bool gear_made;
static pthread_once_t gear_once = PTHREAD_ONCE_INIT;

static void make_gear(void)
{
	for (unsigned i = 0; i < 256; i++) {
		const unsigned char byte = (unsigned char)i;
		struct mlv_oid oid;

		if (mlv_sha256_of(&byte, 1, &oid))
			return;
		for (unsigned k = 0; k < 8; k++)
			gear[i] = gear[i] << 8 | oid.bytes[k];
	}
	gear_made = true;
}

static void set_bit(uint64_t *words, size_t at)
{
	words[at / 64] |= (uint64_t)1 << at % 64;
}

static void note_mark(struct mlv_cuts marks, size_t at, uint64_t sum)
{
	set_bit(marks.often, at);
	if (sum < SELDOM)
		set_bit(marks.seldom, at);
}

/* The sum of the bytes before at, as far as they are there. */
static uint64_t sum_before(const unsigned char *bytes, size_t at)
{
	uint64_t sum = 0;

	for (size_t i = at < MLV_CHUNK_WINDOW ? 0 : at - MLV_CHUNK_WINDOW; i < at; i++)
		sum = (sum << 1) + gear[bytes[i]];
	return sum;
}

/*
 * A sum waits for the one before it, and the processor would wait with it. So
 * the bytes are gone through at some places at once, whose sums know nothing of
 * each other.
 */
void mlv_cuts_find(struct mlv_cuts marks, const unsigned char *bytes, size_t first, size_t end)
{
	const size_t part = (end - first) / SIDE_BY_SIDE / 64 * 64;
	uint64_t sums[SIDE_BY_SIDE];

	pthread_once(&gear_once, make_gear);
	for (size_t j = 0; j < SIDE_BY_SIDE; j++)
		sums[j] = sum_before(bytes, first + j * part);
	for (size_t i = first; i < first + part; i++) {
#pragma GCC unroll 4
		for (size_t j = 0; j < SIDE_BY_SIDE; j++) {
			sums[j] = (sums[j] << 1) + gear[bytes[i + j * part]];
			/* One in 16384: the loop is to be straight for the others. */
			if (__builtin_expect(sums[j] < OFTEN, false))
				note_mark(marks, i + j * part, sums[j]);
		}
	}
	for (size_t i = first + SIDE_BY_SIDE * part; i < end; i++) {
		uint64_t *sum = &sums[SIDE_BY_SIDE - 1];

		*sum = (*sum << 1) + gear[bytes[i]];
		if (*sum < OFTEN)
			note_mark(marks, i, *sum);
	}
}

/* The position of the first bit that is set from first on, below end; end: none is. */
static size_t find_bit(const uint64_t *words, size_t first, size_t end)
{
	for (size_t at = first; at < end; at = (at / 64 + 1) * 64) {
		const uint64_t word = words[at / 64] >> at % 64;

		if (word) {
			at += (size_t)__builtin_ctzll(word);
			return at < end ? at : end;
		}
	}
	return end;
}

size_t mlv_chunk_end(struct mlv_cuts marks, size_t begin, size_t end, bool last)
{
	const size_t most = begin + MLV_CHUNK_MOST;
	const size_t limit = end < most ? end : most;
	/* A mark at byte i ends a chunk of i + 1 - begin bytes. */
	const size_t usual = begin + MLV_CHUNK_USUAL - 1;
	size_t at = begin + MLV_CHUNK_LEAST - 1;
	size_t found = limit;

	if (at < limit)
		found = find_bit(marks.seldom, at, limit < usual ? limit : usual);
	if (at < limit && found >= usual && usual < limit)
		found = find_bit(marks.often, usual, limit);
	if (found < limit)
		return found + 1;
	return limit == most || last ? limit : 0;
}

/* ---- files ---- */

#define PIECE ((size_t)16 << 20)   /* bytes that a thread reads, verifies and marks */
#define PIECES 4                   /* at once */
#define CARRY MLV_CHUNK_MOST       /* room for what is left of the bytes before */
#define HASHED 64                  /* chunks that a thread hashes */

_Static_assert(PIECE == MLV_LEAVES_TOGETHER * MLV_LEAF_SIZE, "a piece is hashed at once");
_Static_assert(CARRY % 64 == 0, "pieces begin where a word of marks does");

struct cutter {
	struct mlv_ctx *ctx;
	int fd;
	const char *name;
	const struct mlv_leaves *leaves;
	size_t room;          /* bytes read at once */
	unsigned char *bytes; /* CARRY and room of them; the file goes on at CARRY */
	struct mlv_cuts marks;
	uint64_t at;          /* where in the file bytes[CARRY] lies */
	size_t begin, end;    /* of what is there and not cut yet */
	struct mlv_chunk *chunks;
	size_t count, cap;
};

static void release_cutter(struct cutter *cutter)
{
	free(cutter->bytes);
	free(cutter->marks.often);
	free(cutter->marks.seldom);
	free(cutter->chunks);
}

static mlv_err begin_cutter(struct cutter *cutter)
{
	const uint64_t size = cutter->leaves->size;
	unsigned pieces = cutter->ctx->jobs < PIECES ? cutter->ctx->jobs : PIECES;
	size_t words;

	pthread_once(&gear_once, make_gear);
	if (!gear_made)
		return mlv_error(MLV_E_SYSTEM, "SHA-256 is not available");
	cutter->room = pieces * PIECE;
	if (cutter->room > size)
		cutter->room = (size_t)size;
	words = (CARRY + cutter->room) / 64 + 1;
	cutter->bytes = mlv_sys_alloc(CARRY + cutter->room);
	cutter->marks.often = mlv_sys_alloc_array(words, sizeof(uint64_t));
	cutter->marks.seldom = mlv_sys_alloc_array(words, sizeof(uint64_t));
	if (!cutter->bytes || !cutter->marks.often || !cutter->marks.seldom)
		return mlv_error_nomem("cutting a file");
	cutter->begin = CARRY;
	return NULL;
}

/* Verify the leaves of len bytes, the first of which is number first. */
static mlv_err verify_leaves(const struct cutter *cutter, const unsigned char *bytes, size_t len,
			     uint64_t first)
{
	size_t right = 0;
	mlv_err err = mlv_leaves_compare(cutter->leaves, first, bytes, len, &right);

	if (err || right == len)
		return err;
	return mlv_error(MLV_E_CORRUPT, "%s is damaged after byte %llu", cutter->name,
			 (unsigned long long)(first * MLV_LEAF_SIZE + right));
}

/* Read a piece and verify it; the words of its marks are cleared. */
static mlv_err read_piece(void *arg, size_t index, unsigned worker)
{
	const struct cutter *cutter = arg;
	const size_t first = CARRY + index * PIECE;
	const size_t len = cutter->end - first < PIECE ? cutter->end - first : PIECE;
	const uint64_t offset = cutter->at + index * PIECE;
	mlv_err err;

	(void)worker;
	err = mlv_fs_pread_full(cutter->fd, cutter->name, cutter->bytes + first, len, offset);
	if (!err)
		err = verify_leaves(cutter, cutter->bytes + first, len, offset / MLV_LEAF_SIZE);
	memset(&cutter->marks.often[first / 64], 0, (len + 63) / 64 * sizeof(uint64_t));
	memset(&cutter->marks.seldom[first / 64], 0, (len + 63) / 64 * sizeof(uint64_t));
	return err;
}

/* Find its marks: bytes of the piece before are looked at, so that all are read first. */
static mlv_err mark_piece(void *arg, size_t index, unsigned worker)
{
	const struct cutter *cutter = arg;
	const size_t first = CARRY + index * PIECE;
	const size_t len = cutter->end - first < PIECE ? cutter->end - first : PIECE;

	(void)worker;
	mlv_cuts_find(cutter->marks, cutter->bytes, first, first + len);
	return NULL;
}

/* Choose the ends of all chunks that are whole. */
static mlv_err choose_ends(struct cutter *cutter, bool last)
{
	size_t end;

	cutter->count = 0;
	while (cutter->begin < cutter->end &&
	       (end = mlv_chunk_end(cutter->marks, cutter->begin, cutter->end, last))) {
		mlv_err err = mlv_array_grow(&cutter->chunks, &cutter->cap, cutter->count + 1,
					     sizeof(*cutter->chunks));

		if (err)
			return err;
		cutter->chunks[cutter->count++] = (struct mlv_chunk){
			.offset = cutter->at + cutter->begin - CARRY,
			.len = (uint32_t)(end - cutter->begin),
			.bytes = cutter->bytes + cutter->begin,
		};
		cutter->begin = end;
	}
	return NULL;
}

/* Longest first: what a lane gets last is short, and the others have little time to wait for it. */
static int by_length(const void *a, const void *b)
{
	const struct mlv_message *x = a, *y = b;

	return (x->len < y->len) - (x->len > y->len);
}

static mlv_err hash_round(void *arg, size_t index, unsigned worker)
{
	struct cutter *cutter = arg;
	struct mlv_chunk *chunks = cutter->chunks + index * HASHED;
	const size_t left = cutter->count - index * HASHED;
	const size_t count = left < HASHED ? left : HASHED;
	struct mlv_message messages[HASHED];

	(void)worker;
	for (size_t i = 0; i < count; i++)
		messages[i] = (struct mlv_message){ chunks[i].bytes, chunks[i].len,
						    &chunks[i].oid };
	qsort(messages, count, sizeof(*messages), by_length);
	return mlv_sha256_many(messages, count);
}

/* What is left becomes what the next bytes follow; its marks lie before those of the pieces. */
static void carry_over(struct cutter *cutter)
{
	const size_t left = cutter->end - cutter->begin;
	const size_t begin = CARRY - left;

	memmove(cutter->bytes + begin, cutter->bytes + cutter->begin, left);
	memset(cutter->marks.often, 0, CARRY / 8);
	memset(cutter->marks.seldom, 0, CARRY / 8);
	/* No mark among the first bytes of a chunk counts: that they are found wrong is no harm. */
	mlv_cuts_find(cutter->marks, cutter->bytes, begin / 64 * 64, CARRY);
	cutter->begin = begin;
}

static mlv_err cut_round(struct cutter *cutter, uint64_t left)
{
	const bool last = left <= cutter->room;
	const size_t len = last ? (size_t)left : cutter->room;
	const size_t pieces = (len + PIECE - 1) / PIECE;
	struct mlv_ctx *ctx = cutter->ctx;
	mlv_err err;

	cutter->end = CARRY + len;
	if ((err = mlv_pool_run(ctx, ctx->jobs, pieces, read_piece, cutter)) ||
	    (err = mlv_pool_run(ctx, ctx->jobs, pieces, mark_piece, cutter)) ||
	    (err = choose_ends(cutter, last)))
		return err;
	return mlv_pool_run(ctx, ctx->jobs, (cutter->count + HASHED - 1) / HASHED, hash_round,
			    cutter);
}

mlv_err mlv_chunk_file(struct mlv_ctx *ctx, int fd, const char *name,
		       const struct mlv_leaves *leaves, mlv_chunks_fn fn, void *arg)
{
	MLV_SCOPED(release_cutter) struct cutter cutter = {
		.ctx = ctx, .fd = fd, .name = name, .leaves = leaves,
	};
	mlv_err err = begin_cutter(&cutter);

	while (!err && cutter.at < leaves->size) {
		if ((err = cut_round(&cutter, leaves->size - cutter.at)) ||
		    (err = fn(arg, cutter.chunks, cutter.count)))
			break;
		cutter.at += cutter.end - CARRY;
		carry_over(&cutter);
	}
	return err;
}
