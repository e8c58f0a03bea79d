/* Any bytes are JSON or an error; what is read can be written and read again. */
#include <stdlib.h>

#include "core/base/json.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL, *again = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;

	if (!mlv_json_parse("fuzz", (const char *)data, size, &value) &&
	    value->type == MLV_VALUE_TEXT) {
		if (mlv_json_add_string(&text, value->text, value->text_len) ||
		    mlv_json_parse("again", text.ptr, text.len, &again) ||
		    again->text_len != value->text_len)
			abort();
	}
	return 0;
}
