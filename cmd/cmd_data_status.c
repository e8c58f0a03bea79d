/* cmd_data_status.c - mlv data status: git's status, for tracked data. */
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd_data.h"
#include "cmd/transfer.h"
#include "cmd/ui/out.h"
#include "core/base/sys.h"
#include "core/repo/data_status.h"
#include "remote/compare.h"

struct data_status_args {
	bool granular, unchanged, not_in_remote;
	const char *untracked;
	const char *remote;
};

static const struct mlv_opt data_status_opts[] = {
	{ MLV_OPT_FLAG, 0, "granular", offsetof(struct data_status_args, granular), NULL,
	  MLV_HINT_NONE, "name files inside directories" },
	{ MLV_OPT_FLAG, 0, "not-in-remote", offsetof(struct data_status_args, not_in_remote), NULL,
	  MLV_HINT_NONE, "ask the remote, and tell what it lacks" },
	{ MLV_OPT_TEXT, 'r', "remote", offsetof(struct data_status_args, remote), "<name>",
	  MLV_HINT_REMOTE, "with --not-in-remote, ask this one" },
	{ MLV_OPT_FLAG, 0, "unchanged", offsetof(struct data_status_args, unchanged), NULL,
	  MLV_HINT_NONE, "tell what did not change, too" },
	{ MLV_OPT_TEXT, 0, "untracked-files", offsetof(struct data_status_args, untracked),
	  "<mode>", MLV_HINT_NONE, "no, or all: tell files that nobody tracks (default: no)" },
	{ 0 },
};

static const struct {
	char what;
	const char *word;
} groups[] = {
	{ 'A', "added" },
	{ 'D', "deleted" },
	{ 'M', "modified" },
	{ 'R', "renamed" },
};

struct report {
	struct mlv_run *run;
	const struct data_status_args *args;
	struct mlv_repo *repo;
	struct mlv_data_status status;
	struct mlv_strs not_in_remote;
	bool any; /* something was told */
};

static void report_release(struct report *report)
{
	mlv_data_status_release(&report->status);
	mlv_strs_release(&report->not_in_remote);
	mlv_repo_freep(&report->repo);
}

/* ---- the remote */

static mlv_err add_lacking(struct report *report, const struct mlv_outputs *outputs,
			   const struct mlv_differences *differences)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < differences->count; i++) {
		const struct mlv_difference *at = &differences->at[i];
		MLV_SCOPED(mlv_mem_free) char *whole = NULL;

		if (at->standing == MLV_STANDING_DELETED)
			continue; /* there, and not in the cache */
		if (!report->args->granular)
			err = mlv_data_whole(outputs, at->path, &whole);
		if (!err)
			err = mlv_strs_add(&report->not_in_remote, whole ? whole : at->path);
	}
	return err;
}

static mlv_err ask_remotes(struct report *report, char *const *operands)
{
	const struct mlv_transfer_args args = { .remote = report->args->remote };
	MLV_SCOPED(mlv_routes_release) struct mlv_routes routes = { 0 };
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	mlv_err err;

	if ((err = mlv_outputs_load(report->repo, &outputs)) ||
	    (err = mlv_routes_find(&routes, report->repo, &args, operands, MLV_FOR_STATUS)))
		return err;
	for (size_t i = 0; !err && i < routes.count; i++) {
		MLV_SCOPED(mlv_transport_freep) struct mlv_transport *remote = NULL;
		MLV_SCOPED(mlv_differences_release) struct mlv_differences found = { 0 };
		MLV_SCOPED(mlv_buf_release) struct mlv_buf name = MLV_BUF_INIT;
		MLV_SCOPED(mlv_buf_release) struct mlv_buf receipts = MLV_BUF_INIT;
		struct mlv_store *cache;

		if (!(err = mlv_route_open(report->run, report->repo, routes.at[i].name, &name,
					   &remote, &cache)) &&
		    !(err = mlv_route_receipts(report->repo, &receipts)) &&
		    !(err = mlv_compare(cache, remote, routes.at[i].wants, routes.at[i].count, false,
					receipts.ptr, &found)))
			err = add_lacking(report, &outputs, &found);
	}
	mlv_strs_sort_unique(&report->not_in_remote);
	return err;
}

/* ---- for people */

static void title(struct report *report, const char *text, const char *const *hints)
{
	mlv_out_line(report->run->out, "%s%s:", report->any ? "\n" : "", text);
	for (; *hints; hints++)
		mlv_out_line(report->run->out, "  (%s)", *hints);
	report->any = true;
}

static void print_paths(struct report *report, const char *text, const struct mlv_strs *paths,
			const char *const *hints)
{
	struct mlv_out *out = report->run->out;

	if (paths->count)
		title(report, text, hints);
	for (size_t i = 0; i < paths->count; i++) {
		mlv_out_raw(out, "        ");
		mlv_out_path(out, paths->at[i], strlen(paths->at[i]));
		mlv_out_raw(out, "\n");
	}
}

static void print_diff(struct report *report, const char *text, const struct mlv_diff *diff,
		       const char *const *hints)
{
	struct mlv_out *out = report->run->out;

	if (diff->count)
		title(report, text, hints);
	for (size_t g = 0; g < MLV_COUNT(groups); g++) {
		for (size_t i = 0; i < diff->count; i++) {
			const struct mlv_diff_item *item = &diff->items[i];

			if (item->what != groups[g].what)
				continue;
			mlv_out_raw(out, "        ");
			mlv_out_raw(out, groups[g].word);
			mlv_out_raw(out, ": ");
			if (item->old_path) {
				mlv_out_path(out, item->old_path, strlen(item->old_path));
				mlv_out_raw(out, " -> ");
			}
			mlv_out_path(out, item->path, strlen(item->path));
			mlv_out_raw(out, "\n");
		}
	}
}

static void print_lines(struct report *report)
{
	static const char *const fetch[] = { "use \"mlv fetch <path>...\" to download it", NULL };
	static const char *const push[] = { "use \"mlv push <path>...\" to upload it", NULL };
	static const char *const git[] = { "git commit the pointers to record it", NULL };
	static const char *const commit[] = { "use \"mlv commit -f <path>...\" to track it",
					      "use \"mlv checkout <path>...\" to get back what is tracked",
					      NULL };
	static const char *const add[] = { "use \"mlv add <path>...\" or \"git add <path>...\" to track it",
					   NULL };
	static const char *const none[] = { NULL };
	const struct mlv_data_status *status = &report->status;

	print_paths(report, "Not in cache", &status->not_in_cache, fetch);
	print_paths(report, "Not in remote", &report->not_in_remote, push);
	print_diff(report, "Changes committed to pointers", &status->committed, git);
	print_diff(report, "Changes not committed", &status->uncommitted, commit);
	print_paths(report, "Untracked files", &status->untracked, add);
	print_paths(report, "Unchanged", &status->unchanged, none);
	if (!report->any)
		mlv_out_line(report->run->out, "No changes.");
	if (status->dirty)
		mlv_out_line(report->run->out,
			     "(git has changes of its own: \"git status\" shows them)");
}

/* ---- for programs */

static void json_paths(struct mlv_out *out, const char *name, const struct mlv_strs *paths)
{
	mlv_out_array_begin(out, name);
	for (size_t i = 0; i < paths->count; i++)
		mlv_out_text(out, NULL, paths->at[i]);
	mlv_out_array_end(out);
}

static void json_item(struct mlv_out *out, const struct mlv_diff_item *item)
{
	if (!item->old_path) {
		mlv_out_text(out, NULL, item->path);
		return;
	}
	mlv_out_object_begin(out, NULL);
	mlv_out_json_path(out, "old", item->old_path, strlen(item->old_path));
	mlv_out_json_path(out, "new", item->path, strlen(item->path));
	mlv_out_object_end(out);
}

static void json_diff(struct mlv_out *out, const char *name, const struct mlv_diff *diff)
{
	mlv_out_object_begin(out, name);
	for (size_t g = 0; g < MLV_COUNT(groups); g++) {
		mlv_out_array_begin(out, groups[g].word);
		for (size_t i = 0; i < diff->count; i++)
			if (diff->items[i].what == groups[g].what)
				json_item(out, &diff->items[i]);
		mlv_out_array_end(out);
	}
	json_paths(out, "unknown", &diff->missing);
	mlv_out_object_end(out);
}

static void print_json(const struct report *report)
{
	const struct mlv_data_status *status = &report->status;
	struct mlv_out *out = report->run->out;

	mlv_out_object_begin(out, NULL);
	json_paths(out, "not_in_cache", &status->not_in_cache);
	json_paths(out, "not_in_remote", &report->not_in_remote);
	json_diff(out, "committed", &status->committed);
	json_diff(out, "uncommitted", &status->uncommitted);
	json_paths(out, "untracked", &status->untracked);
	json_paths(out, "unchanged", &status->unchanged);
	mlv_out_object_begin(out, "git");
	mlv_out_bool(out, "is_empty", status->no_commits);
	mlv_out_bool(out, "is_dirty", status->dirty);
	mlv_out_object_end(out);
	mlv_out_object_end(out);
}

static mlv_err check_args(const struct data_status_args *args)
{
	const char *mode = args->untracked;

	if (mode && strcmp(mode, "no") != 0 && strcmp(mode, "all") != 0)
		return mlv_error(MLV_E_USAGE, "--untracked-files is no or all, not '%s'", mode);
	if (args->remote && !args->not_in_remote)
		return mlv_error(MLV_E_USAGE, "--remote is for --not-in-remote");
	return NULL;
}

static mlv_err data_status_run(struct mlv_run *run, const void *opaque, char **operands)
{
	const struct data_status_args *args = opaque;
	const struct mlv_data_options options = {
		.granular = args->granular, .unchanged = args->unchanged,
		.untracked = args->untracked && strcmp(args->untracked, "all") == 0,
	};
	MLV_SCOPED(report_release) struct report report = { .run = run, .args = args };
	mlv_err err;

	if ((err = check_args(args)) || (err = mlv_repo_open(&report.repo, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_data_status_make(&report.status, report.repo, operands, &options)) ||
	    (args->not_in_remote && (err = ask_remotes(&report, operands))))
		return err;
	if (run->json)
		print_json(&report);
	else
		print_lines(&report);
	return NULL;
}

const struct mlv_cmd mlv_cmd_data_status = {
	.name = "status",
	.summary = "show what changed in tracked data",
	.operands = "[<target>...]",
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.opts = data_status_opts,
	.args_size = sizeof(struct data_status_args),
	.run = data_status_run,
};
