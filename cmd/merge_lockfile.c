#include "cmd/merge_lockfile.h"

#include <fcntl.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/path.h"
#include "core/repo/lockfile.h"

enum { BASE, OURS, THEIRS, MERGED, FILES };

struct merging {
	struct mlv_lockfile files[FILES];
	struct mlv_strs conflicts;
};

static void merging_release(struct merging *m)
{
	for (int i = 0; i < FILES; i++)
		mlv_lockfile_release(&m->files[i]);
	mlv_strs_release(&m->conflicts);
}

bool mlv_merge_is_lockfile(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash ? slash + 1 : path, MLV_LOCKFILE_NAME) == 0;
}

static mlv_err read_side(struct mlv_run *run, const char *typed, const char *path,
			 struct mlv_lockfile *file)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_LOCKFILE_MAX);
	mlv_err err;

	if ((err = mlv_path_absolute(&name, run->ctx->cwd, typed)) ||
	    (err = mlv_fs_read(AT_FDCWD, name.ptr, &text)))
		return err;
	return mlv_lockfile_parse(file, path, text.ptr, text.len);
}

static mlv_err write_result(struct mlv_run *run, const char *typed, const struct mlv_lockfile *file)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_LOCKFILE_MAX);
	mlv_err err;

	if ((err = mlv_path_absolute(&name, run->ctx->cwd, typed)) ||
	    (err = mlv_lockfile_text(file, &text)))
		return err;
	return mlv_fs_replace(AT_FDCWD, name.ptr, text.ptr, text.len, 0666);
}

static void say_conflict(struct mlv_run *run, const char *path, const struct merging *m,
			 const char *stage)
{
	const bool ours = mlv_lockfile_find(&m->files[OURS], stage) != NULL;
	const bool theirs = mlv_lockfile_find(&m->files[THEIRS], stage) != NULL;

	mlv_tell_warning(run->ctx, "conflict: %s: stage '%s' %s", path, stage,
			 ours && theirs ? "ran on both sides"
			 : ours		? "ran here, and is gone there"
					: "ran there, and is gone here");
}

mlv_err mlv_merge_lockfile(struct mlv_run *run, char **operands)
{
	MLV_SCOPED(merging_release) struct merging m = { 0 };
	const char *path = operands[3];
	char shown[512];
	mlv_err err = NULL;

	for (int side = BASE; !err && side <= THEIRS; side++)
		err = read_side(run, operands[side], path, &m.files[side]);
	if (err || (err = mlv_lockfile_merge(&m.files[BASE], &m.files[OURS], &m.files[THEIRS],
					     &m.files[MERGED], &m.conflicts)))
		return err;
	if ((err = write_result(run, operands[OURS], &m.files[MERGED])) || !m.conflicts.count)
		return err;
	for (size_t i = 0; i < m.conflicts.count; i++)
		say_conflict(run, path, &m, m.conflicts.at[i]);
	mlv_tell_warning(run->ctx, "%s: the other stages are merged: see that mlv.yaml is as it is to "
			 "be, then: mlv repro && git add %s",
			 path, mlv_path_typed(path, shown, sizeof(shown)));
	return mlv_error(MLV_E_NO, "%s", "");
}
