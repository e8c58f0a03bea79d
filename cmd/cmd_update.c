/* cmd_update.c - mlv update: bring imports up to date with where they came from. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/importing.h"
#include "cmd/transfer.h"
#include "cmd/ui/out.h"
#include "core/base/sys.h"

struct update_args {
	const char *rev;
	uint64_t jobs;
	bool recursive, no_download, force;
};

static const struct mlv_opt update_opts[] = {
	{ MLV_OPT_FLAG, 'R', "recursive", offsetof(struct update_args, recursive), NULL, MLV_HINT_NONE,
	  "of a directory, leave out what was not imported or is frozen" },
	{ MLV_OPT_TEXT, 0, "rev", offsetof(struct update_args, rev), "<revision>", MLV_HINT_NONE,
	  "go over to this branch, tag or commit of the repository" },
	{ MLV_OPT_FLAG, 0, "no-download", offsetof(struct update_args, no_download), NULL,
	  MLV_HINT_NONE, "change the pointers alone" },
	{ MLV_OPT_COUNT, 'j', "jobs", offsetof(struct update_args, jobs), "<count>", MLV_HINT_NONE,
	  "requests at once (default: the remote's jobs, else 8)" },
	{ MLV_OPT_FLAG, 'f', "force", offsetof(struct update_args, force), NULL, MLV_HINT_NONE,
	  "replace data that is stored nowhere" },
	{ 0 },
};

struct update {
	struct mlv_run *run;
	struct mlv_repo *repo;
	const struct update_args *args;
};

/* Bring what lies there now. */
static mlv_err bring(struct update *update, struct mlv_importing *to,
		     const struct mlv_import *from, const char *url)
{
	const char *rev = update->args->rev ? update->args->rev : from->rev;
	struct mlv_store *cache = NULL;
	bool same = false, cached = false;
	mlv_err err;

	if (from->path)
		return mlv_importing_from_repo(to, url, from->path, rev);
	if (update->args->rev)
		return mlv_error(MLV_E_USAGE, "--rev is for what is imported from git repositories");
	if ((err = mlv_importing_is_same(to, url, &same)) ||
	    (err = mlv_repo_cache(update->repo, &cache)) ||
	    (same && (err = mlv_output_is_cached(cache, &to->output, &cached))))
		return err;
	if (same && (cached || to->no_download))
		return NULL;
	return mlv_importing_from_url(to, url, false);
}

/* What it is of now, and whether that is what it was of. */
static void describe(const struct mlv_import *now, const struct mlv_import *before, char *to,
		     size_t size)
{
	if (!now->path) {
		bool same = now->mark == before->mark && before->marked && now->marked &&
			    strcmp(now->marked, before->marked) == 0;

		snprintf(to, size, "%s%s", now->url, same ? ", as before" : ", which changed");
	} else if (strcmp(now->rev_lock, before->rev_lock) == 0) {
		snprintf(to, size, "commit %.12s, as before", now->rev_lock);
	} else {
		snprintf(to, size, "commit %.12s, before %.12s", now->rev_lock, before->rev_lock);
	}
}

static mlv_err update_one(struct update *update, const struct mlv_output *output)
{
	MLV_SCOPED(mlv_importing_release) struct mlv_importing to = {
		.run = update->run, .repo = update->repo, .command = "update",
		.no_download = update->args->no_download, .force = update->args->force
	};
	MLV_SCOPED(mlv_buf_release) struct mlv_buf url = MLV_BUF_INIT;
	const struct mlv_import *from = output->import;
	char what[1024];
	mlv_err err;

	if ((err = mlv_output_copy(&to.output, output)) ||
	    (err = mlv_import_place(from, update->repo->root, &url)) ||
	    (err = bring(update, &to, from, url.ptr)))
		return err;
	free(to.output.import->url);
	if (!(to.output.import->url = mlv_sys_strdup(from->url)))
		return mlv_error_nomem("a URL");
	if ((err = mlv_importing_replace(&to)))
		return err;
	describe(to.output.import, from, what, sizeof(what));
	mlv_importing_report(&to, what);
	return NULL;
}

static bool is_wanted(const struct mlv_output *output)
{
	return output->import && !output->frozen;
}

/* Whether what a target stands for can be updated; below: it is a directory above it. */
static mlv_err check(const struct update *update, const struct mlv_output *output, bool below)
{
	mlv_err err;

	if (is_wanted(output) || (below && update->args->recursive))
		return NULL;
	if (output->import)
		err = mlv_error(MLV_E_REFUSED, "%s: frozen", output->path);
	else
		err = mlv_error(MLV_E_USAGE, "%s: not imported", output->path);
	if (below)
		return mlv_error_hint(err, "-R leaves out what was not imported or is frozen");
	if (output->import)
		return mlv_error_hint(err, "mlv unfreeze %s", output->path);
	return mlv_error_hint(err, "what changed here is stored by: mlv commit %s", output->path);
}

/* Each target by itself, before anything is done. */
static mlv_err check_all(const struct update *update, const struct mlv_outputs *outputs,
			 char **typed)
{
	for (; *typed; typed++) {
		MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
		MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
		char *const one[] = { *typed, NULL };
		mlv_err err;

		if ((err = mlv_repo_path(update->repo, *typed, &path)) ||
		    (err = mlv_targets_resolve(update->repo, outputs, one, &targets)))
			return err;
		for (size_t i = 0; i < targets.count; i++) {
			const struct mlv_output *output = targets.at[i].output;

			if ((err = check(update, output, path.len < strlen(output->path))))
				return err;
		}
	}
	return NULL;
}

static mlv_err update_all(struct update *update, const struct mlv_targets *targets)
{
	const struct mlv_output *last = NULL;
	mlv_err err;

	for (size_t i = 0; i < targets->count; i++) {
		const struct mlv_output *output = targets->at[i].output;

		if (is_wanted(output) && output != last && (err = update_one(update, output)))
			return mlv_error_wrap(err, "%s", output->path);
		last = output;
	}
	return NULL;
}

static mlv_err update_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
	const struct update_args *args = opaque;
	struct update update = { .run = run, .args = args };
	mlv_err err;

	if ((err = mlv_transfer_jobs(run, args->jobs)) ||
	    (err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_outputs_load(repo, &outputs)) ||
	    (err = mlv_targets_resolve(repo, &outputs, operands, &targets)))
		return err;
	update.repo = repo;
	if ((err = check_all(&update, &outputs, operands)))
		return err;
	mlv_out_array_begin(run->out, NULL);
	err = update_all(&update, &targets);
	mlv_out_array_end(run->out);
	return err;
}

const struct mlv_cmd mlv_cmd_update = {
	.name = "update",
	.summary = "bring imports up to date with where they came from",
	.operands = "[<target>...]",
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.opts = update_opts,
	.args_size = sizeof(struct update_args),
	.run = update_run,
};
