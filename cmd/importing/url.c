/* importing/url.c - what is imported from a URL that is no repository. */
#include <stdlib.h>
#include <string.h>

#include "cmd/importing.h"
#include "cmd/ui/scratch.h"
#include "cmd/url/place.h"
#include "core/base/path.h"
#include "core/base/sys.h"
#include "core/repo/config/keys.h"

/* As it is kept in the pointer: everybody's clone has other absolute paths. */
static mlv_err add_url(const struct mlv_importing *i, const struct mlv_url_place *place,
		       const char *typed, struct mlv_buf *url)
{
	if (mlv_config_url_has_secret(typed))
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "a URL with a password or a query would "
						"be kept in git"),
				      "make it a remote with local settings, and import remote://NAME/...");
	if (!place->remote && typed[0] != '/' && !strstr(typed, "://"))
		return mlv_path_relative(url, i->repo->root, place->base);
	return mlv_buf_add_str(url, typed);
}

static mlv_err make_import(struct mlv_importing *i, const struct mlv_url_place *place,
			   const char *typed)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf url = MLV_BUF_INIT;
	mlv_err err = add_url(i, place, typed, &url);

	if (err)
		return err;
	mlv_import_freep(&i->output.import);
	if (!(i->output.import = mlv_sys_alloc(sizeof(*i->output.import))) ||
	    !(i->output.import->url = mlv_buf_detach(&url)))
		return mlv_error_nomem("an import");
	return NULL;
}

/* What is kept by reference is read once, to be named: into a store that goes again. */
static mlv_err open_store(struct mlv_importing *i, const struct mlv_scratch *scratch,
			  struct mlv_store **own, struct mlv_store **store)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err;

	if (!i->no_download)
		return mlv_repo_cache(i->repo, store);
	if ((err = mlv_buf_printf(&path, "%s/store", scratch->path.ptr)) ||
	    (err = mlv_store_open_dir(own, i->run->ctx, path.ptr, true)))
		return err;
	*store = *own;
	return NULL;
}

mlv_err mlv_importing_from_url(struct mlv_importing *i, const char *url, bool trusted)
{
	MLV_SCOPED(mlv_scratch_release) struct mlv_scratch scratch = MLV_SCRATCH_INIT;
	MLV_SCOPED(mlv_url_place_release) struct mlv_url_place place = { 0 };
	MLV_SCOPED(mlv_store_freep) struct mlv_store *own = NULL;
	struct mlv_store *store = NULL;
	mlv_err err;

	if ((err = mlv_scratch_make(&scratch, i->run->ctx, i->repo)) ||
	    (err = mlv_url_place_open(&place, i->run, i->repo, url, trusted)) ||
	    (err = make_import(i, &place, url)) || (err = open_store(i, &scratch, &own, &store)))
		return err;
	return mlv_url_place_take(&place, store, scratch.path.ptr, &i->output, i->output.import);
}

mlv_err mlv_importing_is_same(struct mlv_importing *i, const char *url, bool *same)
{
	static const enum mlv_mark marks[] = { [MLV_VERSION_ID] = MLV_MARK_VERSION_ID,
					       [MLV_VERSION_ETAG] = MLV_MARK_ETAG,
					       [MLV_VERSION_MODIFIED] = MLV_MARK_MODIFIED };
	MLV_SCOPED(mlv_url_place_release) struct mlv_url_place place = { 0 };
	const struct mlv_import *import = i->output.import;
	struct mlv_version version;
	mlv_err err;

	*same = false;
	if (!import->marked || (import->mark != MLV_MARK_VERSION_ID &&
				import->mark != MLV_MARK_ETAG && import->mark != MLV_MARK_MODIFIED))
		return NULL;
	if ((err = mlv_url_place_open(&place, i->run, i->repo, url, false)) ||
	    (err = mlv_url_place_version(&place, &version)))
		return err;
	*same = version.by != MLV_VERSION_NONE && marks[version.by] == import->mark &&
		strcmp(version.text, import->marked) == 0;
	return NULL;
}
