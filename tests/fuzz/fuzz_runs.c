/* An index of runs that is taken is canonical. */
#include <stdlib.h>
#include <string.h>

#include "remote/runs.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_remote_runs_release) struct mlv_remote_runs runs = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf again = MLV_BUF_INIT;
	bool good = false;

	if (mlv_remote_runs_parse((const char *)data, size, &runs, &good) || !good)
		return 0;
	if (mlv_remote_runs_write(&runs, &again) || again.len != size ||
	    memcmp(again.ptr, data, size) != 0)
		abort();
	return 0;
}
