#include "core/repo/status.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "core/repo/compare.h"

void mlv_status_release(struct mlv_status *status)
{
	for (size_t i = 0; i < status->count; i++)
		free(status->files[i].path);
	free(status->files);
	free(status->path);
	*status = (struct mlv_status){ 0 };
}

bool mlv_status_is_clean(const struct mlv_status *status)
{
	for (size_t i = 0; i < MLV_STATES; i++)
		if (status->is[i])
			return false;
	return true;
}

/* A comparison on its way. */
struct look {
	struct mlv_compare *compare;
	struct mlv_store *cache;
	struct mlv_status *status;
	bool granular;
};

static mlv_err add_file(struct look *look, char what, const char *path, size_t len)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT;
	struct mlv_status *status = look->status;
	mlv_err err;

	if (!look->granular || !status->dir)
		return NULL;
	if ((err = mlv_array_grow(&status->files, &status->cap, status->count + 1,
				  sizeof(*status->files))))
		return err;
	if ((err = mlv_buf_printf(&whole, "%s/", look->compare->path)) ||
	    (err = mlv_buf_add(&whole, path, len)))
		return err;
	status->files[status->count] = (struct mlv_status_file){ what, mlv_buf_detach(&whole) };
	return status->files[status->count++].path ? NULL : mlv_error_nomem("a path");
}

static mlv_err look_in_cache(struct look *look, const struct mlv_entry *tracked)
{
	struct mlv_key key;
	bool there;
	mlv_err err;

	if (tracked->kind == 'd')
		return NULL;
	key = mlv_entry_key(tracked);
	if ((err = mlv_store_has(look->cache, &key, tracked->size, &there)) || there)
		return err;
	look->status->is[MLV_STATE_NOT_IN_CACHE] = true;
	look->status->missing++;
	return add_file(look, '?', tracked->path, tracked->path_len);
}

static mlv_err count(struct look *look, char what, char kind, uint64_t *counter,
		     const struct mlv_entry *entry)
{
	look->status->is[MLV_STATE_MODIFIED] = true;
	*counter += kind != 'd';
	return add_file(look, what, entry->path, entry->path_len);
}

static mlv_err look_at(void *arg, const struct mlv_entry *tracked, size_t item)
{
	struct look *look = arg;
	struct mlv_status *status = look->status;
	struct mlv_entry here = { 0 };
	bool same;
	mlv_err err = NULL;

	if (item != MLV_NO_ITEM)
		here = mlv_scan_entry(&look->compare->scan, item);
	if (!tracked)
		return count(look, 'A', here.kind, &status->added, &here);
	same = item != MLV_NO_ITEM && mlv_compare_same_bytes(tracked, &here);
	if (!same || look->granular || !status->dir)
		err = look_in_cache(look, tracked);
	if (err)
		return err;
	if (item == MLV_NO_ITEM)
		return count(look, 'D', tracked->kind, &status->deleted, tracked);
	if (!same || tracked->kind != here.kind)
		return count(look, 'M', tracked->kind, &status->modified, tracked);
	return NULL;
}

/* Nothing lies there: that is one state of the whole, not one of each file. */
static mlv_err look_absent(struct look *look, const struct mlv_output *output)
{
	MLV_SCOPED(mlv_index_freep) struct mlv_index *index = NULL;
	struct mlv_status *status = look->status;
	mlv_err err = mlv_index_load(&index, look->compare->repo, output->path);

	if (err)
		return err;
	status->is[MLV_STATE_MODIFIED] = false;
	status->is[mlv_index_is_empty(index) ? MLV_STATE_NOT_CHECKED_OUT : MLV_STATE_DELETED] = true;
	return NULL;
}

static bool differs(const struct mlv_status *status)
{
	return status->is[MLV_STATE_MODIFIED];
}

static mlv_err run(struct look *look, const struct mlv_output *output)
{
	struct mlv_key root = { MLV_KIND_NODE, output->oid };
	bool there = true;
	mlv_err err;

	if (output->type == MLV_ID_TREE &&
	    (err = mlv_store_has(look->cache, &root, UINT64_MAX, &there)))
		return err;
	if (there) {
		look->compare->allow_untracked = true;
		err = mlv_compare_run(look->compare, output, look_at, look);
		there = !err || err->code != MLV_E_MISSING || look->compare->untracked;
		if (err && there)
			return err;
	}
	if (!there)
		look->status->is[MLV_STATE_NOT_IN_CACHE] = true;
	if (!look->compare->present)
		return look_absent(look, output);
	return mlv_compare_save(look->compare, output, there && !differs(look->status));
}

static mlv_err name(struct mlv_status *status, const struct mlv_target *target)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&path, "%s%s%s", target->output->path,
				     *target->part ? "/" : "", target->part);

	if (err)
		return err;
	status->dir = target->output->type == MLV_ID_TREE;
	status->path = mlv_buf_detach(&path);
	return status->path ? NULL : mlv_error_nomem("a path");
}

mlv_err mlv_status_of(struct mlv_repo *repo, const struct mlv_target *target, bool granular,
		      struct mlv_status *status)
{
	MLV_SCOPED(mlv_compare_release) struct mlv_compare compare = { 0 };
	struct look look = { &compare, NULL, status, granular };
	const struct mlv_scan_options options = {
		.tree = granular ? NULL : mlv_output_tree(target->output)
	};
	mlv_err err;

	*status = (struct mlv_status){ 0 };
	if (!(err = name(status, target)) && target->output->cache &&
	    !(err = mlv_repo_cache(repo, &look.cache)) &&
	    !(err = mlv_compare_scan(&compare, repo, target->output->path, target->part,
				     &options)))
		err = run(&look, target->output);
	if (err)
		mlv_status_release(status);
	return err;
}
