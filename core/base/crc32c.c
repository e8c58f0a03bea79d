#include "core/base/crc32c.h"

#include <pthread.h>
#include <string.h>

#define POLYNOMIAL 0x82f63b78u /* its bits turned round */

static uint32_t table[256];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void make_table(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t sum = i;

		for (int bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (sum & 1 ? POLYNOMIAL : 0);
		table[i] = sum;
	}
}

uint32_t mlv_crc32c_plain(uint32_t before, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	uint32_t sum = ~before;

	pthread_once(&table_once, make_table);
	for (; len > 0; len--)
		sum = sum >> 8 ^ table[(sum ^ *at++) & 0xff];
	return ~sum;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2")))
static uint32_t by_instruction(uint32_t before, const unsigned char *at, size_t len)
{
	uint64_t sum = ~before, word;

	for (; len >= sizeof(word); len -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		sum = __builtin_ia32_crc32di(sum, word);
	}
	for (; len > 0; len--)
		sum = __builtin_ia32_crc32qi((uint32_t)sum, *at++);
	return ~(uint32_t)sum;
}

uint32_t mlv_crc32c(uint32_t before, const void *bytes, size_t len)
{
	return __builtin_cpu_supports("sse4.2") ? by_instruction(before, bytes, len)
						: mlv_crc32c_plain(before, bytes, len);
}
#else
uint32_t mlv_crc32c(uint32_t before, const void *bytes, size_t len)
{
	return mlv_crc32c_plain(before, bytes, len);
}
#endif
