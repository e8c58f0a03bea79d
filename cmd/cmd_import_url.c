/* cmd_import_url.c - mlv import-url: track what lies at a URL that is no repository. */
#include "cmd/importing.h"
#include "cmd/transfer.h"

struct import_url_args {
	uint64_t jobs;
	bool no_download, force;
};

static const struct mlv_opt import_url_opts[] = {
	{ MLV_OPT_FLAG, 0, "no-download", offsetof(struct import_url_args, no_download), NULL,
	  MLV_HINT_NONE, "read it to name it, and keep the pointer alone" },
	{ MLV_OPT_COUNT, 'j', "jobs", offsetof(struct import_url_args, jobs), "<count>",
	  MLV_HINT_NONE, "requests at once (default: 8)" },
	{ MLV_OPT_FLAG, 'f', "force", offsetof(struct import_url_args, force), NULL, MLV_HINT_NONE,
	  "replace what is there" },
	{ 0 },
};

static mlv_err import_url_run(struct mlv_run *run, const void *opaque, char **operands)
{
	const struct import_url_args *args = opaque;
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_importing_release) struct mlv_importing importing = {
		.run = run, .command = "import", .no_download = args->no_download,
		.force = args->force
	};
	mlv_err err;

	if ((err = mlv_transfer_jobs(run, args->jobs)) ||
	    (err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)))
		return err;
	importing.repo = repo;
	if ((err = mlv_importing_begin(&importing, operands[1], operands[0])) ||
	    (err = mlv_importing_from_url(&importing, operands[0], true)) ||
	    (err = mlv_importing_finish(&importing)))
		return err;
	mlv_importing_report(&importing, importing.output.import->url);
	return NULL;
}

const struct mlv_cmd mlv_cmd_import_url = {
	.name = "import-url",
	.summary = "track a file or directory that lies at a URL",
	.operands = "<url> [<path>]",
	.min_operands = 1,
	.max_operands = 2,
	.hint = MLV_HINT_FILE,
	.opts = import_url_opts,
	.args_size = sizeof(struct import_url_args),
	.run = import_url_run,
};
