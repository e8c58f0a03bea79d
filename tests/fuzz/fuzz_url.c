/* A URL that is taken is shown without its password, and leads to itself. */
#include <stdlib.h>
#include <string.h>

#include "remote/url.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_url_release) struct mlv_url url = { 0 }, again = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	const char *host;

	if (mlv_buf_add(&text, data, size) || memchr(data, 0, size) || mlv_url_parse(&url, text.ptr))
		return 0;
	mlv_buf_clear(&text);
	if (mlv_url_show(&text, &url))
		abort();
	host = strstr(text.ptr, "://") + 3;
	if (memchr(host, '@', strcspn(host, "/")))
		abort();
	if (mlv_url_parse(&again, text.ptr) || !mlv_url_same_origin(&url, &again))
		abort();
	return 0;
}
