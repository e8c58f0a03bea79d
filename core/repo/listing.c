#include "core/repo/listing.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/base/strs.h"
#include "core/base/sys.h"

void mlv_listing_release(struct mlv_listing *listing)
{
	for (size_t i = 0; i < listing->count; i++)
		free(listing->items[i].path);
	free(listing->items);
	*listing = (struct mlv_listing){ 0 };
}

struct lister {
	struct mlv_listing *listing;
	const struct mlv_listing_source *source;
	const char *path;
	bool recursive;
	bool found; /* path is there, maybe with nothing in it */
	const struct mlv_output *output; /* whose manifest is gone through */
	const char *part;
};

/* What of path lies below dir: NULL when it does not; for dir itself its own name. */
static const char *below(const char *path, const char *dir)
{
	size_t len = strlen(dir);
	const char *slash = strrchr(path, '/');

	if (len == 0)
		return path;
	if (strncmp(path, dir, len) != 0 || (path[len] && path[len] != '/'))
		return NULL;
	return path[len] ? path + len + 1 : slash ? slash + 1 : path;
}

static void merge(struct mlv_listing_item *into, const struct mlv_listing_item *more)
{
	into->tracked |= more->tracked;
	into->size += more->size;
	into->nfiles += more->nfiles;
}

/*
 * Add what lies at path, len bytes below what is listed; deeper than one level
 * it counts for the directory there. item has all but the path.
 */
static mlv_err add(struct lister *lister, const char *path, size_t len,
		   struct mlv_listing_item item)
{
	struct mlv_listing *listing = lister->listing;
	struct mlv_listing_item *last = listing->items + listing->count;
	const char *slash = lister->recursive ? NULL : memchr(path, '/', len);
	mlv_err err;

	lister->found = true;
	if (slash) {
		len = (size_t)(slash - path);
		item.dir = true;
		item.exec = item.named = false;
		item.tracked &= lister->output != NULL;
	}
	if (listing->count && slash && last[-1].dir && strlen(last[-1].path) == len &&
	    memcmp(last[-1].path, path, len) == 0) {
		merge(&last[-1], &item);
		return NULL;
	}
	if ((err = mlv_array_grow(&listing->items, &listing->cap, listing->count + 1,
				  sizeof(*listing->items))))
		return err;
	if (!(item.path = mlv_sys_strndup(path, len)))
		return mlv_error_nomem("a path");
	listing->items[listing->count++] = item;
	return NULL;
}

static mlv_err add_entry(void *arg, const struct mlv_entry *entry)
{
	struct lister *lister = arg;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	struct mlv_listing_item item = { .tracked = true, .dir = entry->kind == 'd',
					 .exec = entry->kind == 'x' || entry->kind == 'X',
					 .named = entry->kind != 'd', .oid = entry->oid,
					 .size = entry->kind == 'l' ? 0 : entry->size,
					 .nfiles = entry->kind != 'd' };
	const char *shown;
	mlv_err err;

	item.type = entry->kind == 'F' || entry->kind == 'X' ? MLV_ID_LEAVES : MLV_ID_SHA256;
	if ((err = mlv_buf_printf(&path, "%s/", lister->output->path)) ||
	    (err = mlv_buf_add(&path, entry->path, entry->path_len)))
		return err;
	shown = below(path.ptr, lister->path);
	return shown ? add(lister, shown, strlen(shown), item) : NULL;
}

/* What is in a tracked directory, at part or below. */
static mlv_err go_into(struct lister *lister, const struct mlv_output *output, const char *part)
{
	const struct mlv_listing_source *source = lister->source;
	struct mlv_node_source nodes;
	mlv_err err;

	lister->output = output;
	if (!(err = source->nodes(source->arg, output, &nodes)))
		err = mlv_tree_walk(nodes, &output->oid, part, add_entry, lister);
	lister->output = NULL;
	if (err && err->code == MLV_E_MISSING)
		return mlv_error_hint(mlv_error(MLV_E_MISSING, "%s: its manifest is neither in the "
						"cache nor at the remote", output->path),
				      "push it from a clone that has it: mlv push");
	return err;
}

static mlv_err add_output(struct lister *lister, const struct mlv_output *output)
{
	struct mlv_listing_item item = { .tracked = true, .dir = output->type == MLV_ID_TREE,
					 .exec = output->exec, .named = true,
					 .type = output->type, .oid = output->oid,
					 .size = output->size,
					 .nfiles = output->type == MLV_ID_TREE ? output->nfiles : 1 };
	const char *shown = below(output->path, lister->path), *part = "";

	if (!shown) {
		part = below(lister->path, output->path);
		return part ? go_into(lister, output, part) : NULL;
	}
	/* A directory that is asked for by its own name is gone into. */
	if (item.dir && (lister->recursive || strcmp(output->path, lister->path) == 0)) {
		lister->found = true;
		return go_into(lister, output, "");
	}
	return add(lister, shown, strlen(shown), item);
}

static mlv_err add_blob(void *arg, const char *path, const struct mlv_git_id *blob)
{
	struct lister *lister = arg;
	const struct mlv_listing_source *source = lister->source;
	struct mlv_listing_item item = { .nfiles = 1 };
	const char *shown = below(path + strlen(source->prefix), lister->path);
	unsigned mode = 0;
	mlv_err err;

	if (!shown)
		return NULL;
	if ((err = mlv_git_blob_size(source->git, blob, &item.size)) ||
	    (err = mlv_git_mode(source->git, &source->commit, path, &mode)))
		return err;
	item.exec = mode & 0100;
	return add(lister, shown, strlen(shown), item);
}

static mlv_err add_git(struct lister *lister)
{
	const struct mlv_listing_source *source = lister->source;
	MLV_SCOPED(mlv_buf_release) struct mlv_buf dir = MLV_BUF_INIT;
	unsigned mode = 0;
	mlv_err err;

	if (!source->git)
		return NULL;
	if ((err = mlv_buf_printf(&dir, "%s%s", source->prefix, lister->path)))
		return err;
	if (dir.len && (err = mlv_git_mode(source->git, &source->commit, dir.ptr, &mode)))
		return err;
	if (mode & 0100000) /* a file: it is given with what lies beside it */
		mlv_buf_truncate(&dir, strrchr(dir.ptr, '/')
					       ? (size_t)(strrchr(dir.ptr, '/') - dir.ptr) : 0);
	return mlv_git_each_blob(source->git, &source->commit, dir.ptr, NULL, add_blob, lister);
}

static int by_path(const void *a, const void *b)
{
	const struct mlv_listing_item *left = a, *right = b;

	return strcmp(left->path, right->path);
}

/* In order; a directory that both git and mlv have something in is one. */
static void settle(struct mlv_listing *listing)
{
	struct mlv_listing_item *items = listing->items;
	size_t kept = 0;

	if (listing->count)
		qsort(items, listing->count, sizeof(*items), by_path);
	for (size_t i = 0; i < listing->count; i++) {
		if (kept && strcmp(items[kept - 1].path, items[i].path) == 0) {
			merge(&items[kept - 1], &items[i]);
			free(items[i].path);
		} else {
			items[kept++] = items[i];
		}
	}
	listing->count = kept;
}

mlv_err mlv_listing_make(struct mlv_listing *listing, const struct mlv_listing_source *source,
			 const char *path, bool recursive)
{
	MLV_SCOPED(mlv_listing_release) struct mlv_listing made = { 0 };
	struct lister lister = { .listing = &made, .source = source, .path = path,
				 .recursive = recursive };
	char shown[512];
	mlv_err err = add_git(&lister);

	for (size_t i = 0; !err && i < source->outputs->count; i++)
		err = add_output(&lister, &source->outputs->at[i]);
	if (err)
		return err;
	if (*path && !lister.found)
		return mlv_error(MLV_E_MISSING, "%s: neither tracked nor in git",
				 mlv_path_shown(path, strlen(path), shown, sizeof(shown)));
	settle(&made);
	*listing = made;
	made = (struct mlv_listing){ 0 };
	return NULL;
}
