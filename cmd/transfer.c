/* transfer.c - targets of all revisions, as wants by remote. */
#include "cmd/transfer.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/remote_open.h"
#include "cmd/transfer/filter.h"
#include "core/base/pace.h"
#include "core/base/path.h"
#include "core/base/sys.h"

#define JOBS_MOST 256U

void mlv_routes_release(struct mlv_routes *routes)
{
	for (size_t i = 0; i < routes->count; i++) {
		free(routes->at[i].name);
		free(routes->at[i].wants);
	}
	free(routes->at);
	mlv_strs_release(&routes->texts);
	mlv_strs_release(&routes->list);
	*routes = (struct mlv_routes){ 0 };
}

mlv_err mlv_transfer_jobs(struct mlv_run *run, uint64_t jobs)
{
	if (jobs > JOBS_MOST)
		return mlv_error(MLV_E_USAGE, "--jobs is at most %u", JOBS_MOST);
	if (jobs > 0)
		run->ctx->transfer_jobs = (unsigned)jobs;
	return NULL;
}

mlv_err mlv_transfer_begin(struct mlv_run *run, const struct mlv_transfer_args *args,
			   struct mlv_repo **repo)
{
	struct mlv_pace *pace = run->ctx->pace;
	mlv_err err = mlv_transfer_jobs(run, args->jobs);

	if (args->run_cache && args->dry_run)
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "--dry-run does not count runs"),
				      "leave out --run-cache");
	if (!err && args->bwlimit)
		err = mlv_cmd_pace(pace, args->bwlimit);
	pace->given = args->bwlimit != NULL;
	return err ? err : mlv_repo_open(repo, run->ctx, run->ctx->cwd);
}

/* What a search for targets knows. */
struct search {
	struct mlv_routes *routes;
	struct mlv_repo *repo;
	const struct mlv_transfer_args *args;
	char *const *operands;
	enum mlv_purpose purpose;
	bool found; /* in some revision */
	struct mlv_transfer_filter filter;
};

static void release_search(struct search *search)
{
	mlv_transfer_filter_release(&search->filter);
}

static bool same_name(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static mlv_err find_route(struct mlv_routes *routes, const char *name, bool of_list,
			  struct mlv_route **route)
{
	struct mlv_route made = { .of_list = of_list };
	mlv_err err;

	for (size_t i = 0; i < routes->count; i++)
		if (same_name(routes->at[i].name, name) && routes->at[i].of_list == of_list) {
			*route = &routes->at[i];
			return NULL;
		}
	if (name && !(made.name = mlv_sys_strdup(name)))
		return mlv_error_nomem("a list of remotes");
	err = mlv_array_grow(&routes->at, &routes->cap, routes->count + 1, sizeof(*routes->at));
	if (err) {
		free(made.name);
		return err;
	}
	routes->at[routes->count] = made;
	*route = &routes->at[routes->count++];
	return NULL;
}

static mlv_err keep_text(struct mlv_routes *routes, const char *text, const char **kept)
{
	mlv_err err = mlv_strs_add(&routes->texts, text);

	if (!err)
		*kept = routes->texts.at[routes->texts.count - 1];
	return err;
}

/* Whether the remote is one that was asked for; where none was, any is. */
static bool is_asked(const struct mlv_transfer_args *args, const char *name)
{
	bool any = !args->remote && args->remotes.count == 0;

	for (size_t i = 0; !any && i < args->remotes.count; i++)
		any = strcmp(args->remotes.at[i], name) == 0;
	return any || (args->remote && strcmp(args->remote, name) == 0);
}

static bool takes_part(const struct search *search, const struct mlv_output *output)
{
	if (output->import && !output->push)
		return false; /* it comes from its source: mlv_imports_fetch() */
	if (!output->cache || (output->remote && !is_asked(search->args, output->remote)))
		return false;
	return output->push || search->purpose == MLV_FOR_FSCK ||
	       (search->purpose == MLV_FOR_FETCH && search->operands[0]);
}

static mlv_err add_want(struct search *search, const struct mlv_want *want, const char *name,
			bool of_list)
{
	struct mlv_route *route = NULL;
	mlv_err err = find_route(search->routes, name, of_list, &route);

	if (!err)
		err = mlv_array_grow(&route->wants, &route->cap, route->count + 1, sizeof(*want));
	if (!err)
		route->wants[route->count++] = *want;
	return err;
}

/* To each remote of the list; a fetch begins with the first. */
static mlv_err add_to_list(struct search *search, const struct mlv_want *want)
{
	struct mlv_strs *list = &search->routes->list;
	bool fetch = search->purpose == MLV_FOR_FETCH;
	mlv_err err = NULL;

	if (search->args->remote || search->purpose == MLV_FOR_FSCK)
		return add_want(search, want, search->args->remote, false);
	if (list->count == 0)
		err = mlv_cmd_remote_names(search->repo, &search->args->remotes, list);
	for (size_t i = 0; !err && i < (fetch ? 1 : list->count); i++)
		err = add_want(search, want, list->at[i], fetch && list->count > 1);
	return err;
}

static mlv_err add_target(struct search *search, const struct mlv_target *target)
{
	const struct mlv_output *output = target->output;
	struct mlv_want want = { .key = mlv_output_key(output), .size = output->size,
				 .optional = search->filter.typed };
	mlv_err err;

	if (!takes_part(search, output) || !mlv_transfer_filter_size(&search->filter, output))
		return NULL;
	if ((err = keep_text(search->routes, target->part ? target->part : "", &want.part)) ||
	    (err = keep_text(search->routes, output->path, &want.label)))
		return err;
	return output->remote ? add_want(search, &want, output->remote, false)
			      : add_to_list(search, &want);
}

/* The tracked paths that a pattern matches, as operands that stand for themselves. */
static mlv_err expand(struct mlv_repo *repo, const struct mlv_outputs *outputs, const char *typed,
		      struct mlv_strs *found)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf pattern = MLV_BUF_INIT;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	size_t before = found->count;
	mlv_err err = mlv_repo_path(repo, typed, &pattern);

	for (size_t i = 0; !err && i < outputs->count; i++) {
		if (fnmatch(pattern.ptr, outputs->at[i].path, FNM_PATHNAME) != 0)
			continue;
		mlv_buf_clear(&path);
		err = mlv_buf_printf(&path, "%s/%s", repo->root, outputs->at[i].path);
		if (!err)
			err = mlv_strs_add(found, path.ptr);
	}
	if (!err && found->count == before)
		err = mlv_error(MLV_E_MISSING, "no tracked path matches %s", typed);
	return err;
}

static mlv_err resolve_globs(struct mlv_repo *repo, char *const *operands,
			     const struct mlv_outputs *outputs, struct mlv_targets *targets)
{
	MLV_SCOPED(mlv_strs_release) struct mlv_strs found = { 0 };
	MLV_SCOPED(mlv_mem_free) char **list = NULL;
	mlv_err err = NULL;

	for (char *const *typed = operands; !err && *typed; typed++)
		err = expand(repo, outputs, *typed, &found);
	if (err)
		return err;
	if (!(list = mlv_sys_alloc_array(found.count + 1, sizeof(*list))))
		return mlv_error_nomem("a list of targets");
	for (size_t i = 0; i < found.count; i++)
		list[i] = found.at[i];
	return mlv_targets_resolve(repo, outputs, list, targets);
}

mlv_err mlv_transfer_targets(struct mlv_repo *repo, const struct mlv_transfer_args *args,
			     char *const *operands, const struct mlv_outputs *outputs,
			     struct mlv_targets *targets)
{
	if (args->glob && operands[0])
		return resolve_globs(repo, operands, outputs, targets);
	return mlv_targets_resolve(repo, outputs, operands, targets);
}

/* What of a target mlv.yaml lists. */
static mlv_err add_typed(struct search *search, const struct mlv_target *target)
{
	const struct mlv_transfer_filter *filter = &search->filter;
	const char *whole = target->part ? target->part : "", *part;
	const size_t len = strlen(whole);
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < filter->files.count; i++) {
		MLV_SCOPED(mlv_mem_free) char *copy = NULL;
		struct mlv_target of = { .output = target->output };

		if (!mlv_transfer_filter_file(filter, i, target->output, &part))
			continue;
		/* Of a part that was named, what lies in it. */
		if (strncmp(part, whole, len) != 0 || (len && part[len] && part[len] != '/'))
			continue;
		if (!(of.part = copy = mlv_sys_strdup(part)))
			return mlv_error_nomem("a target");
		err = add_target(search, &of);
	}
	return err;
}

static mlv_err add_outputs(struct search *search, const struct mlv_outputs *outputs)
{
	MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
	mlv_err err = mlv_transfer_targets(search->repo, search->args, search->operands, outputs,
					   &targets);

	if (!err)
		search->found = true;
	for (size_t i = 0; !err && i < targets.count; i++)
		err = search->filter.typed ? add_typed(search, &targets.at[i])
					   : add_target(search, &targets.at[i]);
	return err;
}

static mlv_err add_commit(void *arg, const struct mlv_git_id *commit, const char *name)
{
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	struct search *search = arg;
	mlv_err err = mlv_outputs_load_rev(search->repo, commit->hex, &outputs);

	if (!err)
		err = mlv_transfer_filter_rev(&search->filter, search->repo, search->args,
					      commit->hex);
	if (err)
		return mlv_error_wrap(err, "%s", name ? name : commit->hex);
	err = add_outputs(search, &outputs);
	return err && err->code == MLV_E_MISSING ? NULL : err;
}

static mlv_err add_commits(struct search *search, unsigned scopes)
{
	struct mlv_git *git = NULL;
	mlv_err err = mlv_repo_git(search->repo, &git);

	if (err)
		return err;
	if (!git)
		return mlv_error(MLV_E_USAGE, "there are no revisions: this repository is "
				 "without git (core.no_scm)");
	return mlv_git_each_commit(git, scopes, add_commit, search);
}

static int compare_wants(const void *a, const void *b)
{
	const struct mlv_want *x = a, *y = b;
	int order = mlv_key_compare(&x->key, &y->key);

	return order ? order : strcmp(x->part, y->part);
}

static int compare_labels(const void *a, const void *b)
{
	const struct mlv_want *x = a, *y = b;
	int order = compare_wants(a, b);

	return order ? order : strcmp(x->label, y->label);
}

/* One want for each key and part: revisions share most of what they track. */
static void drop_repeated(struct mlv_route *route)
{
	size_t kept = 0;

	if (route->count == 0)
		return;
	qsort(route->wants, route->count, sizeof(*route->wants), compare_labels);
	for (size_t i = 1; i < route->count; i++)
		if (compare_wants(&route->wants[kept], &route->wants[i]) != 0)
			route->wants[++kept] = route->wants[i];
	route->count = kept + 1;
}

/* With revisions asked for, a target may be tracked in some only. */
static mlv_err search_all(struct search *search, unsigned scopes)
{
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	struct mlv_error kept = { 0 };
	mlv_err err;

	if ((err = mlv_outputs_load(search->repo, &outputs)))
		return err;
	err = add_outputs(search, &outputs);
	if (!scopes || (err && err->code != MLV_E_MISSING))
		return err;
	if (err)
		kept = *err;
	if ((err = add_commits(search, scopes)))
		return err;
	return search->found ? NULL : mlv_error_copy(&kept);
}

mlv_err mlv_routes_find(struct mlv_routes *routes, struct mlv_repo *repo,
			const struct mlv_transfer_args *args, char *const *operands,
			enum mlv_purpose purpose)
{
	MLV_SCOPED(release_search) struct search search = { .routes = routes, .repo = repo, .args = args,
				 .operands = operands, .purpose = purpose };
	unsigned scopes = (args->all_branches ? MLV_GIT_BRANCHES : 0U) |
			  (args->all_tags ? MLV_GIT_TAGS : 0U) |
			  (args->all_commits ? MLV_GIT_ALL_COMMITS : 0U);
	mlv_err err;

	routes->args = args;
	if (!(err = mlv_transfer_filter_begin(&search.filter, repo, args)))
		err = search_all(&search, scopes);

	for (size_t i = 0; !err && i < routes->count; i++)
		drop_repeated(&routes->at[i]);
	if (!err && search.filter.left_out)
		mlv_tell_warning(repo->ctx, "left out, larger than %s: %" PRIu64, args->max_size,
				 search.filter.left_out);
	return err;
}

mlv_err mlv_routes_outputs(struct mlv_routes *routes, struct mlv_repo *repo,
			   const struct mlv_transfer_args *args, const struct mlv_outputs *outputs)
{
	static char *none[] = { NULL };
	MLV_SCOPED(release_search) struct search search = { .routes = routes, .repo = repo, .args = args,
				 .operands = none, .purpose = MLV_FOR_FETCH };
	mlv_err err = mlv_transfer_filter_begin(&search.filter, repo, args);

	routes->args = args;
	for (size_t i = 0; !err && i < outputs->count; i++) {
		const struct mlv_target target = { .output = &outputs->at[i] };

		err = add_target(&search, &target);
	}
	for (size_t i = 0; !err && i < routes->count; i++)
		drop_repeated(&routes->at[i]);
	return err;
}
