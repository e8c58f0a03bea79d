/* Any bytes are YAML or an error: no crash, no leak, no endless loop. */
#include "core/base/yaml.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL;
	mlv_err err = mlv_yaml_parse("fuzz", (const char *)data, size, &value);

	return err && value ? -1 : 0;
}
