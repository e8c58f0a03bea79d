/* cmd_stage_add.c - mlv stage add: write a stage into mlv.yaml. */
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd_stage.h"
#include "cmd/ui/out.h"
#include "core/base/sys.h"

struct add_args {
	const char *name, *wdir, *desc;
	struct mlv_opt_list deps, params, outs, outs_no_cache, persist, persist_no_cache, metrics,
		metrics_no_cache, plots, plots_no_cache;
	bool always_changed, force, run;
};

#define LIST(letter, name, field, value, help)                                                   \
	{ MLV_OPT_LIST, letter, name, offsetof(struct add_args, field), value, MLV_HINT_FILE, help }

static const struct mlv_opt add_opts[] = {
	{ MLV_OPT_TEXT, 'n', "name", offsetof(struct add_args, name), "<name>", MLV_HINT_NONE,
	  "the name of the stage" },
	LIST('d', "deps", deps, "<path>", "a file or directory that it reads"),
	LIST('p', "params", params, "<keys>", "parameters it depends on: lr,epochs or file:lr"),
	LIST('o', "outs", outs, "<path>", "a file or directory that it makes"),
	LIST('O', "outs-no-cache", outs_no_cache, "<path>", "the same, but mlv does not store it"),
	LIST(0, "outs-persist", persist, "<path>", "the same, not removed before it runs"),
	LIST(0, "outs-persist-no-cache", persist_no_cache, "<path>",
	     "the same, neither stored nor removed"),
	LIST('m', "metrics", metrics, "<path>", "a metrics file that it makes"),
	LIST('M', "metrics-no-cache", metrics_no_cache, "<path>", "the same, kept in git"),
	LIST(0, "plots", plots, "<path>", "a plots file that it makes"),
	LIST(0, "plots-no-cache", plots_no_cache, "<path>", "the same, kept in git"),
	{ MLV_OPT_TEXT, 'w', "wdir", offsetof(struct add_args, wdir), "<dir>", MLV_HINT_DIR,
	  "the directory it runs in, and paths are relative to" },
	{ MLV_OPT_FLAG, 0, "always-changed", offsetof(struct add_args, always_changed), NULL,
	  MLV_HINT_NONE, "it always runs" },
	{ MLV_OPT_TEXT, 0, "desc", offsetof(struct add_args, desc), "<text>", MLV_HINT_NONE,
	  "what it does, for people" },
	{ MLV_OPT_FLAG, 'f', "force", offsetof(struct add_args, force), NULL, MLV_HINT_NONE,
	  "replace a stage of that name" },
	{ MLV_OPT_FLAG, 0, "run", offsetof(struct add_args, run), NULL, MLV_HINT_NONE,
	  "run it then, as mlv repro -s does" },
	{ 0 },
};

static void new_release(struct mlv_stage_new *stage)
{
	for (size_t i = 0; i < stage->out_count; i++)
		free(stage->outs[i].path);
	free(stage->outs);
	mlv_strs_release(&stage->cmds);
	mlv_strs_release(&stage->deps);
	mlv_strs_release(&stage->params);
}

/* A word of the command line as a shell needs it to be one again. */
static mlv_err add_word(struct mlv_buf *to, const char *word)
{
	mlv_err err;

	if (*word && !word[strcspn(word, " \t\n\"'\\$`<>|&;()*?[#~!{}")])
		return mlv_buf_add_str(to, word);
	if ((err = mlv_buf_add_char(to, '\'')))
		return err;
	for (; *word && !err; word++)
		err = *word == '\'' ? mlv_buf_add_str(to, "'\\''") : mlv_buf_add_char(to, *word);
	return err ? err : mlv_buf_add_char(to, '\'');
}

/* One word is a command as it stands, for a shell; several are the words of one. */
static mlv_err take_command(char **words, struct mlv_strs *cmds)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	mlv_err err = NULL;

	if (!words[1])
		return mlv_strs_add(cmds, words[0]);
	for (size_t i = 0; words[i] && !err; i++)
		if (!i || !(err = mlv_buf_add_char(&text, ' ')))
			err = add_word(&text, words[i]);
	return err ? err : mlv_strs_add(cmds, text.ptr);
}

static mlv_err take_list(const struct mlv_opt_list *typed, struct mlv_strs *list)
{
	mlv_err err = NULL;

	for (size_t i = 0; i < typed->count && !err; i++)
		err = mlv_strs_add(list, typed->at[i]);
	return err;
}

static mlv_err take_outs(const struct mlv_opt_list *typed, struct mlv_stage_out like,
			 struct mlv_stage_new *stage)
{
	for (size_t i = 0; i < typed->count; i++) {
		struct mlv_stage_out *outs = mlv_sys_realloc(
			stage->outs, (stage->out_count + 1) * sizeof(*stage->outs));

		if (!outs)
			return mlv_error_nomem("a list");
		stage->outs = outs;
		outs[stage->out_count] = like;
		if (!(outs[stage->out_count++].path = mlv_sys_strdup(typed->at[i])))
			return mlv_error_nomem("a path");
	}
	return NULL;
}

static mlv_err take_all_outs(const struct add_args *args, struct mlv_stage_new *stage)
{
	const struct {
		const struct mlv_opt_list *typed;
		struct mlv_stage_out like;
	} rows[] = {
		{ &args->outs, { .cache = true } },
		{ &args->outs_no_cache, { .cache = false } },
		{ &args->persist, { .cache = true, .persist = true } },
		{ &args->persist_no_cache, { .cache = false, .persist = true } },
		{ &args->metrics, { .cache = true, .kind = MLV_OUT_METRIC } },
		{ &args->metrics_no_cache, { .cache = false, .kind = MLV_OUT_METRIC } },
		{ &args->plots, { .cache = true, .kind = MLV_OUT_PLOT } },
		{ &args->plots_no_cache, { .cache = false, .kind = MLV_OUT_PLOT } },
	};
	mlv_err err = NULL;

	for (size_t i = 0; i < MLV_COUNT(rows) && !err; i++)
		err = take_outs(rows[i].typed, rows[i].like, stage);
	return err;
}

static mlv_err report(struct mlv_run *run, struct mlv_repo *repo, const char *name,
		      const char *file, const struct mlv_strs *written, bool runs)
{
	struct mlv_out *out = run->out;
	mlv_err err = NULL;

	mlv_out_object_begin(out, NULL);
	mlv_out_text(out, "name", name);
	mlv_out_json_path(out, "file", file, strlen(file));
	mlv_out_array_begin(out, "written");
	for (size_t i = 0; i < written->count; i++)
		mlv_out_json_path(out, NULL, written->at[i], strlen(written->at[i]));
	mlv_out_array_end(out);
	mlv_out_line(out, "added stage '%s' to %s", name, file);
	if (runs)
		err = mlv_repro_run_one(run, repo, file, name);
	mlv_out_object_end(out);
	return err;
}

static mlv_err add_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(new_release) struct mlv_stage_new stage = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf file = MLV_BUF_INIT;
	MLV_SCOPED(mlv_strs_release) struct mlv_strs written = { 0 };
	const struct add_args *args = opaque;
	mlv_err err;

	if (!args->name)
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "stage add: the stage needs a name"),
				      "mlv stage add -n <name> <command>...");
	stage.name = args->name;
	stage.wdir = args->wdir;
	stage.desc = args->desc;
	stage.always_changed = args->always_changed;
	stage.force = args->force;
	if ((err = take_command(operands, &stage.cmds)) ||
	    (err = take_list(&args->deps, &stage.deps)) ||
	    (err = take_list(&args->params, &stage.params)) || (err = take_all_outs(args, &stage)) ||
	    (err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_repo_path(repo, MLV_PIPELINE_NAME, &file)))
		return err;
	mlv_strs_sort_unique(&stage.deps);
	if ((err = mlv_pipeline_add_stage(repo, file.ptr, &stage, &written)))
		return err;
	return report(run, repo, stage.name, file.ptr, &written, args->run);
}

const struct mlv_cmd mlv_cmd_stage_add = {
	.name = "add",
	.summary = "write a stage into mlv.yaml",
	.operands = "<command>...",
	.min_operands = 1,
	.max_operands = -1,
	.hint = MLV_HINT_COMMAND,
	.opts = add_opts,
	.args_size = sizeof(struct add_args),
	.run = add_run,
	.runs = true,
};
