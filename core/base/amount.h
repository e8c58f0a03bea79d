/*
 * amount.h - numbers of bytes, as people write them.
 */
#ifndef MLV_BASE_AMOUNT_H
#define MLV_BASE_AMOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/attr.h"

/*
 * "1048576", "512K", "1.5M", "2GB", "2GiB": K, M, G, T with or without "iB" are powers
 * of 1024, with "B" of 1000; in either case. False when it is none of these or
 * does not fit.
 */
bool mlv_amount_parse(const char *text, uint64_t *bytes) MLV_CHECK;

/* "17 bytes", "1.5 kB", "2.0 GB": into text, which is returned. */
const char *mlv_amount_format(uint64_t bytes, char *text, size_t size);

#endif
