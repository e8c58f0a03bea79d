/*
 * sha256/lanes_body.h - the lanes: included by a vector file after it defined LANES.
 *
 * Lane j of every vector belongs to the message that lane j works on. A lane
 * whose message ends takes the next one, so that lengths may differ; a lane
 * without a message works on nothing that is kept.
 *
 * Source    FIPS 180-4, 5.1.1 (padding), 6.2.2 (the compression function).
 */
#include <stdint.h>
#include <string.h>

#include "core/store/sha256/lanes.h"

#define BLOCK ((size_t)64) /* bytes the compression function takes */

typedef uint32_t lanes_t __attribute__((vector_size(4 * LANES)));

static const uint32_t initial[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
				     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

static const uint32_t round_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2
};

/* What a lane works on. */
struct lane {
	const unsigned char *at;         /* the next whole block of the message */
	size_t blocks;                   /* whole blocks left */
	unsigned char tail[2 * BLOCK];   /* the rest of the message, padded */
	unsigned tail_blocks, tail_done; /* blocks in tail, those compressed */
	struct mlv_oid *oid;             /* NULL: the lane has no message */
};

static void put_length(unsigned char *to, uint64_t bits)
{
	for (int i = 0; i < 8; i++)
		to[i] = (unsigned char)(bits >> (56 - 8 * i));
}

static void lane_begin(struct lane *lane, const struct mlv_message *message)
{
	size_t rest = message->len % BLOCK;

	lane->at = message->bytes;
	lane->blocks = message->len / BLOCK;
	lane->oid = message->oid;
	lane->tail_blocks = rest + 9 <= BLOCK ? 1 : 2;
	lane->tail_done = 0;
	memset(lane->tail, 0, sizeof(lane->tail));
	if (rest)
		memcpy(lane->tail, lane->at + lane->blocks * BLOCK, rest);
	lane->tail[rest] = 0x80;
	put_length(lane->tail + lane->tail_blocks * BLOCK - 8, (uint64_t)message->len * 8);
}

/* Rotations, sigmas, choice and majority of FIPS 180-4, 4.1.2. */
#define ROT(x, n) ((x) >> (n) | (x) << (32 - (n)))
#define BIG0(x)   XOR3(ROT(x, 2), ROT(x, 13), ROT(x, 22))
#define BIG1(x)   XOR3(ROT(x, 6), ROT(x, 11), ROT(x, 25))
#define SMALL0(x) XOR3(ROT(x, 7), ROT(x, 18), (x) >> 3)
#define SMALL1(x) XOR3(ROT(x, 17), ROT(x, 19), (x) >> 10)
#ifndef XOR3 /* no instruction for any function of three */
#define XOR3(x, y, z)   ((x) ^ (y) ^ (z))
#define CHOOSE(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#define MAJOR(x, y, z)  (((x) & (y)) | ((z) & ((x) | (y))))
#endif

/* One round; the caller rotates the names instead of the values. */
#define ROUND(a, b, c, d, e, f, g, h, k, w)                                 \
	do {                                                                \
		const lanes_t t = h + BIG1(e) + CHOOSE(e, f, g) + (k) + (w); \
		d += t;                                                     \
		h = t + BIG0(a) + MAJOR(a, b, c);                           \
	} while (0)

#define EIGHT_ROUNDS(k, i)                                  \
	do {                                                \
		ROUND(a, b, c, d, e, f, g, h, (k)[0], W(i)); \
		ROUND(h, a, b, c, d, e, f, g, (k)[1], W((i) + 1)); \
		ROUND(g, h, a, b, c, d, e, f, (k)[2], W((i) + 2)); \
		ROUND(f, g, h, a, b, c, d, e, (k)[3], W((i) + 3)); \
		ROUND(e, f, g, h, a, b, c, d, (k)[4], W((i) + 4)); \
		ROUND(d, e, f, g, h, a, b, c, (k)[5], W((i) + 5)); \
		ROUND(c, d, e, f, g, h, a, b, (k)[6], W((i) + 6)); \
		ROUND(b, c, d, e, f, g, h, a, (k)[7], W((i) + 7)); \
	} while (0)

#define PLAIN(i) w[i]
/* The message schedule, 16 words of it at a time. */
#define NEXT(i)                                                                             \
	(w[i] += SMALL0(w[((i) + 1) & 15]) + w[((i) + 9) & 15] + SMALL1(w[((i) + 14) & 15]))

/* Compress one block of each lane, already loaded to w, into the states. */
static void compress(lanes_t s[8], lanes_t w[16])
{
	lanes_t a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];

#define W PLAIN
	EIGHT_ROUNDS(round_constants, 0);
	EIGHT_ROUNDS(round_constants + 8, 8);
#undef W
#define W NEXT
	for (int i = 16; i < 64; i += 16) {
		EIGHT_ROUNDS(round_constants + i, 0);
		EIGHT_ROUNDS(round_constants + i + 8, 8);
	}
#undef W
	s[0] += a;
	s[1] += b;
	s[2] += c;
	s[3] += d;
	s[4] += e;
	s[5] += f;
	s[6] += g;
	s[7] += h;
}

/* Load the block at from[j] to lane j of w, big-endian: defined by the vector file. */
static void load_blocks(lanes_t w[16], const unsigned char *const from[LANES]);

/* Write out the digest of lane j. */
static void lane_end(struct lane *lane, const lanes_t s[8], unsigned j)
{
	for (int i = 0; i < 8; i++) {
		uint32_t word = s[i][j];

		for (int k = 0; k < 4; k++)
			lane->oid->bytes[4 * i + k] = (unsigned char)(word >> (24 - 8 * k));
	}
	lane->oid = NULL;
}

/* How many blocks every lane can go without one coming to its last whole block or its tail. */
static size_t common_blocks(const struct lane lanes[LANES])
{
	size_t least = SIZE_MAX;

	for (unsigned j = 0; j < LANES; j++) {
		if (lanes[j].oid && lanes[j].blocks < least)
			least = lanes[j].blocks;
	}
	return least;
}

/* Compress so many whole blocks of every lane; from[j] goes on by step[j] after each. */
static void run_blocks(lanes_t s[8], const unsigned char *from[LANES], const size_t step[LANES],
		       size_t blocks)
{
	lanes_t w[16];

	for (size_t n = 0; n < blocks; n++) {
		load_blocks(w, from);
		compress(s, w);
		for (unsigned j = 0; j < LANES; j++)
			from[j] += step[j];
	}
}

/* The same of the messages; idle lanes go over the same block again. */
static void run_whole(struct lane lanes[LANES], lanes_t s[8], size_t blocks)
{
	static const unsigned char idle[BLOCK];
	const unsigned char *from[LANES];
	size_t step[LANES];

	for (unsigned j = 0; j < LANES; j++) {
		from[j] = lanes[j].oid ? lanes[j].at : idle;
		step[j] = lanes[j].oid ? BLOCK : 0;
	}
	run_blocks(s, from, step, blocks);
	for (unsigned j = 0; j < LANES; j++) {
		if (!lanes[j].oid)
			continue;
		lanes[j].at = from[j];
		lanes[j].blocks -= blocks;
	}
}

/* One block of every lane, from the message or from its tail. */
static void run_one(struct lane lanes[LANES], lanes_t s[8])
{
	const unsigned char *from[LANES];
	lanes_t w[16];

	for (unsigned j = 0; j < LANES; j++) {
		struct lane *lane = &lanes[j];

		if (lane->oid && lane->blocks) {
			from[j] = lane->at;
			lane->at += BLOCK;
			lane->blocks--;
		} else {
			from[j] = lane->tail + BLOCK * (lane->oid ? lane->tail_done++ : 0);
		}
	}
	load_blocks(w, from);
	compress(s, w);
}

static void hash_lanes(const struct mlv_message *messages, size_t count)
{
	struct lane lanes[LANES];
	lanes_t s[8] = { 0 };
	size_t next = 0, busy = 0;

	memset(lanes, 0, sizeof(lanes));
	do {
		size_t blocks;

		for (unsigned j = 0; j < LANES; j++) {
			if (lanes[j].oid && !lanes[j].blocks &&
			    lanes[j].tail_done == lanes[j].tail_blocks) {
				lane_end(&lanes[j], (const lanes_t *)s, j);
				busy--;
			}
			if (!lanes[j].oid && next < count) {
				lane_begin(&lanes[j], &messages[next++]);
				for (int i = 0; i < 8; i++)
					s[i][j] = initial[i];
				busy++;
			}
		}
		if (busy == 0)
			break;
		if ((blocks = common_blocks(lanes)) > 0)
			run_whole(lanes, s, blocks);
		else
			run_one(lanes, s);
	} while (busy > 0);
}

/* Go on with LANES streams: state holds word i of stream j at [i * LANES + j]. */
static void go_on(uint32_t *state, const unsigned char *base, size_t stride, size_t blocks)
{
	const unsigned char *from[LANES];
	size_t step[LANES];
	lanes_t s[8];

	for (unsigned j = 0; j < LANES; j++) {
		from[j] = base + j * stride;
		step[j] = BLOCK;
	}
	memcpy(s, state, sizeof(s));
	run_blocks(s, from, step, blocks);
	memcpy(state, s, sizeof(s));
}
