/* cmd_move.c - mlv move: give a tracked file or directory another place. */
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/ui/out.h"
#include "core/repo/move.h"

static void report(struct mlv_out *out, const char *from, const struct mlv_buf *to)
{
	mlv_out_object_begin(out, NULL);
	mlv_out_json_path(out, "from", from, strlen(from));
	mlv_out_json_path(out, "to", to->ptr, to->len);
	mlv_out_object_end(out);
	mlv_out_raw(out, "moved ");
	mlv_out_path(out, from, strlen(from));
	mlv_out_raw(out, " to ");
	mlv_out_path(out, to->ptr, to->len);
	mlv_out_raw(out, "\n");
}

static mlv_err move_run(struct mlv_run *run, const void *args, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf moved = MLV_BUF_INIT;
	char *const from[] = { operands[0], NULL };
	mlv_err err;

	(void)args;
	if ((err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_outputs_load(repo, &outputs)) ||
	    (err = mlv_targets_exact(repo, &outputs, from, &targets)) ||
	    (err = mlv_move(repo, &outputs, targets.at[0].output, operands[1], &moved)))
		return err;
	report(run->out, targets.at[0].output->path, &moved);
	return NULL;
}

const struct mlv_cmd mlv_cmd_move = {
	.name = "move",
	.alias = "mv",
	.summary = "give a tracked file or directory another place",
	.operands = "<from> <to>",
	.min_operands = 2,
	.max_operands = 2,
	.hint = MLV_HINT_FILE,
	.run = move_run,
};
