#include "remote/crc64.h"

#include <pthread.h>
#include <string.h>

#define POLYNOMIAL 0x9a6c9329ac4bc9b5u /* 0xad93d23594c93659, its bits reversed */
#define STRIDE 8                       /* bytes looked up at once */

/* tables[k][b]: the sum of the byte b and k zero bytes after it. */
static uint64_t tables[STRIDE][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_tables(void)
{
	for (unsigned b = 0; b < 256; b++) {
		uint64_t sum = b;

		for (int bit = 0; bit < 8; bit++)
			sum = sum & 1 ? sum >> 1 ^ POLYNOMIAL : sum >> 1;
		tables[0][b] = sum;
	}
	for (unsigned k = 1; k < STRIDE; k++)
		for (unsigned b = 0; b < 256; b++)
			tables[k][b] = tables[k - 1][b] >> 8 ^ tables[0][tables[k - 1][b] & 255];
}

/* Eight bytes, the first one lowest. */
static uint64_t word(const unsigned char *at)
{
	uint64_t low = at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24;
	uint64_t high = at[4] | (uint64_t)at[5] << 8 | (uint64_t)at[6] << 16 | (uint64_t)at[7] << 24;

	return low | high << 32;
}

static uint64_t eight(uint64_t w)
{
	return tables[7][w & 255] ^ tables[6][w >> 8 & 255] ^ tables[5][w >> 16 & 255] ^
	       tables[4][w >> 24 & 255] ^ tables[3][w >> 32 & 255] ^ tables[2][w >> 40 & 255] ^
	       tables[1][w >> 48 & 255] ^ tables[0][w >> 56];
}

uint64_t mlv_crc64(uint64_t crc, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	pthread_once(&once, make_tables);
	crc = ~crc;
	for (; len >= STRIDE; len -= STRIDE, at += STRIDE)
		crc = eight(crc ^ word(at));
	for (; len > 0; len--)
		crc = crc >> 8 ^ tables[0][(crc ^ *at++) & 255];
	return ~crc;
}

/* The product of two polynomials modulo ours, the lowest power in the highest bit. */
static uint64_t multiply(uint64_t a, uint64_t b)
{
	uint64_t product = 0;

	for (; a; a <<= 1) {
		if (a >> 63)
			product ^= b;
		b = b & 1 ? b >> 1 ^ POLYNOMIAL : b >> 1;
	}
	return product;
}

/* The first run's sum, moved past len bytes, is added: a sum is linear (Adler, zlib's crc32_combine). */
uint64_t mlv_crc64_join(uint64_t first, uint64_t second, uint64_t len)
{
	uint64_t power = (uint64_t)1 << 55; /* x^8: one byte further */
	uint64_t shift = (uint64_t)1 << 63; /* x^0 */

	for (; len > 0; len >>= 1) {
		if (len & 1)
			shift = multiply(shift, power);
		power = multiply(power, power);
	}
	return multiply(shift, first) ^ second;
}
