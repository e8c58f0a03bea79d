#include "core/repo/needs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/base/sys.h"

void mlv_needs_release(struct mlv_needs *needs)
{
	for (size_t i = 0; i < needs->count; i++) {
		mlv_output_release(&needs->at[i].output);
		free(needs->at[i].places);
	}
	for (size_t i = 0; i < needs->place_count; i++)
		free(needs->places[i].name);
	free(needs->at);
	free(needs->places);
	*needs = (struct mlv_needs){ 0 };
}

bool mlv_need_is_here(const struct mlv_need *need)
{
	return need->count > 0 && need->places[0] == 0;
}

/* A search that goes on. */
struct search {
	struct mlv_needs *needs;
	struct mlv_repo *repo;
	const struct mlv_scope *scope;
	struct mlv_git *git;
};

static mlv_err add_place(struct mlv_needs *needs, const struct mlv_git_id *commit, const char *name)
{
	struct mlv_place place = { .commit = *commit };
	mlv_err err = mlv_array_grow(&needs->places, &needs->place_cap, needs->place_count + 1,
				     sizeof(place));

	if (err)
		return err;
	if (name && !(place.name = mlv_sys_strdup(name)))
		return mlv_error_nomem("a list of commits");
	needs->places[needs->place_count++] = place;
	return NULL;
}

/* The outputs of the last place, each with that place only. They are taken. */
static mlv_err add_outputs(struct mlv_needs *needs, struct mlv_outputs *outputs)
{
	mlv_err err = mlv_array_grow(&needs->at, &needs->cap, needs->count + outputs->count,
				     sizeof(*needs->at));

	if (err)
		return err;
	for (size_t i = 0; i < outputs->count; i++) {
		struct mlv_need *need = &needs->at[needs->count];

		*need = (struct mlv_need){ .count = 1 };
		if (!(need->places = mlv_sys_alloc(sizeof(*need->places))))
			return mlv_error_nomem("a list of outputs");
		need->places[0] = (uint32_t)(needs->place_count - 1);
		need->output = outputs->at[i];
		outputs->at[i] = (struct mlv_output){ 0 };
		needs->count++;
	}
	return NULL;
}

static mlv_err take_failure(struct search *search, mlv_err why)
{
	const struct mlv_scope *scope = search->scope;
	bool of_data = why->code == MLV_E_MISSING || why->code == MLV_E_CORRUPT ||
		       why->code == MLV_E_SPEC;

	if (!scope->bad || !of_data)
		return why;
	return scope->bad(scope->arg, &search->needs->places[search->needs->place_count - 1], why);
}

static mlv_err search_worktree(struct search *search)
{
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	mlv_err err = add_place(search->needs, &(struct mlv_git_id){ { 0 } }, NULL);

	if (err)
		return err;
	err = search->scope->bad ? mlv_outputs_load(search->repo, &outputs)
				 : mlv_outputs_load_all(search->repo, &outputs);
	return err ? take_failure(search, err) : add_outputs(search->needs, &outputs);
}

static bool is_known(const struct mlv_needs *needs, const struct mlv_git_id *commit)
{
	for (size_t i = 0; i < needs->place_count; i++)
		if (memcmp(needs->places[i].commit.hex, commit->hex, MLV_GIT_HEX) == 0)
			return true;
	return false;
}

static mlv_err search_commit(struct search *search, const struct mlv_git_id *commit,
			     const char *name)
{
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	mlv_err err;

	if ((err = mlv_ctx_check_stop(search->repo->ctx)))
		return err;
	if (is_known(search->needs, commit))
		return NULL;
	if ((err = add_place(search->needs, commit, name)))
		return err;
	if ((err = mlv_outputs_load_rev(search->repo, commit->hex, &outputs)))
		return take_failure(search, mlv_error_wrap(err, "commit %.12s", commit->hex));
	return add_outputs(search->needs, &outputs);
}

/* A commit, and before it as many first parents as are asked for. */
static mlv_err search_back(struct search *search, const struct mlv_git_id *tip, const char *name)
{
	mlv_err err = search_commit(search, tip, name);

	for (uint64_t i = 1; !err && i < search->scope->back; i++) {
		struct mlv_git_id before;
		char rev[MLV_GIT_HEX + 24];

		snprintf(rev, sizeof(rev), "%s~%llu", tip->hex, (unsigned long long)i);
		if ((err = mlv_git_resolve(search->git, rev, &before)))
			return err->code == MLV_E_REMOTE ? NULL : err; /* the first commit of all */
		err = search_commit(search, &before, NULL);
	}
	return err;
}

static mlv_err take_tip(void *arg, const struct mlv_git_id *commit, const char *name)
{
	return search_back(arg, commit, name);
}

static mlv_err take_any(void *arg, const struct mlv_git_id *commit, const char *name)
{
	return search_commit(arg, commit, name);
}

static mlv_err take_dated(void *arg, const struct mlv_git_id *commit, const char *name)
{
	struct search *search = arg;
	int64_t when = 0;
	mlv_err err = mlv_git_commit_time(search->git, commit, &when);

	if (err || when < search->scope->since)
		return err;
	return search_commit(search, commit, name);
}

static mlv_err search_revs(struct search *search)
{
	mlv_err err = NULL;

	for (const char *const *rev = search->scope->revs; !err && rev && *rev; rev++) {
		struct mlv_git_id commit;

		if (!(err = mlv_git_resolve(search->git, *rev, &commit)))
			err = search_back(search, &commit, NULL);
	}
	return err;
}

/* Tips before all commits: so the commits that are tips get their names. */
static mlv_err search_commits(struct search *search)
{
	const struct mlv_scope *scope = search->scope;
	unsigned tips = scope->git & (MLV_GIT_BRANCHES | MLV_GIT_TAGS);
	mlv_err err = NULL;

	if (!scope->git && !scope->revs && !scope->dated)
		return NULL;
	if ((err = mlv_repo_git(search->repo, &search->git)))
		return err;
	if (!search->git)
		return mlv_error(MLV_E_USAGE, "there are no revisions: this repository is "
				 "without git (core.no_scm)");
	if ((err = search_revs(search)))
		return err;
	if (tips)
		err = mlv_git_each_commit(search->git, tips, take_tip, search);
	if (!err && (scope->git & MLV_GIT_ALL_COMMITS))
		err = mlv_git_each_commit(search->git, MLV_GIT_ALL_COMMITS, take_any, search);
	if (!err && scope->dated)
		err = mlv_git_each_commit(search->git, MLV_GIT_ALL_COMMITS, take_dated, search);
	return err;
}

static int by_output(const void *a, const void *b)
{
	const struct mlv_output *x = &((const struct mlv_need *)a)->output;
	const struct mlv_output *y = &((const struct mlv_need *)b)->output;
	int order = strcmp(x->path, y->path);

	if (order == 0)
		order = (x->type > y->type) - (x->type < y->type);
	if (order == 0)
		order = mlv_oid_compare(&x->oid, &y->oid);
	if (order == 0)
		order = (x->size > y->size) - (x->size < y->size);
	if (order == 0)
		order = (x->nfiles > y->nfiles) - (x->nfiles < y->nfiles);
	if (order == 0)
		order = (int)x->has_plain - (int)y->has_plain;
	return order || !x->has_plain ? order : mlv_oid_compare(&x->plain, &y->plain);
}

static int by_output_and_place(const void *a, const void *b)
{
	const struct mlv_need *x = a, *y = b;
	int order = by_output(a, b);

	return order ? order : (x->places[0] > y->places[0]) - (x->places[0] < y->places[0]);
}

/* Needs [first, end) are of the same output: the first takes the places of all. */
static mlv_err merge(struct mlv_need *at, size_t first, size_t end)
{
	uint32_t *places = mlv_sys_alloc_array(end - first, sizeof(*places));

	if (!places)
		return mlv_error_nomem("a list of commits");
	for (size_t i = first; i < end; i++)
		places[i - first] = at[i].places[0];
	free(at[first].places);
	at[first].places = places;
	at[first].count = end - first;
	return NULL;
}

static mlv_err settle(struct mlv_needs *needs)
{
	size_t kept = 0, count = needs->count;
	mlv_err err = NULL;

	if (count)
		qsort(needs->at, count, sizeof(*needs->at), by_output_and_place);
	for (size_t i = 0, end; i < count; i = end) {
		for (end = i + 1; end < count && by_output(&needs->at[i], &needs->at[end]) == 0;)
			end++;
		if (!err)
			err = merge(needs->at, i, end);
		for (size_t k = i + 1; k < end; k++) {
			mlv_output_release(&needs->at[k].output);
			free(needs->at[k].places);
		}
		needs->at[kept++] = needs->at[i];
	}
	needs->count = kept;
	return err;
}

mlv_err mlv_needs_find(struct mlv_needs *needs, struct mlv_repo *repo,
		       const struct mlv_scope *scope)
{
	MLV_SCOPED(mlv_needs_release) struct mlv_needs found = { 0 };
	struct search search = { .needs = &found, .repo = repo, .scope = scope };
	mlv_err err;

	if ((err = search_worktree(&search)) || (err = search_commits(&search)) ||
	    (err = settle(&found)))
		return err;
	*needs = found;
	found = (struct mlv_needs){ 0 };
	return NULL;
}
