/* Any bytes are the text of a run that a remote has: it is that of its name, or none. */
#include <stdlib.h>
#include <string.h>

#include "core/repo/run_cache.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* The name that it should have. */
static bool find_name(const char *text, size_t len, char path[static MLV_RUN_PATH])
{
	MLV_SCOPED(mlv_lockfile_release) struct mlv_lockfile file = { 0 };
	MLV_SCOPED(mlv_recorded_release) struct mlv_recorded run = { 0 };

	return !mlv_lockfile_parse(&file, MLV_LOCKFILE_NAME, text, len) && file.count == 1 &&
	       !mlv_lockfile_get(&file, &file.at[0], &run) && !mlv_run_path(&run, "", path);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_recorded_release) struct mlv_recorded run = { 0 }, other = { 0 };
	const char *text = (const char *)data;
	char path[MLV_RUN_PATH];
	mlv_err err;

	if (!find_name(text, size, path)) {
		if (mlv_run_parse("00/00", text, size, &run) == NULL)
			abort();
		return 0;
	}
	if (mlv_run_parse(path, text, size, &run))
		abort();
	path[3] = path[3] == '0' ? '1' : '0';
	err = mlv_run_parse(path, text, size, &other);
	if (!err || err->code != MLV_E_CORRUPT)
		abort();
	return 0;
}
