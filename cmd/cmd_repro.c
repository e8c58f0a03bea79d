/* cmd_repro.c - mlv repro: run the stages that are out of date. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd_stage.h"
#include "cmd/repro/pull.h"
#include "cmd/repro/show.h"
#include "cmd/ui/host.h"
#include "cmd/ui/out.h"
#include "cmd/url_marks.h"
#include "core/base/sys.h"

struct repro_args {
	bool force, interactive, single, pipeline, all, recursive, downstream, force_downstream;
	bool dry, pull, allow_missing, glob, no_commit, no_run_cache, keep_going, ignore_errors;
	uint64_t jobs;
	const char *executor, *explain;
	const char *list; /* of events in JSON: its name in the object that is open; NULL: in none */
};

#define FLAG(letter, name, field, text)                                                            \
	{ MLV_OPT_FLAG, letter, name, offsetof(struct repro_args, field), NULL, MLV_HINT_NONE, text }

static const struct mlv_opt repro_opts[] = {
	FLAG('f', "force", force, "run stages that are up to date, too"),
	FLAG('i', "interactive", interactive, "ask before each stage"),
	FLAG('s', "single-item", single, "only the targets, not what they depend on"),
	FLAG('p', "pipeline", pipeline, "everything that hangs together with the targets"),
	FLAG('P', "all-pipelines", all, "all stages of the repository"),
	FLAG('R', "recursive", recursive, "a directory is all stages of the files below"),
	FLAG(0, "downstream", downstream, "the targets and what depends on them"),
	FLAG(0, "force-downstream", force_downstream, "run what depends on a stage that ran"),
	FLAG(0, "dry", dry, "tell what would run, and why; run nothing"),
	FLAG(0, "pull", pull, "fetch what stages need and what would be restored"),
	FLAG(0, "allow-missing", allow_missing, "what is not there counts as up to date"),
	FLAG(0, "glob", glob, "targets are patterns for names of stages"),
	FLAG(0, "no-commit", no_commit, "record outputs, do not store them"),
	FLAG(0, "no-run-cache", no_run_cache, "neither restore nor keep runs"),
	FLAG('k', "keep-going", keep_going, "after a failure run what does not depend on it"),
	FLAG(0, "ignore-errors", ignore_errors, "after a failure run the rest, too"),
	{ MLV_OPT_COUNT, 'j', "stages", offsetof(struct repro_args, jobs), "<count>", MLV_HINT_NONE,
	  "stages that may run at a time (default: 1; of Slurm 10000)" },
	{ MLV_OPT_TEXT, 0, "executor", offsetof(struct repro_args, executor), "<name>",
	  MLV_HINT_NONE, "where stages run: local (the default), or slurm, as jobs" },
	{ MLV_OPT_TEXT, 0, "explain", offsetof(struct repro_args, explain), "<stage>",
	  MLV_HINT_NONE, "tell why this stage would run, and what changed" },
	{ 0 },
};

/* No answer, or an end of input, is a no. */
static bool ask(void *arg, const struct mlv_stage *stage)
{
	char answer[64] = "";
	size_t len;

	(void)arg;
	fprintf(stderr, "Going to reproduce '%s'. Continue? [y/n] ", stage->name);
	fflush(stderr);
	if (!fgets(answer, sizeof(answer), stdin))
		answer[0] = '\0';
	len = strcspn(answer, "\n");
	answer[len] = '\0';
	return strcmp(answer, "y") == 0 || strcmp(answer, "yes") == 0;
}

static mlv_err explain(struct mlv_run *run, struct mlv_repo *repo,
		       const struct mlv_pipeline *pipeline, const struct repro_args *args)
{
	const struct mlv_look_options options = { .allow_missing = args->allow_missing };
	const struct mlv_pipeline_find find = { .glob = args->glob };
	MLV_SCOPED(mlv_stage_set_release) struct mlv_stage_set set = { 0 };
	MLV_SCOPED(mlv_namer_freep) struct mlv_namer *namer = NULL;
	MLV_SCOPED(mlv_looker_freep) struct mlv_looker *looker = NULL;
	struct mlv_url_marks marks;
	mlv_err err;

	mlv_url_marks_use(&marks, run, repo);
	if ((err = mlv_pipeline_find(repo, pipeline, args->explain, &find, &set)) ||
	    (err = mlv_namer_new(&namer, repo)) || (err = mlv_looker_new(&looker, repo, namer)))
		return err;
	mlv_out_array_begin(run->out, NULL);
	for (size_t i = 0; i < set.count; i++) {
		const struct mlv_stage *stage = &pipeline->stages[set.at[i]];
		MLV_SCOPED(mlv_stage_state_release) struct mlv_stage_state state = { 0 };
		MLV_SCOPED(mlv_buf_release) struct mlv_buf address = MLV_BUF_INIT;

		if ((err = mlv_stage_address(stage, &address)) ||
		    (err = mlv_stage_look(looker, stage, &options, &state)))
			return err;
		mlv_out_object_begin(run->out, NULL);
		mlv_out_text(run->out, "stage", address.ptr);
		mlv_reasons_json(run->out, &state);
		mlv_out_object_end(run->out);
		mlv_out_line(run->out, state.count ? "%s:" : "%s: up to date", address.ptr);
		mlv_reasons_print(run->out, &state, true);
	}
	mlv_out_array_end(run->out);
	return mlv_namer_save(namer);
}

#define STAGES_MAX 10000

static bool on_slurm(const struct repro_args *args)
{
	return args->executor && strcmp(args->executor, "slurm") == 0;
}

static mlv_err make_executor(struct mlv_executor **executor, struct mlv_run *run,
			     struct mlv_repo *repo, const struct repro_args *args,
			     struct mlv_repro_show *show)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf state = MLV_BUF_INIT;
	mlv_err err;

	if (!on_slurm(args))
		return mlv_executor_local(executor, run->ctx, mlv_repro_show_output, show);
	if ((err = mlv_buf_printf(&state, "%s/.mlv/" MLV_SLURM_STATE, repo->root)))
		return err;
	return mlv_executor_slurm(executor, run->ctx, state.ptr, mlv_repro_show_output, show);
}

static mlv_err fetch(void *arg, const struct mlv_outputs *outputs)
{
	const struct mlv_repro_show *show = arg;

	return mlv_repro_pull_outputs(show->run, show->repo, outputs);
}

/* The files that our output is written to, of two. */
static size_t own_files(struct stat own[static 2])
{
	size_t count = 0;

	for (int fd = 1; fd <= 2; fd++)
		if (mlv_sys_fstat(fd, &own[count]) == 0 && S_ISREG(own[count].st_mode))
			count++;
	return count;
}

static mlv_err run_stages(struct mlv_run *run, struct mlv_repo *repo,
			  const struct mlv_pipeline *pipeline, const struct mlv_stage_set *stages,
			  const struct repro_args *args)
{
	MLV_SCOPED(mlv_repro_show_release) struct mlv_repro_show show = { 0 };
	MLV_SCOPED(mlv_executor_freep) struct mlv_executor *executor = NULL;
	struct mlv_url_marks marks;
	char program[PATH_MAX + 8];
	struct stat own[2];
	struct mlv_repro_options options = {
		.force = args->force, .force_downstream = args->force_downstream, .dry = args->dry,
		.no_commit = args->no_commit, .no_run_cache = args->no_run_cache,
		.keep_going = args->keep_going, .ignore_errors = args->ignore_errors,
		.allow_missing = args->allow_missing, .jobs = args->jobs      ? (unsigned)args->jobs
			: on_slurm(args) ? STAGES_MAX
					 : 1,
		.program = program, .tell = mlv_repro_show_event,
		.ask = args->interactive ? ask : NULL, .fetch = args->pull ? fetch : NULL,
		.own = own, .own_count = own_files(own), .arg = &show,
	};
	struct mlv_repro_result result = { 0 };
	mlv_err err;

	mlv_url_marks_use(&marks, run, repo);
	snprintf(program, sizeof(program), "%s/mlv", mlv_host_program_dir());
	if ((err = mlv_repro_show_begin(&show, run, pipeline, options.jobs > 1, args->dry)) ||
	    (!args->dry && (err = make_executor(&executor, run, repo, args, &show))))
		return err;
	options.executor = executor;
	show.repo = repo;
	mlv_out_array_begin(run->out, args->list);
	err = mlv_repro(repo, pipeline, stages, &options, &result);
	mlv_out_array_end(run->out);
	if (!err && result.unchanged && !result.ran && !result.restored && !args->dry)
		mlv_out_line(run->out, "Data and pipelines are up to date.");
	return err;
}

mlv_err mlv_repro_run_one(struct mlv_run *run, struct mlv_repo *repo, const char *file,
			  const char *name)
{
	static const struct repro_args args = { .list = "run" };
	MLV_SCOPED(mlv_pipeline_release) struct mlv_pipeline pipeline = { 0 };
	const struct mlv_stage *stage;
	mlv_err err = mlv_pipeline_load(repo, &pipeline);
	size_t at;

	if (err)
		return err;
	if (!(stage = mlv_pipeline_stage(&pipeline, file, name)))
		return mlv_error(MLV_E_MISSING, "%s: there is no stage '%s'", file, name);
	at = (size_t)(stage - pipeline.stages);
	return run_stages(run, repo, &pipeline, &(struct mlv_stage_set){ .at = &at, .count = 1 },
			  &args);
}

static mlv_err check_args(const struct repro_args *args, char **operands)
{
	if (args->jobs > STAGES_MAX)
		return mlv_error(MLV_E_USAGE, "--stages is at most %d", STAGES_MAX);
	if (args->executor && strcmp(args->executor, "local") != 0 && !on_slurm(args))
		return mlv_error(MLV_E_USAGE, "--executor %s: there are local and slurm",
				 args->executor);
	if (args->downstream && (args->single || args->pipeline || args->all))
		return mlv_error(MLV_E_USAGE, "--downstream does not go with -s, -p or -P");
	if (args->downstream && !operands[0])
		return mlv_error(MLV_E_USAGE, "--downstream needs a target");
	if (args->all && operands[0])
		return mlv_error(MLV_E_USAGE, "-P takes no targets");
	return NULL;
}

static mlv_err repro_run(struct mlv_run *run, const void *opaque, char **operands)
{
	const struct repro_args *args = opaque;
	const struct mlv_repro_select select = {
		.single = args->single, .pipeline = args->pipeline, .downstream = args->downstream,
		.find = { .recursive = args->recursive, .glob = args->glob }
	};
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_pipeline_release) struct mlv_pipeline pipeline = { 0 };
	MLV_SCOPED(mlv_stage_set_release) struct mlv_stage_set stages = { 0 };
	mlv_err err;

	if ((err = check_args(args, operands)) ||
	    (err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_pipeline_load(repo, &pipeline)))
		return err;
	if (args->explain)
		return explain(run, repo, &pipeline, args);
	if (!pipeline.count)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "there is no mlv.yaml with stages"),
				      "mlv stage add -n NAME -o OUTPUT COMMAND");
	if ((err = mlv_repro_stages(repo, &pipeline, operands, args->all, &select, &stages)))
		return err;
	if (args->pull && !args->dry &&
	    (err = mlv_repro_pull_deps(run, repo, &pipeline, &stages)))
		return err;
	return run_stages(run, repo, &pipeline, &stages, args);
}

const struct mlv_cmd mlv_cmd_repro = {
	.name = "repro",
	.summary = "run the stages that are out of date",
	.operands = "[<target>...]",
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.opts = repro_opts,
	.args_size = sizeof(struct repro_args),
	.run = repro_run,
};
