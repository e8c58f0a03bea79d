/* A list of what a tree needs that is taken is canonical. */
#include <stdlib.h>
#include <string.h>

#include "remote/roots.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_root_release) struct mlv_root root = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf again = MLV_BUF_INIT;
	struct mlv_oid tree;

	memset(&tree, 0xab, sizeof(tree));
	if (mlv_root_parse(&tree, (const char *)data, size, &root))
		return 0;
	if (mlv_root_write(&tree, &root, &again) || again.len != size ||
	    memcmp(again.ptr, data, size) != 0)
		abort();
	return 0;
}
