#include "core/base/buf.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/sys.h"

#define DEFAULT_LIMIT ((size_t)1 << 30) /* bytes */

char mlv_buf_nothing[1];

void mlv_buf_release(struct mlv_buf *buf)
{
	if (buf->cap)
		free(buf->ptr);
	buf->ptr = mlv_buf_nothing;
	buf->len = buf->cap = 0;
}

void mlv_buf_clear(struct mlv_buf *buf)
{
	mlv_buf_truncate(buf, 0);
}

void mlv_buf_truncate(struct mlv_buf *buf, size_t len)
{
	if (len >= buf->len)
		return;
	buf->len = len;
	buf->ptr[len] = '\0';
}

mlv_err mlv_buf_reserve(struct mlv_buf *buf, size_t more)
{
	size_t limit = buf->limit ? buf->limit : DEFAULT_LIMIT;
	size_t need, cap;
	char *grown;

	if (more > limit - buf->len)
		return mlv_error(MLV_E_REFUSED, "more than %zu bytes where fewer are expected",
				 limit);
	need = buf->len + more + 1;
	if (need <= buf->cap)
		return NULL;
	cap = buf->cap + buf->cap / 2;
	if (cap < need)
		cap = need < 64 ? 64 : need;
	grown = mlv_sys_realloc(buf->cap ? buf->ptr : NULL, cap);
	if (!grown)
		return mlv_error_nomem("a buffer");
	grown[buf->len] = '\0';
	buf->ptr = grown;
	buf->cap = cap;
	return NULL;
}

void mlv_buf_advance(struct mlv_buf *buf, size_t count)
{
	if (!count)
		return;
	buf->len += count;
	buf->ptr[buf->len] = '\0';
}

mlv_err mlv_buf_add(struct mlv_buf *buf, const void *bytes, size_t len)
{
	mlv_err err;

	if (!len)
		return NULL;
	if ((err = mlv_buf_reserve(buf, len)))
		return err;
	memcpy(buf->ptr + buf->len, bytes, len);
	mlv_buf_advance(buf, len);
	return NULL;
}

mlv_err mlv_buf_add_str(struct mlv_buf *buf, const char *text)
{
	return mlv_buf_add(buf, text, strlen(text));
}

mlv_err mlv_buf_add_char(struct mlv_buf *buf, char c)
{
	return mlv_buf_add(buf, &c, 1);
}

mlv_err mlv_buf_vprintf(struct mlv_buf *buf, const char *fmt, va_list ap)
{
	va_list again;
	int len;
	mlv_err err;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0)
		return mlv_error_sys("formatting text");
	if ((err = mlv_buf_reserve(buf, (size_t)len)))
		return err;
	if (len > 0)
		vsnprintf(buf->ptr + buf->len, (size_t)len + 1, fmt, ap);
	mlv_buf_advance(buf, (size_t)len);
	return NULL;
}

mlv_err mlv_buf_printf(struct mlv_buf *buf, const char *fmt, ...)
{
	va_list ap;
	mlv_err err;

	va_start(ap, fmt);
	err = mlv_buf_vprintf(buf, fmt, ap);
	va_end(ap);
	return err;
}

char *mlv_buf_detach(struct mlv_buf *buf)
{
	char *taken = buf->cap ? buf->ptr : mlv_sys_strdup("");

	buf->ptr = mlv_buf_nothing;
	buf->len = buf->cap = 0;
	return taken;
}
