/* cmd_check_ignore.c - mlv check-ignore: which paths .mlvignore leaves out, and why. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/ui/out.h"
#include "core/base/fs.h"
#include "core/repo/ignore.h"

#define RULES_SHOWN 256 /* of one path, with -a */

struct check_ignore_args {
	bool details, non_matching, all, from_stdin, zero;
};

static const struct mlv_opt check_ignore_opts[] = {
	{ MLV_OPT_FLAG, 'a', "all", offsetof(struct check_ignore_args, all), NULL, MLV_HINT_NONE,
	  "with -d, name all rules that match, the deciding one last" },
	{ MLV_OPT_FLAG, 'd', "details", offsetof(struct check_ignore_args, details), NULL,
	  MLV_HINT_NONE, "name file, line and pattern of the deciding rule" },
	{ MLV_OPT_FLAG, 'n', "non-matching", offsetof(struct check_ignore_args, non_matching),
	  NULL, MLV_HINT_NONE, "with -d, print paths that no rule matches, too" },
	{ MLV_OPT_FLAG, 0, "stdin", offsetof(struct check_ignore_args, from_stdin), NULL,
	  MLV_HINT_NONE, "read the paths from standard input, one a line" },
	{ MLV_OPT_FLAG, 'z', "null", offsetof(struct check_ignore_args, zero), NULL, MLV_HINT_NONE,
	  "end paths and fields with NUL, and quote nothing" },
	{ 0 },
};

/* The rules of one directory are kept for the next path: most have the same. */
struct check {
	struct mlv_run *run;
	const struct check_ignore_args *args;
	struct mlv_repo *repo;
	struct mlv_ignore *rules;
	struct mlv_buf dir; /* that the rules are of, with a slash at its end */
	bool loaded, any;
};

static void check_release(struct check *check)
{
	mlv_repo_freep(&check->repo);
	mlv_ignore_freep(&check->rules);
	mlv_buf_release(&check->dir);
}

static mlv_err load_rules(struct check *check, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) + 1 : 0;
	mlv_err err;

	if (check->loaded && check->dir.len == len && memcmp(check->dir.ptr, path, len) == 0)
		return NULL;
	mlv_ignore_freep(&check->rules);
	mlv_buf_clear(&check->dir);
	if ((err = mlv_buf_add(&check->dir, path, len)))
		return err;
	check->loaded = true;
	return mlv_ignore_load(&check->rules, check->repo, path);
}

/* A field of a line: with -z as it is and a NUL, else what ends it. */
static void field(const struct check *check, const char *text, const char *end)
{
	struct mlv_out *out = check->run->out;

	mlv_out_raw(out, text);
	if (check->args->zero && !out->json && !out->quiet)
		fputc('\0', out->to);
	else
		mlv_out_raw(out, end);
}

static void print_path(const struct check *check, const char *typed)
{
	if (!check->args->zero) {
		mlv_out_path(check->run->out, typed, strlen(typed));
		typed = "";
	}
	field(check, typed, "\n");
}

static void print_line(const struct check *check, const char *typed,
		       const struct mlv_ignore_rule *rule)
{
	char line[16] = "";

	if (!check->args->details) {
		print_path(check, typed);
		return;
	}
	if (rule)
		snprintf(line, sizeof(line), "%u", rule->line);
	field(check, rule ? rule->file : "", ":");
	field(check, line, ":");
	field(check, rule ? rule->text : "", "\t");
	print_path(check, typed);
}

static void print_json(const struct check *check, const char *typed,
		       const struct mlv_ignore_rule *rule)
{
	struct mlv_out *out = check->run->out;

	mlv_out_object_begin(out, NULL);
	mlv_out_json_path(out, "path", typed, strlen(typed));
	mlv_out_bool(out, "ignored", rule && !rule->negated);
	if (rule) {
		mlv_out_json_path(out, "file", rule->file, strlen(rule->file));
		mlv_out_number(out, "line", rule->line);
		mlv_out_text(out, "pattern", rule->text);
	}
	mlv_out_object_end(out);
}

static void print(const struct check *check, const char *typed, const struct mlv_ignore_rule *rule)
{
	if (check->run->json)
		print_json(check, typed, rule);
	else
		print_line(check, typed, rule);
}

/* The rules that match the path itself, first to last; the deciding one may be of a directory. */
static void print_all(const struct check *check, const char *typed, const struct mlv_buf *path,
		      bool directory, const struct mlv_ignore_rule *decides)
{
	const struct mlv_ignore_rule *found[RULES_SHOWN], *rule = NULL;
	size_t count = 0;

	while (count < RULES_SHOWN &&
	       (rule = mlv_ignore_find(check->rules, path->ptr, path->len, directory, rule)))
		if (rule != decides)
			found[count++] = rule;
	while (count-- > 0)
		print(check, typed, found[count]);
	print(check, typed, decides);
}

static bool is_dir(const struct check *check, const char *typed, const char *path)
{
	size_t len = strlen(typed);
	struct stat st;

	return typed[len - 1] == '/' ||
	       (mlv_sys_fstatat(check->repo->root_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISDIR(st.st_mode));
}

static mlv_err check_one(struct check *check, const char *typed)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	const struct check_ignore_args *args = check->args;
	const struct mlv_ignore_rule *rule;
	bool directory, ignored;
	mlv_err err;

	if (!*typed)
		return mlv_error(MLV_E_USAGE, "an empty path");
	if ((err = mlv_repo_path(check->repo, typed, &path)) ||
	    (err = load_rules(check, path.ptr)))
		return err;
	directory = is_dir(check, typed, path.ptr);
	rule = mlv_ignore_decide(check->rules, path.ptr, path.len, 0, directory);
	ignored = rule && !rule->negated;
	check->any |= ignored;
	/* A path that a rule takes back is told where the rule is told. */
	if (args->details ? !rule && !args->non_matching : !ignored)
		return NULL;
	if (rule && args->all)
		print_all(check, typed, &path, directory, rule);
	else
		print(check, typed, rule);
	return NULL;
}

static mlv_err check_stdin(struct check *check)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	char end = check->args->zero ? '\0' : '\n';
	mlv_err err = mlv_fs_read_fd(STDIN_FILENO, "standard input", &text);

	for (char *at = text.ptr, *stop; !err && at < text.ptr + text.len; at = stop + 1) {
		stop = memchr(at, end, (size_t)(text.ptr + text.len - at));
		stop = stop ? stop : text.ptr + text.len;
		*stop = '\0';
		err = check_one(check, at);
	}
	return err;
}

static mlv_err check_usage(const struct check_ignore_args *args, char **operands)
{
	if (args->from_stdin ? operands[0] != NULL : operands[0] == NULL)
		return mlv_error_hint(mlv_error(MLV_E_USAGE,
						args->from_stdin
							? "paths, and --stdin to read them"
							: "no path is given"),
				      "mlv check-ignore <path>..., or mlv check-ignore --stdin");
	if ((args->non_matching || args->all) && !args->details)
		return mlv_error(MLV_E_USAGE, "--%s is for --details",
				 args->all ? "all" : "non-matching");
	return NULL;
}

static mlv_err check_ignore_run(struct mlv_run *run, const void *opaque, char **operands)
{
	MLV_SCOPED(check_release) struct check check = { .run = run, .args = opaque,
							 .dir = MLV_BUF_INIT };
	mlv_err err;

	if ((err = check_usage(check.args, operands)) ||
	    (err = mlv_repo_open(&check.repo, run->ctx, run->ctx->cwd)))
		return err;
	mlv_out_object_begin(run->out, NULL);
	mlv_out_array_begin(run->out, "paths");
	if (check.args->from_stdin)
		err = check_stdin(&check);
	for (; !err && *operands; operands++)
		err = check_one(&check, *operands);
	if (err)
		return err;
	mlv_out_array_end(run->out);
	mlv_out_object_end(run->out);
	return check.any ? NULL : mlv_error(MLV_E_NO, "%s", "");
}

const struct mlv_cmd mlv_cmd_check_ignore = {
	.name = "check-ignore",
	.summary = "tell which paths .mlvignore leaves out, and why",
	.operands = "[<path>...]",
	.max_operands = -1,
	.hint = MLV_HINT_FILE,
	.opts = check_ignore_opts,
	.args_size = sizeof(struct check_ignore_args),
	.run = check_ignore_run,
};
