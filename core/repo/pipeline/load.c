/* Loading a pipeline, and finding stages in it. */
#include <stdlib.h>
#include <string.h>

#include "core/base/suggest.h"
#include "core/base/sys.h"
#include "core/repo/glob.h"
#include "core/repo/pipeline/parts.h"

static mlv_err load(struct mlv_repo *repo, const char *rev, bool some,
		    struct mlv_pipeline *pipeline)
{
	MLV_SCOPED(mlv_pipeline_release) struct mlv_pipeline made = { 0 };
	struct mlv_snapshot snapshot;
	mlv_err err;

	if ((err = mlv_snapshot_open(&snapshot, repo, rev)) ||
	    (err = mlv_pipeline_search(repo, &snapshot, some, &made)) ||
	    (err = mlv_pipeline_sort(&made)) || (!some && (err = mlv_pipeline_link(&made))))
		return rev ? mlv_error_wrap(err, "%s", rev) : err;
	*pipeline = made;
	made = (struct mlv_pipeline){ 0 };
	return NULL;
}

mlv_err mlv_pipeline_load(struct mlv_repo *repo, struct mlv_pipeline *pipeline)
{
	return load(repo, NULL, false, pipeline);
}

mlv_err mlv_pipeline_load_rev(struct mlv_repo *repo, const char *rev,
			      struct mlv_pipeline *pipeline)
{
	return load(repo, rev, false, pipeline);
}

mlv_err mlv_pipeline_load_some(struct mlv_repo *repo, const char *rev,
			       struct mlv_pipeline *pipeline)
{
	return load(repo, rev, true, pipeline);
}

const struct mlv_stage *mlv_pipeline_stage(const struct mlv_pipeline *pipeline, const char *file,
					   const char *name)
{
	size_t low = 0, high = pipeline->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct mlv_stage *stage = &pipeline->stages[mid];
		int order = strcmp(stage->file, file);

		if (!order)
			order = strcmp(stage->name, name);
		if (!order)
			return stage;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static bool is_or_lies_in(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

void mlv_stage_set_release(struct mlv_stage_set *set)
{
	free(set->at);
	*set = (struct mlv_stage_set){ 0 };
}

static mlv_err add(struct mlv_stage_set *set, size_t stage)
{
	mlv_err err;

	for (size_t i = 0; i < set->count; i++)
		if (set->at[i] == stage)
			return NULL;
	if ((err = mlv_array_grow(&set->at, &set->cap, set->count + 1, sizeof(*set->at))))
		return err;
	set->at[set->count++] = stage;
	return NULL;
}

/* All stages of a file whose name or group is (or, with a glob, matches) name; NULL: all. */
static mlv_err add_named(const struct mlv_pipeline *pipeline, const char *file, const char *name,
			 const struct mlv_glob *glob, struct mlv_stage_set *set)
{
	mlv_err err = NULL;

	for (size_t s = 0; s < pipeline->count && !err; s++) {
		const struct mlv_stage *stage = &pipeline->stages[s];

		if (strcmp(stage->file, file) != 0)
			continue;
		if (!name || strcmp(stage->name, name) == 0 ||
		    (stage->group && strcmp(stage->group, name) == 0) ||
		    (glob && (mlv_glob_match(glob, stage->name, strlen(stage->name)) ||
			      (stage->group &&
			       mlv_glob_match(glob, stage->group, strlen(stage->group))))))
			err = add(set, s);
	}
	return err;
}

static mlv_err add_in_file(const struct mlv_pipeline *pipeline, const char *file,
			   const char *name, const struct mlv_pipeline_find *options,
			   struct mlv_stage_set *set)
{
	MLV_SCOPED(mlv_glob_release) struct mlv_glob glob = { 0 };
	mlv_err err;

	if (!name || !options->glob)
		return add_named(pipeline, file, name, NULL, set);
	err = mlv_glob_compile(&glob, name, strlen(name), false);
	return err ? err : add_named(pipeline, file, name, &glob, set);
}

static mlv_err add_below(const struct mlv_pipeline *pipeline, const char *dir,
			 struct mlv_stage_set *set)
{
	mlv_err err = NULL;

	for (size_t s = 0; s < pipeline->count && !err; s++)
		if (!*dir || is_or_lies_in(pipeline->stages[s].file, dir))
			err = add(set, s);
	return err;
}

static bool has_file(const struct mlv_pipeline *pipeline, const char *path)
{
	for (size_t i = 0; i < pipeline->file_count; i++)
		if (strcmp(pipeline->files[i].path, path) == 0)
			return true;
	return false;
}

/* path/to/mlv.yaml, or path/to/mlv.yaml:name; *found false when it is neither. */
static mlv_err find_by_file(struct mlv_repo *repo, const struct mlv_pipeline *pipeline,
			    const char *target, const struct mlv_pipeline_find *options,
			    struct mlv_stage_set *set, bool *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf file = MLV_BUF_INIT;
	MLV_SCOPED(mlv_mem_free) char *typed = NULL;
	const char *named = strstr(target, MLV_PIPELINE_NAME ":");
	const char *colon = named ? named + strlen(MLV_PIPELINE_NAME) : NULL;
	size_t len = colon ? (size_t)(colon - target) : strlen(target);
	const size_t name_len = strlen(MLV_PIPELINE_NAME);
	mlv_err err;

	*found = len >= name_len &&
		 strncmp(target + len - name_len, MLV_PIPELINE_NAME, name_len) == 0 &&
		 (len == name_len || target[len - name_len - 1] == '/');
	if (!*found)
		return NULL;
	if (!(typed = mlv_sys_strndup(target, len)))
		return mlv_error_nomem("a path");
	if ((err = mlv_repo_path(repo, typed, &file)))
		return err;
	if (!has_file(pipeline, file.ptr))
		return mlv_error(MLV_E_MISSING, "%s: there is no such file of stages", typed);
	return add_in_file(pipeline, file.ptr, colon ? colon + 1 : NULL, options, set);
}

/* Names in the mlv.yaml beside the user, and else in that of the root. */
static mlv_err find_by_name(struct mlv_repo *repo, const struct mlv_pipeline *pipeline,
			    const char *target, const struct mlv_pipeline_find *options,
			    struct mlv_stage_set *set)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf file = MLV_BUF_INIT;
	size_t before = set->count;
	mlv_err err = NULL;

	if (!(err = mlv_repo_path(repo, MLV_PIPELINE_NAME, &file)))
		err = add_in_file(pipeline, file.ptr, target, options, set);
	else if (err->code == MLV_E_REFUSED)
		err = NULL;
	if (err || set->count > before)
		return err;
	return add_in_file(pipeline, MLV_PIPELINE_NAME, target, options, set);
}

static mlv_err unknown(const struct mlv_pipeline *pipeline, const char *target)
{
	struct mlv_suggest suggest;
	mlv_err err = mlv_error(MLV_E_MISSING, "%s: neither a stage nor an output of one", target);

	mlv_suggest_begin(&suggest, target);
	for (size_t s = 0; s < pipeline->count; s++) {
		mlv_suggest_offer(&suggest, pipeline->stages[s].name);
		if (pipeline->stages[s].group)
			mlv_suggest_offer(&suggest, pipeline->stages[s].group);
	}
	return suggest.best ? mlv_error_hint(err, "did you mean '%s'?", suggest.best)
			    : mlv_error_hint(err, "mlv stage list --all shows them");
}

/* An output, or with -R a folder. */
static mlv_err find_by_path(struct mlv_repo *repo, const struct mlv_pipeline *pipeline,
			    const char *target, const struct mlv_pipeline_find *options,
			    struct mlv_stage_set *set)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	const struct mlv_stage *stage;
	mlv_err err = mlv_repo_path(repo, target, &path);

	if (err)
		return err->code == MLV_E_REFUSED ? unknown(pipeline, target) : err;
	if (path.len && (stage = mlv_pipeline_producer(pipeline, path.ptr, NULL)))
		return add(set, (size_t)(stage - pipeline->stages));
	return options->recursive ? add_below(pipeline, path.ptr, set) : NULL;
}

mlv_err mlv_pipeline_find(struct mlv_repo *repo, const struct mlv_pipeline *pipeline,
			  const char *target, const struct mlv_pipeline_find *options,
			  struct mlv_stage_set *found)
{
	size_t before = found->count;
	bool by_file;
	mlv_err err = find_by_file(repo, pipeline, target, options, found, &by_file);

	if (!err && !by_file)
		err = find_by_name(repo, pipeline, target, options, found);
	if (!err && !by_file && found->count == before)
		err = find_by_path(repo, pipeline, target, options, found);
	if (err)
		return err;
	return found->count > before ? NULL : unknown(pipeline, target);
}
