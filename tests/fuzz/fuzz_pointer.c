/* A pointer that is taken names a safe path, and means the same when it is written again. */
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/repo/pointer.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_output_release) struct mlv_output output = { 0 }, again = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

	if (mlv_pointer_parse("dir/x.mlv", (const char *)data, size, &output))
		return 0;
	if (mlv_path_check(output.path, strlen(output.path)))
		abort();
	if (mlv_pointer_write(&output, (const char *)data, size, &text))
		return 0;
	if (mlv_pointer_parse("dir/x.mlv", text.ptr, text.len, &again) ||
	    !mlv_output_same_id(&output, &again) || strcmp(output.path, again.path) != 0)
		abort();
	return 0;
}
