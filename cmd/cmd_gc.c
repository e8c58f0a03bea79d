/* cmd_gc.c - mlv gc: remove stored data that nothing needs. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/gc.h"
#include "cmd/ui/host.h"
#include "cmd/ui/out.h"
#include "core/base/amount.h"
#include "core/base/duration.h"
#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/run_cache.h"
#include "core/repo/sharing.h"
#include "remote/gc.h"

#define GRACE "14d" /* unless gc.grace or --grace says otherwise */

static const struct mlv_opt gc_opts[] = {
	{ MLV_OPT_FLAG, 'w', "workspace", offsetof(struct mlv_gc_args, workspace), NULL,
	  MLV_HINT_NONE, "keep what the work tree tracks" },
	{ MLV_OPT_FLAG, 'a', "all-branches", offsetof(struct mlv_gc_args, all_branches), NULL,
	  MLV_HINT_NONE, "and what the tips of all branches track" },
	{ MLV_OPT_FLAG, 'T', "all-tags", offsetof(struct mlv_gc_args, all_tags), NULL,
	  MLV_HINT_NONE, "and what all tags track" },
	{ MLV_OPT_FLAG, 'A', "all-commits", offsetof(struct mlv_gc_args, all_commits), NULL,
	  MLV_HINT_NONE, "and what every commit tracks" },
	{ MLV_OPT_LIST, 0, "rev", offsetof(struct mlv_gc_args, revs), "<revision>", MLV_HINT_REV,
	  "and what this commit tracks" },
	{ MLV_OPT_COUNT, 'n', "num", offsetof(struct mlv_gc_args, back), "<count>", MLV_HINT_NONE,
	  "so many commits, of --rev, each branch of -a, else HEAD" },
	{ MLV_OPT_TEXT, 0, "date", offsetof(struct mlv_gc_args, date), "<day>", MLV_HINT_NONE,
	  "and what commits since this day track, 2026-01-31" },
	{ MLV_OPT_LIST, 'p', "projects", offsetof(struct mlv_gc_args, projects), "<path>",
	  MLV_HINT_DIR, "another repository that uses the same cache" },
	{ MLV_OPT_LIST, 0, "forget", offsetof(struct mlv_gc_args, forget), "<path>", MLV_HINT_DIR,
	  "a repository that uses the cache no more" },
	{ MLV_OPT_FLAG, 'c', "cloud", offsetof(struct mlv_gc_args, cloud), NULL, MLV_HINT_NONE,
	  "of a remote, not of the cache" },
	{ MLV_OPT_TEXT, 'r', "remote", offsetof(struct mlv_gc_args, remote), "<name>",
	  MLV_HINT_REMOTE, "with -c: of this remote (default: core.remote)" },
	{ MLV_OPT_COUNT, 'j', "jobs", offsetof(struct mlv_gc_args, jobs), "<count>",
	  MLV_HINT_NONE, "with -c: requests at once" },
	{ MLV_OPT_FLAG, 0, "all-roots", offsetof(struct mlv_gc_args, all_roots), NULL,
	  MLV_HINT_NONE, "with -c: also remove what this clone does not know" },
	{ MLV_OPT_TEXT, 0, "grace", offsetof(struct mlv_gc_args, grace), "<time>", MLV_HINT_NONE,
	  "keep what was used within 14d, 12h... (gc.grace)" },
	{ MLV_OPT_FLAG, 0, "skip-missing", offsetof(struct mlv_gc_args, skip_missing), NULL,
	  MLV_HINT_NONE, "go on where manifests are not in the cache" },
	{ MLV_OPT_FLAG, 0, "dry", offsetof(struct mlv_gc_args, dry), NULL, MLV_HINT_NONE,
	  "remove nothing, show what would go" },
	{ MLV_OPT_FLAG, 'f', "force", offsetof(struct mlv_gc_args, force), NULL, MLV_HINT_NONE,
	  "do not ask" },
	{ 0 },
};

struct collection {
	struct mlv_run *run;
	const struct mlv_gc_args *args;
	struct mlv_repo *repo;
	struct mlv_store *cache;
	struct mlv_scope scope;
	const char *revs[MLV_GC_REVS];
	struct mlv_gc_grace grace;
	int lock;
	struct mlv_gc gc;
	uint64_t runs; /* of stages, that went with what they made */
};

static void release_collection(struct collection *of)
{
	mlv_gc_release(&of->gc);
	mlv_fd_close(&of->lock);
	mlv_repo_freep(&of->repo);
}

static mlv_err begin(struct collection *of)
{
	mlv_err err = mlv_gc_scope(of->args, &of->scope, of->revs);

	if (err || (err = mlv_repo_open(&of->repo, of->run->ctx, of->run->ctx->cwd)))
		return err;
	of->grace.text = of->args->grace;
	if (!of->grace.text)
		of->grace.text = mlv_config_get(of->repo->config, "gc.grace", NULL);
	if (!of->grace.text)
		of->grace.text = GRACE;
	if (!mlv_duration_parse(of->grace.text, &of->grace.seconds))
		return mlv_error(MLV_E_USAGE, "--grace '%s' is no time such as 14d, 12h or 30m",
				 of->grace.text);
	return mlv_repo_cache(of->repo, &of->cache);
}

/* Find what would go. Pointers are read anew each time: only under the lock they hold still. */
static mlv_err plan(struct collection *of)
{
	MLV_SCOPED(mlv_gc_needs_release) struct mlv_gc_needs needs = { 0 };
	struct mlv_gc_wants wants;
	mlv_err err;

	mlv_gc_release(&of->gc);
	if ((err = mlv_gc_needs_add(&needs, of->repo, &of->scope)) ||
	    (err = mlv_gc_needs_add_others(&needs, of->repo, mlv_store_root(of->cache), of->args)))
		return err;
	wants = (struct mlv_gc_wants){
		.at = needs.at,
		.count = needs.count,
		.linked = needs.linked,
		.linked_count = needs.linked_count,
		.before = (int64_t)time(NULL) - of->grace.seconds + (of->grace.seconds == 0),
		.skip_missing = of->args->skip_missing,
	};
	err = mlv_gc_plan(&of->gc, of->run->ctx, of->cache, &wants);
	if (err && err->code == MLV_E_MISSING)
		return mlv_error_hint(err, "bring it: mlv fetch, with -a, -T or -A; if what it lists "
				      "may go: mlv gc --skip-missing");
	return err && err->code == MLV_E_CORRUPT ? mlv_error_hint(err, "mlv fsck --repair") : err;
}

static const char *amount(uint64_t count, uint64_t bytes, char *text, size_t size)
{
	char shown[40];

	snprintf(text, size, "%" PRIu64 " object%s, %s", count, count == 1 ? "" : "s",
		 mlv_amount_format(bytes, shown, sizeof(shown)));
	return text;
}

/* A line that answers a question on the terminal. */
static bool says_yes(void)
{
	char line[16] = "";

	if (!fgets(line, sizeof(line), stdin))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return strcmp(line, "y") == 0 || strcmp(line, "yes") == 0;
}

mlv_err mlv_gc_ask(const char *what, const char *place, bool *go)
{
	if (!mlv_host_is_terminal(STDIN_FILENO))
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s would be removed from %s, and "
						"there is no terminal to ask on", what, place),
				      "without a question: -f; what would go: --dry");
	fprintf(stderr, "Remove %s, from %s? [y/N] ", what, place);
	*go = says_yes();
	return *go ? NULL : mlv_error(MLV_E_NO, "nothing was removed");
}

/* Nobody is kept waiting while the question stands: the store is not held. */
static mlv_err ask(struct collection *of, bool *go)
{
	char text[80];
	mlv_err err;

	*go = of->args->force;
	if (*go)
		return NULL;
	if ((err = plan(of)) || of->gc.count == 0) {
		*go = !err; /* what is scattered is packed without a question */
		return err;
	}
	return mlv_gc_ask(amount(of->gc.count, of->gc.bytes, text, sizeof(text)),
			  mlv_store_root(of->cache), go);
}

static mlv_err forget(struct collection *of)
{
	for (size_t i = 0; !of->args->dry && i < of->args->forget.count; i++) {
		MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
		mlv_err err;

		if ((err = mlv_path_absolute(&path, of->run->ctx->cwd, of->args->forget.at[i])) ||
		    (err = mlv_sharing_forget(mlv_store_root(of->cache), path.ptr)))
			return err;
	}
	return NULL;
}

static void list(struct collection *of)
{
	struct mlv_out *out = of->run->out;
	char hex[MLV_OID_HEX + 1], size[40];

	mlv_out_array_begin(out, "objects");
	for (size_t i = 0; i < of->gc.count; i++) {
		const struct mlv_gc_key *dead = &of->gc.at[i];
		const char *kind = mlv_kind_name(dead->key.kind);

		mlv_oid_format(&dead->key.oid, hex);
		if (of->args->dry || of->run->verbose)
			mlv_out_line(out, "%s %s, %s", kind, hex,
				     mlv_amount_format(dead->stored, size, sizeof(size)));
		mlv_out_object_begin(out, NULL);
		mlv_out_text(out, "kind", kind);
		mlv_out_text(out, "id", hex);
		mlv_out_number(out, "bytes", dead->stored);
		mlv_out_object_end(out);
	}
	mlv_out_array_end(out);
}

static void report(struct collection *of)
{
	struct mlv_out *out = of->run->out;
	const struct mlv_gc *gc = &of->gc;
	char text[80];

	mlv_out_object_begin(out, NULL);
	list(of);
	if (gc->count)
		mlv_out_line(out, "%s %s", amount(gc->count, gc->bytes, text, sizeof(text)),
			     of->args->dry ? "would be removed" : "removed");
	else
		mlv_out_line(out, "Nothing to remove.");
	if (of->runs)
		mlv_out_line(out, "%" PRIu64 " run%s of stages removed, with what they made",
			     of->runs, of->runs == 1 ? "" : "s");
	if (gc->packed)
		mlv_out_line(out, "%" PRIu64 " not needed, in packs that mostly are", gc->packed);
	if (gc->young)
		mlv_out_line(out, "%s, not needed but used within %s: --grace 0 removes them",
			     amount(gc->young, gc->young_bytes, text, sizeof(text)), of->grace.text);
	mlv_out_bool(out, "dry", of->args->dry);
	mlv_out_number(out, "removed", of->args->dry ? 0 : gc->count);
	mlv_out_number(out, "bytes", gc->bytes);
	mlv_out_number(out, "kept", gc->kept);
	mlv_out_number(out, "packed", gc->packed);
	mlv_out_number(out, "runs", of->runs);
	mlv_out_number(out, "young", gc->young);
	mlv_out_number(out, "young_bytes", gc->young_bytes);
	mlv_out_object_end(out);
}

static mlv_err collect(struct collection *of)
{
	bool go = false;
	mlv_err err;

	if (of->args->dry) {
		if (!(err = plan(of)))
			report(of);
		return err;
	}
	if ((err = forget(of)) || (err = ask(of, &go)))
		return err;
	if (go && ((err = mlv_store_lock(of->cache, &of->lock)) || (err = plan(of)) ||
		   (err = mlv_gc_sweep(&of->gc, of->run->ctx, of->cache)) ||
		   (err = mlv_run_prune(of->repo, &of->runs))))
		return err;
	report(of);
	return NULL;
}

static mlv_err gc_run(struct mlv_run *run, const void *args, char **operands)
{
	MLV_SCOPED(release_collection) struct collection of = { .run = run, .args = args,
								 .lock = -1 };
	mlv_err err = begin(&of);

	(void)operands;
	if (err)
		return err;
	if (of.args->cloud)
		return mlv_gc_remote(run, of.args, of.repo, &of.scope, &of.grace);
	if (of.args->remote || of.args->all_roots || of.args->jobs)
		return mlv_error_hint(mlv_error(MLV_E_USAGE, "-r, -j and --all-roots are for a "
						"remote"), "mlv gc -c -r <remote>");
	return collect(&of);
}

const struct mlv_cmd mlv_cmd_gc = {
	.name = "gc",
	.summary = "remove stored data that nothing needs",
	.operands = "",
	.opts = gc_opts,
	.args_size = sizeof(struct mlv_gc_args),
	.run = gc_run,
};
