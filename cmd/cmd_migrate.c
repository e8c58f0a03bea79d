/* cmd_migrate.c - mlv migrate: move in from DVC or Git LFS. */
#include <inttypes.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/migrate_bring.h"
#include "cmd/ui/out.h"
#include "core/base/amount.h"
#include "core/base/path.h"
#include "core/repo/migrate.h"

struct migrate_args {
	struct mlv_migrate_options options;
	bool fetch;
};

static const struct mlv_opt dvc_opts[] = {
	{ MLV_OPT_FLAG, 'n', "dry-run", offsetof(struct migrate_args, options.dry_run), NULL,
	  MLV_HINT_NONE, "say all that would be done, and do nothing" },
	{ MLV_OPT_FLAG, 0, "check", offsetof(struct migrate_args, options.check), NULL,
	  MLV_HINT_NONE, "compare what was migrated with DVC's names" },
	{ MLV_OPT_FLAG, 0, "fetch", offsetof(struct migrate_args, fetch), NULL, MLV_HINT_NONE,
	  "fetch what is not here from the remotes, as DVC put it there" },
	{ 0 },
};

static const struct mlv_opt lfs_opts[] = {
	{ MLV_OPT_FLAG, 'n', "dry-run", offsetof(struct migrate_args, options.dry_run), NULL,
	  MLV_HINT_NONE, "say all that would be done, and do nothing" },
	{ MLV_OPT_FLAG, 0, "check", offsetof(struct migrate_args, options.check), NULL,
	  MLV_HINT_NONE, "compare what was migrated with Git LFS's names" },
	{ 0 },
};

static void report_json(struct mlv_out *out, const struct mlv_migrated *migrated, bool check)
{
	static const char *const kinds[] = {
		[MLV_MIGRATE_WRITTEN] = "written", [MLV_MIGRATE_KEPT] = "kept",
		[MLV_MIGRATE_SET] = "set",	   [MLV_MIGRATE_NOTE] = "note",
		[MLV_MIGRATE_MISSING] = "missing", [MLV_MIGRATE_DAMAGED] = "damaged",
	};

	mlv_out_object_begin(out, NULL);
	mlv_out_array_begin(out, "lines");
	for (size_t i = 0; i < migrated->count; i++) {
		const struct mlv_migrate_line *line = &migrated->at[i];

		mlv_out_object_begin(out, NULL);
		mlv_out_text(out, "kind", kinds[line->kind]);
		mlv_out_json_path(out, "path", line->path, strlen(line->path));
		mlv_out_text(out, "text", line->text);
		mlv_out_object_end(out);
	}
	mlv_out_array_end(out);
	if (check) {
		mlv_out_number(out, "same", migrated->same);
		mlv_out_number(out, "different", migrated->different);
	} else {
		mlv_out_number(out, "objects", migrated->objects);
		mlv_out_number(out, "bytes", migrated->bytes);
		mlv_out_number(out, "runs", migrated->runs);
	}
	mlv_out_number(out, "missing", migrated->missing);
	mlv_out_number(out, "damaged", migrated->damaged);
	mlv_out_object_end(out);
}

static void report_line(struct mlv_out *out, const struct mlv_migrate_line *line, bool dry)
{
	static const char *const before[] = {
		[MLV_MIGRATE_WRITTEN] = "wrote ", [MLV_MIGRATE_KEPT] = "kept ",
		[MLV_MIGRATE_SET] = "set ",	  [MLV_MIGRATE_NOTE] = "note: ",
		[MLV_MIGRATE_MISSING] = "missing: ", [MLV_MIGRATE_DAMAGED] = "damaged: ",
	};
	static const char *const would[] = { [MLV_MIGRATE_WRITTEN] = "would write ",
					     [MLV_MIGRATE_SET] = "would set ", [MLV_MIGRATE_DAMAGED] = NULL };

	mlv_out_raw(out, dry && would[line->kind] ? would[line->kind] : before[line->kind]);
	mlv_out_path(out, line->path, strlen(line->path));
	if (line->kind == MLV_MIGRATE_WRITTEN)
		mlv_out_raw(out, " (");
	else if (line->kind == MLV_MIGRATE_SET)
		mlv_out_raw(out, " = ");
	else if (*line->text)
		mlv_out_raw(out, ": ");
	mlv_out_raw(out, line->text);
	mlv_out_raw(out, line->kind == MLV_MIGRATE_WRITTEN ? ")\n" : "\n");
}

static void report(struct mlv_run *run, const struct mlv_migrated *migrated,
		   const struct mlv_migrate_options *options)
{
	char size[32], runs[32] = "";

	report_json(run->out, migrated, options->check);
	for (size_t i = 0; i < migrated->count; i++)
		report_line(run->out, &migrated->at[i], options->dry_run);
	if (options->check) {
		mlv_out_line(run->out, "%" PRIu64 " file%s the same, %" PRIu64 " differ%s",
			     migrated->same, migrated->same == 1 ? " is" : "s are",
			     migrated->different, migrated->different == 1 ? "s" : "");
		return;
	}
	if (migrated->runs)
		snprintf(runs, sizeof(runs), ", and %" PRIu64 " run%s", migrated->runs,
			 migrated->runs == 1 ? "" : "s");
	mlv_out_line(run->out, "%" PRIu64 " object%s, %s%s, %s", migrated->objects,
		     migrated->objects == 1 ? "" : "s",
		     mlv_amount_format(migrated->bytes, size, sizeof(size)), runs,
		     options->dry_run ? "would be taken over" : "taken over");
}

/* What the user is to type next. */
static void say_next(struct mlv_run *run, const struct mlv_migrated *migrated)
{
	static const char *const patterns[] = { ".mlvignore", ".mlv", "mlv.yaml", "mlv.lock" };
	bool any = false, has[MLV_COUNT(patterns)] = { false };

	for (size_t i = 0; i < migrated->count; i++) {
		const struct mlv_migrate_line *line = &migrated->at[i];
		const size_t len = strlen(line->path);

		for (size_t p = 0; p < MLV_COUNT(patterns) && line->kind == MLV_MIGRATE_WRITTEN; p++) {
			const size_t end = strlen(patterns[p]);

			any = true;
			has[p] |= len >= end && strcmp(line->path + len - end, patterns[p]) == 0;
		}
	}
	if (!any)
		return;
	mlv_out_raw(run->out, "to keep it in git: git add .mlv .gitignore");
	for (size_t p = 0; p < MLV_COUNT(patterns); p++) {
		if (!has[p])
			continue;
		mlv_out_raw(run->out, " '*");
		mlv_out_raw(run->out, patterns[p]);
		mlv_out_raw(run->out, "'");
	}
	mlv_out_raw(run->out, "\n");
}

/* How it ended: data that is not here, and files that differ, are failures of the whole. */
static mlv_err outcome(const struct mlv_migrated *migrated, const char *hint)
{
	if (migrated->damaged)
		return mlv_error_hint(mlv_error(MLV_E_CORRUPT, "%zu file%s damaged", migrated->damaged,
						migrated->damaged == 1 ? " is" : "s are"),
				      "%s", hint);
	if (migrated->missing)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "%zu file%s missing", migrated->missing,
						migrated->missing == 1 ? " is" : "s are"),
				      "%s", hint);
	return migrated->different ? mlv_error(MLV_E_NO, "%s", "") : NULL;
}

static mlv_err root_of(struct mlv_run *run, char **operands, struct mlv_buf *root)
{
	return mlv_path_absolute(root, run->ctx->cwd, operands[0] ? operands[0] : ".");
}

static mlv_err dvc_run(struct mlv_run *run, const void *opaque, char **operands)
{
	const struct migrate_args *args = opaque;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf root = MLV_BUF_INIT;
	MLV_SCOPED(mlv_migrated_release) struct mlv_migrated migrated = { 0 };
	MLV_SCOPED(mlv_migrate_bring_release) struct mlv_migrate_bring bring = MLV_MIGRATE_BRING_INIT;
	struct mlv_migrate_options options = args->options;
	mlv_err err;

	if ((err = root_of(run, operands, &root)))
		return err;
	bring.run = run;
	bring.root = root.ptr;
	options.bring = args->fetch ? mlv_migrate_bring : NULL;
	options.arg = &bring;
	if ((err = mlv_migrate_dvc(run->ctx, root.ptr, &options, &migrated)))
		return err;
	report(run, &migrated, &options);
	if (!options.check && !options.dry_run)
		say_next(run, &migrated);
	return outcome(&migrated, args->fetch ? "no remote has them; where they are still, there: dvc push"
					      : "mlv migrate dvc --fetch, or dvc pull and then this again");
}

static const struct mlv_cmd migrate_dvc = {
	.name = "dvc",
	.summary = "move in from DVC, in place; nothing of DVC's is deleted",
	.operands = "[<directory>]",
	.max_operands = 1,
	.hint = MLV_HINT_DIR,
	.opts = dvc_opts,
	.args_size = sizeof(struct migrate_args),
	.run = dvc_run,
};

static mlv_err lfs_run(struct mlv_run *run, const void *opaque, char **operands)
{
	const struct migrate_args *args = opaque;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf root = MLV_BUF_INIT;
	MLV_SCOPED(mlv_migrated_release) struct mlv_migrated migrated = { 0 };
	mlv_err err;

	if ((err = root_of(run, operands, &root)) ||
	    (err = mlv_migrate_lfs(run->ctx, root.ptr, &args->options, &migrated)))
		return err;
	report(run, &migrated, &args->options);
	if (!args->options.check && !args->options.dry_run) {
		say_next(run, &migrated);
		mlv_out_line(run->out, "git tracks the files still: git lfs ls-files -n | "
				       "git rm -q --cached --pathspec-from-file=-");
	}
	return outcome(&migrated, "git lfs pull, then run this again");
}

static const struct mlv_cmd migrate_lfs = {
	.name = "lfs",
	.summary = "move in from Git LFS, in place; nothing of git's is changed",
	.operands = "[<directory>]",
	.max_operands = 1,
	.hint = MLV_HINT_DIR,
	.opts = lfs_opts,
	.args_size = sizeof(struct migrate_args),
	.run = lfs_run,
};

static const struct mlv_cmd *const subs[] = { &migrate_dvc, &migrate_lfs, NULL };

const struct mlv_cmd mlv_cmd_migrate = {
	.name = "migrate",
	.summary = "move in from DVC or Git LFS",
	.operands = "[<operand>...]",
	.subs = subs,
};
