/*
 * cmd_get.c - mlv get: a file or directory out of another git repository.
 *
 * It is made whole in a directory beside its place, .NAME.mlv-get, which is an
 * mlv repository of its own: so it arrives, is verified and is synced as
 * everything that is checked out. Then it is renamed. A get that fails on the
 * way leaves that directory, and the next one goes on with what came.
 */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/origin_fetch.h"
#include "cmd/placing.h"
#include "cmd/spot_show.h"
#include "cmd/transfer.h"
#include "cmd/ui/out.h"
#include "cmd/ui/scratch.h"

struct get_args {
	const char *out, *rev;
	uint64_t jobs;
	bool show_url, force;
};

static const struct mlv_opt get_opts[] = {
	{ MLV_OPT_TEXT, 'o', "out", offsetof(struct get_args, out), "<path>", MLV_HINT_FILE,
	  "where to put it (default: its own name, here)" },
	{ MLV_OPT_TEXT, 0, "rev", offsetof(struct get_args, rev), "<revision>", MLV_HINT_NONE,
	  "branch, tag or commit of that repository (default: HEAD)" },
	{ MLV_OPT_FLAG, 0, "show-url", offsetof(struct get_args, show_url), NULL, MLV_HINT_NONE,
	  "print where it lies at the remote, and get nothing" },
	{ MLV_OPT_COUNT, 'j', "jobs", offsetof(struct get_args, jobs), "<count>", MLV_HINT_NONE,
	  "requests at once (default: the remote's jobs, else 8)" },
	{ MLV_OPT_FLAG, 'f', "force", offsetof(struct get_args, force), NULL, MLV_HINT_NONE,
	  "replace what is there" },
	{ 0 },
};

struct get {
	struct mlv_run *run;
	const struct get_args *args;
	const char *url, *path;
	struct mlv_placing placing;
	struct mlv_origin *origin;
	struct mlv_finding *finding;
	struct mlv_output output;
};

static void get_release(struct get *get)
{
	mlv_finding_freep(&get->finding);
	mlv_origin_freep(&get->origin);
	mlv_placing_release(&get->placing);
}

static mlv_err find(struct get *get, const char *scratch)
{
	mlv_err err = mlv_origin_open(&get->origin, get->run->ctx, get->url, get->args->rev,
				      scratch);

	return err ? err : mlv_origin_find(get->origin, get->path, &get->finding);
}

static mlv_err bring(struct get *get)
{
	struct mlv_bring bring = { .run = get->run, .label = get->path };
	mlv_err err;

	if ((err = find(get, get->placing.scratch.ptr)))
		return err;
	bring.origin = get->origin;
	bring.finding = get->finding;
	if ((err = mlv_repo_cache(get->placing.repo, &bring.cache)))
		return err;
	bring.begun = &get->placing.keep;
	return mlv_bring(&bring, &get->output);
}

static void report(struct get *get)
{
	struct mlv_out *out = get->run->out;
	char hex[MLV_OID_HEX + 1], files[40];

	mlv_out_object_begin(out, NULL);
	mlv_out_json_path(out, "path", get->placing.shown, strlen(get->placing.shown));
	mlv_out_text(out, "rev_lock", get->origin->commit.hex);
	mlv_out_text(out, get->output.type == MLV_ID_TREE     ? "tree"
			  : get->output.type == MLV_ID_LEAVES ? "leaves"
							      : "sha256",
		     mlv_oid_format(&get->output.oid, hex));
	mlv_out_number(out, "size", get->output.size);
	mlv_out_object_end(out);
	if (out->json || out->quiet)
		return;
	mlv_out_path(out, get->placing.shown, strlen(get->placing.shown));
	if (get->output.type == MLV_ID_TREE)
		mlv_out_line(out, ": %s, %llu bytes, of commit %.12s",
			     mlv_files_text(get->output.nfiles, files, sizeof(files)),
			     (unsigned long long)get->output.size, get->origin->commit.hex);
	else
		mlv_out_line(out, ": %llu bytes, of commit %.12s",
			     (unsigned long long)get->output.size, get->origin->commit.hex);
}

static mlv_err get_it(struct get *get)
{
	struct mlv_placing *placing = &get->placing;
	mlv_err err;

	if ((err = mlv_placing_begin(placing, get->run->ctx, get->args->out, get->path,
				     get->args->force)))
		return err;
	if (!(err = bring(get)))
		err = mlv_placing_finish(placing, &get->output);
	if (err)
		return placing->keep ? mlv_error_hint(err, "the same command again goes on with "
						      "what came; it is kept in %s", placing->dir.ptr)
				     : err;
	report(get);
	return NULL;
}

/* Names are needed for that, not data: what is read goes to memory. */
static mlv_err show_url(struct get *get)
{
	MLV_SCOPED(mlv_scratch_release) struct mlv_scratch scratch = MLV_SCRATCH_INIT;
	MLV_SCOPED(mlv_store_freep) struct mlv_store *memory = NULL;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf url = MLV_BUF_INIT;
	struct mlv_bring bring = { .run = get->run, .label = get->path };
	struct mlv_spot spot;
	mlv_err err;

	if ((err = mlv_scratch_make(&scratch, get->run->ctx, NULL)) ||
	    (err = find(get, scratch.path.ptr)) ||
	    (err = mlv_store_open_memory(&memory, get->run->ctx)))
		return err;
	bring.origin = get->origin;
	bring.finding = get->finding;
	bring.cache = memory;
	if ((err = mlv_bring_url(&bring, &spot, &url)))
		return err;
	return mlv_spot_show(get->run, &spot, url.ptr, get->path);
}

static mlv_err get_run(struct mlv_run *run, const void *opaque, char **operands)
{
	const struct get_args *args = opaque;
	MLV_SCOPED(get_release) struct get get = { .run = run, .args = args, .url = operands[0],
						   .path = operands[1],
						   .placing = MLV_PLACING_INIT };
	mlv_err err = mlv_transfer_jobs(run, args->jobs);

	if (err)
		return err;
	return args->show_url ? show_url(&get) : get_it(&get);
}

const struct mlv_cmd mlv_cmd_get = {
	.name = "get",
	.summary = "download a file or directory of another git repository",
	.operands = "<url> <path>",
	.min_operands = 2,
	.max_operands = 2,
	.hint = MLV_HINT_DIR,
	.opts = get_opts,
	.args_size = sizeof(struct get_args),
	.run = get_run,
};
