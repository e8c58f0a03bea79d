/*
 * transfer_fixture.h - for tests of push, fetch and compare: a transport that
 * can be made to misbehave, a cache with a tree in it, and what must hold of
 * a remote after anything.
 */
#ifndef MLV_TESTS_UNIT_TRANSFER_FIXTURE_H
#define MLV_TESTS_UNIT_TRANSFER_FIXTURE_H

#include <stdatomic.h>
#include <time.h>

#include "core/base/sys.h"
#include "core/store/sha256.h"
#include "remote/compare.h"
#include "remote/lookup.h"
#include "remote/fetch.h"
#include "remote/push.h"
#include "remote/remote/packs.h"
#include "tests/unit/check.h"

/* Everything goes to inner, but for what is asked to go wrong. */
struct flaky {
	struct mlv_transport base; /* first */
	struct mlv_transport *inner;
	atomic_long calls;
	long fail_at;        /* this call and all later ones fail; 0: none */
	const char *flip;    /* gets of keys that begin so have one bit flipped */
	long flips;          /* how many gets; -1: all */
	const char *cut;     /* gets of keys that begin so lack their last byte */
	const char *swell;   /* heads and lists of keys that begin so tell one byte more */
	bool no_list;
	long meet_at;        /* before this call (after one that removes) meet() is called; 0: never */
	void (*meet)(void *arg);
	void *arg;
	const char *crowd;   /* gets and puts of keys that begin so (but tables and leaf lists) */
	unsigned wanted;     /* ... wait for each other until so many are under way */
	atomic_uint crowded, most; /* that are, and that were */
	atomic_long heads, gets, puts, lists;
	atomic_long got; /* bytes */
};

static inline struct flaky *flaky_of(struct mlv_transport *t)
{
	return (struct flaky *)(void *)t;
}

static inline bool begins(const char *key, const char *prefix)
{
	return prefix && strncmp(key, prefix, strlen(prefix)) == 0;
}

static inline void flaky_meet(struct flaky *f, long call)
{
	const struct mlv_ctx ours = *f->base.ctx;

	if (!f->meet_at || call != f->meet_at)
		return;
	/* As another process, which has a context of its own. */
	f->base.ctx->expired = NULL;
	f->meet(f->arg);
	f->base.ctx->expired = ours.expired;
	f->base.ctx->expired_arg = ours.expired_arg;
}

static inline mlv_err flaky_fail(struct flaky *f, const char *key, long call)
{
	if (f->fail_at && call >= f->fail_at)
		return mlv_error(MLV_E_REMOTE, "test://remote/%s: the wire is cut", key);
	return NULL;
}

/* As many jobs, whose requests for keys that begin so wait until all are under way. */
static inline void flaky_crowd(struct flaky *f, const char *prefix, unsigned jobs)
{
	f->base.jobs = jobs;
	f->crowd = prefix;
	f->wanted = jobs;
}

static inline bool is_crowd(const struct flaky *f, const char *key)
{
	return begins(key, f->crowd) && !strstr(key, ".leaves") && !strstr(key, ".idx");
}

static inline void flaky_enter(struct flaky *f, const char *key)
{
	const struct timespec tick = { .tv_nsec = 1000000 };
	unsigned now;

	if (!is_crowd(f, key))
		return;
	now = ++f->crowded;
	if (now > f->most)
		f->most = now;
	for (int i = 0; i < 5000 && f->most < f->wanted; i++)
		nanosleep(&tick, NULL);
}

static inline void flaky_leave(struct flaky *f, const char *key)
{
	f->crowded -= is_crowd(f, key);
}

static inline mlv_err flaky_count(struct flaky *f, const char *key)
{
	long call = atomic_fetch_add(&f->calls, 1) + 1;

	flaky_meet(f, call);
	return flaky_fail(f, key, call);
}

static inline mlv_err flaky_head(struct mlv_transport *t, const char *key, bool *there,
				 uint64_t *size)
{
	struct flaky *f = flaky_of(t);
	mlv_err err = flaky_count(f, key);

	f->heads++;
	if (!err && !(err = mlv_transport_head(f->inner, key, there, size)) && *there &&
	    begins(key, f->swell))
		++*size;
	return err;
}

struct flaky_sink {
	const struct mlv_sink *to;
	struct mlv_buf all;
};

static inline mlv_err flaky_gather(void *arg, const void *bytes, size_t len)
{
	struct flaky_sink *sink = arg;

	return mlv_buf_add(&sink->all, bytes, len);
}

static inline mlv_err flaky_get(struct mlv_transport *t, const char *key, uint64_t offset,
				uint64_t len, const struct mlv_sink *sink)
{
	struct flaky *f = flaky_of(t);
	struct flaky_sink gathered = { .to = sink, .all = MLV_BUF_INIT };
	struct mlv_sink gather = { .write = flaky_gather, .arg = &gathered };
	mlv_err err = flaky_count(f, key);

	f->gets++;
	flaky_enter(f, key);
	if (!err)
		err = mlv_transport_get(f->inner, key, offset, len, &gather);
	flaky_leave(f, key);
	f->got += (long)gathered.all.len;
	if (!err && gathered.all.len && begins(key, f->flip) && f->flips != 0) {
		gathered.all.ptr[gathered.all.len / 2] ^= 1;
		f->flips -= f->flips > 0;
	}
	if (!err && gathered.all.len && begins(key, f->cut))
		mlv_buf_truncate(&gathered.all, gathered.all.len - 1);
	if (!err && gathered.all.len)
		err = sink->write(sink->arg, gathered.all.ptr, gathered.all.len);
	mlv_buf_release(&gathered.all);
	return err;
}

static inline mlv_err flaky_put(struct mlv_transport *t, const char *key,
				const struct mlv_source *source)
{
	struct flaky *f = flaky_of(t);
	mlv_err err = flaky_count(f, key);

	f->puts++;
	flaky_enter(f, key);
	if (!err)
		err = mlv_transport_put(f->inner, key, source);
	flaky_leave(f, key);
	return err;
}

struct flaky_list {
	struct flaky *f;
	mlv_list_fn fn;
	void *arg;
};

static inline mlv_err flaky_listed(void *arg, const char *key, uint64_t size)
{
	struct flaky_list *list = arg;

	return list->fn(list->arg, key, size + begins(key, list->f->swell));
}

static inline mlv_err flaky_each(struct mlv_transport *t, const char *prefix, mlv_list_fn fn,
				 void *arg)
{
	struct flaky *f = flaky_of(t);
	struct flaky_list list = { f, fn, arg };
	mlv_err err = flaky_count(f, prefix);

	f->lists++;
	if (f->no_list)
		return mlv_error(MLV_E_REFUSED, "test://remote: cannot list");
	return err ? err : mlv_transport_list(f->inner, prefix, flaky_listed, &list);
}

static inline mlv_err flaky_remove(struct mlv_transport *t, const char *key)
{
	struct flaky *f = flaky_of(t);
	long call = atomic_fetch_add(&f->calls, 1) + 1;
	mlv_err err = flaky_fail(f, key, call);

	/* A machine that stops between a look at the clock and a request cannot be tested for. */
	if (!err)
		err = mlv_transport_remove(f->inner, key);
	flaky_meet(f, call);
	return err;
}

static inline void flaky_free(struct mlv_transport *t)
{
	(void)t;
}

static const struct mlv_transport_ops flaky_ops = {
	.head = flaky_head,
	.get = flaky_get,
	.put = flaky_put,
	.list = flaky_each,
	.remove = flaky_remove,
	.free = flaky_free,
};

static inline void flaky_init(struct flaky *f, struct mlv_ctx *ctx, struct mlv_transport *inner)
{
	static char url[] = "test://remote";

	memset(f, 0, sizeof(*f));
	f->base.ops = &flaky_ops;
	f->base.ctx = ctx;
	f->base.url = url;
	f->base.jobs = 4;
	f->inner = inner;
	f->flips = -1;
}

/* What most tests begin with. */
struct world {
	struct mlv_ctx ctx;
	struct mlv_store *cache, *other;
	struct mlv_transport *memory;
	struct flaky remote;
	struct mlv_want want; /* the tree of world_fill() */
};

static inline void world_init(struct world *w)
{
	memset(w, 0, sizeof(*w));
	mlv_ctx_init_quiet(&w->ctx);
	check_ok(mlv_store_open_memory(&w->cache, &w->ctx));
	check_ok(mlv_store_open_memory(&w->other, &w->ctx));
	check_ok(mlv_transport_open_memory(&w->memory, &w->ctx));
	flaky_init(&w->remote, &w->ctx, w->memory);
}

static inline void world_release(struct world *w)
{
	mlv_store_freep(&w->cache);
	mlv_store_freep(&w->other);
	mlv_lookup_free(w->remote.base.lookup);
	mlv_transport_freep(&w->memory);
}

static inline struct mlv_key put_object(struct mlv_batch *batch, const char *bytes, size_t len)
{
	struct mlv_key key = { .kind = MLV_KIND_OBJECT };

	check_ok(mlv_sha256_of(bytes, len, &key.oid));
	check_ok(mlv_batch_put(batch, &key, bytes, len));
	return key;
}

#define LARGE_SIZE (MLV_SMALL_MAX + MLV_LEAF_SIZE + 5)

/* A file above 16 MiB, filled by seed. */
static inline struct mlv_key put_large(struct mlv_batch *batch, unsigned char seed)
{
	MLV_SCOPED(mlv_fd_close) int fd = open("large.tmp", O_CREAT | O_TRUNC | O_RDWR, 0600);
	char *bytes = malloc(LARGE_SIZE);
	struct mlv_named named = { 0 };
	struct mlv_key key;

	cr_assert(fd >= 0 && bytes != NULL);
	for (size_t i = 0; i < LARGE_SIZE; i++)
		bytes[i] = (char)(seed + (i >> 20) * 31 + (i * 7 >> 3));
	cr_assert(write(fd, bytes, LARGE_SIZE) == (ssize_t)LARGE_SIZE);
	free(bytes);
	check_ok(mlv_batch_put_file(batch, fd, "large", &named));
	key = (struct mlv_key){ .kind = MLV_KIND_LARGE, .oid = named.oid };
	mlv_named_release(&named);
	return key;
}

/*
 * Fill the cache with a tree of count files "dNNN/fNNNNN" and, if asked for, a
 * large one "large"; the want is that tree, labelled "data".
 */
static inline void world_fill(struct world *w, struct mlv_store *store, unsigned count, bool large)
{
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;
	MLV_SCOPED(mlv_tree_builder_freep) struct mlv_tree_builder *builder = NULL;
	struct mlv_tree tree;

	check_ok(mlv_batch_begin(&batch, store));
	check_ok(mlv_tree_builder_new(&builder, batch));
	for (unsigned i = 0; i < count; i++) {
		char path[32], bytes[32];
		int len = snprintf(bytes, sizeof(bytes), "file %u\n", i);
		int path_len = snprintf(path, sizeof(path), "d%03u/f%05u", i / 100, i);
		struct mlv_key key = put_object(batch, bytes, (size_t)len);
		struct mlv_entry entry = { 'f', key.oid, (uint64_t)len, path, (size_t)path_len };

		check_ok(mlv_tree_builder_add(builder, &entry));
	}
	if (large) {
		struct mlv_key key = put_large(batch, 3);
		struct mlv_entry entry = { 'F', key.oid, LARGE_SIZE, "large", 5 };

		check_ok(mlv_tree_builder_add(builder, &entry));
	}
	check_ok(mlv_tree_builder_finish(builder, &tree));
	check_ok(mlv_batch_commit(batch));
	w->want = (struct mlv_want){ .key = { MLV_KIND_NODE, tree.oid }, .size = tree.bytes,
				     .part = "", .label = "data" };
}

static inline mlv_err give_back(void *arg, const struct mlv_item *node, mlv_err why)
{
	(void)arg;
	(void)node;
	return why;
}

/* Several large files, each a want of its own. */
static inline void world_fill_large(struct world *w, struct mlv_want *wants, unsigned char count)
{
	MLV_SCOPED(mlv_batch_freep) struct mlv_batch *batch = NULL;

	check_ok(mlv_batch_begin(&batch, w->cache));
	for (unsigned char i = 0; i < count; i++)
		wants[i] = (struct mlv_want){ .key = put_large(batch, i), .size = LARGE_SIZE,
					      .part = "", .label = "large" };
	check_ok(mlv_batch_commit(batch));
}

/* Every key that a want needs is in the store, and is what its name says. */
static inline void check_store_has_all(struct world *w, struct mlv_store *store,
				       const struct mlv_want *want)
{
	MLV_SCOPED(mlv_items_release) struct mlv_items items = { 0 };

	check_ok(mlv_closure_collect(&w->ctx, 1, mlv_node_source_store(store), want, 1, give_back,
				     NULL, &items));
	for (size_t i = 0; i < items.count; i++)
		check_ok(mlv_store_verify(store, &items.at[i].key, items.at[i].size));
}

static inline mlv_err verify_key(void *arg, const struct mlv_key *key, uint64_t stored_size)
{
	(void)stored_size;
	return mlv_store_verify(arg, key, UINT64_MAX);
}

/* Whatever is in the store is what its name says. */
static inline void check_store_sound(struct mlv_store *store)
{
	check_ok(mlv_store_each(store, verify_key, store));
}

/* Every pack that the root names is there, and its table as well. */
static inline void check_packs(struct world *w, const struct mlv_root *root,
			       struct mlv_remote_packs *set)
{
	bool there[64];

	cr_assert(root->pack_count <= MLV_COUNT(there));
	check_ok(mlv_packs_confirm(w->memory, root->packs, root->pack_count, there));
	check_ok(mlv_remote_packs_add(set, root->packs, root->pack_count));
	check_ok(mlv_remote_packs_open(set, MLV_PACK_DATA, NULL));
	check_ok(mlv_remote_packs_open(set, MLV_PACK_NODES, NULL));
	for (size_t i = 0; i < root->pack_count; i++)
		cr_assert(there[i] && set->at[i].open, "a root names a pack that is not there");
}

/*
 * If the remote has the root, it has all that the tree needs, in the packs or
 * by the names that the root says; returns whether it has it.
 */
static inline bool check_root_sound(struct world *w)
{
	MLV_SCOPED(mlv_items_release) struct mlv_items items = { 0 };
	MLV_SCOPED(mlv_root_release) struct mlv_root root = { 0 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	MLV_SCOPED(mlv_remote_packs_release) struct mlv_remote_packs set;
	struct mlv_node_finder finder = MLV_NODE_FINDER(w->cache, w->memory);
	char path[MLV_ROOT_PATH], key[MLV_KEY_PATH];
	uint64_t size;
	bool there;

	mlv_remote_packs_init(&set, w->memory);
	mlv_root_path(&w->want.key.oid, path);
	check_ok(mlv_transport_head(w->memory, path, &there, &size));
	if (!there)
		return false;
	check_ok(mlv_transport_get_all(w->memory, path, &text));
	check_ok(mlv_root_parse(&w->want.key.oid, text.ptr, text.len, &root));
	check_packs(w, &root, &set);
	finder.packs = &set;
	check_ok(mlv_closure_collect(&w->ctx, 1, mlv_node_source_find(&finder), &w->want, 1,
				     give_back, NULL, &items));
	for (size_t i = 0; i < items.count; i++) {
		struct mlv_pack_record record;

		if (mlv_remote_packs_find(&set, &items.at[i].key, &record))
			continue;
		check_ok(mlv_transport_head(w->memory, mlv_key_path(&items.at[i].key, key), &there,
					    &size));
		cr_assert(there, "%s is needed and is not there", key);
		cr_assert(mlv_items_find(&root.items, &items.at[i].key) != NULL,
			  "%s is not named by the root", key);
	}
	return true;
}

/* Calls that must give NULL, and have no problems unless told. */
static inline void run_push(struct world *w, struct mlv_transfer *transfer)
{
	check_ok(mlv_push(w->cache, &w->remote.base, &w->want, 1, transfer));
}

static inline void run_fetch(struct world *w, struct mlv_transfer *transfer)
{
	check_ok(mlv_fetch(w->other, &w->remote.base, &w->want, 1, transfer));
}

#endif
