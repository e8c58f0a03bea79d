/* compare.c - the standing of each path: new, deleted or missing. */
#include "remote/compare.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "remote/bases.h"
#include "remote/verify.h"

const char *mlv_standing_name(enum mlv_standing standing)
{
	static const char *const names[] = { "new", "deleted", "missing", "damaged" };

	return names[standing];
}

void mlv_differences_release(struct mlv_differences *differences)
{
	for (size_t i = 0; i < differences->count; i++)
		free(differences->at[i].path);
	free(differences->at);
	differences->at = NULL;
	differences->count = differences->cap = 0;
}

struct comparison {
	struct mlv_items items;
	struct mlv_bases bases;
	struct mlv_remote_packs packs;
	struct mlv_differences found;
};

static void release_comparison(struct comparison *c)
{
	mlv_items_release(&c->items);
	mlv_bases_release(&c->bases);
	mlv_remote_packs_release(&c->packs);
	mlv_differences_release(&c->found);
}

static mlv_err add_difference(struct comparison *c, enum mlv_standing standing, const char *path)
{
	struct mlv_difference difference = { .standing = standing };
	mlv_err err = mlv_array_grow(&c->found.at, &c->found.cap, c->found.count + 1,
				     sizeof(*c->found.at));

	if (err)
		return err;
	if (!(difference.path = mlv_sys_strdup(path)))
		return mlv_error_nomem("a comparison");
	c->found.at[c->found.count++] = difference;
	return NULL;
}

static mlv_err stand(void *arg, const struct mlv_key *key, const char *path)
{
	struct comparison *c = arg;
	const struct mlv_item *item = mlv_items_find(&c->items, key);
	bool there = item && item->state == MLV_ITEM_THERE;

	if (!item || (item->here && there))
		return NULL;
	if (item->state == MLV_ITEM_DAMAGED)
		return add_difference(c, MLV_STANDING_DAMAGED, path);
	return add_difference(c, item->here ? MLV_STANDING_NEW : there ? MLV_STANDING_DELETED :
			      MLV_STANDING_MISSING, path);
}

static mlv_err add_tree(struct comparison *c, const char *label)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf path = MLV_BUF_INIT;
	mlv_err err = mlv_buf_printf(&path, "%s/", label);

	return err ? err : add_difference(c, MLV_STANDING_NEW, path.ptr);
}

/* A tree that was not published is new, whatever parts of it are there. */
static mlv_err stand_roots(struct comparison *c, const struct mlv_want *wants, size_t count)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < count; i++) {
		const struct mlv_base *base = mlv_bases_get(&c->bases, &wants[i].key.oid);
		const struct mlv_item *root = mlv_items_find(&c->items, &wants[i].key);
		bool published = base && base->there && !base->lost;

		if (mlv_want_is_tree(&wants[i]) && !published && root && root->here)
			err = add_tree(c, wants[i].label);
	}
	return err;
}

static int compare_differences(const void *a, const void *b)
{
	const struct mlv_difference *x = a, *y = b;

	if (x->standing != y->standing)
		return x->standing < y->standing ? -1 : 1;
	return strcmp(x->path, y->path);
}

static void sort_unique(struct mlv_differences *list)
{
	size_t kept = 0;

	if (list->count == 0)
		return;
	qsort(list->at, list->count, sizeof(*list->at), compare_differences);
	for (size_t i = 1; i < list->count; i++)
		if (compare_differences(&list->at[kept], &list->at[i]) == 0)
			free(list->at[i].path);
		else
			list->at[++kept] = list->at[i];
	list->count = kept + 1;
}

/* What is lost is in the list of items, as failed. */
static mlv_err pass_over(void *arg, const struct mlv_item *node, mlv_err why)
{
	(void)arg;
	(void)node;
	(void)why;
	return NULL;
}

static mlv_err find_items(struct comparison *c, struct mlv_node_source source,
			  struct mlv_store *cache, struct mlv_transport *remote,
			  const struct mlv_want *wants, size_t count)
{
	mlv_err err = mlv_closure_collect(remote->ctx, mlv_remote_jobs(remote), source, wants,
					  count, pass_over, NULL, &c->items);

	if (err || (err = mlv_cache_look(remote->ctx, cache, &c->items)) ||
	    (err = mlv_bases_mark(&c->bases, remote->ctx, source, wants, count, &c->items)))
		return err;
	return mlv_remote_look(remote, &c->items, false, NULL);
}

static mlv_err find_bases(struct comparison *c, struct mlv_store *cache,
			  struct mlv_transport *remote, const struct mlv_want *wants, size_t count,
			  const char *receipts)
{
	mlv_err err;

	if ((err = mlv_bases_read(&c->bases, remote, wants, count)) ||
	    (err = mlv_bases_look_further(&c->bases, remote, cache, wants, count, receipts)) ||
	    (err = mlv_bases_confirm(&c->bases, remote)))
		return err;
	return mlv_bases_add_packs(&c->bases, &c->packs);
}

static mlv_err read_there(struct comparison *c, struct mlv_store *cache,
			  struct mlv_transport *remote)
{
	MLV_SCOPED(mlv_root_release) struct mlv_root packs = { 0 };
	MLV_SCOPED(mlv_problems_release) struct mlv_problems found = MLV_PROBLEMS_INIT;
	MLV_SCOPED(mlv_verify_release) struct mlv_verify verify = {
		.remote = remote, .cache = cache, .items = &c->items, .state = MLV_ITEM_THERE,
		.packs = &packs, .found = &found,
	};
	mlv_err err = mlv_verify_add_bases(&c->bases, &c->items, MLV_ITEM_THERE, &packs);

	return err ? err : mlv_verify_run(&verify);
}

mlv_err mlv_compare(struct mlv_store *cache, struct mlv_transport *remote,
		    const struct mlv_want *wants, size_t count, bool verify, const char *receipts,
		    struct mlv_differences *differences)
{
	MLV_SCOPED(release_comparison) struct comparison c = { 0 };
	struct mlv_node_finder finder = MLV_NODE_FINDER(cache, remote);
	struct mlv_node_source source = mlv_node_source_find(&finder);
	bool formed;
	mlv_err err;

	mlv_remote_packs_init(&c.packs, remote);
	finder.packs = &c.packs;
	if ((err = mlv_remote_check(remote, &formed)) ||
	    (formed && (err = find_bases(&c, cache, remote, wants, count, receipts))) ||
	    (err = find_items(&c, source, cache, remote, wants, count)) ||
	    (verify && (err = read_there(&c, cache, remote))) ||
	    (err = mlv_closure_paths(remote->ctx, mlv_remote_jobs(remote), source, wants, count,
				     stand, &c)) ||
	    (err = stand_roots(&c, wants, count)))
		return err;
	sort_unique(&c.found);
	*differences = c.found;
	c.found = (struct mlv_differences){ 0 };
	return NULL;
}
