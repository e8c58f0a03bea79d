#include "core/store/zstd.h"

#include <stdlib.h>
#include <zstd.h>

#include "core/base/sys.h"

#define LEVEL 1

struct mlv_zstd {
	ZSTD_CCtx *context;
};

mlv_err mlv_zstd_new(struct mlv_zstd **out)
{
	struct mlv_zstd *zstd = mlv_sys_alloc(sizeof(*zstd));

	if (!zstd || !(zstd->context = ZSTD_createCCtx())) {
		free(zstd);
		return mlv_error_nomem("compressing");
	}
	*out = zstd;
	return NULL;
}

void mlv_zstd_freep(struct mlv_zstd **zstd)
{
	if (*zstd)
		ZSTD_freeCCtx((*zstd)->context);
	free(MLV_TAKE(*zstd));
}

mlv_err mlv_zstd_compress(struct mlv_zstd *zstd, const void *bytes, size_t len,
			  struct mlv_buf *out)
{
	const size_t room = ZSTD_compressBound(len);
	mlv_err err = mlv_buf_reserve(out, room);
	size_t made;

	if (err)
		return err;
	made = ZSTD_compressCCtx(zstd->context, out->ptr + out->len, room, bytes, len, LEVEL);
	if (ZSTD_isError(made))
		return mlv_error_nomem("compressing");
	mlv_buf_advance(out, made);
	return NULL;
}

static mlv_err damaged(const char *why)
{
	return mlv_error(MLV_E_CORRUPT, "compressed data %s", why);
}

mlv_err mlv_zstd_expand(const void *bytes, size_t len, size_t size, struct mlv_buf *out)
{
	const size_t frame = ZSTD_findFrameCompressedSize(bytes, len);
	mlv_err err;
	size_t made;

	if (ZSTD_isError(frame))
		return damaged("is damaged");
	if (frame != len)
		return damaged("is followed by more");
	/* One byte more is allocated: room for nothing would be no address. */
	if ((err = mlv_buf_reserve(out, size + 1)))
		return err;
	made = ZSTD_decompress(out->ptr + out->len, size, bytes, len);
	if (ZSTD_isError(made) || made != size)
		return damaged("is damaged, or of another length");
	mlv_buf_advance(out, size);
	return NULL;
}
