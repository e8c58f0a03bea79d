/*
 * crc32c.h - CRC-32C (Castagnoli), which processors compute by themselves:
 * tells damage from bytes of our own state, is no proof against anybody.
 *
 * Source    RFC 3720, appendix B.4; its vectors are in test_crc32c.c.
 * Threads   any.
 */
#ifndef MLV_BASE_CRC32C_H
#define MLV_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* The sum of all bytes so far: before is 0 at first, then what this returned. */
uint32_t mlv_crc32c(uint32_t before, const void *bytes, size_t len);
/* The same, as a machine without the instruction does it: for tests. */
uint32_t mlv_crc32c_plain(uint32_t before, const void *bytes, size_t len);

#endif
