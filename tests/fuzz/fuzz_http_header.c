/* Any bytes are a field of an answer or none; a range that is read makes sense. */
#include <stdlib.h>

#include "remote/http/header.h"
#include "remote/transport.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_value(const char *text)
{
	uint64_t first = 0, last = 0, total = 0, seconds;
	time_t when;

	if (mlv_http_content_range(text, &first, &last, &total) &&
	    ((first == UINT64_MAX) != (last == UINT64_MAX) || last < first ||
	     (first != UINT64_MAX && last >= total)))
		abort();
	if (mlv_http_date(text, &when) && strlen(text) != 29)
		abort();
	if (mlv_http_number(text, &seconds) && text[strspn(text, "0123456789")])
		abort();
	if (mlv_http_retry_after(text, 0, &seconds) && !text[0])
		abort();
	(void)mlv_http_etag_is_strong(text);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf headers = MLV_BUF_INIT;
	struct mlv_version version = { .by = MLV_VERSION_NONE };
	const char *value;

	if (mlv_buf_add(&headers, data, size))
		return 0;
	check_value(headers.ptr);
	mlv_http_version(&headers, &version);
	if (version.by != MLV_VERSION_NONE &&
	    (!version.text[0] || !memchr(version.text, 0, sizeof(version.text))))
		abort();
	value = mlv_http_field(&headers, "content-range");
	if (value)
		check_value(value);
	value = mlv_http_field(&headers, "");
	if (value)
		check_value(value);
	return 0;
}
