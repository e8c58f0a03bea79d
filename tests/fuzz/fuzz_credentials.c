/* Any bytes are a file of profiles; the first byte says which of the two kinds. */
#include <stdlib.h>
#include <string.h>

#include "remote/credentials.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static mlv_err see(void *arg, const char *key, const char *value)
{
	size_t *pairs = arg;

	if (strchr(key, '=') || strchr(key, '\n') || strchr(value, '\n'))
		abort();
	++*pairs;
	return NULL;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	bool found = false;
	size_t pairs = 0;

	if (size == 0)
		return 0;
	if (mlv_credentials_parse((const char *)data + 1, size - 1, "default", data[0] & 1, &found, see,
				  &pairs))
		return 0;
	if (pairs > 0 && !found)
		abort();
	return 0;
}
