#include "remote/bases.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/pool.h"
#include "core/base/strs.h"
#include "core/base/sys.h"
#include "remote/receipts.h"

#define LISTED_MOST 8 /* roots that are read of those listed */

void mlv_bases_release(struct mlv_bases *bases)
{
	for (size_t i = 0; i < bases->count; i++)
		mlv_root_release(&bases->at[i].root);
	free(bases->at);
	*bases = (struct mlv_bases){ 0 };
}

static int compare_bases(const void *a, const void *b)
{
	const struct mlv_base *x = a, *y = b;

	return mlv_oid_compare(&x->tree, &y->tree);
}

static struct mlv_base *find(const struct mlv_bases *bases, const struct mlv_oid *tree)
{
	for (size_t i = 0; i < bases->count; i++)
		if (mlv_oid_equal(&bases->at[i].tree, tree))
			return &bases->at[i];
	return NULL;
}

const struct mlv_base *mlv_bases_get(const struct mlv_bases *bases, const struct mlv_oid *tree)
{
	struct mlv_base asked = { .tree = *tree };

	if (bases->count == 0)
		return NULL;
	return bsearch(&asked, bases->at, bases->count, sizeof(asked), compare_bases);
}

bool mlv_bases_plain(const struct mlv_bases *bases)
{
	for (size_t i = 0; i < bases->count; i++)
		if (bases->at[i].there && !bases->at[i].sound && !bases->at[i].lost)
			return true;
	return false;
}

static mlv_err add(struct mlv_bases *bases, const struct mlv_oid *tree)
{
	mlv_err err = mlv_array_grow(&bases->at, &bases->cap, bases->count + 1,
				     sizeof(*bases->at));

	if (!err)
		bases->at[bases->count++] = (struct mlv_base){ .tree = *tree };
	return err;
}

/* ---- reading roots ---- */

#define ROOT_MAX ((size_t)256 << 20) /* bytes: some three million lines */

/* A root that tells of no packs may be long, and says nothing that is not asked for anyway. */
struct inflow {
	struct mlv_buf text;
	bool plain;
};

static mlv_err take_text(void *arg, const void *bytes, size_t len)
{
	static const char plain[] = MLV_ROOT_WORD "1 ";
	const size_t word = strlen(MLV_ROOT_WORD);
	struct inflow *in = arg;
	mlv_err err = mlv_buf_add(&in->text, bytes, len);

	/* A body without end is given up at once when it begins like no root, else at ROOT_MAX. */
	if (err && err->code == MLV_E_REFUSED)
		return mlv_error_recode(err, MLV_E_CORRUPT);
	if (!err && in->text.len >= word && memcmp(in->text.ptr, plain, word) != 0)
		return mlv_error(MLV_E_CORRUPT, "what came begins like no root");
	in->plain = in->text.len >= strlen(plain) &&
		    memcmp(in->text.ptr, plain, strlen(plain)) == 0;
	return !err && in->plain ? mlv_error(MLV_E_CORRUPT, "enough") : err;
}

static mlv_err resume_text(void *arg, uint64_t *offset)
{
	const struct inflow *in = arg;

	*offset = in->text.len;
	return NULL;
}

/* *damaged: what came is no root of this tree. */
static mlv_err read_once(struct mlv_transport *remote, struct mlv_base *base, bool *damaged)
{
	struct inflow in = { .text = MLV_BUF_LIMIT(ROOT_MAX) };
	struct mlv_sink sink = { .write = take_text, .resume = resume_text, .arg = &in };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text;
	char path[MLV_ROOT_PATH];
	mlv_err err = mlv_transport_get(remote, mlv_root_path(&base->tree, path), 0, UINT64_MAX,
					&sink);

	text = in.text;
	base->there = !err || in.plain;
	if (in.plain || (err && err->code == MLV_E_MISSING))
		return NULL;
	if (!err)
		err = mlv_root_parse(&base->tree, text.ptr, text.len, &base->root);
	base->sound = !err;
	if (!err || err->code != MLV_E_CORRUPT)
		return err;
	*damaged = true;
	mlv_tell_detail(remote->ctx, "%s: %s", remote->url, err->msg);
	return NULL;
}

/* A bit that flips on the way is asked for again. */
static mlv_err read_root(struct mlv_transport *remote, struct mlv_base *base)
{
	bool damaged = false;
	mlv_err err = read_once(remote, base, &damaged);

	if (err || !damaged)
		return err;
	damaged = false;
	err = read_once(remote, base, &damaged);
	if (damaged)
		base->there = false; /* it will be written anew */
	return err;
}

struct reading {
	struct mlv_transport *remote;
	struct mlv_base *at;
};

static mlv_err read_round(void *arg, size_t index, unsigned worker)
{
	struct reading *reading = arg;

	(void)worker;
	return read_root(reading->remote, &reading->at[index]);
}

/* Read the roots from position first. */
static mlv_err read_roots(struct mlv_bases *bases, struct mlv_transport *remote, size_t first)
{
	struct reading reading = { .remote = remote, .at = bases->at + first };

	return mlv_pool_run(remote->ctx, mlv_remote_jobs(remote), bases->count - first, read_round,
			    &reading);
}

static void sort(struct mlv_bases *bases)
{
	if (bases->at)
		qsort(bases->at, bases->count, sizeof(*bases->at), compare_bases);
}

mlv_err mlv_bases_read(struct mlv_bases *bases, struct mlv_transport *remote,
		       const struct mlv_want *wants, size_t count)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < count; i++)
		if (wants[i].key.kind == MLV_KIND_NODE && !find(bases, &wants[i].key.oid))
			err = add(bases, &wants[i].key.oid);
	if (!err)
		err = read_roots(bases, remote, 0);
	sort(bases);
	return err;
}

/* ---- where else to look ---- */

static mlv_err add_receipts(struct mlv_bases *bases, struct mlv_transport *remote,
			    const struct mlv_want *want, const char *receipts)
{
	struct mlv_oid trees[MLV_RECEIPTS_EACH];
	size_t count;
	mlv_err err = mlv_receipts_find(receipts, remote->url, want->label, trees, &count);

	for (size_t i = 0; !err && i < count; i++)
		if (!find(bases, &trees[i]))
			err = add(bases, &trees[i]);
	return err;
}

struct listing {
	struct mlv_bases *bases;
	struct mlv_store *cache;
	size_t taken;
};

static mlv_err take_listed(void *arg, const char *path, uint64_t size)
{
	const size_t top = strlen("roots/");
	struct listing *listing = arg;
	struct mlv_key key = { .kind = MLV_KIND_NODE };
	bool here = false;
	mlv_err err;

	(void)size;
	if (listing->taken == LISTED_MOST || strlen(path) != top + MLV_OID_HEX ||
	    !mlv_oid_parse(path + top, MLV_OID_HEX, &key.oid) || find(listing->bases, &key.oid))
		return NULL;
	err = mlv_store_has(listing->cache, &key, UINT64_MAX, &here);
	if (err || !here)
		return err;
	listing->taken++;
	return add(listing->bases, &key.oid);
}

static mlv_err add_listed(struct mlv_bases *bases, struct mlv_transport *remote,
			  struct mlv_store *cache)
{
	struct listing listing = { .bases = bases, .cache = cache };
	mlv_err err = mlv_transport_list(remote, "roots/", take_listed, &listing);

	return err && err->code == MLV_E_REFUSED ? NULL : err;
}

mlv_err mlv_bases_look_further(struct mlv_bases *bases, struct mlv_transport *remote,
			       struct mlv_store *cache, const struct mlv_want *wants,
			       size_t count, const char *receipts)
{
	const size_t own = bases->count;
	bool lacking = false;
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < count; i++) {
		const struct mlv_base *base = find(bases, &wants[i].key.oid);

		if (wants[i].key.kind != MLV_KIND_NODE || (base && base->there))
			continue;
		lacking = true;
		err = add_receipts(bases, remote, &wants[i], receipts);
	}
	if (!err && lacking && bases->count == own)
		err = add_listed(bases, remote, cache);
	if (!err)
		err = read_roots(bases, remote, own);
	sort(bases);
	return err;
}

/* ---- packs ---- */

static bool all_there(const struct mlv_root *root, const struct mlv_root *all, const bool *there)
{
	for (size_t i = 0; i < root->pack_count; i++) {
		const struct mlv_pack_ref *found =
			mlv_packs_find(all->packs, all->pack_count, &root->packs[i].id);

		if (!found || !there[found - all->packs] || found->size != root->packs[i].size)
			return false;
	}
	return true;
}

mlv_err mlv_bases_confirm(struct mlv_bases *bases, struct mlv_transport *remote)
{
	MLV_SCOPED(mlv_root_release) struct mlv_root all = { 0 };
	MLV_SCOPED(mlv_mem_free) bool *there = NULL;
	mlv_err err = NULL;

	for (size_t i = 0; i < bases->count; i++)
		for (size_t k = 0; !err && k < bases->at[i].root.pack_count; k++)
			err = mlv_root_add_pack(&all, &bases->at[i].root.packs[k]);
	if (err)
		return err;
	mlv_root_sort_packs(&all);
	if (!(there = mlv_sys_alloc_array(all.pack_count + 1, sizeof(*there))))
		return mlv_error_nomem("packs");
	if ((err = mlv_packs_confirm(remote, all.packs, all.pack_count, there)))
		return err;
	for (size_t i = 0; i < bases->count; i++) {
		struct mlv_base *base = &bases->at[i];

		base->lost = base->sound && !all_there(&base->root, &all, there);
		base->sound = base->sound && !base->lost;
	}
	return NULL;
}

mlv_err mlv_bases_add_packs(const struct mlv_bases *bases, struct mlv_remote_packs *set)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < bases->count; i++)
		if (bases->at[i].sound)
			err = mlv_remote_packs_add(set, bases->at[i].root.packs,
					       bases->at[i].root.pack_count);
	return err;
}

/* ---- items ---- */

struct marking {
	const struct mlv_base *base;
	uint32_t pack;
	struct mlv_items *items;
};

/* What the root names by itself is looked for by who asks. */
static void mark(const struct marking *marking, struct mlv_item *item)
{
	if (item->state != MLV_ITEM_ASKED)
		return;
	if (mlv_items_find(&marking->base->root.items, &item->key)) {
		item->claimed = true;
		return;
	}
	item->state = MLV_ITEM_THERE;
	item->pack = marking->pack;
}

static void mark_key(const struct marking *marking, const struct mlv_key *key)
{
	struct mlv_item *item = mlv_items_find(marking->items, key);

	if (item)
		mark(marking, item);
}

static mlv_err mark_node(void *arg, const struct mlv_item *node)
{
	mark_key(arg, &node->key);
	return NULL;
}

static mlv_err mark_entry(void *arg, const struct mlv_entry *entry)
{
	struct mlv_key key;

	if (entry->kind == 'd')
		return NULL;
	key = mlv_entry_key(entry);
	mark_key(arg, &key);
	if (key.kind == MLV_KIND_LARGE) {
		key.kind = MLV_KIND_LEAVES;
		mark_key(arg, &key);
	}
	return NULL;
}

static mlv_err pass_over(void *arg, const struct mlv_item *node, mlv_err why)
{
	(void)arg;
	(void)node;
	(void)why;
	return NULL;
}

static mlv_err mark_walk(struct marking *marking, struct mlv_ctx *ctx, struct mlv_node_source nodes)
{
	struct mlv_want tree = { .key = { MLV_KIND_NODE, marking->base->tree }, .part = "",
				 .label = "" };
	struct mlv_closure_walk walk = {
		.ctx = ctx,
		.jobs = ctx->jobs,
		.source = nodes,
		.node = mark_node,
		.entry = mark_entry,
		.lost = pass_over,
		.arg = marking,
	};

	return mlv_closure_walk(&walk, &tree, 1);
}

mlv_err mlv_bases_mark(const struct mlv_bases *bases, struct mlv_ctx *ctx,
		       struct mlv_node_source nodes, const struct mlv_want *wants, size_t count,
		       struct mlv_items *items)
{
	mlv_err err = NULL;

	for (size_t i = 0; !err && i < bases->count; i++) {
		struct marking marking = { &bases->at[i], (uint32_t)i + 1, items };

		if (!bases->at[i].sound || bases->at[i].root.pack_count == 0)
			continue;
		/* All that there is is this tree: no need to walk it again. */
		if (count == 1 && wants[0].key.kind == MLV_KIND_NODE &&
		    mlv_oid_equal(&wants[0].key.oid, &bases->at[i].tree))
			for (size_t k = 0; k < items->count; k++)
				mark(&marking, &items->at[k]);
		else
			err = mark_walk(&marking, ctx, nodes);
	}
	return err;
}
