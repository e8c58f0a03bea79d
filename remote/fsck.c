#include "remote/fsck.h"

#include <stdlib.h>

#include "core/base/sys.h"
#include "core/store/upkeep.h"

void mlv_fsck_release(struct mlv_fsck *fsck)
{
	mlv_problems_release(&fsck->problems);
}

/* A check of the cache. */
struct check {
	struct mlv_ctx *ctx;
	struct mlv_store *cache;
	struct mlv_fsck *fsck;
	struct mlv_items wanted, others;
	struct mlv_checks checks;
	uint64_t others_here; /* keys that only the others need, and that lie here */
};

static void release_check(struct check *check)
{
	mlv_items_release(&check->wanted);
	mlv_items_release(&check->others);
	mlv_checks_release(&check->checks);
}

/* A node whose bytes are sound, but which is not what its parent says; hashing finds the rest. */
static mlv_err note_lost(void *arg, const struct mlv_item *node, mlv_err why)
{
	struct check *check = arg;
	struct mlv_error kept = *why;

	if (kept.code == MLV_E_MISSING || mlv_store_verify(check->cache, &node->key, UINT64_MAX))
		return NULL;
	return mlv_problems_add(&check->fsck->problems, node, mlv_error_copy(&kept));
}

static mlv_err collect(struct check *check, struct mlv_fsck_wants wants, struct mlv_items *items)
{
	return mlv_closure_collect(check->ctx, check->ctx->jobs,
				   mlv_node_source_store(check->cache), wants.at, wants.count,
				   note_lost, check, items);
}

static int compare_keys(const void *a, const void *b)
{
	return mlv_key_compare(a, b);
}

/* The keys of which all is wanted, sorted. */
static size_t take_whole(struct mlv_fsck_wants wants, struct mlv_key *keys)
{
	size_t count = 0;

	for (size_t i = 0; i < wants.count; i++)
		if (!wants.at[i].part || !*wants.at[i].part)
			keys[count++] = wants.at[i].key;
	if (count)
		qsort(keys, count, sizeof(*keys), compare_keys);
	return count;
}

/* What only the others are: mostly history needs what the work tree needs, and a list is long. */
static mlv_err collect_others(struct check *check, struct mlv_fsck_wants wants,
			      struct mlv_fsck_wants others)
{
	MLV_SCOPED(mlv_mem_free) struct mlv_want *kept =
		mlv_sys_alloc_array(others.count + 1, sizeof(*kept));
	MLV_SCOPED(mlv_mem_free) struct mlv_key *whole =
		mlv_sys_alloc_array(wants.count + 1, sizeof(*whole));
	struct mlv_fsck_wants rest = { kept, 0 };
	size_t count;

	if (!kept || !whole)
		return mlv_error_nomem("a list of outputs");
	count = take_whole(wants, whole);
	for (size_t i = 0; i < others.count; i++)
		if (!bsearch(&others.at[i].key, whole, count, sizeof(*whole), compare_keys))
			kept[rest.count++] = others.at[i];
	return collect(check, rest, &check->others);
}

static uint64_t about(const struct mlv_item *item)
{
	return item->size == UINT64_MAX ? 0 : item->size;
}

/* Something lies there: check it, if it is not wanted, for that is checked anyway. */
static mlv_err take_stored(void *arg, const struct mlv_key *key, uint64_t stored_size)
{
	struct check *check = arg;
	const struct mlv_item *known;

	if (mlv_items_find(&check->wanted, key))
		return NULL;
	known = mlv_items_find(&check->others, key);
	check->others_here += known != NULL;
	return mlv_checks_add(&check->checks, key, known ? known->size : UINT64_MAX, stored_size);
}

/* How many keys there are that are not wanted as well. */
static uint64_t count_others(const struct check *check)
{
	const struct mlv_items *others = &check->others;
	uint64_t count = 0;

	for (size_t i = 0; i < others->count; i++)
		count += (i == 0 || mlv_key_compare(&others->at[i - 1].key, &others->at[i].key)) &&
			 !mlv_items_find(&check->wanted, &others->at[i].key);
	return count;
}

/* Of one that is bad, what is wrong with it. What nobody wants may have been removed meanwhile. */
static mlv_err examine(struct check *check, const struct mlv_check *bad, bool *missing)
{
	struct mlv_item item = { .key = bad->key, .size = bad->size };
	struct mlv_error why = { .code = MLV_E_CORRUPT };
	mlv_err err = mlv_store_verify(check->cache, &bad->key, bad->size);

	if (!err)
		err = mlv_error(MLV_E_CORRUPT, "stored as %s, which it is not",
				mlv_kind_name(bad->key.kind));
	if (err->code != MLV_E_CORRUPT && err->code != MLV_E_MISSING)
		return err;
	why = *err;
	*missing = why.code == MLV_E_MISSING;
	if (*missing && !mlv_items_find(&check->wanted, &bad->key))
		return NULL;
	return mlv_problems_add(&check->fsck->problems, &item, mlv_error_copy(&why));
}

static mlv_err examine_all(struct check *check)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < check->checks.count; i++) {
		const struct mlv_check *done = &check->checks.at[i];
		bool missing = false;

		if (done->bad)
			err = examine(check, done, &missing);
		if (missing)
			continue;
		check->fsck->checked++;
		check->fsck->bytes += done->about;
	}
	return err;
}

static int by_key(const void *a, const void *b)
{
	const struct mlv_problem *x = a, *y = b;

	return mlv_key_compare(&x->key, &y->key);
}

void mlv_fsck_settle(struct mlv_problems *problems)
{
	size_t kept = 0;

	if (problems->count)
		qsort(problems->at, problems->count, sizeof(*problems->at), by_key);
	for (size_t i = 1; i < problems->count; i++) {
		if (by_key(&problems->at[kept], &problems->at[i]) == 0)
			mlv_problem_release(&problems->at[i]);
		else
			problems->at[++kept] = problems->at[i];
	}
	problems->count = problems->count ? kept + 1 : 0;
}

mlv_err mlv_fsck_cache(struct mlv_ctx *ctx, struct mlv_store *cache, struct mlv_fsck_wants wants,
		       struct mlv_fsck_wants others, bool all, struct mlv_fsck *fsck)
{
	MLV_SCOPED(release_check) struct check check = { .ctx = ctx, .cache = cache,
							 .fsck = fsck };
	mlv_err err;

	if ((err = collect(&check, wants, &check.wanted)) ||
	    (err = collect_others(&check, wants, others)))
		return err;
	for (size_t i = 0; !err && i < check.wanted.count; i++)
		err = mlv_checks_add(&check.checks, &check.wanted.at[i].key,
				     check.wanted.at[i].size, about(&check.wanted.at[i]));
	if (!err && all)
		err = mlv_store_each(cache, take_stored, &check);
	if (err || (err = mlv_store_check(cache, &check.checks)) || (err = examine_all(&check)))
		return err;
	fsck->elsewhere = all ? count_others(&check) - check.others_here : 0;
	mlv_fsck_settle(&fsck->problems);
	return NULL;
}
