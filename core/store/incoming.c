/* incoming.c - a large file that arrives: in order, or as a file of this machine. */
#include "core/store/store.h"

#include <stdlib.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/sys.h"
#include "core/store/batch_impl.h"

struct mlv_incoming {
	struct mlv_batch *batch;
	struct mlv_key key;
	struct mlv_leaves leaves; /* a copy */
	struct mlv_temp temp;
	uint64_t verified;    /* bytes: whole leaves, or all */
	unsigned char *held;  /* what came after them: MLV_ROOM_BYTES */
	size_t together;      /* bytes of leaves that are hashed together */
	size_t filled;        /* bytes of held that have come */
	size_t written;       /* of these, those of whole leaves, which are written down */
	const struct mlv_spares *spares;
	int spare;            /* -1: none is made, or it did not become right */
};

/* Give the spare up: its room may be what the file needs. */
static void drop_spare(struct mlv_incoming *incoming)
{
	if (incoming->spare < 0)
		return;
	(void)!mlv_sys_ftruncate(incoming->spare, 0);
	mlv_fd_close(&incoming->spare);
	mlv_spare_drop(incoming->spares, &incoming->key.oid);
}

void mlv_incoming_freep(struct mlv_incoming **incoming)
{
	struct mlv_incoming *freed = *incoming;
	struct mlv_store *store;

	if (!freed)
		return;
	drop_spare(freed);
	store = mlv_batch_store(freed->batch);
	/* What came stays under its name for the next command that asks for it, and verifies it. */
	if (freed->verified + freed->written > 0 && strncmp(freed->temp.name, "part-", 5) == 0)
		mlv_fd_close(&freed->temp.fd);
	else
		store->backend->discard(store->self, &freed->temp);
	mlv_leaves_release(&freed->leaves);
	mlv_batch_give_room(freed->batch, freed->held);
	free(MLV_TAKE(*incoming));
}

/* How many bytes are held when they are hashed. */
static size_t held_max(const struct mlv_incoming *incoming)
{
	const uint64_t left = incoming->leaves.size - incoming->verified;

	return left < incoming->together ? (size_t)left : incoming->together;
}

/* Hash leaves that follow what is verified: that goes on to the first that differs. */
static mlv_err hash_leaves(struct mlv_incoming *incoming, const unsigned char *bytes, size_t len,
			   bool *matches)
{
	size_t right = 0;
	mlv_err err = mlv_leaves_compare(&incoming->leaves, incoming->verified / MLV_LEAF_SIZE, bytes,
					 len, &right);

	incoming->verified += right;
	*matches = right == len;
	return err;
}

/* Hash what is written of what is held, and hold no more. */
static mlv_err settle(struct mlv_incoming *incoming, bool *matches)
{
	const size_t len = incoming->written;

	incoming->filled = incoming->written = 0;
	return hash_leaves(incoming, incoming->held, len, matches);
}

/* Believe of what an earlier command left only the leaves that are right. */
static mlv_err resume(struct mlv_incoming *incoming)
{
	struct mlv_store *store = mlv_batch_store(incoming->batch);
	bool matches = true;
	struct stat st;
	mlv_err err;

	if (mlv_sys_fstat(incoming->temp.fd, &st) < 0)
		return mlv_error_sys("looking at what was received before");
	while (matches && incoming->verified < incoming->leaves.size) {
		const uint64_t there = (uint64_t)st.st_size - incoming->verified;
		size_t len = held_max(incoming);

		if (there < len)
			len = (size_t)(there - there % MLV_LEAF_SIZE);
		if (len == 0)
			break;
		incoming->filled = incoming->written = len;
		if ((err = mlv_ctx_check_stop(store->ctx)) ||
		    (err = mlv_fs_pread_full(incoming->temp.fd, "what was received before",
					     incoming->held, len, incoming->verified)) ||
		    (err = settle(incoming, &matches)))
			return err;
	}
	if (mlv_sys_ftruncate(incoming->temp.fd, incoming->verified) < 0)
		return mlv_error_sys("cutting what was received before");
	return NULL;
}

/* Copy the list, once it is seen to be the one that key names. */
static mlv_err take_leaves(struct mlv_incoming *incoming, const struct mlv_leaves *leaves)
{
	struct mlv_oid oid;
	mlv_err err;

	if ((err = mlv_leaves_oid(leaves, &oid)))
		return err;
	if (!mlv_oid_equal(&oid, &incoming->key.oid))
		return mlv_error(MLV_E_CORRUPT, "the leaf list is not that of the file");
	if ((err = mlv_leaves_init(&incoming->leaves, leaves->size)))
		return err;
	memcpy(incoming->leaves.digests, leaves->digests,
	       (size_t)leaves->count * sizeof(*leaves->digests));
	return NULL;
}

mlv_err mlv_incoming_begin(struct mlv_incoming **out, struct mlv_batch *batch,
			   const struct mlv_key *key, const struct mlv_leaves *leaves,
			   const struct mlv_spares *spares)
{
	MLV_SCOPED(mlv_incoming_freep) struct mlv_incoming *incoming =
		mlv_sys_alloc(sizeof(*incoming));
	struct mlv_store *store = mlv_batch_store(batch);
	mlv_err err;

	if (!incoming)
		return mlv_error_nomem("a transfer");
	incoming->batch = batch;
	incoming->key = *key;
	incoming->temp = (struct mlv_temp)MLV_TEMP_INIT;
	incoming->spare = -1;
	incoming->together = (size_t)mlv_sha256_together() * MLV_LEAF_SIZE;
	if (!(incoming->held = mlv_batch_take_room(batch)))
		return mlv_error_nomem("leaves of a file");
	if ((err = take_leaves(incoming, leaves)) ||
	    (err = store->backend->temp_part(store->self, key, &incoming->temp)) ||
	    (err = resume(incoming)))
		return err;
	incoming->spares = spares;
	if (incoming->verified == 0)
		incoming->spare = mlv_spare_begin(spares, &key->oid, incoming->temp.fd);
	*out = MLV_TAKE(incoming);
	return NULL;
}

uint64_t mlv_incoming_offset(const struct mlv_incoming *incoming)
{
	return incoming->verified + incoming->written;
}

mlv_err mlv_incoming_rewind(struct mlv_incoming *incoming, uint64_t *offset)
{
	bool matches;
	mlv_err err = settle(incoming, &matches);

	*offset = incoming->verified;
	return err;
}

/* Write a leaf down, twice if a spare is made: while it is in the processor's cache. */
static mlv_err write_leaf(struct mlv_incoming *incoming, const unsigned char *leaf, size_t len,
			  uint64_t at)
{
	mlv_err err;

	if (incoming->spare >= 0 &&
	    (!mlv_spare_is_wanted(incoming->spare) ||
	     mlv_fs_pwrite_full(incoming->spare, "its spare", leaf, len, at)))
		drop_spare(incoming);
	err = mlv_fs_pwrite_full(incoming->temp.fd, "what is received", leaf, len, at);
	if (err && err->code == MLV_E_NOSPACE && incoming->spare >= 0) {
		drop_spare(incoming);
		err = mlv_fs_pwrite_full(incoming->temp.fd, "what is received", leaf, len, at);
	}
	if (err)
		return mlv_store_no_room(mlv_batch_store(incoming->batch)->root, err);
	mlv_sys_start_writeback(incoming->temp.fd, at, len);
	if (incoming->spare >= 0)
		mlv_sys_start_writeback(incoming->spare, at, len);
	return NULL;
}

static mlv_err wrong_leaf(const struct mlv_incoming *incoming)
{
	return mlv_error(MLV_E_CORRUPT, "MiB %llu is not what its name promises",
			 (unsigned long long)(incoming->verified / MLV_LEAF_SIZE) + 1);
}

/* What is held is all that is hashed together. */
static mlv_err verify(struct mlv_incoming *incoming)
{
	bool matches = false;
	mlv_err err = settle(incoming, &matches);

	return err || matches ? err : wrong_leaf(incoming);
}

/* Hold what has come of a leaf: so many bytes are taken. */
static mlv_err hold(struct mlv_incoming *incoming, const unsigned char *bytes, size_t len,
		    size_t *taken)
{
	const size_t max = held_max(incoming), begin = incoming->written;
	const size_t end = max - begin < MLV_LEAF_SIZE ? max : begin + MLV_LEAF_SIZE;
	mlv_err err;

	*taken = len < end - incoming->filled ? len : end - incoming->filled;
	memcpy(incoming->held + incoming->filled, bytes, *taken);
	incoming->filled += *taken;
	if (incoming->filled < end)
		return NULL;
	if ((err = write_leaf(incoming, incoming->held + begin, end - begin,
			      incoming->verified + begin)))
		return err;
	incoming->written = end;
	return end == max ? verify(incoming) : NULL;
}

/* Take whole leaves from where they are, as many as are hashed together. */
static mlv_err take_together(struct mlv_incoming *incoming, const unsigned char *bytes, size_t len,
			     size_t *taken)
{
	const size_t max = held_max(incoming);
	bool matches = false;
	mlv_err err = NULL;

	*taken = len < max ? len - len % MLV_LEAF_SIZE : max;
	for (size_t at = 0; at < *taken && !err; at += MLV_LEAF_SIZE)
		err = write_leaf(incoming, bytes + at,
				 *taken - at < MLV_LEAF_SIZE ? *taken - at : MLV_LEAF_SIZE,
				 incoming->verified + at);
	if (!err)
		err = hash_leaves(incoming, bytes, *taken, &matches);
	return err || matches ? err : wrong_leaf(incoming);
}

mlv_err mlv_incoming_write(struct mlv_incoming *incoming, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	while (len > 0) {
		const bool between = incoming->filled == incoming->written;
		const size_t max = held_max(incoming);
		const bool many = len >= MLV_LEAF_SIZE && len >= incoming->together / 2;
		size_t taken = 0;
		mlv_err err;

		if (max == 0)
			return mlv_error(MLV_E_CORRUPT, "more came than the %llu bytes of the file",
					 (unsigned long long)incoming->leaves.size);
		if (!between || !(many || len >= max - incoming->written))
			err = hold(incoming, at, len, &taken);
		else if (incoming->written)
			err = verify(incoming);
		else
			err = take_together(incoming, at, len, &taken);
		if (err)
			return err;
		at += taken;
		len -= taken;
	}
	return NULL;
}

/* The whole file is in temp: it joins the batch, after its list. Takes temp when it does not fail. */
static mlv_err join(struct mlv_batch *batch, const struct mlv_key *key,
		    const struct mlv_leaves *leaves, struct mlv_temp *temp)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	const struct mlv_key list = { MLV_KIND_LEAVES, key->oid };
	struct mlv_store *store = mlv_batch_store(batch);
	mlv_err err;

	if ((err = mlv_leaves_write(leaves, &text)) ||
	    (err = mlv_batch_put(batch, &list, text.ptr, text.len)) ||
	    (err = store->backend->part_done(store->self, temp)))
		return err;
	return mlv_batch_join(batch, key, leaves->size, temp);
}

mlv_err mlv_incoming_finish(struct mlv_incoming *incoming)
{
	if (incoming->verified != incoming->leaves.size)
		return mlv_error(MLV_E_CORRUPT, "only %llu of %llu bytes came",
				 (unsigned long long)incoming->verified,
				 (unsigned long long)incoming->leaves.size);
	mlv_fd_close(&incoming->spare); /* it stays */
	return join(incoming->batch, &incoming->key, &incoming->leaves, &incoming->temp);
}

/* Whether what was read is what key names; else where it begins to differ. */
static mlv_err check_named(const struct mlv_named *named, const struct mlv_key *key,
			   const struct mlv_leaves *leaves)
{
	uint64_t first = 0;

	if (named->size != leaves->size)
		return mlv_error(MLV_E_CORRUPT, "it has %llu bytes, not %llu",
				 (unsigned long long)named->size,
				 (unsigned long long)leaves->size);
	while (first < leaves->count &&
	       mlv_oid_equal(&named->leaves.digests[first], &leaves->digests[first]))
		first++;
	if (first < leaves->count)
		return mlv_error(MLV_E_CORRUPT, "MiB %llu is not what its name promises",
				 (unsigned long long)first + 1);
	if (!mlv_oid_equal(&named->oid, &key->oid))
		return mlv_error(MLV_E_CORRUPT, "the leaf list is not that of the file");
	return NULL;
}

/* Have the file copied to temp and, if it can be, to a spare, and see what it is. */
static mlv_err take_file(struct mlv_ctx *ctx, const struct mlv_key *key,
			 const struct mlv_leaves *leaves, int fd, const char *path,
			 const struct mlv_temp *temp, const struct mlv_spares *spares)
{
	MLV_SCOPED(mlv_named_release) struct mlv_named named = { 0 };
	MLV_SCOPED(mlv_fd_close) int spare = mlv_spare_begin(spares, &key->oid, temp->fd);
	const bool begun = spare >= 0;
	mlv_err err = mlv_hash_share_twice(ctx, fd, temp->fd, &spare, path, &named);

	if (!err)
		err = check_named(&named, key, leaves);
	if (begun && (err || spare < 0))
		mlv_spare_drop(spares, &key->oid);
	return err;
}

mlv_err mlv_incoming_file(struct mlv_batch *batch, const struct mlv_key *key,
			  const struct mlv_leaves *leaves, int fd, const char *path,
			  const struct mlv_spares *spares)
{
	struct mlv_store *store = mlv_batch_store(batch);
	struct mlv_temp temp = MLV_TEMP_INIT;
	mlv_err err = store->backend->temp(store->self, &temp);

	if (err)
		return err;
	if ((err = take_file(store->ctx, key, leaves, fd, path, &temp, spares)) ||
	    (err = join(batch, key, leaves, &temp))) {
		store->backend->discard(store->self, &temp);
		return mlv_store_no_room(store->root, err);
	}
	return NULL;
}

/* Whether a hard link gives away nothing: nobody but us could write to the file, and nobody did. */
static bool may_link(int fd, const struct stat *before)
{
	const mode_t writable = S_IWUSR | S_IWGRP | S_IWOTH;
	struct stat now;

	return mlv_sys_fstat(fd, &now) == 0 && S_ISREG(now.st_mode) &&
	       !(now.st_mode & (writable | S_IXUSR | S_IXGRP | S_IXOTH)) &&
	       now.st_uid == geteuid() && now.st_ino == before->st_ino &&
	       now.st_dev == before->st_dev && now.st_size == before->st_size &&
	       memcmp(&now.st_mtim, &before->st_mtim, sizeof(now.st_mtim)) == 0 &&
	       memcmp(&now.st_ctim, &before->st_ctim, sizeof(now.st_ctim)) == 0;
}

/* Whether the store's file system lets the file's blocks be shared. */
static bool can_share(struct mlv_store *store, int fd)
{
	struct mlv_temp temp = MLV_TEMP_INIT;
	bool shared = false;

	if (!store->backend->temp(store->self, &temp)) {
		shared = mlv_sys_reflink(temp.fd, fd) == 0;
		store->backend->discard(store->self, &temp);
	}
	return shared;
}

mlv_err mlv_batch_adopt(struct mlv_batch *batch, const struct mlv_key *key,
			const struct mlv_leaves *leaves, int fd, int dir, const char *name,
			const struct stat *before)
{
	struct mlv_store *store = mlv_batch_store(batch);
	struct mlv_temp temp = MLV_TEMP_INIT;
	struct stat linked;
	mlv_err err;

	if (dir < 0 || !may_link(fd, before) || !store->backend->temp_link || can_share(store, fd) ||
	    store->backend->temp_link(store->self, dir, name, &temp))
		return mlv_incoming_file(batch, key, leaves, fd, name, NULL);
	/* What was linked is what was read, whoever put another file in its place meanwhile. */
	if (mlv_sys_fstat(temp.fd, &linked) < 0 || linked.st_ino != before->st_ino ||
	    linked.st_dev != before->st_dev || linked.st_size != before->st_size) {
		store->backend->discard(store->self, &temp);
		return mlv_incoming_file(batch, key, leaves, fd, name, NULL);
	}
	err = join(batch, key, leaves, &temp);
	store->backend->discard(store->self, &temp);
	return err;
}
