#include "core/base/gzip.h"

#include <limits.h>
#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>

#include "core/base/sys.h"

#define GZIP_ONLY 16 /* added to the window's bits: a gzip header, and no other */

struct mlv_gunzip {
	z_stream stream;
	bool ended; /* a member did, and nothing of a next one was taken */
};

mlv_err mlv_gunzip_new(struct mlv_gunzip **out)
{
	MLV_SCOPED(mlv_mem_free) struct mlv_gunzip *made = mlv_sys_alloc(sizeof(*made));

	if (!made || inflateInit2(&made->stream, MAX_WBITS + GZIP_ONLY) != Z_OK)
		return mlv_error_nomem("decompressing");
	*out = MLV_TAKE(made);
	return NULL;
}

void mlv_gunzip_freep(struct mlv_gunzip **gunzip)
{
	if (*gunzip)
		(void)inflateEnd(&(*gunzip)->stream);
	free(*gunzip);
	*gunzip = NULL;
}

mlv_err mlv_gunzip_step(struct mlv_gunzip *gunzip, const char **bytes, size_t *len, char *to,
			size_t room, size_t *made)
{
	z_stream *stream = &gunzip->stream;
	size_t given = *len < UINT_MAX ? *len : UINT_MAX, asked = room < UINT_MAX ? room : UINT_MAX;
	int status;

	*made = 0;
	if (!given || !asked)
		return NULL;
	if (gunzip->ended && inflateReset(stream) != Z_OK)
		return mlv_error_nomem("decompressing");
	gunzip->ended = false;
	stream->next_in = (const Bytef *)*bytes;
	stream->avail_in = (uInt)given;
	stream->next_out = (Bytef *)to;
	stream->avail_out = (uInt)asked;
	status = inflate(stream, Z_NO_FLUSH);
	if (status == Z_MEM_ERROR)
		return mlv_error_nomem("decompressing");
	if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
		return mlv_error(MLV_E_CORRUPT, "the gzip stream is damaged");
	*bytes += given - stream->avail_in;
	*len -= given - stream->avail_in;
	*made = asked - stream->avail_out;
	gunzip->ended = status == Z_STREAM_END;
	return NULL;
}

bool mlv_gunzip_is_whole(const struct mlv_gunzip *gunzip)
{
	return gunzip->ended;
}

/* ---- writing */

#define STEP ((size_t)256 << 10)
#define MEMORY 9 /* of deflate: the most */

static void end_deflate(z_stream *stream)
{
	(void)deflateEnd(stream);
}

mlv_err mlv_gzip(const void *bytes, size_t len, struct mlv_buf *to)
{
	MLV_SCOPED(end_deflate) z_stream stream = { 0 };
	const Bytef *at = bytes;
	int status = Z_OK;

	if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + GZIP_ONLY, MEMORY,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return mlv_error_nomem("compressing");
	while (status != Z_STREAM_END) {
		size_t given = len < STEP ? len : STEP;
		mlv_err err = mlv_buf_reserve(to, STEP);

		if (err)
			return err;
		stream.next_in = at;
		stream.avail_in = (uInt)given;
		stream.next_out = (Bytef *)(to->ptr + to->len);
		stream.avail_out = (uInt)STEP;
		status = deflate(&stream, given == len ? Z_FINISH : Z_NO_FLUSH);
		at += given - stream.avail_in;
		len -= given - stream.avail_in;
		mlv_buf_advance(to, STEP - stream.avail_out);
	}
	return NULL;
}
