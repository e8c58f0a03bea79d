/* Any bytes are lines of a directory, or of known_hosts, or none; what is read lies within them. */
#include <stdlib.h>

#include "remote/sftp/known_hosts.h"
#include "remote/sftp/long_name.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_known_host_release) struct mlv_known_host host = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	struct mlv_long_name entry;

	if (mlv_buf_add(&text, data, size))
		return 0;
	if (mlv_long_name_parse(&entry, text.ptr, size) &&
	    (entry.name_len == 0 || entry.name < text.ptr ||
	     entry.name + entry.name_len != text.ptr + size || entry.kind > MLV_LONG_OTHER))
		abort();
	if (mlv_known_host_read(&host, text.ptr, size, "[a.org]:2222"))
		return 0;
	for (size_t i = 0; i < host.keys.count; i++)
		if (!mlv_known_host_has(&host.keys, strchr(host.keys.at[i], ' ') + 1))
			abort();
	return 0;
}
