/* gc/needs.c - what keeps data: this repository and the others of the same cache. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/gc.h"
#include "core/base/duration.h"
#include "core/base/path.h"
#include "core/base/strs.h"
#include "core/repo/sharing.h"

void mlv_gc_needs_release(struct mlv_gc_needs *needs)
{
	free(needs->at);
	free(needs->linked);
	*needs = (struct mlv_gc_needs){ 0 };
}

mlv_err mlv_gc_scope(const struct mlv_gc_args *args, struct mlv_scope *scope, const char **revs)
{
	static const char *const head[] = { "HEAD", NULL };

	*scope = (struct mlv_scope){
		.git = (args->all_branches ? MLV_GIT_BRANCHES : 0U) |
		       (args->all_tags ? MLV_GIT_TAGS : 0U) |
		       (args->all_commits ? MLV_GIT_ALL_COMMITS : 0U),
		.back = args->back,
		.dated = args->date != NULL,
	};
	for (size_t i = 0; i < args->revs.count; i++)
		revs[i] = args->revs.at[i];
	revs[args->revs.count] = NULL;
	if (args->revs.count)
		scope->revs = revs;
	else if (args->back && !args->all_branches)
		scope->revs = head;
	if (args->date && !mlv_day_parse(args->date, &scope->since))
		return mlv_error(MLV_E_USAGE, "--date '%s' is no day such as 2026-01-31",
				 args->date);
	if (args->workspace || scope->git || scope->revs || scope->dated)
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_USAGE, "nothing says what is to be kept"),
			      "what the work tree tracks: mlv gc -w; also all branches -a, tags "
			      "-T, commits -A; --dry shows what would go");
}

static mlv_err add(struct mlv_gc_needs *needs, const struct mlv_key *key, uint64_t size)
{
	mlv_err err = mlv_array_grow(&needs->at, &needs->cap, needs->count + 1,
				     sizeof(*needs->at));

	if (!err)
		needs->at[needs->count++] =
			(struct mlv_want){ .key = *key, .size = size, .part = "", .label = "" };
	return err;
}

static mlv_err add_linked(void *arg, const struct mlv_key *key, uint64_t size)
{
	struct mlv_gc_needs *needs = arg;
	mlv_err err = mlv_array_grow(&needs->linked, &needs->linked_cap, needs->linked_count + 1,
				     sizeof(*needs->linked));

	if (err)
		return err;
	needs->linked[needs->linked_count++] = (struct mlv_want){ .key = *key, .size = size };
	return add(needs, key, size);
}

mlv_err mlv_gc_needs_add(struct mlv_gc_needs *needs, struct mlv_repo *repo,
			 const struct mlv_scope *scope)
{
	MLV_SCOPED(mlv_needs_release) struct mlv_needs found = { 0 };
	mlv_err err = mlv_needs_find(&found, repo, scope);

	for (size_t i = 0; !err && i < found.count; i++) {
		struct mlv_key key = mlv_output_key(&found.at[i].output);

		err = add(needs, &key, found.at[i].output.size);
	}
	return err ? err : mlv_needs_linked(repo, add_linked, needs);
}

/* A repository that its own users know: everything that any of its commits tracks. */
static mlv_err add_other(struct mlv_gc_needs *needs, struct mlv_ctx *ctx, const char *root)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	struct mlv_scope scope = { 0 };
	struct mlv_git *git = NULL;
	mlv_err err = mlv_repo_open(&repo, ctx, root);

	if (err)
		return err;
	/* The directory may be gone, and a repository lie above it. */
	if (strcmp(repo->root, root) != 0)
		return mlv_error(MLV_E_MISSING, "not an mlv repository");
	if ((err = mlv_repo_git(repo, &git)))
		return err;
	if (git)
		scope.git = MLV_GIT_BRANCHES | MLV_GIT_TAGS | MLV_GIT_ALL_COMMITS;
	return mlv_gc_needs_add(needs, repo, &scope);
}

/* The roots of -p, resolved. */
static mlv_err add_projects(struct mlv_ctx *ctx, const struct mlv_gc_args *args,
			    struct mlv_strs *roots)
{
	for (size_t i = 0; i < args->projects.count; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf root = MLV_BUF_INIT, path = MLV_BUF_INIT;
		mlv_err err;

		if ((err = mlv_path_absolute(&path, ctx->cwd, args->projects.at[i])) ||
		    (err = mlv_repo_find(path.ptr, &root)) ||
		    (err = mlv_strs_add(roots, root.ptr)))
			return mlv_error_wrap(err, "-p");
	}
	mlv_strs_sort_unique(roots);
	return NULL;
}

static bool is_forgotten(struct mlv_ctx *ctx, const struct mlv_gc_args *args, const char *root)
{
	for (size_t i = 0; i < args->forget.count; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;

		if (!mlv_path_absolute(&path, ctx->cwd, args->forget.at[i]) &&
		    strcmp(path.ptr, root) == 0)
			return true;
	}
	return false;
}

mlv_err mlv_gc_needs_add_others(struct mlv_gc_needs *needs, struct mlv_repo *repo,
				const char *cache, const struct mlv_gc_args *args)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs roots = { 0 };
	mlv_err err;

	if ((err = mlv_sharing_list(cache, &roots)) ||
	    (err = add_projects(repo->ctx, args, &roots)))
		return err;
	for (size_t i = 0; i < roots.count; i++) {
		if (strcmp(roots.at[i], repo->root) == 0 ||
		    is_forgotten(repo->ctx, args, roots.at[i]))
			continue;
		err = add_other(needs, repo->ctx, roots.at[i]);
		if (err && (err->code == MLV_E_INTERRUPTED || err->code == MLV_E_NOMEM))
			return err;
		if (err)
			return mlv_error_hint(
				mlv_error(MLV_E_REFUSED, "%s uses the same cache and cannot be "
					  "read, so nothing is removed: %.*s", roots.at[i],
					  (int)mlv_error_len_without_hint(err), err->msg),
				"if it is no more: mlv gc --forget %s, and what to keep",
				roots.at[i]);
	}
	return NULL;
}
