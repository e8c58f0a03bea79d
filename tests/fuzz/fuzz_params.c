/* Any bytes are TOML, Python constants, YAML with anchors, or an error. The first byte chooses. */
#include "core/base/pyconst.h"
#include "core/base/toml.h"
#include "core/base/yaml.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *value = NULL;
	const char *text = (const char *)data + 1;
	mlv_err err;

	if (!size)
		return 0;
	if (data[0] == 't')
		err = mlv_toml_parse("fuzz", text, size - 1, &value);
	else if (data[0] == 'p')
		err = mlv_pyconst_parse("fuzz", text, size - 1, &value);
	else
		err = mlv_yaml_parse_anchored("fuzz", text, size - 1, &value);
	if (err && value)
		__builtin_trap();
	return 0;
}
