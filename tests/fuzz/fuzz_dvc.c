/* Any bytes are settings, a list of DVC or a pointer of Git LFS, or none: what is found is whole,
 * and no path leaves its place. */
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/migrate/dvc.h"
#include "core/repo/migrate/lfs.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_config(const char *text, size_t len)
{
	MLV_SCOPED(dvc_config_release) struct dvc_config config = { 0 };

	if (dvc_config_parse("config", text, len, false, &config))
		return;
	for (size_t i = 0; i < config.count; i++)
		if (!strchr(config.at[i].key, '.') || strchr(config.at[i].value, '\n'))
			abort();
}

static void check_list(const char *text, size_t len)
{
	MLV_SCOPED(dvc_out_release) struct dvc_out out = { .dir = true };

	if (!(out.path = mlv_sys_strdup("d")) || dvc_dir_parse(&out, text, len))
		return;
	for (size_t i = 0; i < out.count; i++)
		if (mlv_path_check(out.entries[i].path, strlen(out.entries[i].path)) ||
		    strncmp(out.entries[i].path, "d/", 2) != 0)
			abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_mem_free) char *text = mlv_sys_strndup((const char *)data, size);
	struct mlv_oid oid;
	uint64_t length = 0;

	check_config((const char *)data, size);
	check_list((const char *)data, size);
	if (text && lfs_pointer_parse(text, strlen(text), &oid, &length) && strlen(text) < 100)
		abort();
	return 0;
}
