#include "remote/chunked/older.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/strs.h"
#include "core/base/sys.h"
#include "remote/receipts.h"

void mlv_older_release(struct mlv_older *older)
{
	free(older->at);
	*older = (struct mlv_older){ 0 };
}

/* A large file, and where it lies or lay. */
struct placed {
	struct mlv_oid oid;
	char *path;
};

struct places {
	struct placed *at;
	size_t count, cap;
};

static void release_places(struct places *places)
{
	for (size_t i = 0; i < places->count; i++)
		free(places->at[i].path);
	free(places->at);
}

static mlv_err take_place(void *arg, const struct mlv_key *key, const char *path)
{
	struct places *places = arg;
	char *copy;
	mlv_err err;

	if (key->kind != MLV_KIND_LARGE)
		return NULL;
	err = mlv_array_grow(&places->at, &places->cap, places->count + 1, sizeof(*places->at));
	if (err)
		return err;
	if (!(copy = mlv_sys_strdup(path)))
		return mlv_error_nomem("a path");
	places->at[places->count++] = (struct placed){ key->oid, copy };
	return NULL;
}

static int by_path(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static int by_now(const void *a, const void *b)
{
	const struct mlv_older_pair *x = a, *y = b;
	int order = mlv_oid_compare(&x->now, &y->now);

	return order ? order : mlv_oid_compare(&x->before, &y->before);
}

static mlv_err add_pair(struct mlv_older *older, const struct mlv_oid *now,
			const struct mlv_oid *before)
{
	mlv_err err = mlv_array_grow(&older->at, &older->cap, older->count + 1,
				     sizeof(*older->at));

	if (!err)
		older->at[older->count++] = (struct mlv_older_pair){ *now, *before };
	return err;
}

/* Both are sorted by path. */
static mlv_err pair(struct mlv_older *older, const struct places *now, const struct places *before)
{
	size_t k = 0;
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < now->count; i++) {
		while (k < before->count && strcmp(before->at[k].path, now->at[i].path) < 0)
			k++;
		for (size_t j = k; !err && j < before->count &&
				   strcmp(before->at[j].path, now->at[i].path) == 0; j++)
			if (!mlv_oid_equal(&now->at[i].oid, &before->at[j].oid))
				err = add_pair(older, &now->at[i].oid, &before->at[j].oid);
	}
	return err;
}

static void sort_places(struct places *places)
{
	if (places->count)
		qsort(places->at, places->count, sizeof(*places->at), by_path);
}

/* What the receipts tell that a want was before. */
static mlv_err list_before(struct mlv_transport *remote, struct mlv_store *cache,
			   const struct mlv_want *want, const char *receipts,
			   struct places *before)
{
	struct mlv_oid oids[MLV_RECEIPTS_EACH];
	size_t count;
	mlv_err err = mlv_receipts_find(receipts, remote->url, want->label, oids, &count);

	for (size_t i = 0; !err && i < count; i++) {
		const struct mlv_want old = { .key = { want->key.kind, oids[i] },
					      .part = want->part, .label = want->label };

		err = mlv_closure_paths(remote->ctx, 1, mlv_node_source_store(cache), &old, 1,
					take_place, before);
	}
	return err;
}

mlv_err mlv_older_find(struct mlv_older *older, struct mlv_transport *remote,
		       struct mlv_store *cache, struct mlv_node_source nodes,
		       const struct mlv_want *wants, size_t count, const char *receipts)
{
	MLV_SCOPED(release_places) struct places now = { 0 }, before = { 0 };
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < count; i++)
		if (wants[i].key.kind != MLV_KIND_OBJECT)
			err = list_before(remote, cache, &wants[i], receipts, &before);
	if (err || before.count == 0 ||
	    (err = mlv_closure_paths(remote->ctx, remote->ctx->jobs, nodes, wants, count,
				     take_place, &now)))
		return err;
	sort_places(&now);
	sort_places(&before);
	if ((err = pair(older, &now, &before)))
		return err;
	if (older->count)
		qsort(older->at, older->count, sizeof(*older->at), by_now);
	return NULL;
}

void mlv_older_range(const struct mlv_older *older, const struct mlv_oid *now, size_t *first,
		     size_t *end)
{
	size_t low = 0, high = older->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (mlv_oid_compare(&older->at[middle].now, now) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*first = low;
	for (*end = low; *end < older->count && mlv_oid_equal(&older->at[*end].now, now);)
		++*end;
}
