/* closure_walk.c - trees, breadth first: a level of all of them at once. */
#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "remote/closure.h"

#define WINDOW 32          /* nodes in memory at once */
#define LEVEL_UNKNOWN 0xff /* of a root, until it was read */

/* A node to be read. */
struct pending {
	struct mlv_oid oid;
	uint64_t size; /* raw; UINT64_MAX: not known */
	unsigned char level;
	const char *part; /* NULL: all of it */
	size_t order;     /* its place in the list */
};

struct pendings {
	struct pending *at;
	size_t count, cap;
};

/* A node that was read, or why not. */
struct result {
	struct mlv_buf raw;
	struct mlv_node node;
	bool failed;
	struct mlv_error error;
};

struct walker {
	const struct mlv_closure_walk *walk;
	struct pendings levels[MLV_TREE_LEVELS];
	struct result *window; /* WINDOW of them */
	const struct pending *reading;
};

static void release_walker(struct walker *walker)
{
	for (size_t i = 0; i < MLV_TREE_LEVELS; i++)
		free(walker->levels[i].at);
	free(walker->window);
}

static mlv_err add_pending(struct pendings *list, const struct pending *pending)
{
	mlv_err err = mlv_array_grow(&list->at, &list->cap, list->count + 1, sizeof(*list->at));

	if (err)
		return err;
	list->at[list->count] = *pending;
	list->at[list->count].order = list->count;
	list->count++;
	return NULL;
}

static int compare_pending(const struct pending *x, const struct pending *y)
{
	int order = mlv_oid_compare(&x->oid, &y->oid);

	if (order == 0 && x->part != y->part)
		order = !x->part ? -1 : !y->part ? 1 : strcmp(x->part, y->part);
	if (order != 0)
		return order;
	return (x->size > y->size) - (x->size < y->size);
}

static int compare_order(const struct pending *x, const struct pending *y)
{
	return (x->order > y->order) - (x->order < y->order);
}

static int by_pending(const void *a, const void *b)
{
	int order = compare_pending(a, b);

	return order ? order : compare_order(a, b);
}

static int by_order(const void *a, const void *b)
{
	return compare_order(a, b);
}

/* What is pending twice is read once, the first time; the order of paths stays. */
static void drop_repeated(struct pendings *list)
{
	size_t kept = 0;

	if (list->count == 0)
		return;
	qsort(list->at, list->count, sizeof(*list->at), by_pending);
	for (size_t i = 1; i < list->count; i++)
		if (compare_pending(&list->at[kept], &list->at[i]) != 0)
			list->at[++kept] = list->at[i];
	list->count = kept + 1;
	qsort(list->at, list->count, sizeof(*list->at), by_order);
}

static int compare_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order ? order : (a_len > b_len) - (a_len < b_len);
}

/* Whether path is part, or lies below it. */
static bool in_part(const struct mlv_entry *entry, const char *part)
{
	size_t len = part ? strlen(part) : 0;

	if (len == 0)
		return true;
	return entry->path_len >= len && memcmp(entry->path, part, len) == 0 &&
	       (entry->path_len == len || entry->path[len] == '/');
}

/* Whether any path from that of child up to, not with, that of next may be in part. */
static bool may_hold(const struct mlv_entry *child, const struct mlv_entry *next, const char *part)
{
	size_t len = part ? strlen(part) : 0;
	size_t head;

	if (len == 0)
		return true;
	if (next && compare_bytes(next->path, next->path_len, part, len) <= 0)
		return false;
	/* All of part sorts before part and the byte after a slash. */
	head = child->path_len < len ? child->path_len : len;
	if (memcmp(child->path, part, head) != 0)
		return memcmp(child->path, part, head) < 0;
	return child->path_len <= len || (unsigned char)child->path[len] <= '/';
}

/* MLV_E_CORRUPT when the node is not what its parent said. */
static mlv_err check_node(const struct pending *asked, const struct result *result)
{
	char hex[MLV_OID_HEX + 1];

	if (result->node.level >= MLV_TREE_LEVELS ||
	    (asked->level != LEVEL_UNKNOWN && result->node.level != asked->level))
		return mlv_error(MLV_E_CORRUPT, "node %s is of level %u, which its parent denies",
				 mlv_oid_format(&asked->oid, hex), result->node.level);
	if (asked->size != UINT64_MAX && result->raw.len != asked->size)
		return mlv_error(MLV_E_CORRUPT, "node %s is not as long as its parent says",
				 mlv_oid_format(&asked->oid, hex));
	return NULL;
}

static mlv_err read_node(const struct mlv_node_source *source, const struct pending *asked,
			 struct result *result)
{
	mlv_err err = source->read(source->arg, &asked->oid, asked->size, &result->raw);

	if (!err)
		err = mlv_node_parse(result->raw.ptr, result->raw.len, &result->node);
	if (!err && (err = check_node(asked, result))) {
		mlv_node_release(&result->node);
		result->node = (struct mlv_node){ 0 };
	}
	return err;
}

/* One round of the pool. Only what ends the walk is returned. */
static mlv_err read_round(void *arg, size_t index, unsigned worker)
{
	struct walker *walker = arg;
	struct result *result = &walker->window[index];
	mlv_err err = read_node(&walker->walk->source, &walker->reading[index], result);

	(void)worker;
	if (!err)
		return NULL;
	if (!walker->walk->lost || (err->code != MLV_E_MISSING && err->code != MLV_E_CORRUPT))
		return err;
	result->failed = true;
	result->error = *err;
	return NULL;
}

static mlv_err take_children(struct walker *walker, const struct pending *asked,
			     const struct mlv_node *node)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < node->count; i++) {
		const struct mlv_entry *next = i + 1 < node->count ? &node->list[i + 1] : NULL;
		struct pending child = {
			.oid = node->list[i].oid,
			.size = node->list[i].size,
			.level = (unsigned char)(node->level - 1),
			.part = asked->part,
		};

		if (may_hold(&node->list[i], next, asked->part))
			err = add_pending(&walker->levels[child.level], &child);
	}
	return err;
}

static mlv_err take_entries(struct walker *walker, const struct pending *asked,
			    const struct mlv_node *node)
{
	mlv_err err = NULL;

	if (!walker->walk->entry)
		return NULL;
	for (size_t i = 0; !err && i < node->count; i++)
		if (in_part(&node->list[i], asked->part))
			err = walker->walk->entry(walker->walk->arg, &node->list[i]);
	return err;
}

static mlv_err take_result(struct walker *walker, const struct pending *asked,
			   const struct result *result)
{
	const struct mlv_closure_walk *walk = walker->walk;
	struct mlv_item item = { .key = { .kind = MLV_KIND_NODE, .oid = asked->oid } };
	mlv_err err = NULL;

	if (result->failed) {
		item.size = asked->size;
		item.level = asked->level == LEVEL_UNKNOWN ? 0 : asked->level;
		item.state = MLV_ITEM_FAILED;
		return walk->lost(walk->arg, &item, &result->error);
	}
	item.size = result->raw.len;
	item.level = (unsigned char)result->node.level;
	if (walk->node)
		err = walk->node(walk->arg, &item);
	if (err)
		return err;
	if (result->node.level > 0)
		return take_children(walker, asked, &result->node);
	return take_entries(walker, asked, &result->node);
}

static void init_window(struct walker *walker)
{
	for (size_t i = 0; i < WINDOW; i++)
		walker->window[i] = (struct result){ .raw = MLV_BUF_INIT };
}

static void clear_window(struct walker *walker)
{
	for (size_t i = 0; i < WINDOW; i++) {
		mlv_buf_release(&walker->window[i].raw);
		mlv_node_release(&walker->window[i].node);
	}
	init_window(walker);
}

/* Read the nodes of list, a window at a time, and take what they say in order. */
static mlv_err read_level(struct walker *walker, struct pendings *list)
{
	const struct mlv_closure_walk *walk = walker->walk;
	mlv_err err = NULL;

	drop_repeated(list);
	for (size_t at = 0; !err && at < list->count; at += WINDOW) {
		size_t count = list->count - at < WINDOW ? list->count - at : WINDOW;

		walker->reading = list->at + at;
		err = mlv_pool_run(walk->ctx, walk->jobs, count, read_round, walker);
		for (size_t i = 0; !err && i < count; i++)
			err = take_result(walker, &list->at[at + i], &walker->window[i]);
		clear_window(walker);
	}
	return err;
}

static void release_pendings(struct pendings *list)
{
	free(list->at);
}

static mlv_err read_roots(struct walker *walker, const struct mlv_want *wants, size_t count)
{
	MLV_SCOPED(release_pendings) struct pendings roots = { 0 };
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < count; i++) {
		struct pending root = {
			.oid = wants[i].key.oid,
			.size = UINT64_MAX,
			.level = LEVEL_UNKNOWN,
			.part = wants[i].part && wants[i].part[0] ? wants[i].part : NULL,
		};

		if (wants[i].key.kind == MLV_KIND_NODE)
			err = add_pending(&roots, &root);
	}
	return err ? err : read_level(walker, &roots);
}

mlv_err mlv_closure_walk(const struct mlv_closure_walk *walk, const struct mlv_want *wants,
			 size_t count)
{
	MLV_SCOPED(release_walker) struct walker walker = { .walk = walk };
	mlv_err err;

	walker.window = mlv_sys_alloc_array(WINDOW, sizeof(*walker.window));
	if (!walker.window)
		return mlv_error_nomem("a walk of trees");
	init_window(&walker);
	err = read_roots(&walker, wants, count);
	for (size_t level = MLV_TREE_LEVELS; !err && level-- > 0;)
		err = read_level(&walker, &walker.levels[level]);
	return err;
}
