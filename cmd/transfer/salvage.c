#include "cmd/transfer/salvage.h"

#include <string.h>

#include "core/repo/fsck.h"

/* A directory's list: "data/" is made anew of what lies at data. */
static mlv_err rebuild(struct mlv_repo *repo, struct mlv_batch *batch, const char *path)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT;
	size_t len = strlen(path);
	mlv_err err = mlv_buf_add(&dir, path, len && path[len - 1] == '/' ? len - 1 : len);

	return err ? err : mlv_fsck_rebuild(repo, batch, dir.ptr);
}

/* Failures of taking one thing from the work tree are none of the push. */
static bool ends_all(mlv_err err)
{
	return err->code == MLV_E_INTERRUPTED || err->code == MLV_E_NOMEM ||
	       err->code == MLV_E_NOSPACE;
}

static mlv_err salvage(struct mlv_repo *repo, struct mlv_batch *batch,
		       const struct mlv_problem *problem, bool *found)
{
	bool ours = false;
	mlv_err err;

	if (problem->key.kind == MLV_KIND_NODE) {
		ours = true; /* it may be among those that are made: the push that follows sees */
		err = rebuild(repo, batch, problem->path);
	} else {
		err = mlv_fsck_salvage(repo, batch, &problem->key, problem->path, &ours);
	}
	if (!err && ours)
		*found = true;
	return err && ends_all(err) ? err : NULL;
}

mlv_err mlv_push_salvage(struct mlv_repo *repo, struct mlv_store *cache,
			 const struct mlv_problems *problems, bool *found)
{
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	mlv_err err;

	*found = false;
	if (problems->count == 0)
		return NULL;
	if ((err = mlv_batch_begin(&batch, cache)))
		return err;
	for (size_t i = 0; !err && i < problems->count; i++)
		if (!problems->at[i].there && problems->at[i].path)
			err = salvage(repo, batch, &problems->at[i], found);
	return err ? err : mlv_batch_commit(batch);
}
