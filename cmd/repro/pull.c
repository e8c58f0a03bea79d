#include "cmd/repro/pull.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cmd/importing.h"
#include "cmd/transfer.h"
#include "cmd/ui/out.h"
#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/checkout.h"

/* What repro tells is of stages: what is fetched for them it says nothing of. */
static mlv_err run_silent(struct mlv_run *run, struct mlv_repo *repo, struct mlv_routes *routes)
{
	struct mlv_out out = { .to = run->out->to, .quiet = true };
	struct mlv_run silent = *run;
	struct mlv_transfer_sum sum = { 0 };

	silent.out = &out;
	silent.json = false;
	silent.quiet = true;
	return mlv_routes_run(&silent, repo, routes, MLV_WAY_FETCH, &sum);
}

mlv_err mlv_repro_pull_outputs(struct mlv_run *run, struct mlv_repo *repo,
			       const struct mlv_outputs *outputs)
{
	static const struct mlv_transfer_args args = { .allow_missing = true };
	MLV_SCOPED(mlv_routes_release) struct mlv_routes routes = { 0 };
	struct mlv_store *cache;
	bool all = true;
	mlv_err err = mlv_repo_cache(repo, &cache);

	for (size_t i = 0; !err && all && i < outputs->count; i++)
		if (outputs->at[i].cache)
			err = mlv_output_is_cached(cache, &outputs->at[i], &all);
	if (err || all || (err = mlv_routes_outputs(&routes, repo, &args, outputs)))
		return err;
	return run_silent(run, repo, &routes);
}

/* Whether one of the two paths is the other, or lies in it. */
static bool overlap(const char *a, const char *b)
{
	size_t len_a = strlen(a), len_b = strlen(b), len = len_a < len_b ? len_a : len_b;

	return strncmp(a, b, len) == 0 && (len_a == len_b || (len_a > len_b ? a : b)[len] == '/');
}

static bool is_tracked(const struct mlv_outputs *outputs, const char *path)
{
	for (size_t i = 0; i < outputs->count; i++)
		if (overlap(outputs->at[i].path, path))
			return true;
	return false;
}

static bool is_made(const struct mlv_pipeline *pipeline, const struct mlv_stage_set *stages,
		    const char *path)
{
	const struct mlv_stage_out *out;
	const struct mlv_stage *stage = mlv_pipeline_producer(pipeline, path, &out);

	for (size_t i = 0; stage && i < stages->count; i++)
		if (&pipeline->stages[stages->at[i]] == stage)
			return true;
	return false;
}

/* The dependencies of a stage that are to be brought, as absolute paths. */
static mlv_err add_missing(struct mlv_repo *repo, const struct mlv_pipeline *pipeline,
			   const struct mlv_stage_set *stages, const struct mlv_outputs *outputs,
			   const struct mlv_stage *stage, struct mlv_strs *paths)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < stage->dep_count; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf whole = MLV_BUF_INIT;
		const struct mlv_stage_dep *dep = &stage->deps[i];
		struct stat st;

		if (dep->url || dep->glob || is_made(pipeline, stages, dep->path) ||
		    mlv_sys_fstatat(repo->root_fd, dep->path, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
		    !is_tracked(outputs, dep->path))
			continue;
		if (!(err = mlv_buf_printf(&whole, "%s/%s", repo->root, dep->path)))
			err = mlv_strs_add(paths, whole.ptr);
	}
	return err;
}

static mlv_err bring(struct mlv_run *run, struct mlv_repo *repo, const struct mlv_outputs *outputs,
		     char *const *paths)
{
	static const struct mlv_transfer_args args = { .allow_missing = true };
	const struct mlv_checkout_options options = { .command = "repro" };
	MLV_SCOPED(mlv_routes_release) struct mlv_routes routes = { 0 };
	MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
	MLV_SCOPED(mlv_checkout_result_release) struct mlv_checkout_result result = { 0 };
	mlv_err err;

	if ((err = mlv_routes_find(&routes, repo, &args, paths, MLV_FOR_FETCH)) ||
	    (err = run_silent(run, repo, &routes)) ||
	    (err = mlv_imports_fetch(run, repo, &args, paths)) ||
	    (err = mlv_transfer_targets(repo, &args, paths, outputs, &targets)))
		return err;
	return mlv_checkout(repo, outputs, &targets, &options, &result);
}

mlv_err mlv_repro_pull_deps(struct mlv_run *run, struct mlv_repo *repo,
			    const struct mlv_pipeline *pipeline, const struct mlv_stage_set *stages)
{
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	MLV_SCOPED(mlv_strs_release) struct mlv_strs paths = { 0 };
	MLV_SCOPED(mlv_mem_free) void *mem = NULL;
	char **operands;
	mlv_err err = mlv_outputs_load(repo, &outputs);

	for (size_t i = 0; !err && i < stages->count; i++)
		err = add_missing(repo, pipeline, stages, &outputs,
				  &pipeline->stages[stages->at[i]], &paths);
	if (err || !paths.count)
		return err;
	mlv_strs_sort_unique(&paths);
	if (!(mem = mlv_sys_alloc_array(paths.count + 1, sizeof(*operands))))
		return mlv_error_nomem("paths");
	operands = mem;
	memcpy(operands, paths.at, paths.count * sizeof(*operands));
	return bring(run, repo, &outputs, operands);
}
