/* A node that is taken is written again to the same bytes, and no path of it leaves its directory. */
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/store/node.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf again = MLV_BUF_INIT;
	MLV_SCOPED(mlv_node_release) struct mlv_node node = { 0 };

	if (mlv_node_parse((const char *)data, size, &node))
		return 0;
	if (mlv_node_add_header(&again, node.level, node.entries, node.bytes))
		abort();
	for (size_t i = 0; i < node.count; i++) {
		if (mlv_path_check(node.list[i].path, node.list[i].path_len))
			abort();
		if (mlv_node_add_entry(&again, &node.list[i]))
			abort();
	}
	if (again.len != size || memcmp(again.ptr, data, size) != 0)
		abort();
	return 0;
}
