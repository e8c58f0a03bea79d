#include "core/repo/data_status.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/sys.h"
#include "core/repo/status.h"

void mlv_data_status_release(struct mlv_data_status *status)
{
	mlv_diff_release(&status->committed);
	mlv_diff_release(&status->uncommitted);
	mlv_strs_release(&status->not_in_cache);
	mlv_strs_release(&status->unchanged);
	mlv_strs_release(&status->untracked);
}

struct maker {
	struct mlv_data_status *status;
	struct mlv_repo *repo;
	const struct mlv_data_options *options;
	struct mlv_outputs outputs;
	struct mlv_targets targets;
	struct mlv_strs changed; /* all paths of both differences, sorted */
	const struct mlv_output *output;
};

static void maker_release(struct maker *maker)
{
	mlv_outputs_release(&maker->outputs);
	mlv_targets_release(&maker->targets);
	mlv_strs_release(&maker->changed);
}

mlv_err mlv_data_whole(const struct mlv_outputs *outputs, const char *path, char **whole)
{
	const struct mlv_output *output = mlv_outputs_find(outputs, path);
	MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
	mlv_err err = output ? mlv_buf_printf(&name, "%s%s", output->path,
					      output->type == MLV_ID_TREE ? "/" : "")
			     : mlv_buf_add_str(&name, path);

	if (!err && !(*whole = mlv_buf_detach(&name)))
		err = mlv_error_nomem("a path");
	return err;
}

static mlv_err add_joined(struct mlv_strs *list, const char *above, const char *glue,
			  const char *below, size_t len)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&path, "%s%s", above, glue);

	if (!err)
		err = mlv_buf_add(&path, below, len);
	return err ? err : mlv_strs_add(list, path.ptr);
}

/* Files that are in a directory, which is in the list as well, are left out. */
static void keep_wholes(struct mlv_diff *diff)
{
	size_t kept = 0;

	for (size_t i = 0; i < diff->count; i++) {
		struct mlv_diff_item *item = &diff->items[i];
		size_t len = strlen(item->path);
		const struct mlv_diff_item *last = kept ? &diff->items[kept - 1] : NULL;
		size_t last_len = last ? strlen(last->path) : 0;

		/* Sorted: what is in "dir/" comes right after it. */
		if (last_len && last->path[last_len - 1] == '/' && len > last_len &&
		    strncmp(last->path, item->path, last_len) == 0) {
			free(item->path);
			free(item->old_path);
		} else {
			diff->items[kept++] = *item;
		}
	}
	diff->count = kept;
}

static mlv_err note_changed(struct maker *maker, const struct mlv_diff *diff)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < diff->count; i++) {
		const struct mlv_diff_item *item = &diff->items[i];

		if (!(err = mlv_strs_add(&maker->changed, item->path)) && item->old_path)
			err = mlv_strs_add(&maker->changed, item->old_path);
	}
	for (size_t i = 0; !err && i < diff->missing.count; i++)
		err = add_joined(&maker->changed, diff->missing.at[i], "/", "", 0);
	return err;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_changed(const struct maker *maker, const char *path)
{
	return maker->changed.count &&
	       bsearch(&path, maker->changed.at, maker->changed.count, sizeof(char *), by_text);
}

static mlv_err add_unchanged_file(void *arg, const struct mlv_entry *entry)
{
	struct maker *maker = arg;
	struct mlv_strs *list = &maker->status->unchanged;
	mlv_err err;

	if (entry->kind == 'd') /* a difference would not be told either */
		return NULL;
	if ((err = add_joined(list, maker->output->path, "/", entry->path, entry->path_len)))
		return err;
	if (is_changed(maker, list->at[list->count - 1]))
		free(list->at[--list->count]);
	return NULL;
}

static mlv_err add_unchanged(struct maker *maker, const struct mlv_output *output)
{
	bool tree = output->type == MLV_ID_TREE;
	MLV_SCOPED(mlv_mem_free) char *name = NULL;
	struct mlv_store *cache;
	mlv_err err = mlv_data_whole(&maker->outputs, output->path, &name);

	if (err)
		return err;
	if (!is_changed(maker, name) && (err = mlv_strs_add(&maker->status->unchanged, name)))
		return err;
	maker->output = output;
	if (!tree || !maker->options->granular)
		return NULL;
	if ((err = mlv_repo_cache(maker->repo, &cache)))
		return err;
	err = mlv_tree_walk(mlv_node_source_store(cache), &output->oid, "", add_unchanged_file,
			    maker);
	/* A manifest that is not there is told of as such. */
	return err && err->code == MLV_E_MISSING ? NULL : err;
}

static mlv_err look_in_cache(struct maker *maker, const struct mlv_target *target)
{
	MLV_SCOPED(mlv_status_release) struct mlv_status status = { 0 };
	struct mlv_strs *list = &maker->status->not_in_cache;
	bool granular = maker->options->granular;
	MLV_SCOPED(mlv_mem_free) char *name = NULL;
	mlv_err err = mlv_status_of(maker->repo, target, granular, &status);

	if (err || !status.is[MLV_STATE_NOT_IN_CACHE])
		return err;
	if ((err = mlv_data_whole(&maker->outputs, target->output->path, &name)) ||
	    (err = mlv_strs_add(list, name)))
		return err;
	for (size_t i = 0; granular && !err && i < status.count; i++)
		if (status.files[i].what == '?')
			err = mlv_strs_add(list, status.files[i].path);
	return err;
}

static mlv_err look_at_git(struct maker *maker)
{
	struct mlv_data_status *status = maker->status;
	struct mlv_strs *untracked = maker->options->untracked ? &status->untracked : NULL;
	struct mlv_git_id commit;
	struct mlv_git *git;
	mlv_err err = mlv_repo_git(maker->repo, &git);

	status->no_commits = true;
	if (err || !git)
		return err;
	status->no_commits = mlv_git_resolve(git, "HEAD", &commit) != NULL;
	return mlv_git_status(git, untracked, &status->dirty);
}

static mlv_err make(struct maker *maker, char *const *typed)
{
	struct mlv_data_status *status = maker->status;
	bool granular = maker->options->granular;
	mlv_err err;

	if ((err = mlv_outputs_load(maker->repo, &maker->outputs)) ||
	    (err = mlv_diff_committed(maker->repo, typed, &status->committed)) ||
	    (err = mlv_targets_resolve(maker->repo, &maker->outputs, typed, &maker->targets)) ||
	    (err = mlv_diff_uncommitted(maker->repo, typed, granular, &status->uncommitted)) ||
	    (err = note_changed(maker, &status->committed)) ||
	    (err = note_changed(maker, &status->uncommitted)))
		return err;
	mlv_strs_sort_unique(&maker->changed);
	if (!granular) {
		keep_wholes(&status->committed);
		keep_wholes(&status->uncommitted);
	}
	for (size_t i = 0; !err && i < maker->targets.count; i++) {
		err = look_in_cache(maker, &maker->targets.at[i]);
		if (!err && maker->options->unchanged)
			err = add_unchanged(maker, maker->targets.at[i].output);
	}
	mlv_strs_sort_unique(&status->unchanged);
	return err ? err : look_at_git(maker);
}

mlv_err mlv_data_status_make(struct mlv_data_status *status, struct mlv_repo *repo,
			     char *const *typed, const struct mlv_data_options *options)
{
	MLV_SCOPED(mlv_data_status_release) struct mlv_data_status made = { 0 };
	MLV_SCOPED(maker_release) struct maker maker = { .status = &made, .repo = repo,
							 .options = options };
	mlv_err err = make(&maker, typed);

	if (err)
		return err;
	*status = made;
	made = (struct mlv_data_status){ 0 };
	return NULL;
}
