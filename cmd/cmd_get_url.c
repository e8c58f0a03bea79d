/* cmd_get_url.c - mlv get-url: a file or directory at a URL that is no repository. */
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/placing.h"
#include "cmd/remote_open.h"
#include "cmd/transfer.h"
#include "cmd/ui/out.h"
#include "cmd/url/place.h"

struct get_url_args {
	uint64_t jobs;
	bool force;
};

static const struct mlv_opt get_url_opts[] = {
	{ MLV_OPT_COUNT, 'j', "jobs", offsetof(struct get_url_args, jobs), "<count>",
	  MLV_HINT_NONE, "requests at once (default: 8)" },
	{ MLV_OPT_FLAG, 'f', "force", offsetof(struct get_url_args, force), NULL, MLV_HINT_NONE,
	  "replace what is there" },
	{ 0 },
};

static void report(struct mlv_out *out, const struct mlv_placing *placing,
		   const struct mlv_output *output)
{
	char files[40];

	mlv_out_object_begin(out, NULL);
	mlv_out_json_path(out, "path", placing->shown, strlen(placing->shown));
	mlv_out_number(out, "size", output->size);
	mlv_out_object_end(out);
	if (out->json || out->quiet)
		return;
	mlv_out_path(out, placing->shown, strlen(placing->shown));
	if (output->type == MLV_ID_TREE)
		mlv_out_line(out, ": %s, %llu bytes",
			     mlv_files_text(output->nfiles, files, sizeof(files)),
			     (unsigned long long)output->size);
	else
		mlv_out_line(out, ": %llu bytes", (unsigned long long)output->size);
}

static mlv_err get(struct mlv_run *run, struct mlv_url_place *place, struct mlv_placing *placing)
{
	struct mlv_output output = { 0 };
	struct mlv_store *cache;
	mlv_err err;

	if ((err = mlv_repo_cache(placing->repo, &cache)) ||
	    (err = mlv_url_place_take(place, cache, placing->scratch.ptr, &output, NULL)) ||
	    (err = mlv_placing_finish(placing, &output)))
		return err;
	report(run->out, placing, &output);
	return NULL;
}

static mlv_err get_url_run(struct mlv_run *run, const void *opaque, char **operands)
{
	const struct get_url_args *args = opaque;
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_url_place_release) struct mlv_url_place place = { 0 };
	MLV_SCOPED(mlv_placing_release) struct mlv_placing placing = MLV_PLACING_INIT;
	mlv_err err;

	if ((err = mlv_transfer_jobs(run, args->jobs)) || (err = mlv_cmd_find_repo(run, &repo)) ||
	    (err = mlv_url_place_open(&place, run, repo, operands[0], true)) ||
	    (err = mlv_placing_begin(&placing, run->ctx, operands[1],
				     *place.base ? place.base : place.shown, args->force)))
		return err;
	return get(run, &place, &placing);
}

const struct mlv_cmd mlv_cmd_get_url = {
	.name = "get-url",
	.summary = "download a file or directory from a URL",
	.operands = "<url> [<path>]",
	.min_operands = 1,
	.max_operands = 2,
	.hint = MLV_HINT_FILE,
	.opts = get_url_opts,
	.args_size = sizeof(struct get_url_args),
	.run = get_url_run,
};
