/* importing/repo.c - what is imported from another git repository. */
#include <stdlib.h>
#include <string.h>

#include "cmd/importing.h"
#include "cmd/origin_fetch.h"
#include "cmd/ui/scratch.h"
#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/config/keys.h"

struct source {
	struct mlv_scratch scratch;
	struct mlv_origin *origin;
	struct mlv_finding *finding;
};

static void source_release(struct source *source)
{
	mlv_finding_freep(&source->finding);
	mlv_origin_freep(&source->origin);
	mlv_scratch_release(&source->scratch);
}

/* As it is kept in the pointer: everybody's clone has other absolute paths. */
static mlv_err add_url(const struct mlv_importing *i, const struct mlv_origin *origin,
		       const char *typed, struct mlv_buf *url)
{
	if (origin->dir && typed[0] != '/' && !strstr(typed, "://"))
		return mlv_path_relative(url, i->repo->root, origin->url);
	return mlv_buf_add_str(url, typed);
}

static mlv_err make_import(struct mlv_importing *i, const struct source *source, const char *typed,
			   const char *rev)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf url = MLV_BUF_INIT;
	struct mlv_import *import;
	mlv_err err = add_url(i, source->origin, typed, &url);

	if (err)
		return err;
	mlv_import_freep(&i->output.import);
	if (!(import = i->output.import = mlv_sys_alloc(sizeof(*import))))
		return mlv_error_nomem("an import");
	import->url = mlv_buf_detach(&url);
	import->path = mlv_sys_strdup(mlv_finding_path(source->finding));
	import->rev = rev ? mlv_sys_strdup(rev) : NULL;
	import->rev_lock = mlv_sys_strdup(source->origin->commit.hex);
	if (!import->url || !import->path || (rev && !import->rev) || !import->rev_lock)
		return mlv_error_nomem("an import");
	return NULL;
}

static void take_id(struct mlv_output *to, const struct mlv_output *from)
{
	to->type = from->type;
	to->oid = from->oid;
	to->size = from->size;
	to->nfiles = from->nfiles;
	to->exec = from->exec;
	to->has_plain = from->has_plain;
	to->plain = from->plain;
}

mlv_err mlv_importing_from_repo(struct mlv_importing *i, const char *url, const char *path,
				const char *rev)
{
	MLV_SCOPED(source_release) struct source source = { .scratch = MLV_SCRATCH_INIT };
	struct mlv_bring bring = { .run = i->run, .label = path, .name_only = i->no_download };
	struct mlv_output named = { 0 };
	mlv_err err;

	if (mlv_config_url_has_secret(url))
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "a URL with a password or a query would "
						"be kept in git"),
				      "leave it out: git asks, or its credential helper knows "
				      "(git help credentials)");
	if ((err = mlv_scratch_make(&source.scratch, i->run->ctx, i->repo)) ||
	    (err = mlv_origin_open(&source.origin, i->run->ctx, url, rev,
				   source.scratch.path.ptr)) ||
	    (err = mlv_origin_find(source.origin, path, &source.finding)) ||
	    (err = make_import(i, &source, url, rev)) ||
	    (err = mlv_repo_cache(i->repo, &bring.cache)))
		return err;
	bring.origin = source.origin;
	bring.finding = source.finding;
	if ((err = mlv_bring(&bring, &named)))
		return err;
	take_id(&i->output, &named);
	return NULL;
}
