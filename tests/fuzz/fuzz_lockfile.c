/* A mlv.lock that is taken names safe paths, and means the same when it is written again. */
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/repo/lockfile.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_paths(const struct mlv_recorded_path *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!list[i].mark && mlv_path_check(list[i].at.path, strlen(list[i].at.path)))
			abort();
}

/* What an entry says makes a text that says the same. */
static void check_entry(const struct mlv_lockfile *file, const struct mlv_lockfile_entry *entry)
{
	MLV_SCOPED(mlv_recorded_release) struct mlv_recorded recorded = { 0 }, again = { 0 };
	MLV_SCOPED(mlv_lockfile_release) struct mlv_lockfile other = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT, whole = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf last = MLV_BUF_INIT;

	if (mlv_lockfile_get(file, entry, &recorded))
		return;
	check_paths(recorded.deps, recorded.dep_count);
	check_paths(recorded.outs, recorded.out_count);
	if (mlv_lockfile_entry_text(file, &recorded, &text) ||
	    mlv_buf_printf(&whole, "schema: mlv-lock 1\nstages:\n%s", text.ptr))
		return;
	if (mlv_lockfile_parse(&other, file->path, whole.ptr, whole.len) || other.count != 1 ||
	    mlv_lockfile_get(&other, &other.at[0], &again) ||
	    mlv_lockfile_entry_text(&other, &again, &last) || strcmp(last.ptr, text.ptr) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	MLV_SCOPED(mlv_lockfile_release) struct mlv_lockfile file = { 0 };

	if (mlv_lockfile_parse(&file, "sub/mlv.lock", (const char *)data, size))
		return 0;
	for (size_t i = 0; i < file.count; i++)
		check_entry(&file, &file.at[i]);
	return 0;
}
