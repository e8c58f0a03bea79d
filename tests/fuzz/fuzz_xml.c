/* Any bytes are XML or an error; what is escaped is read again as it was. */
#include <stdlib.h>
#include <string.h>

#include "remote/net/module_xml.h"
#include "remote/xml.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static mlv_err see(void *arg, const char *path, const char *text)
{
	size_t *elements = arg;

	if (strlen(path) >= 512 || !text)
		abort();
	++*elements;
	return NULL;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	size_t elements = 0;
	mlv_err err = mlv_net_xml_parse((const char *)data, size, see, &elements);

	/* A document has at least one element. */
	if (!err && elements == 0)
		abort();
	if (mlv_buf_add(&text, data, size))
		return 0;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf escaped = MLV_BUF_INIT;

	if (mlv_xml_escape(&escaped, text.ptr) || strpbrk(escaped.ptr, "<>\"'"))
		abort();
	return 0;
}
