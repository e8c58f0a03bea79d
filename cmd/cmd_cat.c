/* cmd_cat.c - mlv cat: the bytes of a tracked file, without a checkout. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/remote_open.h"
#include "cmd/ui/out.h"
#include "core/base/path.h"
#include "core/repo/pointer.h"
#include "core/repo/repo.h"
#include "remote/reader.h"

struct cat_args {
	const char *rev, *range, *remote;
};

static const struct mlv_opt cat_opts[] = {
	{ MLV_OPT_TEXT, 0, "rev", offsetof(struct cat_args, rev), "<revision>", MLV_HINT_REV,
	  "as it is tracked there (default: in the work tree)" },
	{ MLV_OPT_TEXT, 0, "range", offsetof(struct cat_args, range), "<range>",
	  MLV_HINT_NONE, "these bytes alone, counted from 0; -<n>: the last n" },
	{ MLV_OPT_TEXT, 'r', "remote", offsetof(struct cat_args, remote), "<name>",
	  MLV_HINT_REMOTE, "where to read what the cache lacks" },
	{ 0 },
};

/* What is read, and where from. */
struct cat {
	struct mlv_run *run;
	struct mlv_repo *repo;
	const char *typed;
	const char *remote; /* NULL: the default one */
	struct mlv_reader reader;
};

static mlv_err open_remote(void *arg, struct mlv_transport **remote)
{
	const struct cat *cat = arg;
	mlv_err err = mlv_cmd_open_remote(cat->run, cat->repo, cat->remote, remote);

	return err && err->code == MLV_E_MISSING
		       ? mlv_error_wrap(err, "%s: not in the cache", cat->typed)
		       : err;
}

static bool parse_number(const char **at, uint64_t *number)
{
	char *end;

	if (!isdigit((unsigned char)**at))
		return false;
	errno = 0;
	*number = strtoull(*at, &end, 10);
	*at = end;
	return errno == 0 && *number < UINT64_MAX;
}

/* "0-99", "100-", "-50": as the Range field of HTTP has it (RFC 9110, section 14.1.2). */
static mlv_err parse_range(const char *range, uint64_t size, struct mlv_span *span)
{
	const char *at = range;
	uint64_t first = 0, last = 0;
	bool from_end = *at == '-', to_end, good = from_end || parse_number(&at, &first);

	to_end = good && !from_end && strcmp(at, "-") == 0;
	good = good && *at++ == '-' && (to_end || (parse_number(&at, &last) && !*at)) &&
	       (from_end || to_end || first <= last);
	if (!good)
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "--range '%s' is no range of bytes",
						range),
				      "the first 100 bytes: 0-99; from the 100th on: 100-; "
				      "the last 100: -100");
	if (from_end)
		*span = (struct mlv_span){ last < size ? size - last : 0, size };
	else
		*span = (struct mlv_span){ first, to_end ? size : last + 1 };
	if (span->first >= size)
		return mlv_error(MLV_E_USAGE, "--range %s begins past the end: %llu bytes", range,
				 (unsigned long long)size);
	return NULL;
}

/* The entry of a tracked file, or of one below a tracked directory. */
static mlv_err find_entry(struct cat *cat, const char *typed, const struct mlv_target *target,
			  struct mlv_entry *entry)
{
	const struct mlv_output *output = target->output;
	char shown[256];
	bool found = false;
	mlv_err err;

	mlv_path_shown(typed, strlen(typed), shown, sizeof(shown));
	if (output->type != MLV_ID_TREE) {
		*entry = (struct mlv_entry){ .kind = output->type == MLV_ID_LEAVES ? 'F' : 'f',
					     .oid = output->oid, .size = output->size };
		return NULL;
	}
	if (*target->part && (err = mlv_tree_find(mlv_reader_nodes(&cat->reader), &output->oid,
						  target->part, strlen(target->part), entry,
						  &found)))
		return err;
	if (found && entry->kind != 'd')
		return NULL;
	if (found || !*target->part)
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "%s: a directory", shown),
				      "what is in it: mlv ls-tree %s", output->path);
	return mlv_error(MLV_E_MISSING, "%s: not in tracked directory %s, or a directory there",
			 shown, output->path);
}

static mlv_err resolve(struct cat *cat, const struct cat_args *args, char **operands,
		       struct mlv_outputs *outputs, struct mlv_targets *targets)
{
	mlv_err err = args->rev ? mlv_outputs_load_rev(cat->repo, args->rev, outputs)
				: mlv_outputs_load(cat->repo, outputs);

	if (err || (err = mlv_targets_resolve(cat->repo, outputs, operands, targets)))
		return err;
	if (targets->count != 1)
		return mlv_error(MLV_E_USAGE, "%s: %zu tracked targets lie there, where one is expected",
				 operands[0], targets->count);
	cat->remote = args->remote ? args->remote : targets->at[0].output->remote;
	return NULL;
}

static mlv_err cat_target(struct cat *cat, const struct cat_args *args, char **operands)
{
	MLV_SCOPED(mlv_outputs_release) struct mlv_outputs outputs = { 0 };
	MLV_SCOPED(mlv_targets_release) struct mlv_targets targets = { 0 };
	struct mlv_span span = MLV_SPAN_ALL;
	struct mlv_entry entry = { 0 };
	struct mlv_key key;
	mlv_err err;

	if ((err = resolve(cat, args, operands, &outputs, &targets)) ||
	    (err = find_entry(cat, operands[0], &targets.at[0], &entry)) ||
	    (args->range && (err = parse_range(args->range, entry.size, &span))))
		return err;
	key = mlv_entry_key(&entry);
	err = mlv_reader_stream(&cat->reader, &key, entry.size, span, mlv_out_bytes, cat->run->out);
	if (err && err->code == MLV_E_MISSING && cat->reader.remote)
		err = mlv_error_hint(mlv_error_wrap(err, "%s: neither in the cache nor at the remote",
						    operands[0]),
				     "push from a clone that has it: mlv push");
	return err;
}

static mlv_err cat_run(struct mlv_run *run, const void *args, char **operands)
{
	MLV_SCOPED(mlv_repo_freep) struct mlv_repo *repo = NULL;
	struct cat cat = { .run = run, .typed = operands[0],
			   .reader = { .ctx = run->ctx, .open = open_remote } };
	mlv_err err = mlv_repo_open(&repo, run->ctx, run->ctx->cwd);

	if (err)
		return err;
	cat.repo = repo;
	cat.reader.arg = &cat;
	if (!(err = mlv_repo_cache(repo, &cat.reader.cache)))
		err = cat_target(&cat, args, operands);
	mlv_reader_release(&cat.reader);
	return err;
}

const struct mlv_cmd mlv_cmd_cat = {
	.name = "cat",
	.summary = "print the bytes of a tracked file, without a checkout",
	.operands = "<path>",
	.min_operands = 1,
	.max_operands = 1,
	.hint = MLV_HINT_FILE,
	.opts = cat_opts,
	.args_size = sizeof(struct cat_args),
	.run = cat_run,
};
