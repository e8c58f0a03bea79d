/* A path that is safe has no component that leads out, and its absolute form lies below. */
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT, whole = MLV_BUF_INIT;
	const char *path = (const char *)data, *below;

	if (mlv_path_check(path, size))
		return 0;
	if (mlv_buf_add(&text, path, size) || mlv_path_absolute(&whole, "/base", text.ptr))
		abort();
	below = mlv_path_below("/base", whole.ptr);
	if (!below || strcmp(below, text.ptr) != 0)
		abort();
	return 0;
}
