/* A record is read or refused; what is read has an entry for each metric of each slice. */
#include <stdlib.h>

#include "core/eval/record.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_record_release) struct mlv_record record = { 0 };
	double sum = 0;

	if (mlv_record_read("r.json", (const char *)data, size, &record))
		return 0;
	if (!record.slice_count || !record.metric_count)
		abort();
	for (size_t s = 0; s < record.slice_count; s++)
		for (size_t m = 0; m < record.metric_count; m++)
			sum += record.slices[s].entries[m].value;
	(void)sum;
	return 0;
}
