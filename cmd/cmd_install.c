/* cmd_install.c - mlv install: have git run mlv. */
#include "cmd/cmd.h"
#include "cmd/ui/out.h"
#include "cmd/ui/scratch.h"
#include "core/repo/hooks.h"

struct install_args {
	bool uninstall;
};

static const struct mlv_opt install_opts[] = {
	{ MLV_OPT_FLAG, 0, "uninstall", offsetof(struct install_args, uninstall), NULL,
	  MLV_HINT_NONE, "take it away again, and put back what was there before" },
	{ 0 },
};

static void report(void *arg, const char *name, enum mlv_hook_done done)
{
	static const char *const said[] = {
		[MLV_HOOK_AS_BEFORE] = "as before",
		[MLV_HOOK_WRITTEN] = "written",
		[MLV_HOOK_CHAINED] = "written; the one that was there runs first",
		[MLV_HOOK_REMOVED] = "removed",
		[MLV_HOOK_RESTORED] = "removed; the one that was there before is back",
	};
	struct mlv_out *out = arg;

	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "hook", name);
	mlv_out_text(out, "done", said[done]);
	mlv_out_object_end(out);
	mlv_out_line(out, "%s: %s", name, said[done]);
}

static mlv_err install_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_scratch_release) struct mlv_scratch scratch = MLV_SCRATCH_INIT;
	const struct install_args *args = opaque;
	mlv_err err;

	(void)operands;
	if ((err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_scratch_make(&scratch, run->ctx, repo)))
		return err;
	mlv_out_array_begin(run->out, NULL);
	if (args->uninstall)
		err = mlv_hooks_uninstall(repo, scratch.path.ptr, report, run->out);
	else
		err = mlv_hooks_install(repo, scratch.path.ptr, report, run->out);
	mlv_out_array_end(run->out);
	return err;
}

const struct mlv_cmd mlv_cmd_install = {
	.name = "install",
	.summary = "have git run mlv: hooks, and merging of directories",
	.operands = "",
	.opts = install_opts,
	.args_size = sizeof(struct install_args),
	.run = install_run,
};
