/* The part of metrics.h that finds the bytes of a file: on disk, in git, in the cache. */
#include "core/repo/metrics.h"

#include <string.h>

#include "core/base/fs.h"
#include "core/repo/compare.h"

mlv_err mlv_metrics_version(const struct mlv_metrics_place *place,
			    const struct mlv_metrics_side *side, const char *file,
			    struct mlv_buf *text, bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err;

	if (side->rev) {
		if ((err = mlv_buf_printf(&path, "%s%s", place->prefix, file)))
			return err;
		return mlv_git_read(place->git, &side->commit, path.ptr, text, found);
	}
	err = mlv_fs_read(place->root_fd, file, text);
	*found = !err;
	return err && err->code == MLV_E_MISSING ? NULL : err;
}

/* The output that file is, or lies in, in this version: by the pointers that may stand for it. */
static mlv_err find_output(const struct mlv_metrics_place *place,
			   const struct mlv_metrics_side *side, const char *file,
			   struct mlv_output *output, bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf pointer = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_POINTER_MAX);
	size_t len = 0;
	mlv_err err = NULL;

	for (*found = false; !err && !*found && file[len]; len += file[len] == '/') {
		len += strcspn(file + len, "/");
		mlv_buf_clear(&pointer);
		if (!(err = mlv_buf_add(&pointer, file, len)) &&
		    !(err = mlv_buf_add_str(&pointer, ".mlv")))
			err = mlv_metrics_version(place, side, pointer.ptr, &text, found);
	}
	return err || !*found ? err
			      : mlv_pointer_parse(pointer.ptr, text.ptr, text.len, output);
}

/* What stands for the file below the output; *found false when nothing does. */
static mlv_err find_entry(struct mlv_store *cache, const struct mlv_output *output,
			  const char *file, struct mlv_entry *entry, bool *found)
{
	size_t len = strlen(output->path);

	*found = !file[len];
	*entry = mlv_output_entry(output);
	if (output->type != MLV_ID_TREE || *found) {
		*found &= output->type != MLV_ID_TREE;
		return NULL;
	}
	return mlv_tree_find(mlv_node_source_store(cache), &output->oid, file + len + 1,
			     strlen(file + len + 1), entry, found);
}

static mlv_err not_in_cache(mlv_err err, const struct mlv_metrics_side *side, const char *file)
{
	if (err->code != MLV_E_MISSING)
		return err;
	return mlv_error_hint(mlv_error(MLV_E_MISSING, "tracked by mlv, and not in the cache"),
			      "mlv fetch %s%s", side->rev ? "-A " : "", file);
}

mlv_err mlv_metrics_text(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			 const char *file, struct mlv_buf *text, bool *found)
{
	MLV_SCOPED(mlv_output_release) struct mlv_output output = { 0 };
	struct mlv_store *cache;
	struct mlv_entry entry;
	struct mlv_key key;
	mlv_err err = mlv_metrics_version(place, side, file, text, found);

	if (err || *found || !place->is_mlv ||
	    (err = find_output(place, side, file, &output, found)))
		return err;
	*found &= output.cache;
	if (!*found)
		return NULL;
	if (!place->repo && (err = mlv_repo_open(&place->repo, place->ctx, place->root)))
		return err;
	if ((err = mlv_repo_cache(place->repo, &cache)))
		return err;
	if ((err = find_entry(cache, &output, file, &entry, found)))
		return not_in_cache(err, side, file);
	*found &= entry.kind == 'f' || entry.kind == 'x';
	if (!*found)
		return NULL;
	key = mlv_entry_key(&entry);
	err = mlv_store_read(cache, &key, entry.size, text);
	return err ? not_in_cache(err, side, file) : NULL;
}
