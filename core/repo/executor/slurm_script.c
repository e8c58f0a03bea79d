/* slurm_script.c - what Slurm's jobs run. */
#include <inttypes.h>

#include "core/base/buf.h"
#include "core/repo/executor/slurm.h"

/* A word as the shell reads it. */
static mlv_err add_word(struct mlv_buf *text, const char *word)
{
	mlv_err err = mlv_buf_add_char(text, '\'');

	for (; !err && *word; word++)
		err = *word == '\'' ? mlv_buf_add_str(text, "'\\''") : mlv_buf_add_char(text, *word);
	return err ? err : mlv_buf_add_char(text, '\'');
}

static mlv_err add_assignment(struct mlv_buf *text, const char *name, const char *value)
{
	mlv_err err;

	if ((err = mlv_buf_printf(text, "%s=", name)) || (err = add_word(text, value)))
		return err;
	return mlv_buf_add_char(text, '\n');
}

static mlv_err add_env(struct mlv_buf *text, const struct mlv_strs *env)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && env && i < env->count; i++) {
		if ((err = mlv_buf_add_str(text, "export ")) || (err = add_word(text, env->at[i])))
			return err;
		err = mlv_buf_add_char(text, '\n');
	}
	return err;
}

/* The commands, each with the words that have the user's shell run it. */
static mlv_err add_commands(struct mlv_buf *text, const char *shell, const struct mlv_strs *cmds)
{
	mlv_err err = mlv_buf_add_str(text, "attempt() {\n");

	for (size_t i = 0; !err && i < cmds->count; i++) {
		const char *words[MLV_SHELL_WORDS];

		mlv_process_shell(shell, cmds->at[i], words);
		err = mlv_buf_printf(text, "\tat=%zu; run", i);
		for (const char **word = words; !err && *word; word++)
			if (!(err = mlv_buf_add_char(text, ' ')))
				err = add_word(text, *word);
		if (!err)
			err = mlv_buf_add_str(text, " || return\n");
	}
	return err ? err : mlv_buf_add_str(text, "}\n");
}

/* A command that is ended for its time exits with 124, or 137 where it did not heed that. */
static mlv_err add_run(struct mlv_buf *text, uint64_t timeout)
{
	if (!timeout)
		return mlv_buf_add_str(text, "run() {\n\t\"$@\" </dev/null\n}\n");
	return mlv_buf_printf(text,
			      "run() {\n"
			      "\tbegin=$(date +%%s)\n"
			      "\ttimeout -k 5 %" PRIu64 " \"$@\" </dev/null && return\n"
			      "\tstatus=$?\n"
			      "\tcase $status in 124 | 137)\n"
			      "\t\t[ $(($(date +%%s) - begin)) -lt %" PRIu64 " ] || how=time-%" PRIu64 " ;;\n"
			      "\tesac\n"
			      "\treturn $status\n"
			      "}\n",
			      timeout, timeout, timeout);
}

static const char the_rest[] =
	"finish() {\n"
	"\techo \"$at $how $status\" >\"$stage/end.new\" && mv \"$stage/end.new\" \"$stage/end\"\n"
	"\texit \"$status\"\n"
	"}\n"
	"[ \"$(cat \"$stage/job\")\" = \"$key $1 $2\" ] || exit 0\n"
	": >\"$log\" && exec >>\"$log\" 2>&1 || exit\n"
	"at=0 how=exit tried=0\n"
	"cd \"$dir\" || { status=1; finish; }\n"
	"until attempt; do\n"
	"\tstatus=$?\n"
	"\t[ $tried -lt $retries ] || finish\n"
	"\ttried=$((tried + 1)) how=exit\n"
	"\techo \"mlv: command $((at + 1)) failed ($status); trying again ($tried of $retries)\"\n"
	"done\n"
	"status=0\n"
	"finish\n";

mlv_err slurm_script(const struct slurm *slurm, const struct mlv_job *job, const char *dir,
		     struct mlv_buf *text)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf stage = MLV_BUF_INIT;
	struct mlv_ctx *ctx = slurm->base.ctx;
	mlv_err err;

	if ((err = mlv_buf_printf(&stage, "%s/%s", slurm->dir, dir)) ||
	    (err = mlv_buf_add_str(text, "#!/bin/sh\n# One stage's commands, as mlv submits them: "
					 "written anew for each job.\n")) ||
	    (err = add_assignment(text, "stage", stage.ptr)) ||
	    (err = add_assignment(text, "log", job->log)) ||
	    (err = add_assignment(text, "dir", job->dir)) ||
	    (err = mlv_buf_printf(text, "key=%.*s\nretries=%" PRIu64 "\n", SLURM_KEY, job->key,
				  job->retries)) ||
	    (err = add_env(text, job->env)) || (err = add_run(text, job->timeout)) ||
	    (err = add_commands(text, ctx->env(ctx, "SHELL"), job->cmds)))
		return err;
	return mlv_buf_add_str(text, the_rest);
}

mlv_err slurm_batch_script(const struct slurm *slurm, struct slurm_job *const *jobs, size_t count,
			   struct mlv_buf *text)
{
	mlv_err err = mlv_buf_add_str(text, "#!/bin/sh\ncase $SLURM_ARRAY_TASK_ID in\n");

	for (size_t i = 0; !err && i < count; i++)
		err = mlv_buf_printf(text, "%u) stage=%s ;;\n", jobs[i]->place.index, jobs[i]->dir);
	if (err || (err = mlv_buf_add_str(text, "esac\nexec /bin/sh ")) ||
	    (err = add_word(text, slurm->dir)))
		return err;
	return mlv_buf_printf(text, "/$stage/script %s \"$SLURM_ARRAY_TASK_ID\"\n",
			      jobs[0]->place.batch);
}
