/*
 * crc64.h - CRC-64/NVME (NVM Express, NVM Command Set Specification, 5.2.1.3.4):
 * of a whole object also when its parts are summed apart.
 *
 * Threads   all functions may be called from any thread.
 */
#ifndef MLV_REMOTE_CRC64_H
#define MLV_REMOTE_CRC64_H

#include <stddef.h>
#include <stdint.h>

/* Of len bytes after those whose sum is crc; 0: after none. */
uint64_t mlv_crc64(uint64_t crc, const void *bytes, size_t len);
/* Of a run whose sum is first and the len bytes after it, whose own sum is second. */
uint64_t mlv_crc64_join(uint64_t first, uint64_t second, uint64_t len);

#endif
