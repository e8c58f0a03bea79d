/* A leaf list that is taken is canonical: it is written again to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "core/store/leaves.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf again = MLV_BUF_INIT;
	MLV_SCOPED(mlv_leaves_release) struct mlv_leaves leaves = { 0 };

	if (mlv_leaves_parse((const char *)data, size, &leaves))
		return 0;
	if (mlv_leaves_write(&leaves, &again) || again.len != size ||
	    memcmp(again.ptr, data, size) != 0)
		abort();
	return 0;
}
