/* crc32.h - CRC-32 (ISO 3309, as in gzip) by zlib: against damage, not against malice. */
#ifndef MLV_BASE_CRC32_H
#define MLV_BASE_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* The checksum of what had the checksum before (0: nothing) followed by these bytes. */
uint32_t mlv_crc32(uint32_t before, const void *bytes, size_t len);

#endif
