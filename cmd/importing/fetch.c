/* importing/fetch.c - the data of imports that are kept by reference. */
#include <string.h>

#include "cmd/importing.h"
#include "cmd/transfer/filter.h"
#include "core/store/tree.h"

/* Whether all of an output is in the cache. */
struct looking {
	struct mlv_store *cache;
	bool lacks;
};

static mlv_err look(void *arg, const struct mlv_entry *entry)
{
	struct looking *looking = arg;
	struct mlv_key key;
	bool there = true;
	mlv_err err;

	if (entry->kind == 'd' || looking->lacks)
		return NULL;
	key = mlv_entry_key(entry);
	err = mlv_store_has(looking->cache, &key, entry->size, &there);
	looking->lacks = !there;
	return err;
}

mlv_err mlv_output_is_cached(struct mlv_store *cache, const struct mlv_output *output, bool *cached)
{
	struct looking looking = { .cache = cache };
	struct mlv_entry file = { .kind = output->type == MLV_ID_LEAVES ? 'F' : 'f',
				  .oid = output->oid, .size = output->size };
	mlv_err err;

	if (output->type != MLV_ID_TREE)
		err = look(&looking, &file);
	else
		err = mlv_tree_walk(mlv_node_source_store(cache), &output->oid, "", look, &looking);
	*cached = !err && !looking.lacks;
	return err && err->code == MLV_E_MISSING ? NULL : err;
}

static mlv_err fetch_one(struct mlv_run *run, struct mlv_repo *repo,
			 const struct mlv_output *output)
{
	MLV_SCOPED(mlv_importing_release) struct mlv_importing from = { .run = run, .repo = repo,
									.command = "fetch" };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf url = MLV_BUF_INIT;
	const struct mlv_import *import = output->import;
	mlv_err err;

	if (!(err = mlv_import_place(import, repo->root, &url)))
		err = import->path ? mlv_importing_from_repo(&from, url.ptr, import->path,
							     import->rev_lock)
				   : mlv_importing_from_url(&from, url.ptr, false);
	if (err)
		return err;
	if (mlv_output_same_id(&from.output, output))
		return NULL;
	return mlv_error_hint(mlv_error(MLV_E_CORRUPT, "what lies at %s is not what %s says",
					import->url, output->pointer),
			      "to take it as it is now: mlv update %s", output->path);
}

/* What comes from its source comes whole. */
static bool is_taken(struct mlv_transfer_filter *filter, const struct mlv_output *output)
{
	bool taken = !filter->typed;
	const char *part;

	for (size_t i = 0; !taken && i < filter->files.count; i++)
		taken = mlv_transfer_filter_file(filter, i, output, &part);
	return taken && mlv_transfer_filter_size(filter, output);
}

mlv_err mlv_imports_fetch(struct mlv_run *run, struct mlv_repo *repo,
			  const struct mlv_transfer_args *args, char *const *operands)
{
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
	MLV_SCOPED(mlv_transfer_filter_release) struct mlv_transfer_filter filter = { 0 };
	struct mlv_store *cache;
	mlv_err err;

	if (args->dry_run)
		return NULL;
	if ((err = mlv_transfer_filter_begin(&filter, repo, args)))
		return err;
	if ((err = mlv_outputs_load(repo, &outputs)) ||
	    (err = mlv_transfer_targets(repo, args, operands, &outputs, &targets)))
		return err->code == MLV_E_MISSING ? NULL : err; /* tracked in other revisions */
	if ((err = mlv_repo_cache(repo, &cache)))
		return err;
	for (size_t i = 0; i < targets.count; i++) {
		const struct mlv_output *output = targets.at[i].output;
		bool cached = true;

		if (!output->import || output->push || !is_taken(&filter, output))
			continue;
		if ((err = mlv_output_is_cached(cache, output, &cached)) ||
		    (!cached && (err = fetch_one(run, repo, output))))
			return mlv_error_wrap(err, "%s", output->path);
	}
	return NULL;
}
