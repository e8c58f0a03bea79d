/* A rule is put into any mlv.yaml, whose bytes all stay, in front of it and behind; or nothing is changed. */
#include <stdlib.h>
#include <string.h>

#include "core/base/yaml.h"
#include "core/repo/slices_edit.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs names = { 0 }, wheres = { 0 };
	size_t before = 0, behind = 0;
	mlv_err err;

	if (mlv_buf_add(&text, data, size) || mlv_strs_add(&names, "a and \"b\"") ||
	    mlv_strs_add(&wheres, "`a` == \"]\""))
		return 0;
	err = mlv_slices_put("y", &text, &names, &wheres);
	if (err && (text.len != size || memcmp(text.ptr, data, size) != 0))
		abort();
	if (err)
		return 0;
	while (before < size && text.ptr[before] == (char)data[before])
		before++;
	while (behind < size && text.ptr[text.len - 1 - behind] == (char)data[size - 1 - behind])
		behind++;
	if (text.len <= size || before + behind < size)
		abort();
	return 0;
}
