/* cmd_push.c - mlv push: send tracked data to a remote. */
#include <inttypes.h>

#include "cmd/transfer.h"
#include "cmd/ui/out.h"

struct push_args {
	struct mlv_transfer_args transfer;
};

static const struct mlv_opt push_opts[] = {
	MLV_TRANSFER_OPTS(struct push_args, transfer),
	MLV_TRANSFER_GLOB(struct push_args, transfer),
	MLV_TRANSFER_DRY_RUN(struct push_args, transfer),
	MLV_TRANSFER_RUN_CACHE(struct push_args, transfer, "also runs of stages, and what they made"),
	{ MLV_OPT_FLAG, 0, "verify", offsetof(struct push_args, transfer.verify), NULL,
	  MLV_HINT_NONE, "read at the remote what was sent and what was there" },
	{ MLV_OPT_FLAG, 0, "repair", offsetof(struct push_args, transfer.repair), NULL,
	  MLV_HINT_NONE, "verify, and send again what is damaged there" },
	{ 0 },
};

static mlv_err judge(const struct mlv_transfer_sum *sum)
{
	char text[40];
	mlv_err err;

	if (sum->damaged > 0) {
		err = mlv_error(MLV_E_CORRUPT, "damaged at remote %s: %s", sum->remote,
				mlv_files_text(sum->damaged, text, sizeof(text)));
		return mlv_error_hint(err, "to send good copies in their place: mlv push --repair");
	}
	if (sum->corrupt > 0) {
		err = mlv_error(MLV_E_CORRUPT, "damaged in the cache and not pushed: %s",
				mlv_files_text(sum->corrupt, text, sizeof(text)));
		return mlv_error_hint(err, "mlv fsck --repair puts good copies in their "
				      "place, where there are any");
	}
	if (sum->missing > 0) {
		err = mlv_error(MLV_E_MISSING, "neither in the cache nor at remote %s: %s",
				sum->remote, mlv_files_text(sum->missing, text, sizeof(text)));
		return mlv_error_hint(err, "mlv commit stores what lies in the work tree");
	}
	return NULL;
}

static mlv_err push_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_routes_release) struct mlv_routes routes = { 0 };
	const struct push_args *args = opaque;
	struct mlv_transfer_sum sum = { 0 };
	mlv_err err;

	if ((err = mlv_transfer_begin(run, &args->transfer, &repo)) ||
	    (err = mlv_routes_find(&routes, repo, &args->transfer, operands, MLV_FOR_PUSH)))
		return err;
	mlv_out_object_begin(run->out, NULL);
	err = mlv_routes_run(run, repo, &routes, MLV_WAY_PUSH, &sum);
	mlv_out_object_end(run->out);
	/* Where one of several remotes failed, the others have it. */
	if (!err || sum.keys > 0 || sum.runs > 0)
		mlv_transfer_say(run->out, &sum, args->transfer.dry_run, "pushed");
	return err ? err : judge(&sum);
}

const struct mlv_cmd mlv_cmd_push = {
	.name = "push",
	.summary = "send tracked data to a remote",
	.operands = "[<target>...]",
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.opts = push_opts,
	.args_size = sizeof(struct push_args),
	.run = push_run,
};
