/* cmd_checkout.c - mlv checkout: make the work tree what the pointers say. */
#include <string.h>

#include "cmd/checked_out.h"
#include "core/repo/checkout.h"

struct checkout_args {
	bool force;
	bool relink;
	bool allow_missing;
	bool summary;
};

static const struct mlv_opt checkout_opts[] = {
	{ MLV_OPT_FLAG, 0, "allow-missing", offsetof(struct checkout_args, allow_missing), NULL,
	  MLV_HINT_NONE, "what the cache has not is no failure" },
	{ MLV_OPT_FLAG, 'f', "force", offsetof(struct checkout_args, force), NULL, MLV_HINT_NONE,
	  "lose what is in the way and not stored" },
	{ MLV_OPT_FLAG, 0, "relink", offsetof(struct checkout_args, relink), NULL, MLV_HINT_NONE,
	  "make all files again, by the ways of cache.type" },
	{ MLV_OPT_FLAG, 0, "summary", offsetof(struct checkout_args, summary), NULL, MLV_HINT_NONE,
	  "print counts of files in place of paths" },
	{ 0 },
};

static void report(struct mlv_run *run, const struct checkout_args *args,
		   const struct mlv_checkout_result *result)
{
	char summary[160];

	if (args->summary)
		mlv_out_line(run->out, "%s",
			     mlv_checked_out_summary(result, summary, sizeof(summary)));
	else
		mlv_checked_out_lines(run->out, result);
	mlv_out_object_begin(run->out, NULL);
	mlv_checked_out_json(run->out, result);
	mlv_out_object_end(run->out);
}

/* What is not tracked may be a branch: hands type one for the other. */
static mlv_err suggest_git(struct mlv_repo *repo, mlv_err err, char **operands)
{
	struct mlv_error kept = *err;
	struct mlv_git_id commit;
	struct mlv_git *git;

	if (err->code != MLV_E_MISSING || !operands[0] || operands[1] ||
	    mlv_repo_git(repo, &git) || !git || mlv_git_resolve(git, operands[0], &commit))
		return mlv_error_copy(&kept);
	kept.msg[strcspn(kept.msg, "\n")] = '\0';
	return mlv_error_hint(mlv_error_copy(&kept), "did you mean: git checkout %s", operands[0]);
}

static mlv_err checkout_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
	MLV_SCOPED(mlv_checkout_result_release) struct mlv_checkout_result result = { 0 };
	const struct checkout_args *args = opaque;
	struct mlv_checkout_options options = {
		.force = args->force, .relink = args->relink, .all = !operands[0],
		.command = "checkout",
	};
	mlv_err err;

	if ((err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_outputs_load(repo, &outputs)))
		return err;
	if ((err = mlv_targets_resolve(repo, &outputs, operands, &targets)))
		return suggest_git(repo, err, operands);
	if ((err = mlv_checkout(repo, &outputs, &targets, &options, &result)))
		return err;
	report(run, args, &result);
	return mlv_checkout_verdict(&result, args->allow_missing);
}

const struct mlv_cmd mlv_cmd_checkout = {
	.name = "checkout",
	.summary = "make the work tree what the pointers say",
	.operands = "[<target>...]",
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.opts = checkout_opts,
	.args_size = sizeof(struct checkout_args),
	.run = checkout_run,
};
