#include "core/repo/git.h"

#include "core/base/module.h"
#include "core/repo/git/ops.h"

mlv_err mlv_git_open(struct mlv_git **out, struct mlv_ctx *ctx, const char *path)
{
	const struct mlv_git_ops *ops;
	const void *table;
	mlv_err err;

	if ((err = mlv_module_load(ctx, MLV_GIT_MODULE, MLV_GIT_SYMBOL, &table)))
		return err;
	ops = table;
	return ops->open(out, ctx, path);
}

void mlv_git_freep(struct mlv_git **git)
{
	if (*git)
		(*git)->ops->free(*git);
	*git = NULL;
}

const char *mlv_git_workdir(const struct mlv_git *git)
{
	return git->workdir;
}

const char *mlv_git_dir(const struct mlv_git *git)
{
	return git->dir;
}

mlv_err mlv_git_resolve(struct mlv_git *git, const char *rev, struct mlv_git_id *commit)
{
	return git->ops->resolve(git, rev, commit);
}

mlv_err mlv_git_merge_base(struct mlv_git *git, const struct mlv_git_id *a, const struct mlv_git_id *b,
			   struct mlv_git_id *base)
{
	return git->ops->merge_base(git, a, b, base);
}

mlv_err mlv_git_commit_time(struct mlv_git *git, const struct mlv_git_id *commit, int64_t *when)
{
	return git->ops->commit_time(git, commit, when);
}

mlv_err mlv_git_read(struct mlv_git *git, const struct mlv_git_id *commit, const char *path,
		     struct mlv_buf *buf, bool *found)
{
	return git->ops->read(git, commit, path, buf, found);
}

mlv_err mlv_git_mode(struct mlv_git *git, const struct mlv_git_id *commit, const char *path,
		     unsigned *mode)
{
	return git->ops->mode(git, commit, path, mode);
}

mlv_err mlv_git_read_blob(struct mlv_git *git, const struct mlv_git_id *blob, struct mlv_buf *buf)
{
	return git->ops->read_blob(git, blob, buf);
}

mlv_err mlv_git_blob_size(struct mlv_git *git, const struct mlv_git_id *blob, uint64_t *size)
{
	return git->ops->blob_size(git, blob, size);
}

mlv_err mlv_git_each_blob(struct mlv_git *git, const struct mlv_git_id *commit, const char *dir,
			  const char *const *suffixes, mlv_git_blob_fn fn, void *arg)
{
	return git->ops->each_blob(git, commit, dir, suffixes, fn, arg);
}

mlv_err mlv_git_each_version(struct mlv_git *git, const struct mlv_git_id *commit, const char *path,
			     mlv_git_version_fn fn, void *arg)
{
	return git->ops->each_version(git, commit, path, fn, arg);
}

mlv_err mlv_git_each_commit(struct mlv_git *git, unsigned scopes, mlv_git_commit_fn fn, void *arg)
{
	return git->ops->each_commit(git, scopes, fn, arg);
}

mlv_err mlv_git_is_tracked(struct mlv_git *git, const char *path, bool *tracked)
{
	return git->ops->is_tracked(git, path, tracked);
}

mlv_err mlv_git_is_ignored(struct mlv_git *git, const char *path, bool *ignored)
{
	return git->ops->is_ignored(git, path, ignored);
}

mlv_err mlv_git_status(struct mlv_git *git, struct mlv_strs *untracked, bool *dirty)
{
	return git->ops->status(git, untracked, dirty);
}

mlv_err mlv_git_stage(struct mlv_git *git, const struct mlv_strs *paths)
{
	return git->ops->stage(git, paths);
}
