#include "core/repo/metrics.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/path.h"
#include "core/base/toml.h"
#include "core/base/yaml.h"
#include "core/repo/pipeline/parts.h"
#include "core/repo/pointer.h"

/* Where root lies in the git work tree; a bare repository has none to lie in. */
static mlv_err set_prefix(struct mlv_metrics_place *place)
{
	if (place->git && mlv_git_workdir(place->git))
		return mlv_repo_prefix(place->root, mlv_git_workdir(place->git), &place->prefix);
	place->prefix = mlv_sys_strdup("");
	return place->prefix ? NULL : mlv_error_nomem("a path");
}

mlv_err mlv_metrics_place_open(struct mlv_metrics_place *place, struct mlv_ctx *ctx,
			       const char *start)
{
	MLV_SCOPED(mlv_metrics_place_close) struct mlv_metrics_place made = { .ctx = ctx,
									      .root_fd = -1 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf root = MLV_BUF_INIT;
	bool is_mlv;
	mlv_err err;

	err = mlv_repo_find(start, &root);
	is_mlv = !err;
	if (err && err->code != MLV_E_MISSING)
		return err;
	err = mlv_git_open(&made.git, ctx, start);
	if (err && (!is_mlv || err->code != MLV_E_MISSING))
		return err->code == MLV_E_MISSING
			       ? mlv_error_hint(mlv_error(MLV_E_MISSING,
							  "%s: not in a git or mlv repository", start),
						"git init && mlv init")
			       : err;
	if (!is_mlv) {
		const char *workdir = mlv_git_workdir(made.git);

		mlv_buf_clear(&root);
		if ((err = mlv_buf_add_str(&root, workdir ? workdir : mlv_git_dir(made.git))))
			return err;
	}
	made.is_mlv = is_mlv;
	if (!(made.root = mlv_buf_detach(&root)))
		return mlv_error_nomem("a path");
	made.root_fd = mlv_sys_openat(AT_FDCWD, made.root, O_RDONLY | O_DIRECTORY, 0);
	if (made.root_fd < 0)
		return mlv_error_sys("%s", made.root);
	if ((err = set_prefix(&made)))
		return err;
	*place = made;
	made = (struct mlv_metrics_place){ .root_fd = -1 };
	return NULL;
}

void mlv_metrics_place_close(struct mlv_metrics_place *place)
{
	mlv_git_freep(&place->git);
	if (place->outputs)
		mlv_outputs_release(place->outputs);
	free(place->outputs);
	free(place->outputs_of);
	mlv_repo_freep(&place->repo);
	mlv_fd_close(&place->root_fd);
	free(place->root);
	free(place->prefix);
	*place = (struct mlv_metrics_place){ .root_fd = -1 };
}

/* Where temporaries are in nobody's way, if there is such a place; else they lie beside the file. */
static mlv_err open_tmp(const struct mlv_metrics_place *place, int *tmp)
{
	mlv_err err;

	if (!place->is_mlv)
		return NULL;
	if ((err = mlv_fs_mkdirs(place->root_fd, ".mlv/tmp", 0777)))
		return err;
	*tmp = mlv_sys_open_beneath(place->root_fd, ".mlv/tmp", O_RDONLY | O_DIRECTORY, 0);
	return *tmp < 0 ? mlv_error_sys("%s/.mlv/tmp", place->root) : NULL;
}

/* Where the user wants a file there must be none but a file, in a directory that is there. */
static mlv_err check_typed(const char *cwd, const char *file, const char *typed)
{
	const char *slash = strrchr(typed, '/');
	MLV_SCOPED(mlv_mem_free)
	char *parent = mlv_sys_strndup(typed, slash ? (size_t)(slash - typed) : 0);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT;
	char word[MLV_PATH_MAX + 1];
	struct stat st;
	mlv_err err;

	if (!parent)
		return mlv_error_nomem("a path");
	if ((err = mlv_path_absolute(&dir, cwd, slash == typed ? "/" : parent)))
		return err;
	if (mlv_sys_fstatat(AT_FDCWD, file, &st, 0) == 0 && S_ISDIR(st.st_mode))
		return mlv_error_hint(
			mlv_error(MLV_E_USAGE, "%s: a directory, and a file is to be written", typed),
			"name a file in it");
	if (mlv_sys_fstatat(AT_FDCWD, dir.ptr, &st, 0) == 0)
		return S_ISDIR(st.st_mode)
			       ? NULL
			       : mlv_error(MLV_E_USAGE, "%s: %s is no directory", typed, parent);
	return mlv_error_hint(mlv_error(MLV_E_MISSING, "%s: there is no directory %s", typed, parent),
			      "mkdir -p %s", mlv_path_typed(parent, word, sizeof(word)));
}

mlv_err mlv_metrics_place_write(const struct mlv_metrics_place *place, int dir, const char *path,
				const struct mlv_buf *text)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf file = MLV_BUF_INIT;
	MLV_SCOPED(mlv_fd_close) int tmp = -1;
	mlv_err err = open_tmp(place, &tmp);

	if (err || (err = dir == AT_FDCWD ? mlv_path_absolute(&file, place->ctx->cwd, path)
					  : mlv_buf_add_str(&file, path)) ||
	    (dir == AT_FDCWD && (err = check_typed(place->ctx->cwd, file.ptr, path))))
		return err;
	return tmp < 0 ? mlv_fs_replace(dir, file.ptr, text->ptr, text->len, 0666)
		       : mlv_fs_replace_through(tmp, dir, file.ptr, text->ptr, text->len, 0666);
}

mlv_err mlv_metrics_place_store(const struct mlv_metrics_place *place, const char *path,
				const struct mlv_buf *text)
{
	MLV_SCOPED(mlv_fd_close) int dir = -1;
	const char *slash = strrchr(path, '/');
	mlv_err err = mlv_fs_parent_beneath(place->root_fd, path, 0777, &dir);

	return err ? err
		   : mlv_metrics_place_write(place, slash ? dir : place->root_fd, slash ? slash + 1 : path,
					     text);
}

mlv_err mlv_metrics_place_lock(struct mlv_metrics_place *place, int dir, const char *path,
			       const char *command, struct mlv_lock **lock)
{
	mlv_err err;

	if (!place->is_mlv)
		return mlv_lock_dir(lock, place->ctx, dir, path);
	if (!place->repo && (err = mlv_repo_open(&place->repo, place->ctx, place->root)))
		return err;
	return mlv_lock_file(lock, place->repo, path, command);
}

mlv_err mlv_metrics_place_name(const struct mlv_metrics_place *place, const char *typed,
			       struct mlv_buf *name)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = mlv_path_absolute(&path, place->ctx->cwd, typed);
	const char *below;

	if (err)
		return err;
	if (!(below = mlv_path_below(place->root, path.ptr)))
		return mlv_error(MLV_E_REFUSED, "%s: outside the repository %s", typed, place->root);
	mlv_buf_clear(name);
	return mlv_buf_add_str(name, below);
}

mlv_err mlv_metrics_side_init(const struct mlv_metrics_place *place, const char *rev,
			      struct mlv_metrics_side *side)
{
	*side = (struct mlv_metrics_side){ .rev = rev };
	if (!rev)
		return NULL;
	if (!place->git)
		return mlv_error(MLV_E_REMOTE, "%s: no revision of %s can be read, it has no git",
				 rev, place->root);
	return mlv_git_resolve(place->git, rev, &side->commit);
}

const char *mlv_metrics_side_name(const struct mlv_metrics_side *side)
{
	return side->rev ? side->rev : "workspace";
}

/* Outside an mlv repository the mlv.yaml at the root is all there is. */
static mlv_err load_root_file(const struct mlv_metrics_place *place,
			      const struct mlv_metrics_side *side, struct mlv_pipeline *pipeline)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_PIPELINE_MAX);
	const struct mlv_snapshot snapshot = {
		.ctx = place->ctx, .root_fd = place->root_fd, .git = side->rev ? place->git : NULL,
		.prefix = place->prefix, .commit = side->commit, .rev = side->rev,
	};
	bool found;
	mlv_err err = mlv_snapshot_read(&snapshot, MLV_PIPELINE_NAME, &text, &found);

	if (!err && found)
		err = mlv_pipeline_add_file(&snapshot, pipeline, MLV_PIPELINE_NAME, text.ptr,
					    text.len);
	return mlv_pipeline_forgive(&snapshot, pipeline, 0, err);
}

mlv_err mlv_metrics_pipeline(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			     struct mlv_pipeline *pipeline)
{
	mlv_err err;

	if (!place->is_mlv)
		return load_root_file(place, side, pipeline);
	if (!place->repo && (err = mlv_repo_open(&place->repo, place->ctx, place->root)))
		return err;
	return mlv_pipeline_load_some(place->repo, side->rev, pipeline);
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static bool is_yaml(const char *file)
{
	return ends_with(file, ".yaml") || ends_with(file, ".yml");
}

static mlv_err parse_file(const char *name, const char *file, const struct mlv_buf *text,
			  struct mlv_metrics *metrics)
{
	MLV_SCOPED(mlv_value_freep) struct mlv_value *root = NULL;
	mlv_err err;

	if (is_yaml(file))
		err = mlv_yaml_parse(name, text->ptr, text->len, &root);
	else if (ends_with(file, ".json"))
		err = mlv_json_parse(name, text->ptr, text->len, &root);
	else if (ends_with(file, ".toml"))
		err = mlv_toml_parse(name, text->ptr, text->len, &root);
	else
		err = mlv_error(MLV_E_SPEC, "%s: not a .json, .yaml, .yml or .toml file", name);
	return err ? err : mlv_metrics_flatten(name, root, metrics);
}

mlv_err mlv_metrics_read(struct mlv_metrics_place *place, const struct mlv_metrics_side *side,
			 const char *file, struct mlv_metrics *metrics, bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_LIMIT(MLV_METRICS_MAX);
	char name[PATH_MAX];
	bool there;
	mlv_err err;

	snprintf(name, sizeof(name), "%s%s%s", side->rev ? side->rev : "", side->rev ? ":" : "",
		 file);
	if ((err = mlv_metrics_text(place, side, file, &text, &there)))
		return mlv_error_wrap(err, "%s", name);
	if (there && (err = parse_file(name, file, &text, metrics)))
		return err;
	*found = there;
	return NULL;
}
