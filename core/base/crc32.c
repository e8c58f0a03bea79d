#include "core/base/crc32.h"

#include <zlib.h>

uint32_t mlv_crc32(uint32_t before, const void *bytes, size_t len)
{
	return (uint32_t)crc32_z(before, bytes, len);
}
