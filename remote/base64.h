/* base64.h - base64 (RFC 4648, section 4), as headers hold it. */
#ifndef MLV_REMOTE_BASE64_H
#define MLV_REMOTE_BASE64_H

#include "core/base/buf.h"

/* Append what len bytes are in it, padded. */
mlv_err mlv_base64_add(struct mlv_buf *to, const void *bytes, size_t len) MLV_CHECK;

#endif
