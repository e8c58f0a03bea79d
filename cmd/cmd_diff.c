/* cmd_diff.c - mlv diff: what is tracked at two revisions, or at one and here. */
#include <inttypes.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/ui/out.h"
#include "cmd/ui/table.h"
#include "core/repo/diff.h"

struct diff_args {
	struct mlv_opt_list targets;
	bool md;
	bool show_hash;
	bool hide_missing;
};

static const struct mlv_opt diff_opts[] = {
	{ MLV_OPT_FLAG, 0, "hide-missing", offsetof(struct diff_args, hide_missing), NULL,
	  MLV_HINT_NONE, "do not tell what could not be looked into" },
	{ MLV_OPT_FLAG, 0, "md", offsetof(struct diff_args, md), NULL, MLV_HINT_NONE,
	  "print a Markdown table" },
	{ MLV_OPT_FLAG, 0, "show-hash", offsetof(struct diff_args, show_hash), NULL, MLV_HINT_NONE,
	  "print ids beside paths" },
	{ MLV_OPT_LIST, 0, "targets", offsetof(struct diff_args, targets), "<path>", MLV_HINT_FILE,
	  "only this path; may be given several times" },
	{ 0 },
};

static const struct {
	char what;
	const char *title, *word;
} groups[] = {
	{ 'A', "Added", "added" },
	{ 'D', "Deleted", "deleted" },
	{ 'R', "Renamed", "renamed" },
	{ 'M', "Modified", "modified" },
};

static bool is_dir(const struct mlv_diff_item *item)
{
	return item->old.kind == 'n' || item->new_side.kind == 'n';
}

/* A directory that differs from its pointer has no id of its own yet. */
static bool is_unnamed(const struct mlv_diff_item *item)
{
	return item->what == 'M' && is_dir(item) &&
	       mlv_oid_equal(&item->old.oid, &item->new_side.oid);
}

static void short_hash(const struct mlv_diff_item *item, char to[static 2 * 8 + 4])
{
	char hex[MLV_OID_HEX + 1];

	to[0] = '\0';
	if (item->old.kind) {
		strncat(to, mlv_oid_format(&item->old.oid, hex), 8);
		if (item->what == 'M')
			strcat(to, "..");
	}
	if (item->new_side.kind && item->what != 'R' && !is_unnamed(item))
		strncat(to, mlv_oid_format(&item->new_side.oid, hex), 8);
}

static void print_item(struct mlv_out *out, const struct mlv_diff_item *item, bool show_hash)
{
	char hash[2 * 8 + 4];

	mlv_out_raw(out, "    ");
	if (show_hash) {
		short_hash(item, hash);
		mlv_out_raw(out, hash);
		mlv_out_raw(out, "  ");
	}
	if (item->old_path) {
		mlv_out_path(out, item->old_path, strlen(item->old_path));
		mlv_out_raw(out, " -> ");
	}
	mlv_out_path(out, item->path, strlen(item->path));
	mlv_out_raw(out, "\n");
}

/* How many of a kind there are: files, and with directories. */
static uint64_t count_of(const struct mlv_diff *diff, char what, bool dirs)
{
	uint64_t count = 0;

	for (size_t i = 0; i < diff->count; i++)
		count += diff->items[i].what == what && (dirs || !is_dir(&diff->items[i]));
	return count;
}

static void print_missing(struct mlv_out *out, const struct mlv_diff *diff)
{
	if (diff->missing.count)
		mlv_out_line(out, "%sNot in cache:", diff->count ? "\n" : "");
	for (size_t i = 0; i < diff->missing.count; i++) {
		mlv_out_raw(out, "    ");
		mlv_out_path(out, diff->missing.at[i], strlen(diff->missing.at[i]));
		mlv_out_raw(out, "/\n");
	}
}

static void print_summary(struct mlv_out *out, const struct mlv_diff *diff)
{
	const char *glue = "\nfiles summary: ";
	char text[80];

	for (size_t g = 0; g < MLV_COUNT(groups); g++) {
		uint64_t count = count_of(diff, groups[g].what, false);

		if (!count)
			continue;
		snprintf(text, sizeof(text), "%s%" PRIu64 " %s", glue, count, groups[g].word);
		mlv_out_raw(out, text);
		glue = ", ";
	}
	if (glue[0] == ',')
		mlv_out_raw(out, "\n");
}

static void print_lines(struct mlv_out *out, const struct mlv_diff *diff,
			const struct diff_args *args)
{
	bool first = true;

	for (size_t g = 0; g < MLV_COUNT(groups); g++) {
		if (!count_of(diff, groups[g].what, true))
			continue;
		mlv_out_line(out, "%s%s:", first ? "" : "\n", groups[g].title);
		first = false;
		for (size_t i = 0; i < diff->count; i++)
			if (diff->items[i].what == groups[g].what)
				print_item(out, &diff->items[i], args->show_hash);
	}
	if (!args->hide_missing)
		print_missing(out, diff);
	print_summary(out, diff);
}

static mlv_err table_row(struct mlv_table *table, const struct mlv_diff_item *item,
			 const char *word, bool show_hash)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	char hash[2 * 8 + 4];
	mlv_err err;

	if (item->old_path &&
	    ((err = mlv_buf_add_str(&path, item->old_path)) ||
	     (err = mlv_buf_add_str(&path, " -> "))))
		return err;
	short_hash(item, hash);
	if ((err = mlv_buf_add_str(&path, item->path)) || (err = mlv_table_cell(table, word)) ||
	    (show_hash && (err = mlv_table_cell(table, hash))))
		return err;
	return mlv_table_cell(table, path.ptr);
}

static mlv_err print_table(struct mlv_out *out, const struct mlv_diff *diff,
			   const struct diff_args *args)
{
	static const char *const plain[] = { "Status", "Path" };
	static const char *const hashed[] = { "Status", "Hash", "Path" };
	MLV_SCOPED(mlv_table_release) struct mlv_table table = { 0 };
	mlv_err err = mlv_table_init(&table, args->show_hash ? 3 : 2, 0,
				     args->show_hash ? hashed : plain);

	for (size_t g = 0; g < MLV_COUNT(groups); g++)
		for (size_t i = 0; !err && i < diff->count; i++)
			if (diff->items[i].what == groups[g].what)
				err = table_row(&table, &diff->items[i], groups[g].word,
						args->show_hash);
	for (size_t i = 0; !err && !args->hide_missing && i < diff->missing.count; i++)
		if (!(err = mlv_table_cell(&table, "not in cache")) &&
		    !(args->show_hash && (err = mlv_table_cell(&table, ""))))
			err = mlv_table_cell(&table, diff->missing.at[i]);
	if (!err)
		mlv_table_print(&table, out, true);
	return err;
}

static void json_hash(struct mlv_out *out, const struct mlv_diff_item *item)
{
	char hex[MLV_OID_HEX + 1];

	if (item->what != 'M') {
		mlv_out_text(out, "hash",
			     mlv_oid_format(item->what == 'D' ? &item->old.oid
							      : &item->new_side.oid, hex));
		return;
	}
	mlv_out_object_begin(out, "hash");
	mlv_out_text(out, "old", mlv_oid_format(&item->old.oid, hex));
	if (is_unnamed(item))
		mlv_out_null(out, "new");
	else
		mlv_out_text(out, "new", mlv_oid_format(&item->new_side.oid, hex));
	mlv_out_object_end(out);
}

static void json_item(struct mlv_out *out, const struct mlv_diff_item *item, bool show_hash)
{
	mlv_out_object_begin(out, NULL);
	if (item->what == 'R') {
		mlv_out_object_begin(out, "path");
		mlv_out_json_path(out, "old", item->old_path, strlen(item->old_path));
		mlv_out_json_path(out, "new", item->path, strlen(item->path));
		mlv_out_object_end(out);
	} else {
		mlv_out_json_path(out, "path", item->path, strlen(item->path));
	}
	if (show_hash)
		json_hash(out, item);
	mlv_out_object_end(out);
}

static void print_json(struct mlv_out *out, const struct mlv_diff *diff,
		       const struct diff_args *args)
{
	mlv_out_object_begin(out, NULL);
	for (size_t g = 0; g < MLV_COUNT(groups); g++) {
		mlv_out_array_begin(out, groups[g].word);
		for (size_t i = 0; i < diff->count; i++)
			if (diff->items[i].what == groups[g].what)
				json_item(out, &diff->items[i], args->show_hash);
		mlv_out_array_end(out);
	}
	if (!args->hide_missing) {
		mlv_out_array_begin(out, "not in cache");
		for (size_t i = 0; i < diff->missing.count; i++) {
			mlv_out_object_begin(out, NULL);
			mlv_out_json_path(out, "path", diff->missing.at[i],
					  strlen(diff->missing.at[i]));
			mlv_out_object_end(out);
		}
		mlv_out_array_end(out);
	}
	mlv_out_object_end(out);
}

static mlv_err diff_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	MLV_SCOPED(mlv_diff_release) struct mlv_diff diff = { 0 };
	const struct diff_args *args = opaque;
	char *targets[MLV_COUNT(args->targets.at) + 1] = { NULL };
	mlv_err err;

	for (size_t i = 0; i < args->targets.count; i++)
		memcpy(&targets[i], &args->targets.at[i], sizeof(targets[i]));
	if ((err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd)) ||
	    (err = mlv_diff_run(repo, operands[0], operands[0] ? operands[1] : NULL, targets,
				&diff)))
		return err;
	if (run->json)
		print_json(run->out, &diff, args);
	else if (args->md)
		return print_table(run->out, &diff, args);
	else
		print_lines(run->out, &diff, args);
	return NULL;
}

const struct mlv_cmd mlv_cmd_diff = {
	.name = "diff",
	.summary = "compare what two revisions track",
	.operands = "[<a> [<b>]]",
	.max_operands = 2,
	.hint = MLV_HINT_REV,
	.opts = diff_opts,
	.args_size = sizeof(struct diff_args),
	.run = diff_run,
};
