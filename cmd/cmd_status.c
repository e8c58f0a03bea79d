/* cmd_status.c - mlv status: what differs from the pointers, or from a remote. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/status/cloud.h"
#include "cmd/status/stages.h"
#include "cmd/status/updates.h"
#include "cmd/ui/out.h"
#include "cmd/url_marks.h"
#include "core/base/sys.h"
#include "core/repo/status.h"

struct status_args {
	struct mlv_transfer_args transfer;
	bool cloud;
	bool granular;
	bool updates;
};

static const struct mlv_opt status_opts[] = {
	MLV_TRANSFER_OPTS(struct status_args, transfer),
	{ MLV_OPT_FLAG, 'c', "cloud", offsetof(struct status_args, cloud), NULL, MLV_HINT_NONE,
	  "compare the cache with the remote" },
	{ MLV_OPT_FLAG, 0, "verify", offsetof(struct status_args, transfer.verify), NULL,
	  MLV_HINT_NONE, "read what lies at the remote, to find damage" },
	{ MLV_OPT_FLAG, 0, "granular", offsetof(struct status_args, granular), NULL, MLV_HINT_NONE,
	  "name files inside directories" },
	{ MLV_OPT_FLAG, 0, "updates", offsetof(struct status_args, updates), NULL, MLV_HINT_NONE,
	  "ask the sources of imports for something new" },
	{ 0 },
};

static const struct {
	const char *line, *json;
} states[MLV_STATES] = {
	[MLV_STATE_MODIFIED] = { "modified", "modified" },
	[MLV_STATE_DELETED] = { "deleted", "deleted" },
	[MLV_STATE_NOT_CHECKED_OUT] = { "not checked out", "not_checked_out" },
	[MLV_STATE_NOT_IN_CACHE] = { "not in cache", "not_in_cache" },
};

/* The statuses of all targets. */
struct report {
	struct mlv_status *at;
	size_t count;
	struct mlv_strs updates; /* imports whose source has something new */
	struct mlv_status_stages stages;
};

static void report_release(struct report *report)
{
	for (size_t i = 0; i < report->count; i++)
		mlv_status_release(&report->at[i]);
	free(report->at);
	mlv_strs_release(&report->updates);
	mlv_status_stages_release(&report->stages);
}

static const char *word_of(char what)
{
	switch (what) {
	case 'A':
		return "added";
	case 'M':
		return "modified";
	case 'D':
		return "deleted";
	default:
		return "not in cache";
	}
}

/* " (1 added, 2 deleted)" */
static void print_counts(struct mlv_out *out, const struct mlv_status *status)
{
	const struct {
		uint64_t count;
		const char *what;
	} parts[] = {
		{ status->added, "added" },
		{ status->modified, "modified" },
		{ status->deleted, "deleted" },
	};
	const char *glue = " (";
	char text[64];

	for (size_t i = 0; i < MLV_COUNT(parts); i++) {
		if (!parts[i].count)
			continue;
		snprintf(text, sizeof(text), "%s%" PRIu64 " %s", glue, parts[i].count,
			 parts[i].what);
		mlv_out_raw(out, text);
		glue = ", ";
	}
	if (glue[0] == ',')
		mlv_out_raw(out, ")");
}

static void print_files(struct mlv_out *out, const struct mlv_status *status, enum mlv_state state)
{
	for (size_t i = 0; i < status->count; i++) {
		const struct mlv_status_file *file = &status->files[i];

		if ((file->what == '?') != (state == MLV_STATE_NOT_IN_CACHE))
			continue;
		mlv_out_raw(out, "    ");
		mlv_out_raw(out, word_of(file->what));
		mlv_out_raw(out, ": ");
		mlv_out_path(out, file->path, strlen(file->path));
		mlv_out_raw(out, "\n");
	}
}

static void print_state(struct mlv_out *out, const struct report *report, enum mlv_state state)
{
	for (size_t i = 0; i < report->count; i++) {
		const struct mlv_status *status = &report->at[i];

		if (!status->is[state])
			continue;
		mlv_out_raw(out, states[state].line);
		mlv_out_raw(out, ": ");
		mlv_out_path(out, status->path, strlen(status->path));
		mlv_out_raw(out, status->dir ? "/" : "");
		if (state == MLV_STATE_MODIFIED && status->dir)
			print_counts(out, status);
		mlv_out_raw(out, "\n");
		if (state == MLV_STATE_MODIFIED || state == MLV_STATE_NOT_IN_CACHE)
			print_files(out, status, state);
	}
}

static void json_files(struct mlv_out *out, const struct mlv_status *status, enum mlv_state state)
{
	mlv_out_array_begin(out, "files");
	for (size_t i = 0; i < status->count; i++) {
		const struct mlv_status_file *file = &status->files[i];

		if ((file->what == '?') != (state == MLV_STATE_NOT_IN_CACHE))
			continue;
		mlv_out_object_begin(out, NULL);
		mlv_out_json_path(out, "path", file->path, strlen(file->path));
		mlv_out_text(out, "state", file->what == '?' ? "not_in_cache" : word_of(file->what));
		mlv_out_object_end(out);
	}
	mlv_out_array_end(out);
}

static void json_state(struct mlv_out *out, const struct report *report, enum mlv_state state)
{
	mlv_out_array_begin(out, states[state].json);
	for (size_t i = 0; i < report->count; i++) {
		const struct mlv_status *status = &report->at[i];

		if (!status->is[state])
			continue;
		mlv_out_object_begin(out, NULL);
		mlv_out_json_path(out, "path", status->path, strlen(status->path));
		mlv_out_bool(out, "dir", status->dir);
		if (status->dir && state == MLV_STATE_MODIFIED) {
			mlv_out_number(out, "added", status->added);
			mlv_out_number(out, "modified", status->modified);
			mlv_out_number(out, "deleted", status->deleted);
		}
		if (status->count)
			json_files(out, status, state);
		mlv_out_object_end(out);
	}
	mlv_out_array_end(out);
}

static void print_updates(struct mlv_out *out, const struct mlv_strs *paths)
{
	mlv_out_array_begin(out, "update_available");
	for (size_t i = 0; i < paths->count; i++) {
		mlv_out_object_begin(out, NULL);
		mlv_out_json_path(out, "path", paths->at[i], strlen(paths->at[i]));
		mlv_out_object_end(out);
		mlv_out_raw(out, "update available: ");
		mlv_out_path(out, paths->at[i], strlen(paths->at[i]));
		mlv_out_raw(out, "\n");
	}
	mlv_out_array_end(out);
}

/* Print it; whether all is clean. */
static bool print(struct mlv_run *run, const struct report *report, bool updates)
{
	bool clean = report->updates.count == 0 && report->stages.count == 0;

	for (size_t i = 0; i < report->count; i++)
		clean = clean && mlv_status_is_clean(&report->at[i]);
	mlv_out_object_begin(run->out, NULL);
	mlv_out_bool(run->out, "clean", clean);
	for (int state = 0; state < MLV_STATES; state++) {
		if (run->json)
			json_state(run->out, report, (enum mlv_state)state);
		else
			print_state(run->out, report, (enum mlv_state)state);
	}
	if (updates)
		print_updates(run->out, &report->updates);
	mlv_status_stages_print(run, &report->stages);
	mlv_out_object_end(run->out);
	if (clean && (report->count || report->stages.looked))
		mlv_out_line(run->out, "Data and pipelines are up to date.");
	else if (clean)
		mlv_out_line(run->out, "There are no data tracked here yet.");
	return clean;
}

/* What a stage made is told with the stage, if its mlv.yaml still has it. */
static bool is_told(const struct report *report, const struct mlv_output *output)
{
	const struct mlv_stage_out *out;

	return output->stage &&
	       mlv_pipeline_producer(&report->stages.pipeline, output->path, &out) != NULL;
}

/* Files inside directories of stages are told, too, where they are asked for. */
static mlv_err look(struct mlv_run *run, struct mlv_repo *repo, const struct status_args *args,
		    const struct mlv_targets *targets, struct report *report)
{
	bool granular = args->granular || run->verbose;
	mlv_err err;

	report->at = mlv_sys_alloc_array(targets->count + 1, sizeof(*report->at));
	if (!report->at)
		return mlv_error_nomem("a report");
	for (size_t i = 0; i < targets->count; i++) {
		if (!args->granular && is_told(report, targets->at[i].output))
			continue;
		if ((err = mlv_status_of(repo, &targets->at[i], granular,
					 &report->at[report->count])))
			return err;
		report->count++;
	}
	return args->updates ? mlv_status_updates(run, repo, targets, &report->updates) : NULL;
}

static mlv_err local(struct mlv_run *run, struct mlv_repo *repo, const struct status_args *args,
		     char **operands, bool *dirty)
{
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
	MLV_SCOPED(report_release) struct report report = { 0 };
	struct mlv_url_marks marks;
	mlv_err err;

	if (args->updates)
		mlv_url_marks_use(&marks, run, repo);
	if ((err = mlv_outputs_load(repo, &outputs)) ||
	    (err = mlv_targets_resolve(repo, &outputs, operands, &targets)) ||
	    (err = mlv_status_stages_look(&report.stages, repo, operands[0] ? &targets : NULL)) ||
	    (err = look(run, repo, args, &targets, &report)))
		return err;
	*dirty = !print(run, &report, args->updates);
	return NULL;
}

/* Options that ask about a remote say that one is meant. */
static bool is_cloud(const struct status_args *args)
{
	const struct mlv_transfer_args *transfer = &args->transfer;

	return args->cloud || transfer->verify || transfer->remotes.count ||
	       transfer->all_branches || transfer->all_tags || transfer->all_commits;
}

static mlv_err status_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	const struct status_args *args = opaque;
	bool dirty = false;
	mlv_err err;

	if (is_cloud(args)) {
		if ((err = mlv_transfer_begin(run, &args->transfer, &repo)) ||
		    (err = mlv_status_cloud(run, repo, &args->transfer, operands, &dirty)))
			return err;
	} else if ((err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
		   (err = local(run, repo, args, operands, &dirty))) {
		return err;
	}
	return dirty && run->quiet ? mlv_error(MLV_E_NO, "%s", "") : NULL;
}

const struct mlv_cmd mlv_cmd_status = {
	.name = "status",
	.summary = "show what differs from the pointers, or from a remote",
	.operands = "[<target>...]",
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.opts = status_opts,
	.args_size = sizeof(struct status_args),
	.run = status_run,
};
