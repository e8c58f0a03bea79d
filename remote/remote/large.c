/* remote/large.c - files above 16 MiB, leaf by leaf. */
#include "core/base/sys.h"
#include "remote/chunked.h"
#include "remote/remote/source.h"

#define TRIES 3 /* without a leaf gained */

static mlv_err read_leaves(struct mlv_store *cache, const struct mlv_key *key, uint64_t size,
			   struct mlv_leaves *leaves)
{
	MLV_SCOPED(mlv_buf_release) struct mlv_buf text = MLV_BUF_INIT;
	struct mlv_key list = { .kind = MLV_KIND_LEAVES, .oid = key->oid };
	char hex[MLV_OID_HEX + 1];
	mlv_err err;

	if ((err = mlv_store_read(cache, &list, mlv_leaves_text_size(size), &text)) ||
	    (err = mlv_leaves_parse(text.ptr, text.len, leaves)))
		return err;
	if (leaves->size == size)
		return NULL;
	mlv_leaves_release(leaves);
	return mlv_error(MLV_E_CORRUPT, "large %s has another size than its leaf list says",
			 mlv_oid_format(&key->oid, hex));
}

struct arrival {
	struct mlv_ctx *ctx;
	struct mlv_incoming *incoming;
};

static mlv_err arrive(void *arg, const void *bytes, size_t len)
{
	const struct arrival *arrival = arg;
	mlv_err err = mlv_ctx_check_stop(arrival->ctx);

	if (!err && !(err = mlv_incoming_write(arrival->incoming, bytes, len)))
		mlv_tell_advance(arrival->ctx, 0, len);
	return err;
}

static mlv_err go_on(void *arg, uint64_t *offset)
{
	const struct arrival *arrival = arg;

	return mlv_incoming_rewind(arrival->incoming, offset);
}

/* Ask for what is not here yet until all is, or nothing is gained any more. */
static mlv_err receive(struct mlv_transport *remote, const char *path,
		       struct mlv_incoming *incoming, uint64_t size)
{
	struct arrival arrival = { .ctx = remote->ctx, .incoming = incoming };
	struct mlv_sink sink = { .write = arrive, .resume = go_on, .arg = &arrival };
	uint64_t begin = mlv_incoming_offset(incoming);
	mlv_err err = NULL;

	for (int left = TRIES; left > 0 && begin < size; left--) {
		uint64_t came, right;
		mlv_err failed;

		err = mlv_transport_get(remote, path, begin, UINT64_MAX, &sink);
		came = mlv_incoming_offset(incoming);
		if (!err && came < size)
			err = mlv_error(MLV_E_CORRUPT, "only %llu of %llu bytes came",
					(unsigned long long)came, (unsigned long long)size);
		if (!err || err->code != MLV_E_CORRUPT)
			return err;
		/* Only what is right counts as gained. */
		if ((failed = mlv_incoming_rewind(incoming, &right)))
			return failed;
		if (right > begin)
			left = TRIES + 1;
		begin = right;
	}
	return err;
}

/* From a transport that sends it in order. */
static mlv_err read_in_order(struct mlv_transport *remote, const char *path,
			     struct mlv_batch *batch, const struct mlv_key *key,
			     const struct mlv_leaves *leaves, const struct mlv_spares *spares)
{
	MLV_SCOPED(mlv_incoming_freep) struct mlv_incoming *incoming = NULL;
	mlv_err err = mlv_incoming_begin(&incoming, batch, key, leaves, spares);

	if (!err)
		err = receive(remote, path, incoming, leaves->size);
	return err ? err : mlv_incoming_finish(incoming);
}

/* From a file of this machine. */
static mlv_err read_file(struct mlv_transport *remote, const char *path, struct mlv_batch *batch,
			 const struct mlv_key *key, const struct mlv_leaves *leaves,
			 const struct mlv_spares *spares)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	uint64_t found;
	mlv_err err = mlv_transport_open_file(remote, path, &fd, &found);

	if (err)
		return err;
	if (found != leaves->size)
		return mlv_error(MLV_E_CORRUPT, "it has %llu bytes, not %llu",
				 (unsigned long long)found, (unsigned long long)leaves->size);
	return mlv_incoming_file(batch, key, leaves, fd, path, spares);
}

/* What a large file is read by, in one of two ways. */
struct fetching {
	struct mlv_transport *remote;
	struct mlv_batch *batch;
	const struct mlv_key *key;
	struct mlv_leaves leaves;
	const struct mlv_spares *spares;
	struct mlv_nearby *nearby;
};

static void release_fetching(struct fetching *fetching)
{
	mlv_leaves_release(&fetching->leaves);
}

static mlv_err read_whole(const struct fetching *fetching)
{
	struct mlv_transport *remote = fetching->remote;
	char path[MLV_KEY_PATH];
	mlv_err err;

	mlv_key_path(fetching->key, path);
	if (mlv_transport_has_files(remote))
		err = read_file(remote, path, fetching->batch, fetching->key, &fetching->leaves,
				fetching->spares);
	else
		err = read_in_order(remote, path, fetching->batch, fetching->key,
				    &fetching->leaves, fetching->spares);
	if (err && err->code == MLV_E_CORRUPT)
		return mlv_error_wrap(err, "%s/%s is not what it should be", remote->url, path);
	return err;
}

static mlv_err read_chunked(const struct fetching *fetching)
{
	MLV_SCOPED(mlv_incoming_freep) struct mlv_incoming *incoming = NULL;
	struct arrival arrival = { .ctx = fetching->remote->ctx };
	const uint64_t size = fetching->leaves.size;
	mlv_err err = mlv_incoming_begin(&incoming, fetching->batch, fetching->key,
					 &fetching->leaves, fetching->spares);

	if (err)
		return err;
	arrival.incoming = incoming;
	err = mlv_chunked_read(fetching->remote, fetching->key, size,
			       mlv_incoming_offset(incoming), size, fetching->nearby, arrive,
			       &arrival);
	return err ? err : mlv_incoming_finish(incoming);
}

mlv_err mlv_remote_read_large(struct mlv_transport *remote, struct mlv_store *cache,
			      struct mlv_batch *batch, const struct mlv_key *key, uint64_t size,
			      const struct mlv_spares *spares, struct mlv_nearby *nearby)
{
	MLV_SCOPED(release_fetching) struct fetching fetching = {
		.remote = remote, .batch = batch, .key = key, .spares = spares, .nearby = nearby,
	};
	struct mlv_error kept;
	mlv_err err = read_leaves(cache, key, size, &fetching.leaves);

	if (err)
		return err;
	/* First as this remote gets them, then as it may have got them once. */
	err = remote->dedup ? read_chunked(&fetching) : read_whole(&fetching);
	if (!err || (err->code != MLV_E_MISSING && err->code != MLV_E_CORRUPT))
		return err;
	kept = *err;
	err = remote->dedup ? read_whole(&fetching) : read_chunked(&fetching);
	return err && err->code == MLV_E_MISSING ? mlv_error_copy(&kept) : err;
}

/* A large file of the cache, on its way. */
struct sending {
	struct mlv_store *cache;
	const struct mlv_key *key;
	uint64_t size;
	bool fresh;
};

static mlv_err fill_file(void *arg, int to)
{
	const struct sending *sending = arg;

	return mlv_store_share_large(sending->cache, sending->key, sending->size, to);
}

/* By a transport that asks for its bytes. */
static mlv_err write_in_order(struct mlv_transport *remote, const char *path,
			      const struct sending *sending)
{
	MLV_SCOPED(mlv_fd_close) int fd = -1;
	MLV_SCOPED(mlv_leaves_release) struct mlv_leaves leaves = { 0 };
	MLV_SCOPED(mlv_remote_source_freep) struct mlv_remote_source *from = NULL;
	struct mlv_source source = { .read = mlv_remote_source_read, .size = sending->size,
				     .fresh = sending->fresh };
	mlv_err err;

	if ((err = mlv_store_open(sending->cache, sending->key, sending->size, &fd, NULL)) ||
	    (err = read_leaves(sending->cache, sending->key, sending->size, &leaves)) ||
	    (err = mlv_remote_source_new(&from, remote->ctx, fd, path, &leaves)))
		return err;
	source.arg = from;
	err = mlv_transport_put(remote, path, &source);
	/* A transport may tell a failure of its source in its own words: ours says more. */
	return err && mlv_remote_source_failed(from) ? mlv_remote_source_failed(from) : err;
}

mlv_err mlv_remote_write_large(struct mlv_transport *remote, struct mlv_store *cache,
			       const struct mlv_key *key, uint64_t size, bool fresh)
{
	struct sending sending = { cache, key, size, fresh };
	char path[MLV_KEY_PATH];

	mlv_key_path(key, path);
	if (mlv_transport_has_files(remote))
		return mlv_transport_put_file(remote, path, fill_file, &sending);
	return write_in_order(remote, path, &sending);
}
