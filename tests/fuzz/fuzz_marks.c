/* A list of marks that is taken is canonical. */
#include <stdlib.h>
#include <string.h>

#include "remote/marks.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_marks_release) struct mlv_marks marks = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf again = MLV_BUF_INIT;

	if (mlv_marks_parse("marks", (const char *)data, size, &marks))
		return 0;
	if (mlv_marks_write(&marks, "marks", &again) || again.len != size ||
	    memcmp(again.ptr, data, size) != 0)
		abort();
	return 0;
}
