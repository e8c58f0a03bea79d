/* cmd_import.c - mlv import: track what another git repository has. */
#include <stdio.h>

#include "cmd/importing.h"
#include "cmd/transfer.h"

struct import_args {
	const char *out, *rev;
	uint64_t jobs;
	bool no_download, force;
};

static const struct mlv_opt import_opts[] = {
	{ MLV_OPT_TEXT, 'o', "out", offsetof(struct import_args, out), "<path>", MLV_HINT_FILE,
	  "where to put it (default: its own name, here)" },
	{ MLV_OPT_TEXT, 0, "rev", offsetof(struct import_args, rev), "<revision>", MLV_HINT_NONE,
	  "branch, tag or commit of that repository (default: HEAD)" },
	{ MLV_OPT_FLAG, 0, "no-download", offsetof(struct import_args, no_download), NULL,
	  MLV_HINT_NONE, "write the pointer alone; mlv update brings the data" },
	{ MLV_OPT_COUNT, 'j', "jobs", offsetof(struct import_args, jobs), "<count>", MLV_HINT_NONE,
	  "requests at once (default: the remote's jobs, else 8)" },
	{ MLV_OPT_FLAG, 'f', "force", offsetof(struct import_args, force), NULL, MLV_HINT_NONE,
	  "replace what is there" },
	{ 0 },
};

static mlv_err import_run(struct mlv_run *run, const void *opaque, char **operands)
{
	const struct import_args *args = opaque;
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_importing_release) struct mlv_importing importing = {
		.run = run, .command = "import", .no_download = args->no_download,
		.force = args->force
	};
	char from[32];
	mlv_err err;

	if ((err = mlv_transfer_jobs(run, args->jobs)) ||
	    (err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)))
		return err;
	importing.repo = repo;
	if ((err = mlv_importing_begin(&importing, args->out, operands[1])) ||
	    (err = mlv_importing_from_repo(&importing, operands[0], operands[1], args->rev)) ||
	    (err = mlv_importing_finish(&importing)))
		return err;
	snprintf(from, sizeof(from), "commit %.12s", importing.output.import->rev_lock);
	mlv_importing_report(&importing, from);
	return NULL;
}

const struct mlv_cmd mlv_cmd_import = {
	.name = "import",
	.summary = "track a file or directory of another git repository",
	.operands = "<url> <path>",
	.min_operands = 2,
	.max_operands = 2,
	.hint = MLV_HINT_DIR,
	.opts = import_opts,
	.args_size = sizeof(struct import_args),
	.run = import_run,
};
