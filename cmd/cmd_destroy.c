/* cmd_destroy.c - mlv destroy: make a repository one that mlv knows nothing of. */
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/ui/host.h"
#include "cmd/ui/out.h"
#include "core/base/path.h"
#include "core/repo/destroy.h"

struct destroy_args {
	bool force;
};

static const struct mlv_opt destroy_opts[] = {
	{ MLV_OPT_FLAG, 'f', "force", offsetof(struct destroy_args, force), NULL, MLV_HINT_NONE,
	  "do not ask" },
	{ 0 },
};

/* Only a user at a terminal can be asked; anything but yes is no. */
static mlv_err ask(struct mlv_repo *repo, const struct mlv_targets *targets)
{
	char answer[8] = "";
	size_t lost;
	mlv_err err;

	if (!mlv_host_is_terminal(STDIN_FILENO))
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: there is nobody to ask whether it "
						"is to be destroyed", repo->root),
				      "mlv destroy --force");
	if ((err = mlv_destroy_count(repo, targets, &lost)))
		return err;
	fprintf(stderr, "Remove the pointers of %zu tracked paths, and %s/.mlv, with the cache if "
			"it is in there?\n", targets->count, repo->root);
	if (lost)
		fprintf(stderr, "The work tree lacks tracked data of %zu of them, which may be lost.\n",
			lost);
	fputs("[y/N] ", stderr);
	if (fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
		return NULL;
	return mlv_error(MLV_E_NO, "%s", "");
}

static mlv_err destroy_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf cache = MLV_BUF_INIT;
	const struct destroy_args *args = opaque;
	mlv_err err;

	if ((err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_outputs_load(repo, &outputs)) ||
	    (err = mlv_targets_resolve(repo, &outputs, operands, &targets)) ||
	    (err = mlv_repo_cache_dir(repo, &cache)) ||
	    (!args->force && (err = ask(repo, &targets))) ||
	    (err = mlv_destroy(repo, &targets)))
		return err;
	if (!mlv_path_below(repo->root, cache.ptr) ||
	    strncmp(mlv_path_below(repo->root, cache.ptr), ".mlv/", 5) != 0)
		mlv_tell_warning(run->ctx, "%s: the cache was not in .mlv, and is left", cache.ptr);
	mlv_out_object_begin(run->out, NULL);
	mlv_out_json_path(run->out, "path", repo->root, strlen(repo->root));
	mlv_out_number(run->out, "pointers", targets.count);
	mlv_out_object_end(run->out);
	mlv_out_line(run->out, "removed %zu pointer%s and .mlv; the data in the work tree stays",
		     targets.count, targets.count == 1 ? "" : "s");
	return NULL;
}

const struct mlv_cmd mlv_cmd_destroy = {
	.name = "destroy",
	.summary = "remove pointers, cache and settings, and leave the data",
	.operands = "",
	.hint = MLV_HINT_NONE,
	.opts = destroy_opts,
	.args_size = sizeof(struct destroy_args),
	.run = destroy_run,
};
