#include "core/store/deflate.h"

#include <limits.h>
#define ZLIB_CONST
#include <zlib.h>

/* A node is mostly ids, which hardly shrink: level 6 takes four times as long to save 4%. */
#define LEVEL 1
#define STEP  ((size_t)64 * 1024) /* bytes asked for at once while inflating */

mlv_err mlv_deflate(const void *bytes, size_t len, struct mlv_buf *out)
{
	uLongf room = compressBound((uLong)len);
	mlv_err err = mlv_buf_reserve(out, (size_t)room);
	int status;

	if (err)
		return err;
	status = compress2((Bytef *)out->ptr + out->len, &room, bytes, (uLong)len, LEVEL);
	if (status != Z_OK)
		return mlv_error_nomem("compressing");
	mlv_buf_advance(out, (size_t)room);
	return NULL;
}

static void stream_end(z_stream *stream)
{
	(void)inflateEnd(stream);
}

static mlv_err damaged(const char *why)
{
	return mlv_error(MLV_E_CORRUPT, "compressed data %s", why);
}

/* One step; *ended when the stream is over. */
static mlv_err inflate_step(z_stream *stream, uint64_t left, struct mlv_buf *out, bool *ended)
{
	/* One byte past the cap is asked for, to see whether there is more. */
	size_t room = left < STEP ? (size_t)left + 1 : STEP, made;
	mlv_err err = mlv_buf_reserve(out, room);
	int status;

	if (err)
		return err;
	stream->next_out = (Bytef *)out->ptr + out->len;
	stream->avail_out = (uInt)room;
	status = inflate(stream, Z_NO_FLUSH);
	if (status == Z_MEM_ERROR)
		return mlv_error_nomem("decompressing");
	if (status != Z_OK && status != Z_STREAM_END)
		return damaged(status == Z_BUF_ERROR ? "ends early" : "is damaged");
	made = room - stream->avail_out;
	if (made > left)
		return damaged("is larger than it should be");
	mlv_buf_advance(out, made);
	*ended = status == Z_STREAM_END;
	return NULL;
}

mlv_err mlv_inflate(const void *bytes, size_t len, uint64_t cap, struct mlv_buf *out)
{
	MLV_SCOPED(stream_end) z_stream stream = { 0 };
	const size_t begin = out->len;
	bool ended = false;
	mlv_err err = NULL;

	if (len > UINT_MAX)
		return damaged("is too large");
	if (inflateInit(&stream) != Z_OK)
		return mlv_error_nomem("decompressing");
	stream.next_in = (const Bytef *)bytes;
	stream.avail_in = (uInt)len;
	while (!ended && !err)
		err = inflate_step(&stream, cap - (out->len - begin), out, &ended);
	if (!err && stream.avail_in > 0)
		err = damaged("is followed by more");
	if (err)
		mlv_buf_truncate(out, begin);
	return err;
}
