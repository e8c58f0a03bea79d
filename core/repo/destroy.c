#include "core/repo/destroy.h"

#include "core/base/fs.h"
#include "core/repo/remove.h"
#include "core/repo/status.h"

mlv_err mlv_destroy_count(struct mlv_repo *repo, const struct mlv_targets *targets, size_t *lost)
{
	mlv_err err = NULL;

	*lost = 0;
	for (size_t i = 0; !err && i < targets->count; i++) {
		MLV_SCOPED(mlv_status_release) struct mlv_status status = { 0 };

		if (!(err = mlv_status_of(repo, &targets->at[i], false, &status)))
			*lost += status.is[MLV_STATE_MODIFIED] || status.is[MLV_STATE_DELETED] ||
				 status.is[MLV_STATE_NOT_CHECKED_OUT];
	}
	return err;
}

mlv_err mlv_destroy(struct mlv_repo *repo, const struct mlv_targets *targets)
{
	static const char *const parts[] = { "cache", "state", "tmp" };
	const struct mlv_remove_options options = { .outs = false };
	mlv_err err = mlv_remove(repo, targets, &options);

	for (size_t i = 0; !err && i < MLV_COUNT(parts); i++)
		if (mlv_fs_exists(repo->mlv_fd, parts[i]))
			err = mlv_fs_remove_all(repo->mlv_fd, parts[i]);
	if (!err)
		err = mlv_fs_remove_all(repo->root_fd, ".mlv");
	return err ? err : mlv_fs_sync_dir(repo->root_fd, ".");
}
