/* base64.h - base64 (RFC 4648, section 4), as headers and keys of SSH hold it. */
#ifndef MLV_REMOTE_BASE64_H
#define MLV_REMOTE_BASE64_H

#include <stdbool.h>

#include "core/base/buf.h"

/* Append what len bytes are in it, padded. */
mlv_err mlv_base64_add(struct mlv_buf *to, const void *bytes, size_t len) MLV_CHECK;
/* Append what text stands for; *good is false, and nothing appended, when it is no base64. */
mlv_err mlv_base64_decode(struct mlv_buf *to, const char *text, size_t len, bool *good) MLV_CHECK;

#endif
