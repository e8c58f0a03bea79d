/* closure.c - lists of keys, and the closure of a want as such a list. */
#include "remote/closure.h"

#include <stdlib.h>

#include "core/base/buf.h"
#include "core/base/strs.h"
#include "core/base/sys.h"

void mlv_items_release(struct mlv_items *items)
{
	free(items->at);
	items->at = NULL;
	items->count = items->cap = 0;
}

mlv_err mlv_items_add(struct mlv_items *items, const struct mlv_item *item)
{
	mlv_err err = mlv_array_grow(&items->at, &items->cap, items->count + 1,
				     sizeof(*items->at));

	if (!err)
		items->at[items->count++] = *item;
	return err;
}

static int compare_items(const struct mlv_item *x, const struct mlv_item *y)
{
	int order = mlv_key_compare(&x->key, &y->key);

	if (order != 0)
		return order;
	return (x->size > y->size) - (x->size < y->size);
}

/* Of those that are equal the one that was met first comes first. */
static int compare_met(const void *a, const void *b)
{
	const struct mlv_item *x = a, *y = b;
	int order = compare_items(x, y);

	return order ? order : (x->order > y->order) - (x->order < y->order);
}

void mlv_items_sort(struct mlv_items *items)
{
	size_t kept = 0;

	if (items->count == 0)
		return;
	qsort(items->at, items->count, sizeof(*items->at), compare_met);
	for (size_t i = 1; i < items->count; i++)
		if (compare_items(&items->at[kept], &items->at[i]) != 0)
			items->at[++kept] = items->at[i];
	items->count = kept + 1;
}

/* The first position whose key is not below the key asked for. */
static size_t lower_bound(const struct mlv_items *items, const struct mlv_key *key)
{
	size_t low = 0, high = items->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (mlv_key_compare(&items->at[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct mlv_item *mlv_items_find(const struct mlv_items *items, const struct mlv_key *key)
{
	size_t at = lower_bound(items, key);

	if (at == items->count || mlv_key_compare(&items->at[at].key, key) != 0)
		return NULL;
	return &items->at[at];
}

size_t mlv_items_round(const struct mlv_items *items, const size_t *positions, size_t count)
{
	const enum mlv_kind kind = items->at[positions[0]].key.kind;
	uint64_t bytes = 0;
	size_t taken = 0;

	while (taken < count && taken < MLV_ROUND_KEYS && bytes < MLV_ROUND_BYTES &&
	       items->at[positions[taken]].key.kind == kind) {
		const struct mlv_item *item = &items->at[positions[taken++]];

		bytes += kind == MLV_KIND_NODE ? 0 : item->size;
	}
	return taken;
}

void mlv_items_range(const struct mlv_items *items, enum mlv_kind kind, size_t *first, size_t *end)
{
	struct mlv_key lowest = { .kind = kind };

	*first = lower_bound(items, &lowest);
	for (*end = *first; *end < items->count && items->at[*end].key.kind == kind;)
		++*end;
}

struct collection {
	struct mlv_items items;
	mlv_err (*lost)(void *arg, const struct mlv_item *node, mlv_err why);
	void *arg;
};

static void release_collection(struct collection *to)
{
	mlv_items_release(&to->items);
}

static mlv_err collect_item(struct collection *to, struct mlv_item item)
{
	item.order = (uint32_t)to->items.count;
	return mlv_items_add(&to->items, &item);
}

/* A file's bytes, and with a large one its leaf list. */
static mlv_err collect_file(struct collection *to, const struct mlv_key *key, uint64_t size)
{
	struct mlv_item item = { .key = *key, .size = size };
	mlv_err err = collect_item(to, item);

	if (err || key->kind != MLV_KIND_LARGE)
		return err;
	item.key.kind = MLV_KIND_LEAVES;
	item.size = mlv_leaves_text_size(size);
	return collect_item(to, item);
}

static mlv_err collect_entry(void *arg, const struct mlv_entry *entry)
{
	struct mlv_key key;

	if (entry->kind == 'd')
		return NULL;
	key = mlv_entry_key(entry);
	return collect_file(arg, &key, entry->size);
}

static mlv_err collect_node(void *arg, const struct mlv_item *node)
{
	return collect_item(arg, *node);
}

static mlv_err collect_lost(void *arg, const struct mlv_item *node, mlv_err why)
{
	struct collection *to = arg;
	mlv_err err = to->lost(to->arg, node, why);

	return err ? err : collect_item(to, *node);
}

static void mark_wanted(struct mlv_items *items, const struct mlv_want *wants, size_t count)
{
	const struct mlv_item *end = items->at + items->count;

	for (size_t i = 0; i < count; i++) {
		const struct mlv_key *key = &wants[i].key;
		struct mlv_item *item = mlv_items_find(items, key);

		for (; item && item < end && mlv_key_compare(&item->key, key) == 0; item++)
			item->wanted = true;
	}
}

mlv_err mlv_closure_collect(struct mlv_ctx *ctx, unsigned jobs, struct mlv_node_source source,
			    const struct mlv_want *wants, size_t count,
			    mlv_err (*lost)(void *arg, const struct mlv_item *node, mlv_err why),
			    void *arg, struct mlv_items *items)
{
	MLV_SCOPED(release_collection) struct collection to = { .lost = lost, .arg = arg };
	struct mlv_closure_walk walk = {
		.ctx = ctx,
		.jobs = jobs,
		.source = source,
		.node = collect_node,
		.entry = collect_entry,
		.lost = collect_lost,
		.arg = &to,
	};
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < count; i++)
		if (wants[i].key.kind != MLV_KIND_NODE)
			err = collect_file(&to, &wants[i].key, wants[i].size);
	if (err || (err = mlv_closure_walk(&walk, wants, count)))
		return err;
	mlv_items_sort(&to.items);
	mark_wanted(&to.items, wants, count);
	*items = to.items;
	to.items = (struct mlv_items){ 0 };
	return NULL;
}

struct naming {
	const char *label;
	mlv_named_key_fn fn;
	void *arg;
	struct mlv_buf path;
};

static void release_naming(struct naming *naming)
{
	mlv_buf_release(&naming->path);
}

static mlv_err name_node(void *arg, const struct mlv_item *node)
{
	struct naming *naming = arg;
	mlv_err err;

	mlv_buf_clear(&naming->path);
	if ((err = mlv_buf_printf(&naming->path, "%s/", naming->label)))
		return err;
	return naming->fn(naming->arg, &node->key, naming->path.ptr);
}

static mlv_err name_lost(void *arg, const struct mlv_item *node, mlv_err why)
{
	(void)why;
	return name_node(arg, node);
}

/* A large file stands for its leaf list too. */
static mlv_err name_file(struct naming *naming, struct mlv_key key, const char *path)
{
	mlv_err err = naming->fn(naming->arg, &key, path);

	if (err || key.kind != MLV_KIND_LARGE)
		return err;
	key.kind = MLV_KIND_LEAVES;
	return naming->fn(naming->arg, &key, path);
}

static mlv_err name_entry(void *arg, const struct mlv_entry *entry)
{
	struct naming *naming = arg;
	mlv_err err;

	if (entry->kind == 'd')
		return NULL;
	mlv_buf_clear(&naming->path);
	if ((err = mlv_buf_printf(&naming->path, "%s/", naming->label)) ||
	    (err = mlv_buf_add(&naming->path, entry->path, entry->path_len)))
		return err;
	return name_file(naming, mlv_entry_key(entry), naming->path.ptr);
}

mlv_err mlv_closure_paths(struct mlv_ctx *ctx, unsigned jobs, struct mlv_node_source source,
			  const struct mlv_want *wants, size_t count, mlv_named_key_fn fn,
			  void *arg)
{
	MLV_SCOPED(release_naming) struct naming naming = { .fn = fn, .arg = arg,
							     .path = MLV_BUF_INIT };
	struct mlv_closure_walk walk = {
		.ctx = ctx,
		.jobs = jobs,
		.source = source,
		.node = name_node,
		.entry = name_entry,
		.lost = name_lost,
		.arg = &naming,
	};
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < count; i++) {
		naming.label = wants[i].label;
		if (wants[i].key.kind == MLV_KIND_NODE)
			err = mlv_closure_walk(&walk, &wants[i], 1);
		else
			err = name_file(&naming, wants[i].key, wants[i].label);
	}
	return err;
}
