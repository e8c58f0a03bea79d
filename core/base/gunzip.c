#include "core/base/gunzip.h"

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
