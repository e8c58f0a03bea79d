/* gc/remote.c - mlv gc -c: what nothing needs of a remote. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "cmd/gc.h"
#include "cmd/remote_open.h"
#include "cmd/transfer.h"
#include "cmd/ui/out.h"
#include "core/base/amount.h"
#include "remote/remote_gc.h"

struct cloud {
	struct mlv_run *run;
	const struct mlv_gc_args *args;
	struct mlv_repo *repo;
	const struct mlv_scope *scope;
	struct mlv_gc_grace grace;
	struct mlv_store *cache;
	struct mlv_transport *remote;
	struct mlv_buf name;
	struct mlv_gc_needs needs, known;
	struct mlv_remote_gc_wants wants;
	struct mlv_remote_gc gc;
};

static void release_cloud(struct cloud *of)
{
	mlv_remote_gc_release(&of->gc);
	mlv_gc_needs_release(&of->needs);
	mlv_gc_needs_release(&of->known);
	mlv_transport_freep(&of->remote);
	mlv_buf_release(&of->name);
}

/* A pointer of no form, or a commit that was not cloned: what it names is not known, and stays. */
static mlv_err pass_over(void *arg, const struct mlv_place *place, mlv_err why)
{
	(void)arg;
	(void)place;
	return why->code == MLV_E_SPEC || why->code == MLV_E_MISSING ? NULL : why;
}

/* All that history tracks, of this repository and of the others. */
static mlv_err find_known(struct cloud *of)
{
	struct mlv_scope all = { .bad = pass_over };
	struct mlv_git *git = NULL;
	mlv_err err = mlv_repo_git(of->repo, &git);

	if (git)
		all.git = MLV_GIT_BRANCHES | MLV_GIT_TAGS | MLV_GIT_ALL_COMMITS;
	if (err || (err = mlv_gc_needs_add(&of->known, of->repo, &all)))
		return err;
	return mlv_gc_needs_add_others(&of->known, of->repo, mlv_store_root(of->cache), of->args);
}

static mlv_err find_wants(struct cloud *of)
{
	mlv_err err;

	if ((err = mlv_gc_needs_add(&of->needs, of->repo, of->scope)) ||
	    (err = mlv_gc_needs_add_others(&of->needs, of->repo, mlv_store_root(of->cache),
					   of->args)) ||
	    (err = find_known(of)))
		return err;
	of->wants = (struct mlv_remote_gc_wants){
		.at = of->needs.at,
		.count = of->needs.count,
		.known = of->known.at,
		.known_count = of->known.count,
		.now = (int64_t)time(NULL),
		.grace = of->grace.seconds,
		.all_roots = of->args->all_roots,
		.skip_missing = of->args->skip_missing,
	};
	return NULL;
}

static mlv_err begin(struct cloud *of)
{
	mlv_err err;

	if ((err = mlv_transfer_jobs(of->run, of->args->jobs)) ||
	    (err = mlv_repo_cache(of->repo, &of->cache)) ||
	    (err = mlv_cmd_remote_name(of->repo, of->args->remote, &of->name)) ||
	    (err = mlv_cmd_open_remote(of->run, of->repo, of->name.ptr, &of->remote)))
		return err;
	return find_wants(of);
}

static const char *amount(uint64_t count, uint64_t bytes, char *text, size_t size)
{
	char shown[40];

	snprintf(text, size, "%" PRIu64 " file%s, %s", count, count == 1 ? "" : "s",
		 mlv_amount_format(bytes, shown, sizeof(shown)));
	return text;
}

static mlv_err to_mend(mlv_err err)
{
	if (err && err->code == MLV_E_MISSING)
		return mlv_error_hint(err, "bring it: mlv fetch, with -a, -T or -A; if what it lists "
				      "may go: --skip-missing");
	return err && err->code == MLV_E_CORRUPT ? mlv_error_hint(err, "mlv fsck -r <remote> --repair")
						 : err;
}

/* ---- what it came to ---- */

static void list(struct cloud *of)
{
	struct mlv_out *out = of->run->out;
	char hex[MLV_OID_HEX + 1], size[40];

	mlv_out_array_begin(out, "files");
	for (size_t i = 0; i < of->gc.count; i++) {
		const struct mlv_doomed *doomed = &of->gc.at[i];
		const char *kind = mlv_marked_kind_name(doomed->mark.kind);
		const char *what = doomed->gone ? "removed" : doomed->ripe ? "due" : "marked";

		mlv_oid_format(&doomed->mark.oid, hex);
		if (of->args->dry || of->run->verbose)
			mlv_out_line(out, "%s: %s %s, %s", what, kind, hex,
				     mlv_amount_format(doomed->bytes, size, sizeof(size)));
		mlv_out_object_begin(out, NULL);
		mlv_out_text(out, "kind", kind);
		mlv_out_text(out, "id", hex);
		mlv_out_number(out, "bytes", doomed->bytes);
		mlv_out_text(out, "state", what);
		mlv_out_object_end(out);
	}
	mlv_out_array_end(out);
}

static void report_lines(struct cloud *of)
{
	struct mlv_out *out = of->run->out;
	const struct mlv_remote_gc *gc = &of->gc;
	const bool dry = of->args->dry;
	uint64_t bytes, count = mlv_remote_gc_count(gc, true, &bytes);
	char text[80];

	if (gc->rewritten)
		mlv_out_line(out, "%" PRIu64 " pack%s %swritten anew without what is not needed",
			     gc->rewritten, gc->rewritten == 1 ? "" : "s", dry ? "would be " : "");
	if (count)
		mlv_out_line(out, "%s %sremoved from remote '%s'",
			     amount(count, bytes, text, sizeof(text)), dry ? "would be " : "",
			     of->name.ptr);
	else
		mlv_out_line(out, "Nothing to remove from remote '%s'.", of->name.ptr);
	if ((count = mlv_remote_gc_count(gc, false, &bytes)))
		mlv_out_line(out, "%s %s: a gc removes them when they have been marked for %s",
			     amount(count, bytes, text, sizeof(text)),
			     dry ? "are or would be marked" : "marked", of->grace.text);
	if (gc->foreign_roots || gc->foreign)
		mlv_out_line(out, "%" PRIu64 " director%s and %" PRIu64 " file%s that this clone does "
			     "not know stay: --all-roots if nobody else pushes there",
			     gc->foreign_roots, gc->foreign_roots == 1 ? "y" : "ies", gc->foreign,
			     gc->foreign == 1 ? "" : "s");
}

static void report(struct cloud *of)
{
	struct mlv_out *out = of->run->out;
	const struct mlv_remote_gc *gc = &of->gc;
	uint64_t bytes, waiting, count = mlv_remote_gc_count(gc, true, &bytes);
	uint64_t waiting_count = mlv_remote_gc_count(gc, false, &waiting);

	mlv_out_object_begin(out, NULL);
	list(of);
	report_lines(of);
	mlv_out_text(out, "remote", of->name.ptr);
	mlv_out_bool(out, "dry", of->args->dry);
	mlv_out_number(out, "removed", of->args->dry ? 0 : count);
	mlv_out_number(out, "bytes", bytes);
	mlv_out_number(out, "kept", gc->kept);
	mlv_out_number(out, "marked", waiting_count);
	mlv_out_number(out, "marked_bytes", waiting);
	mlv_out_number(out, "rewritten", gc->rewritten);
	mlv_out_number(out, "unknown_roots", gc->foreign_roots);
	mlv_out_number(out, "unknown", gc->foreign);
	mlv_out_object_end(out);
}

static mlv_err ask(struct cloud *of, bool *go)
{
	MLV_SCOPED(mlv_remote_gc_release) struct mlv_remote_gc gc = { 0 };
	uint64_t bytes, count;
	char text[80];
	mlv_err err;

	*go = of->args->force;
	if (*go)
		return NULL;
	if ((err = mlv_remote_gc_plan(&gc, of->remote, of->cache, &of->wants)))
		return err;
	if ((count = mlv_remote_gc_count(&gc, true, &bytes)) == 0) {
		*go = true; /* what is only marked can be looked at before it goes */
		return NULL;
	}
	return mlv_gc_ask(amount(count, bytes, text, sizeof(text)), of->remote->url, go);
}

mlv_err mlv_gc_remote(struct mlv_run *run, const struct mlv_gc_args *args, struct mlv_repo *repo,
		      const struct mlv_scope *scope, const struct mlv_gc_grace *grace)
{
	MLV_SCOPED(release_cloud) struct cloud of = {
		.run = run, .args = args, .repo = repo, .scope = scope, .grace = *grace,
		.name = MLV_BUF_INIT,
	};
	bool go = false;
	mlv_err err = begin(&of);

	if (err)
		return err;
	if (args->dry)
		err = mlv_remote_gc_plan(&of.gc, of.remote, of.cache, &of.wants);
	else if (!(err = ask(&of, &go)) && go)
		err = mlv_remote_gc_run(&of.gc, of.remote, of.cache, &of.wants);
	if (err)
		return to_mend(err);
	report(&of);
	return NULL;
}
