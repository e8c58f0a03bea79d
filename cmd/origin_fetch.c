#include "cmd/origin_fetch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/remote_open.h"
#include "cmd/ui/out.h"
#include "core/base/fs.h"
#include "remote/fetch.h"

/* Where to look: the cache of the other repository, if it can be read, then its remotes. */
struct sources {
	const struct mlv_bring *bring;
	struct mlv_batch *batch;
	struct mlv_strs remotes;
	size_t count;
	struct mlv_transport **opened; /* count; NULL: not yet */
	bool rooted;
	struct mlv_oid root; /* the first node that was read: of a whole tree */
};

static void sources_release(struct sources *sources)
{
	for (size_t i = 0; i < sources->count; i++)
		mlv_transport_freep(&sources->opened[i]);
	free(sources->opened);
	mlv_strs_release(&sources->remotes);
	mlv_batch_freep(&sources->batch);
}

/* The remote of this name, for "" all default ones; where there is none that is said when it is opened. */
static mlv_err add_remote(struct sources *sources, const char *name)
{
	const struct mlv_opt_list none = { 0 };
	mlv_err err;

	if (*name)
		return mlv_strs_add(&sources->remotes, name);
	err = mlv_cmd_remote_names(sources->bring->origin->repo, &none, &sources->remotes);
	return err && err->code == MLV_E_MISSING ? mlv_strs_add(&sources->remotes, name) : err;
}

static mlv_err sources_init(struct sources *sources, const struct mlv_bring *bring)
{
	const struct mlv_strs *named = mlv_finding_remotes(bring->finding);
	mlv_err err = NULL;

	sources->bring = bring;
	for (size_t i = 0; !err && i < named->count; i++)
		err = add_remote(sources, named->at[i]);
	if (err)
		return err;
	sources->opened = mlv_sys_alloc_array(sources->remotes.count + 1, sizeof(*sources->opened));
	if (!sources->opened)
		return mlv_error_nomem("a list of remotes");
	if (sources->remotes.count > 0)
		sources->count = sources->remotes.count + bring->origin->has_cache;
	return NULL;
}

static mlv_err open_cache(const struct mlv_bring *bring, struct mlv_transport **out)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT;
	mlv_err err = mlv_repo_cache_dir(bring->origin->repo, &dir);

	if (!err && !mlv_fs_exists(AT_FDCWD, dir.ptr))
		err = mlv_error(MLV_E_MISSING, "%s: no cache", dir.ptr);
	return err ? err : mlv_transport_open_dir(out, bring->run->ctx, dir.ptr, false);
}

/* Whose remote it is, and how it is trusted from here. */
static mlv_err explain(const struct mlv_origin *origin, const char *name, mlv_err err)
{
	mlv_err told;

	if (err->code != MLV_E_REFUSED)
		return mlv_error_wrap(err, "%s", origin->url);
	told = mlv_error(MLV_E_REFUSED, "%s: %.*s", origin->url,
			 (int)mlv_error_len_without_hint(err), err->msg);
	return mlv_error_hint(told, "if that is where they belong: mlv remote trust --repo %s %s",
			      origin->url, *name ? name : "<name>");
}

static mlv_err open_source(struct sources *sources, size_t i, struct mlv_transport **out)
{
	const struct mlv_bring *bring = sources->bring;
	size_t first = bring->origin->has_cache;
	const char *name;
	mlv_err err = NULL;

	if (!sources->opened[i] && i < first) {
		err = open_cache(bring, &sources->opened[i]);
	} else if (!sources->opened[i]) {
		name = sources->remotes.at[i - first];
		err = mlv_cmd_open_remote(bring->run, bring->origin->repo, *name ? name : NULL,
					  &sources->opened[i]);
		if (err)
			err = explain(bring->origin, name, err);
	}
	*out = sources->opened[i];
	return err;
}

/* What one source has not, or cannot give, another may. */
static bool may_go_on(mlv_err err)
{
	return err->code == MLV_E_MISSING || err->code == MLV_E_CORRUPT ||
	       err->code == MLV_E_REMOTE;
}

static mlv_err read_node(void *arg, const struct mlv_oid *oid, uint64_t size, struct mlv_buf *raw)
{
	struct sources *sources = arg;
	struct mlv_key key = { .kind = MLV_KIND_NODE, .oid = *oid };
	size_t begin = raw->len;
	mlv_err err = mlv_store_read(sources->bring->cache, &key, size, raw);

	if (!sources->rooted)
		sources->root = *oid;
	sources->rooted = true;
	if (!err || err->code != MLV_E_MISSING)
		return err;
	for (size_t i = 0; err && i < sources->count && may_go_on(err); i++) {
		struct mlv_transport *from;

		if (!(err = open_source(sources, i, &from)))
			err = mlv_remote_read(from, &key, size, raw);
	}
	return err ? err : mlv_batch_put(sources->batch, &key, raw->ptr + begin, raw->len - begin);
}

static struct mlv_node_source nodes_of(struct sources *sources)
{
	return (struct mlv_node_source){ .read = read_node, .arg = sources };
}

static enum mlv_kind kind_of(const struct mlv_output *output)
{
	return output->type == MLV_ID_TREE     ? MLV_KIND_NODE
	       : output->type == MLV_ID_LEAVES ? MLV_KIND_LARGE
					       : MLV_KIND_OBJECT;
}

static mlv_err judge(const struct mlv_bring *bring, const struct mlv_problems *problems)
{
	const struct mlv_problem *first = &problems->at[0];
	const char *path = first->path ? first->path : bring->label;
	mlv_err err;

	if (first->code == MLV_E_CORRUPT)
		return mlv_error(MLV_E_CORRUPT, "%s: %s", path,
				 first->message ? first->message : "damaged");
	err = mlv_error(MLV_E_MISSING, "%s: neither in the cache nor at a remote of %s", path,
			bring->origin->url);
	return mlv_error_hint(err, "push from there: mlv push");
}

/* Try one source after the other, until nothing lacks. */
static mlv_err fetch(struct sources *sources, const struct mlv_output *output)
{
	const struct mlv_bring *bring = sources->bring;
	struct mlv_want want = { .key = { kind_of(output), output->oid }, .size = output->size,
				 .part = "", .label = bring->label };
	mlv_err err = NULL;

	for (size_t i = 0; i < sources->count; i++) {
		MLV_SCOPED(mlv_transfer_release) struct mlv_transfer transfer = MLV_TRANSFER_INIT;
		struct mlv_transport *from;

		err = open_source(sources, i, &from);
		if (!err)
			err = mlv_fetch(bring->cache, from, &want, 1, &transfer);
		if (!err && transfer.problems.count == 0)
			return NULL;
		if (!err)
			err = judge(bring, &transfer.problems);
		if (!may_go_on(err))
			return err;
	}
	return err;
}

mlv_err mlv_bring(const struct mlv_bring *bring, struct mlv_output *output)
{
	MLV_SCOPED(sources_release) struct sources sources = { 0 };
	mlv_err err;

	if ((err = sources_init(&sources, bring)) ||
	    (err = mlv_batch_begin(&sources.batch, bring->cache)) ||
	    (err = mlv_finding_name(bring->finding, nodes_of(&sources), sources.batch, output)) ||
	    (err = mlv_batch_commit(sources.batch)))
		return err;
	if (bring->name_only)
		return NULL;
	if (bring->begun)
		*bring->begun = true;
	return fetch(&sources, output);
}

static mlv_err nowhere(const struct mlv_bring *bring, const struct mlv_output *output)
{
	mlv_err err = mlv_error(MLV_E_MISSING, "%s: no remote of %s has %s", bring->label,
				bring->origin->url,
				output->type == MLV_ID_TREE ? "a manifest of it" : "it");

	return mlv_error_hint(err, "push from there: mlv push%s",
			      output->type == MLV_ID_TREE
				      ? "; only a directory that is tracked as a whole has one"
				      : "");
}

/* At the first remote that has it. */
static mlv_err find_spot(struct sources *sources, const struct mlv_key *key, struct mlv_spot *spot,
			 struct mlv_transport **remote)
{
	mlv_err err = NULL;

	for (size_t i = sources->bring->origin->has_cache; i < sources->count; i++) {
		bool found = false;

		if ((err = open_source(sources, i, remote)))
			break;
		/* By the root of its tree the packs are found where nothing can be listed. */
		if (sources->rooted)
			mlv_lookup_note(*remote, &sources->root);
		if ((err = mlv_lookup_spot(*remote, key, spot, &found)) || found)
			return err;
	}
	*remote = NULL;
	return err;
}

mlv_err mlv_bring_url(const struct mlv_bring *bring, struct mlv_spot *spot, struct mlv_buf *url)
{
	MLV_SCOPED(sources_release) struct sources sources = { 0 };
	struct mlv_output output = { 0 };
	struct mlv_transport *remote = NULL;
	struct mlv_key key;
	mlv_err err;

	if ((err = sources_init(&sources, bring)))
		return err;
	if (sources.count == 0)
		return mlv_error(MLV_E_MISSING, "%s: %s is no object of a remote: git has it",
				 bring->origin->url, bring->label);
	if ((err = mlv_batch_begin(&sources.batch, bring->cache)) ||
	    (err = mlv_finding_name(bring->finding, nodes_of(&sources), sources.batch, &output)))
		return err;
	key = (struct mlv_key){ kind_of(&output), output.oid };
	if ((err = find_spot(&sources, &key, spot, &remote)))
		return err;
	if (!remote)
		return nowhere(bring, &output);
	if (spot->chunked)
		return mlv_error_hint(mlv_error(MLV_E_REFUSED, "%s: it lies in chunks at %s, as %s says: "
						"no URL has it whole", bring->label, remote->url,
						spot->path), "mlv get puts it together");
	return mlv_buf_printf(url, "%s/%s", remote->url, spot->path);
}
