/* cmd_pull.c - mlv pull: bring tracked data from a remote into the work tree. */
#include "cmd/checked_out.h"
#include "cmd/ui/out.h"
#include "cmd/importing.h"
#include "cmd/transfer.h"
#include "core/repo/link.h"

struct pull_args {
	struct mlv_transfer_args transfer;
};

static const struct mlv_opt pull_opts[] = {
	MLV_TRANSFER_OPTS(struct pull_args, transfer),
	{ MLV_OPT_FLAG, 'f', "force", offsetof(struct pull_args, transfer.force), NULL,
	  MLV_HINT_NONE, "overwrite what was changed and not stored" },
	MLV_TRANSFER_GLOB(struct pull_args, transfer),
	MLV_TRANSFER_DRY_RUN(struct pull_args, transfer),
	MLV_TRANSFER_RUN_CACHE(struct pull_args, transfer, "also runs of stages, and what they made"),
	{ MLV_OPT_FLAG, 0, "allow-missing", offsetof(struct pull_args, transfer.allow_missing),
	  NULL, MLV_HINT_NONE, "what the remote has not is no failure" },
	{ 0 },
};

static bool is_wider(const struct mlv_transfer_args *args)
{
	return args->all_branches || args->all_tags || args->all_commits;
}

/* Targets that only other revisions track are fetched, and nothing is made of them. */
static mlv_err find_targets(struct mlv_repo *repo, const struct mlv_transfer_args *args,
			    char *const *operands, const struct mlv_outputs *outputs,
			    struct mlv_targets *targets)
{
	mlv_err err = mlv_transfer_targets(repo, args, operands, outputs, targets);

	return err && is_wider(args) && err->code == MLV_E_MISSING ? NULL : err;
}

static mlv_err check_out(struct mlv_repo *repo, const struct mlv_transfer_args *args,
			 char *const *operands, const struct mlv_spares *spares,
			 struct mlv_checkout_result *result)
{
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
	struct mlv_checkout_options options = {
		.force = args->force,
		.all = !operands[0],
		.command = "pull",
		.spares = spares,
	};
	mlv_err err;

	if ((err = mlv_outputs_load(repo, &outputs)) ||
	    (err = find_targets(repo, args, operands, &outputs, &targets)))
		return err;
	return mlv_checkout(repo, &outputs, &targets, &options, result);
}

/* "3 files fetched, 2 files added and 1 file deleted" */
static void write_summary(struct mlv_out *out, const struct mlv_transfer_sum *sum,
			  const struct mlv_checkout_result *result)
{
	const struct {
		uint64_t files;
		const char *what;
		const char *(*text)(uint64_t count, char *to, size_t size);
	} all[] = { { sum->files, "fetched", mlv_files_text },
		    { sum->runs, "fetched", mlv_runs_text },
		    { result->added, "added", mlv_files_text },
		    { result->modified, "modified", mlv_files_text },
		    { result->deleted, "deleted", mlv_files_text } };
	size_t told = 0, count = 0;
	char text[40];

	for (size_t i = 0; i < MLV_COUNT(all); i++)
		count += all[i].files > 0;
	for (size_t i = 0; i < MLV_COUNT(all); i++) {
		if (all[i].files == 0)
			continue;
		if (told > 0)
			mlv_out_raw(out, told + 1 == count ? " and " : ", ");
		mlv_out_raw(out, all[i].text(all[i].files, text, sizeof(text)));
		mlv_out_raw(out, " ");
		mlv_out_raw(out, all[i].what);
		told++;
	}
	if (count > 0)
		mlv_out_raw(out, "\n");
	else if (sum->missing == 0 && sum->corrupt == 0)
		mlv_out_line(out, "Everything is up to date.");
}

static mlv_err pull(struct mlv_run *run, struct mlv_repo *repo,
		    const struct mlv_transfer_args *args, char *const *operands,
		    struct mlv_transfer_sum *sum, struct mlv_checkout_result *result)
{
	MLV_SCOPED(mlv_routes_release) struct mlv_routes routes = { 0 };
	MLV_SCOPED(mlv_spares_release) struct mlv_spares spares = MLV_SPARES_NONE;
	mlv_err err;

	/* What only other revisions track is fetched and not checked out. */
	if (!is_wider(args) && !args->dry_run && (err = mlv_link_spares(repo, &spares)))
		return err;
	if ((err = mlv_routes_find(&routes, repo, args, operands, MLV_FOR_FETCH)))
		return err;
	routes.spares = &spares;
	if ((err = mlv_routes_run(run, repo, &routes, MLV_WAY_FETCH, sum)) ||
	    args->dry_run || (err = mlv_imports_fetch(run, repo, args, operands)) ||
	    (err = check_out(repo, args, operands, &spares, result)))
		return err;
	mlv_checked_out_lines(run->out, result);
	mlv_checked_out_json(run->out, result);
	return NULL;
}

static mlv_err pull_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_checkout_result_release) struct mlv_checkout_result result = { 0 };
	const struct pull_args *args = opaque;
	struct mlv_transfer_sum sum = { 0 };
	mlv_err err;

	if ((err = mlv_transfer_begin(run, &args->transfer, &repo)))
		return err;
	mlv_out_object_begin(run->out, NULL);
	err = pull(run, repo, &args->transfer, operands, &sum, &result);
	mlv_out_object_end(run->out);
	if (err)
		return err;
	if (args->transfer.dry_run)
		mlv_transfer_say(run->out, &sum, true, "fetched");
	else
		write_summary(run->out, &sum, &result);
	if ((err = mlv_fetch_judge(&sum, args->transfer.allow_missing)))
		return err;
	return mlv_checkout_verdict(&result, args->transfer.allow_missing);
}

const struct mlv_cmd mlv_cmd_pull = {
	.name = "pull",
	.summary = "bring tracked data from a remote into the work tree",
	.operands = "[<target>...]",
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.opts = pull_opts,
	.args_size = sizeof(struct pull_args),
	.run = pull_run,
};
