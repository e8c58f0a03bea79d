/* cmd_fetch.c - mlv fetch: bring tracked data from a remote into the cache. */
#include "cmd/ui/out.h"
#include "cmd/importing.h"
#include "cmd/transfer.h"

struct fetch_args {
	struct mlv_transfer_args transfer;
};

static const struct mlv_opt fetch_opts[] = {
	MLV_TRANSFER_OPTS(struct fetch_args, transfer),
	MLV_TRANSFER_GLOB(struct fetch_args, transfer),
	MLV_TRANSFER_DRY_RUN(struct fetch_args, transfer),
	MLV_TRANSFER_RUN_CACHE(struct fetch_args, transfer, "also runs of stages, and what they made"),
	{ MLV_OPT_TEXT, 0, "max-size", offsetof(struct fetch_args, transfer.max_size), "<size>",
	  MLV_HINT_NONE, "leave out files and directories larger than this" },
	{ MLV_OPT_LIST, 0, "type", offsetof(struct fetch_args, transfer.types), "<type>",
	  MLV_HINT_NONE, "only metrics, or plots, as mlv.yaml lists them" },
	{ MLV_OPT_FLAG, 0, "allow-missing", offsetof(struct fetch_args, transfer.allow_missing),
	  NULL, MLV_HINT_NONE, "what the remote has not is no failure" },
	{ 0 },
};

static mlv_err fetch_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_routes_release) struct mlv_routes routes = { 0 };
	const struct fetch_args *args = opaque;
	struct mlv_transfer_sum sum = { 0 };
	mlv_err err;

	if ((err = mlv_transfer_begin(run, &args->transfer, &repo)) ||
	    (err = mlv_routes_find(&routes, repo, &args->transfer, operands, MLV_FOR_FETCH)))
		return err;
	mlv_out_object_begin(run->out, NULL);
	err = mlv_routes_run(run, repo, &routes, MLV_WAY_FETCH, &sum);
	mlv_out_object_end(run->out);
	if (err || (err = mlv_imports_fetch(run, repo, &args->transfer, operands)))
		return err;
	mlv_transfer_say(run->out, &sum, args->transfer.dry_run, "fetched");
	return mlv_fetch_judge(&sum, args->transfer.allow_missing);
}

const struct mlv_cmd mlv_cmd_fetch = {
	.name = "fetch",
	.summary = "bring tracked data from a remote into the cache",
	.operands = "[<target>...]",
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.opts = fetch_opts,
	.args_size = sizeof(struct fetch_args),
	.run = fetch_run,
};
