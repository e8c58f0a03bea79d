/* cmd_unprotect.c - mlv unprotect: make links into the cache independent files. */
#include <inttypes.h>

#include "cmd/cmd.h"
#include "cmd/ui/out.h"
#include "core/repo/unprotect.h"

static mlv_err unprotect_run(struct mlv_run *run, const void *args, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
	uint64_t count;
	mlv_err err;

	(void)args;
	if ((err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_outputs_load(repo, &outputs)) ||
	    (err = mlv_targets_resolve(repo, &outputs, operands, &targets)) ||
	    (err = mlv_unprotect(repo, &targets, &count)))
		return err;
	mlv_out_line(run->out, "%" PRIu64 " file%s unprotected", count, count == 1 ? "" : "s");
	mlv_out_object_begin(run->out, NULL);
	mlv_out_number(run->out, "unprotected", count);
	mlv_out_object_end(run->out);
	return NULL;
}

const struct mlv_cmd mlv_cmd_unprotect = {
	.name = "unprotect",
	.summary = "make links into the cache independent files",
	.operands = "<target>...",
	.min_operands = 1,
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.run = unprotect_run,
};
