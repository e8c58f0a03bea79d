/*
 * buf.h - a growable run of bytes with a limit given at birth.
 *
 * What a buffer holds is always followed by a NUL that is not counted, so
 * that ptr can be used as a string; bytes may hold NUL themselves. A buffer
 * without any bytes has ptr "" (not NULL).
 *
 * Ownership   mlv_buf_release() frees, mlv_buf_detach() hands over.
 * Limits      growing past limit fails with MLV_E_REFUSED; 0 stands for 1 GiB.
 */
#ifndef MLV_BASE_BUF_H
#define MLV_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

struct mlv_buf {
	char *ptr; /* NUL-terminated; never NULL after mlv_buf_init or MLV_BUF_INIT */
	size_t len;
	size_t cap;   /* bytes allocated; 0: none, ptr is a constant */
	size_t limit; /* most bytes len may reach; 0: 1 GiB */
};

extern char mlv_buf_nothing[1]; /* what an empty buffer points to */

#define MLV_BUF_INIT { mlv_buf_nothing, 0, 0, 0 }
#define MLV_BUF_LIMIT(most) { mlv_buf_nothing, 0, 0, (most) }

/* Free what it holds; the buffer is empty again and keeps its limit. */
void mlv_buf_release(struct mlv_buf *buf);
/* Forget what it holds, keep the memory. */
void mlv_buf_clear(struct mlv_buf *buf);
/* Cut it to its first len bytes. */
void mlv_buf_truncate(struct mlv_buf *buf, size_t len);
/* Make room for more bytes beyond len, so that they can be written to ptr + len. */
mlv_err mlv_buf_reserve(struct mlv_buf *buf, size_t more) MLV_CHECK;
/* Say that count bytes were written to ptr + len (within what was reserved). */
void mlv_buf_advance(struct mlv_buf *buf, size_t count);
mlv_err mlv_buf_add(struct mlv_buf *buf, const void *bytes, size_t len) MLV_CHECK;
mlv_err mlv_buf_add_str(struct mlv_buf *buf, const char *text) MLV_CHECK;
mlv_err mlv_buf_add_char(struct mlv_buf *buf, char c) MLV_CHECK;
mlv_err mlv_buf_printf(struct mlv_buf *buf, const char *fmt, ...) MLV_PRINTF(2, 3) MLV_CHECK;
mlv_err mlv_buf_vprintf(struct mlv_buf *buf, const char *fmt, va_list ap)
	MLV_PRINTF(2, 0) MLV_CHECK;
/* The bytes, NUL-terminated, to be freed with free(); the buffer is empty. NULL: no memory. */
char *mlv_buf_detach(struct mlv_buf *buf) MLV_CHECK;

#endif
