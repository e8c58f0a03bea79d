/* fsck_remote.c - checking a remote, and good copies from there and to there. */
#include <stdlib.h>

#include "core/base/fs.h"
#include "core/base/pool.h"
#include "core/base/sys.h"
#include "core/store/sha256.h"
#include "remote/chunked.h"
#include "remote/fetch_packs.h"
#include "remote/fsck.h"
#include "remote/reader.h"

static mlv_err give_remote(void *arg, struct mlv_transport **remote)
{
	*remote = arg;
	return NULL;
}

/* A reader that has no cache to look into. The remote stays the caller's. */
static struct mlv_reader reader_of(struct mlv_transport *remote, struct mlv_store *nothing)
{
	return (struct mlv_reader){ .ctx = remote->ctx, .cache = nothing, .open = give_remote,
				    .arg = remote };
}

struct check {
	struct mlv_transport *remote;
	struct mlv_store *nothing; /* an empty cache */
	struct mlv_fsck *fsck;
	struct mlv_fsck_wants wants;
	struct mlv_items items;
	struct mlv_bases bases;
	struct mlv_remote_packs packs;
	_Atomic uint64_t checked, bytes;
};

static void release_check(struct check *check)
{
	mlv_store_freep(&check->nothing);
	mlv_items_release(&check->items);
	mlv_bases_release(&check->bases);
	mlv_remote_packs_release(&check->packs);
}

static mlv_err note(struct check *check, const struct mlv_item *item, mlv_err why)
{
	if (why->code != MLV_E_MISSING && why->code != MLV_E_CORRUPT)
		return why;
	return mlv_problems_add(&check->fsck->problems, item, why);
}

static mlv_err note_lost(void *arg, const struct mlv_item *node, mlv_err why)
{
	return note(arg, node, why);
}

/* ---- roots and tables ---- */

/* What a root says that is there, all of it; one that is not there says nothing. */
static mlv_err check_root(void *arg, size_t index, unsigned worker)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	MLV_SCOPED(mlv_root_release) struct mlv_root root = { 0 };
	struct check *check = arg;
	const struct mlv_want *want = &check->wants.at[index];
	const struct mlv_item item = { .key = want->key, .size = UINT64_MAX };
	char path[MLV_ROOT_PATH];
	mlv_err err;

	(void)worker;
	if (!mlv_want_is_tree(want))
		return NULL;
	err = mlv_transport_get_text(check->remote, mlv_root_path(&want->key.oid, path),
				     MLV_ROOT_WORD, &text);
	if (err)
		return err->code == MLV_E_MISSING ? NULL : err;
	err = mlv_root_parse(&want->key.oid, text.ptr, text.len, &root);
	return err ? note(check, &item, err) : NULL;
}

static mlv_err find_packs(struct check *check, bool mend)
{
	bool lacking = false;
	mlv_err err;

	if ((err = mlv_pool_run(check->remote->ctx, mlv_remote_jobs(check->remote),
				check->wants.count, check_root, check)) ||
	    (err = mlv_bases_read(&check->bases, check->remote, check->wants.at,
				  check->wants.count)) ||
	    (err = mlv_bases_add_packs(&check->bases, &check->packs)))
		return err;
	if ((err = mlv_remote_packs_open(&check->packs, MLV_PACK_NODES, NULL)) ||
	    (err = mlv_remote_packs_open(&check->packs, MLV_PACK_DATA, NULL)) ||
	    (err = mlv_fsck_tables(&check->packs, mend)))
		return err;
	lacking = mlv_remote_packs_lost(&check->packs);
	for (size_t i = 0; i < check->bases.count; i++)
		lacking |= !check->bases.at[i].there;
	if (!lacking || (err = mlv_remote_packs_list(&check->packs)))
		return err;
	return mlv_remote_packs_open(&check->packs, MLV_PACK_NODES, NULL);
}

/* ---- objects ---- */

static void count(struct check *check, const struct mlv_item *item)
{
	check->checked++;
	check->bytes += item->size;
	mlv_tell_advance(check->remote->ctx, 1, 0);
}

static mlv_err take_packed(void *arg, struct mlv_item *item)
{
	struct check *check = arg;

	item->state = MLV_ITEM_DONE;
	count(check, item);
	mlv_tell_advance(check->remote->ctx, 0, item->size);
	return NULL;
}

/* What is not whole there is asked for by itself afterwards. */
static mlv_err read_packed(struct check *check)
{
	const struct mlv_fetch_packs fetch = {
		.ctx = check->remote->ctx, .jobs = mlv_remote_jobs(check->remote),
		.remote = check->remote, .set = &check->packs, .bases = &check->bases,
		.items = &check->items, .done = take_packed, .arg = check,
	};

	return check->packs.count ? mlv_fetch_packs(&fetch) : NULL;
}

static mlv_err forget(void *arg, const void *bytes, size_t len)
{
	struct check *check = arg;

	(void)bytes;
	mlv_tell_advance(check->remote->ctx, 0, len);
	return NULL;
}

/* Nodes were read by the walk that found the items. */
static mlv_err read_round(void *arg, size_t index, unsigned worker)
{
	struct check *check = arg;
	const struct mlv_item *item = &check->items.at[index];
	struct mlv_reader reader = reader_of(check->remote, check->nothing);
	mlv_err err = NULL;

	(void)worker;
	if (item->state == MLV_ITEM_FAILED || item->state == MLV_ITEM_DONE)
		return NULL;
	if (item->key.kind != MLV_KIND_NODE)
		err = mlv_reader_stream(&reader, &item->key, item->size, MLV_SPAN_ALL, forget,
					check);
	if (err)
		return note(check, item, err);
	count(check, item);
	return NULL;
}

static mlv_err read_all(struct check *check)
{
	struct mlv_transport *remote = check->remote;
	uint64_t bytes = 0;
	mlv_err err;

	for (size_t i = 0; i < check->items.count; i++)
		if (check->items.at[i].key.kind != MLV_KIND_NODE)
			bytes += check->items.at[i].size;
	mlv_tell_begin(remote->ctx, "checking", check->items.count, bytes);
	if (!(err = read_packed(check)))
		err = mlv_pool_run(remote->ctx, mlv_remote_jobs(remote), check->items.count,
				   read_round, check);
	mlv_tell_end(remote->ctx);
	return err;
}

mlv_err mlv_fsck_remote(struct mlv_transport *remote, struct mlv_fsck_wants wants, bool mend,
			struct mlv_fsck *fsck)
{
	MLV_SCOPED(release_check) struct check check = { .remote = remote, .fsck = fsck,
							 .wants = wants };
	struct mlv_node_finder finder = MLV_NODE_FINDER(NULL, remote);
	bool formed = false;
	mlv_err err;

	mlv_remote_packs_init(&check.packs, remote);
	if ((err = mlv_remote_check(remote, &formed)) ||
	    (err = mlv_store_open_memory(&check.nothing, remote->ctx)) ||
	    (formed && (err = find_packs(&check, mend))))
		return err;
	finder.cache = check.nothing;
	finder.packs = &check.packs;
	err = mlv_closure_collect(remote->ctx, mlv_remote_jobs(remote),
				  mlv_node_source_find(&finder), wants.at, wants.count, note_lost,
				  &check, &check.items);
	if (err || (err = read_all(&check)))
		return err;
	fsck->checked = check.checked;
	fsck->bytes = check.bytes;
	mlv_fsck_settle(&fsck->problems);
	return NULL;
}

/* A large file that is put together of its good leaves here and the others there. */
struct mending {
	struct mlv_transport *remote;
	const struct mlv_key *key;
	struct mlv_incoming *incoming;
	struct mlv_leaves leaves;
	char *leaf;
	int fd; /* of the damaged file */
	char path[MLV_KEY_PATH];
};

static void release_mending(struct mending *mending)
{
	mlv_incoming_freep(&mending->incoming);
	mlv_leaves_release(&mending->leaves);
	free(mending->leaf);
	mlv_fd_close(&mending->fd);
}

static mlv_err take(void *arg, const void *bytes, size_t len)
{
	struct mending *mending = arg;
	mlv_err err = mlv_ctx_check_stop(mending->remote->ctx);

	return err ? err : mlv_incoming_write(mending->incoming, bytes, len);
}

static mlv_err go_on(void *arg, uint64_t *offset)
{
	const struct mending *mending = arg;

	return mlv_incoming_rewind(mending->incoming, offset);
}

/* The leaf that begins where the incoming file ends. */
static mlv_err mend_leaf(struct mending *mending)
{
	const struct mlv_sink sink = { .write = take, .resume = go_on, .arg = mending };
	uint64_t at = mlv_incoming_offset(mending->incoming);
	uint64_t left = mending->leaves.size - at;
	size_t len = (size_t)(left < MLV_LEAF_SIZE ? left : MLV_LEAF_SIZE);
	struct mlv_oid found;
	mlv_err err = mlv_fs_pread_full(mending->fd, mending->path, mending->leaf, len, at);

	if (!err && (err = mlv_sha256_of(mending->leaf, len, &found)))
		return err;
	/* What cannot be read on a failing disk is asked for like what is wrong. */
	if (!err && mlv_oid_equal(&found, &mending->leaves.digests[at / MLV_LEAF_SIZE]))
		return mlv_incoming_write(mending->incoming, mending->leaf, len);
	err = mlv_transport_get(mending->remote, mending->path, at, len, &sink);
	if (err && err->code == MLV_E_MISSING)
		return mlv_chunked_read(mending->remote, mending->key, mending->leaves.size, at,
					at + len, NULL, take, mending);
	return err;
}

static mlv_err mend(struct mlv_store *cache, struct mlv_batch *batch, const struct mlv_key *key,
		    struct mending *mending)
{
	mlv_err err;

	if (!(mending->leaf = mlv_sys_alloc(MLV_LEAF_SIZE)))
		return mlv_error_nomem("a leaf");
	if ((err = mlv_store_open(cache, key, mending->leaves.size, &mending->fd, NULL)) ||
	    (err = mlv_incoming_begin(&mending->incoming, batch, key, &mending->leaves,
				      NULL)))
		return err;
	while (!err && mlv_incoming_offset(mending->incoming) < mending->leaves.size)
		err = mend_leaf(mending);
	return err ? err : mlv_incoming_finish(mending->incoming);
}

/* From what lies here as far as that is good; what is not there at all comes whole. */
static mlv_err fetch_large(struct mlv_store *cache, struct mlv_transport *remote,
			   struct mlv_batch *batch, const struct mlv_key *key, uint64_t size)
{
	const struct mlv_key list = { MLV_KIND_LEAVES, key->oid };
	MLV_SCOPED(release_mending) struct mending mending = { .remote = remote, .key = key,
							     .fd = -1 };
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	bool there = false;
	mlv_err err;

	mlv_key_path(key, mending.path);
	if ((err = mlv_store_read(cache, &list, UINT64_MAX, &text)) ||
	    (err = mlv_leaves_parse(text.ptr, text.len, &mending.leaves)) ||
	    (err = mlv_store_has(cache, key, mending.leaves.size, &there)))
		return err;
	if (size != UINT64_MAX && size != mending.leaves.size)
		return mlv_error(MLV_E_CORRUPT, "its leaf list is of another size");
	if (there)
		return mend(cache, batch, key, &mending);
	return mlv_remote_read_large(remote, cache, batch, key, mending.leaves.size, NULL,
				     NULL);
}

mlv_err mlv_fsck_fetch(struct mlv_store *cache, struct mlv_transport *remote,
		       struct mlv_batch *batch, const struct mlv_key *key, uint64_t size)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf raw = MLV_BUF_INIT;
	mlv_err err;

	if (key->kind == MLV_KIND_LARGE)
		return fetch_large(cache, remote, batch, key, size);
	err = mlv_remote_read(remote, key, size, &raw);
	return err ? err : mlv_batch_put(batch, key, raw.ptr, raw.len);
}

mlv_err mlv_fsck_send(struct mlv_store *cache, struct mlv_transport *remote,
		      const struct mlv_key *key, uint64_t size)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf raw = MLV_BUF_INIT;
	mlv_err err;

	if (key->kind == MLV_KIND_LARGE)
		return mlv_remote_write_large(remote, cache, key, size, false);
	if ((err = mlv_store_read(cache, key, size, &raw)))
		return err;
	return mlv_remote_write(remote, key, raw.ptr, raw.len, false);
}
